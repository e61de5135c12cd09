"""Documents: a Turtle and a JSON-LD file for each thing, which conforms to the shapes by itself.

A shape asks for the class of a value (`sh:class`), and whatever has a class must meet the shape of that class. So a
document describes in full the things that its thing refers to, and those that they refer to in turn; what refers to
the thing is named without its class. What refers to a thing is gathered from all records as sorted runs of lines: a
record of a thing that others refer to is described when all have come, the others at once by the worker that has them.
The day on which a thing last changed, which its document gives, is known when all have come: until then a document
holds UNKNOWN in its place.
"""

from __future__ import annotations

import zlib
from collections.abc import Container, Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

import pyoxigraph as ox

from hankelod.exports.export import Basis, Export, joined, separated
from hankelod.mapping.batch import Batch
from hankelod.model.model import Class, Model
from hankelod.publication import runs
from hankelod.publication.files import File, Files
from hankelod.rdf import statements, turtle
from hankelod.rdf.graph import RDF, SKOS
from hankelod.records.record import Record, Values, references

FOAF, DCTERMS = "http://xmlns.com/foaf/0.1/", "http://purl.org/dc/terms/"

UNKNOWN = b"0000-00-00"
"""Stands first in a document where the day of change is to be, and no other text of that kind before it."""

if TYPE_CHECKING:
    import msgspec

DESCRIBED = 10_000
"""Most things whose description is remembered for the next document."""

ById = dict[tuple[str, str], Record]
"""Records by the IRI of their class and their id."""


class Documents(Export):
    """Documents of every record and concept, in Turtle and JSON-LD.

    A record's document describes in full what it refers to, and what that refers to; of the things that refer to it,
    it includes the names and the referring triples. So a municipality's document describes its region, and lists its
    projects and organisations. Documents of concepts leave referrers out, because they would repeat most of the dump.
    """

    part = "documents"

    def __init__(self, basis: Basis) -> None:
        super().__init__(basis)
        self._by_thing: ById = {(r.cls.iri, r.id): r for r in basis.others}
        self._describer = _Describer(basis, self._by_thing)
        targets = {f.target for c in basis.model.classes.values() for f in c.fields if f.kind.refers}
        self._waits = basis.main.iri in targets
        """Whether any record may refer to one of the main class, so that these cannot be described at once."""
        self._pairs: list[str] = []
        self._described: list[tuple[str, int]] = []
        """Parts with documents that lack their days, each with its size."""

    def make(self, batch: Batch) -> bytes:
        main, pairs, files = self.basis.main, [], []
        for n, record in enumerate(batch.records):
            pairs += [p.line() for p in _references_from(self.basis.model, record, f"{batch.number:08}{n:06}")]
            if record.cls is main and not self._waits:
                whole = _Whole(batch.turtle[n], batch.texts[n])
                for file in self._describer.document(record, whole, ()):
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
        return dated(file, self.place.days.of(self.basis.model.things + thing))

    def _of_things(self) -> Files:
        """The documents of the records that are held in memory, in the order of their ids."""
        left = {f"{r.cls.identifies}{r.id}": r for r in self._by_thing.values() if not r.cls.of_dataset}
        blocks = runs.all_of(self._pairs, "references", self.place.parts, self.place.merge)
        referrers = (Reference.of(line) for block in blocks for line in block)
        for target, group in groupby(referrers, key=lambda reference: reference.target):
            record = left.pop(target, None)
            if record is not None:
                yield from self._describer.document(record, None, group)
        for record in left.values():
            yield from self._describer.document(record, None, ())


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


class _Whole(NamedTuple):
    """A record with its parts, as Turtle without head and as N-Triples."""

    turtle: str
    ntriples: str


class _Description(NamedTuple):
    """A thing or concept: in Turtle without head, as nodes of JSON-LD, and its number of triples.

    `things` and `concepts` are what it refers to, `classes` the names of the classes that the nodes need in a context,
    and `prefixes` those that they need besides.
    """

    turtle: str
    nodes: tuple[msgspec.Raw, ...]
    triples: int
    things: tuple[tuple[str, str], ...] = ()
    concepts: tuple[str, ...] = ()
    classes: frozenset[str] = frozenset()
    prefixes: frozenset[str] = frozenset()


