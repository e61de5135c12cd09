"""Effective shapes: the shapes as others' engines take them, in one Turtle document that needs no other.

An engine that looks for sub-classes in the shapes finds their axioms there. `core` is the same without SPARQL and
rules, for engines that know SHACL Core only: what is left gives the same results under the same names.
"""

from __future__ import annotations

from hankelod.model import entailment
from hankelod.model.model import Model
from hankelod.rdf.graph import RDFS, SH
from hankelod.rdf.statements import Triples
from hankelod.rdf.turtle import document

BEYOND_CORE = (SH + "sparql", SH + "rule", SH + "declare")
"""Properties of shapes outside of SHACL Core."""


def shapes(model: Model) -> str:
    """Return all shapes, with the sub-class axioms that they need."""
    return document({**model.shapes.triples, **_axioms(model)}, model.base, model.prefixes, in_order=True)


def core(model: Model) -> str:
    """Return the shapes without what is beyond SHACL Core. A shape that was nothing but a query is left with its path,
    which a closed shape allows."""
    kept: Triples = {}
    for subject, by in model.shapes.triples.items():
        within = {p: objects for p, objects in by.items() if p not in BEYOND_CORE}
        if within:
            kept[subject] = within
    return document({**_reached(kept), **_axioms(model)}, model.base, model.prefixes, in_order=True)


def _axioms(model: Model) -> Triples:
    """Return the sub-class axioms of the ontology that lead to a class which a shape names."""
    above: dict[str, list[str]] = {
        s: [str(o) for o in by[RDFS + "subClassOf"]]
        for s, by in model.ontology.triples.items()
        if RDFS + "subClassOf" in by
    }
    named = {
        str(o)
        for by in model.shapes.triples.values()
        for predicate in ("class", "targetClass")
        for o in by.get(SH + predicate, ())
    }
    supers = entailment.superclasses(model.ontology)
    axioms: Triples = {}
    for cls in sorted(above):
        needed: list[object] = [c for c in above[cls] if not named.isdisjoint((c, *supers.get(c, ())))]
        if needed:
            axioms[cls] = {RDFS + "subClassOf": needed}
    return axioms


def _reached(graph: Triples) -> Triples:
    """Return the graph without blank nodes to which nothing refers any more."""
    waiting = [subject for subject in graph if not subject.startswith("_:")]
    reached = set(waiting)
    for subject in waiting:
        for objects in graph[subject].values():
            for o in objects:
                if isinstance(o, str) and o in graph and o not in reached:
                    reached.add(o)
                    waiting.append(o)
    return {s: by for s, by in graph.items() if s in reached}
