"""Nesting depth of RDF, checked before a parser sees the content.

pyoxigraph parses triple terms (`<<( … )>>`, RDF 1.2) and JSON-LD contexts recursively: 10,000 nested ones overflow the
stack and end the process without an exception (measured on 0.5.13). Real data is never nested that deep.
"""

from __future__ import annotations

import re
from typing import BinaryIO

DEEPEST = 100
"""Most nested triple terms, or nested objects and arrays of JSON."""

# Tokens in which brackets do not nest: escapes in names, strings, IRIs, comments. An IRI may hold `#` and escapes.
# These are compiled where they are used, which is seldom: it would be a hundredth of the start of a command.
_TURTLE = (
    rb"(<<\()|(\)>>)|\\.|<[^<>\"\s]*>|#[^\n\r]*"
    rb'|"""(?:(?:""?)?(?:[^"\\]|\\.))*"""|\'\'\'(?:(?:\'\'?)?(?:[^\'\\]|\\.))*\'\'\''
    rb'|"(?:[^"\\\n\r]|\\.)*"|\'(?:[^\'\\\n\r]|\\.)*\''
)

_JSON = rb'([\[{])|([\]}])|"(?:[^"\\]|\\.)*"'

_OPENING_AND_CLOSING = bytes.maketrans(b"[]", b"{}")

_OTHERS = bytes(set(range(256)) - set(b"[]{}"))

SLICE = 2**20
"""Bytes of JSON that are taken apart at a time."""

LARGEST = 2**26
"""Largest file in bytes that is tokenised; in a longer one only the opening brackets are counted."""


class TooDeep(SyntaxError):
    """RDF that is nested too deep; `lineno` and `offset` say where, from 1, the offset in bytes."""


def check(content: bytes, json: bool = False) -> None:
    """Raise TooDeep if the content, JSON or a language of the Turtle family, is nested deeper than DEEPEST."""
    opening = content.count(b"{") + content.count(b"[") if json else content.count(b"<<(")
    if opening <= DEEPEST or (json and _is_shallow(content)):
        return
    depth = 0
    for match in re.finditer(_JSON if json else _TURTLE, content, re.S):
        if match[1]:
            depth += 1
        elif match[2]:
            depth = max(depth - 1, 0)
        if depth > DEEPEST:
            before = content[: match.start()]
            error = TooDeep(f"nested more than {DEEPEST} deep")
            error.lineno, error.offset = before.count(b"\n") + 1, len(before) - (before.rfind(b"\n") + 1) + 1
            raise error


def _is_shallow(content: bytes) -> bool:
    """Tell quickly whether the brackets of JSON are balanced and not nested too deep: without the strings, the
    innermost pairs are taken away as often as they may be nested."""
    content = content.replace(rb"\\", b"").replace(rb"\"", b"")  # outside of strings a parser ends at a backslash
    brackets, inside = [], 0
    for start in range(0, len(content), SLICE):
        pieces = content[start : start + SLICE].split(b'"')
        brackets.append(b"".join(pieces[inside::2]).translate(_OPENING_AND_CLOSING, _OTHERS))
        inside ^= (len(pieces) - 1) & 1
    rest = b"".join(brackets)
    for _ in range(DEEPEST):
        if not rest:
            break
        rest = rest.replace(b"{}", b"")
    return not rest


class Checked:
    """A file in a language of the Turtle family, whose opening triple terms are counted before a parser sees them.

    `start` is what has been read of it. `read` raises TooDeep if there are more than DEEPEST.
    """

    def __init__(self, start: bytes, file: BinaryIO) -> None:
        self._held, self._file = memoryview(start), file
        self._end = start[-2:]
        self._opening = start.count(b"<<(")
        self._size = max(len(start), 1)

    def read(self, size: int) -> bytes:
        """Read at most `size` bytes."""
        self._limit()
        if not self._held:
            content = self._file.read(self._size)
            self._opening += (self._end + content).count(b"<<(")
            self._end = (self._end + content)[-2:]
            self._limit()
            self._held = memoryview(content)
        block, self._held = self._held[:size], self._held[size:]
        return bytes(block)

    def _limit(self) -> None:
        if self._opening > DEEPEST:
            raise TooDeep(f"more than {DEEPEST} triple terms in a large file")


def check_file(file: BinaryIO, json: bool = False) -> None:
    """Raise TooDeep as `check` does, for an open file of any size, which is read to its end. Raises OSError, EOFError.

    JSON that is longer than LARGEST is not checked.
    """
    block = file.read(LARGEST)
    if len(block) < LARGEST:
        check(block, json)
        return
    opening = 0
    while block and not json:
        opening += block.count(b"<<(")
        if opening > DEEPEST:
            raise TooDeep(f"more than {DEEPEST} triple terms in a file of more than {LARGEST >> 20} MiB")
        block = block[-2:] + more if (more := file.read(LARGEST)) else b""
