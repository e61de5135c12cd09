"""Model: ontology and shapes as small frozen values, read by `hankelod.model.shapes`."""

# Annotations are evaluated here: `NamedTuple` would compile each of them from its text, at every start.

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import pyoxigraph as ox

from hankelod.messages.catalogue import Text
from hankelod.model.kinds.kind import Kind
from hankelod.rdf.graph import RDFS, SH, SKOS, Index

SHAPES = "https://w3id.org/hankelod/shapes#"

DATASET = "http://www.w3.org/ns/dcat#Dataset"
"""Class of the dataset itself."""

DEFAULT = "default"
"""The way of filling in a value that authors may write."""

PROPERTY, PART = "property", "part"
"""The ways of filling in what a key path leads to, for which the whole record is needed."""


UNJUDGED = frozenset(
    (
        *(SH + name for name in ("message", "name", "description", "order", "group", "codeIdentifier")),
        *(RDFS + name for name in ("label", "comment")),
        *(SKOS + name for name in ("definition", "example")),
        SHAPES + "why",
    )
)
"""Properties of shapes by which no engine judges (SHACL 2.3.2): mostly texts in several languages, more than half of
what an engine would have to read."""


class Filled(NamedTuple):
    """The rule by which hankelod fills in a value that authors leave out."""

    way: str
    """`ordinal`: position in its list, from 1; `along`: value at a path; `cast`: number read from another field;
    `first-day`, `last-day`: bounds of the date of another field; `within`: IRI that ends in another field; `property`,
    `part`: IRIs of the property and the part of the record that the key path of another field leads to; `default`:
    value that authors may write and of which there is one in any case, that of the whole or else of the dataset."""
    keys: tuple[str, ...] = ()
    """`along`: the key of a concept reference and the IRI of that concept's property; `within`: the source key and the
    beginning of the IRI; `areas`: keys, each before the beginning of the paths of its areas; `default`: the key in
    wholes and settings, and those beside whose values alone it is filled in (none: always); else the source key."""


class Field(NamedTuple):
    """One key of a record: a property shape that has a `sh:codeIdentifier`."""

    order: float
    """Position among the fields of its class (`sh:order`)."""
    key: str
    """Key in the record files (`sh:codeIdentifier`)."""
    code: str
    """Local name of the property shape (`Project-title`); also the code of its problems."""
    shape: str
    """IRI of the property shape."""
    path: str
    """IRI of the RDF property (`sh:path`)."""
    kind: Kind
    """Kind of value."""
    many: bool
    """The value is a list (no `sh:maxCount 1`); False for `langtext`."""
    required: bool
    """At least one value is needed (`sh:minCount`)."""
    datatype: str | None
    """IRI of the datatype of literals (`sh:datatype`)."""
    target: str | None
    """IRI of the class of the values (`sh:class`); only for `reference` and `part`."""
    languages: tuple[str, ...]
    """Language tags that a `langtext` may have (`sh:languageIn`), in the order of writing."""
    words: dict[str, str]
    """Words for the IRIs that are allowed as values (`sh:in`): word (`skos:notation` or local name) to IRI."""
    filled: Filled | None
    """Rule that fills in the value; None if authors write it."""
    checked_by: str | None
    """IRI of a check in `hankelod.records.record.CHECKS` (`s:checkedBy`)."""
    pattern: str | None
    """Regular expression for the lexical form (`sh:pattern`)."""
    values: tuple[str, ...]
    """Literals that are allowed as values (`sh:in`)."""
    limits: dict[str, str]
    """Bounds of values and lengths by SHACL term: `minInclusive`, `maxExclusive`, `minLength` …"""
    label: Text
    """Name by language: `sh:name`, else `rdfs:label` of the property."""
    description: Text
    """Description by language: `sh:description`, else `skos:definition` of the property."""
    example: str | None
    """Example value as written in YAML (`skos:example`)."""
    group: str | None
    """Local name of the `sh:PropertyGroup` on forms and pages."""
    long: bool
    """The text may have several lines (`dash:singleLine false`)."""
    verbatim: bool
    """The text is a quotation (`s:verbatim`): it needs no translation."""
    within: str | None = None
    """Key of the sibling that completes the id of a part that this refers to: of a grant's call, its programme."""
    inverse: bool = False
    """The values have the property, and the thing is its value (`sh:inversePath`)."""
    space: str | None = None
    """Namespace of IRIs that authors may write by their names in it alone (`s:namespace`)."""
    deprecated: bool = False
    """The key is read, and no draft has it any more (`owl:deprecated`)."""
    among: tuple[str, ...] = ()
    """Keys of the same class among which the codes that are written are shared out (`s:sharedAmong`)."""

    @property
    def passed_on(self) -> bool:
        """True if all that authors write goes to other keys, so that no record has a value of it."""
        return bool(self.among) and self.target is None

    @property
    def derived(self) -> bool:
        """True if the value follows from others, so that authors never write it."""
        return self.filled is not None and not self.defaulted

    @property
    def defaulted(self) -> bool:
        """True if the value is filled in where authors do not write it."""
        return self.filled is not None and self.filled.way == DEFAULT


