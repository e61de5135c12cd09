"""Documents: a Turtle and a JSON-LD file for each thing, with its references in both directions.

What refers to a thing is gathered from all records as sorted runs of lines: a record of a thing that others refer to is
described when all have come, the others at once by the worker that has them. The day on which a thing last changed,
which its document gives, is known when all have come: until then a document holds UNKNOWN in its place.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, NamedTuple

import pyoxigraph as ox

from hankelod.exports.export import Basis, Export, joined, separated
from hankelod.mapping.batch import Batch
from hankelod.model.model import Class, Model
from hankelod.publication import runs
from hankelod.publication.files import File, Files
from hankelod.rdf import statements
from hankelod.rdf.graph import RDF, SKOS
from hankelod.records.record import Record, Values, references

FOAF, DCTERMS = "http://xmlns.com/foaf/0.1/", "http://purl.org/dc/terms/"

UNKNOWN = b"0000-00-00"
"""Stands first in a document where the day of change is to be, and no other text of that kind before it."""

LABEL = (RDF + "type", SKOS + "prefLabel")
"""Properties included for the concepts that a document refers to."""

ById = dict[tuple[str, str], Record]
"""Records by the IRI of their class and their id."""


class Documents(Export):
    """Documents of every record and concept, in Turtle and JSON-LD.

    A record's document includes the names of the things it refers to; of the things that refer to it, it includes the
    names and the referring triples. So a municipality's document lists its projects and organisations. Documents of
    concepts leave referrers out, because they would repeat most of the dump.
    """

    part = "documents"

    def __init__(self, basis: Basis) -> None:
        super().__init__(basis)
        self._describer = _Describer(basis)
        self._by_thing: ById = {(r.cls.iri, r.id): r for r in basis.others}
        targets = {f.target for c in basis.model.classes.values() for f in c.fields if f.kind == "reference"}
        self._waits = basis.main is not None and basis.main.iri in targets
        """Whether any record may refer to one of the main class, so that these cannot be described at once."""
        self._pairs: list[str] = []
        self._described: list[tuple[str, int]] = []
        """Parts with documents that lack their days, each with its size."""

    def make(self, batch: Batch) -> bytes:
        main, pairs, files = self.basis.main, [], []
        for n, record in enumerate(batch.records):
            pairs += [p.line() for p in _references_from(self.basis.model, record, f"{batch.number:08}{n:06}")]
            if record.cls is main and not self._waits:
                for file in self._describer.document(record, batch.turtle[n], self._by_thing, ()):
                    files += [file.path.encode(), file.content, str(file.triples).encode()]
        waiting = [r for r in batch.records if r.cls is main] if self._waits else []
        documents = zlib.compress(joined(files), runs.LEVEL)
        return joined((runs.packed(sorted(pairs)), documents, _encode([[r.id, r.values] for r in waiting])))

    def feed(self, made: bytes) -> None:
        pairs, documents, waiting = separated(made)
        self._pairs.append(f"references-{len(self._pairs)}")
        self.place.parts.write(self._pairs[-1], pairs)
        self._described.append((f"documents-{len(self._described)}", len(documents)))
        self.place.parts.write(self._described[-1][0], documents)
        for identifier, values in _decode(waiting):
            main = self.basis.main
            assert main is not None
            self._by_thing[main.iri, identifier] = Record(main, identifier, "", values, {}, frozenset())

    def finish(self, triples: int) -> None:
        for files in (self._made(), self._of_things(), self._describer.concepts()):
            self.place.building.add(map(self._dated, files))

    def _made(self) -> Files:
        """The documents that workers have made."""
        for name, size in self._described:
            contents = separated(zlib.decompress(self.place.parts.read(name, 0, size)))
            self.place.parts.remove(name)
            for path, content, triples in zip(contents[::3], contents[1::3], contents[2::3], strict=True):
                yield File(path.decode(), content, int(triples))

    def _dated(self, file: File) -> File:
        """A document with the day on which its thing last changed."""
        thing = file.path.removeprefix("doc/").rpartition(".")[0]
        return dated(file, self.place.days.of(f"{self.basis.dataset.base}id/{thing}"))

    def _of_things(self) -> Files:
        """The documents of the records that are held in memory, in the order of their ids."""
        left = {f"{r.cls.identifies}{r.id}": r for r in self._by_thing.values() if r.cls.file != "dataset.yml"}
        blocks = runs.all_of(self._pairs, "references", self.place.parts, self.place.merge)
        referrers = (Reference.of(line) for block in blocks for line in block)
        for target, group in groupby(referrers, key=lambda reference: reference.target):
            record = left.pop(target, None)
            if record is not None:
                yield from self._describer.document(record, None, self._by_thing, group)
        for record in left.values():
            yield from self._describer.document(record, None, self._by_thing, ())


def dated(file: File, day: str | None) -> File:
    """A document whose thing last changed on this day."""
    return file if day is None else file._replace(content=file.content.replace(UNKNOWN, day.encode(), 1))


class Reference(NamedTuple):
    """A record that refers to a thing, reduced to its labels and these references; `order` is its place among all."""

    target: str
    order: str
    cls: str
    id: str
    values: Values

    def line(self) -> bytes:
        """Return the reference as a line; lines sort by target, then in the order of the records."""
        return f"{self.target}\t{self.order}\t".encode() + _encode([self.cls, self.id, self.values])

    @classmethod
    def of(cls, line: bytes) -> Reference:
        """Return the reference that a line holds."""
        target, order, content = line.split(b"\t", 2)
        return cls(target.decode(), order.decode(), *_decode(content))


def _references_from(model: Model, record: Record, order: str) -> Iterator[Reference]:
    """Yield the things that a record refers to, each once; concepts and parts are left out."""
    things = {(c.iri, i): c for c, i in references(model, record.values, record.cls) if not c.concept and not c.part}
    for (iri, identifier), cls in things.items():
        target = f"{cls.identifies}{identifier}"
        values = {**_label_values(record), **(_references_to(model, record.values, record.cls, iri, identifier) or {})}
        yield Reference(target, order, record.cls.name, record.id, values)


class _Describer:
    """Writer of documents: the contexts, and the labels of things, that many documents share."""

    def __init__(self, basis: Basis) -> None:
        self.model, self.mapping, self.base = basis.model, basis.mapping, basis.dataset.base
        self._contexts: dict[frozenset[str], dict[str, object]] = {}
        self._labels: dict[tuple[str, str], tuple[Record, str]] = {}

    def document(self, record: Record, turtle: str | None, by_thing: ById, referrers: Iterable[Reference]) -> Files:
        """The files of one record. `turtle` is the record in Turtle, if it is made already."""
        labels, concepts = self._references(record, by_thing)
        neighbours = dict(labels)
        for each in referrers:
            cls = self.model.by_name(each.cls)
            label = neighbours.get((cls.iri, each.id))
            values = {**(label.values if label else {}), **each.values}
            neighbours[cls.iri, each.id] = Record(cls, each.id, "", values, {}, frozenset())
        neighbours.pop((record.cls.iri, record.id), None)
        blocks = [self.mapping.turtle(record) if turtle is None else turtle]
        for key, neighbour in neighbours.items():
            known = labels.get(key) is neighbour
            blocks.append(self._labels[key][1] if known else self.mapping.turtle(neighbour))
        path = f"doc/{record.cls.identifies}{record.id}"
        yield from self._files(path, [record, *neighbours.values()], blocks, concepts, LABEL)

    def concepts(self) -> Files:
        """The files of all concepts and concept schemes under the base; a scheme's describe its concepts too."""
        ontology = self.model.ontology
        members: dict[str, list[str]] = {}
        for concept in ontology.triples:
            for scheme in ontology.objects(concept, SKOS + "inScheme"):
                members.setdefault(str(scheme), []).append(concept)
        for thing in sorted(ontology.triples):
            if thing.startswith(f"{self.base}id/"):
                about = [thing, *members.get(thing, ())]
                yield from self._files("doc/" + thing.removeprefix(f"{self.base}id/"), [], [], about, ())

    def _files(
        self, path: str, records: list[Record], blocks: list[str], concepts: list[str], only: tuple[str, ...]
    ) -> Files:
        """The files of one document. `only` lists the properties of the concepts to include; empty means all."""
        ontology = self.model.ontology.triples
        about = self._about(path)
        blocks = [
            statements.turtle(about, self.mapping.names["turtle"]),
            *blocks,
            statements.turtle(ontology, self.mapping.names["turtle"], concepts, only),
        ]
        body = "\n".join(b for b in blocks if b)
        content = (self.mapping.turtle_head(body) + body).encode()
        triples = len(set(ox.parse(content, format=ox.RdfFormat.TURTLE)))
        yield File(f"{path}.ttl", content, triples)
        classes = frozenset(n for r in records for n in _with_parts(self.model, r.cls))
        if classes not in self._contexts:
            self._contexts[classes] = self.mapping.published.context(classes)
        named = statements.nodes(ontology, self.mapping.published.names, concepts, only)
        own = statements.nodes(about, self.mapping.published.names)
        nodes = [*own, *map(self.mapping.node, records), *named]
        document = {"@context": self._contexts[classes], "@graph": nodes}
        yield File(f"{path}.jsonld", _indented(document), triples)

    def _about(self, path: str) -> statements.Triples:
        """What a document says of itself, in all its forms: its thing, and the day on which that last changed."""
        thing = f"{self.base}id/{path.removeprefix('doc/')}"
        day = statements.literal(UNKNOWN.decode(), "date")
        return {f"{self.base}{path}": {FOAF + "primaryTopic": [thing], DCTERMS + "modified": [day]}}

    def _references(self, record: Record, by_thing: ById) -> tuple[ById, list[str]]:
        """Return what a record refers to: things, reduced to their labels, and IRIs of concepts."""
        things: ById = {}
        concepts: dict[str, None] = {}
        for cls, identifier in references(self.model, record.values, record.cls):
            key = (cls.iri, identifier)
            if cls.concept:
                concepts[f"{self.base}id/{cls.identifies}{identifier}"] = None
            elif key in by_thing and by_thing[key] is not record:
                if key not in self._labels:
                    label = by_thing[key]._replace(values=_label_values(by_thing[key]))
                    self._labels[key] = label, self.mapping.turtle(label)
                things[key] = self._labels[key][0]
        return things, list(concepts)


