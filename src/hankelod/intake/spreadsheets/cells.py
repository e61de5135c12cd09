"""Cells: what the readers of workbooks and CSV files return, by sheet and row; empty cells are left out."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from hankelod.intake.documents.lines import CannotImport

SUFFIXES = (".csv", ".xlsx")
"""Endings of the files that are read as spreadsheets."""

OTHERS = (".xls", ".xlsb", ".xlsm", ".xlt", ".xltx", ".xltm", ".ods", ".fods", ".ots", ".numbers", ".tsv", ".tab")
"""Endings of spreadsheets in other formats."""

MAX_ROWS = 20_000
"""Most rows of a sheet that hold a value."""

MAX_CELL = 32_767
"""Most characters of a cell, the limit of Excel."""

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""The beginning of old Excel files, and of workbooks with a password."""


class Cell(NamedTuple):
    """A cell that is not empty: its text, its kind, and whether any of it is struck through.

    `text`; `whole`, a number without a fraction, and `number`, one with it; `date`, `2022-03-01`; `moment`, a date with
    a time; or a kind of fault, which has no value: `formula`, `error`, `percent`, `garbled` (bytes that are not of the
    encoding).
    """

    text: str
    kind: str = "text"
    struck: bool = False


Row = tuple[int, dict[int, Cell]]
"""The number of a row, from 1, and its cells by column, from 0, in their order."""


class Merged(NamedTuple):
    """Cells that are shown as one: rows from 1 and columns from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


class Table(NamedTuple):
    """A sheet: its number from 0, its name, and its rows that are not empty.

    `unread` are the rows that cannot be read, each with the parser's words. `hidden` is true of a sheet that is not
    shown; `hidden_rows` and `hidden_columns` are those that are not. `beside` are the comments by row from 1 and column
    from 0, and the texts of drawings, in row 0.
    """

    number: int
    name: str
    rows: list[Row]
    unread: tuple[tuple[int, str], ...] = ()
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[Merged, ...] = ()
    beside: tuple[tuple[int, int, str], ...] = ()


def is_spreadsheet(path: Path) -> bool:
    """True where a file is a spreadsheet by its ending, of a format that is read or of another."""
    return path.suffix.casefold() in (*SUFFIXES, *OTHERS)


def other_format(name: str, format: str) -> CannotImport:
    """Return the error for a spreadsheet in a format that is not read."""
    return CannotImport("other-spreadsheet", name=name, format=format)


def foreign(raw: bytes, name: str) -> CannotImport | None:
    """Return the error for a file whose content is an old or a protected workbook."""
    if not raw.startswith(OLE):
        return None
    if "EncryptedPackage".encode("utf-16-le") in raw:
        return CannotImport("encrypted", name=name)
    return other_format(name, ".xls")


def letters(column: int) -> str:
    """Return the letters of a column from 1: `A`, `AB`."""
    out = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        out = chr(65 + rest) + out
    return out or "A"
