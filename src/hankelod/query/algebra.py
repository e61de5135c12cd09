"""Explanation of a query: its algebra, and the number of triples that each of its patterns matches on its own.

The engine does not expose its plan and orders the joins itself, so the algebra of SPARQL 1.1 (section 18.2) is shown as
rdflib translates it. A pattern without matches is usually the mistake that leaves an answer empty. No times are given,
so that the same query on the same graph has the same explanation, except the order of the variables of `SELECT *`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from hankelod.query.answer import shortened
from hankelod.rdf.sparql import form, tokens

if TYPE_CHECKING:
    from hankelod.query.data import Data

PARTS = ("p", "p1", "p2")
"""Keys under which rdflib keeps the operands of an operator."""


def explain(data: Data, text: str) -> str:
    """Return the explanation of a query that `data` has accepted, as lines of text."""
    lines = [
        f"graph    {data.origin}: {len(data)} triples, base {data.base}",
        f"form     {form(tokens(text)) or '?'}",
        "engine   oxigraph, in memory; it orders the joins itself",
        "algebra  (each pattern with the triples that it finds on its own)",
    ]
    lines += [f"  {line}" for line in _algebra(data, text)]
    return "\n".join(lines) + "\n"


def _algebra(data: Data, text: str) -> list[str]:
    from rdflib.plugins.sparql.algebra import translateQuery
    from rdflib.plugins.sparql.parser import parseQuery

    try:
        root = translateQuery(parseQuery(text), base=data.base, initNs=data.prefixes).algebra
    except Exception as error:  # rdflib's translation raises any exception; the engine has accepted the query
        return [f"not shown: rdflib does not read this query ({type(error).__name__})"]
    return list(_operator(data, root, 0))


def _operator(data: Data, node: Any, depth: int) -> Iterator[str]:
    indent = "  " * depth
    yield f"{indent}{node.name}{_details(node)}"
    for triple in dict.get(node, "triples", ()):  # rdflib's own `get` returns the key where there is no value
        yield f"{indent}  {' '.join(_term(data, term) for term in triple)}  {_matches(data, triple)}".rstrip()
    for key in PARTS:
        if key in node and hasattr(node[key], "name"):
            yield from _operator(data, node[key], depth + 1)


def _details(node: Any) -> str:
    if node.name == "Project":
        return "".join(f" ?{v}" for v in node["PV"])
    if node.name == "Extend":
        return f" ?{node.var}"
    if node.name == "Slice":
        return f" from {node.start}, {node.length} rows"
    return ""


def _term(data: Data, term: Any) -> str:
    from rdflib import URIRef

    if isinstance(term, URIRef):
        return shortened(str(term), data.prefixes, data.base)
    return str(term.n3()) if hasattr(term, "n3") else str(term)


def _matches(data: Data, triple: Any) -> str:
    """The number of triples that match a pattern; `(path)` for a property path, which is not a single pattern."""
    from rdflib import URIRef, Variable
    from rdflib.term import BNode, Literal

    pattern: list[object] = []
    for term in triple:
        if isinstance(term, Variable | BNode):
            pattern.append(None)
        elif isinstance(term, URIRef):
            pattern.append(ox.NamedNode(str(term)))
        elif isinstance(term, Literal):
            datatype = ox.NamedNode(str(term.datatype)) if term.datatype and not term.language else None
            pattern.append(ox.Literal(str(term), datatype=datatype, language=term.language))
        else:
            return "(path)"
    return f"→ {data.count(*pattern)}"
