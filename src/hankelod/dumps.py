"""The files of a publication that hold data: whole dumps, a document for each thing, and what describes them.

Each function gives the bytes of files by their path in the publication; nothing is written here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pyoxigraph as ox

from hankelod import vocabulary
from hankelod.dataset import Dataset
from hankelod.graph import RDF, SKOS
from hankelod.mapping import Mapping, escape
from hankelod.model import Class, Model
from hankelod.records import Record

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


### Terms of the ontology, in each syntax


def _object(term: object, names: object) -> str:
    if isinstance(term, ox.Literal):
        text = f'"{escape(term.value)}"'
        if term.language:
            return f"{text}@{term.language}"
        plain = term.datatype.value.endswith("#string")
        return text if plain else f"{text}^^{names.iri(term.datatype.value)}"  # type: ignore[attr-defined]
    return names.iri(str(term))  # type: ignore[attr-defined, no-any-return]


def _subjects(model: Model, wanted: Iterable[str] | None = None) -> list[str]:
    return sorted(model.ontology.triples) if wanted is None else sorted(s for s in wanted if s in model.ontology.triples)  # fmt: skip


def _predicates(model: Model, subject: str, only: tuple[str, ...] = ()) -> list[tuple[str, list[object]]]:
    """The predicates of a subject, its type first, with their objects in the order of the file."""
    triples = model.ontology.triples[subject]
    chosen = [p for p in triples if not only or p in only]
    return [(p, triples[p]) for p in sorted(chosen, key=lambda p: (p != RDF + "type", p))]


def ontology_ntriples(model: Model, mapping: Mapping) -> list[str]:
    """The ontology's triples as lines of N-Triples."""
    names = mapping.names["ntriples"]
    return [
        f"{names.iri(s)} {names.iri(p)} {_object(o, names)} .\n"
        for s in _subjects(model)
        for p, objects in _predicates(model, s)
        for o in objects
    ]


def ontology_turtle(
    model: Model, mapping: Mapping, subjects: Iterable[str] | None = None, only: tuple[str, ...] = ()
) -> str:
    """The ontology's terms in Turtle, or just these subjects, or just these predicates of them."""
    names = mapping.names["turtle"]
    blocks = []
    for s in _subjects(model, subjects):
        lines = [f"{names.iri(p)} " + " ,\n        ".join(_object(o, names) for o in objects) for p, objects in _predicates(model, s, only)]  # fmt: skip
        if lines:
            blocks.append(f"{names.iri(s)}\n    " + " ;\n    ".join(lines) + " .\n")
    return "\n".join(blocks)


def ontology_nodes(model: Model, subjects: Iterable[str] | None = None, only: tuple[str, ...] = ()) -> list[dict]:  # type: ignore[type-arg]
    """The ontology's terms as JSON-LD node objects with whole IRIs, which any context leaves alone."""
    return [_node(model, s, only) for s in _subjects(model, subjects)]


def _node(model: Model, subject: str, only: tuple[str, ...]) -> dict[str, object]:
    node: dict[str, object] = {"@id": subject}
    for predicate, objects in _predicates(model, subject, only):
        if predicate == RDF + "type":
            node["@type"] = [str(o) for o in objects]
        else:
            node[predicate] = [_json_object(o) for o in objects]
    return node


def _json_object(term: object) -> dict[str, str]:
    if not isinstance(term, ox.Literal):
        return {"@id": str(term)}
    if term.language:
        return {"@value": term.value, "@language": term.language}
    plain = term.datatype.value.endswith("#string")
    return {"@value": term.value} if plain else {"@value": term.value, "@type": term.datatype.value}


### Whole dumps


def to_json(value: object, indent: int | None = None) -> bytes:
    """JSON as this project writes it: UTF-8, keys in their own order, a line end last."""
    separators = (",", ":") if indent is None else None
    return (json.dumps(value, ensure_ascii=False, indent=indent, separators=separators) + "\n").encode()


def ntriples(dataset: Dataset, mapping: Mapping, records: list[Record]) -> bytes:
    """All triples in the order of `LC_ALL=C sort`: code points, which UTF-8 keeps."""
    lines = ontology_ntriples(dataset.model, mapping)
    for record in dumped(records):
        lines += mapping.ntriples(record)
    return "".join(sorted(set(lines))).encode()


def turtle(dataset: Dataset, mapping: Mapping, records: list[Record]) -> bytes:
    """The whole dataset in Turtle: the vocabulary, then each record with its parts, by class and id."""
    blocks = [ontology_turtle(dataset.model, mapping)]
    blocks += [mapping.turtle(record) for record in dumped(records)]
    return (mapping.turtle_head() + "\n".join(blocks)).encode()


def jsonld(dataset: Dataset, records: list[Record]) -> bytes:
    """The whole dataset in JSON-LD, its context inline, a node on each line."""
    head = to_json(vocabulary.context(dataset.model)).decode().rstrip("\n")
    nodes = [to_json(n).decode().rstrip("\n") for n in (*ontology_nodes(dataset.model), *(r.values for r in dumped(records)))]  # fmt: skip
    return ('{"@context":' + head + ',"@graph":[\n' + ",\n".join(nodes) + "\n]}\n").encode()