class _Describer:
    """Writer of documents: the contexts, and the descriptions of things and concepts, that many documents share."""

    def __init__(self, basis: Basis, records: ById) -> None:
        """`records` are those that others refer to; it may grow while documents are written."""
        self.model, self.mapping, self.base = basis.model, basis.mapping, basis.dataset.base
        self.records = records
        self._contexts: dict[tuple[frozenset[str], frozenset[str]], dict[str, object]] = {}
        self._thing = lru_cache(DESCRIBED)(self._described)
        self._concept = lru_cache(DESCRIBED)(self._described_concept)

    def document(self, record: Record, whole: _Whole | None, referrers: Iterable[Reference]) -> Files:
        """The files of one record. `whole` is the record in Turtle and N-Triples, if that is made already."""
        described, own = self._of_record(record, whole), (record.cls.iri, record.id)
        things, concepts = self._closure([described], {own})
        referring: dict[tuple[str, str], Record] = {}
        for each in referrers:
            cls = self.model.by_name(each.cls)
            key = (cls.iri, each.id)
            if key not in things and key != own:
                values = {**(referring[key].values if key in referring else {}), **each.values}
                referring[key] = Record(cls, each.id, "", values, {}, frozenset())
        untyped = [self._untyped(r) for r in referring.values()]
        path = f"doc/{record.cls.identifies}{record.id}"
        yield from self._files(path, [described, *things.values(), *untyped, *concepts])

    def concepts(self) -> Files:
        """The files of all concepts and concept schemes under the base; a scheme's describe its concepts too."""
        ontology = self.model.ontology
        members: dict[str, list[str]] = {}
        for concept in ontology.triples:
            for scheme in ontology.objects(concept, SKOS + "inScheme"):
                members.setdefault(str(scheme), []).append(concept)
        for iri in sorted(ontology.triples):
            if iri.startswith(self.model.things):
                described = {each: self._concept(each) for each in (iri, *members.get(iri, ()))}
                concepts = self._closure(described.values(), described)[1]
                path = "doc/" + iri.removeprefix(self.model.things)
                yield from self._files(path, [*described.values(), *concepts])

    def _files(self, path: str, described: list[_Description]) -> Files:
        """The files of one document; no two descriptions share a subject."""
        about = self._about(path)
        described = [self._stated(about, list(about)), *described]
        body = "\n".join(d.turtle for d in described if d.turtle)
        triples = sum(d.triples for d in described)
        yield File(f"{path}.ttl", (self.mapping.turtle_head(body) + body).encode(), triples)
        classes = frozenset().union(*(d.classes for d in described))
        used = frozenset().union(*(d.prefixes for d in described))
        if (classes, used) not in self._contexts:
            self._contexts[classes, used] = self.mapping.published.context(classes, used)
        nodes = [node for d in described for node in d.nodes]
        yield File(f"{path}.jsonld", _indented({"@context": self._contexts[classes, used], "@graph": nodes}), triples)

    def _closure(
        self, described: Iterable[_Description], own: Container[tuple[str, str] | str]
    ) -> tuple[dict[tuple[str, str], _Description], list[_Description]]:
        """Return what descriptions refer to, and what that refers to in turn: things, in the order in which they are
        met, and concepts, in the order of their IRIs. `own` are the things or concepts that are described themselves.
        """
        things: dict[tuple[str, str], _Description] = {}
        concepts: dict[str, _Description] = {}
        waiting = [*described]
        for each in waiting:
            for key in each.things:
                if key not in things and key not in own and key in self.records:
                    things[key] = self._thing(key)
                    waiting.append(things[key])
            for iri in each.concepts:
                if iri not in concepts and iri not in own:
                    concepts[iri] = self._concept(iri)
                    waiting.append(concepts[iri])
        return things, [concepts[iri] for iri in sorted(concepts)]

    def _about(self, path: str) -> statements.Triples:
        """What a document says of itself, in all its forms: its thing, and the day on which that last changed."""
        thing = self.model.things + path.removeprefix("doc/")
        day = statements.literal(UNKNOWN.decode(), "date")
        return {f"{self.base}{path}": {FOAF + "primaryTopic": [thing], DCTERMS + "modified": [day]}}

    def _described(self, key: tuple[str, str]) -> _Description:
        """Describe a thing of the dataset by the IRI of its class and its id."""
        return self._of_record(self.records[key], None)

    def _of_record(self, record: Record, whole: _Whole | None) -> _Description:
        """Describe a record in full."""
        things: dict[tuple[str, str], None] = {}
        concepts: dict[str, None] = {}
        for cls, identifier in references(self.model, record.values, record.cls):
            if cls.concept:
                concepts[self.model.iri(cls, identifier)] = None
            elif cls.part:  # described with the whole that it is a part of
                things[self.model.root_of(cls).iri, identifier.partition("/")[0]] = None
            else:
                things[cls.iri, identifier] = None
        if whole is None:
            whole = _Whole(self.mapping.turtle(record), self.mapping.text(record.cls, record.values))
        triples = len(set(whole.ntriples.split("\n"))) - 1
        classes = frozenset(_with_parts(self.model, record.cls))
        nodes = (_raw(self.mapping.node(record)),)
        return _Description(whole.turtle, nodes, triples, tuple(things), tuple(concepts), classes)

    def _described_concept(self, iri: str) -> _Description:
        """Describe a concept or a concept scheme by its IRI."""
        ontology = self.model.ontology.triples
        paths = self.model.class_paths
        objects = [o for p, found in statements.predicates(ontology, iri) if p in paths for o in found]
        others = tuple(o for o in objects if isinstance(o, str) and o in ontology)
        return self._stated(ontology, [iri])._replace(concepts=others)

    def _untyped(self, record: Record) -> _Description:
        """Describe a record by its values, without the classes of the record and of its parts."""
        triples = statements.Statements({})
        text = self.mapping.text(record.cls, record.values)
        for quad in ox.parse(text.encode(), format=ox.RdfFormat.N_TRIPLES):
            if quad.predicate.value != RDF + "type":
                term = quad.object.value if isinstance(quad.object, ox.NamedNode) else quad.object
                triples.add(quad.subject.value, quad.predicate.value, term)  # type: ignore[union-attr]
        return self._stated(triples.triples, list(triples.triples))

    def _stated(self, triples: statements.Triples, subjects: list[str]) -> _Description:
        """Describe subjects by all triples that are stated of them."""
        text = turtle.body(triples, self.mapping.names["turtle"], subjects)
        number = sum(len(objects) for s in subjects for objects in triples[s].values())
        names = self.mapping.published.notation()
        nodes = tuple(_raw(node) for node in statements.nodes(triples, names, subjects))
        return _Description(text, nodes, number, prefixes=frozenset(names.used))


