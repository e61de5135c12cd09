"""Bounds of dates: the first and the last day of a year, a month or a day, in its lexical form of XML Schema."""

from __future__ import annotations

import re

DATE = re.compile(r"([0-9]{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12][0-9]|3[01]))?)?")
"""A year, a month or a day."""

DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def first_day(date: str) -> str | None:
    """Return the first day of a year, month or day; None if it is none."""
    parts = _parts(date)
    return None if parts is None else f"{parts[0]}-{parts[1] or '01'}-{parts[2] or '01'}"


def last_day(date: str) -> str | None:
    """Return the last day of a year, month or day; None if it is none."""
    parts = _parts(date)
    if parts is None:
        return None
    year, month = parts[0], parts[1] or "12"
    return f"{year}-{month}-{parts[2] or _days(year, month)}"


def _parts(date: str) -> tuple[str, str | None, str | None] | None:
    """Return year, month and day of a date; None if the calendar has it not."""
    match = DATE.fullmatch(date)
    if match is None or (match[3] and int(match[3]) > _days(match[1], match[2])):
        return None
    return match[1], match[2], match[3]


def _days(year: str, month: str) -> int:
    """Return the number of days of a month in the Gregorian calendar."""
    number = int(year)
    leap = month == "02" and number % 4 == 0 and (number % 100 != 0 or number % 400 == 0)
    return DAYS[int(month) - 1] + leap
