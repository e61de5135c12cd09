"""Levels of areas: what `levels.csv` of an area pack says, and the terms and shapes that are made of it.

Levels without a class of their own share `hanke:Area`, whose shape is the pattern `shapes/area.ttl`. A level with a
class gets the same shape under its own names, and the main class a key for it, unless the pack's own shapes have them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pyoxigraph as ox

from hankelod.messages.catalogue import Text
from hankelod.messages.refusal import Refusal
from hankelod.messages.words import message
from hankelod.model.kinds.addresses import is_iri
from hankelod.model.layers import Layer
from hankelod.model.model import SHAPES, Class, Level
from hankelod.rdf.graph import OWL, RDF, RDFS, SH, SKOS, XSD, Index, add, indexed
from hankelod.rdf.statements import Triples
from hankelod.rdf.turtle import document

HANKE = "https://w3id.org/hankelod/def#"

AREA = HANKE + "Area"
"""Class of the areas of all levels, and of those whose level has no class of its own."""

PROPERTY = HANKE + "area"
"""Property of a project for its areas, of which those of the levels are sub-properties."""

KEY, SEGMENT, TABLE = "areas", "area", "areas.csv"
"""Key of the main class, name in IRIs and table of the areas whose level has no class of its own."""

PATTERN = SHAPES + "Area"
"""Beginning of the names of the shapes in `shapes/area.ttl`."""

ANY = SHAPES + "Project-areas"
"""Shape of the key `areas`, in which a project names areas of any level by their codes."""

WITHIN = "https://schema.org/containedInPlace"
"""Property of an area for the area of a higher level that it is in."""

SUCCESSOR = "http://purl.org/dc/terms/isReplacedBy"
"""Property of an area that is no more for the one to which it now belongs."""

LATITUDE, LONGITUDE = (f"http://www.w3.org/2003/01/geo/wgs84_pos#{name}" for name in ("lat", "long"))
"""Properties of the position of an area, in degrees (WGS 84)."""

UNTIL = (HANKE + "until", HANKE + "mergedYear")
"""Properties for the first year in which an area was no more."""

GENITIVE = (HANKE + "genitiveForm", HANKE + "genitive")
"""Properties for the genitive of an area's name, by language or in the pack's own language."""

LOCAL = (HANKE + "localForm", HANKE + "locative")
"""Properties for the form of an area's name that says where."""

CONCEPTS = "concept/area-level"
"""Name in IRIs of the code list of the levels that share a class."""


class LevelRow(NamedTuple):
    """One row of `levels.csv`, as written; `place` is its place in messages."""

    place: str
    name: str
    label: Text
    parent: str | None
    pattern: str | None
    key: str | None
    cls: str | None
    property: str | None
    segment: str | None


class UnusableLevels(Refusal):
    """The levels of a pack cannot be used; the message says where and why."""


class AreaLayer(NamedTuple):
    """Levels of a pack, with the terms and shapes made for them."""

    levels: tuple[Level, ...] = ()
    layer: Layer = Layer(indexed([], {}), indexed([], {}))


def key_of(cls: Class, *paths: str) -> str | None:
    """Return the key of a class for the first of these properties that it has, or None."""
    return next((f.key for path in paths for f in cls.fields if f.path == path), None)


def levels_of(rows: Sequence[LevelRow], prefixes: dict[str, str]) -> tuple[Level, ...]:
    """Return the levels with their defaults and IRIs, those that others are in first. Raises UnusableLevels."""
    names = {row.name: row for row in rows}
    levels = {}
    for row in rows:
        iri = _iri(row, row.cls, prefixes) or AREA
        shared = iri == AREA
        if shared and (row.key or row.property or row.segment):
            raise UnusableLevels(message("area-level-class", place=row.place, level=row.name))
        parent = names.get(row.parent) if row.parent else None
        if row.parent and parent is None:
            raise UnusableLevels(message("area-level-parent", place=row.place, parent=row.parent))
        if shared and parent is not None and parent.cls:
            raise UnusableLevels(message("area-level-parent-class", place=row.place, parent=parent.name))
        prop = _iri(row, row.property, prefixes) or PROPERTY
        levels[row.name] = Level(
            name=row.name,
            label=row.label,
            parent=row.parent or None,
            pattern=row.pattern or None,
            iri=iri,
            key=KEY if shared else row.key or None,
            property=prop if shared or row.key else None,
            segment=SEGMENT if shared else row.segment or _kebab(iri),
        )
    return tuple(_ordered(levels, rows))


