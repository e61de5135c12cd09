"""Layers of a model: what a profile, an area pack and a dataset add to the package's ontology and shapes.

A later layer adds triples, and changes what an earlier one says about a shape: a parameter of SHACL or of hankelod's
shapes that it states replaces the earlier values of that parameter, a text only that of the same language. A shape
with `sh:deactivated true` (SHACL 2.1.3.1) is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import pyoxigraph as ox

from hankelod.model.model import SHAPES
from hankelod.rdf.graph import RDF, SH, SKOS, Index, indexed

ADDING = frozenset(SH + name for name in ("property", "rule", "declare"))
"""Properties of shapes whose values are added to those of an earlier layer."""

REPLACING = (SH, SHAPES, SKOS + "example")
"""Beginnings of the properties whose values replace those of an earlier layer."""


class Layer(NamedTuple):
    """Ontology and shapes of one layer."""

    ontology: Index
    shapes: Index


def layer(index: Index) -> Layer:
    """Split triples that were written together. A subject is a shape if its IRI is that of a shape of the package, or
    it has a property or a type of SHACL; blank nodes belong to what refers to them."""
    named = (s for s in index.triples if not s.startswith("_:"))
    shapes = {s for s in named if s.startswith(SHAPES) or _is_shape(index.triples[s])}
    waiting = list(shapes)
    for subject in waiting:
        inner = [o for o in _objects(index, subject) if o.startswith("_:") and o not in shapes]
        shapes.update(inner)
        waiting += inner
    parts = ([q for q in index.quads if (_node(q.subject) in shapes) is wanted] for wanted in (False, True))
    return Layer(*(indexed(quads, index.prefixes) for quads in parts))


def combined(layers: Sequence[Layer]) -> Layer:
    """Return the layers as one, the later over the earlier."""
    if len(layers) == 1:
        return layers[0]
    ontology = _joined([each.ontology for each in layers])
    shapes = layers[0].shapes
    for each in layers[1:]:
        shapes = _over(shapes, each.shapes)
    return Layer(ontology, _active(shapes))


def in_languages(shapes: Index, languages: Sequence[str]) -> Index:
    """Return shapes whose texts by language are in these languages (`sh:languageIn`), but for texts that come in
    languages of their own: quotations (`s:verbatim`) and names of areas (`s:ownLanguages`)."""
    heads = {
        _node(q.object)
        for q in shapes.quads
        if q.predicate.value == SH + "languageIn"
        and not any(shapes.value(_node(q.subject), SHAPES + own) == "true" for own in ("verbatim", "ownLanguages"))
        and tuple(_value(item) for item in shapes.items(_node(q.object))) != tuple(languages)
    }
    if not heads:
        return shapes
    quads: list[ox.Quad] = []
    for quad in shapes.quads:
        if quad.predicate.value != SH + "languageIn" or _node(quad.object) not in heads:
            quads.append(quad)
            continue
        nodes = [ox.BlankNode() for _ in languages]
        quads.append(ox.Quad(quad.subject, quad.predicate, nodes[0]))
        rest: list[ox.BlankNode | ox.NamedNode] = [*nodes[1:], ox.NamedNode(RDF + "nil")]
        for node, code, after in zip(nodes, languages, rest, strict=True):
            quads.append(ox.Quad(node, ox.NamedNode(RDF + "first"), ox.Literal(code)))
            quads.append(ox.Quad(node, ox.NamedNode(RDF + "rest"), after))
    return _reached(indexed(quads, shapes.prefixes))


def _is_shape(by: dict[str, list[object]]) -> bool:
    return any(p.startswith((SH, SHAPES)) for p in by) or any(str(t).startswith(SH) for t in by.get(RDF + "type", ()))


def _joined(indexes: Iterable[Index]) -> Index:
    """Return the triples of all indexes, each once."""
    quads: dict[ox.Quad, None] = {}
    prefixes: dict[str, str] = {}
    for index in indexes:
        quads.update(dict.fromkeys(index.quads))
        prefixes.update(index.prefixes)
    return indexed(list(quads), prefixes)


def _over(below: Index, above: Index) -> Index:
    """Return the shapes of two layers, what the upper one states in place of what it replaces."""
    stated: set[tuple[str, str, str | None]] = set()
    for quad in above.quads:
        predicate = quad.predicate.value
        if predicate.startswith(REPLACING) and predicate not in ADDING:
            stated.add((_node(quad.subject), predicate, getattr(quad.object, "language", None)))
    kept = [
        q
        for q in below.quads
        if (_node(q.subject), q.predicate.value, getattr(q.object, "language", None)) not in stated
    ]
    return _joined((below._replace(quads=kept), above))


def _active(shapes: Index) -> Index:
    """Return the shapes without deactivated ones and without what only the replaced values referred to."""
    off = {s for s in shapes.triples if shapes.value(s, SH + "deactivated") == "true"}
    quads = [q for q in shapes.quads if _node(q.subject) not in off and _node(q.object) not in off]
    return _reached(indexed(quads, shapes.prefixes))


def _reached(index: Index) -> Index:
    """Return the triples without those of blank nodes to which nothing refers."""
    waiting = [s for s in index.triples if not s.startswith("_:")]
    reached = set(waiting)
    for subject in waiting:
        inner = [o for o in _objects(index, subject) if o.startswith("_:") and o not in reached]
        reached.update(inner)
        waiting += inner
    return indexed([q for q in index.quads if _node(q.subject) in reached], index.prefixes)


def _objects(index: Index, subject: str) -> Iterable[str]:
    return (o for objects in index.triples.get(subject, {}).values() for o in objects if isinstance(o, str))


def _value(term: object) -> str:
    return term.value if isinstance(term, ox.Literal) else ""


def _node(term: object) -> str:
    if isinstance(term, ox.BlankNode):
        return f"_:{term.value}"
    return term.value if isinstance(term, ox.NamedNode) else ""
