"""Making on demand: what a publication carries that leaves out the documents and pages of its things.

With these files and the dumps, a server makes each of them when it is asked for: complete records of every class, the
model, the settings of the dataset, where in `dump/projects.jsonl` each project is, and when each thing last changed.
"""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox

from hankelod.exports.export import Basis, Export
from hankelod.mapping.batch import Batch
from hankelod.publication import runs
from hankelod.publication.files import File, Files, to_json
from hankelod.rdf import turtle
from hankelod.rdf.graph import indexed
from hankelod.records.record import Record

PART = "making"
"""The part of a publication that these files are; no name of `publish --only`."""

DAYS = "dump/changed.index"
"""File of the days of change: for each thing its IRI and the day on which it last changed, separated by a tab; in the
order of IRIs, so that it can be searched by halving."""

PATTERNS = ("doc/{class}/{id}.ttl", "doc/{class}/{id}.jsonld", "doc/{class}/{id}.html")
"""Paths of the files that are made on demand."""


def files(basis: Basis) -> Files:
    """Files of the records that are held in memory, of the model and of the settings."""
    by_stem: dict[str, list[Record]] = {}
    for record in basis.others:
        if record.cls.of_dataset:
            yield File("dump/settings.json", to_json(record.values, 2))
        else:
            by_stem.setdefault(record.cls.folder or Path(str(record.cls.file)).stem, []).append(record)
    for stem, records in by_stem.items():
        yield File(f"dump/{stem}.jsonl", b"".join(to_json(basis.mapping.complete(r.cls, r.values)) for r in records))
    model = _model(basis)
    quads = ox.parse(model, format=ox.RdfFormat.TURTLE, base_iri=basis.dataset.base)
    yield File("dump/model.ttl", model, len({q.triple for q in quads}))


def _model(basis: Basis) -> bytes:
    """Return ontology and shapes, all layers combined, as one Turtle file."""
    model = basis.dataset.model
    whole = indexed([*model.ontology.quads, *model.shapes.quads], model.prefixes)
    return turtle.document(whole.triples, model.base, model.prefixes).encode()


class Index(Export):
    """File `dump/projects.index`: for each project its id, where its record begins in `dump/projects.jsonl`, and how
    long it is, in bytes, separated by tabs; in the order of ids, so that it can be searched by halving."""

    part = PART
    path = "dump/projects.index"

    def __init__(self, basis: Basis) -> None:
        super().__init__(basis)
        self._start = 0
        self._runs: list[str] = []

    def make(self, batch: Batch) -> bytes:
        main = self.basis.main
        sizes = [f"{r.id} {len(j) + 1}" for r, j in zip(batch.records, batch.json, strict=True) if r.cls is main]
        return "\n".join(sizes).encode()

    def feed(self, made: bytes) -> None:
        lines = []
        for line in made.split(b"\n") if made else ():
            identifier, size = line.split(b" ")
            lines.append(b"%s\t%d\t%s" % (identifier, self._start, size))
            self._start += int(size)
        self._runs.append(runs.write(sorted(lines), f"index-{len(self._runs)}", self.place.parts))

    def finish(self, triples: int) -> None:
        output = self.place.building.open(self.path)
        for block in runs.all_of(self._runs, "index", self.place.parts, self.place.merge):
            output.write(b"\n".join(block) + b"\n")
        output.close()
