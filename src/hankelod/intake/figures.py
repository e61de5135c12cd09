"""Figures in sentences, proposed as observations of a measure: value or range, precision and sentence. A person accepts
them.

The wordings by which they are recognised are those of a profile, in its `figures.toml`: rules for its measures, number
words, and words that tell how exact a number is. A number that no rule matches is ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from hankelod.messages.words import message
from hankelod.model.amounts import SPACES, readings
from hankelod.records import tree
from hankelod.records.folder import NotADataset

FILE = "figures.toml"
"""File of a profile with the wordings."""


class ProposedFigure(NamedTuple):
    """A proposal: the measure's id, the value as decimal text, a qualifier or None, the most of a range or None, where
    `value` is its least, and the sentence that states it.
    """

    measure: str
    value: str
    qualifier: str | None
    most: str | None
    sentence: str

    def keys(self) -> dict[str, str]:
        """The keys and values of the observation."""
        figure = {"value": self.value} if self.most is None else {"min": self.value, "max": self.most}
        return {"measure": self.measure, **figure, **({"qualifier": self.qualifier} if self.qualifier else {})}


DIGITS = (
    rf"[0-9]{{1,3}}(?:{SPACES}[0-9]{{3}})+(?:,[0-9]+)?(?![0-9])|[0-9]{{1,3}}(?:\.[0-9]{{3}})+(?:,[0-9]+)?(?![0-9])"
    r"|[0-9]+(?:[,.][0-9]+)?"
)
"""A number in digits. A dot parts thousands (`1.200`) where three digits follow it, a comma decimals."""


class Rule(NamedTuple):
    """A rule for one measure.

    `pattern` matches the number (group `n`) with its noun. The sentence must match `near` and must not match `unless`.
    The value is the number times `factor`.
    """

    measure: str
    pattern: re.Pattern[str]
    near: re.Pattern[str] | None = None
    unless: re.Pattern[str] | None = None
    factor: int = 1

    def applies(self, sentence: str) -> bool:
        """Check if the rest of a sentence is as the rule asks."""
        if self.near and not self.near.search(sentence):
            return False
        return not (self.unless and self.unless.search(sentence))


SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[\"”“A-ZÅÄÖ])")

LONGEST = 2_000
"""Most characters of a sentence; the rest is ignored, which bounds the time that the patterns take."""


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, each cut off at `LONGEST` characters."""
    return [s.strip()[:LONGEST] for s in SENTENCE.split(text) if s.strip()]


class Wordings(NamedTuple):
    """The wordings of a profile. The rules are in order of precedence: a number belongs to the first that matches it.

    A rule of `ranges` matches two bounds, the groups `a` and `b`.
    """

    rules: tuple[Rule, ...] = ()
    ranges: tuple[Rule, ...] = ()
    numbers: dict[str, int] = {}
    qualifiers: tuple[tuple[str, re.Pattern[str]], ...] = ()
    year: re.Pattern[str] | None = None

    def figures(self, text: str) -> list[ProposedFigure]:
        """Return the figures of a text in its order."""
        return [f for sentence in sentences(text) for f in self._in_sentence(sentence)]

    def _in_sentence(self, sentence: str) -> Iterator[ProposedFigure]:
        found: dict[int, ProposedFigure] = {}
        for rule in self.rules:
            for m in rule.pattern.finditer(sentence) if rule.applies(sentence) else ():
                at = m.start("n")
                if at not in found and not self._is_year(m["n"], sentence[:at]):
                    value = self._value(m["n"], rule.factor)
                    found[at] = ProposedFigure(rule.measure, value, self._qualifier(sentence[:at]), None, sentence)
        for rule in self.ranges:
            for m in rule.pattern.finditer(sentence) if rule.applies(sentence) else ():
                found.pop(m.start("b"), None)
                found[m.start("a")] = ProposedFigure(rule.measure, m["a"], None, m["b"], sentence)
        return (figure for _, figure in sorted(found.items()))

    def _is_year(self, number: str, before: str) -> bool:
        """Tell whether a number is a year rather than a count."""
        looks = re.fullmatch(r"(?:19|20)[0-9][0-9]", number) is not None
        return looks and self.year is not None and self.year.search(before) is not None

    def _value(self, number: str, factor: int) -> str:
        """Return the value of a number or number word as decimal text; `factor` is 1 or 1000."""
        low = number.casefold()
        if low in self.numbers:
            return str(self.numbers[low] * factor)
        plain = readings(number, ".")[-1]
        if factor == 1:
            return plain
        value = format(Decimal(plain) * factor, "f")
        return value.rstrip("0").rstrip(".") if "." in value else value

    def _qualifier(self, before: str) -> str | None:
        return next((name for name, pattern in self.qualifiers if pattern.search(before)), None)


def load(profile: Path) -> Wordings:
    """Read the wordings of the profile in a folder; none where it has no file of them.

    Raises NotADataset for a file that is not in order.
    """
    file = profile / FILE
    if not file.exists():
        return Wordings()
    try:
        return _read(tree.decode(tree.read_bytes(file, FILE, within=profile), FILE))
    except tree.Unreadable as error:
        why: object = error.problem.message
    except (ValueError, KeyError, TypeError, AttributeError, re.error) as error:
        why = error
    raise NotADataset(message("refusal-wordings", file=f"{profile.name}/{FILE}", why=why))


def _read(text: str) -> Wordings:
    """Read wordings in TOML. Raises ValueError, KeyError, TypeError, AttributeError or re.error."""
    import tomli

    said = tomli.loads(text)
    words = {word: int(value) for value, forms in said.get("numbers", {}).items() for word in forms.split("|")}
    spelled = rf"|\b(?:{'|'.join(words)})\b" if words else ""
    number = f"(?P<n>{DIGITS}{spelled})"
    return Wordings(
        tuple(_rule(each, number) for each in said.get("rules", [])),
        tuple(_rule(each, number) for each in said.get("ranges", [])),
        words,
        tuple((name, _pattern(text)) for name, text in said.get("qualifiers", {}).items()),
        _pattern(said["year"]) if "year" in said else None,
    )


def _rule(said: dict[str, str | int], number: str) -> Rule:
    near, unless = (_pattern(str(said[key])) if key in said else None for key in ("near", "unless"))
    pattern = _pattern(str(said["pattern"]).replace("#", number))
    return Rule(str(said["measure"]), pattern, near, unless, int(said.get("factor", 1)))


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)
