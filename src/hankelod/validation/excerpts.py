"""Excerpts: the line of a file that a problem is about, with a caret below the place."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from hankelod.messages.console import escaped
from hankelod.messages.problem import Problem
from hankelod.rdf.files import Unfit, opened
from hankelod.records.dataset import BULK, Dataset
from hankelod.records.jsonlines import lines as json_lines
from hankelod.records.jsonplaces import place as json_place
from hankelod.records.tree import MAX_BYTES

WIDTH = 76
"""Columns of a terminal that an excerpt takes."""

BEFORE = 40
"""Columns of a longer line that are shown before the caret."""

TAB = 4
"""Columns that a tab takes, wherever it stands."""

_COMMAND = re.compile(r"##(?=[\w.]*\[)")

_AS_WHOLE = "-syntax"
"""End of the codes of what cannot be read, which may be at the very beginning of a file."""


class Excerpts:
    """The lines of a dataset's files that the problems of a report are about, read once."""

    def __init__(self, dataset: Dataset, problems: Iterable[Problem]) -> None:
        """Read the lines of these problems; what cannot be opened, or lies outside of the dataset, has none."""
        self._lines: dict[tuple[str, int], str] = {}
        wanted: dict[str, set[int]] = {}
        for p in problems:
            if _has_place(p):
                wanted.setdefault(p.file, set()).add(p.line)
        for name, numbers in wanted.items():
            self._read(dataset, name, numbers)

    def _read(self, dataset: Dataset, name: str, numbers: set[int]) -> None:
        path = Path(os.path.normpath(dataset.working / name))
        within = dataset.inside(path)
        try:
            if name.endswith(BULK):
                for number, raw in json_lines(path, name, within):
                    if number in numbers and isinstance(raw, bytes):
                        self._keep(name, number, raw)
                    if number >= max(numbers):
                        return
            else:
                with opened(path, within, MAX_BYTES) as file:
                    self._of_text(name, file, numbers)
        except (OSError, Unfit):
            return

    def _of_text(self, name: str, file: BinaryIO, numbers: set[int]) -> None:
        """Keep lines that end as those of the readers do: with LF, CR and LF, or CR."""
        content = file.read(MAX_BYTES).removeprefix(b"\xef\xbb\xbf")
        for number, raw in enumerate(re.split(rb"\r\n|\n|\r", content), 1):
            if number in numbers:
                self._keep(name, number, raw)

    def _keep(self, name: str, number: int, raw: bytes) -> None:
        self._lines[name, number] = raw.rstrip(b"\r\n").decode("utf-8", "replace")

    def of(self, p: Problem) -> tuple[str, str] | None:
        """Return the line of a problem, and the line with the caret; None if there is none."""
        text = self._lines.get((p.file, p.line)) if _has_place(p) else None
        if text is None or not text.strip() or p.column > len(text) + 1:
            return None
        column = p.column
        if column == 1 and p.field and p.file.endswith(BULK):  # a value on a line of JSON has the place of its line
            column = json_place(text, p.field) + 1
        return drawn(text, column, p.line)


def _has_place(p: Problem) -> bool:
    """Tell whether a problem is about a place in its file: a missing key or a fault of the whole is at its start."""
    return (p.line, p.column) != (1, 1) or p.value is not None or p.code.endswith(_AS_WHOLE)


def drawn(text: str, column: int, line: int) -> tuple[str, str]:
    """Draw a line with its number, cut around a column (from 1, in code points), and the caret below it.

    Tabs become spaces, and what a terminal or a runner would obey is escaped; the caret counts columns of the terminal.
    """
    # far more characters than are shown: one may take no column, or several
    start, stop = max(0, column - 1 - 4 * BEFORE), column - 1 + 4 * WIDTH
    marks = {match.end() for match in _COMMAND.finditer(text, start, stop)}
    cells = [_cell(text[n], n in marks) for n in range(start, min(stop, len(text)))]
    at = first = column - 1 - start
    if start == 0 and stop >= len(text) and sum(width for _, width in cells) <= WIDTH:
        first = 0
    taken = 0
    while first > 0 and taken + cells[first - 1][1] <= BEFORE:
        first -= 1
        taken += cells[first][1]
    shown, width, caret, last = "", 0, 0, first
    while True:
        if last == at:
            caret = width
        if last == len(cells) or width + cells[last][1] > WIDTH:
            break
        shown += cells[last][0]
        width += cells[last][1]
        last += 1
    left = "…" if first > 0 or start > 0 else ""
    right = "…" if last < len(cells) or stop < len(text) else ""
    margin = f"{line} | "
    blank = " " * (len(margin) - 2) + "| "
    return f"{margin}{left}{shown}{right}", f"{blank}{' ' * (len(left) + caret)}^"


def _cell(character: str, marked: bool) -> tuple[str, int]:
    """Return a character as it is shown, and how many columns it takes; a marked one would end a runner's command."""
    before = "\\" if marked else ""
    if character == "\t":
        return before + " " * TAB, len(before) + TAB
    shown = escaped(character)
    if len(shown) > 1:
        return before + shown, len(before) + len(shown)
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me"):
        return before + shown, len(before)
    return before + shown, len(before) + (2 if unicodedata.east_asian_width(character) in "WF" else 1)
