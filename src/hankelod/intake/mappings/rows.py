"""Rows: the records of a source as cells by column, whatever its format."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from hankelod.intake.mappings.columns import Columns
from hankelod.intake.mappings.mapping import Source
from hankelod.intake.spreadsheets.cells import Cell
from hankelod.messages.problem import Place, Problem

MAX_ROWS = 1_000_000
"""Most records of a source."""


class Row(NamedTuple):
    """One record of a source: its number (of the row, the line, or the item of a list), the path to it in JSON, and
    its cells by column; empty cells are left out."""

    number: int
    path: str
    cells: dict[str, Cell]


class Records(NamedTuple):
    """The records of a source.

    `rows` begins anew at each call, and adds what cannot be read to `problems` at the first. `place` gives the place of
    a cell, or without a column of the record.
    """

    source: Source
    columns: Columns
    rows: Callable[[], Iterator[Row]]
    place: Callable[[Row, str | None], Place]
    problems: list[Problem]
