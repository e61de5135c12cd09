"""The Model: what ontology and shapes say, as small frozen values. `shapes` reads them."""

from __future__ import annotations

import re
from typing import NamedTuple

from hankelod.messages.catalogue import Text
from hankelod.rdf.graph import Index

SHAPES = "https://w3id.org/hankelod/shapes#"


class Filled(NamedTuple):
    """How a value is filled in: by `ordinal`, `along` a path of two fields, or by a `cast` of another field."""

    way: str
    keys: tuple[str, ...] = ()


class Field(NamedTuple):
    """One key of a record: a property shape that has a `sh:codeIdentifier`."""

    order: float
    key: str
    code: str
    path: str
    kind: str
    many: bool
    required: bool
    datatype: str | None
    target: str | None
    relative: str | None
    languages: tuple[str, ...]
    words: dict[str, str]
    filled: Filled | None
    checked_by: str | None
    pattern: str | None
    values: tuple[str, ...]
    limits: dict[str, str]
    label: Text
    description: Text
    example: str | None
    group: str | None
    long: bool
    verbatim: bool


class TypeRule(NamedTuple):
    """The class of a record where `key` has a value (or this very value); without a key, always."""

    iri: str
    word: str
    key: str | None
    value: str | None


class Class(NamedTuple):
    """A kind of thing that records describe: a node shape that has a `sh:codeIdentifier`."""

    order: float
    name: str
    iri: str
    code: str
    segment: str
    identifies: str
    folder: str | None
    file: str | None
    identified_by: str | None
    part: bool
    concept: bool
    fields: tuple[Field, ...]
    types: tuple[TypeRule, ...]
    label: Text
    definition: Text

    def field(self, key: str) -> Field | None:
        return next((f for f in self.fields if f.key == key), None)


class Check(NamedTuple):
    """A shape as the source of a problem: its code, the field it is about, and what it tells people.

    `alternatives` are the keys of which one has to be there (`sh:or`). `select` is the query of a rule in SPARQL: what
    it finds are faults, `$this` the node at fault and `?value` the value.
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


class Group(NamedTuple):
    order: float
    name: str
    label: Text


class Model(NamedTuple):
    """Everything that the rest of hankelod knows of ontology and shapes."""

    base: str
    classes: dict[str, Class]
    checks: dict[str, Check]
    concepts: dict[str, dict[str, Text]]
    units: dict[str, dict[str, str]]
    groups: tuple[Group, ...]
    labels: dict[str, Text]
    prefixes: dict[str, str]
    ontology: Index
    shapes: Index
    shapes_text: str

    def by_name(self, name: str) -> Class:
        """The class of this name. Raises KeyError."""
        for cls in self.classes.values():
            if cls.name == name:
                return cls
        raise KeyError(name)

    def target(self, field: Field) -> Class:
        """The class that a field's values belong to."""
        assert field.target is not None
        return self.classes[field.target]

    def root_of(self, cls: Class) -> Class:
        """The class whose records a part stands in; the class itself where it is no part."""
        seen = set()
        while cls.part and cls.iri not in seen:
            seen.add(cls.iri)
            cls = next(o for o in self.classes.values() for f in o.fields if f.kind == "part" and f.target == cls.iri)
        return cls

    def entries(self) -> list[Class]:
        """The classes that have records of their own, in their order."""
        return sorted(c for c in self.classes.values() if c.folder or c.file)


ID = re.compile(r"[a-z0-9]([a-z0-9-]{0,98}[a-z0-9])?")
"""What may stand in an IRI as the id of a thing."""
