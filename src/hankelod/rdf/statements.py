"""Triples outside the records, written in every syntax: the ontology, the catalogue, the dataset description."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import pyoxigraph as ox

from hankelod.messages.catalogue import Text
from hankelod.rdf.graph import RDF, XSD
from hankelod.rdf.terms import Names

Triples = dict[str, dict[str, list[object]]]
"""Objects by subject and predicate, as in `graph.Index`: IRIs are strings, literals stay literals."""


class Statements(NamedTuple):
    """A collection of triples. The order of adding does not affect the written subjects and predicates."""

    triples: Triples

    def add(self, subject: str, predicate: str, *objects: object) -> None:
        """Add triples. None is ignored; duplicates are dropped."""
        given = dict.fromkeys(o for o in objects if o is not None)
        if given:
            present = self.triples.setdefault(subject, {}).setdefault(predicate, [])
            known = set(present) if len(given) > 1 else present
            present += [o for o in given if o not in known]

    def add_text(self, subject: str, predicate: str, text: Text) -> None:
        """Add a text as one literal per language."""
        self.add(subject, predicate, *(ox.Literal(t, language=lang) for lang, t in text.items()))


def literal(value: object, datatype: str | None = None) -> ox.Literal:
    """Create a literal; `datatype` is the local name of an XSD datatype, default xsd:string."""
    return ox.Literal(str(value), datatype=ox.NamedNode(XSD + datatype) if datatype else None)


def subjects(triples: Triples, wanted: Iterable[str] | None = None) -> list[str]:
    """Return the subjects, or those in `wanted`, sorted."""
    return sorted(triples) if wanted is None else sorted(s for s in wanted if s in triples)


def predicates(triples: Triples, subject: str, in_order: bool = False) -> list[tuple[str, list[object]]]:
    """Return the predicates of a subject with their objects in the order of adding: its type first, the others sorted
    or, with `in_order`, in the order of adding too."""
    by = triples[subject]
    return sorted(by.items(), key=_type_first if in_order else _by_name)


def _type_first(property: tuple[str, list[object]]) -> bool:
    return property[0] != RDF + "type"


def _by_name(property: tuple[str, list[object]]) -> tuple[bool, str]:
    return property[0] != RDF + "type", property[0]


def ntriples(triples: Triples, names: Names) -> list[str]:
    """Return lines of N-Triples, sorted by subject and predicate."""
    return [
        f"{names.iri(s)} {names.iri(p)} {names.term(o)} .\n"
        for s in subjects(triples)
        for p, objects in predicates(triples, s)
        for o in objects
    ]


def nodes(triples: Triples, names: Names, wanted: Iterable[str] | None = None) -> list[dict[str, object]]:
    """Return JSON-LD node objects: prefixed predicates and types, and the IRIs of things relative to the base."""
    return [_node(triples, s, names) for s in subjects(triples, wanted)]


def _node(triples: Triples, subject: str, names: Names) -> dict[str, object]:
    things = [_compact(o, names) for o in triples[subject].get(RDF + "type", []) if isinstance(o, str)]
    node: dict[str, object] = {"type": things} if things else {}
    node["id"] = _reference(subject, names)
    for predicate, objects in predicates(triples, subject):
        if predicate != RDF + "type":
            node[_compact(predicate, names)] = [_json_object(o, names) for o in objects]
        elif len(things) < len(objects):  # `type` holds IRIs only
            node[predicate] = [_json_object(o, names) for o in objects if not isinstance(o, str)]
    return node


def _compact(iri: str, names: Names) -> str:
    """Write an IRI with a prefix if it has one: properties and types are not resolved against the base."""
    written = names.iri(iri)
    return iri if written.startswith("<") else written


def _reference(iri: str, names: Names) -> str:
    """Write the IRI of a thing, relative to the base unless that would be read as an absolute one."""
    written = names.iri(iri)
    if not written.startswith("<"):
        return written
    return iri if ":" in written or written.startswith("<@") else written[1:-1]


def _json_object(term: object, names: Names) -> dict[str, str]:
    if not isinstance(term, ox.Literal):
        return {"id": _reference(str(term), names)}
    if term.language:
        return {"@value": term.value, "@language": term.language}
    plain = term.datatype.value.endswith("#string")
    return {"@value": term.value} if plain else {"@value": term.value, "type": _compact(term.datatype.value, names)}


def jsonld_prefixes(prefixes: dict[str, str], used: Iterable[str]) -> dict[str, object]:
    """Return the members of a JSON-LD context for the prefixes in use.

    A namespace that does not end in a delimiter is no prefix unless its term says so (JSON-LD 1.1, section 4.1.5).
    """
    return {
        p: n if n[-1] in ":/?#[]@" else {"@id": n, "@prefix": True} for p, n in sorted(prefixes.items()) if p in used
    }


def count(triples: Triples) -> int:
    """Return the number of triples."""
    return sum(len(objects) for by in triples.values() for objects in by.values())


def jsonld_document(triples: Triples, base: str, prefixes: dict[str, str]) -> dict[str, object]:
    """Return a complete JSON-LD document with one inline context."""
    names = Names(base, prefixes, True)
    graph = nodes(triples, names)
    context = {"@version": 1.1, "@base": base, "id": "@id", "type": "@type", **jsonld_prefixes(prefixes, names.used)}
    return {"@context": context, "@graph": graph}