def _ordered(levels: dict[str, Level], rows: Sequence[LevelRow]) -> Iterator[Level]:
    """Yield the levels, each behind those that it is in. Raises UnusableLevels for levels in a circle."""
    given: set[str] = set()
    waiting = [levels[row.name] for row in rows]
    while waiting:
        ready = [level for level in waiting if level.parent is None or level.parent in given]
        if not ready:
            row = next(r for r in rows if r.name == waiting[0].name)
            raise UnusableLevels(message("area-level-circle", place=row.place, level=row.name))
        yield ready[0]
        given.add(ready[0].name)
        waiting.remove(ready[0])


def _iri(row: LevelRow, text: str | None, prefixes: dict[str, str]) -> str | None:
    """Return the IRI that a cell names in full or with a prefix of the model; None for an empty cell."""
    if not text:
        return None
    if re.fullmatch(r"https?://\S+", text) and is_iri(text):
        return text
    prefix, colon, local = text.partition(":")
    if not colon or prefix not in prefixes or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", local):
        raise UnusableLevels(message("area-level-iri", place=row.place, value=text, known=", ".join(sorted(prefixes))))
    return prefixes[prefix] + local


def _local(iri: str) -> str:
    return re.split("[#/]", iri)[-1]


def _kebab(iri: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", _local(iri)).lower()


### Terms and shapes


def layer(rows: Sequence[LevelRow], languages: Sequence[str], pattern: Index, below: Layer, base: str) -> AreaLayer:
    """Return what the levels of a pack add to the layers below, which have the pack's own terms and shapes already.

    `languages` are those of the names of areas, `pattern` is `shapes/area.ttl`. Raises UnusableLevels.
    """
    ontology, shapes = below
    prefixes = {**pattern.prefixes, **shapes.prefixes, **ontology.prefixes}
    levels = levels_of(rows, prefixes)
    if not levels:
        return AreaLayer()
    terms: Triples = {}
    made: Triples = {}
    maker = _Maker(pattern, shapes, levels, languages)
    shared = [level for level in levels if level.iri == AREA]
    if shared:
        made |= maker.shared(shared)
        terms |= _concepts(levels, pattern, base)
    for number, level in enumerate(levels):
        if level.iri != AREA:
            terms |= _terms(level, ontology)
            made |= maker.of_class(level, number)
    made |= maker.named()
    made |= maker.of_any_level()
    made |= maker.members
    return AreaLayer(levels, Layer(_index(terms, base, prefixes), _index(made, base, prefixes)))


def _index(graph: Triples, base: str, prefixes: dict[str, str]) -> Index:
    """Return an index of a graph whose blank nodes are its own."""
    index = indexed([], {})
    if graph:
        add(index, document(graph, base, prefixes, in_order=True), base)
    return index


def _labels(text: Text) -> list[object]:
    return [ox.Literal(label, language=lang) for lang, label in text.items()]


def _concepts(levels: Sequence[Level], pattern: Index, base: str) -> Triples:
    """Return the code list of the levels that share a class, whose name the pattern has."""
    scheme = f"{base}id/{CONCEPTS}"
    graph: Triples = {
        scheme: {
            RDF + "type": [SKOS + "ConceptScheme"],
            SKOS + "prefLabel": _labels(pattern.text(scheme, SKOS + "prefLabel")),
        }
    }
    shared = {level.name for level in levels if level.iri == AREA}
    for level in levels:
        if level.name in shared:
            by: dict[str, list[object]] = {
                RDF + "type": [HANKE + "AreaLevel"],
                SKOS + "prefLabel": _labels(level.label),
                SKOS + "inScheme": [scheme],
                SKOS + "notation": [ox.Literal(level.name)],
            }
            if level.parent:
                by[SKOS + "broader"] = [f"{scheme}/{level.parent}"]
            graph[f"{scheme}/{level.name}"] = by
    return graph


def _terms(level: Level, ontology: Index) -> Triples:
    """Return the class and the property of a level as far as the ontology does not declare them."""
    graph: Triples = {}
    if RDF + "type" not in ontology.triples.get(level.iri, {}):
        graph[level.iri] = {
            RDF + "type": [OWL + "Class"],
            RDFS + "subClassOf": [AREA],
            RDFS + "label": _labels(level.label),
        }
    prop = level.property
    if prop and prop != PROPERTY and RDF + "type" not in ontology.triples.get(prop, {}):
        graph[prop] = {
            RDF + "type": [OWL + "ObjectProperty"],
            RDFS + "subPropertyOf": [PROPERTY],
            RDFS + "range": [level.iri],
            RDFS + "label": _labels(level.label),
        }
    return graph


class _Maker:
    """Maker of the shapes of levels, as copies of the pattern; `members` are what they add to shapes of other files."""

    def __init__(self, pattern: Index, shapes: Index, levels: Sequence[Level], languages: Sequence[str]) -> None:
        self.pattern, self.shapes, self.levels, self.languages = pattern, shapes, levels, languages
        self.members: Triples = {}
        self.main = next(iter(_marked(shapes)), None)
        self.owner = next((s for s in shapes.triples if shapes.value(s, SHAPES + "folder") == "organisations"), None)

    def shared(self, levels: Sequence[Level]) -> Triples:
        """Return the shapes of the levels that share `hanke:Area`.

        Where another level has a class of its own, whose things are instances of `hanke:Area` too, they are those
        that have a level.
        """
        made = self._copied([PATTERN, HANKE + "AreaLevel"], {})
        if len(levels) < len(self.levels):
            node = made[PATTERN]
            del node[SH + "targetClass"]
            node[SHAPES + "ofClass"] = [AREA]
            node[SH + "targetSubjectsOf"] = [HANKE + "level"]
        self._code(made, PATTERN, levels)
        self._add(made, self.main, ANY, {})
        self._share_out(made)
        self._add(made, self.owner, SHAPES + "Organisation-area", {})
        return made

    def of_class(self, level: Level, number: int) -> Triples:
        """Return the shapes of a level that has a class of its own, as far as there are none yet."""
        made: Triples = {}
        name = SHAPES + _local(level.iri)
        parent = next((each for each in self.levels if each.name == level.parent), None)
        if not self.shapes.subjects(SH + "targetClass", level.iri):
            if name in self.shapes.triples:
                raise UnusableLevels(message("area-level-shape", level=level.name, shape=_local(name)))
            made = self._copied([PATTERN], {PATTERN: name, AREA: level.iri})
            node = made[name]
            node[SH + "codeIdentifier"] = [ox.Literal(level.segment)]
            node[SH + "order"] = [ox.Literal(f"{40 + number / 100:.2f}", datatype=ox.NamedNode(XSD + "decimal"))]
            node[RDFS + "label"] = _labels(level.label)
            self._without(made, name, "-level")
            if parent is None:
                self._without(made, name, "-parent")
            else:
                made[name + "-parent"][SH + "class"] = [parent.iri]
            self._code(made, name, [level])
        if level.key and not self._has_key(level.key):
            self._add(
                made,
                self.main,
                ANY,
                {PATTERN: name, AREA: level.iri, PROPERTY: str(level.property)},
                SHAPES + f"Project-{level.key}",
                {SH + "codeIdentifier": [ox.Literal(level.key)], SH + "name": _labels(level.label)},
            )
        return made

    def named(self) -> Triples:
        """Return the shape of the property that is stated beside those of levels with properties of their own."""
        pairs = [
            text
            for level in self.levels
            if level.key is not None and level.property != PROPERTY
            for text in (level.key, f"{level.segment}/")
        ]
        made: Triples = {}
        if pairs:
            shape = SHAPES + "Project-namedAreas"
            self._add(made, self.main, shape, {})
            made[shape][SHAPES + "filledWithAreas"] = [_listed(made, "named", pairs)]
        return made

    def of_any_level(self) -> Triples:
        """Return the shape of the key for codes of any level where no level shares `hanke:Area`, whose key it is.

        All that is written there is shared out to the keys of the levels. It stands behind the property that is filled
        in, of which it has the path.
        """
        made: Triples = {}
        if self.main is not None and not any(level.iri == AREA for level in self.levels) and self._own_keys():
            self._add(made, self.main, ANY, {})
            del made[ANY][SH + "class"]
            made[ANY][SH + "order"] = [ox.Literal("16.7", datatype=ox.NamedNode(XSD + "decimal"))]
            made[ANY][SHAPES + "relativeTo"] = [ox.Literal("")]
            self._share_out(made)
        return made

    def _own_keys(self) -> list[str]:
        """Return the keys of the levels that have classes of their own."""
        return [level.key for level in self.levels if level.key is not None and level.iri != AREA]

    def _share_out(self, made: Triples) -> None:
        """Share out what the key for codes of any level has among the keys of the levels with classes of their own."""
        keys = self._own_keys()
        if keys and ANY in made:
            made[ANY][SHAPES + "sharedAmong"] = [_listed(made, "among", keys)]

    def _has_key(self, key: str) -> bool:
        members = self.shapes.objects(str(self.main), SH + "property")
        return any(self.shapes.value(str(m), SH + "codeIdentifier") == key for m in members)

    def _add(
        self,
        made: Triples,
        owner: str | None,
        shape: str,
        renamed: dict[str, str],
        name: str | None = None,
        changed: dict[str, list[object]] | None = None,
    ) -> None:
        """Add a property shape of the pattern to a node shape of another file."""
        if owner is None:
            return
        name = name or shape
        made |= self._copied([shape], {**renamed, shape: name})
        made[name] |= changed or {}
        self.members.setdefault(owner, {}).setdefault(SH + "property", []).append(name)

    def _without(self, made: Triples, name: str, ending: str) -> None:
        del made[name + ending]
        made[name][SH + "property"].remove(name + ending)

    def _code(self, made: Triples, name: str, levels: Sequence[Level]) -> None:
        """Write the patterns of codes: where a level has none, any code will do."""
        patterns = list(dict.fromkeys(level.pattern for level in levels))
        if None not in patterns:
            whole = "|".join(map(str, patterns))
            made[name + "-code"][SH + "pattern"] = [ox.Literal(f"^({whole})$")]

    def _copied(self, names: Sequence[str], renamed: dict[str, str]) -> Triples:
        """Return the shapes whose names begin so and are their own, with new names and the languages of the pack."""
        graph: Triples = {}
        waiting = [
            s
            for s in self.pattern.triples
            if any(s == name or s.startswith(name + "-") for name in (n.replace(HANKE, SHAPES) for n in names))
        ]
        for subject in waiting:
            by = graph[self._name(subject, renamed)] = {}
            for predicate, objects in self.pattern.triples[subject].items():
                if predicate == SH + "languageIn":
                    by[predicate] = [_listed(graph, f"{_local(subject)}-{len(graph)}", self.languages)]
                    continue
                by[predicate] = [o if isinstance(o, ox.Literal) else self._name(str(o), renamed) for o in objects]
                waiting += [str(o) for o in objects if str(o).startswith("_:") and not isinstance(o, ox.Literal)]
        return graph

    def _name(self, iri: str, renamed: dict[str, str]) -> str:
        """Return the new name of a node: of a blank one within the shape that is copied."""
        for old, new in renamed.items():
            if iri == old or (old.startswith(SHAPES) and iri.startswith(old + "-")):
                return new + iri[len(old) :]
        return f"{iri}x{_local(next(iter(renamed.values()), ''))}" if iri.startswith("_:") else iri


def _listed(graph: Triples, label: str, texts: Sequence[str]) -> str:
    """Add texts as an RDF list, whose nodes get names that begin so; return its head."""
    nodes = [f"_:{label}-{n}" for n in range(len(texts))]
    for node, text, rest in zip(nodes, texts, [*nodes[1:], RDF + "nil"], strict=True):
        graph[node] = {RDF + "first": [ox.Literal(text)], RDF + "rest": [rest]}
    return nodes[0] if nodes else RDF + "nil"


def _marked(shapes: Index) -> Iterator[str]:
    """Yield the node shapes of the records that datasets are about."""
    yield from (s for s in shapes.triples if shapes.value(s, SHAPES + "main") == "true")
