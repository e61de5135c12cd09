"""Workbook: the projects as an XLSX file, with a legend of its columns. Texts are never formulas or links.

XlsxWriter writes the workbook without its rows. The rows are made by the workers as SpreadsheetML (ECMA-376, Part 1,
18.3.1.73), and put into the sheet when it is packed.
"""

from __future__ import annotations

import copy
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from hankelod.exports.areas import number
from hankelod.exports.export import Export, Place
from hankelod.exports.tables import CELL, Column
from hankelod.mapping.batch import Batch

ROWS = 2**20 - 1
"""Most projects in a workbook: a sheet has 1,048,576 rows (ECMA-376), and the first names the columns."""

SHEET = "xl/worksheets/sheet1.xml"
"""The sheet of the projects in the package."""

UNNUMBERED = "\0"
"""Stands for the number of a row until that is known; XML has no such character."""

ROW_END = "</row>"

LARGE = 2**30
"""Bytes of rows from which on the sheet is packed with sizes of 64 bits (ZIP64)."""


class Workbook(Export):
    """The table as a workbook (Office Open XML), with a second sheet that describes the columns.

    More than ROWS projects do not fit on a sheet: then there is no workbook, since a part of one would mislead.
    """

    path = "dump/projects.xlsx"

    def make(self, batch: Batch) -> bytes:
        places = [_letters(n) for n in range(len(self.basis.header))]
        rows = zip(self.basis.values_of(batch), self.basis.rows_of(batch), strict=True)
        return "".join([_row(places, values, texts) for values, texts in rows]).encode()

    def begin(self, place: Place) -> None:
        super().begin(place)
        self._parts: list[tuple[str, int]] = []
        self._count = self._size = 0

    def feed(self, made: bytes) -> None:
        self._parts.append((f"rows-{len(self._parts)}", len(made)))
        self._count += made.count(ROW_END.encode())
        self._size += len(made)
        self.place.parts.write(self._parts[-1][0], made)

    def complete(self) -> None:
        self._packed = self.place.building.beside(self._pack) if self._count <= ROWS else None

    def finish(self, triples: int) -> None:
        if self._packed is not None:
            self._packed.result()
            self.place.building.adopt(self.path)

    def _pack(self) -> None:
        """Write the file: the workbook without rows, packed anew with them."""
        from zipfile import ZIP_DEFLATED, ZipFile

        empty = self.place.building.scratch / "empty.xlsx"
        self._without_rows(empty)
        target = self.place.building.opened(self.place.building.reserve(self.path))
        with ZipFile(empty) as source, ZipFile(target, "w", ZIP_DEFLATED) as book:
            for each in source.infolist():
                info = copy.copy(each)
                rows = each.filename == SHEET
                with source.open(each) as content, book.open(info, "w", force_zip64=rows and self._size > LARGE) as out:
                    if rows:
                        self._sheet(content.read(), out)
                    else:
                        shutil.copyfileobj(content, out)
        target.close()

    def _without_rows(self, target: Path) -> None:
        """Write the workbook with a single cell in its last row, from which it has its dimension."""
        from datetime import datetime

        import xlsxwriter

        about, header = self.basis.cards.about, self.basis.header
        issued = str(about.get("modified", "1980-01-01"))
        titles = about.get("title")
        title = next(iter(titles.values()), "") if isinstance(titles, dict) else ""
        options = {"constant_memory": True, "tmpdir": str(target.parent), "strings_to_urls": False}
        with xlsxwriter.Workbook(str(target), options) as book:
            book.set_properties({"title": title, "created": datetime.fromisoformat(issued)})
            bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
            sheet = book.add_worksheet("projects")
            sheet.set_column(0, len(header) - 1, 18)
            sheet.freeze_panes(1, 1)
            for n, column in enumerate(header):
                sheet.write_string(0, n, column.name, bold)
            if self._count:
                sheet.write_number(self._count, 0, 0)
            sheet.autofilter(0, 0, self._count, len(header) - 1)
            _legend(book.add_worksheet("columns"), header, bold)

    def _sheet(self, empty: bytes, out: IO[bytes]) -> None:
        """Write the sheet with the rows between its first row and its end."""
        head, end, rest = empty.partition(ROW_END.encode())
        out.write(head + end)
        for rows in self._numbered():
            out.write(rows)
        out.write(rest[rest.index(b"</sheetData>") :])

    def _numbered(self) -> Iterator[bytes]:
        """Yield the rows with their numbers, part by part, and remove the parts."""
        sign, end, last = UNNUMBERED.encode(), ROW_END.encode(), 1
        for name, size in self._parts:
            rows = self.place.parts.read(name, 0, size).split(end)[:-1]
            self.place.parts.remove(name)
            yield b"".join([row.replace(sign, b"%d" % n) + end for n, row in enumerate(rows, last + 1)])
            last += len(rows)