def _raw(value: object) -> msgspec.Raw:
    import msgspec

    return msgspec.Raw(msgspec.json.encode(value))


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
        if field.kind.nested:
            yield from _with_parts(model, model.target(field))


def _label_values(record: Record) -> Values:
    """Return the values that label a thing in documents about other things."""
    return {k: record.values[k] for k in ("id", "type", "name", "title") if k in record.values}


def _references_to(model: Model, values: Values, cls: Class, target: str, identifier: str) -> Values | None:
    """Return a record or part reduced to its references to a thing, by class and id; None if it has none."""
    cut: Values = {}
    for field in cls.fields:
        value = values.get(field.key)
        if value is None or not (field.kind.refers or field.kind.nested):
            continue
        items = value if isinstance(value, list) else [value]
        if field.kind.refers and field.target == target:
            kept: list[object] = [identifier] if identifier in items else []
        elif field.kind.nested:
            part = model.target(field)
            kept = [c for item in items if (c := _references_to(model, item, part, target, identifier)) is not None]  # type: ignore[arg-type]
        else:
            continue
        if kept:
            cut[field.key] = kept if field.many else kept[0]
    if not cut:
        return None
    kinds = [f.key for f in cls.fields if f.kind.typing]
    return {**{k: values[k] for k in ("id", "type", *kinds) if k in values}, **cut}
