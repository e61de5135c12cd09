"""Kinds of dates: a month, a year, a day, and a moment, which is any of these."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hankelod.model import spoken
from hankelod.model.bounds import first_day
from hankelod.model.kinds.kind import NO_DATATYPE, Json, Kind, Rules
from hankelod.rdf.graph import XSD

PRECISIONS = {4: XSD + "gYear", 7: XSD + "gYearMonth", 10: XSD + "date"}
"""Datatypes of a moment by the length of its lexical form."""

NO_YEAR = "0000"
"""A year that engines take, and no calendar has: the year before 1 is -1."""

_MONTH = "[0-9]{4}-(0[1-9]|1[0-2])"

_DAY = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"

_MOMENT = "[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?"


def _dated(text: str) -> object:
    return NO_DATATYPE if text.startswith(NO_YEAR) else text


def _check(v: str) -> list[str]:
    return [f"if {v}[:4] == {NO_YEAR!r}: raise Out"]


### Guesses


def _takes_month(text: str) -> bool:
    return re.fullmatch(_MONTH, text) is not None and not text.startswith(NO_YEAR)


def _takes_day(text: str) -> bool:
    from datetime import date

    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _takes_moment(text: str) -> bool:
    return first_day(text) is not None and not text.startswith(NO_YEAR)


def _months(text: str, rules: Rules) -> Iterator[str]:
    for day in _days(text, rules):
        yield day[:7]
    numbers = re.fullmatch(r"([0-9]{1,4})\s*[-./ ]\s*([0-9]{1,4})[.]?", text)
    if numbers:
        first, second = numbers.groups()
        year, month = (first, second) if len(first) == 4 else (second, first)
        if len(year) == 4 and len(month) <= 2:
            yield f"{year}-{int(month):02}"
    if re.fullmatch(r"[0-9]{6}", text):
        yield f"{text[:4]}-{text[4:]}"
    named = re.fullmatch(r"(?:([^\W\d]+)[ .]+([0-9]{4})|([0-9]{4})[ .]+([^\W\d]+))[.]?", text)
    if named:
        word, year = (named[1], named[2]) if named[1] else (named[4], named[3])
        number = spoken.month(word)
        if number:
            yield f"{year}-{number:02}"


def _days(text: str, rules: Rules) -> Iterator[str]:
    """Yield days written with the day first, and ISO days with day and month swapped."""
    numbers = re.fullmatch(r"([0-9]{1,4})\s*[-./ ]\s*([0-9]{1,2})\s*[-./ ]\s*([0-9]{1,4})(?:[T ].*)?", text)
    if not numbers:
        if re.fullmatch(r"[0-9]{8}", text):
            yield from (d for d in [f"{text[:4]}-{text[4:6]}-{text[6:]}"] if _takes_day(d))
        return
    first, second, third = numbers.groups()
    if len(first) == 4 and len(third) <= 2:
        year, month, day = first, second, third
    elif len(third) == 4 and len(first) <= 2:
        day, month, year = first, second, third
    else:
        return
    for m, d in ((month, day), (day, month)):
        date = f"{year}-{int(m):02}-{int(d):02}"
        if _takes_day(date):
            yield date
            return  # swapped only if this is no valid date


def _years(text: str, rules: Rules) -> Iterator[str]:
    years = set(re.findall(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])", text))
    yield from years if len(years) == 1 else ()


def _moments(text: str, rules: Rules) -> Iterator[str]:
    for guesses in (_days, _months, _years):
        yield from guesses(text, rules)


### Cells


def _month_of_cell(text: str) -> str:
    month = re.fullmatch(r"(0?[1-9]|1[0-2])[/.]((?:19|20)[0-9][0-9])", text)
    return f"{month[2]}-{int(month[1]):02}" if month else text


_YEAR_OR_MORE: Json = {
    "anyOf": [{"type": "integer", "minimum": 1000, "maximum": 9999}, {"type": "string", "pattern": f"^{_MOMENT}$"}]
}
"""Schema of values that may be a year: without quotation marks it is a number in YAML."""

_TYPED: Json = {
    "anyOf": [
        {"type": "string"},
        {
            "type": "object",
            "properties": {"@value": {"type": "string"}, "@type": {"enum": ["xsd:gYear", "xsd:date"]}},
            "required": ["@value", "@type"],
            "additionalProperties": False,
        },
    ]
}
"""Schema of values in complete records, where a year or a day says its datatype."""

MONTH = Kind(
    "month",
    datatype=XSD + "gYearMonth",
    coerced=XSD + "gYearMonth",
    read=_dated,
    check=_check,
    takes=_takes_month,
    guesses=_months,
    summary={"type": "string", "pattern": f"^{_MONTH}$"},
    csvw="gYearMonth",
    cell=_month_of_cell,
    first_day="-01",
    plain="[0-9]{4}-[0-9]{2}",
    lexical=_MONTH,
    example=True,
    shown="month",
)

YEAR = Kind(
    "year",
    datatype=XSD + "gYear",
    coerced=XSD + "gYear",
    nodes=frozenset(("text", "number")),
    read=_dated,
    check=_check,
    guesses=_years,
    schema=_YEAR_OR_MORE,
    summary={"type": "string", "pattern": "^[0-9]{4}$"},
    csvw="gYear",
    first_day="-01-01",
    plain="[0-9]{4}",
    lexical="[0-9]{4}",
    example=True,
)

DATE = Kind(
    "date",
    datatype=XSD + "date",
    coerced=XSD + "date",
    read=_dated,
    check=_check,
    takes=_takes_day,
    guesses=_days,
    summary={"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
    csvw="date",
    plain=_DAY,
    lexical=_DAY,
    example=True,
    shown="date",
)

MOMENT = Kind(
    "moment",
    precisions=PRECISIONS,
    term='"{escape($v)}"^^{moments.get(len($v), moments[10])}',
    coerced=PRECISIONS[7],  # a year or a day is a value object, which says its datatype itself
    nodes=frozenset(("text", "number")),
    takes=_takes_moment,
    guesses=_moments,
    schema=_YEAR_OR_MORE,
    complete=_TYPED,
    summary={"type": "string", "pattern": f"^{_MOMENT}$"},
    plain=_MOMENT,
    lexical=_MOMENT,
    example=True,
    shown="moment",
)
