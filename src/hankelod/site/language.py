"""Language of the site: its texts, and formats of numbers, money, months and dates.

The texts are those of the catalogue, or the dataset's own. A language that has neither gets English words, which are
marked as such, and formats that no language owns: dates as in ISO 8601, currencies by their codes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import NamedTuple

from hankelod.messages import tables
from hankelod.messages.catalogue import table
from hankelod.messages.languages import DEFAULT, LANGUAGES, folder
from hankelod.site import own
from hankelod.site.amounts import Amounts

FIXED = "\u00a0"
"""No-break space: between an amount and its currency."""

NEUTRAL = {
    "point": ".",
    "thousands": f"1{FIXED}000",
    "percent": f"{{n}}{FIXED}%",
    "money": "after",
    "months": "",
    "date": "yyyy-MM-dd",
    **{f"since-{precision}": "{date} –" for precision in ("year", "month", "day")},
    **{f"until-{precision}": "– {date}" for precision in ("year", "month", "day")},
}
"""Formats of a language that gives none of its own, by their names in the table `site.format`."""

PRECISIONS = {4: "year", 7: "month", 10: "day"}
"""Precision of a moment by the length of its form."""


class Borrowed(str):
    """Text of the site or the Model in another language than the page's; the content of an element marks it."""

    lang: str

    def __new__(cls, text: str, lang: str) -> Borrowed:
        """Return the text in a language."""
        made = super().__new__(cls, text)
        made.lang = lang
        return made

    def __html__(self) -> str:
        """Return the text as an element that says its language."""
        from markupsafe import escape

        return f'<span lang="{escape(self.lang)}">{escape(str(self))}</span>'


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
    """The texts of the site in one language by key (`section.name`); none if the catalogue has not the language."""
    sections = table(lang, "site") if lang in LANGUAGES else {}
    return {f"{section}.{name}": text for section, texts in sections.items() for name, text in texts.items()}


