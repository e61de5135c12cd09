"""Triples that are no record's, in every syntax: the ontology, the catalogue, what describes the dataset."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import pyoxigraph as ox

from hankelod.messages.catalogue import Text
from hankelod.rdf.graph import RDF, XSD
from hankelod.rdf.terms import Names, escape, head

Triples = dict[str, dict[str, list[object]]]
"""Objects by subject and predicate, as in `graph.Index`: IRIs are strings, literals stay literals."""


class Statements(NamedTuple):
    """Triples being gathered. The order in which they come does not show in what is written."""

    triples: Triples

    def add(self, subject: str, predicate: str, *objects: object) -> None:
        """Add triples; None says nothing, what is there already is not said twice."""
        for o in objects:
            if o is not None:
                known = self.triples.setdefault(subject, {}).setdefault(predicate, [])
                if o not in known:
                    known.append(o)

    def add_text(self, subject: str, predicate: str, text: Text) -> None:
        """Add a text in each of its languages."""
        self.add(subject, predicate, *(ox.Literal(t, language=lang) for lang, t in text.items()))


def literal(value: object, datatype: str | None = None) -> ox.Literal:
    """A literal of a value's text, a string where no XSD datatype is named."""
    return ox.Literal(str(value), datatype=ox.NamedNode(XSD + datatype) if datatype else None)


def _object(term: object, names: Names) -> str:
    if isinstance(term, ox.Literal):
        text = f'"{escape(term.value)}"'
        if term.language:
            return f"{text}@{term.language}"
        plain = term.datatype.value.endswith("#string")
        return text if plain else f"{text}^^{names.iri(term.datatype.value)}"
    return _thing(str(term), names)


def _thing(iri: str, names: Names) -> str:
    """An IRI as subject or object, where Turtle's `a` does not stand for rdf:type."""
    return f"<{iri}>" if iri == RDF + "type" else names.iri(iri)


def subjects(triples: Triples, wanted: Iterable[str] | None = None) -> list[str]:
    """The subjects, or those of them that are wanted, in order."""
    return sorted(triples) if wanted is None else sorted(s for s in wanted if s in triples)


def predicates(triples: Triples, subject: str, only: tuple[str, ...] = ()) -> list[tuple[str, list[object]]]:
    """The predicates of a subject, its type first, with their objects in the order in which they came."""
    by = triples[subject]
    chosen = [p for p in by if not only or p in only]
    return [(p, by[p]) for p in sorted(chosen, key=lambda p: (p != RDF + "type", p))]


def ntriples(triples: Triples, names: Names) -> list[str]:
    """Lines of N-Triples."""
    return [
        f"{names.iri(s)} {names.iri(p)} {_object(o, names)} .\n"
        for s in subjects(triples)
        for p, objects in predicates(triples, s)
        for o in objects
    ]


def turtle(triples: Triples, names: Names, wanted: Iterable[str] | None = None, only: tuple[str, ...] = ()) -> str:
    """Turtle without its head: all subjects or just these, all predicates or just these."""
    blocks = []
    for s in subjects(triples, wanted):
        lines = [
            f"{names.iri(p)} " + " ,\n        ".join(_object(o, names) for o in objects)
            for p, objects in predicates(triples, s, only)
        ]
        if lines:
            blocks.append(f"{_thing(s, names)}\n    " + " ;\n    ".join(lines) + " .\n")
    return "\n".join(blocks)


def nodes(triples: Triples, wanted: Iterable[str] | None = None, only: tuple[str, ...] = ()) -> list[dict[str, object]]:
    """JSON-LD node objects with whole IRIs, which any context leaves alone."""
    return [_node(triples, s, only, None) for s in subjects(triples, wanted)]


def _node(triples: Triples, subject: str, only: tuple[str, ...], names: Names | None) -> dict[str, object]:
    def short(iri: str) -> str:
        written = names.iri(iri) if names else "<"
        return iri if written.startswith("<") else written

    node: dict[str, object] = {"@id": subject}
    for predicate, objects in predicates(triples, subject, only):
        if predicate == RDF + "type":
            node["@type"] = [short(str(o)) for o in objects]
        else:
            node[short(predicate)] = [_json_object(o) for o in objects]
    return node


def _json_object(term: object) -> dict[str, str]:
    if not isinstance(term, ox.Literal):
        return {"@id": str(term)}
    if term.language:
        return {"@value": term.value, "@language": term.language}
    plain = term.datatype.value.endswith("#string")
    return {"@value": term.value} if plain else {"@value": term.value, "@type": term.datatype.value}


def count(triples: Triples) -> int:
    """The number of triples."""
    return sum(len(objects) for by in triples.values() for objects in by.values())


def turtle_document(triples: Triples, base: str, prefixes: dict[str, str]) -> str:
    """A whole Turtle document."""
    body = turtle(triples, Names(base, prefixes, True))
    return head(base, prefixes, body) + body


def jsonld_document(triples: Triples, base: str, prefixes: dict[str, str]) -> dict[str, object]:
    """A whole JSON-LD document: predicates and types by prefix, its context inline."""
    names = Names(base, prefixes, True)
    graph = [_node(triples, s, (), names) for s in subjects(triples)]
    context = {p: n for p, n in sorted(prefixes.items()) if p in names.used}
    return {"@context": context, "@graph": graph}
