"""Amounts: numbers and sums of money as people write them, with grouped thousands, decimals, signs and currencies.

The one reader of numbers in texts: in cells, in documents and in what a suggestion is made for. The words for a
currency are in the table `spoken` of the catalogue, so that another language brings its own.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache

from hankelod.messages.catalogue import table
from hankelod.messages.languages import LANGUAGES

SPACES = "[ \u00a0\u2000-\u200a\u202f\u205f\u3000'\u2019]"
"""Characters that part thousands besides dots and commas: spaces of any kind and apostrophes."""

SIGN = "(?P<sign>[-+\u2212]?)\\s*"


@cache
def _forms() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The forms of a number, each with the mark that parts its thousands where spaces do not. `0.125` has decimals."""
    spaced = re.compile(rf"{SIGN}(?P<whole>[0-9]+|[0-9]{{1,3}}(?:{SPACES}[0-9]{{3}})+)(?:[.,](?P<part>[0-9]+))?")
    marked = (
        (
            mark,
            re.compile(
                rf"{SIGN}(?!0[0-9]*{m}[0-9]{{3}}\Z)(?P<whole>[0-9]{{1,3}}(?:{m}[0-9]{{3}})+)(?:{other}(?P<part>[0-9]+))?"
            ),
        )
        for mark, m, other in ((".", r"\.", ","), (",", ",", r"\."))
    )
    return ("", spaced), *marked


def readings(text: str, marks: str = ".,") -> list[str]:
    """Return the numbers that a text may mean, as decimal text: none or one; two for `1.200`, with decimals first.

    `marks` are those that may part thousands. Zeros before a number go; those behind its decimals stay.
    """
    found = []
    for mark, form in _forms():
        match = form.fullmatch(text.strip()) if mark in marks else None
        if match is not None:
            whole = re.sub(r"\D", "", match["whole"]).lstrip("0") or "0"
            sign = "-" if match["sign"] in ("-", "\u2212") else ""
            found.append(f"{sign}{whole}.{match['part']}" if match["part"] else sign + whole)
    return found


def number(text: str) -> str | None:
    """Parse a number; return decimal text, or None for what is none and for what has two readings."""
    found = readings(text)
    return found[0] if len(found) == 1 else None


def is_ambiguous(text: str) -> bool:
    """Tell whether a text is a number of thousands or one with decimals: `1.200` is one and a fifth, or 1200."""
    return len(readings(text)) > 1


def money(text: str) -> str | None:
    """Parse a sum of money; return decimal text (`83300`, `95250.50`), or None.

    Thousands are parted by spaces or a dot, cents (one or two digits) by a comma or a dot.
    """
    bare = unmarked(text)
    parts = [(whole, cents.ljust(2, "0")) for whole, _, cents in (r.partition(".") for r in readings(bare, "."))]
    whole, cents = next((each for each in parts if len(each[1]) == 2), ("", ""))
    if not whole or not bare[0].isdigit():
        return None
    return whole if cents == "00" else f"{whole}.{cents}"


def unmarked(text: str) -> str:
    """Return a text without what stands for a currency before or behind a number: `75 000,- kr` is `75 000`.

    It takes one step behind the other, since a pattern of optional pieces tries again for each space of a long text.
    """
    rest = text.strip(" \u00a0\u2007\u202f").removesuffix(".")
    behind = re.search(rf"(?:{_currency()})\Z", rest[-LONGEST:], re.I)
    rest = (rest[: behind.start() - min(LONGEST, len(rest))] if behind else rest).rstrip()
    rest = (rest[:-2] if rest.endswith((",-", ":-")) else rest).rstrip()
    before = re.match(_currency(), rest, re.I)
    return (rest[before.end() :] if before else rest).strip() or text


LONGEST = 20
"""Most letters of a word for a currency."""


def currency_words(languages: Collection[str] = LANGUAGES, codes: Collection[str] | None = None) -> list[str]:
    """Return the words for currencies in languages of messages, the longest first; of all currencies without `codes`
    (ISO 4217)."""
    pairs = (pair.split("=") for lang in languages for pair in table(lang, "spoken")["money"].split())
    words = {word for code, word in pairs if codes is None or code in codes}
    return sorted(words, key=lambda w: (-len(w), w))


@cache
def _currency() -> str:
    """The words for a currency as a pattern."""
    return "|".join(map(re.escape, currency_words()))