class Language:
    """Texts and formats of one language."""

    def __init__(
        self,
        code: str,
        languages: tuple[str, ...],
        texts: own.OwnTexts = own.NONE,
        currencies: Iterable[str] = (),
    ) -> None:
        """`languages` are those of the site, `texts` the dataset's own, and `currencies` those of its amounts."""
        self.code = code
        self.folder = folder(code, languages)
        self.order = (code, *(each for each in languages if each != code))
        self.own_pages = texts.pages
        self._words = {**_texts(code), **texts.texts}
        self._texts = {**_texts(DEFAULT), **self._words}
        self._format = {name: self._words.get(f"format.{name}", text) for name, text in NEUTRAL.items()}
        self._months = self._format["months"].split(" ") if self._format["months"] else []
        self._symbols = _symbols(frozenset(currencies), neutral="format.money" not in self._words)

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
        text = text.format(**{name: str(value) for name, value in values.items()}) if values else text
        return text if key in self._words or self.code == DEFAULT else Borrowed(text, DEFAULT)

    def __contains__(self, key: str) -> bool:
        """Return True if there is a text with this key."""
        return key in self._texts

    def speaks(self, key: str) -> bool:
        """Return True if the text of a key is in the language of the page."""
        return key in self._words

    def pick(self, text: object) -> Words | None:
        """Return a text in the language of the page, else in the next language available, which is then marked.

        The next are the other languages of the site, English, then any.
        """
        if not text:
            return None
        if isinstance(text, str):
            return Words(text)
        assert isinstance(text, Mapping)
        for code in (*self.order, DEFAULT, *text):
            if text.get(code):
                return Words(str(text[code]), None if code == self.code else str(code))
        return None

    def plain(self, text: object) -> str:
        """Return the same as `pick` as a string, which knows its language if that is another; empty without text."""
        picked = self.pick(text)
        if picked is None:
            return ""
        return Borrowed(picked.text, picked.lang) if picked.lang else picked.text

    def number(self, value: Decimal | int | str) -> str:
        """Format a number; its decimals stay as given."""
        whole, _, decimals = str(value).partition(".")
        sign, digits = ("\u2212", whole[1:]) if whole.startswith("-") else ("", whole)
        groups: list[str] = []
        while len(digits) > 3:
            groups.insert(0, digits[-3:])
            digits = digits[:-3]
        separator = self._format["thousands"][1]
        return sign + separator.join([digits, *groups]) + (self._format["point"] + decimals if decimals else "")

    def amount(self, value: Decimal | int | str, code: str) -> str:
        """Format an amount of the currency of an ISO 4217 code, with its smaller unit only if there is any.

        Without a code, which records checked by shapes of a dataset's own may lack, it is a number.
        """
        amount = Decimal(str(value))
        currency = self._symbols.get(code) or tables.Currency(code, tables.currency(code).decimals, True)
        whole = amount == amount.to_integral_value()
        places = 0 if whole else currency.decimals
        text = self.number(amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))
        if not code:
            return text
        if self._format["money"] == "before" and currency.before:
            gap = FIXED if currency.symbol[-1].isalpha() else ""
            return f"{currency.symbol}{gap}{text}"
        return f"{text}{FIXED}{currency.symbol}"

    def money(self, amounts: Amounts) -> str:
        """Format amounts by currency: a sum behind the other; empty if none is known."""
        return " · ".join(self.amount(value, code) for code, value in amounts.by_currency)

    def known(self, count: int, of: int) -> str:
        """Return for how many projects of how many something is known; empty if it is for all."""
        return "" if count == of else self("count.known", known=self.number(count), of=self.number(of))

    def percent(self, value: Decimal | str) -> str:
        """Format a percentage given in per cent, without trailing zeros."""
        return self._format["percent"].format(n=self.number(_trimmed(str(value))))

    def share(self, part: Decimal, whole: Decimal) -> str:
        """Format a part of a whole in per cent, to one decimal; empty without a whole."""
        return self.percent(str((part * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP))) if whole else ""

    def month(self, value: str) -> str:
        """Format a month such as `2021-05` in words."""
        year, _, month = value.partition("-")
        return f"{self._months[int(month) - 1]} {year}" if self._months else value

    def moment(self, value: str) -> str:
        """Format a year, a month or a day."""
        return self.date(value) if len(value) == 10 else self.month(value) if len(value) == 7 else value

    def period(self, start: str, end: str) -> str:
        """Format a period between two moments; a common year of two months is written once.

        Without an end it is open ("since 2021"), without a start it has an end alone, and without both it is empty.
        """
        if not (start and end):
            return self._bound("since", start) if start else self._bound("until", end) if end else ""
        first, last = self.moment(start), self.moment(end)
        if start == end:
            return last
        if len(start) == len(end) == 4:
            return f"{first}–{last}"
        if start[:4] == end[:4] and len(start) == len(end) == 7 and self._months:
            first = first.rsplit(" ", 1)[0]
        return f"{first} – {last}"

    def _bound(self, side: str, moment: str) -> str:
        """Format the one end of a period that is known; `side` is `since` or `until`."""
        precision = PRECISIONS[len(moment)]
        year, _, number = moment.partition("-")
        month = self._months[int(number) - 1] if self._months and precision == "month" else number
        return self._format[f"{side}-{precision}"].format(date=self.moment(moment), month=month, year=year)

    def date(self, value: str) -> str:
        """Format a day such as `2026-11-24`."""
        year, month, day = value.split("-")
        parts = {"yyyy": year, "MM": month, "M": str(int(month)), "dd": day, "d": str(int(day))}
        parts["MMMM"] = self._months[int(month) - 1] if self._months else month
        return re.sub("yyyy|MMMM|MM|M|dd|d", lambda token: parts[token[0]], self._format["date"])


def _symbols(used: frozenset[str], neutral: bool) -> dict[str, tables.Currency]:
    """Return the currencies that are written by a symbol: not in a neutral form, nor if two in use share one."""
    if neutral:
        return {}
    by_symbol: dict[str, list[str]] = {}
    for code in sorted(used):
        by_symbol.setdefault(tables.currency(code).symbol.rstrip("."), []).append(code)
    shared = {code for codes in by_symbol.values() if len(codes) > 1 for code in codes}
    return {code: currency for code, currency in tables.currencies().items() if code not in shared}


def _trimmed(number: str) -> str:
    """Return a number without trailing zeros of its decimals."""
    return number.rstrip("0").rstrip(".") if "." in number else number