class TypeRule(NamedTuple):
    """The `rdf:type` of a record under a condition; the first rule of a class that applies counts."""

    iri: str
    """IRI of the type."""
    word: str
    """Word for the type in complete records (`type`)."""
    key: str | None
    """Key that must have a value; None if the rule always applies."""
    value: str | None
    """The value that `key` must have; None for any."""


class Class(NamedTuple):
    """A kind of thing that records describe: a node shape that has a `sh:codeIdentifier`."""

    order: float
    """Position among the classes (`sh:order`)."""
    name: str
    """Local name of the node shape (`Project`)."""
    iri: str
    """IRI of the RDF class (`sh:targetClass`)."""
    segment: str
    """Name of the class in IRIs and file names (`project`), for parts the segment behind the id of the whole."""
    identifies: str
    """Prefix of ids in IRIs: `segment` and a slash; empty for tombstones, whose ids name the kind of thing too."""
    folder: str | None
    """Folder under `data/` with one YAML file per record; the stem of its JSON Lines file too."""
    file: str | None
    """File under `data/` that holds all records of the class (CSV, a YAML list or a single YAML record)."""
    identified_by: str | None
    """Key that serves as id in place of `id` (`code` of a municipality)."""
    part: bool
    """Its things are nested in other records (`dash:composite`)."""
    concept: bool
    """Its things are concepts of a code list in the ontology; there are no records."""
    fields: tuple[Field, ...]
    """Fields in their order."""
    types: tuple[TypeRule, ...]
    """Rules for `rdf:type` in their order; at least one."""
    typed_by: str
    """Key whose word determines the types: that of a field of the kind `class`, else `type`."""
    stated: dict[str, tuple[str, ...]]
    """Types by that word: IRIs, first the one of the word, then all its super-classes."""
    written: dict[str, tuple[str, ...]]
    """Value of `type` in complete records by that word: the word, and the names of all super-classes."""
    label: Text
    """Name by language (`rdfs:label`)."""
    definition: Text
    """Definition by language (`skos:definition`)."""
    main: bool
    """Its records are what datasets are about (`s:main`): they may be many, and come in chunks."""

    def field(self, key: str) -> Field | None:
        """Return the field of a key, or None."""
        return next((f for f in self.fields if f.key == key), None)

    @property
    def of_dataset(self) -> bool:
        """True where its one record is the description of the dataset itself, which the catalogue has and no dump."""
        return self.iri == DATASET


class Check(NamedTuple):
    """A named shape as the source of problems: its code, the class and key that it is about, and its texts.

    `alternatives` are keys of which one is required (`sh:or`). `select` is the query of a SPARQL rule: each solution is
    a problem, with `$this` the node and `?value` the value. `least`, `pattern`, `limits`, `values` and `apart` are what
    the shape asks of the values of its key: their number, their form and range, the literals that they may be, and the
    keys whose values they must not be (`sh:disjoint`). `essential` is what every record needs, whatever the profile.
    """

    code: str
    class_name: str
    key: str | None
    severity: str
    says: Text
    why: Text
    fix: Text
    alternatives: tuple[str, ...] = ()
    select: str | None = None
    least: int = 0
    pattern: str | None = None
    limits: Mapping[str, str] = {}
    values: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    essential: bool = False


class Described(NamedTuple):
    """A record or one of its parts: its class, its complete values, and its path in the record."""

    cls: Class
    values: dict[str, object]
    path: tuple[str | int, ...]


class Level(NamedTuple):
    """A level of areas, such as regions or municipalities: a row of `levels.csv` of an area pack."""

    name: str
    """Id of the level in the pack."""
    label: Text
    """Name of an area of the level, by language."""
    parent: str | None
    """Level of the areas that its areas are in."""
    pattern: str | None
    """Regular expression for whole codes."""
    iri: str
    """IRI of the class of its areas; several levels may share `hanke:Area`."""
    key: str | None
    """Key of the main class for areas of the level; None if projects do not name them, as those that are no more."""
    property: str | None
    """IRI of the property of that key."""
    segment: str
    """Name in IRIs."""


class Group(NamedTuple):
    """A `sh:PropertyGroup`: a heading over fields on forms and pages."""

    order: float
    name: str
    label: Text