def dumps(dataset: Dataset, mapping: Mapping, records: list[Record]) -> Files:
    """The files of `dump/`."""
    lines = ntriples(dataset, mapping, records)
    count = lines.count(b"\n")
    yield File(f"dump/{NAME}.nt", lines, count)
    yield File(f"dump/{NAME}.ttl", turtle(dataset, mapping, records), count)
    yield File(f"dump/{NAME}.jsonld", jsonld(dataset, records), count)
    projects = [r for r in records if r.cls.folder == "projects"]
    yield File("dump/projects.jsonl", b"".join(to_json(r.values) for r in projects))


### A document for each thing

LABEL = (RDF + "type", SKOS + "prefLabel")
"""What a document tells of the concepts that it points to."""


def documents(dataset: Dataset, mapping: Mapping, records: list[Record]) -> Files:
    """For every thing: Turtle and JSON-LD, with the names of the things that it points to."""
    by_thing = {(r.cls.iri, r.id): r for r in records}
    for record in dumped(records):
        things, concepts = _named(dataset.model, record, by_thing)
        yield from _document(dataset.model, mapping, f"doc/{record.cls.identifies}{record.id}", [record, *things], concepts, LABEL)  # fmt: skip
    for concept in _concepts(dataset.model):
        path = "doc/" + concept.removeprefix(f"{dataset.base}id/")
        yield from _document(dataset.model, mapping, path, [], [concept], ())


def _document(
    model: Model, mapping: Mapping, path: str, records: list[Record], concepts: list[str], only: tuple[str, ...]
) -> Files:
    """One document in Turtle and in JSON-LD; `only` names what it tells of the concepts, nothing means all."""
    blocks = [*(mapping.turtle(r) for r in records), ontology_turtle(model, mapping, concepts, only)]
    body = "\n".join(b for b in blocks if b)
    triples = len({line for r in records for line in mapping.ntriples(r)})
    triples += sum(len(o) for c in concepts for _, o in _predicates(model, c, only))
    yield File(f"{path}.ttl", (mapping.turtle_head(body) + body).encode(), triples)
    head = vocabulary.context(model, frozenset(n for r in records for n in _with_parts(model, r.cls)))
    nodes = [*(r.values for r in records), *ontology_nodes(model, concepts, only)]
    yield File(f"{path}.jsonld", to_json({"@context": head, "@graph": nodes}, 2), triples)


def _with_parts(model: Model, cls: Class) -> Iterator[str]:
    yield cls.name
    for field in cls.fields:
        if field.kind == "part":
            yield from _with_parts(model, model.target(field))


def _concepts(model: Model) -> list[str]:
    """The IRIs of all concepts and concept schemes that stand under the base."""
    return [s for s in sorted(model.ontology.triples) if s.startswith(f"{model.base}id/")]


def _named(model: Model, record: Record, by_thing: dict[tuple[str, str], Record]) -> tuple[list[Record], list[str]]:
    """What a record points to: the things, cut down to their names, and the IRIs of the concepts."""
    things: dict[tuple[str, str], Record] = {}
    concepts: dict[str, None] = {}
    for cls, identifier in references(model, record.values, record.cls):
        if cls.concept:
            concepts[f"{model.base}id/{cls.identifies}{identifier}"] = None
            continue
        found = by_thing.get((cls.iri, identifier))
        if found is not None and found is not record:
            kept: dict[str, object] = {k: found.values[k] for k in ("id", "type", "name", "title") if k in found.values}
            things[cls.iri, identifier] = found._replace(values=kept)
    return list(things.values()), list(concepts)


def references(model: Model, values: dict[str, object], cls: Class) -> Iterator[tuple[Class, str]]:
    """Every reference in a record and its parts: the class referred to and the id."""
    for field in cls.fields:
        value = values.get(field.key)
        if value is None or field.kind not in ("reference", "part"):
            continue
        for item in value if isinstance(value, list) else [value]:
            if field.kind == "part":
                yield from references(model, item, model.target(field))  # type: ignore[arg-type]
            else:
                yield model.target(field), str(item)


### What describes the data


def descriptions(dataset: Dataset, mapping: Mapping) -> Files:
    """The vocabulary, the context, the schemas and the shapes."""
    model = dataset.model
    terms = [s for s in sorted(model.ontology.triples) if not s.startswith(f"{model.base}id/")]
    body = ontology_turtle(model, mapping, terms)
    triples = sum(len(o) for s in terms for o in model.ontology.triples[s].values())
    yield File("def.ttl", (mapping.turtle_head(body) + body).encode(), triples)
    yield File("context.jsonld", to_json({"@context": vocabulary.context(model)}, 2))
    for cls in model.entries():
        yield File(f"schema/{cls.segment}.json", to_json(vocabulary.schema(model, cls), 2))
    yield File("shapes.ttl", model.shapes_text.encode(), len(model.shapes.quads))
