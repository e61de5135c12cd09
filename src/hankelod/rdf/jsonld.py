"""JSON-LD of a Turtle document, with blank nodes named by their order: the same text gives the same bytes."""

from __future__ import annotations

import pyoxigraph as ox

from hankelod.rdf import graph, nesting, statements


def of_turtle(content: bytes, base: str) -> dict[str, object]:
    """Return a JSON-LD document with the triples of a Turtle document. Raises SyntaxError, ValueError."""
    nesting.check(content)
    parser = ox.parse(content, format=ox.RdfFormat.TURTLE, base_iri=base)
    names: dict[ox.BlankNode, str] = {}
    triples = statements.Statements({})

    def named(term: object) -> object:
        if isinstance(term, ox.BlankNode):
            return names.setdefault(term, f"_:b{len(names)}")
        return term.value if isinstance(term, ox.NamedNode) else term

    doubtful = graph.OUTSIDE.search(content) is not None
    for quad in parser:
        if doubtful:
            graph.check_iris(quad.triple)
        triples.add(str(named(quad.subject)), quad.predicate.value, named(quad.object))
    return statements.jsonld_document(triples.triples, base, parser.prefixes)
