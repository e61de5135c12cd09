"""YAML, JSON Lines and CSV read into trees of nodes, each with its place in the file.

The only module that knows these formats. YAML is read by its 1.2 core schema, strictly: no anchors, aliases,
tags, merge keys or second documents, no duplicate keys, no deep nesting; scalars stay text as written, and the
Model types them. The checks run on the event stream, before anything is composed.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import NamedTuple
from unicodedata import is_normalized, normalize

from hankelod.problems import Place, Problem, parser_says, problem, short

DEPTH = 20
MAX_BYTES = 10_000_000
"""The largest YAML or CSV file, and the longest JSON line, in bytes."""
MAX_VALUES = 20_000
"""The most values in one YAML file or JSON line: each may be a problem to tell."""
MAX_ROWS = 100_000
"""The most rows of a CSV file."""

FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)
"""Characters that no text of a record may hold: controls, bidirectional overrides, a stray BOM, lone surrogates."""

LINE_ENDS = re.compile("[\x85\u2028\u2029]")
"""Line ends to YAML 1.1 but not to 1.2 or to editors: raw in a YAML file they would shift every line number."""


class Node(NamedTuple):
    """A value in a file. `kind`: `text` (plain or quoted), `mapping`, `list`, `true`/`false`/`number`/`nothing` of JSON."""

    kind: str
    value: object
    line: int
    column: int
    plain: bool = False

    def place(self, file: str) -> Place:
        return Place(file, self.line, self.column)


Pair = tuple[Node, Node]
Path = tuple[str | int, ...]
"""Where a value stands in its record: keys, and numbers of members of lists from 0."""


def dotted(path: Path) -> str | None:
    """A path as reports write it: `grants[0].amount`."""
    out = ""
    for step in path:
        out += f"[{step}]" if isinstance(step, int) else f".{step}" if out else step
    return out or None


class Unreadable(Exception):
    """A file, or a line of it, that gives no tree; carries the Problem."""

    def __init__(self, found: Problem) -> None:
        super().__init__(found.message.get("en", ""))
        self.problem = found


def refuse(code: str, place: Place, **details: object) -> Unreadable:
    return Unreadable(problem(code, place, **details))  # type: ignore[arg-type]


def decode(raw: bytes, file: str) -> str:
    """A file's bytes as text, its line ends LF. Raises Unreadable where they are not UTF-8."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line = before.count(b"\n") + 1
        start = before.rfind(b"\n") + 1
        column = len(before[start:].decode("utf-8", "replace")) + 1
        raise refuse("not-utf8", Place(file, line, column)) from error
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text


def check_characters(text: str, file: str, pattern: re.Pattern[str] = FORBIDDEN) -> None:
    """Raise Unreadable at the first forbidden character of a whole text."""
    found = pattern.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        column = found.start() - (text.rfind("\n", 0, found.start()) + 1) + 1
        raise refuse("forbidden-character", Place(file, line, column), value=f"U+{ord(found.group()):04X}")


def _too_many(place: Place) -> Unreadable:
    values = {"fi": "arvoa", "sv": "värden", "en": "values"}
    return refuse("too-large", place, value=f"> {MAX_VALUES}", expected={lang: f"{MAX_VALUES} {word}" for lang, word in values.items()})  # fmt: skip


def read_bytes(path: FilePath, file: str, limit: int = MAX_BYTES) -> bytes:
    """A file's bytes, bounded. Raises Unreadable where it is no plain file, or larger than `limit`."""
    place = Place(file, 1, 1)
    try:
        if not path.is_file():
            detail = {"fi": "ei ole tiedosto", "sv": "ingen fil", "en": "not a file"}
            raise refuse("not-a-file", place, detail=detail)
        size = path.stat().st_size
        if size > limit:
            raise refuse("too-large", place, value=f"{size} B", expected=f"{limit} B")
        return path.read_bytes()
    except OSError as error:
        raise refuse("not-a-file", place, detail=error.strerror or type(error).__name__) from error


### YAML


def read_yaml(raw: bytes, file: str, problems: list[Problem]) -> Node:
    """One YAML document as a tree. Duplicate keys are added to `problems`.

    Raises Unreadable with the first problem that stops the reading.
    """
    import yaml

    text = decode(raw, file)
    check_characters(text, file)
    check_characters(text, file, LINE_ENDS)
    if not is_normalized("NFC", text):
        text = normalize("NFC", text)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _compose(yaml.parse(text, Loader=loader), file, problems)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        lines = text.split("\n")
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 1, 1)
        if place.line > len(lines):  # the end of a file without a last line end
            place = Place(file, len(lines), len(lines[-1]) + 1)
        if error.problem == "exceeded maximum nesting depth":  # libyaml looks ahead, and has a limit of its own
            raise refuse("too-deep", place, expected=str(DEPTH)) from error
        for number in (place.line, place.line - 1):
            indent = re.match(r" *\t", lines[number - 1]) if 0 < number <= len(lines) else None
            if indent:
                raise refuse("yaml-tab", Place(file, number, indent.end())) from error
        began = error.context_mark if mark is error.problem_mark else None
        related = (Place(file, began.line + 1, began.column + 1),) if began else ()
        if related == (place,):
            related = ()
        raise refuse("yaml-syntax", place, detail=parser_says(error.problem or ""), related=related) from error
    except yaml.YAMLError as error:
        raise refuse("yaml-syntax", Place(file, 1, 1), detail=parser_says(str(error).split("\n")[0])) from error


