"""What a query asks, and of what: its algebra, and how many triples each of its patterns finds on its own.

The engine does not tell its plan, and picks the order of joins itself; so this shows the algebra of SPARQL 1.1
(section 18.2) as rdflib translates it. A pattern that finds nothing is usually the slip that leaves an answer empty.
No times: the same query on the same graph is explained alike.
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
"""The keys under which rdflib keeps the operators that an operator works on."""


def explain(data: Data, text: str) -> str:
    """The explanation of a query that `data` has accepted."""
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
    except Exception as error:  # rdflib's translation raises whatever its parts raise; the engine has taken the query
        return [f"not shown: rdflib does not read this query ({type(error).__name__})"]
    return list(_operator(data, root, 0))


def _operator(data: Data, node: Any, depth: int) -> Iterator[str]:
    indent = "  " * depth
    yield f"{indent}{node.name}{_details(node)}"
    for triple in dict.get(node, "triples", ()):  # its own `get` gives the key back where there is none
        yield f"{indent}  {' '.join(_shown(data, t) for t in triple)}  {_found(data, triple)}".rstrip()
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


def _shown(data: Data, term: Any) -> str:
    from rdflib import URIRef

    if isinstance(term, URIRef):
        return shortened(str(term), data.prefixes, data.base)
    return str(term.n3()) if hasattr(term, "n3") else str(term)


def _found(data: Data, triple: Any) -> str:
    """How many triples a pattern finds; nothing for a path, which is no single pattern."""
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
