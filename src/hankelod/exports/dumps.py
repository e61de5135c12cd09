"""Dumps: the whole dataset in N-Triples, Turtle, JSON-LD and JSON Lines; vocabulary, context, schemas and shapes.

Functions return the contents of files; nothing is written to disk here.
"""

from __future__ import annotations

from hankelod.mapping.mapping import Mapping
from hankelod.model import context, schema
from hankelod.publication.files import NAME, File, Files, to_json
from hankelod.publication.packing import packed
from hankelod.rdf import statements
from hankelod.records.dataset import Dataset
from hankelod.records.record import Record, dumped


def turtle(dataset: Dataset, mapping: Mapping, records: list[Record]) -> bytes:
    """Return the whole dataset in Turtle: the vocabulary, then each record with its parts, by class and id."""
    return turtle_start(dataset, mapping) + b"".join(b"\n" + mapping.turtle(r).encode() for r in dumped(records))


def turtle_start(dataset: Dataset, mapping: Mapping) -> bytes:
    """Return the beginning of the Turtle dump: prefixes and vocabulary."""
    return (mapping.turtle_head() + statements.turtle(dataset.model.ontology.triples, mapping.names["turtle"])).encode()


def jsonld(dataset: Dataset, records: list[Record]) -> bytes:
    """Return the whole dataset in JSON-LD, with its context inline and one node per line."""
    return jsonld_head(dataset) + b"".join(b",\n" + one_line(r.values) for r in dumped(records)) + JSONLD_END


def jsonld_head(dataset: Dataset) -> bytes:
    """Return the beginning of the JSON-LD dump: context and vocabulary."""
    nodes = b",\n".join(one_line(n) for n in statements.nodes(dataset.model.ontology.triples))
    return b'{"@context":' + one_line(context.context(dataset.model)) + b',"@graph":[\n' + nodes


JSONLD_END = b"\n]}\n"


def one_line(value: object) -> bytes:
    """Encode a value as JSON on one line, without a line break."""
    return to_json(value)[:-1]


def dumps(dataset: Dataset, mapping: Mapping, records: list[Record], lines: bytes) -> Files:
    """Files of the whole dataset in `dump/`, plain and gzipped, and the complete project records in JSON Lines.

    `lines` is the dataset in N-Triples.
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


### Descriptions


def descriptions(dataset: Dataset, mapping: Mapping) -> Files:
    """Files with the vocabulary, the JSON-LD context, the JSON Schemas and the shapes."""
    model = dataset.model
    terms = [s for s in sorted(model.ontology.triples) if not s.startswith(f"{model.base}id/")]
    body = statements.turtle(model.ontology.triples, mapping.names["turtle"], terms)
    triples = sum(len(o) for s in terms for o in model.ontology.triples[s].values())
    yield File("def.ttl", (mapping.turtle_head(body) + body).encode(), triples)
    yield File("context.jsonld", to_json({"@context": context.context(model)}, 2))
    for cls in model.entries():
        for lang in ("en", "fi", "sv"):
            name = schema.schema_name(cls, lang)
            yield File(f"schema/{name}", to_json(schema.schema(model, cls, lang), 2))
    yield File("shapes.ttl", model.shapes_text.encode(), len(model.shapes.quads))