def _compose(events: Iterator[object], file: str, problems: list[Problem]) -> Node:
    """Build the tree from the event stream, without recursion.

    `stack` holds the open collections: their start, their children, and for mappings the key that waits.
    """
    root: Node | None = None
    documents = values = 0
    stack: list[tuple[str, int, int, list[Node]]] = []
    for event in events:
        name = type(event).__name__
        if name in ("StreamStartEvent", "StreamEndEvent", "DocumentEndEvent"):
            continue
        mark = event.start_mark  # type: ignore[attr-defined]
        line, column = mark.line + 1, mark.column + 1
        place = Place(file, line, column)
        if name == "DocumentStartEvent":
            documents += 1
            if documents > 1:
                raise refuse("yaml-documents", place)
            continue
        if name == "AliasEvent" or getattr(event, "anchor", None) is not None:
            raise refuse("yaml-anchor", place)
        if name in ("MappingEndEvent", "SequenceEndEvent"):
            kind, line, column, children = stack.pop()
            node = Node(kind, _pairs(children, file, problems, _open(stack)) if kind == "mapping" else children, line, column)  # fmt: skip
        else:
            if getattr(event, "tag", None) is not None:
                raise refuse("yaml-tag", place)
            if name == "ScalarEvent":
                plain = event.implicit[0] and not event.style  # type: ignore[attr-defined]
                value = event.value  # type: ignore[attr-defined]
                if not plain and FORBIDDEN.search(value):
                    bad = FORBIDDEN.search(value).group()  # type: ignore[union-attr]
                    raise refuse("forbidden-character", place, value=f"U+{ord(bad):04X}")
                empty = plain and value in ("", "~", "null", "Null", "NULL")
                node = Node("nothing" if empty else "text", value, line, column, plain)
            else:
                if len(stack) >= DEPTH:
                    raise refuse("too-deep", place, expected=str(DEPTH))
                stack.append(("mapping" if name == "MappingStartEvent" else "list", line, column, []))
                continue
        values += 1
        if values > MAX_VALUES:
            raise _too_many(place)
        if stack:
            stack[-1][3].append(node)
        else:
            root = node
    if root is None or root.kind == "nothing":
        raise refuse("empty-record", Place(file, 1, 1))
    return root


def _open(stack: list[tuple[str, int, int, list[Node]]]) -> Path:
    """The path of the collection that has just ended, by those that are open still."""
    # in a mapping, an odd number of children means that a key waits; else the collection stands where a key should
    return tuple((str(inner[-1].value) if len(inner) % 2 else "") if kind == "mapping" else len(inner) for kind, _, _, inner in stack)  # fmt: skip


def _pairs(children: list[Node], file: str, problems: list[Problem], path: Path) -> list[Pair]:
    """Keys and values. A key must be text; one that stands twice is reported, and its first value is kept."""
    pairs: list[Pair] = []
    seen: dict[str, Node] = {}
    for key, value in zip(children[::2], children[1::2], strict=True):
        if key.kind not in ("text", "nothing"):
            raise refuse("yaml-syntax", key.place(file), detail={"fi": "avaimen on oltava sana", "sv": "en nyckel ska vara ett ord", "en": "a key must be a word"})  # fmt: skip
        name = str(key.value)
        if name == "<<":
            raise refuse("yaml-anchor", key.place(file))
        first = seen.setdefault(name, key)
        if first is not key:
            problems.append(problem("duplicate-key", key.place(file), None, dotted((*path, name)), key=short(name), line=str(first.line), related=(first.place(file),)))  # fmt: skip
            continue
        pairs.append((key, value))
    return pairs


### JSON Lines


_ESCAPED = re.compile(r"\\.", re.DOTALL)
_STRING = re.compile(r'"[^"]*(?:"|\Z)')
_BRACKET = re.compile(r"[\[\]{}]")


def _deepest(bare: str) -> int:
    """How deep a text of JSON nests, without its strings."""
    depth = deepest = 0
    for c in _BRACKET.findall(bare):
        depth += 1 if c in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


class _Float(str):
    """A JSON number as it was written."""


