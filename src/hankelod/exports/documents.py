"""Documents: a Turtle and a JSON-LD file for each thing, with the names of what it refers to and what refers to it."""

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

### A document for each thing

Contexts = dict[frozenset[str], dict[str, object]]
"""The contexts made so far, by the classes that they are for: a thousand documents need a few dozen."""

LABEL = (RDF + "type", SKOS + "prefLabel")
"""What a document tells of the concepts that it points to."""


def documents(dataset: Dataset, mapping: Mapping, records: list[Record]) -> Files:
    """For every thing: Turtle and JSON-LD, with the names of what it points to, and what points to it.

    A municipality's document so lists its projects and organisations, a programme's the projects that it funds: their
    names, and the triples of theirs that lead here. Concepts' documents don't: they would repeat the dump.
    """
    model = dataset.model
    by_thing = {(r.cls.iri, r.id): r for r in records}
    contexts: Contexts = {}
    pointing: dict[tuple[str, str], list[Record]] = {}
    for record in dumped(records):
        found = [(c.iri, i) for c, i in references(model, record.values, record.cls) if not c.concept]
        for thing in dict.fromkeys(found):
            pointing.setdefault(thing, []).append(record)
    for record in dumped(records):
        around, concepts = _named(model, record, by_thing)
        for other in pointing.get((record.cls.iri, record.id), ()):
            known = around.get((other.cls.iri, other.id))
            values = {**_name(other), **(_leading(model, other.values, other.cls, record) or {})}
            around[other.cls.iri, other.id] = other._replace(values={**(known.values if known else {}), **values})
        around.pop((record.cls.iri, record.id), None)
        path = f"doc/{record.cls.identifies}{record.id}"
        yield from _document(model, mapping, path, [record, *around.values()], concepts, LABEL, contexts)
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
    """One document in Turtle and in JSON-LD; `only` names what it tells of the concepts, nothing means all."""
    told = model.ontology.triples
    blocks = [mapping.turtle(r) for r in records]
    blocks.append(statements.turtle(told, mapping.names["turtle"], concepts, only))
    body = "\n".join(b for b in blocks if b)
    triples = len({line for r in records for line in mapping.ntriples(r)})
    triples += sum(len(o) for c in concepts for _, o in statements.predicates(told, c, only))
    yield File(f"{path}.ttl", (mapping.turtle_head(body) + body).encode(), triples)
    classes = frozenset(n for r in records for n in _with_parts(model, r.cls))
    if classes not in contexts:
        contexts[classes] = context.context(model, classes)
    head = contexts[classes]
    nodes = [*(r.values for r in records), *statements.nodes(told, concepts, only)]
    yield File(f"{path}.jsonld", to_json({"@context": head, "@graph": nodes}, 2), triples)


def _with_parts(model: Model, cls: Class) -> Iterator[str]:
    yield cls.name
    for field in cls.fields:
        if field.kind == "part":
            yield from _with_parts(model, model.target(field))


def _concepts(model: Model) -> list[str]:
    """The IRIs of all concepts and concept schemes that stand under the base."""
    return [s for s in sorted(model.ontology.triples) if s.startswith(f"{model.base}id/")]


def _name(record: Record) -> Values:
    """What a document tells of other things: their names."""
    return {k: record.values[k] for k in ("id", "type", "name", "title") if k in record.values}


def _named(
    model: Model, record: Record, by_thing: dict[tuple[str, str], Record]
) -> tuple[dict[tuple[str, str], Record], list[str]]:
    """What a record points to: the things, cut down to their names, and the IRIs of the concepts."""
    things: dict[tuple[str, str], Record] = {}
    concepts: dict[str, None] = {}
    for cls, identifier in references(model, record.values, record.cls):
        if cls.concept:
            concepts[f"{model.base}id/{cls.identifies}{identifier}"] = None
            continue
        found = by_thing.get((cls.iri, identifier))
        if found is not None and found is not record:
            things[cls.iri, identifier] = found._replace(values=_name(found))
    return things, list(concepts)


def _leading(model: Model, values: Values, cls: Class, to: Record) -> Values | None:
    """A record or a part of one cut down to its references to a thing, None where it has none."""
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
            kept = [c for item in items if (c := _leading(model, item, target, to)) is not None]  # type: ignore[arg-type]
        else:
            continue
        if kept:
            cut[field.key] = kept if field.many else kept[0]
    if not cut:
        return None
    kinds = [f.key for f in cls.fields if f.kind == "class"]
    return {**{k: values[k] for k in ("id", "type", *kinds) if k in values}, **cut}
