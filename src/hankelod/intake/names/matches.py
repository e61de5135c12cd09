"""Matches of the name resolver, and the tokenised text in which it finds them."""

from __future__ import annotations

from typing import NamedTuple

from hankelod.intake.names.gazetteer import TOKEN, Gazetteer

SURE, LIKELY, UNSURE = "sure", "likely", "unsure"
"""Confidence of a match: used as it is, used but to be checked by a person, or only shown."""


class Match(NamedTuple):
    """One name in a text. `kind` is organisation, the level of an area, or others (unnamed ones).

    `start` and `end` are offsets in characters. `id` is that of the organisation or the code of the present area;
    `known` is true where the dataset has it. `area` is the code of the area that it belongs to, `place` is true of an
    area, `wide` of one that may hold others. `type` is the kind of an organisation, `parent` its parent's id, and
    `detail` fills in the explanation of the rule.
    """

    start: int
    end: int
    text: str
    kind: str
    id: str | None
    name: str
    rule: str
    confidence: str
    known: bool = True
    area: str | None = None
    type: str | None = None
    parent: str | None = None
    detail: str = ""
    place: bool = False
    wide: bool = False


class Token(NamedTuple):
    """A token with its offsets in the text."""

    text: str
    start: int
    end: int

    @property
    def low(self) -> str:
        """The token in lower case."""
        return self.text.casefold()

    @property
    def capital(self) -> bool:
        """True for a token that may begin a name: with a capital letter, or a number of several digits."""
        return self.text[0].isupper() or (self.text[0].isdigit() and len(self.text) > 1)


class Reading:
    """A tokenised text with the settings of the resolver.

    `year` is that of the text, if known; `listing` is true for a list of names without other text.
    """

    def __init__(self, text: str, gazetteer: Gazetteer, year: int | None, listing: bool) -> None:
        self.text, self.names, self.year, self.listing = text, gazetteer, year, listing
        self.tokens = [Token(m.group(), m.start(), m.end()) for m in TOKEN.finditer(text)]

    def low(self, at: int) -> str:
        """Return a token in lower case; empty outside the text."""
        return self.tokens[at].low if 0 <= at < len(self.tokens) else ""

    def opens(self, at: int) -> bool:
        """Return true where a token begins a sentence, so that a capital letter does not mark a name."""
        return at == 0 or self.tokens[at - 1].text in ".!?:"

    def match(
        self, first: int, end: int, kind: str, id: str | None, name: str, rule: str, confidence: str, **more: object
    ) -> Match:
        """Return a match of the tokens from `first` to before `end`; `more` are further fields of it."""
        start, stop = self.tokens[first].start, self.tokens[end - 1].end
        return Match(start, stop, self.text[start:stop], kind, id, name, rule, confidence, **more)  # type: ignore[arg-type]
