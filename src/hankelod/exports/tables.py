"""One clean row for each project: CSV for machines, CSV as Finnish spreadsheets read it, XLSX.

CSV follows RFC 4180; `hankelod.exports.csvw` tells what its columns mean. Column names are keys of the card; `_fi`, `_sv`, `_en`
tell the language, `_name` and `_number` the name and number of what a key refers to.

Texts that a spreadsheet would run as a formula: `projects.csv` gives them exactly, as data do; `projects.fi.csv`, which
is made for spreadsheets, puts an apostrophe in front; in `projects.xlsx` a text is always a text.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import NamedTuple

from hankelod.exports.summaries import Card, Cards, Key
from hankelod.messages.catalogue import Text
from hankelod.publication.files import File, Files

CSV = (("projects.csv", False), ("projects.fi.csv", True))
"""The tables in CSV, and whether they are for Finnish spreadsheets."""

SEPARATOR = "|"

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""Beginnings of a text that spreadsheets take for a formula (OWASP, "CSV Injection")."""

CELL = 32767
"""The most characters that a cell of a workbook can hold (ECMA-376)."""

DATATYPES = {
    "text": "string",
    "decimal": "decimal",
    "integer": "integer",
    "boolean": "boolean",
    "month": "gYearMonth",
    "year": "gYear",
    "date": "date",
    "language": "string",  # CSVW knows `language`, but not every processor does
    "iri": "anyURI",
    "relative": "string",
    "class": "string",
    "link": "anyURI",
}
"""Kind of value to the datatype that CSVW names it by."""


class Column(NamedTuple):
    """A column: its name, where its value stands in the card, and what it is."""

    name: str
    path: tuple[str, ...]
    datatype: str
    many: bool
    lang: str | None
    key: Key
    label: Text


def columns(cards: Cards) -> list[Column]:
    """The columns of the table, in their order."""
    found: list[Column] = []
    for key in cards.keys:
        if key.kind == "langtext":
            found += _by_language(cards, key, key.name, (key.name,), key.label)
        elif key.kind == "thing":
            assert key.target is not None
            area = key.target.identified_by is not None
            found.append(
                Column(key.name, (key.name, "code" if area else "id"), "string", key.many, None, key, key.label)
            )
            if area:
                found.append(
                    Column(
                        f"{key.name}_number",
                        (key.name, "number"),
                        "integer",
                        key.many,
                        None,
                        key,
                        _both(key.label, cards.label("number")),
                    )
                )
            found += _by_language(
                cards, key, f"{key.name}_name", (key.name, "name"), _both(key.label, cards.label("name"))
            )
        elif key.kind == "link":
            found.append(Column(key.name, (key.name, "url"), DATATYPES[key.kind], True, None, key, key.label))
        else:
            found.append(Column(key.name, (key.name,), DATATYPES[key.kind], key.many, None, key, key.label))
    return found


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


def _both(first: Text, second: Text) -> Text:
    return {lang: f"{first[lang]}: {second[lang]}" for lang in first if lang in second}


def value(card: Card, column: Column) -> object | None:
    """A column's value of a card: None, one value, or a list."""
    found: object = card
    for step in column.path:
        found = (
            [i.get(step) for i in found]
            if isinstance(found, list)
            else found.get(step)
            if isinstance(found, dict)
            else None
        )
    return [v for v in found if v is not None] if isinstance(found, list) else found


def plain(item: object) -> str:
    """A value as text, the way XML Schema writes it."""
    if item.__class__ is str:
        return item  # type: ignore[return-value]
    if isinstance(item, bool):
        return "true" if item else "false"
    return format(item, "f") if isinstance(item, Decimal) else str(item)


def cell(found: object | None) -> str:
    if found is None:
        return ""
    if isinstance(found, list):
        return SEPARATOR.join([(v if v.__class__ is str else plain(v)).replace(SEPARATOR, "/") for v in found])
    return plain(found)


Read = Callable[[Card], str]
"""The text of a cell, out of a card."""


def _reader(column: Column) -> Read:
    """How a column's cells are read: the ways that most of them take, without looking at each step what there is."""
    first, *rest = column.path
    if not rest:
        return lambda card: cell(card.get(first))
    step, last = rest[0], rest[-1]
    if len(rest) > 2:
        return lambda card: cell(value(card, column))
    if column.many:
        if len(rest) == 1:
            return lambda card: cell([v[step] for v in card[first] if step in v]) if card.get(first) else ""  # type: ignore[attr-defined]
        return lambda card: cell([v[step][last] for v in card[first] if last in v[step]]) if card.get(first) else ""  # type: ignore[attr-defined]
    if len(rest) == 1:
        return lambda card: cell(card[first].get(step)) if first in card else ""  # type: ignore[attr-defined]
    return lambda card: cell(card[first][step].get(last)) if first in card else ""  # type: ignore[index]


Rows = list[list[str]]
"""The cells of a table, row by row, with commas and points."""


def rows(cards: Iterable[Card], told: list[Column]) -> Rows:
    """A row for each card."""
    readers = [_reader(c) for c in told]
    return [[read(card) for read in readers] for card in cards]


def as_csv(cards: Cards, told: list[Column], finnish: bool = False) -> bytes:
    """The table in CSV: with commas and points, or with semicolons and decimal commas (and a byte order mark, without
    which spreadsheets take UTF-8 for something else)."""
    return csv_head(told, finnish) + csv_rows(rows(cards.cards, told), told, finnish)


def csv_head(told: list[Column], finnish: bool = False) -> bytes:
    """The first row, with the names of the columns."""
    return _csv([[c.name for c in told]], finnish).encode("utf-8-sig" if finnish else "utf-8")


def csv_rows(table: Rows, told: list[Column], finnish: bool = False) -> bytes:
    """The rows of a table."""
    return _csv(_finnish(table, told) if finnish else table, finnish).encode()


def _finnish(table: Rows, told: list[Column]) -> Rows:
    """The rows with decimal commas, and with what looks like a formula as a text."""
    decimals = [n for n, c in enumerate(told) if c.datatype == "decimal" and not c.many]
    texts = [n for n, c in enumerate(told) if c.datatype not in ("decimal", "integer") or c.many]
    changed = []
    for row in table:
        row = row.copy()
        for n in decimals:
            row[n] = row[n].replace(".", ",")
        for n in texts:
            if row[n].startswith(FORMULA):
                row[n] = "'" + row[n]
        changed.append(row)
    return changed


def _csv(table: Rows, finnish: bool) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";" if finnish else ",", lineterminator="\r\n").writerows(table)
    return buffer.getvalue()


def tables(cards: Cards) -> Files:
    """The table as CSV, for programs and for spreadsheets."""
    told = columns(cards)
    for name, finnish in CSV:
        yield File(f"dump/{name}", as_csv(cards, told, finnish))
