"""Forms of numbers and dates: an example or a pattern that says how the cells of a column are written."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import NamedTuple

from hankelod.messages.tables import currencies
from hankelod.model import amounts, spoken

MINUS = "-\u2212"


class NumberForm(NamedTuple):
    """The form of the numbers of a column, by an example of one: `1.234,56`, `1 234,56`, `50 %`.

    `decimal` is the sign before decimals and `group` that between thousands, each empty where the example has none;
    numbers of a `percent` form are divided by a hundred. Where the example has no decimals, numbers may: their sign is
    known as in an example. The `mark` of a currency is read in numbers where the example has it.
    """

    example: str
    decimal: str
    group: str
    percent: bool
    mark: str = ""

    def read(self, text: str) -> str | None:
        """Return a number of this form as decimal text, or None. A text without grouping has the form too."""
        bare = text.strip()
        if self.percent:
            bare = bare.removesuffix("%").rstrip()
        if self.mark:
            bare = bare.removeprefix(self.mark).removesuffix(self.mark).strip()
        match = _pattern(self.decimal, self.group).fullmatch(bare) or _pattern(self.decimal, self.group).fullmatch(
            amounts.unmarked(bare)
        )
        if match is None:
            return None
        whole = re.sub(r"\D", "", match["whole"]).lstrip("0") or "0"
        part = (match["part"] or "").rstrip("0") if set(match["part"] or "") <= {"0"} else match["part"]
        sign = "-" if match["sign"] and match["sign"] in MINUS else ""
        number = f"{sign}{whole}.{part}" if part else sign + whole
        return hundredth(number) if self.percent else number


@cache
def _pattern(decimal: str, group: str) -> re.Pattern[str]:
    """The pattern of the numbers with these signs."""
    whole = "[0-9]+"
    if group:
        between = amounts.SPACES if re.fullmatch(amounts.SPACES, group) else re.escape(group)
        whole = rf"[1-9][0-9]{{0,2}}(?:{between}[0-9]{{3}})+|[0-9]+"
    # without decimals in the example a sign before other than three digits is that of decimals all the same
    other = "".join(sign for sign in ".," if sign != group)
    part = (
        rf"(?:{re.escape(decimal)}(?P<part>[0-9]+))?" if decimal else rf"(?:[{other}](?![0-9]{{3}}\Z)(?P<part>[0-9]+))?"
    )
    return re.compile(rf"(?P<sign>[{MINUS}+]?)\s*(?P<whole>{whole}){part}")


def hundredth(number: str) -> str:
    """Return a hundredth of a decimal, as decimal text."""
    sign, digits = ("-", number[1:]) if number.startswith("-") else ("", number)
    whole, _, part = digits.partition(".")
    whole = whole.zfill(3)
    rest = (whole[-2:] + part).rstrip("0")
    whole = whole[:-2].lstrip("0") or "0"
    return sign + (f"{whole}.{rest}" if rest else whole)


def number_form(example: str) -> NumberForm | None:
    """Return the form of which a text is an example, or None if it is no number.

    The last dot or comma before other than three digits is the decimal sign; other signs group.
    """
    bare = example.strip()
    percent = bare.endswith("%")
    bare = bare.removesuffix("%").rstrip()
    mark = next((x for x in _marks() if bare.startswith(x) or bare.endswith(x)), "")
    bare = amounts.unmarked(bare.removeprefix(mark).removesuffix(mark).strip())
    last = re.search(r"[.,](?=[0-9]*\Z)", bare)
    decimal = last.group() if last and len(bare) - last.end() != 3 else ""
    before = bare[: last.start()] if last and decimal else bare
    groups = set(re.findall(rf"{amounts.SPACES}|[.,]", before.lstrip("+" + MINUS).strip()))
    if len(groups) > 1 or decimal in groups:
        return None
    form = NumberForm(example, decimal, next(iter(groups), ""), percent, mark)
    return form if form.read(example) is not None else None


@cache
def _marks() -> tuple[str, ...]:
    """The codes and symbols of currencies, the longest first."""
    marks = {*currencies(), *(each.symbol for each in currencies().values())}
    return tuple(sorted(marks, key=lambda mark: (-len(mark), mark)))


### Dates

TOKEN = re.compile(r"'[^']*'|y+|M+|d+|H+|h+|m+|s+|S+|[XxZz]+|a|[^yMdHhmsSXxZza']")

TIME = re.compile(
    r"[T ][0-9]{1,2}[:.][0-9]{2}(?:[:.][0-9]{2}(?:[.,][0-9]+)?)?"
    r"\s*(?:Z|[+-][0-9]{2}:?[0-9]{2}|[AaPp][.]?[Mm][.]?)?"
)
"""A time behind a date, which is not part of it."""

CLOCK = {
    "H": "[0-9]{1,2}",
    "h": "[0-9]{1,2}",
    "m": "[0-9]{1,2}",
    "s": "[0-9]{1,2}",
    "S": "[0-9]+",
    "X": "(?:Z|[+-][0-9]{2}:?(?:[0-9]{2})?)",
    "x": "[+-][0-9]{2}:?(?:[0-9]{2})?",
    "Z": "(?:Z|[+-][0-9]{2}:?[0-9]{2})",
    "z": r"\w+",
    "a": r"\w+[.]?",
}
"""Patterns of the tokens of a time, by their letter (Unicode Technical Standard 35)."""


class DateForm(NamedTuple):
    """The form of the dates of a column, as a pattern of letters (`d.M.yyyy`, `yyyy-MM-dd`, `M/yyyy`, `d MMMM yyyy`).

    A cell that leaves out the day, or day and month, has the form too, and is read as precise as it is. `pieces` are
    the regular expressions of these readings, the whole one first.
    """

    pattern: str
    pieces: tuple[str, ...]

    def read(self, text: str) -> str | None:
        """Return a date of this form (`2015-03-01`, `2015-03`, `2015`), or None."""
        text = " ".join(text.split())
        for piece in self.pieces:
            match = _compiled(piece).fullmatch(text)
            if match is not None:
                return _date(match.groupdict())
        return None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _date(parts: dict[str, str]) -> str | None:
    """A date of its parts, or None where the calendar has none such."""
    year = parts["y"]
    if len(year) == 2:  # POSIX: 69 to 99 are of the last century
        year = f"{19 if int(year) >= 69 else 20}{year}"
    word = parts.get("M")
    if word is None:
        return year if int(year) else None
    month = int(word) if word.isdecimal() else spoken.month(word.rstrip(".")) or 0
    try:
        day = date(int(year), month, int(parts.get("d") or 1)).isoformat()
    except ValueError:
        return None
    return day if parts.get("d") else day[:7]


def date_form(pattern: str) -> DateForm | None:
    """Return the form of a pattern, or None where it is none: a year has to be in it, and a month beside a day."""
    tokens = TOKEN.findall(pattern.strip())
    letters = [t[0] for t in tokens if t[0] in "yMd"]
    if "".join(tokens) != pattern.strip() or len(letters) != len(set(letters)) or "y" not in letters:
        return None
    if "d" in letters and "M" not in letters:
        return None
    if any((t[0] in "yMd" and len(t) > (2 if t[0] == "d" else 4)) or t == "yyy" for t in tokens):
        return None
    clock = next((n for n, t in enumerate(tokens) if t[0] in CLOCK), None)
    readings = [tokens]
    days = tokens if clock is None else _bare(tokens[:clock])
    if clock is not None and sum(t[0] in "yMd" for t in days) == len(letters):
        readings.append(days)
    for letter in "dM":
        if letter in letters and days:
            days = _without(days, letter)
            readings.append(days)
    pieces = tuple(dict.fromkeys(_regex(each, n == 0 and clock is None) for n, each in enumerate(readings)))
    return DateForm(pattern, pieces)


def _bare(tokens: list[str]) -> list[str]:
    """Tokens without literal text at their end."""
    while tokens and tokens[-1][0] not in "yMd":
        tokens = tokens[:-1]
    return tokens


def _without(tokens: list[str], letter: str) -> list[str]:
    """Tokens without that of a letter, and without the literal text between it and the next towards the year."""
    at = next(n for n, t in enumerate(tokens) if t[0] == letter)
    year = next(n for n, t in enumerate(tokens) if t[0] == "y")
    before, after = tokens[:at], tokens[at + 1 :]
    if year > at:
        while after and after[0][0] not in "yMd":
            after = after[1:]
    else:
        before = _bare(before)
    return _bare([*before, *after])


def _regex(tokens: list[str], timed: bool) -> str:
    """The regular expression of tokens; a time may follow where it is `timed`."""
    out = ""
    for n, token in enumerate(tokens):
        near = [t[0] in "yMd" and len(t) <= 4 for t in tokens[max(n - 1, 0) : n] + tokens[n + 1 : n + 2]]
        letter = token[0]
        if letter == "y":
            out += "(?P<y>[0-9]{2})" if len(token) == 2 else "(?P<y>[0-9]{4})"
        elif letter == "M" and len(token) > 2:
            out += r"(?P<M>[^\W\d]+[.]?)"
        elif letter in "Md":
            out += f"(?P<{letter}>[0-9]{{2}})" if any(near) else f"(?P<{letter}>[0-9]{{1,2}})"
        elif letter in CLOCK:
            out += CLOCK[letter]
        else:
            out += re.escape(token.strip("'"))
    return out + (f"(?:{TIME.pattern})?" if timed else "")
