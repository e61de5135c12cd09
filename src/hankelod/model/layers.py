"""Layers of a model: what a profile, an area pack and a dataset add to the package's ontology and shapes.

A later layer adds triples, and changes what an earlier one says about a shape: a parameter of SHACL or of hankelod's
shapes that it states replaces the earlier values of that parameter, a text only that of the same language. A shape
with `sh:deactivated true` (SHACL 2.1.3.1) is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from typing import NamedTuple

import pyoxigraph as ox

from hankelod.messages import tables
from hankelod.model.model import SHAPES
from hankelod.rdf.graph import RDF, SH, SKOS, Index, indexed, plain, rdf_list

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
        inner = [o for o in _blank_objects(index, subject) if o not in shapes]
        shapes.update(inner)
        waiting += inner
    return Layer(_only(index, index.triples.keys() - shapes), _only(index, shapes))


def over(below: Layer, above: Layer) -> Layer:
    """Return two layers as one, with what the upper one replaces and deactivates still in place: see `active`."""
    return Layer(_joined(below.ontology, above.ontology), _joined(below.shapes, above.shapes, replacing=True))


def active(layer: Layer) -> Layer:
    """Return a layer without deactivated shapes and without what only replaced values referred to."""
    shapes = layer.shapes
    off = {s for s, by in shapes.triples.items() if any(_value(o) == "true" for o in by.get(SH + "deactivated", ()))}
    if off:
        shapes = _only(shapes, shapes.triples.keys() - off)
        for subject, by in shapes.triples.items():
            if not all(map(off.isdisjoint, by.values())):
                _keep(shapes, subject, [q for q in shapes.by_subject[subject] if plain(q.object) not in off])
    return Layer(layer.ontology, _reached(shapes))


def in_languages(shapes: Index, languages: Sequence[str], quoted: Sequence[str]) -> Index:
    """Return shapes whose texts by language are in these languages (`sh:languageIn`), quotations (`s:verbatim`) in
    those of the second list; names of areas come in languages of their own (`s:ownLanguages`)."""
    heads: dict[str, Sequence[str]] = {}
    for subject, by in shapes.triples.items():
        wanted = quoted if shapes.value(subject, SHAPES + "verbatim") == "true" else languages
        for head in by.get(SH + "languageIn", ()):
            stated = tuple(_value(item) for item in shapes.items(head))
            if stated != tuple(wanted) and shapes.value(subject, SHAPES + "ownLanguages") != "true":
                heads[str(head)] = wanted
    if not heads:
        return shapes
    quads: list[ox.Quad] = []
    for quad in shapes.quads:
        wanted = heads.get(str(plain(quad.object)), ()) if quad.predicate.value == SH + "languageIn" else ()
        quads += rdf_list(quad.subject, quad.predicate.value, map(ox.Literal, wanted)) if wanted else [quad]
    return _reached(indexed(quads, shapes.prefixes))


def with_codes(shapes: Index) -> Index:
    """Return shapes whose pattern are the codes of a table (`s:codes`), unless they have another."""
    coded = {
        s: str(shapes.value(s, SHAPES + "codes"))
        for s, by in shapes.triples.items()
        if SHAPES + "codes" in by and SH + "pattern" not in by
    }
    if not coded:
        return shapes
    listed = Index({**shapes.triples}, shapes.prefixes, {**shapes.by_subject})
    for subject, name in coded.items():
        quads = shapes.by_subject[subject]
        codes = ox.Literal(f"^{_either(tables.codes(name))}$")
        _keep(listed, subject, [*quads, ox.Quad(quads[0].subject, ox.NamedNode(SH + "pattern"), codes)])
    return listed


def _either(texts: Iterable[str]) -> str:
    """Return a regular expression for one of these texts of one length, sorted and grouped by their first characters:
    `A(B[CD]|CC)`."""
    groups: dict[str, list[str]] = {}
    for text in sorted(texts):
        groups.setdefault(text[0], []).append(text[1:])
    if "" in groups[min(groups)]:
        return f"[{''.join(groups)}]" if len(groups) > 1 else min(groups)
    parts = [first + _either(rest) for first, rest in groups.items()]
    return f"({'|'.join(parts)})" if len(parts) > 1 else parts[0]


def _is_shape(by: dict[str, list[object]]) -> bool:
    return any(p.startswith((SH, SHAPES)) for p in by) or any(str(t).startswith(SH) for t in by.get(RDF + "type", ()))


def _only(index: Index, subjects: Set[str]) -> Index:
    """Return the triples of these subjects."""
    triples = {s: by for s, by in index.triples.items() if s in subjects}
    return Index(triples, dict(index.prefixes), {s: index.by_subject[s] for s in triples})


def _joined(below: Index, above: Index, replacing: bool = False) -> Index:
    """Return the triples of both, each once. Subjects of one alone are shared with it.

    `replacing` leaves out the values of the lower shapes that the upper ones state anew.
    """
    joined = Index({**below.triples}, {**below.prefixes, **above.prefixes}, {**below.by_subject})
    for subject, quads in above.by_subject.items():
        if subject not in below.triples:
            joined.triples[subject], joined.by_subject[subject] = above.triples[subject], quads
            continue
        kept = below.by_subject[subject]
        if replacing:
            stated = {key for key in map(_parameter, quads) if _replaces(key[0])}
            kept = [q for q in kept if _parameter(q) not in stated]
        _keep(joined, subject, list(dict.fromkeys((*kept, *quads))))
    return joined


def _keep(index: Index, subject: str, quads: list[ox.Quad]) -> None:
    """Put these triples in the place of all others of a subject; what other indexes share with this one stays."""
    index.triples[subject] = indexed(quads, {}).triples.get(subject, {})
    index.by_subject[subject] = quads


def _parameter(quad: ox.Quad) -> tuple[str, str | None]:
    return quad.predicate.value, getattr(quad.object, "language", None)


def _replaces(predicate: str) -> bool:
    return predicate.startswith(REPLACING) and predicate not in ADDING


def _reached(index: Index) -> Index:
    """Return the triples without those of blank nodes to which nothing refers."""
    waiting = [s for s in index.triples if not s.startswith("_:")]
    reached = set(waiting)
    for subject in waiting:
        inner = [o for o in _blank_objects(index, subject) if o not in reached]
        reached.update(inner)
        waiting += inner
    return index if reached >= index.triples.keys() else _only(index, reached)


def _blank_objects(index: Index, subject: str) -> list[str]:
    return [
        o
        for objects in index.triples.get(subject, {}).values()
        for o in objects
        if type(o) is str and o.startswith("_:")
    ]


def _value(term: object) -> str:
    return term.value if isinstance(term, ox.Literal) else ""
