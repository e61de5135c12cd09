"""Workbook: the projects as an XLSX file, with a legend of its columns."""

from __future__ import annotations

import io
from decimal import Decimal

from hankelod.exports.summaries import Cards
from hankelod.exports.tables import CELL, Column, cell, columns, value
from hankelod.publication.files import File, Files

### A workbook


def as_xlsx(cards: Cards, told: list[Column]) -> bytes:
    """The table as a workbook (Office Open XML), with a second sheet that tells what the columns mean."""
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
    for n, column in enumerate(told):
        sheet.write_string(0, n, column.name, head)
    for row, card in enumerate(cards.cards, 1):
        for n, column in enumerate(told):
            found = value(card, column)
            if isinstance(found, bool):
                sheet.write_boolean(row, n, found)
            elif isinstance(found, (Decimal, int)):
                sheet.write_number(row, n, found)  # a workbook knows no numbers but doubles
            elif found is not None and found != []:
                sheet.write_string(row, n, cell(found)[:CELL])
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, len(cards.cards), len(told) - 1)
    sheet.set_column(0, len(told) - 1, 18)
    _legend(book.add_worksheet("columns"), told, head)
    book.close()
    return buffer.getvalue()


def _legend(sheet: object, told: list[Column], head: object) -> None:
    """For each column: its label and what it tells, in the languages of the labels."""
    languages = list(told[0].label)
    for n, heading in enumerate(
        ["column", *(f"label_{x}" for x in languages), *(f"description_{x}" for x in languages)]
    ):
        sheet.write_string(0, n, heading, head)  # type: ignore[attr-defined]
    for row, column in enumerate(told, 1):
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
    """The table as a workbook."""
    yield File("dump/projects.xlsx", as_xlsx(cards, columns(cards)))
