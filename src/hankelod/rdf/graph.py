"""Turtle read into a plain index with the few look-ups that the Model needs, without a triple store."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from hankelod.messages.catalogue import Text
from hankelod.messages.languages import LANGUAGES
from hankelod.messages.problem import fill
from hankelod.messages.refusal import Refusal
from hankelod.rdf import files, nesting

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

RDFS = "http://www.w3.org/2000/01/rdf-schema#"

SKOS = "http://www.w3.org/2004/02/skos/core#"

XSD = "http://www.w3.org/2001/XMLSchema#"

SH = "http://www.w3.org/ns/shacl#"

OWL = "http://www.w3.org/2002/07/owl#"

Subject = ox.NamedNode | ox.BlankNode | ox.Triple

FORMATS = "http://www.w3.org/ns/formats/"
"""W3C's namespace of file formats ("Unique URIs for File Formats")."""


def format_iri(syntax: ox.RdfFormat | ox.QueryResultsFormat) -> str:
    """Return the IRI of a format. pyoxigraph gives that of JSON-LD in another namespace."""
    return FORMATS + syntax.iri.rpartition("/")[2]


class NotReadable(Refusal):
    """A Turtle file cannot be read; the message names the file and, if known, line and column."""


def not_readable(file: Path, why: object, place: str = "") -> NotReadable:
    """Create the refusal of a file, with the reason in every language."""
    return NotReadable(fill(dict.fromkeys(LANGUAGES, "{file}{place}: {why}"), file=str(file), place=place, why=why))


class Index(NamedTuple):
    """Triples by subject and predicate. IRIs are strings, blank nodes strings `_:…`, literals `pyoxigraph.Literal`."""

    triples: dict[str, dict[str, list[object]]]
    prefixes: dict[str, str]
    by_subject: dict[str, list[ox.Quad]]
    """The same triples as the parser gave them, by subject."""

    @property
    def quads(self) -> list[ox.Quad]:
        """All triples, grouped by subject."""
        return list(chain.from_iterable(self.by_subject.values()))

    def objects(self, subject: str, predicate: str) -> list[object]:
        """Return all objects in the order of the files."""
        return self.triples.get(subject, {}).get(predicate, [])

    def one(self, subject: str, predicate: str) -> object | None:
        """Return the first object, or None."""
        by = self.triples.get(subject)
        objects = by.get(predicate) if by else None
        return objects[0] if objects else None

    def iri(self, subject: str, predicate: str) -> str | None:
        """Return the first object if it is an IRI or blank node, else None."""
        value = self.one(subject, predicate)
        return value if isinstance(value, str) else None

    def value(self, subject: str, predicate: str) -> str | None:
        """Return the lexical form of the first object if it is a literal, else None."""
        value = self.one(subject, predicate)
        return value.value if isinstance(value, ox.Literal) else None

    def text(self, subject: str, predicate: str) -> Text:
        """Return the objects that have a language tag, by language."""
        return {
            o.language: o.value for o in self.objects(subject, predicate) if isinstance(o, ox.Literal) and o.language
        }

    def items(self, head: object) -> list[object]:
        """Return the members of an RDF list, up to a cell that it leads back to."""
        members: list[object] = []
        seen: set[str] = set()
        while isinstance(head, str) and head != RDF + "nil" and head not in seen:
            seen.add(head)
            members.append(self.one(head, RDF + "first"))
            head = self.one(head, RDF + "rest")
        return members

    def subjects(self, predicate: str, obj: str) -> list[str]:
        """Return the subjects that have this object, sorted."""
        return sorted(s for s, by in self.triples.items() if obj in by.get(predicate, ()))


BEYOND = (b"\xf0", b"\xf1", b"\xf2", b"\xf3")
"""First bytes of characters beyond U+FFFF, of which most Turtle has none: quicker to look for than the next."""

