"""Positions of statements in a Turtle or N-Triples file, which RDF parsers do not report.

Walks over the tokens of RDF 1.1 Turtle (W3C Recommendation, section 6.5), in text that a parser has accepted. The
content of brackets belongs to the statement around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urljoin

from hankelod.rdf.graph import RDF

Position = tuple[int, int]
"""Line and column from 1, the column in code points."""


class Places(NamedTuple):
    """The first position of each subject, of each property of a subject, and of each value of a property.

    Subjects and properties are IRIs; values are IRIs, or the lexical forms of literals.
    """

    subjects: dict[str, Position]
    properties: dict[tuple[str, str], Position]
    values: dict[tuple[str, str, str], Position]

    def find(self, subject: str, predicate: str | None, value: str | None) -> Position:
        """Return the closest known position: of the value, else the property, else the subject, else the file."""
        exact = self.values.get((subject, predicate or "", value or ""))
        return exact or self.properties.get((subject, predicate or "")) or self.subjects.get(subject) or (1, 1)


_TOKEN = re.compile(
    r"""
    (?P<space>[\s\ufeff]+|\#[^\n]*)
  | (?P<iri><[^<>"{}|^`\\\x00-\x20]*(?:\\[uU][0-9A-Fa-f]+[^<>"{}|^`\\\x00-\x20]*)*>)
  | (?P<text>\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\"|'''(?:[^'\\]|\\.|'(?!''))*'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
  | (?P<tag>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
  | (?P<datatype>\^\^)
  | (?P<mark>[\[\](),;]|\.(?![0-9]))
  | (?P<word>_:[^\s<>"'{}|^`;,\[\]()\#]*[^\s<>"'{}|^`;,\[\]().\#]|[^\s<>"'{}|^`;,\[\]()\#@]*[^\s<>"'{}|^`;,\[\]().\#@])
  | (?P<other>.)
    """,
    re.X | re.S,
)

_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.S)

_PLAIN = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}


def _unescape(text: str) -> str:
    return _ESCAPE.sub(lambda m: chr(int(m[1] or m[2], 16)) if m[1] or m[2] else _PLAIN.get(m[3], m[3]), text)


def _tokens(text: str) -> Iterator[tuple[str, str, Position]]:
    line, start = 1, 0
    for match in _TOKEN.finditer(text):
        kind, piece = str(match.lastgroup), match.group()
        if kind != "space":
            yield kind, piece, (line, match.start() - start + 1)
        ends = piece.count("\n")
        if ends:
            line += ends
            start = match.start() + piece.rindex("\n") + 1


def places(text: str, base: str) -> Places:
    """Return the positions of the statements in Turtle or N-Triples."""
    positions = Places({}, {}, {})
    prefixes: dict[str, str] = {}
    tokens = _tokens(text)
    subject: str | None = None
    predicate: str | None = None
    depth = 0
    directive: list[str] | None = None
    for kind, piece, at in tokens:
        if directive is not None:
            if kind in ("iri", "word"):
                directive.append(piece)
            if kind == "iri":
                base = _declare(directive, prefixes, base)
                directive = None
            continue
        lowered = piece.lower()
        if subject is None and depth == 0 and (lowered in ("@prefix", "@base", "prefix", "base")):
            directive = [lowered.lstrip("@")]
        elif piece in ("[", "("):
            if depth == 0 and subject is None:
                subject = "_:"
            depth += 1
        elif piece in ("]", ")"):
            depth -= 1
        elif depth:
            continue
        elif piece == "." and kind == "mark":
            subject = predicate = None
        elif piece == ";":
            predicate = None
        elif piece == "," or kind in ("tag", "datatype"):
            if kind == "datatype":
                next(tokens, None)
        else:
            quotes = 3 if piece[:3] in ('"""', "'''") and len(piece) >= 6 else 1
            term = _unescape(piece[quotes:-quotes]) if kind == "text" else _iri(piece, kind, prefixes, base)
            if subject is None:
                subject = term
                positions.subjects.setdefault(term, at)
            elif predicate is None:
                predicate = term
                positions.properties.setdefault((subject, term), at)
            else:
                positions.values.setdefault((subject, predicate, term), at)
    return positions


def _resolve(base: str, written: str) -> str:
    """Resolve an IRI in angle brackets; an absolute one stays as it is, since urljoin would drop an empty fragment."""
    iri = _unescape(written[1:-1])
    return iri if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", iri) else urljoin(base, iri) or base


def _declare(directive: list[str], prefixes: dict[str, str], base: str) -> str:
    iri = _resolve(base, directive[-1])
    if directive[0] == "base":
        return iri
    prefixes[directive[1].rstrip(":")] = iri
    return base


def _iri(piece: str, kind: str, prefixes: dict[str, str], base: str) -> str:
    if kind == "iri":
        return _resolve(base, piece)
    if piece == "a":
        return RDF + "type"
    prefix, colon, local = piece.partition(":")
    return prefixes[prefix] + local.replace("\\", "") if colon and prefix in prefixes else piece
