"""Sources that are trees: the records of JSON, JSON Lines and XML as cells by their paths within a record."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hankelod.intake.documents.lines import CannotImport, missing
from hankelod.intake.mappings.columns import Columns, column
from hankelod.intake.mappings.mapping import Source
from hankelod.intake.mappings.rows import MAX_ROWS, Records, Row
from hankelod.intake.spreadsheets.cells import Cell
from hankelod.messages.problem import Place, Problem, parser_says, problem
from hankelod.records.tree import DEPTH

if TYPE_CHECKING:
    from lxml import etree

STEP = re.compile(r"([^.\[\]/]+)|\[([0-9]+|\*)\]")

MAX_COLUMNS = 2_000
"""Most columns of a source; more are a list of records that was taken for a record."""


TEXT = "text()"
"""Key of the text of an XML element that has attributes or other elements too."""


class _Whole(str):
    """A whole number as it is written."""


class _Fraction(str):
    """A number with a fraction or an exponent as it is written."""


def _parsed(text: str) -> object:
    """The value of a JSON text, numbers as they are written. Raises ValueError or RecursionError."""
    return json.loads(text, parse_int=_Whole, parse_float=_Fraction, parse_constant=str)


def read_json(text: str, name: str, source: Source) -> Records:
    """Read the records of JSON, or of JSON Lines. Raises CannotImport."""
    if source.format == "jsonl":
        return _lines(text, name, source)
    try:
        top = _parsed(text)
    except json.JSONDecodeError as error:
        place = f"{error.lineno}:{error.colno}"
        raise CannotImport("broken-json", name=f"{name}:{place}", detail=parser_says(error.msg)) from error
    except RecursionError as error:
        raise CannotImport("too-deep", name=name, most=DEPTH) from error
    found = source.records or _guessed(top)
    if found is None:
        raise CannotImport("no-records", name=name)
    items = list(_at(top, found))
    if not items:
        raise CannotImport("no-records-at", name=name, path=found)

    def rows() -> Iterator[Row]:
        for number, (path, item) in enumerate(items, 1):
            yield Row(number, path, _cells(item, name))

    def place_of(row: Row, column: str | None) -> Place:
        return Place(f"{name}!{row.path}{_behind(column)}", 1, 1)

    return Records(source._replace(records=found), _columns(rows(), name), rows, place_of, [])


def _behind(column: str | None) -> str:
    return "" if column is None else column if column.startswith("[") else f".{column}"


def _lines(text: str, name: str, source: Source) -> Records:
    problems: list[Problem] = []

    def rows() -> Iterator[Row]:
        bad = []
        for number, line in enumerate(io.StringIO(text), 1):
            try:
                item = _parsed(line) if line.strip() else None
            except json.JSONDecodeError as error:
                place = Place(name, number, error.colno)
                bad.append(problem("json-syntax", place, detail=parser_says(error.msg)))
                continue
            except RecursionError:
                bad.append(problem("too-deep", Place(name, number, 1), expected=str(DEPTH)))
                continue
            if item is not None:
                yield Row(number, "", _cells(item, name))
        if not problems:
            problems.extend(bad)

    def place_of(row: Row, column: str | None) -> Place:
        return Place(name, row.number, 1)

    return Records(source, _columns(rows(), name), rows, place_of, problems)


def _columns(rows: Iterator[Row], name: str, path: str | None = None) -> Columns:
    """The columns of rows. Raises CannotImport where there are too many, or no rows at the `path` that is named."""
    found: dict[str, None] = {}
    count = 0
    for row in rows:
        found.update(dict.fromkeys(row.cells))
        count += 1
        if len(found) > MAX_COLUMNS or count > MAX_ROWS:
            raise CannotImport("too-large", name=name)
    if not count and path is not None:
        raise CannotImport("no-records-at", name=name, path=path)
    if not count:
        raise CannotImport("no-records", name=name)
    return Columns(found, paths=True)


### Paths


def _at(top: object, path: str) -> Iterator[tuple[str, object]]:
    """Yield what a path leads to, each with its own path. A list at the end stands for its items."""
    steps = STEP.findall(path.strip().removeprefix("$"))
    here: list[tuple[str, object]] = [("$", top)]
    for key, index in steps:
        after: list[tuple[str, object]] = []
        for at, value in here:
            if key and isinstance(value, dict) and key in value:
                after.append((f"{at}.{key}", value[key]))
            elif index and isinstance(value, list):
                numbers = range(len(value)) if index == "*" else [int(index)]
                after += [(f"{at}[{n}]", value[n]) for n in numbers if n < len(value)]
        here = after
    for at, value in here:
        if isinstance(value, list):
            yield from ((f"{at}[{n}]", each) for n, each in enumerate(value))
        else:
            yield at, value


def _guessed(top: object) -> str | None:
    """The path to the records: the text itself where it is a list, else its longest list of objects."""
    if isinstance(top, list):
        return "$[*]"
    lists = [(f"$.{k}[*]", v) for k, v in top.items() if isinstance(v, list)] if isinstance(top, dict) else []
    lists = [(path, value) for path, value in lists if any(isinstance(x, dict) for x in value)]
    return max(lists, key=lambda each: len(each[1]))[0] if lists else None


def _cells(item: object, name: str) -> dict[str, Cell]:
    """The cells of a record by their paths; what is null or empty is left out. Raises CannotImport."""
    found: dict[str, Cell] = {}
    waiting: list[tuple[str, object, int]] = [("", item, 0)]
    while waiting:
        at, value, depth = waiting.pop()
        if isinstance(value, dict | list) and depth >= DEPTH:
            raise CannotImport("too-deep", name=name, most=DEPTH)
        if isinstance(value, dict):
            inner = [(_joined(at, column(str(k))), v, depth + 1) for k, v in value.items()]
            waiting += reversed(inner)
        elif isinstance(value, list):
            waiting += reversed([(f"{at}[{n}]", v, depth + 1) for n, v in enumerate(value)])
        elif value is not None:
            cell = _cell(value)
            if cell.text.strip():
                found[at or "value"] = cell
    return found


def _joined(at: str, key: str) -> str:
    """The path of a key; the text of an element that has more than text is at the element's own path."""
    return at if key == TEXT and at else f"{at}.{key}" if at else key