OUTSIDE = re.compile(rb"\xf3\xa0|[\xf0-\xf3].\xbf[\xbe\xbf]", re.S)
"""Characters that Turtle allows in a prefixed name, RFC 3987 in no IRI: U+E0000 to U+E0FFF, U+1FFFF and its like."""


def check_iris(triple: ox.Triple) -> None:
    """Raise ValueError for a term that is no IRI: the parser does not look at what prefixed names stand for."""
    for term in (triple.subject, triple.predicate, triple.object):
        named = term.datatype if isinstance(term, ox.Literal) else term
        if isinstance(named, ox.NamedNode):
            ox.NamedNode(named.value)


def plain(term: object) -> str | ox.Literal:
    """Return a term as an Index has it."""
    if isinstance(term, ox.Literal):
        return term
    return term.value if isinstance(term, ox.NamedNode) else f"_:{term.value}"  # type: ignore[attr-defined]


def rdf_list(subject: Subject, predicate: str, members: Iterable[ox.Literal | ox.BlankNode]) -> Iterator[ox.Quad]:
    """Yield the triples of an RDF list, and that by which a subject refers to it."""
    link = predicate
    for member in members:
        cell = ox.BlankNode()
        yield ox.Quad(subject, ox.NamedNode(link), cell)
        yield ox.Quad(cell, ox.NamedNode(RDF + "first"), member)
        subject, link = cell, RDF + "rest"
    yield ox.Quad(subject, ox.NamedNode(link), ox.NamedNode(RDF + "nil"))


def read(paths: list[Path], base: str) -> Index:
    """Read Turtle files into one index.

    `base` resolves relative IRIs. Raises NotReadable.
    """
    index = Index({}, {}, {})
    for file in paths:
        try:
            _take(index, files.content(file), base)
        except files.Unfit as error:
            raise not_readable(file, files.why(error)) from error
        except (SyntaxError, ValueError) as error:
            place = f":{error.lineno}:{error.offset}" if isinstance(error, SyntaxError) and error.lineno else ""
            raise not_readable(file, error, place) from error
    return index


def add(index: Index, text: str, base: str) -> None:
    """Add the triples of a text in Turtle to an index."""
    _take(index, text.encode(), base)


def read_resource(package: str, name: str, base: str) -> Index:
    """Read a Turtle file that a Python package contains, which has been imported."""
    index = Index({}, {}, {})
    _take(index, Path(sys.modules[package].__path__[0], name).read_bytes(), base)
    return index


def indexed(quads: list[ox.Quad], prefixes: dict[str, str]) -> Index:
    """Return an index of triples, in their order."""
    index = Index({}, dict(prefixes), {})
    _add(index, quads)
    return index


def _take(index: Index, content: bytes, base: str) -> None:
    """Add the triples of a Turtle file to the index. Raises SyntaxError, ValueError."""
    content.decode()  # the parser does not look at comments
    nesting.check(content)
    parser = ox.parse(content, format=ox.RdfFormat.TURTLE, base_iri=base)
    _add(index, _checked(parser) if _names_outside(content) else parser)
    index.prefixes.update(parser.prefixes)


def _names_outside(content: bytes) -> bool:
    return any(first in content for first in BEYOND) and OUTSIDE.search(content) is not None


def _checked(quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """Yield quads. Raises ValueError at the first with a term that is no IRI."""
    for quad in quads:
        check_iris(quad.triple)
        yield quad


def _add(index: Index, quads: Iterable[ox.Quad]) -> None:
    """Add triples to an index; a subject is looked up once for those that follow each other."""
    triples, by_subject = index.triples, index.by_subject
    subject: object = None
    for quad in quads:
        if quad.subject != subject:
            subject = quad.subject
            name = str(plain(subject))
            own, by = by_subject.setdefault(name, []), triples.setdefault(name, {})
        own.append(quad)
        by.setdefault(quad.predicate.value, []).append(plain(quad.object))