def _encode(value: object) -> bytes:
    import msgspec

    return msgspec.json.encode(value)


def _decode(content: bytes) -> list[Any]:
    import msgspec

    return msgspec.json.decode(content)  # type: ignore[no-any-return]


def _indented(value: object) -> bytes:
    import msgspec

    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def _with_parts(model: Model, cls: Class) -> Iterator[str]:
    yield cls.name
    for field in cls.fields:
        if field.kind == "part":
            yield from _with_parts(model, model.target(field))


def _label_values(record: Record) -> Values:
    """Return the values that label a thing in documents about other things."""
    return {k: record.values[k] for k in ("id", "type", "name", "title") if k in record.values}


def _references_to(model: Model, values: Values, cls: Class, target: str, identifier: str) -> Values | None:
    """Return a record or part reduced to its references to a thing, by class and id; None if it has none."""
    cut: Values = {}
    for field in cls.fields:
        value = values.get(field.key)
        if value is None or field.kind not in ("reference", "part"):
            continue
        items = value if isinstance(value, list) else [value]
        if field.kind == "reference" and field.target == target:
            kept: list[object] = [identifier] if identifier in items else []
        elif field.kind == "part":
            part = model.target(field)
            kept = [c for item in items if (c := _references_to(model, item, part, target, identifier)) is not None]  # type: ignore[arg-type]
        else:
            continue
        if kept:
            cut[field.key] = kept if field.many else kept[0]
    if not cut:
        return None
    kinds = [f.key for f in cls.fields if f.kind == "class"]
    return {**{k: values[k] for k in ("id", "type", *kinds) if k in values}, **cut}
