"""JSON lines read into trees of nodes; numbers keep their text, nesting and size are bounded before parsing."""

from __future__ import annotations

import re
from unicodedata import is_normalized

from hankelod.messages.problem import Place, Problem, parser_says
from hankelod.records.tree import DEPTH, FORBIDDEN, MAX_BYTES, MAX_VALUES, Node, composed, pairs, refuse, too_many

_ESCAPED = re.compile(r"\\.", re.DOTALL)

_STRING = re.compile(r'"[^"]*(?:"|\Z)')

_ESCAPES = re.compile(r"\\[ubf]")

_BRACKET = re.compile(r"[\[\]{}]")


def _deepest(bare: str) -> int:
    """Return the nesting depth of JSON whose strings are removed."""
    depth = deepest = 0
    for c in _BRACKET.findall(bare):
        depth += 1 if c in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


class _Float(str):
    """A JSON number as it was written."""


def read_line(raw: bytes, file: str, line: int, problems: list[Problem]) -> Node:
    """Read one line of JSON as a tree. Every node has the place of the line. Raises Unreadable."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise refuse("not-utf8", Place(file, line, error.start + 1)) from error
    if len(raw) > MAX_BYTES:
        raise refuse("too-large", Place(file, line, 1), value=f"{len(raw)} B", expected=f"{MAX_BYTES} B")
    bare = _STRING.sub("", _ESCAPED.sub("", text) if "\\" in text else text)
    if bare.count(",") > MAX_VALUES:
        raise too_many(Place(file, line, 1))
    if _deepest(bare) > DEPTH:
        raise refuse("too-deep", Place(file, line, 1), expected=str(DEPTH))
    import json

    try:
        value = json.loads(
            text, parse_float=_Float, parse_int=_Float, parse_constant=_Float, object_pairs_hook=lambda p: ("{", p)
        )
    except json.JSONDecodeError as error:
        raise refuse("json-syntax", Place(file, line, error.colno), detail=parser_says(error.msg)) from error
    # without escapes, a check of the whole line covers each text in it
    clean = not _ESCAPES.search(text) and not FORBIDDEN.search(text) and is_normalized("NFC", text)
    return _Line(file, line, problems, clean).node(value)


class _Line:
    """Builder of the tree of one line. `path` is the current position; `clean`: the texts need no check."""

    def __init__(self, file: str, line: int, problems: list[Problem], clean: bool) -> None:
        self.file, self.line, self.problems, self.clean = file, line, problems, clean
        self.path: list[str | int] = []

    def node(self, value: object) -> Node:
        """Convert a value as parsed above: objects are tuples of a mark and pairs, numbers are `_Float`."""
        kind = type(value)
        if kind is str:
            return Node("text", value if self.clean else self._checked(str(value)), self.line, 1)
        if kind is tuple:
            return self._mapping(value[1])  # type: ignore[index]
        if kind is list:
            return self._list(value)  # type: ignore[arg-type]
        if kind is _Float:
            return Node("number", str(value), self.line, 1)
        if value is None:
            return Node("nothing", "", self.line, 1)
        word = "true" if value else "false"
        return Node(word, word, self.line, 1)

    def _checked(self, text: str) -> str:
        bad = FORBIDDEN.search(text)
        if bad:
            raise refuse("forbidden-character", Place(self.file, self.line, 1), value=f"U+{ord(bad.group()):04X}")
        return composed(text)

    def _list(self, values: list[object]) -> Node:
        self.path.append(0)
        items = []
        for n, value in enumerate(values):
            self.path[-1] = n
            items.append(self.node(value))
        self.path.pop()
        return Node("list", items, self.line, 1)

    def _mapping(self, members: list[tuple[str, object]]) -> Node:
        flat: list[Node] = []
        self.path.append("")
        for key, value in members:
            self.path[-1] = key
            flat += (self.node(key), self.node(value))
        self.path.pop()
        return Node("mapping", pairs(flat, self.file, self.problems, tuple(self.path)), self.line, 1)
