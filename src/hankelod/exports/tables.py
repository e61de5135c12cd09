"""Tables: one row per project, as CSV for programs and as CSV for Finnish spreadsheets.

CSV follows RFC 4180; `hankelod.exports.csvw` describes the columns. Column names are the keys of a card; the suffixes
`_fi`, `_sv`, `_en` mark the language, `_name` and `_number` the name and number of the thing referred to.

Texts that a spreadsheet would evaluate as a formula are exact in `projects.csv`; in `projects.fi.csv`, which is meant
for spreadsheets, they are preceded by an apostrophe.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import NamedTuple

from hankelod.exports.summaries import LINK, THING, Card, Cards, Key
from hankelod.messages.catalogue import Text

CSV = (("projects.csv", False), ("projects.fi.csv", True))
"""File names of the CSV tables; True for the one for Finnish spreadsheets."""

SEPARATOR = "|"
"""Separator of several values in a cell."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""Beginnings of texts that spreadsheets evaluate as formulas (OWASP, "CSV Injection")."""

CELL = 32767
"""Most characters in a cell of a workbook (ECMA-376)."""


class Column(NamedTuple):
    """Column of the table; `path` are the keys that lead to its value in a card, `many` means a list of values."""

    name: str
    path: tuple[str, ...]
    datatype: str
    many: bool
    lang: str | None
    key: Key
    label: Text


def columns(cards: Cards) -> list[Column]:
    """Return the columns of the table, in order."""
    header: list[Column] = []
    for key in cards.keys:
        if key.kind.by_language:
            header += _by_language(cards, key, key.name, (key.name,), key.label)
        elif key.kind is THING:
            assert key.target is not None
            area = key.target.identified_by is not None
            header.append(
                Column(key.name, (key.name, "code" if area else "id"), "string", key.many, None, key, key.label)
            )
            if area:
                header.append(
                    Column(
                        f"{key.name}_number",
                        (key.name, "number"),
                        "integer",
                        key.many,
                        None,
                        key,
                        _combined(key.label, cards.label("number")),
                    )
                )
            header += _by_language(
                cards, key, f"{key.name}_name", (key.name, "name"), _combined(key.label, cards.label("name"))
            )
        elif key.kind is LINK:
            header.append(Column(key.name, (key.name, "url"), key.kind.csvw, True, None, key, key.label))
        else:
            header.append(Column(key.name, (key.name,), key.kind.csvw, key.many, None, key, key.label))
    return header


def _by_language(cards: Cards, key: Key, name: str, path: tuple[str, ...], label: Text) -> list[Column]:
    languages = [
        lang for lang in cards.dataset.languages if key.field is None or lang in (key.field.languages or (lang,))
    ]
    return [
        Column(
            f"{name}_{lang}",
            (*path, lang),
            "string",
            key.many,
            lang,
            key,
            {k: f"{v} ({lang})" for k, v in label.items()},
        )
        for lang in languages
    ]


def _combined(first: Text, second: Text) -> Text:
    return {lang: f"{first[lang]}: {second[lang]}" for lang in first if lang in second}


def value(card: Card, column: Column) -> object | None:
    """Return the value of a column in a card: None, one value, or a list."""
    current: object = card
    for step in column.path:
        current = (
            [i.get(step) for i in current]
            if isinstance(current, list)
            else current.get(step)
            if isinstance(current, dict)
            else None
        )
    return [v for v in current if v is not None] if isinstance(current, list) else current


def plain(item: object) -> str:
    """Return a value in its XML Schema lexical form."""
    if item.__class__ is str:
        return item  # type: ignore[return-value]
    if isinstance(item, bool):
        return "true" if item else "false"
    return format(item, "f") if isinstance(item, Decimal) else str(item)


def cell(item: object | None) -> str:
    """Return the text of a cell: empty for None, values of a list joined by SEPARATOR."""
    if item is None:
        return ""
    if isinstance(item, list):
        return SEPARATOR.join([(v if v.__class__ is str else plain(v)).replace(SEPARATOR, "/") for v in item])
    return plain(item)


Get = Callable[[Card], object | None]
"""Function that returns the value of one column in a card, as `value` does."""


def getter(column: Column) -> Get:
    """Return the getter of a column, specialised by the length of its path: faster than walking it for each cell."""
    first, *rest = column.path
    if not rest:
        return lambda card: card.get(first)
    step, last = rest[0], rest[-1]
    if len(rest) > 2:
        return lambda card: value(card, column)
    if column.many:
        if len(rest) == 1:
            return lambda card: [v[step] for v in card[first] if step in v] if card.get(first) else None  # type: ignore[attr-defined]
        return lambda card: [v[step][last] for v in card[first] if last in v[step]] if card.get(first) else None  # type: ignore[attr-defined]
    if len(rest) == 1:
        return lambda card: card[first].get(step) if first in card else None  # type: ignore[attr-defined]
    return lambda card: card[first][step].get(last) if first in card else None  # type: ignore[index]


Rows = list[list[str]]
"""Cells of a table by row, with decimal points."""


def rows(cards: Iterable[Card], header: list[Column]) -> Rows:
    """Return a row for each card."""
    getters = [getter(c) for c in header]
    return [[cell(get(card)) for get in getters] for card in cards]


def csv_head(header: list[Column], finnish: bool = False) -> bytes:
    """Return the first line, with the names of the columns."""
    return _csv([[c.name for c in header]], finnish).encode("utf-8-sig" if finnish else "utf-8")


def csv_rows(table: Rows, header: list[Column], finnish: bool = False) -> bytes:
    """Return the lines of the rows."""
    return _csv(_localised(table, header) if finnish else table, finnish).encode()


def _localised(table: Rows, header: list[Column]) -> Rows:
    """Return the rows with decimal commas, and an apostrophe before texts that look like formulas."""
    decimals = [n for n, c in enumerate(header) if c.datatype == "decimal" and not c.many]
    texts = [n for n, c in enumerate(header) if c.datatype not in ("decimal", "integer") or c.many]
    escaped = []
    for row in table:
        row = row.copy()
        for n in decimals:
            row[n] = row[n].replace(".", ",")
        for n in texts:
            if row[n].startswith(FORMULA):
                row[n] = "'" + row[n]
        escaped.append(row)
    return escaped


def _csv(table: Rows, finnish: bool) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";" if finnish else ",", lineterminator="\r\n").writerows(table)
    return buffer.getvalue()
