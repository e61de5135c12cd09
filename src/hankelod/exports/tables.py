"""Tables: one row per project, as CSV for programs and as CSV for spreadsheets in languages with a decimal comma.

CSV follows RFC 4180; `hankelod.exports.csvw` describes the columns. Column names are the keys of a card; the suffixes
`_en` marks the language, `_name` and `_number` the name and number of the thing referred to.

What a spreadsheet would turn into something else is exact in `projects.csv`. In the tables for spreadsheets, such as
`projects.fi.csv`, codes of areas stand before their names, which keeps their zeros, and texts that look like formulas
or numbers are preceded by an apostrophe.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from hankelod.exports.summaries import LINK, THING, Card, Cards, Key
from hankelod.messages.catalogue import Text, in_language, table
from hankelod.messages.languages import LANGUAGES

COMMA = ","
"""The decimal sign of the languages that have a table for spreadsheets."""

SEPARATOR = "|"
"""Separator of several values in a cell."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""Beginnings of texts that spreadsheets evaluate as formulas (OWASP, "CSV Injection")."""

SUSPECT = frozenset((*FORMULA, *"0123456789"))
"""Beginnings of texts that are a formula or a number."""

NUMBER = re.compile(r"[+-]?[0-9][0-9\s.,:/-]*([eE][+-]?[0-9]+)?\s?%?")
"""Texts that spreadsheets read as a number, a date or a time."""

LINE_END = "\r\n"

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


def values(cards: Iterable[Card], header: list[Column]) -> list[list[object | None]]:
    """Return the values of the columns for each card."""
    getters = [getter(c) for c in header]
    return [[get(card) for get in getters] for card in cards]


def rows(values: Iterable[Iterable[object | None]]) -> Rows:
    """Return a row for the values of each card."""
    return [[cell(item) for item in each] for each in values]


### CSV


def csv_name(lang: str | None = None) -> str:
    """Return the file name of the table for programs, or of that for spreadsheets in a language."""
    return "projects.csv" if lang is None else f"projects.{lang}.csv"


def spreadsheet_languages(languages: Iterable[str]) -> list[str]:
    """Return those of the languages that write a decimal comma, which have a table for spreadsheets."""
    return [lang for lang in languages if _point(lang) == COMMA]


def _point(lang: str) -> str | None:
    """Return the decimal sign of a language, None if it is not known."""
    if lang in LANGUAGES:
        return str(table(lang, "site", "format")["point"])
    return COMMA if lang in _with_comma() else None


@cache
def _with_comma() -> frozenset[str]:
    from importlib.resources import files

    import tomli

    return frozenset(tomli.loads((files(__package__) / "languages.toml").read_text("utf-8"))["comma"])


def csv_head(header: list[Column], spreadsheet: bool = False) -> bytes:
    """Return the first line, with the names of the columns."""
    return _csv([[c.name for c in header]], spreadsheet).encode("utf-8-sig" if spreadsheet else "utf-8")


def csv_rows(rows: Rows, spreadsheet: bool = False) -> bytes:
    """Return the lines of the rows."""
    return _csv(rows, spreadsheet).encode()


def is_code(column: Column) -> bool:
    """Tell a column of codes of areas."""
    return column.key.kind is THING and column.path[-1] == "code"


def named(rows: Rows, cards: Iterable[Card], header: list[Column], lang: str) -> Rows:
    """Return guarded rows with the names of areas, in one language if they have it, behind their codes."""
    codes = [(n, c.path[0]) for n, c in enumerate(header) if is_code(c)]
    changed = []
    for row, card in zip(rows, cards, strict=True):
        row = row.copy()
        for n, key in codes:
            areas = card.get(key)
            text = cell([_named(each, lang) for each in areas] if isinstance(areas, list) else _named(areas, lang))
            row[n] = "'" + text if _is_suspect(text, True) else text
        changed.append(row)
    return changed


def _named(area: object, lang: str) -> str | None:
    if not isinstance(area, dict):
        return None
    return f"{area['code']} {in_language(area['name'], lang)}".rstrip()


def guarded(rows: Rows, header: list[Column]) -> Rows:
    """Return the rows with decimal commas, and an apostrophe before texts that look like formulas or numbers."""
    decimals = [n for n, c in enumerate(header) if c.datatype == "decimal" and not c.many]
    texts = [(n, _is_text(c)) for n, c in enumerate(header) if c.datatype not in ("decimal", "integer") or c.many]
    changed = []
    for row in rows:
        row = row.copy()
        for n in decimals:
            row[n] = row[n].replace(".", COMMA)
        for n, text in texts:
            if row[n][:1] in SUSPECT and _is_suspect(row[n], text):
                row[n] = "'" + row[n]
        changed.append(row)
    return changed


def _is_suspect(cell: str, text: bool) -> bool:
    """Tell a cell that looks like a formula, or like a number in a column of texts."""
    return cell.startswith(FORMULA) or (text and NUMBER.fullmatch(cell) is not None)


def _is_text(column: Column) -> bool:
    """Tell a column of texts, which no number and no date is."""
    return column.datatype == "string" and not column.key.kind.precisions


def _csv(rows: Rows, spreadsheet: bool) -> str:
    delimiter = ";" if spreadsheet else ","
    lines: list[str] = []
    quoting = csv.writer(_Lines(lines.append), delimiter=delimiter, lineterminator=LINE_END)
    for row in rows:
        line = delimiter.join(row)
        if line.count(delimiter) == len(row) - 1 > 0 and not ('"' in line or "\n" in line or "\r" in line):
            lines.append(line + LINE_END)  # as the writer does where no cell needs quotation marks
        else:
            quoting.writerow(row)
    return "".join(lines)


class _Lines(NamedTuple):
    """List that the writer of CSV takes for a file: each line is one text."""

    write: Callable[[str], object]
