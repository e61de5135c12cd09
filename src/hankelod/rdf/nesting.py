"""How deep RDF is nested, looked at before a parser sees it.

The parser behind us keeps triple terms (`<<( … )>>`, RDF 1.2) and the contexts of JSON-LD on the stack of the process:
10,000 of them in one another end it (measured on pyoxigraph 0.5.13), and no exception tells. Nothing that people publish
is nested so.
"""

from __future__ import annotations

import re
from typing import BinaryIO

DEEPEST = 100
"""Triple terms in one another, or objects and arrays of JSON."""

# What may hold brackets without nesting: names with escapes, strings, IRIs, comments. An IRI may hold `#` and escapes.
_TURTLE = re.compile(
    rb"(<<\()|(\)>>)|\\.|<[^<>\"\s]*>|#[^\n\r]*"
    rb'|"""(?:(?:""?)?(?:[^"\\]|\\.))*"""|\'\'\'(?:(?:\'\'?)?(?:[^\'\\]|\\.))*\'\'\''
    rb'|"(?:[^"\\\n\r]|\\.)*"|\'(?:[^\'\\\n\r]|\\.)*\'',
    re.S,
)

_JSON = re.compile(rb'([\[{])|([\]}])|"(?:[^"\\]|\\.)*"', re.S)

LARGEST = 2**26
"""Bytes of a file that is looked at whole; of a longer one only whether anything in it could be nested so."""


class TooDeep(SyntaxError):
    """RDF that no parser is given; `lineno` and `offset` tell where it gets too deep, from 1, in bytes."""


def check(content: bytes, json: bool = False) -> None:
    """Raise TooDeep where the content, JSON or a language of the Turtle family, is nested deeper than DEEPEST."""
    opening = content.count(b"{") + content.count(b"[") if json else content.count(b"<<(")
    if opening <= DEEPEST:
        return
    depth = 0
    for match in (_JSON if json else _TURTLE).finditer(content):
        if match[1]:
            depth += 1
        elif match[2]:
            depth = max(depth - 1, 0)
        if depth > DEEPEST:
            before = content[: match.start()]
            said = TooDeep(f"nested more than {DEEPEST} deep")
            said.lineno, said.offset = before.count(b"\n") + 1, len(before) - (before.rfind(b"\n") + 1) + 1
            raise said


def check_file(file: BinaryIO, json: bool = False) -> None:
    """Raise TooDeep as `check` does, for an open file of any size, which is read to its end. Raises OSError, EOFError.

    JSON that is longer than LARGEST is not looked at.
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
