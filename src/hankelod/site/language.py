"""One language of the site: its texts out of the catalogue, and how it writes numbers, money, months and dates."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from hankelod.messages.catalogue import Text

LANGUAGES = ("fi", "sv", "en")
"""The languages of the site, the one at its root first."""

NARROW, FIXED = "\u202f", "\u00a0"
"""Spaces that do not break a line: between thousands, and before a unit."""


class Words(NamedTuple):
    """A text, and the language it is in where that is not the page's own (None: it is, or the text has no language)."""

    text: str
    lang: str | None = None


class Link(NamedTuple):
    """A page of the site by its path within a language, and what it is called there."""

    path: str
    words: Words


@cache
def _catalogue() -> dict[str, Text]:
    """The texts of the site by key (`section.name`), out of `texts.toml`."""
    import tomllib

    whole = tomllib.loads((files(__package__) / "texts.toml").read_text("utf-8"))
    return {f"{section}.{name}": text for section, texts in whole.items() for name, text in texts.items()}


def keys() -> list[str]:
    """The keys of all texts."""
    return sorted(_catalogue())


class Language:
    """What pages need to speak one language."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.folder = "" if code == LANGUAGES[0] else code + "/"
        self.order = (code, *(each for each in LANGUAGES if each != code))
        self._texts = {key: text[code] for key, text in _catalogue().items()}
        self._months = self._texts["format.months"].split(" ")

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key, its places filled in. With a number `n`, ` | ` parts the form for one from the others.

        Raises KeyError.
        """
        text = self._texts[key]
        if "n" in values:
            one, _, many = text.partition(" | ")
            n = values["n"]
            text = one if n == 1 or not many else many
            values = {**values, "n": self.number(n) if isinstance(n, int) else n}
        return text.format(**values) if values else text

    def __contains__(self, key: str) -> bool:
        """Whether the catalogue has a text of this key."""
        return key in self._texts

    def pick(self, text: object) -> Words | None:
        """A text by language as this page shows it: its own language, else the next best, marked as such."""
        if not text:
            return None
        if isinstance(text, str):
            return Words(text)
        assert isinstance(text, dict)
        for code in (*self.order, *text):
            if text.get(code):
                return Words(str(text[code]), None if code == self.code else str(code))
        return None

    def plain(self, text: object) -> str:
        """The same without its language, for titles and attributes."""
        picked = self.pick(text)
        return picked.text if picked else ""

    def number(self, value: Decimal | int | str) -> str:
        """A number with its decimals as given."""
        whole, _, decimals = str(value).partition(".")
        sign, digits = ("\u2212", whole[1:]) if whole.startswith("-") else ("", whole)
        groups: list[str] = []
        while len(digits) > 3:
            groups.insert(0, digits[-3:])
            digits = digits[:-3]
        separator, point = (",", ".") if self.code == "en" else (FIXED, ",")
        return sign + separator.join([digits, *groups]) + (point + decimals if decimals else "")

    def money(self, value: Decimal | int | str) -> str:
        """Euros, cents only where there are any."""
        amount = Decimal(str(value))
        whole = amount == amount.to_integral_value()
        text = self.number(amount.quantize(Decimal(1) if whole else Decimal("0.01"), ROUND_HALF_UP))
        return f"€{text}" if self.code == "en" else f"{text}{FIXED}€"

    def percent(self, value: Decimal | str) -> str:
        """A percentage given in per cent."""
        text = self.number(_trimmed(str(value)))
        return f"{text}%" if self.code == "en" else f"{text}{FIXED}%"

    def share(self, part: Decimal, whole: Decimal) -> str:
        """A part of a whole in per cent, to one decimal."""
        return self.percent(str((part * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP))) if whole else "–"

    def month(self, value: str) -> str:
        """A month such as `2021-05`, in words."""
        year, _, month = value.partition("-")
        return f"{self._months[int(month) - 1]} {year}"

    def period(self, start: str, end: str) -> str:
        """From one month to another, the year once where it is the same."""
        first, last = self.month(start), self.month(end)
        if start == end:
            return last
        if start[:4] == end[:4]:
            first = first.rsplit(" ", 1)[0]
        return f"{first} – {last}"

    def date(self, value: str) -> str:
        """A day such as `2026-11-24`."""
        year, month, day = value.split("-")
        if self.code == "en":
            return f"{int(day)} {self._months[int(month) - 1]} {year}"
        return f"{int(day)}.{int(month)}.{year}"


def _trimmed(number: str) -> str:
    """A number without the zeros that say nothing."""
    return number.rstrip("0").rstrip(".") if "." in number else number
