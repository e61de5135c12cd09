"""CSV (RFC 4180) read into trees of nodes, one per row, each value with the place of its cell."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Container, Iterator

from hankelod.messages.problem import Place, Problem, parser_says, phrase, problem
from hankelod.records.tree import MAX_ROWS, Node, check_characters, composed, decode, refuse


def columns(raw: bytes, file: str, *names: str) -> Iterator[tuple[str, ...]]:
    """Yield the cells of some columns of a CSV file, without places or checks; empty where there is none.

    Raises Unreadable.
    """
    cells = csv.reader(io.StringIO(decode(raw, file)))
    try:
        header = next((row for row in cells if any(row)), [])
        places = [header.index(name) if name in header else len(header) for name in names]
        for row in cells:
            yield tuple(row[at] if at < len(row) else "" for at in places)
    except csv.Error:
        return


def rows(
    raw: bytes, file: str, problems: list[Problem], only: tuple[str, str] | None = None, omitted: Container[int] = ()
) -> Iterator[Node]:
    """Yield each row of a CSV file (RFC 4180 with a header) as a mapping; `name_en` is `name` in English.

    A value has the place of its cell, a key that of its column's header; empty cells are left out. An unreadable row is
    added to `problems` and skipped, an empty one passed over. `only`, a column and a lower-case value, selects rows;
    those that begin on an `omitted` line are passed over.
    Raises Unreadable if the header is missing, or not separated by commas.
    """
    text = decode(raw, file)
    check_characters(text, file)
    lines = list(io.StringIO(text))
    if len(lines) > MAX_ROWS:
        raise refuse("too-large", Place(file, MAX_ROWS + 1, 1), value=str(len(lines)), expected=str(MAX_ROWS))
    cells = csv.reader(iter(lines), strict=True)
    header: list[str] | None = None
    heads: list[Place] = []
    while True:
        first = cells.line_num
        try:
            row = next(cells)
        except StopIteration:
            break
        except csv.Error as error:
            if first + 1 not in omitted:
                problems.append(problem("csv-syntax", Place(file, first + 1, 1), detail=parser_says(str(error))))
            continue
        if header and first + 1 in omitted:
            continue
        if only and header and only[0] in header and only[1] not in map(str.lower, row):
            continue
        if not any(row) or (header is None and row == ["sep=", ""]):
            continue
        places = _places("".join(lines[first : cells.line_num]), first + 1)
        if header is None:
            other = next((x for x in ";\t|" if x in row[0]), None)
            if other is not None and len(row) == 1:
                raise refuse("csv-syntax", Place(file, first + 1, row[0].index(other) + 1), detail=phrase("no-commas"))
            header, heads = row, [Place(file, *place) for place in places]
            for n, name in enumerate(header):
                if name in header[:n]:
                    before = heads[header.index(name)]
                    problems.append(
                        problem(
                            "duplicate-key", heads[n], None, name, key=name, line=str(before.line), related=(before,)
                        )
                    )
        elif len(row) != len(header):
            detail = phrase("cells-of-row", n=len(row), expected=len(header))
            problems.append(problem("csv-syntax", Place(file, first + 1, 1), detail=detail))
        else:
            yield _row(header, heads, row, places)
    if not header:
        raise refuse("empty-record", Place(file, 1, 1))


_CELL = re.compile(r'"(?:[^"]|"")*"|[^,\n]*')


def _places(raw: str, line: int) -> list[tuple[int, int]]:
    """Return line and column of each cell of a row that begins on `line`."""
    places = []
    at = column = 0
    while True:
        places.append((line, column + 1))
        cell = _CELL.match(raw, at)
        assert cell is not None  # the pattern matches the empty cell too
        breaks = cell.group().count("\n")
        if breaks:
            line += breaks
            column = len(cell.group()) - cell.group().rfind("\n") - 1
        else:
            column += cell.end() - at
        if raw[cell.end() : cell.end() + 1] != ",":
            return places
        at, column = cell.end() + 1, column + 1


def _row(header: list[str], heads: list[Place], row: list[str], places: list[tuple[int, int]]) -> Node:
    values: dict[str, tuple[Node, Node]] = {}
    seen: set[str] = set()
    for name, head, cell, (line, column) in zip(header, heads, row, places, strict=True):
        if cell == "" or name in seen:
            continue
        seen.add(name)
        node = Node("text", composed(cell), line, column)
        key, _, language = name.rpartition("_")
        if key and len(language) == 2 and (key not in values or values[key][1].kind == "mapping"):
            word = Node("text", key, head.line, head.column)
            _, texts = values.setdefault(key, (word, Node("mapping", [], line, column)))
            texts.value.append((Node("text", language, head.line, head.column), node))  # type: ignore[attr-defined]
        else:
            values[name] = (Node("text", name, head.line, head.column), node)
    return Node("mapping", list(values.values()), *places[0])