### Rows

ESCAPED = re.compile("[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9a-fA-F]{4}_)")
"""Characters of a text that a cell writes otherwise: markup, and those that XML has not, with what stands for them."""

SIGNS = ("&", "<", ">", "_x", "| ", " |")
"""Signs in printable texts with strokes around them, one of which at least may be written otherwise."""

SPACED = "\1"
"""Marks a text that begins or ends with space, until its element says so; XML has no such character."""

MARKUP = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def _letters(column: int) -> str:
    """Return the letters of a column, counted from 0."""
    letters = ""
    while column >= 0:
        letters = chr(ord("A") + column % 26) + letters
        column = column // 26 - 1
    return letters


def _row(places: Sequence[str], values: Sequence[object], texts: Sequence[str]) -> str:
    """Return a row with these values, which have these texts, in these columns; it has no number yet.

    A cell holds a number, a truth value, or a text by itself; values that are missing have no cell.
    """
    whole = "|".join(("", *texts, ""))
    if len(whole) > CELL // 2 or not whole.isprintable() or any(sign in whole for sign in SIGNS):
        texts = [_escaped(text) for text in texts]
    cells = [
        f'<c r="{place}{UNNUMBERED}"{_NUMERIC[value.__class__](value)}</c>'
        if value.__class__ in _NUMERIC
        else f'<c r="{place}{UNNUMBERED}" t="inlineStr"><is><t>{text}</t></is></c>'
        for place, value, text in zip(places, values, texts, strict=True)
        if text
    ]
    row = "".join(cells).replace(f"<t>{SPACED}", '<t xml:space="preserve">')
    return f'<row r="{UNNUMBERED}">{row}{ROW_END}'


_NUMERIC: dict[type, Callable[[Any], str]] = {
    bool: lambda value: f' t="b"><v>{value:d}</v>',
    int: lambda value: f"><v>{value:.16G}</v>",  # all numbers of a workbook are doubles
    Decimal: lambda value: f"><v>{number(value):.16G}</v>",
}
"""Text behind the place of a cell, by the class of its value, if that is not written as a text."""


def _escaped(text: str) -> str:
    """Return a text as a cell has it, cut where a cell ends: that is as long as its UTF-16."""
    if len(text) > CELL // 2:
        text = text.encode("utf-16-le")[: 2 * CELL].decode("utf-16-le", "ignore")
    spaced = SPACED if text[:1].isspace() or text[-1:].isspace() else ""
    return spaced + ESCAPED.sub(lambda found: MARKUP.get(found[0]) or f"_x{ord(found[0]):04X}_", text)


def _legend(sheet: object, header: list[Column], head: object) -> None:
    """Write the label and description of each column, in the languages of the labels."""
    languages = list(header[0].label)
    sheet.set_column(0, 2 * len(languages), 40)  # type: ignore[attr-defined]
    sheet.freeze_panes(1, 1)  # type: ignore[attr-defined]
    for n, heading in enumerate(
        ["column", *(f"label_{x}" for x in languages), *(f"description_{x}" for x in languages)]
    ):
        sheet.write_string(0, n, heading, head)  # type: ignore[attr-defined]
    for row, column in enumerate(header, 1):
        texts = [
            column.name,
            *(column.label.get(x, "") for x in languages),
            *(column.key.description.get(x, "") for x in languages),
        ]
        for n, text in enumerate(texts):
            sheet.write_string(row, n, text)  # type: ignore[attr-defined]