def read_json_line(raw: bytes, file: str, line: int, problems: list[Problem]) -> Node:
    """One line of JSON as a tree; numbers keep their text. Every node has the line's place."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise refuse("not-utf8", Place(file, line, error.start + 1)) from error
    if len(raw) > MAX_BYTES:
        raise refuse("too-large", Place(file, line, 1), value=f"{len(raw)} B", expected=f"{MAX_BYTES} B")
    bare = _STRING.sub("", _ESCAPED.sub("", text) if "\\" in text else text)
    if bare.count(",") > MAX_VALUES:
        raise _too_many(Place(file, line, 1))
    if _deepest(bare) > DEPTH:
        raise refuse("too-deep", Place(file, line, 1), expected=str(DEPTH))
    import json

    try:
        found = json.loads(
            text, parse_float=_Float, parse_int=_Float, parse_constant=_Float, object_pairs_hook=lambda p: ("{", p)
        )
    except json.JSONDecodeError as error:
        raise refuse("json-syntax", Place(file, line, error.colno), detail=parser_says(error.msg)) from error
    return _from_json(found, file, line, problems, ())


def _from_json(value: object, file: str, line: int, problems: list[Problem], path: Path) -> Node:
    if value is None:
        return Node("nothing", "", line, 1)
    if value is True or value is False:
        return Node("true" if value else "false", "true" if value else "false", line, 1)
    if isinstance(value, _Float):
        return Node("number", str(value), line, 1)
    if isinstance(value, str):
        bad = FORBIDDEN.search(value)
        if bad:
            raise refuse("forbidden-character", Place(file, line, 1), value=f"U+{ord(bad.group()):04X}")
        return Node("text", value if is_normalized("NFC", value) else normalize("NFC", value), line, 1)
    if isinstance(value, list):
        return Node("list", [_from_json(v, file, line, problems, (*path, n)) for n, v in enumerate(value)], line, 1)
    assert isinstance(value, tuple)
    flat: list[Node] = []
    for key, item in value[1]:
        flat += [_from_json(key, file, line, problems, path), _from_json(item, file, line, problems, (*path, key))]
    return Node("mapping", _pairs(flat, file, problems, path), line, 1)


### CSV


def csv_values(raw: bytes, file: str, column: str) -> set[str]:
    """The values of one column of a CSV file, without places or checks: which ids there are. Raises Unreadable."""
    rows = csv.reader(io.StringIO(decode(raw, file)))
    try:
        header = next(rows, [])
        at = header.index(column) if column in header else len(header)
        return {row[at] for row in rows if len(row) > at}
    except csv.Error:
        return set()


def read_csv(raw: bytes, file: str, problems: list[Problem], only: tuple[str, str] | None = None) -> Iterator[Node]:
    """Each row of a CSV file (RFC 4180, a header first) as a mapping; `name_fi` is `name` in Finnish.

    Every node stands at its cell; empty cells are left out. A row that cannot be read is added to `problems` and
    passed over. With `only`, a column and a value, other rows are passed over as well. Raises Unreadable where there is
    no header.
    """
    text = decode(raw, file)
    check_characters(text, file)
    lines = list(io.StringIO(text))
    if len(lines) > MAX_ROWS:
        raise refuse("too-large", Place(file, MAX_ROWS + 1, 1), value=str(len(lines)), expected=str(MAX_ROWS))
    rows = csv.reader(iter(lines), strict=True)
    header: list[str] | None = None
    while True:
        first = rows.line_num
        try:
            row = next(rows)
        except StopIteration:
            break
        except csv.Error as error:
            problems.append(problem("csv-syntax", Place(file, first + 1, 1), detail=parser_says(str(error))))
            continue
        if only and header and only[0] in header and only[1] not in row:
            continue
        places = _cells("".join(lines[first : rows.line_num]), first + 1) if row else []
        if header is None:
            header = row
            for n, name in enumerate(header):
                if name in header[:n]:
                    before = Place(file, *places[header.index(name)])
                    problems.append(problem("duplicate-key", Place(file, *places[n]), None, name, key=name, line=str(before.line), related=(before,)))  # fmt: skip
        elif row and len(row) != len(header):
            detail = {"fi": f"{len(row)} saraketta, otsikossa {len(header)}", "sv": f"{len(row)} kolumner, rubriken har {len(header)}", "en": f"{len(row)} columns where the header has {len(header)}"}  # fmt: skip
            problems.append(problem("csv-syntax", Place(file, first + 1, 1), detail=detail))
        elif row:
            yield _row(header, row, places, first + 1)
    if not header:
        raise refuse("empty-record", Place(file, 1, 1))


_CELL = re.compile(r'"(?:[^"]|"")*"|[^,\n]*')


def _cells(raw: str, line: int) -> list[tuple[int, int]]:
    """Line and column of each cell of a row, which begins on `line`."""
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


def _row(header: list[str], row: list[str], places: list[tuple[int, int]], line: int) -> Node:
    values: dict[str, Node | list[Pair]] = {}
    seen: set[str] = set()
    for name, cell, (at, column) in zip(header, row, places, strict=True):
        if cell == "" or name in seen:
            continue
        seen.add(name)
        node = Node("text", cell if cell.isascii() or is_normalized("NFC", cell) else normalize("NFC", cell), at, column)  # fmt: skip
        key, _, language = name.rpartition("_")
        if key and len(language) == 2:
            values.setdefault(key, []).append((Node("text", language, at, column), node))  # type: ignore[union-attr]
        else:
            values[name] = node
    pairs = []
    for key, value in values.items():
        node = value if isinstance(value, Node) else Node("mapping", value, value[0][0].line, value[0][0].column)
        pairs.append((Node("text", key, node.line, node.column), node))
    return Node("mapping", pairs, line, 1)
