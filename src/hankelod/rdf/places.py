"""Positions of statements in a Turtle or N-Triples file, which RDF parsers do not report.

Walks over the tokens of RDF 1.1 Turtle (W3C Recommendation, section 6.5), in text that a parser has accepted. A blank
node that the file does not label is named by its position.
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

    Subjects and properties are IRIs or labels of blank nodes; values are these, or the lexical forms of literals.
    `nodes` are the blank nodes among the values of a property, in order, `roots` those that are subjects of statements.
    """

    subjects: dict[str, Position]
    properties: dict[tuple[str, str], Position]
    values: dict[tuple[str, str, str], Position]
    nodes: dict[tuple[str, str], list[str]]
    roots: list[str]

    def labels(self) -> set[str]:
        """Return the labels that blank nodes have in the file."""
        found = {node for nodes in self.nodes.values() for node in nodes} | self.subjects.keys()
        return {node for node in found if node.startswith("_:") and not node.startswith(("_:node.", "_:cell"))}

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
    return _Walk(text, base).done()


class _Level:
    """An open statement, bracket or list: `subject` and `predicate` as far as they are known.

    In a list, `subject` is the cell of the last member.
    """

    def __init__(self, subject: str | None = None, listing: bool = False) -> None:
        self.subject, self.listing = subject, listing
        self.predicate: str | None = None


class _Walk:
    """The walk over the tokens of a file."""

    def __init__(self, text: str, base: str) -> None:
        self.positions = Places({}, {}, {}, {}, [])
        self.base, self.prefixes = base, dict[str, str]()
        self.tokens = _tokens(text)
        self.levels = [_Level()]

    def done(self) -> Places:
        """Walk to the end of the file."""
        directive: list[str] | None = None
        for kind, piece, at in self.tokens:
            level, lowered = self.levels[-1], piece.lower()
            if directive is not None:
                if kind in ("iri", "word"):
                    directive.append(piece)
                if kind == "iri":
                    self.base = _declare(directive, self.prefixes, self.base)
                    directive = None
            elif len(self.levels) == 1 and level.subject is None and lowered in ("@prefix", "@base", "prefix", "base"):
                directive = [lowered.lstrip("@")]
            elif piece == "[":
                key = blank(at)
                self._take(key, at, True)
                self.levels.append(_Level(key))
            elif piece == "(":
                self.levels.append(_Level(listing=True))
            elif piece in ("]", ")"):
                if len(self.levels) > 1:
                    self.levels.pop()
                if piece == ")" and level.subject is None:
                    self._take(RDF + "nil", at)
            elif piece == "." and kind == "mark":
                del self.levels[1:]
                self.levels[0] = _Level()
            elif piece == ";":
                level.predicate = None
            elif piece == "," or kind in ("tag", "datatype"):
                if kind == "datatype":
                    next(self.tokens, None)
            else:
                quotes = 3 if piece[:3] in ('"""', "'''") and len(piece) >= 6 else 1
                text = _unescape(piece[quotes:-quotes]) if kind == "text" else None
                self._take(_iri(piece, kind, self.prefixes, self.base) if text is None else text, at)
        return self.positions

    def _take(self, term: str, at: Position, bracket: bool = False) -> None:
        """Take the next term of the statement, bracket or list that is open."""
        level, positions = self.levels[-1], self.positions
        if level.listing:
            cell = blank(at, f"cell{len(self.levels)}")
            if level.subject is None:
                self.levels.pop()
                self._take(cell, at, True)
                self.levels.append(level)
            else:
                positions.nodes.setdefault((level.subject, RDF + "rest"), []).append(cell)
            positions.subjects.setdefault(cell, at)
            level.subject, level.predicate = cell, RDF + "first"
        if level.subject is None:
            level.subject = term
            if bracket:
                positions.roots.append(term)
        elif level.predicate is None:
            level.predicate = term
            positions.properties.setdefault((level.subject, term), at)
            return
        else:
            positions.values.setdefault((level.subject, level.predicate, term), at)
            if bracket or term.startswith("_:"):
                positions.nodes.setdefault((level.subject, level.predicate), []).append(term)
        positions.subjects.setdefault(term, at) if bracket or level.subject == term else None


def blank(at: Position, kind: str = "node") -> str:
    """Return the label of a blank node without one, by its position."""
    return f"_:{kind}.{at[0]}.{at[1]}"


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