def _cell(value: object) -> Cell:
    if isinstance(value, bool):
        return Cell("true" if value else "false")
    if isinstance(value, _Whole):
        return Cell(str(value), "whole")
    return Cell(str(value), "number" if isinstance(value, _Fraction) else "text")


### XML


def read_xml(raw: bytes, name: str, source: Source) -> Records:
    """Read the records of XML: elements at a path (`/grants/grant`), by default those that the root holds most of.

    Declarations (DOCTYPE, ENTITY) are refused. Raises CannotImport.
    """
    path = source.records or _repeated(raw, name)

    def rows() -> Iterator[Row]:
        for element in _elements(raw, name, path):
            yield Row(_line(element), "", _cells(_tree(element, name, 0), name))

    def place_of(row: Row, column: str | None) -> Place:
        return Place(name, row.number, 1)

    return Records(source._replace(records=path), _columns(rows(), name, path), rows, place_of, [])


def _elements(raw: bytes, name: str, path: str) -> Iterator[etree._Element]:
    """Yield the elements at a path, each whole, and empty it then. Raises CannotImport."""
    steps = [key for key, _ in STEP.findall(path.replace("$", "")) if key]
    anywhere = path.strip().startswith("//")
    for element, names in _events(raw, name):
        if names[-len(steps) :] == steps and (anywhere or len(names) == len(steps)):
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]  # type: ignore[union-attr]


def _repeated(raw: bytes, name: str) -> str:
    """The path of the elements that occur most often as children of one element near the root."""
    counts: dict[tuple[str, ...], int] = {}
    for element, names in _events(raw, name):
        if 2 <= len(names) <= 4:
            path = tuple(names)
            counts[path] = counts.get(path, 0) + 1
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]  # type: ignore[union-attr]
    for depth in (2, 3, 4):
        level = [(n, at) for at, n in counts.items() if len(at) == depth and n > 1]
        if level:
            return "/" + "/".join(max(level, key=lambda each: each[0])[1])
    raise CannotImport("no-records", name=name)


def _events(raw: bytes, name: str) -> Iterator[tuple[etree._Element, list[str]]]:
    """Yield each element at its end, with the names on the way to it. Raises CannotImport."""
    try:
        from lxml import etree
    except ImportError as error:
        raise missing("lxml") from error
    names: list[str] = []
    try:
        events = etree.iterparse(
            io.BytesIO(raw),
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            remove_comments=True,
            remove_pis=True,
        )
        for event, element in events:
            if event == "start":
                if not names and element.getroottree().docinfo.doctype:
                    raise CannotImport("xml-declarations", name=name)
                names.append(_local(element))
                if len(names) > DEPTH:
                    raise CannotImport("too-deep", name=name, most=DEPTH)
            else:
                yield element, names
                names.pop()
    except etree.LxmlError as error:
        raise CannotImport("broken", name=name, detail=str(error)) from error


def _line(element: etree._Element) -> int:
    line: int | None = element.sourceline  # type: ignore[assignment]
    return line or 1


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _tree(element: etree._Element, name: str, depth: int) -> object:
    """An element as JSON would have it: attributes behind `@`, elements that repeat as lists."""
    children = [child for child in element if isinstance(child.tag, str)]
    if not children and not element.attrib:
        return element.text or ""
    found: dict[str, object] = {f"@{str(k).rpartition('}')[2]}": v for k, v in element.attrib.items()}
    groups: dict[str, list[object]] = {}
    for child in children:
        groups.setdefault(_local(child), []).append(_tree(child, name, depth + 1))
    found.update({key: values[0] if len(values) == 1 else values for key, values in groups.items()})
    texts = [element.text or "", *(child.tail or "" for child in children)]
    text = " ".join(t.strip() for t in texts if t.strip())
    if text:
        found[TEXT] = text
    return found
