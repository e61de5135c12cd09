"""Documents: a Turtle and a JSON-LD file for each thing, with its references in both directions."""

from __future__ import annotations

from collections.abc import Iterator

from hankelod.mapping.mapping import Mapping
from hankelod.model import context
from hankelod.model.model import Class, Model
from hankelod.publication.files import File, Files, to_json
from hankelod.rdf import statements
from hankelod.rdf.graph import RDF, SKOS
from hankelod.records.dataset import Dataset
from hankelod.records.record import Record, Values, dumped, references

Contexts = dict[frozenset[str], dict[str, object]]
"""JSON-LD contexts by the classes they cover: a thousand documents share a few dozen."""

LABEL = (RDF + "type", SKOS + "prefLabel")
"""Properties included for the concepts that a document refers to."""


def documents(dataset: Dataset, mapping: Mapping, records: list[Record]) -> Files:
    """Files of every record and concept in Turtle and JSON-LD.

    A record's document includes the names of the things it refers to; of the things that refer to it, it includes the
    names and the referring triples. So a municipality's document lists its projects and organisations. Documents of
    concepts leave referrers out, because they would repeat most of the dump.
    """
    model = dataset.model
    by_thing = {(r.cls.iri, r.id): r for r in records}
    contexts: Contexts = {}
    referrers: dict[tuple[str, str], list[Record]] = {}
    for record in dumped(records):
        targets = [(c.iri, i) for c, i in references(model, record.values, record.cls) if not c.concept]
        for thing in dict.fromkeys(targets):
            referrers.setdefault(thing, []).append(record)
    for record in dumped(records):
        neighbours, concepts = _references(model, record, by_thing)
        for other in referrers.get((record.cls.iri, record.id), ()):
            reference = neighbours.get((other.cls.iri, other.id))
            values = {**_label_values(other), **(_references_to(model, other.values, other.cls, record) or {})}
            neighbours[other.cls.iri, other.id] = other._replace(
                values={**(reference.values if reference else {}), **values}
            )
        neighbours.pop((record.cls.iri, record.id), None)
        path = f"doc/{record.cls.identifies}{record.id}"
        yield from _document(model, mapping, path, [record, *neighbours.values()], concepts, LABEL, contexts)
    for concept in _concepts(model):
        path = "doc/" + concept.removeprefix(f"{dataset.base}id/")
        yield from _document(model, mapping, path, [], [concept], (), contexts)


def _document(
    model: Model,
    mapping: Mapping,
    path: str,
    records: list[Record],
    concepts: list[str],
    only: tuple[str, ...],
    contexts: Contexts,
) -> Files:
    """Files of one document. `only` lists the properties of the concepts to include; empty means all."""
    ontology = model.ontology.triples
    blocks = [mapping.turtle(r) for r in records]
    blocks.append(statements.turtle(ontology, mapping.names["turtle"], concepts, only))
    body = "\n".join(b for b in blocks if b)
    triples = len({line for r in records for line in mapping.ntriples(r)})
    triples += sum(len(o) for c in concepts for _, o in statements.predicates(ontology, c, only))
    yield File(f"{path}.ttl", (mapping.turtle_head(body) + body).encode(), triples)
    classes = frozenset(n for r in records for n in _with_parts(model, r.cls))
    if classes not in contexts:
        contexts[classes] = context.context(model, classes)
    head = contexts[classes]
    nodes = [*(r.values for r in records), *statements.nodes(ontology, concepts, only)]
    yield File(f"{path}.jsonld", to_json({"@context": head, "@graph": nodes}, 2), triples)


def _with_parts(model: Model, cls: Class) -> Iterator[str]:
    yield cls.name
    for field in cls.fields:
        if field.kind == "part":
            yield from _with_parts(model, model.target(field))


def _concepts(model: Model) -> list[str]:
    """Return the IRIs of all concepts and concept schemes under the base, in order."""
    return [s for s in sorted(model.ontology.triples) if s.startswith(f"{model.base}id/")]


def _label_values(record: Record) -> Values:
    """Return the values that label a thing in documents about other things."""
    return {k: record.values[k] for k in ("id", "type", "name", "title") if k in record.values}


def _references(
    model: Model, record: Record, by_thing: dict[tuple[str, str], Record]
) -> tuple[dict[tuple[str, str], Record], list[str]]:
    """Return what a record refers to: things, reduced to their labels, and IRIs of concepts."""
    things: dict[tuple[str, str], Record] = {}
    concepts: dict[str, None] = {}
    for cls, identifier in references(model, record.values, record.cls):
        if cls.concept:
            concepts[f"{model.base}id/{cls.identifies}{identifier}"] = None
            continue
        target = by_thing.get((cls.iri, identifier))
        if target is not None and target is not record:
            things[cls.iri, identifier] = target._replace(values=_label_values(target))
    return things, list(concepts)


def _references_to(model: Model, values: Values, cls: Class, to: Record) -> Values | None:
    """Return a record or part reduced to its references to `to`, or None if it has none."""
    cut: Values = {}
    for field in cls.fields:
        value = values.get(field.key)
        if value is None or field.kind not in ("reference", "part"):
            continue
        items = value if isinstance(value, list) else [value]
        if field.kind == "reference" and field.target == to.cls.iri:
            kept: list[object] = [to.id] if to.id in items else []
        elif field.kind == "part":
            target = model.target(field)
            kept = [c for item in items if (c := _references_to(model, item, target, to)) is not None]  # type: ignore[arg-type]
        else:
            continue
        if kept:
            cut[field.key] = kept if field.many else kept[0]
    if not cut:
        return None
    kinds = [f.key for f in cls.fields if f.kind == "class"]
    return {**{k: values[k] for k in ("id", "type", *kinds) if k in values}, **cut}
