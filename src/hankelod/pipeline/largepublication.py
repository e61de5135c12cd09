"""The publication of a dataset that does not fit in memory: the same files, byte for byte, made chunk by chunk.

What a thing each has (documents, pages) and what holds the whole in memory (the workbook, the change feed) is left out:
`LEFT_OUT` says what, and the caller tells the publisher.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, NamedTuple

from hankelod.exports import csvw, dumps, hosting, tables
from hankelod.exports import points as areas_points
from hankelod.exports.dcat import Catalogue, catalogue
from hankelod.exports.prov import provenance
from hankelod.exports.summaries import Cards
from hankelod.exports.summary import Summary, summary
from hankelod.exports.void import void
from hankelod.mapping.mapping import Mapping
from hankelod.pipeline.pieces import SECTIONS, Piece, put_together
from hankelod.pipeline.streaming import Stream
from hankelod.pipeline.workers import in_order
from hankelod.publication import exchange
from hankelod.publication.files import NAME, Edition, Entries, File, Files
from hankelod.publication.folder import replacing
from hankelod.publication.history.previous import dated
from hankelod.publication.manifest import MANIFEST, entry, manifest
from hankelod.publication.packing import Packer
from hankelod.publication.parts import Folder, Parts
from hankelod.publication.sorting import Run, objects, run
from hankelod.rdf import statements
from hankelod.rdf.counts import Counts, objects_of
from hankelod.records.record import Record, dumped
from hankelod.validation.report import Report, as_turtle, triples

LEFT_OUT = ("doc/", "the site", "dump/projects.xlsx", "changes/")
"""What a large publication goes without."""

PARTS = ".parts"
"""Where parts are while they are needed, in the folder that is being built."""

DUMPS = {
    "ttl": f"{NAME}.ttl",
    "jsonld": f"{NAME}.jsonld",
    "jsonl": "projects.jsonl",
    "csv": "projects.csv",
    "fi.csv": "projects.fi.csv",
    "geojson": "projects.geojson",
}
"""The file that each section of the pieces goes to."""

PACKERS = 2
"""Threads that pack."""


class Published(NamedTuple):
    """What was done: the number of files, and the report on the records."""

    files: int
    report: Report


class NotSound(Exception):
    """The dataset has violations, which the report tells; nothing was published."""

    def __init__(self, report: Report) -> None:
        super().__init__("the dataset has violations")
        self.report = report


class _Output:
    """A file of the publication as it is written, and the one that it is packed in."""

    def __init__(self, folder: Path, path: str, packed: bool, threads: Executor, stack: ExitStack) -> None:
        """The files are open as long as `stack` is."""
        self.path = path
        self._files: dict[str, BinaryIO] = {}
        self._hashes = {p: hashlib.sha256() for p in ([path, f"{path}.gz"] if packed else [path])}
        self._sizes = dict.fromkeys(self._hashes, 0)
        for each in self._hashes:
            target = folder / each
            target.parent.mkdir(parents=True, exist_ok=True)
            self._files[each] = stack.enter_context(target.open("wb"))
        self._packer = Packer(lambda content: self._put(f"{path}.gz", content), threads) if packed else None

    def _put(self, path: str, content: bytes) -> None:
        self._files[path].write(content)
        self._hashes[path].update(content)
        self._sizes[path] += len(content)

    def write(self, content: bytes) -> None:
        self._put(self.path, content)
        if self._packer is not None:
            self._packer.feed(content)

    def close(self, triples: int | None = None) -> Entries:
        """End the files, and give their entries in the manifest."""
        if self._packer is not None:
            self._packer.close()
        for file in self._files.values():
            file.close()
            Path(file.name).chmod(exchange.FILE_MODE)
        return {p: entry(p, digest.hexdigest(), self._sizes[p], triples) for p, digest in self._hashes.items()}


class _Steps:
    """The steps of one publication, and what they share."""

    def __init__(self, stream: Stream, parts: Parts, building: Path, threads: Executor, stack: ExitStack) -> None:
        self.stream, self.parts, self.building = stream, parts, building
        self.dataset = stream.dataset
        self.others = dated(stream.others)
        self.mapping = Mapping(self.dataset.model)
        self.cards = Cards(self.dataset, self.others)
        self.columns = tables.columns(self.cards)
        self.entries: Entries = {}
        self.whole = Summary()
        self.outputs = {
            s: _Output(building, f"dump/{DUMPS[s]}", s in ("ttl", "jsonld"), threads, stack) for s in SECTIONS
        }
        self._threads, self._stack = threads, stack
        self._lines: list[Run] = []
        self._objects: list[Run] = []

    ### Chunks

    def _around(self) -> tuple[list[Record], list[Record]]:
        """The records that come before and after the projects in publishing order."""
        order = [c.iri for c in self.dataset.model.entries()]
        at = order.index(self.stream.cls.iri)
        others = dumped(self.others)
        return [r for r in others if order.index(r.cls.iri) < at], [r for r in others if order.index(r.cls.iri) > at]

    def chunks(self) -> None:
        """Everything that is written in the order of the records. Raises NotSound."""
        before, after = self._around()
        out = self.outputs
        out["ttl"].write(dumps.turtle_start(self.dataset, self.mapping))
        out["jsonld"].write(dumps.jsonld_head(self.dataset))
        out["csv"].write(tables.csv_head(self.columns))
        out["fi.csv"].write(tables.csv_head(self.columns, True))
        out["geojson"].write(areas_points.POINTS_HEAD)
        self._apart(before)
        self.stream.check_others()
        points = False
        for number, piece in enumerate(self.stream.pieces()):
            if self.stream.clean:
                points = self._take(number, piece, points)
        found = self.stream.report()
        if not found.conforms():
            raise NotSound(found)
        self._apart(after)
        self._run_apart([*before, *after])
        out["jsonld"].write(dumps.JSONLD_END)
        out["geojson"].write(areas_points.POINTS_END if points else b"]\n}\n")

    def _apart(self, records: list[Record]) -> None:
        """Write records that are held in memory."""
        self.whole.merge(summary(self.dataset.model, records))
        self.outputs["ttl"].write(b"".join(b"\n" + self.mapping.turtle(r).encode() for r in records))
        self.outputs["jsonld"].write(b"".join(b",\n" + dumps.one_line(r.values) for r in records))

    def _run_apart(self, records: list[Record]) -> None:
        told = statements.ntriples(self.dataset.model.ontology.triples, self.mapping.names["ntriples"])
        told += [line for record in records for line in self.mapping.ntriples(record)]
        lines = "".join(told).encode().split(b"\n")[:-1]
        cuts = self.stream.cuts
        self._lines.append(run(lines, cuts, "others.lines", self.parts))
        self._objects.append(objects(objects_of(lines), len(cuts) + 1, "others.objects", self.parts))

    def _take(self, number: int, piece: Piece, points: bool) -> bool:
        assert piece.lines is not None and piece.objects is not None and piece.summary is not None
        name = piece.lines.name.removesuffix(".lines") + ".piece"
        content = self.parts.read(name, 0, sum(piece.sizes))
        start = 0
        for section, size in zip(SECTIONS, piece.sizes, strict=True):
            part = content[start : start + size]
            start += size
            if section == "geojson" and part and not points:
                part, points = part[1:], True  # the first has no comma before it
            self.outputs[section].write(part)
        self.parts.remove(name)
        self._lines.append(piece.lines)
        self._objects.append(piece.objects)
        self.whole.merge(piece.summary)
        return points

    ### Ranges

    def ranges(self) -> Counts:
        """The sorted dump, and its counts."""
        out = _Output(self.building, f"dump/{NAME}.nt", True, self._threads, self._stack)
        counted = Counts()
        each = (
            (self.parts, f"{n:06}.range", [r.slice(n) for r in self._lines], [r.slice(n) for r in self._objects])
            for n in range(len(self.stream.cuts) + 1)
        )
        with self.stream.watch("ranges", len(self.stream.cuts) + 1) as step:
            for n, (size, more) in enumerate(in_order(self.stream.crew, put_together, each)):
                out.write(self.parts.read(f"{n:06}.range", 0, size))
                self.parts.remove(f"{n:06}.range")
                counted.merge(more)
                step(1)
        self.entries |= out.close(counted.triples)
        for made in (*self._lines, *self._objects):
            self.parts.remove(made.name)
        return counted

    ### All else

    def end(self, counted: Counts, edition: Edition) -> Report:
        """The files that do not grow with the number of records."""
        for section, output in self.outputs.items():
            self.entries |= output.close(counted.triples if section in ("ttl", "jsonld") else None)
        found = self.stream.report()
        about = Catalogue(self.dataset, self.mapping, self.others, edition, self.whole)
        self._write(csvw.descriptions(self.cards))
        self._write(dumps.descriptions(self.dataset, self.mapping))
        self._write([File("report.ttl", as_turtle(found).encode(), triples(found))])
        self._write(catalogue(about, dict(self.entries)))
        self._write(provenance(about))
        self._write(void(about, counted, dict(self.entries)))
        self._write(hosting.files(self.dataset, self.others, self.entries))
        exchange.write(self.building / MANIFEST, manifest(self.entries))
        return found

    def _write(self, files: Files | Iterable[File]) -> None:
        for file in files:
            exchange.write(self.building / file.path, file.content)
            self.entries[file.path] = entry(
                file.path, hashlib.sha256(file.content).hexdigest(), len(file.content), file.triples
            )


Begin = Callable[[Parts], Stream]
"""Begins to read the dataset, its parts to be put into this place."""


def publish(begin: Begin, out: Path, edition: Edition, parts: Parts | None = None) -> Published:
    """Write the publication to `out`, whole or not at all. Raises NotSound, CannotPublish.

    `parts` is where workers put what they make, by default a folder beside the publication that goes with the work.
    """
    with replacing(out) as building, ThreadPoolExecutor(PACKERS) as threads, ExitStack() as stack:
        own = building / PARTS
        own.mkdir()
        parts = parts or Folder(str(own))
        stream = begin(parts)
        steps = _Steps(stream, parts, building, threads, stack)
        steps.chunks()
        found = steps.end(steps.ranges(), edition)
        shutil.rmtree(own)
        return Published(len(steps.entries) + 1, found)
