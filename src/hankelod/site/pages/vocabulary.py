"""Vocabulary page: every term with an anchor, the fields of records, and examples from the data."""

from __future__ import annotations

from typing import NamedTuple

from hankelod.model.model import SHAPES, Class, Field, Model
from hankelod.rdf.graph import OWL, RDF, RDFS, Index
from hankelod.records.record import Record
from hankelod.site.language import Link, Words
from hankelod.site.pages.concept import schemes
from hankelod.site.view import Page, View, brief, capital

NAMESPACE = "https://w3id.org/hankelod/def#"

SEARCHED = 500
"""Most records of a class that are searched for examples."""


class Reference(NamedTuple):
    """Reference to a term: its short name, and its anchor on this page or its external address."""

    name: str
    anchor: str | None
    address: str | None


class FieldEntry(NamedTuple):
    """Field of a class; `seen` is a value from the data, found in the record `seen_in`."""

    key: str
    code: str
    label: str
    description: Words | None
    path: Reference
    kind: str
    target: Reference | Link | None
    required: bool
    many: bool
    filled: bool
    deprecated: bool
    rules: tuple[str, ...]
    fix: Words | None
    example: str
    seen: str
    seen_in: Link | None


class ClassEntry(NamedTuple):
    """Class of records or of parts, with its fields."""

    anchor: str
    label: str
    definition: Words | None
    iri: str
    name: str
    broader: tuple[Reference, ...]
    related: tuple[Reference, ...]
    fields: tuple[FieldEntry, ...]
    schema: str | None
    total: int | None


class TermEntry(NamedTuple):
    """Other term of the namespace: a property, or a class without records of its own."""

    anchor: str
    label: str
    definition: Words | None
    name: str
    kind: str
    domain: tuple[Reference, ...]
    range: tuple[Reference, ...]
    broader: tuple[Reference, ...]
    related: tuple[Reference, ...]
    deprecated: bool


class VocabularyContent(NamedTuple):
    """Content of the page."""

    title: Words | None
    description: Words | None
    namespace: str
    version: str
    records: tuple[ClassEntry, ...]
    parts: tuple[ClassEntry, ...]
    classes: tuple[TermEntry, ...]
    properties: tuple[TermEntry, ...]
    schemes: tuple[Link, ...]


class Examples:
    """First value of each field in the data with its record, by the code of the field; numbers of records by class."""

    def __init__(self, records: dict[str, dict[str, Record]], model: Model) -> None:
        self.model = model
        self.first: dict[str, tuple[object, Record]] = {}
        self.counts = {name: len(some) for name, some in records.items()}
        for some in records.values():
            for _, record in zip(range(SEARCHED), some.values(), strict=False):
                for thing in model.walk(record.cls, record.values):
                    for field in thing.cls.fields:
                        if field.key in thing.values:
                            self.first.setdefault(field.code, (thing.values[field.key], record))


def anchor(iri: str) -> str:
    """Return the anchor of a term: the local name of its IRI."""
    return iri.rsplit("#", 1)[-1].rsplit("/", 1)[-1]


def vocabulary_page(view: View, examples: Examples) -> Page:
    """Return the page `def.html`."""
    model, ontology = view.model, view.model.ontology
    head = next((s for s, by in ontology.triples.items() if OWL + "Ontology" in by.get(RDF + "type", ())), "")
    title = view.t.pick(ontology.text(head, "http://purl.org/dc/terms/title"))
    description = view.t.pick(ontology.text(head, "http://purl.org/dc/terms/description"))
    classes = sorted(c for c in model.classes.values() if not c.concept)
    own = [s for s in sorted(ontology.triples) if s.startswith(NAMESPACE) and s not in {c.iri for c in classes}]
    kinds = {s: {str(k) for k in ontology.objects(s, RDF + "type")} for s in own}
    content = VocabularyContent(
        title=title,
        description=description,
        namespace=NAMESPACE,
        version=ontology.value(head, OWL + "versionInfo") or "",
        records=tuple(_class(view, c, examples) for c in classes if not c.part),
        parts=tuple(_class(view, c, examples) for c in classes if c.part),
        classes=tuple(_term(view, s, "class") for s in own if kinds[s] & {OWL + "Class", RDFS + "Class"}),
        properties=tuple(_term(view, s, "property") for s in own if any(k.endswith("Property") for k in kinds[s])),
        schemes=tuple(schemes(view)),
    )
    words = title.text if title else view.t("nav.vocabulary")
    return Page("def.html", "vocabulary.html", words, brief(description.text) if description else words, content)


