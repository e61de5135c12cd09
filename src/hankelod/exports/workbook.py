"""Workbook: the projects as an XLSX file, with a legend of its columns. Texts are never formulas or links."""

from __future__ import annotations

import io
from decimal import Decimal

from hankelod.exports.summaries import Cards
from hankelod.exports.tables import CELL, Column, cell, columns, value
from hankelod.publication.files import File, Files


def as_xlsx(cards: Cards, header: list[Column]) -> bytes:
    """Return the table as a workbook (Office Open XML), with a second sheet that describes the columns."""
    from datetime import datetime

    import xlsxwriter

    buffer = io.BytesIO()
    never = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, **never})
    issued = str(cards.about.get("modified", "1980-01-01"))
    titles = cards.about.get("title")
    title = next(iter(titles.values()), "") if isinstance(titles, dict) else ""
    book.set_properties({"title": title, "created": datetime.fromisoformat(issued)})
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet("projects")
    for n, column in enumerate(header):
        sheet.write_string(0, n, column.name, head)
    for row, card in enumerate(cards.cards, 1):
        for n, column in enumerate(header):
            item = value(card, column)
            if isinstance(item, bool):
                sheet.write_boolean(row, n, item)
            elif isinstance(item, (Decimal, int)):
                sheet.write_number(row, n, item)  # all numbers of a workbook are doubles
            elif item is not None and item != []:
                sheet.write_string(row, n, cell(item)[:CELL])
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, len(cards.cards), len(header) - 1)
    sheet.set_column(0, len(header) - 1, 18)
    _legend(book.add_worksheet("columns"), header, head)
    book.close()
    return buffer.getvalue()


def _legend(sheet: object, header: list[Column], head: object) -> None:
    """Write the label and description of each column, in the languages of the labels."""
    languages = list(header[0].label)
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
    sheet.set_column(0, 2 * len(languages), 40)  # type: ignore[attr-defined]
    sheet.freeze_panes(1, 1)  # type: ignore[attr-defined]


def workbook(cards: Cards) -> Files:
    """File `dump/projects.xlsx`."""
    yield File("dump/projects.xlsx", as_xlsx(cards, columns(cards)))
