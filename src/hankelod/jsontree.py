"""A line of JSON read into a tree of nodes: numbers keep their text, depth and breadth are bounded before anything is read."""

from __future__ import annotations

import re

from hankelod.problems import Place, Problem, parser_says
from hankelod.tree import DEPTH, FORBIDDEN, MAX_BYTES, MAX_VALUES, Node, Path, composed, pairs, refuse, too_many

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


def read_line(raw: bytes, file: str, line: int, problems: list[Problem]) -> Node:
    """One line of JSON as a tree; numbers keep their text. Every node has the line's place."""
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
        return Node("text", composed(value), line, 1)
    if isinstance(value, list):
        return Node("list", [_from_json(v, file, line, problems, (*path, n)) for n, v in enumerate(value)], line, 1)
    assert isinstance(value, tuple)
    flat: list[Node] = []
    for key, item in value[1]:
        flat += [_from_json(key, file, line, problems, path), _from_json(item, file, line, problems, (*path, key))]
    return Node("mapping", pairs(flat, file, problems, path), line, 1)