class Model(NamedTuple):
    """Everything that the rest of hankelod knows about ontology and shapes."""

    base: str
    """Base IRI of the dataset."""
    classes: dict[str, Class]
    """Classes by IRI."""
    main: Class
    """The class of the records that datasets are about (`s:main`): the projects."""
    checks: dict[str, Check]
    """Checks by the IRI of their shape."""
    concepts: dict[str, dict[str, Text]]
    """Labels of concepts, by the IRI of their class and their id."""
    units: dict[str, dict[str, str]]
    """Values that are filled in along a path, by the IRI of the property and the id of the concept."""
    class_paths: frozenset[str]
    """IRIs of the properties whose values have to be of a class (`sh:class`): data that conforms describes them."""
    groups: tuple[Group, ...]
    """Groups of fields in their order."""
    labels: dict[str, Text]
    """Labels of all terms of the ontology, by IRI."""
    prefixes: dict[str, str]
    """Namespaces by prefix, from ontology and shapes."""
    ontology: Index
    """Triples of the ontology."""
    shapes: Index
    """Triples of the shapes."""
    levels: tuple[Level, ...] = ()
    """Levels of areas, each behind those that its areas are in."""

    @property
    def shapes_text(self) -> str:
        """N-Triples of the shapes, in the order of `shapes.quads`, for engines: without texts for people."""
        quads = [quad for quad in self.shapes.quads if quad.predicate.value not in UNJUDGED]
        return (ox.serialize(quads, format=ox.RdfFormat.N_TRIPLES) or b"").decode()

    @property
    def things(self) -> str:
        """The beginning of the IRIs of things."""
        return f"{self.base}id/"

    def iri(self, cls: Class, identifier: str) -> str:
        """Return the IRI of the thing of a class that has this id."""
        return f"{self.base}id/{cls.identifies}{identifier}"

    def by_name(self, name: str) -> Class:
        """Return the class of this name. Raises KeyError."""
        for cls in self.classes.values():
            if cls.name == name:
                return cls
        raise KeyError(name)

    def target(self, field: Field) -> Class:
        """Return the class of the values of a `reference` or `part` field."""
        assert field.target is not None
        return self.classes[field.target]

    def offers(self, field: Field) -> bool:
        """Tell whether there can be a value of a field: False if it is a code of a list that has none."""
        target = self.classes.get(field.target) if field.target is not None else None
        return target is None or not target.concept or bool(self.concepts.get(target.iri))

    def check(self, field: Field) -> Check:
        """Return the check of a field: its property shape."""
        return self.checks[field.shape]

    def walk(self, cls: Class, values: dict[str, object], path: tuple[str | int, ...] = ()) -> Iterator[Described]:
        """Yield a record and then its parts, in the order of the Model, each before its own parts."""
        yield Described(cls, values, path)
        for field in cls.fields:
            if field.kind.nested and field.key in values:
                target, value = self.classes[str(field.target)], values[field.key]
                if isinstance(value, list):
                    for n, part in enumerate(value):
                        yield from self.walk(target, part, (*path, field.key, n))
                else:
                    yield from self.walk(target, value, (*path, field.key))  # type: ignore[arg-type]

    def references(self, described: Described) -> Iterator[tuple[Class, str]]:
        """Yield the references of a record or part, without those of its parts: the class referred to and the id."""
        for field in described.cls.fields:
            if field.kind.refers and field.key in described.values:
                target, value = self.classes[str(field.target)], described.values[field.key]
                for item in value if isinstance(value, list) else [value]:
                    yield target, str(item)

    def owners(self, part: Class) -> list[tuple[Class, Field]]:
        """Return the classes that have parts of a class, each with the field that contains them."""
        return [(c, f) for c in self.classes.values() for f in c.fields if f.kind.nested and f.target == part.iri]

    def roots_of(self, cls: Class) -> list[Class]:
        """Return the classes whose records contain the parts of `cls`, sorted; `cls` itself if it is no part."""
        roots, seen, waiting = [], {cls.iri}, [cls]
        for each in waiting:
            if not each.part:
                roots.append(each)
                continue
            for owner, _ in self.owners(each):
                if owner.iri not in seen:
                    seen.add(owner.iri)
                    waiting.append(owner)
        return sorted(roots)

    def root_of(self, cls: Class) -> Class:
        """Return the class whose records contain the parts of `cls`, of several the first; `cls` itself if it is no
        part."""
        return self.roots_of(cls)[0]

    def refers(self, key: str, owner: Class) -> bool:
        """Tell whether parts refer to a thing of the class `owner` by this key: a grant to its programme."""
        return any(f.key == key and f.target == owner.iri for c in self.classes.values() if c.part for f in c.fields)

    def entries(self) -> list[Class]:
        """Return the classes that have record files, in their order."""
        return sorted(c for c in self.classes.values() if c.folder or c.file)


ID = re.compile(r"(?!(?:con|prn|aux|nul|com[0-9]|lpt[0-9])$)[a-z0-9]([a-z0-9-]{0,98}[a-z0-9])?")
"""Ids of records and parts: 1 to 100 lower-case ASCII letters, digits and inner hyphens.

Windows reserves a few names for devices: neither a repository nor a publication could stand there.
"""

RESERVED = re.compile("con|prn|aux|nul|com[0-9]|lpt[0-9]")
"""Names that only Windows keeps from being ids."""
