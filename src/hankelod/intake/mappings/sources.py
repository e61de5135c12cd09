"""Sources of mappings: the records of a CSV, XLSX, JSON, JSON Lines or XML file as rows of cells by column.

Tables are read by the readers of spreadsheets; in JSON and XML a column is the path to a value within a record. Rows
are streamed, as often as they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from hankelod.intake.documents import lines
from hankelod.intake.documents.lines import CannotImport, is_old
from hankelod.intake.mappings import trees
from hankelod.intake.mappings.columns import Columns, column
from hankelod.intake.mappings.mapping import Source
from hankelod.intake.mappings.rows import MAX_ROWS, Records, Row
from hankelod.intake.spreadsheets import cells, grid
from hankelod.intake.spreadsheets.cells import Cell, letters
from hankelod.intake.spreadsheets.delimited import decoded, separator, stream
from hankelod.intake.spreadsheets.workbooks import read_xlsx
from hankelod.messages.problem import Place, Problem, parser_says, problem

MAX_BYTES = 200_000_000
"""Most bytes of a source."""

HEADER_WITHIN = 20
"""Rows among which the header is looked for."""

SUFFIXES = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".txt": "csv",
    ".xlsx": "xlsx",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".xml": "xml",
}
"""Formats by the ending of a file."""

TEXTS = ("csv", "json", "jsonl")
"""Formats that do not say their encoding."""

OLD = "windows-1252"
"""Encoding that is guessed for what is not UTF-8."""


def read(path: Path, name: str, source: Source, wanted: Iterable[str] = ()) -> Records:
    """Open a source; `wanted` are the columns by which the header of a table is known. Raises CannotImport."""
    format = source.format or SUFFIXES.get(path.suffix.casefold())
    if format is None:
        if cells.is_spreadsheet(path):
            raise cells.other_format(name, path.suffix.casefold())
        raise CannotImport("unknown-format", name=name, expected=", ".join(SUFFIXES))
    raw = lines.read_bytes(path, name, MAX_BYTES)
    guessed = OLD if format in TEXTS and source.encoding is None and is_old(raw) else None
    source = source._replace(format=format, encoding=source.encoding or guessed)
    records = _records(raw, path.name, name, source, frozenset(map(column, wanted)))
    if guessed is not None:
        place = Place(path.name, 1, 1)
        records.problems.insert(0, problem("source-encoding", place, None, None, None, expected=guessed))
    return records


def _records(raw: bytes, file: str, name: str, source: Source, known: frozenset[str]) -> Records:
    if source.format == "csv":
        return _delimited(decoded(raw, name, source.encoding), file, source, known)
    if source.format == "xlsx":
        return _workbook(raw, file, source, known)
    if source.format == "xml":
        return trees.read_xml(raw, file, source)
    return trees.read_json(decoded(raw, name, source.encoding), file, source)


### Tables


def _delimited(text: str, name: str, source: Source, wanted: frozenset[str]) -> Records:
    problems: list[Problem] = []
    source = source._replace(delimiter=source.delimiter or separator(text))

    def rows() -> Iterator[cells.Row]:
        unread: list[tuple[int, str]] = []
        yield from stream(text, name, unread, source.delimiter, MAX_ROWS)
        if not problems:
            for number, detail in unread:
                place = Place(f"{name}!A{number}", number, 1)
                problems.append(problem("csv-syntax", place, detail=parser_says(detail)))

    return _table(rows, name, source, wanted, problems)


def _workbook(raw: bytes, name: str, source: Source, wanted: frozenset[str]) -> Records:
    """The records of a sheet: the one that is named, else of those that are shown the one with most known columns."""
    tables = [t for t in read_xlsx(raw, name, MAX_ROWS) if t.rows]
    if source.sheet is not None:
        chosen = [t for t in tables if grid.folded(t.name) == grid.folded(source.sheet)]
        if not chosen:
            raise CannotImport("no-sheet", name=name, sheet=source.sheet, known=", ".join(t.name for t in tables))
    else:
        chosen = [t for t in tables if not t.hidden] or tables
    if not chosen:
        raise CannotImport("no-records", name=name)
    table = max(chosen, key=lambda t: max(_known(row, wanted) for _, row in t.rows[:HEADER_WITHIN]))
    shown = f"{name}, {table.name}" if len(tables) > 1 else name
    return _table(lambda: iter(table.rows), shown, source._replace(sheet=table.name), wanted, [])


def _known(row: dict[int, Cell], wanted: frozenset[str]) -> int:
    return sum(column(cell.text) in wanted for cell in row.values())


def _table(
    rows: Callable[[], Iterator[cells.Row]], name: str, source: Source, wanted: frozenset[str], problems: list[Problem]
) -> Records:
    """The records of rows of cells below a header."""
    top: list[cells.Row] = []
    last: dict[int, int] = {}
    for n, (number, row) in enumerate(rows()):
        if n < HEADER_WITHIN:
            top.append((number, row))
        last.update(dict.fromkeys(row, number))
    if not top:
        raise CannotImport("no-records", name=name)
    by_known = max(range(len(top)), key=lambda n: _known(top[n][1], wanted))
    by_width = max(range(len(top)), key=lambda n: len(top[n][1]))
    at = by_known if _known(top[by_known][1], wanted) else by_width
    first = top[at][0]
    for number, row in top[:at]:
        beginning, cell = next(iter(row.items()))
        place = Place(f"{name}!{letters(beginning + 1)}{number}", number, beginning + 1)
        problems.append(problem("sheet-above-header", place, None, None, cell.text))
    names: dict[int, str] = {}
    for n in sorted(last):
        text = column(top[at][1][n].text) if n in top[at][1] else letters(n + 1)
        before = list(names.values()).count(text)
        names[n] = text if not before else f"{text} ({before + 1})"

    def records() -> Iterator[Row]:
        for number, row in rows():
            if number > first:
                yield Row(number, "", {names[n]: cell for n, cell in row.items()})

    at_column = {text: n + 1 for n, text in names.items()}

    def place_of(row: Row, column: str | None) -> Place:
        number = at_column.get(column or "", 1)
        return Place(f"{name}!{letters(number)}{row.number}", row.number, number)

    used = [names[n] for n in sorted(last) if last[n] >= first]
    return Records(source, Columns(used, paths=False), records, place_of, problems)
