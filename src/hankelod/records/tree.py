"""A file as a tree of nodes, each with its place: what YAML, JSON Lines and CSV have in common, and how large they may be.

Scalars stay text as written; the Model types them. `yamltree`, `jsontree` and `csvtree` read one format each.
"""

from __future__ import annotations

import re
from pathlib import Path as FilePath
from typing import NamedTuple
from unicodedata import is_normalized, normalize

from hankelod.messages.problem import Place, Problem, problem, short

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


def composed(text: str) -> str:
    """A text in Unicode's composed form (NFC)."""
    return text if text.isascii() or is_normalized("NFC", text) else normalize("NFC", text)


def too_many(place: Place) -> Unreadable:
    values = {"fi": "arvoa", "sv": "värden", "en": "values"}
    return refuse(
        "too-large",
        place,
        value=f"> {MAX_VALUES}",
        expected={lang: f"{MAX_VALUES} {word}" for lang, word in values.items()},
    )


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


def pairs(children: list[Node], file: str, problems: list[Problem], path: Path) -> list[Pair]:
    """Keys and values. A key must be text; one that stands twice is reported, and its first value is kept."""
    kept: list[Pair] = []
    seen: dict[str, Node] = {}
    for key, value in zip(children[::2], children[1::2], strict=True):
        if key.kind not in ("text", "nothing"):
            raise refuse(
                "yaml-syntax",
                key.place(file),
                detail={
                    "fi": "avaimen on oltava sana",
                    "sv": "en nyckel ska vara ett ord",
                    "en": "a key must be a word",
                },
            )
        name = str(key.value)
        if name == "<<":
            raise refuse("yaml-anchor", key.place(file))
        first = seen.setdefault(name, key)
        if first is not key:
            problems.append(
                problem(
                    "duplicate-key",
                    key.place(file),
                    None,
                    dotted((*path, name)),
                    key=short(name),
                    line=str(first.line),
                    related=(first.place(file),),
                )
            )
            continue
        kept.append((key, value))
    return kept


def plain_value(node: Node) -> object:
    """Return a node as plain data: dicts, lists, and scalars as their text; None for an empty value."""
    if node.kind == "mapping":
        return {str(key.value): plain_value(value) for key, value in node.value}  # type: ignore[attr-defined]
    if node.kind == "list":
        return [plain_value(value) for value in node.value]  # type: ignore[attr-defined]
    return None if node.kind == "nothing" else str(node.value)
