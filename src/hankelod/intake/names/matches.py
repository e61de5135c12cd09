"""What the resolver finds: matches, and the tokens of a text that they are found among."""

from __future__ import annotations

from typing import NamedTuple

from hankelod.intake.names.gazetteer import TOKEN, Gazetteer

SURE, LIKELY, UNSURE = "sure", "likely", "unsure"
"""How much a match may be trusted: taken as it is, taken and to be looked at, or only shown."""


class Match(NamedTuple):
    """One name in a text. `kind`: organisation, municipality, region or others (some that are not named).

    `id` is the organisation's or the present area's, `known` whether the dataset has it, `area` the municipality's or
    region's code that goes with it, `type` an organisation's kind, `detail` what the rule's explanation is about.
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


class Token(NamedTuple):
    text: str
    start: int
    end: int

    @property
    def low(self) -> str:
        return self.text.casefold()

    @property
    def capital(self) -> bool:
        return self.text[0].isupper() or (self.text[0].isdigit() and len(self.text) > 1)


class Reading:
    """One text on its way through: its tokens, and what one can ask of them."""

    def __init__(self, text: str, gazetteer: Gazetteer, year: int | None, listing: bool) -> None:
        self.text, self.names, self.year, self.listing = text, gazetteer, year, listing
        self.tokens = [Token(m.group(), m.start(), m.end()) for m in TOKEN.finditer(text)]

    def low(self, at: int) -> str:
        return self.tokens[at].low if 0 <= at < len(self.tokens) else ""

    def opens(self, at: int) -> bool:
        """Whether a token begins a sentence, where a capital letter says nothing."""
        return at == 0 or self.tokens[at - 1].text in ".!?:"

    def match(
        self, first: int, end: int, kind: str, id: str | None, name: str, rule: str, confidence: str, **more: object
    ) -> Match:
        start, stop = self.tokens[first].start, self.tokens[end - 1].end
        return Match(start, stop, self.text[start:stop], kind, id, name, rule, confidence, **more)  # type: ignore[arg-type]
