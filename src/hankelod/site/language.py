"""Language of the site: texts from the catalogue, and formats of numbers, money, months and dates."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import NamedTuple

from hankelod.messages.catalogue import table
from hankelod.messages.languages import folder

FIXED = "\u00a0"
"""No-break space: between thousands and before a unit."""


class Words(NamedTuple):
    """Text with its language; None if that is the language of the page, or the text has none."""

    text: str
    lang: str | None = None


class Link(NamedTuple):
    """Link to a page of the site: its path within a language, and the text of the link."""

    path: str
    words: Words


@cache
def _texts(lang: str) -> dict[str, str]:
    """The texts of the site in one language by key (`section.name`)."""
    sections = table(lang, "site")
    return {f"{section}.{name}": text for section, texts in sections.items() for name, text in texts.items()}


class Language:
    """Texts and formats of one language."""

    def __init__(self, code: str, languages: tuple[str, ...]) -> None:
        """`languages` are those of the site."""
        self.code = code
        self.folder = folder(code, languages)
        self.order = (code, *(each for each in languages if each != code))
        self._texts = _texts(code)
        self._months = self._texts["format.months"].split(" ")

    def __call__(self, key: str, **values: object) -> str:
        """Return the text of a key with its placeholders filled in.

        With a number `n`, ` | ` separates the singular from the plural. Raises KeyError for an unknown key.
        """
        text = self._texts[key]
        if "n" in values:
            one, _, many = text.partition(" | ")
            n = values["n"]
            text = one if n == 1 or not many else many
            values = {**values, "n": self.number(n) if isinstance(n, int) else n}
        return text.format(**values) if values else text

    def __contains__(self, key: str) -> bool:
        """Return True if the catalogue has a text with this key."""
        return key in self._texts

    def pick(self, text: object) -> Words | None:
        """Return a text in the language of the page, else in the next language available, which is then marked."""
        if not text:
            return None
        if isinstance(text, str):
            return Words(text)
        assert isinstance(text, Mapping)
        for code in (*self.order, *text):
            if text.get(code):
                return Words(str(text[code]), None if code == self.code else str(code))
        return None

    def plain(self, text: object) -> str:
        """Return the same as `pick` without the language, for titles and attributes; empty if there is no text."""
        picked = self.pick(text)
        return picked.text if picked else ""

    def number(self, value: Decimal | int | str) -> str:
        """Format a number; its decimals stay as given."""
        whole, _, decimals = str(value).partition(".")
        sign, digits = ("\u2212", whole[1:]) if whole.startswith("-") else ("", whole)
        groups: list[str] = []
        while len(digits) > 3:
            groups.insert(0, digits[-3:])
            digits = digits[:-3]
        separator, point = "," if self.code == "en" else FIXED, self._texts["format.point"]
        return sign + separator.join([digits, *groups]) + (point + decimals if decimals else "")

    def money(self, value: Decimal | int | str) -> str:
        """Format euros, with cents only if there are any."""
        amount = Decimal(str(value))
        whole = amount == amount.to_integral_value()
        text = self.number(amount.quantize(Decimal(1) if whole else Decimal("0.01"), ROUND_HALF_UP))
        return f"€{text}" if self.code == "en" else f"{text}{FIXED}€"

    def percent(self, value: Decimal | str) -> str:
        """Format a percentage given in per cent, without trailing zeros."""
        text = self.number(_trimmed(str(value)))
        return f"{text}%" if self.code == "en" else f"{text}{FIXED}%"

    def share(self, part: Decimal, whole: Decimal) -> str:
        """Format a part of a whole in per cent, to one decimal."""
        return self.percent(str((part * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP))) if whole else "–"

    def month(self, value: str) -> str:
        """Format a month such as `2021-05` in words."""
        year, _, month = value.partition("-")
        return f"{self._months[int(month) - 1]} {year}"

    def moment(self, value: str) -> str:
        """Format a year, a month or a day."""
        return self.date(value) if len(value) == 10 else self.month(value) if len(value) == 7 else value

    def period(self, start: str, end: str) -> str:
        """Format a period between two moments; a common year of two months is written once."""
        first, last = self.moment(start), self.moment(end)
        if start == end:
            return last
        if start[:4] == end[:4] and len(start) == len(end) == 7:
            first = first.rsplit(" ", 1)[0]
        return f"{first} – {last}"

    def date(self, value: str) -> str:
        """Format a day such as `2026-11-24`."""
        year, month, day = value.split("-")
        if self.code == "en":
            return f"{int(day)} {self._months[int(month) - 1]} {year}"
        return f"{int(day)}.{int(month)}.{year}"


def _trimmed(number: str) -> str:
    """Return a number without trailing zeros of its decimals."""
    return number.rstrip("0").rstrip(".") if "." in number else number
