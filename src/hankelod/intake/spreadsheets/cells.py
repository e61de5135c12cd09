"""Readers of workbooks and CSV files: bounded tables of cells; nothing is computed, unpacked to disk or fetched."""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Iterator
from typing import NamedTuple

from hankelod.intake.documents import archives
from hankelod.intake.documents.lines import CannotImport, decode, missing

MAX_ROWS = 20_000
"""Most rows of a sheet."""

MAX_COLUMNS = 300
"""Most columns of a sheet; further columns of a workbook are ignored."""

MAX_CELL = 32_767
"""Most characters of a cell, the limit of Excel."""

FORMULA = re.compile(r"=|[@+-]\s*[A-Za-z_.]+\(")
"""The beginning of a formula in CSV."""

ESCAPED = re.compile(r"'[=+\-@']")
"""An apostrophe before a text that a spreadsheet would read as a formula; it is not part of the text."""


class Cell(NamedTuple):
    """Text of a cell. `whole`: it is a number without a fraction; `formula`: it is a formula."""

    text: str
    whole: bool = False
    formula: bool = False


class Table(NamedTuple):
    """A sheet: its number from 0, its name, and its rows that are not empty, with their numbers from 1."""

    number: int
    name: str
    rows: list[tuple[int, list[Cell]]]


def read_xlsx(raw: bytes, name: str) -> list[Table]:
    """Read the sheets of a workbook. Raises CannotImport."""
    try:
        import openpyxl
        from openpyxl.utils.exceptions import InvalidFileException
    except ImportError as error:
        raise missing("openpyxl") from error
    archives.check(raw, name)
    try:
        book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=False, keep_links=False)
        return [Table(n, sheet.title, list(_rows(sheet, name))) for n, sheet in enumerate(book.worksheets)]
    except (InvalidFileException, KeyError, ValueError, TypeError, SyntaxError, AttributeError, IndexError) as error:
        raise CannotImport("broken", name=name, detail=str(error)) from error


def _rows(sheet: object, name: str) -> Iterator[tuple[int, list[Cell]]]:
    for number, row in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS), 1):  # type: ignore[attr-defined]
        if number > MAX_ROWS:
            raise CannotImport("too-large", name=name)
        cells = [_cell(c) for c in row]
        while cells and not cells[-1].text:
            cells.pop()
        if cells:
            yield number, cells


def _cell(cell: object) -> Cell:
    value = getattr(cell, "value", None)
    if value is None:
        return Cell("")
    if getattr(cell, "data_type", "") == "f":
        return Cell(str(value), formula=True)
    if isinstance(value, bool):
        return Cell("true" if value else "false")
    if isinstance(value, int):
        return Cell(str(value), whole=True)
    if isinstance(value, float):
        return Cell(str(int(value)), whole=True) if value.is_integer() else Cell(format(value, ".12g"))
    if isinstance(value, datetime.datetime):
        return Cell(value.strftime("%Y-%m") if value.day == 1 else value.strftime("%Y-%m-%d"))
    if isinstance(value, datetime.date):
        return Cell(value.isoformat())
    return Cell(str(value))


def read_csv(raw: bytes, stem: str, name: str) -> list[Table]:
    """Read a CSV file as one table, separated by what its header has most: commas, semicolons or tabs.

    Raises CannotImport.
    """
    text = decode(raw, name)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    rows: list[tuple[int, list[Cell]]] = []
    limit = csv.field_size_limit(MAX_CELL * 4)
    try:
        reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
        before = 0
        for row in reader:
            number, before = before + 1, reader.line_num
            if len(rows) > MAX_ROWS or len(row) > MAX_COLUMNS:
                raise CannotImport("too-large", name=name)
            if any(row):
                rows.append((number, [_csv_cell(x) for x in row]))
    except csv.Error as error:
        raise CannotImport("broken", name=name, detail=str(error)) from error
    finally:
        csv.field_size_limit(limit)
    return [Table(0, stem, rows)]


def _csv_cell(text: str) -> Cell:
    if ESCAPED.match(text):
        return Cell(text[1:])
    return Cell(text, formula=FORMULA.match(text) is not None)
