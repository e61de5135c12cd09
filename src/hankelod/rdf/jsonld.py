"""JSON-LD of a Turtle document, with blank nodes named by their order: the same text gives the same bytes."""

from __future__ import annotations

import pyoxigraph as ox

from hankelod.rdf import nesting, statements


def of_turtle(content: bytes, base: str) -> dict[str, object]:
    """Return a JSON-LD document with the triples of a Turtle document. Raises SyntaxError."""
    nesting.check(content)
    parser = ox.parse(content, format=ox.RdfFormat.TURTLE, base_iri=base)
    names: dict[ox.BlankNode, str] = {}
    triples = statements.Statements({})

    def named(term: object) -> object:
        if isinstance(term, ox.BlankNode):
            return names.setdefault(term, f"_:b{len(names)}")
        return term.value if isinstance(term, ox.NamedNode) else term

    for quad in parser:
        triples.add(str(named(quad.subject)), quad.predicate.value, named(quad.object))
    return statements.jsonld_document(triples.triples, base, parser.prefixes)
