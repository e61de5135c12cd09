"""Rules in SPARQL asked once of many records, to prove that none of them breaks one.

SHACL asks a rule anew for each thing that it is about, which costs more than all other checks together. Here its query
is asked once of a whole chunk, with `$this` free: an empty answer proves that nothing would be found for any thing of
it, and the engine may do without the rule. Where there is an answer, the engine judges as ever. So a rule has one home,
its shape, and one judge.

That is sound for queries in which `$this` could as well be joined as put in before: see `_is_joined`. Others are left to
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
    """The rules of one Model that can be proved for many records at once.

    `shapes` are the Model's shapes without these rules, in N-Triples; `rules` the codes of the shapes that state them.
    """

    def __init__(self, model: Model) -> None:
        proved: set[str] = set()
        predicates: set[str] = set()
        self.rules: list[str] = []
        self._queries: list[str] = []
        self._base, self._prefixes = model.base, model.prefixes
        for iri, check in model.checks.items():
            named = _predicates(check.select, model.prefixes) if check.select else None
            if check.select and named:
                proved.add(iri)
                predicates |= named
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
        """The IRIs of the things that a rule may find at fault, in a chunk's triples with those that they refer to.

        `lines` are lines of N-Triples without their line ends. None is missed; some may turn out to be no targets of the rule's shape.
        """
        wanted = self._wanted
        told = [line for line in lines if line.split(b" ", 2)[1] in wanted]
        store = ox.Store()
        store.bulk_load(b"\n".join(told), format=ox.RdfFormat.N_TRIPLES)
        found: set[str] = set()
        for query in self._queries:
            for row in store.query(query, base_iri=self._base, prefixes=self._prefixes):  # type: ignore[union-attr]
                found.add(row["this"].value)  # type: ignore[index]
        return found


def _predicates(select: str, prefixes: dict[str, str]) -> set[str] | None:
    """The predicates that a rule's query looks at, None where it has to be asked for each thing by itself."""
    from rdflib.plugins.sparql import prepareQuery
    from rdflib.term import Variable

    found: set[str] = set()
    try:
        algebra = prepareQuery(select, initNs=prefixes).algebra
    except Exception:  # whatever rdflib cannot read, the engine may
        return None
    return found if _is_joined(algebra, Variable("this"), found) and found else None


def _is_joined(node: Any, this: Node, predicates: set[str]) -> bool:
    """Whether a pattern binds `$this` in its first triples, so that all else is joined to it.

    Then putting a thing in for `$this` beforehand (SHACL, 5.2.1) gives the rows of the free pattern with that thing:
    joins, optional triples, values computed on the way and filters see `$this` bound, and every other triple pattern is
    joined on it. Nothing that counts, limits or takes away is let through.
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
    """The terms of plain triple patterns, their predicates noted down; None for any other pattern."""
    from rdflib.term import URIRef

    if node.name == "Join":
        sides = [_triples(side, predicates) for side in (node.p1, node.p2)]
        return None if sides[0] is None or sides[1] is None else sides[0] | sides[1]
    if node.name != "BGP" or not all(isinstance(p, URIRef) for _, p, _ in node.triples):
        return None
    predicates |= {str(p) for _, p, _ in node.triples}
    return {term for triple in node.triples for term in triple}


def _is_plain(node: Any, predicates: set[str]) -> bool:
    """Whether an expression asks for no pattern, or only whether plain triples exist."""
    from rdflib.plugins.sparql.parserutils import CompValue

    if isinstance(node, CompValue):
        if node.name in ("Builtin_EXISTS", "Builtin_NOTEXISTS"):
            return _triples(node.graph, predicates) is not None
        return all(_is_plain(value, predicates) for key, value in node.items() if key != "_vars")
    return all(_is_plain(each, predicates) for each in node) if isinstance(node, list) else True