def _reference(view: View, iri: str) -> Reference:
    name = short(view.model, iri)
    if iri.startswith(NAMESPACE):
        return Reference(name, anchor(iri), None)
    cls = view.model.classes.get(iri)
    return Reference(name, cls.name if cls else None, iri)


def short(model: Model, iri: str) -> str:
    """Abbreviate an IRI with its prefix, if it has one."""
    namespace = max((n for n in model.prefixes.values() if iri.startswith(n)), key=len, default=None)
    prefix = next((p for p, n in model.prefixes.items() if n == namespace), None)
    return f"{prefix}:{iri[len(namespace) :]}" if namespace and prefix else iri


def _references(view: View, index: Index, subject: str, predicate: str) -> tuple[Reference, ...]:
    return tuple(_reference(view, str(o)) for o in index.objects(subject, predicate) if not str(o).startswith("_:"))


def _class(view: View, cls: Class, examples: Examples) -> ClassEntry:
    index = view.model.ontology
    return ClassEntry(
        anchor=anchor(cls.iri) if cls.iri.startswith(NAMESPACE) else cls.name,
        label=view.class_label(cls),
        definition=view.definition(cls.iri),
        iri=cls.iri,
        name=short(view.model, cls.iri),
        broader=_references(view, index, cls.iri, RDFS + "subClassOf"),
        related=_references(view, index, cls.iri, RDFS + "seeAlso"),
        fields=tuple(_field(view, f, examples) for f in cls.fields),
        schema=f"schema/{cls.segment}.json" if cls.folder or cls.file else None,
        total=None if cls.part else examples.counts.get(cls.name, 0),
    )


def _field(view: View, field: Field, examples: Examples) -> FieldEntry:
    value, record = examples.first.get(field.code, (None, None))
    return FieldEntry(
        key=field.key,
        code=field.code,
        label=capital(view.t.plain(field.label)),
        description=view.t.pick(field.description),
        path=_reference(view, field.path),
        kind=view.t(f"kind.{field.kind.name}"),
        target=_target(view, field),
        required=field.required,
        many=field.many,
        filled=field.derived,
        deprecated=field.deprecated,
        rules=tuple(_rules(view, field)),
        fix=view.t.pick(view.model.check(field).fix),
        example=view.example(field),
        seen=_example_text(view, field, value),
        seen_in=view.to(record) if record is not None and not record.cls.of_dataset else None,
    )


def _target(view: View, field: Field) -> Reference | Link | None:
    if field.target is None:
        return None
    target = view.model.target(field)
    if target.concept and not view.model.concepts[target.iri]:
        return None
    if target.concept:
        return Link(f"doc/{target.segment}.html", Words(view.class_label(target)))
    name = anchor(target.iri) if target.iri.startswith(NAMESPACE) else target.name
    return Reference(view.class_label(target), name, None)


def _rules(view: View, field: Field) -> list[str]:
    """Return the constraints of a field as texts."""
    t = view.t
    constraints = (
        [t("constraint.languages", value=", ".join(view.language_name(x) for x in field.languages))]
        if field.languages
        else []
    )
    if field.values:
        constraints.append(t("constraint.values", value=", ".join(field.values)))
    if field.words:
        constraints.append(t("constraint.values", value=", ".join(field.words)))
    constraints += [t(f"constraint.{name}", value=limit) for name, limit in field.limits.items()]
    if field.pattern and not view.model.shapes.objects(field.shape, SHAPES + "codes"):
        constraints.append(t("constraint.pattern", value=field.pattern))
    return constraints


def _example_text(view: View, field: Field, value: object) -> str:
    """Return a value as a short text: of a list the first, of a part nothing."""
    if value is None or field.kind.nested:
        return ""
    first = value[0] if isinstance(value, list) else value
    if field.kind.refers:
        return str(first)
    return brief(view.value(field, first).words.text, 90)


def _term(view: View, subject: str, kind: str) -> TermEntry:
    index = view.model.ontology
    label = view.t.plain(index.text(subject, RDFS + "label"))
    return TermEntry(
        anchor=anchor(subject),
        label=capital(label),
        definition=view.definition(subject),
        name=short(view.model, subject),
        kind=kind,
        domain=_references(view, index, subject, RDFS + "domain"),
        range=_references(view, index, subject, RDFS + "range"),
        broader=_references(view, index, subject, RDFS + ("subClassOf" if kind == "class" else "subPropertyOf")),
        related=_references(view, index, subject, RDFS + "seeAlso"),
        deprecated=index.value(subject, OWL + "deprecated") == "true",
    )
