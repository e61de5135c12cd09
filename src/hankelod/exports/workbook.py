"""Workbook: the projects as an XLSX file, with a legend of its columns. Texts are never formulas or links."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hankelod.exports.areas import number
from hankelod.exports.export import Export, Place
from hankelod.exports.tables import CELL, Column, cell, getter
from hankelod.mapping.batch import Batch

ROWS = 2**20 - 1
"""Most projects in a workbook: a sheet has 1,048,576 rows (ECMA-376), and the first names the columns."""


class Workbook(Export):
    """The table as a workbook (Office Open XML), written row by row, with a second sheet that describes the columns.

    More than ROWS projects do not fit on a sheet: then there is no workbook, since a part of one would mislead.
    """

    path = "dump/projects.xlsx"

    def make(self, batch: Batch) -> bytes:
        import msgspec

        getters = [getter(column) for column in self.basis.header]
        cards = self.basis.cards_of(batch)
        return msgspec.json.encode([[_cell(get(card)) for get in getters] for card in cards])

    def begin(self, place: Place) -> None:
        super().begin(place)
        self._parts: list[tuple[str, int]] = []

    def feed(self, made: bytes) -> None:
        self._parts.append((f"rows-{len(self._parts)}", len(made)))
        self.place.parts.write(self._parts[-1][0], made)

    def finish(self, triples: int) -> None:
        from datetime import datetime

        import xlsxwriter

        target = self.place.building.reserve(self.path)
        about, header = self.basis.cards.about, self.basis.header
        never = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        scratch = {"constant_memory": True, "tmpdir": str(self.place.building.scratch)}
        issued = str(about.get("modified", "1980-01-01"))
        titles = about.get("title")
        title = next(iter(titles.values()), "") if isinstance(titles, dict) else ""
        with xlsxwriter.Workbook(str(target), {**scratch, **never}) as book:
            book.set_properties({"title": title, "created": datetime.fromisoformat(issued)})
            bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
            sheet = book.add_worksheet("projects")
            sheet.set_column(0, len(header) - 1, 18)
            sheet.freeze_panes(1, 1)
            for n, column in enumerate(header):
                sheet.write_string(0, n, column.name, bold)
            count = self._rows(sheet)
            sheet.autofilter(0, 0, min(count, ROWS), len(header) - 1)
            _legend(book.add_worksheet("columns"), header, bold)
        if count > ROWS:
            target.unlink()
        else:
            self.place.building.adopt(self.path)

    def _rows(self, sheet: Any) -> int:
        """Write the rows, up to ROWS, and return the number of all."""
        import msgspec

        row = 0
        for name, size in self._parts:
            table = msgspec.json.decode(self.place.parts.read(name, 0, size))
            self.place.parts.remove(name)
            for cells in table:
                row += 1
                for n, item in enumerate(cells if row <= ROWS else ()):
                    if item.__class__ is str:
                        sheet.write_string(row, n, item)
                    elif item is True or item is False:
                        sheet.write_boolean(row, n, item)
                    elif item is not None:
                        sheet.write_number(row, n, item)  # all numbers of a workbook are doubles
        return row


def _cell(item: object | None) -> Any:
    """Return a value as JSON has it: a truth value, a number, or the text of a cell; None for an empty one."""
    if item is None or item.__class__ is bool or item.__class__ is int:
        return item
    if item.__class__ is Decimal:
        return number(item)  # type: ignore[arg-type]
    return cell(item)[:CELL] if item != [] else None


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
