"""Trees of nodes with places, common to YAML, JSON Lines and CSV, and the limits of files.

Scalars keep their text; the Model types them. `yamltree`, `jsontree` and `csvtree` read one format each.
"""

from __future__ import annotations

import re
from pathlib import Path as FilePath
from typing import NamedTuple
from unicodedata import is_normalized, normalize

from hankelod.messages.problem import Place, Problem, phrase, problem, short
from hankelod.messages.words import error_message
from hankelod.rdf import files

DEPTH = 20
"""Most nested levels of a record."""

MAX_BYTES = 10_000_000
"""Largest YAML or CSV file and longest JSON line, in bytes."""

MAX_VALUES = 20_000
"""Most values in one YAML file or JSON line; each may cause a problem."""

MAX_ROWS = 100_000
"""Most lines of a CSV file."""

FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)
"""Characters forbidden in records: controls, bidirectional controls, byte order marks, lone surrogates."""

LINE_ENDS = re.compile("[\x85\u2028\u2029]")
"""Line ends in YAML 1.1 but not in 1.2 and editors: in a YAML file they would shift the line numbers."""


class Node(NamedTuple):
    """A value in a file; line and column start at 1.

    `kind` is `text`, `mapping` (`value` is a list of Pairs), `list` (of Nodes) or `nothing`, in JSON also `true`,
    `false` or `number`. `plain`: a YAML scalar without quotation marks.
    """

    kind: str
    value: object
    line: int
    column: int
    plain: bool = False

    def place(self, file: str) -> Place:
        """Return the place of the node in a file of this name."""
        return Place(file, self.line, self.column)


Pair = tuple[Node, Node]
"""Key and value of a mapping."""

Path = tuple[str | int, ...]
"""Path of a value in its record: keys, and indices of list items from 0."""


def dotted(path: Path) -> str | None:
    """Write a path as in reports: `grants[0].amount`; None for the record itself."""
    out = ""
    for step in path:
        out += f"[{step}]" if isinstance(step, int) else f".{step}" if out else step
    return out or None


class Unreadable(Exception):
    """A file or line that cannot be read as a tree; contains the Problem."""

    def __init__(self, found: Problem) -> None:
        super().__init__(found.message.get("en", ""))
        self.problem = found


def refuse(code: str, place: Place, **details: object) -> Unreadable:
    """Create the Unreadable for a problem code."""
    return Unreadable(problem(code, place, **details))  # type: ignore[arg-type]


def decode(raw: bytes, file: str) -> str:
    """Decode UTF-8 and normalise line ends to LF. Raises Unreadable."""
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
    """Raise Unreadable at the first character of a text that matches `pattern`."""
    match = pattern.search(text)
    if match:
        line = text.count("\n", 0, match.start()) + 1
        column = match.start() - (text.rfind("\n", 0, match.start()) + 1) + 1
        raise refuse("forbidden-character", Place(file, line, column), value=f"U+{ord(match.group()):04X}")


def composed(text: str) -> str:
    """Normalise a text to NFC."""
    return text if text.isascii() or is_normalized("NFC", text) else normalize("NFC", text)


def too_many(place: Place) -> Unreadable:
    """Create the Unreadable for more than MAX_VALUES values."""
    return refuse("too-large", place, value=f"> {MAX_VALUES}", expected=phrase("values-at-most", n=MAX_VALUES))


def read_bytes(path: FilePath, file: str, limit: int = MAX_BYTES, within: FilePath | None = None) -> bytes:
    """Read a plain file of at most `limit` bytes, in the folder `within`. Raises Unreadable."""
    try:
        return files.content(path, within, limit)
    except files.Unfit as error:
        raise unfit(error, Place(file, 1, 1), limit) from error


def unfit(error: files.Unfit, place: Place, limit: int = MAX_BYTES) -> Unreadable:
    """Create the Unreadable for a path that is not opened."""
    if error.code == "outside-dataset":
        return refuse("outside-dataset", place)
    if error.code == "too-large":
        return refuse("too-large", place, value=f"{error.size} B", expected=f"{limit} B")
    return refuse("not-a-file", place, detail=error_message(error.error) if error.error else files.why(error))


def pairs(children: list[Node], file: str, problems: list[Problem], path: Path) -> list[Pair]:
    """Return the pairs of a mapping whose `children` are its keys and values in turn.

    A duplicate key is reported, and its first value is kept. Raises Unreadable if a key is no text.
    """
    kept: list[Pair] = []
    seen: dict[str, Node] = {}
    for key, value in zip(children[::2], children[1::2], strict=True):
        if key.kind not in ("text", "nothing"):
            raise refuse("yaml-syntax", key.place(file), detail=phrase("key-not-a-word"))
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
