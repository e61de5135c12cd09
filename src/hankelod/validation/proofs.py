"""Proofs: SPARQL rules evaluated once for many records, to show that none of them violates a rule.

A SHACL engine evaluates a rule once for each focus node, which costs more than all other checks together. Here the
query of the rule is evaluated once for a whole chunk, with `$this` unbound. An empty result proves that the engine
would find nothing for any focus node of the chunk, so that it may leave the rule out; otherwise the engine decides. The
rule itself is stated in its shape alone.

This holds for queries in which `$this` may be joined instead of substituted: see `_is_joined`. All others are left to
the engine.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from hankelod.model.model import Model
from hankelod.rdf.graph import SH

if TYPE_CHECKING:
    from rdflib.term import Node


class Proofs:
    """The rules of one Model that can be evaluated for many records at once.

    `shapes` are the shapes of the Model without these rules, in N-Triples; `rules` the codes of the shapes that state
    the rules.
    """

    def __init__(self, model: Model) -> None:
        proved: set[str] = set()
        predicates: set[str] = set()
        self.rules: list[str] = []
        self._queries: list[str] = []
        self._base, self._prefixes = model.base, model.prefixes
        for iri, check in model.checks.items():
            used = _predicates(check.select, model.prefixes) if check.select else None
            if check.select and used:
                proved.add(iri)
                predicates |= used
                self.rules.append(check.code)
                self._queries.append(check.select)
        self._wanted = {f"<{iri}>".encode() for iri in predicates}
        kept = [
            q.triple
            for q in model.shapes.quads
            if not (q.predicate.value == SH + "sparql" and getattr(q.subject, "value", "") in proved)
        ]
        self.shapes = "".join(f"{triple} .\n" for triple in kept)

    def suspects(self, lines: Iterable[bytes]) -> set[str]:
        """The IRIs of the things that may violate a rule, among the triples of a chunk and of the records it refers to.

        `lines` are lines of N-Triples without line ends. No violation is missed; some things may turn out not to be
        targets of the shape.
        """
        predicates = self._wanted
        selected = [line for line in lines if line.split(b" ", 2)[1] in predicates]
        store = ox.Store()
        store.bulk_load(b"\n".join(selected), format=ox.RdfFormat.N_TRIPLES)
        things: set[str] = set()
        for query in self._queries:
            for row in store.query(query, base_iri=self._base, prefixes=self._prefixes):  # type: ignore[union-attr]
                things.add(row["this"].value)  # type: ignore[index]
        return things


def _predicates(select: str, prefixes: dict[str, str]) -> set[str] | None:
    """The predicates in the query of a rule; None if it has to be evaluated for each focus node."""
    from rdflib.plugins.sparql import prepareQuery
    from rdflib.term import Variable

    predicates: set[str] = set()
    try:
        algebra = prepareQuery(select, initNs=prefixes).algebra
    except Exception:  # the engine may parse what rdflib cannot
        return None
    return predicates if _is_joined(algebra, Variable("this"), predicates) and predicates else None


def _is_joined(node: Any, this: Node, predicates: set[str]) -> bool:
    """Tell whether a pattern binds `$this` in its first triples, so that everything else is joined to it.

    Then substituting a focus node for `$this` beforehand (SHACL, 5.2.1) gives the rows of the unbound pattern with that
    node: joins, optional triples, computed values and filters see `$this` bound, and every other triple pattern is
    joined to it. Aggregates, limits and MINUS are not accepted.
    """
    if node.name in ("SelectQuery", "Project", "Distinct"):
        return _is_joined(node.p, this, predicates)
    if node.name in ("Filter", "Extend"):
        return _is_plain(node.expr, predicates) and _is_joined(node.p, this, predicates)
    if node.name in ("Join", "LeftJoin"):
        plain = node.name == "Join" or _is_plain(node.expr, predicates)
        return plain and _is_joined(node.p1, this, predicates) and _triples(node.p2, predicates) is not None
    return this in (_triples(node, predicates) or ())


def _triples(node: Any, predicates: set[str]) -> set[Node] | None:
    """The terms of plain triple patterns, whose predicates are added to `predicates`; None for any other pattern."""
    from rdflib.term import URIRef

    if node.name == "Join":
        sides = [_triples(side, predicates) for side in (node.p1, node.p2)]
        return None if sides[0] is None or sides[1] is None else sides[0] | sides[1]
    if node.name != "BGP" or not all(isinstance(p, URIRef) for _, p, _ in node.triples):
        return None
    predicates |= {str(p) for _, p, _ in node.triples}
    return {term for triple in node.triples for term in triple}


def _is_plain(node: Any, predicates: set[str]) -> bool:
    """Tell whether an expression contains no pattern, except EXISTS of plain triples."""
    from rdflib.plugins.sparql.parserutils import CompValue

    if isinstance(node, CompValue):
        if node.name in ("Builtin_EXISTS", "Builtin_NOTEXISTS"):
            return _triples(node.graph, predicates) is not None
        return all(_is_plain(value, predicates) for key, value in node.items() if key != "_vars")
    return all(_is_plain(each, predicates) for each in node) if isinstance(node, list) else True
