"""Kinds of numbers and truth values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from hankelod.model import amounts, spoken
from hankelod.model.kinds.kind import NO_DATATYPE, OTHER_KIND, Kind, Rules
from hankelod.rdf.graph import XSD

FORM = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
"""The lexical forms of xsd:decimal (XML Schema Part 2, 3.2.3)."""

DIGITS = 18
"""Most digits of a decimal: as many as every processor of xsd:decimal must support (ibid.)."""


def is_decimal(text: str) -> bool:
    """Check if a text is a decimal that all engines read: each has its own limits, and rdflib reads NaN and 1_000."""
    if FORM.fullmatch(text) is None:
        return False
    return len(text) <= DIGITS or sum(c.isdigit() for c in text) <= DIGITS


def _decimal(text: str) -> object:
    return text if is_decimal(text) else NO_DATATYPE


def _integer(text: str) -> object:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else text


def _boolean(text: str) -> object:
    return text == "true" if text in ("true", "false") else OTHER_KIND


def _check_decimal(v: str) -> list[str]:
    # most amounts are integers; floats never occur (`float_hook` in decoding.py)
    return [f"if {v}.__class__ is int and 0 < {v} < 1000000000: {v} = str({v})", f"else: {v} = decimal({v})"]


def _check_integer(v: str) -> list[str]:
    return [f"{v} = integer({v})"]


### Guesses


def _takes(text: str) -> bool:
    return re.fullmatch(r"[+-]?[0-9]{1,15}([.][0-9]{1,9})?", text) is not None


def in_range(text: str, rules: Rules) -> bool:
    """Check a number against the bounds of a field."""
    from decimal import Decimal

    number = Decimal(text)
    holds = {
        "minInclusive": lambda limit: number >= limit,
        "minExclusive": lambda limit: number > limit,
        "maxInclusive": lambda limit: number <= limit,
        "maxExclusive": lambda limit: number < limit,
    }
    return all(holds[name](Decimal(limit)) for name, limit in rules.limits.items() if name in holds)


def _numbers(text: str, rules: Rules) -> Iterator[str]:
    is_share, per_cent = rules.limits.get("maxInclusive") == "1", "%" in text
    for number in amounts.readings(amounts.unmarked(text.replace("%", ""))):
        if is_share and (per_cent or (_takes(number) and not in_range(number, rules))):
            yield from _hundredth(number)
        else:
            yield number


def _hundredth(number: str) -> Iterator[str]:
    from decimal import Decimal

    share = Decimal(number) / 100
    yield str(share.quantize(Decimal("0.01")) if share == share.quantize(Decimal("0.01")) else share)


def _truth(text: str, rules: Rules) -> Iterator[str]:
    word = spoken.truth(text)
    if word:
        yield word


def _cell(text: str) -> str:
    """Return `true` or `false` for a word that means it; any other text as it is."""
    return spoken.truth(text) or text


DECIMAL = Kind(
    "decimal",
    datatype=XSD + "decimal",
    term='"{$v}"^^$datatype',  # needs no escaping
    coerced=XSD + "decimal",
    nodes=frozenset(("text", "number")),
    read=_decimal,
    decoded=Any,
    check=_check_decimal,
    takes=_takes,
    guesses=_numbers,
    numeric=True,
    schema={"anyOf": [{"type": "number"}, {"type": "string", "pattern": f"^{FORM.pattern}$"}]},
    complete={"type": "string", "pattern": f"^{FORM.pattern}$"},
    summary={"type": "number"},
    csvw="decimal",
    fractional=True,
    plain=r"-?[0-9]+(\.[0-9]+)?",
    lexical=rf"(?=(?:[^0-9]*[0-9]){{1,{DIGITS}}}[^0-9]*$){FORM.pattern}",
    example=True,
    shown="number",
)

INTEGER = Kind(
    "integer",
    datatype=XSD + "integer",
    term='"{$v}"^^$datatype',
    nodes=frozenset(("text", "number")),
    read=_integer,
    decoded=Any,
    check=_check_integer,
    distinct=False,
    guesses=_numbers,
    numeric=True,
    schema={"anyOf": [{"type": "integer"}, {"type": "string", "pattern": "^-?[0-9]+$"}]},
    complete={"type": "integer", "minimum": 0},
    summary={"type": "integer", "minimum": 0},
    csvw="integer",
    plain="-?[0-9]+",
    lexical="[+-]?[0-9]+",
    example=True,
)

BOOLEAN = Kind(
    "boolean",
    datatype=XSD + "boolean",
    term='"{"true" if $v else "false"}"^^$datatype',
    nodes=frozenset(("text", "true", "false")),
    read=_boolean,
    decoded=bool,
    distinct=False,
    guesses=_truth,
    schema={"type": "boolean"},
    complete={"type": "boolean"},
    summary={"type": "boolean"},
    csvw="boolean",
    cell=_cell,
    choices=("true", "false"),
    plain="true|false",
    shown="boolean",
)
