"""A chunk of a dataset that is too large for memory: what is wrong with it, and what it adds to a publication.

The functions of a worker. Each opens the dataset once, and holds in memory what projects refer to (organisations,
programmes, areas), but none of the projects beyond the chunk that it is at. A chunk gives the same piece wherever and
whenever it is worked on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from hankelod.exports import points, tables
from hankelod.exports.summaries import Cards
from hankelod.exports.summary import Summary, summary
from hankelod.messages.problem import Problem
from hankelod.model.model import Class
from hankelod.pipeline.checking import reused, without_tombstones
from hankelod.publication.parts import Parts
from hankelod.publication.sorting import Run, Slices, different, merged, objects, run
from hankelod.rdf.counts import Counts
from hankelod.records.dataset import Dataset
from hankelod.records.record import Record
from hankelod.validation.precheck import Screen, Told, told

FOLDER = "projects"
"""The class that comes in chunks: what has this folder. All others are held in memory."""

SECTIONS = ("ttl", "jsonld", "jsonl", "csv", "fi.csv", "geojson")
"""What a piece adds to the dumps, in the order in which it stands in the part."""


class Setting(NamedTuple):
    """What workers need to know: the dataset's folder, the one that names in reports are relative to, the engine; where
    parts go (None: nothing is written), and the splitters of the sorted dump."""

    root: str
    working: str
    engine: str | None
    parts: Parts | None
    cuts: tuple[bytes, ...]


class Chunk(NamedTuple):
    """Numbered lines of the JSON Lines file, what could not be read of it, and files with one record each.

    With `write`, the piece is written; a publication that cannot be is only checked to its end.
    """

    number: int
    lines: Sequence[tuple[int, bytes]]
    unread: Sequence[Problem] = ()
    files: Sequence[str] = ()
    write: bool = True


class Piece(NamedTuple):
    """What came of a chunk. `ids` are digests of its records' ids, 8 bytes each, in their order; `sizes` those of the
    sections; `lines` and `objects` are runs of its triples and of their objects."""

    problems: list[Problem]
    records: int
    ids: bytes
    sizes: tuple[int, ...] = ()
    lines: Run | None = None
    objects: Run | None = None
    summary: Summary | None = None


def project(dataset: Dataset) -> Class | None:
    """The class that may come in chunks."""
    return next((c for c in dataset.model.entries() if c.folder == FOLDER), None)


def digest(identifier: str) -> bytes:
    """The digest of an id, by which one that stands twice is found."""
    return hashlib.blake2b(identifier.encode(), digest_size=8).digest()


class Workshop:
    """What a worker has at hand: the dataset, and the records that projects refer to, in publishing order."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.dataset = Dataset(Path(setting.root), Path(setting.working))
        self.cls = project(self.dataset)
        self.others = [r for c in self.dataset.model.entries() if c is not self.cls for r in self.dataset.read(c)]
        self.screen = Screen(self.dataset, self.others, setting.engine)
        self.tombstones = [r for r in self.others if r.cls.identifies == ""]
        self.cards = Cards(self.dataset, self.others)
        self.columns = tables.columns(self.cards)
        self.points = points.Points(self.cards)

    def piece(self, chunk: Chunk) -> Piece:
        assert self.cls is not None
        dataset, reader = self.dataset, self.dataset.reader
        reader.problems.clear()
        path = dataset.bulk_file(self.cls)
        records = list(dataset.read_lines(self.cls, dataset.name(path), chunk.lines)) if path and chunk.lines else []
        for file in chunk.files:
            found = dataset.read_record(Path(file), self.cls)
            records += [found] if found is not None else []
        problems = [*chunk.unread, *reader.problems, *(p for p, _ in reused([*records, *self.tombstones]))]
        reader.problems.clear()
        triples = told(self.screen.mapping, records)
        problems += self.screen.problems(records, triples)
        ids = b"".join(digest(record.id) for record in records)
        if not chunk.write or self.setting.parts is None or any(p.severity == "violation" for p in problems):
            return Piece(problems, len(records), ids)
        return self._written(chunk, records, triples, Piece(problems, len(records), ids), self.setting.parts)

    def _written(self, chunk: Chunk, records: list[Record], triples: Told, piece: Piece, parts: Parts) -> Piece:
        sections = self._sections(records)
        parts.write(f"{chunk.number:08}.piece", b"".join(sections))
        cuts = self.setting.cuts
        return piece._replace(
            sizes=tuple(map(len, sections)),
            lines=run(triples.lines, cuts, f"{chunk.number:08}.lines", parts),
            objects=objects(triples.objects, len(cuts) + 1, f"{chunk.number:08}.objects", parts),
            summary=summary(self.dataset.model, records),
        )

    def _sections(self, records: list[Record]) -> list[bytes]:
        """The bytes for each of `SECTIONS`."""
        import msgspec

        encode, turtle = msgspec.json.encode, self.screen.mapping.turtle
        nodes = [encode(record.values) for record in records]
        cards = [self.cards.card(record) for record in records]
        table = tables.rows(cards, self.columns)
        return [
            "".join(["\n" + turtle(record) for record in records]).encode(),
            b"".join([b",\n" + node for node in nodes]),
            b"".join([node + b"\n" for node in nodes]),
            tables.csv_rows(table, self.columns),
            tables.csv_rows(table, self.columns, True),
            self.points.of(cards),
        ]

    def checked(self, start: int, stop: int) -> list[Problem]:
        """What the shapes say of some of the records that projects refer to."""
        records = without_tombstones(self.others[start:stop], reused(self.others))
        return self.screen.problems(records, told(self.screen.mapping, records))


@lru_cache(maxsize=1)
def workshop(setting: Setting) -> Workshop:
    """This worker's."""
    return Workshop(setting)


def piece(setting: Setting, chunk: Chunk) -> Piece:
    """Work on a chunk of projects."""
    return workshop(setting).piece(chunk)


def checked(setting: Setting, start: int, stop: int) -> list[Problem]:
    """Check some of the records that projects refer to."""
    return workshop(setting).checked(start, stop)


def put_together(parts: Parts, name: str, lines: Slices, found: Slices) -> tuple[int, Counts]:
    """Put a range of the sorted dump together, and count the objects of as large a share. Its size, and the counts."""
    size, counted = merged(lines, name, parts)
    counted.objects = different(found, parts)
    return size, counted
