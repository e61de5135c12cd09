"""The files of a publication that hold data: whole dumps, a document for each thing, and what describes them.

Each function gives the bytes of files by their path in the publication; nothing is written here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from hankelod import statements, vocabulary
from hankelod.dataset import Dataset
from hankelod.graph import RDF, SKOS
from hankelod.mapping import Mapping
from hankelod.model import Class, Model
from hankelod.packing import packed
from hankelod.records import Record, Values, references

NAME = "hankelod"


class File(NamedTuple):
    """A file of the publication: its path, its bytes, and for RDF the number of its different triples."""

    path: str
    content: bytes
    triples: int | None = None


Files = Iterator[File]


def dumped(records: Iterable[Record]) -> list[Record]:
    """The records that the dump holds: all but the dataset's own description, which stands in the catalogue."""
    return [r for r in records if r.cls.file != "dataset.yml"]


### Whole dumps


def to_json(value: object, indent: int | None = None) -> bytes:
    """JSON as this project writes it: UTF-8, keys in their own order, a line end last."""
    separators = (",", ":") if indent is None else None
    return (json.dumps(value, ensure_ascii=False, indent=indent, separators=separators) + "\n").encode()


def ntriples(dataset: Dataset, mapping: Mapping, records: list[Record]) -> bytes:
    """All triples in the order of `LC_ALL=C sort`: code points, which UTF-8 keeps."""
    lines = statements.ntriples(dataset.model.ontology.triples, mapping.names["ntriples"])
    for record in dumped(records):
        lines += mapping.ntriples(record)
    return "".join(sorted(set(lines))).encode()


def turtle(dataset: Dataset, mapping: Mapping, records: list[Record]) -> bytes:
    """The whole dataset in Turtle: the vocabulary, then each record with its parts, by class and id."""
    return turtle_start(dataset, mapping) + b"".join(b"\n" + mapping.turtle(r).encode() for r in dumped(records))


def turtle_start(dataset: Dataset, mapping: Mapping) -> bytes:
    """The beginning of the dump in Turtle: its head, and the vocabulary."""
    return (mapping.turtle_head() + statements.turtle(dataset.model.ontology.triples, mapping.names["turtle"])).encode()


def jsonld(dataset: Dataset, records: list[Record]) -> bytes:
    """The whole dataset in JSON-LD, its context inline, a node on each line."""
    return jsonld_head(dataset) + b"".join(b",\n" + one_line(r.values) for r in dumped(records)) + JSONLD_END


def jsonld_head(dataset: Dataset) -> bytes:
    """The beginning of the dump in JSON-LD: its context, and the vocabulary."""
    nodes = b",\n".join(one_line(n) for n in statements.nodes(dataset.model.ontology.triples))
    return b'{"@context":' + one_line(vocabulary.context(dataset.model)) + b',"@graph":[\n' + nodes


JSONLD_END = b"\n]}\n"


def one_line(value: object) -> bytes:
    """A value in JSON on one line, without a line end."""
    return to_json(value)[:-1]


def dumps(dataset: Dataset, mapping: Mapping, records: list[Record], lines: bytes) -> Files:
    """The whole dataset in `dump/`, plain and compressed, and the complete project records.

    `lines` is what `ntriples` gives.
    """
    count = lines.count(b"\n")
    for ending, content in (
        ("nt", lines),
        ("ttl", turtle(dataset, mapping, records)),
        ("jsonld", jsonld(dataset, records)),
    ):
        yield File(f"dump/{NAME}.{ending}", content, count)
        yield File(f"dump/{NAME}.{ending}.gz", packed(content), count)
    projects = [r for r in records if r.cls.folder == "projects"]
    yield File("dump/projects.jsonl", b"".join(to_json(r.values) for r in projects))


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
        contexts[classes] = vocabulary.context(model, classes)
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


### What describes the data


def descriptions(dataset: Dataset, mapping: Mapping) -> Files:
    """The vocabulary, the context, the schemas and the shapes."""
    model = dataset.model
    terms = [s for s in sorted(model.ontology.triples) if not s.startswith(f"{model.base}id/")]
    body = statements.turtle(model.ontology.triples, mapping.names["turtle"], terms)
    triples = sum(len(o) for s in terms for o in model.ontology.triples[s].values())
    yield File("def.ttl", (mapping.turtle_head(body) + body).encode(), triples)
    yield File("context.jsonld", to_json({"@context": vocabulary.context(model)}, 2))
    for cls in model.entries():
        for lang in ("en", "fi", "sv"):
            name = vocabulary.schema_name(cls, lang)
            yield File(f"schema/{name}", to_json(vocabulary.schema(model, cls, lang), 2))
    yield File("shapes.ttl", model.shapes_text.encode(), len(model.shapes.quads))
