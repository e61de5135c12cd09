"""YAML 1.2 files read strictly into trees of nodes.

Refuses anchors, aliases, tags, merge keys, several documents and deep nesting, and reports duplicate keys. The checks
run on the event stream, before anything is composed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hankelod.messages.problem import Place, Problem, parser_says
from hankelod.records.tree import (
    DEPTH,
    FORBIDDEN,
    LINE_ENDS,
    MAX_VALUES,
    Node,
    Path,
    check_characters,
    composed,
    decode,
    pairs,
    refuse,
    too_many,
)


def read_yaml(raw: bytes, file: str, problems: list[Problem]) -> Node:
    """Read one YAML document as a tree. Duplicate keys are added to `problems`. Raises Unreadable."""
    import yaml

    text = decode(raw, file)
    check_characters(text, file)
    check_characters(text, file, LINE_ENDS)
    text = composed(text)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _compose(yaml.parse(text, Loader=loader), file, problems)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        lines = text.split("\n")
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 1, 1)
        if place.line > len(lines):  # the end of a file without a last line end
            place = Place(file, len(lines), len(lines[-1]) + 1)
        if error.problem == "exceeded maximum nesting depth":  # libyaml reads ahead and has its own limit
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

    `stack` contains the open collections: kind, line, column and children (of a mapping, keys and values in turn).
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
            node = Node(
                kind, pairs(children, file, problems, _open(stack)) if kind == "mapping" else children, line, column
            )
        else:
            if getattr(event, "tag", None) is not None:
                raise refuse("yaml-tag", place)
            if name == "ScalarEvent":
                plain = event.implicit[0] and not event.style  # type: ignore[attr-defined]
                value = event.value  # type: ignore[attr-defined]
                if not plain:  # it may hold escapes
                    bad = FORBIDDEN.search(value)
                    if bad:
                        raise refuse("forbidden-character", place, value=f"U+{ord(bad.group()):04X}")
                    value = composed(value)
                empty = plain and value in ("", "~", "null", "Null", "NULL")
                node = Node("nothing" if empty else "text", value, line, column, plain)
            else:
                if len(stack) >= DEPTH:
                    raise refuse("too-deep", place, expected=str(DEPTH))
                stack.append(("mapping" if name == "MappingStartEvent" else "list", line, column, []))
                continue
        values += 1
        if values > MAX_VALUES:
            raise too_many(place)
        if stack:
            stack[-1][3].append(node)
        else:
            root = node
    if root is None or root.kind == "nothing":
        raise refuse("empty-record", Place(file, 1, 1))
    return root


def _open(stack: list[tuple[str, int, int, list[Node]]]) -> Path:
    """Return the path of the collection that has just ended; `stack` contains those around it."""
    # an odd number of children of a mapping ends in the key of the collection; else the collection itself is the key
    return tuple(
        (str(inner[-1].value) if len(inner) % 2 else "") if kind == "mapping" else len(inner)
        for kind, _, _, inner in stack
    )
