"""Dumps: the whole dataset in N-Triples, Turtle, JSON-LD and JSON Lines; vocabulary, context, schemas and shapes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox

from hankelod.exports import datasets
from hankelod.exports.export import Basis, Export, Place, Stream, joined, separated
from hankelod.mapping.batch import Batch
from hankelod.mapping.mapping import Mapping
from hankelod.messages.catalogue import Text
from hankelod.messages.languages import LANGUAGES
from hankelod.model import complete, context, effective, schema
from hankelod.publication import runs
from hankelod.publication.files import File, Files, to_json
from hankelod.rdf import jsonld, statements, syntaxes, turtle
from hankelod.rdf.counts import Columns, Counts, columns
from hankelod.records import examples
from hankelod.records.dataset import Dataset
from hankelod.records.record import Record


class Whole(Stream):
    """The whole dataset in one syntax, named by the dataset's id, and packed too."""

    ending = ""
    packed, rdf = True, True

    def __init__(self, basis: Basis) -> None:
        super().__init__(basis)
        self.path = basis.dump(self.ending)


class Turtle(Whole):
    """The whole dataset in Turtle: the vocabulary, then each record with its parts, by class and id."""

    ending = ".ttl"

    def head(self) -> bytes:
        mapping, ontology = self.basis.mapping, self.basis.model.ontology
        body = turtle.body(ontology.triples, mapping.names["turtle"])
        return (mapping.turtle_head() + body).encode()

    def make(self, batch: Batch) -> bytes:
        return "".join(["\n" + block for block in batch.turtle]).encode()


class JsonLd(Whole):
    """The whole dataset in JSON-LD, with its context inline and one node per line."""

    ending = ".jsonld"

    def head(self) -> bytes:
        mapping, ontology = self.basis.mapping, self.basis.model.ontology
        nodes = b",\n".join(map(_one_line, statements.nodes(ontology.triples, mapping.published.names)))
        return b'{"@context":' + _one_line(mapping.published.context()) + b',"@graph":[\n' + nodes

    def end(self) -> bytes:
        return b"\n]}\n"

    def make(self, batch: Batch) -> bytes:
        return b"".join([b",\n" + node for node in batch.nodes])


class JsonLines(Stream):
    """The complete project records in JSON Lines."""

    path = "dump/projects.jsonl"

    def make(self, batch: Batch) -> bytes:
        main = self.basis.main
        return b"".join(
            [node + b"\n" for record, node in zip(batch.records, batch.json, strict=True) if record.cls is main]
        )


def _one_line(value: object) -> bytes:
    return to_json(value)[:-1]


### N-Triples

LINKED = datasets.spaces()
"""The beginnings of objects of other datasets, links to which are counted."""

SHORT = 40
"""Most bytes of an object that is counted as it is; of a longer one a digest of 128 bits is."""


class NTriples(Export):
    """The whole dataset in N-Triples, in the order of `LC_ALL=C sort`: code points, which UTF-8 keeps.

    It is always made, since the history compares it with that of the publication before; `path` is where it is when
    all chunks have been taken. `counts` are those of its triples.
    """

    def __init__(self, basis: Basis, published: bool = True) -> None:
        """With `published`, the file is part of the publication, else of what is removed when that is done."""
        super().__init__(basis)
        self.published = published
        self.counts = Counts()
        self._lines: list[str] = []
        self._objects: list[str] = []

    def make(self, batch: Batch) -> bytes:
        return self._runs(batch.lines, batch.columns, batch.objects)

    def _runs(self, lines: list[bytes], triples: Columns, objects: set[bytes]) -> bytes:
        """Return a run of sorted triples, one of their objects, and their counts."""
        counts = Counts()
        counts.add(triples, LINKED)
        return joined((runs.packed(sorted(lines)), runs.packed(sorted(map(_counted, objects))), counts.encoded()))

    def begin(self, place: Place) -> None:
        super().begin(place)
        ontology = statements.ntriples(self.basis.model.ontology.triples, self.basis.mapping.names["ntriples"])
        lines = list(dict.fromkeys("".join(ontology).encode().split(b"\n")[:-1]))
        triples = columns(lines)
        self.feed(self._runs(lines, triples, triples.distinct_objects))

    def feed(self, made: bytes) -> None:
        lines, objects, counts = separated(made)
        for names, kind, content in ((self._lines, "lines", lines), (self._objects, "objects", objects)):
            names.append(f"{kind}-{len(names)}")
            self.place.parts.write(names[-1], content)
        self.counts.merge(Counts.decoded(counts))

    def sort(self) -> None:
        """Write the sorted file, and count the objects."""
        parts, merge = self.place.parts, self.place.merge
        if self.published:
            output = self.place.building.open(self.basis.dump(".nt"), True)
        else:
            output = self.place.building.aside("dump.nt")
        for block in runs.all_of(self._lines, "lines", parts, merge):
            output.write(b"\n".join(block) + b"\n")
        self.counts.objects = sum(map(len, runs.all_of(self._objects, "objects", parts, merge)))
        output.close(self.counts.triples)
        self.path: Path = output.file


def _counted(term: bytes) -> bytes:
    return term if len(term) <= SHORT else hashlib.blake2b(term, digest_size=16).hexdigest().encode()


### Descriptions


def descriptions(dataset: Dataset, mapping: Mapping, others: Iterable[Record]) -> Files:
    """Files with the vocabulary, the JSON-LD context, the JSON Schemas and the shapes.

    `others` are the records that are held in memory: schemas offer them where a record refers to one.
    """
    for file in _descriptions(dataset, mapping, list(others)):
        yield file
        if file.path.endswith(".ttl"):
            content = to_json(jsonld.of_turtle(file.content, dataset.base), 2)
            yield File(file.path.removesuffix(".ttl") + ".jsonld", content, file.triples)


def _choices(records: Iterable[Record]) -> schema.Choices:
    """Return the names of records by class and id."""
    found: dict[str, dict[str, Text]] = {}
    for record in records:
        name = record.values.get("name")
        found.setdefault(record.cls.iri, {})[record.id] = name if isinstance(name, dict) else {}
    return found


def _descriptions(dataset: Dataset, mapping: Mapping, others: list[Record]) -> Files:
    """The files, RDF in Turtle only."""
    model = dataset.model
    shown = examples.in_model(model, examples.examples(model, [*others, *examples.first(dataset)]))
    choices = _choices(others)
    terms = [s for s in sorted(model.ontology.triples) if not s.startswith(model.things)]
    body = turtle.body(model.ontology.triples, mapping.names["turtle"], terms)
    triples = sum(len(o) for s in terms for o in model.ontology.triples[s].values())
    yield File("def.ttl", (mapping.turtle_head(body) + body).encode(), triples)
    yield File("context.jsonld", to_json({"@context": context.context(model)}, 2))
    for cls in model.entries():
        yield File(schema.path(cls), to_json(schema.schema(shown, shown.classes[cls.iri], choices=choices), 2))
        for lang in LANGUAGES:
            of_editors = schema.schema(shown, shown.classes[cls.iri], lang, choices, editor=True)
            yield File(schema.path(cls, lang, editor=True), to_json(of_editors, 2))
        yield File(complete.path(cls), to_json(complete.schema(shown, shown.classes[cls.iri]), 2))
    for name, text in (("shapes", effective.shapes(model)), ("shapes-core", effective.core(model))):
        content = text.encode()
        yield File(f"{name}.ttl", content, syntaxes.count(content, ox.RdfFormat.TURTLE))
