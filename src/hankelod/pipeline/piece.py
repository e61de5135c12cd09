"""Pieces: what comes of a chunk, made by a worker: its problems, and what it adds to the outputs of a publication.

A chunk gives the same piece wherever and whenever it is worked on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from hankelod.exports.export import Basis, Export, joined
from hankelod.exports.summary import Summary, summary
from hankelod.mapping.batch import Batch
from hankelod.mapping.mapping import Mapping
from hankelod.messages.problem import Problem
from hankelod.pipeline import outputs
from hankelod.pipeline.chunk import Chunk, held
from hankelod.publication.parts import Parts
from hankelod.records.dataset import Dataset
from hankelod.records.omission import Omission
from hankelod.records.record import Record, Values
from hankelod.validation.details import Details
from hankelod.validation.precheck import PreCheck
from hankelod.validation.withdrawn import reused


class Setting(NamedTuple):
    """What a worker has to know: the folder of the dataset and the one that names in reports are relative to, the
    engine, whether there are several chunks, whether details are wanted, the names of the exports and where their bytes
    go (None: nothing is made), whether records are handed back, and which are passed over."""

    root: str
    working: str
    engine: str | None
    several: bool
    details: bool = False
    exports: tuple[str, ...] = ()
    parts: Parts | None = None
    records: bool = False
    omitted: tuple[Omission, ...] = ()


class Plain(NamedTuple):
    """A record as it is handed back from a worker, its class by IRI: a Class belongs to the Model of its process."""

    cls: str
    id: str
    file: str
    values: Values


class Piece(NamedTuple):
    """What came of a chunk. `ids` are digests of the ids of its projects, 8 bytes each, in order; `made` is the name of
    the part with the bytes of the exports, None if there is none, and `bytes` their number; `size` is that of the
    chunk in records."""

    problems: list[Problem]
    size: int
    ids: bytes
    made: str | None = None
    bytes: int = 0
    summary: Summary | None = None
    details: Details | None = None
    records: Sequence[Plain] = ()


def digest(identifier: str) -> bytes:
    """Return the digest of an id, by which duplicates are found."""
    return hashlib.blake2b(identifier.encode(), digest_size=8).digest()


class Workshop:
    """What a worker needs: the dataset, the records that projects refer to, the check, the exports."""

    def __init__(self, setting: Setting, dataset: Dataset | None = None, others: list[Record] | None = None) -> None:
        """A worker in the publisher's process, or one that is forked from it, is handed what that has read already."""
        self.setting = setting
        self.dataset = dataset or Dataset(Path(setting.root), Path(setting.working), omitted=setting.omitted)
        self.main = self.dataset.model.main
        self.others = held(self.dataset) if others is None else others
        self.mapping = Mapping(self.dataset.model)
        self.batch = Batch(self.mapping, self.others)
        self.check = PreCheck(self.dataset, self.batch, setting.engine, setting.several)
        self.tombstones = [r for r in self.others if r.cls.identifies == ""]
        self.withdrawn = {id(stone) for _, stone in reused(self.others)}
        self.basis = Basis(self.dataset, self.mapping, self.main, self.others)
        self.exports: list[Export] = outputs.of(setting.exports, self.basis)

    def piece(self, chunk: Chunk, write: bool) -> Piece:
        """Read, check and, with `write`, make what the exports take. A chunk with a violation is only checked."""
        problems, batch = self._held(chunk) if chunk.others else self._read(chunk)
        problems += self.check.problems(batch)
        ids = b"".join(digest(r.id) for r in batch.records if r.cls is self.main)
        piece = Piece(problems, len(batch.records), ids)
        if self.setting.details:
            details = Details()
            details.add(self.dataset.model, batch.records, self.others, problems, self.dataset.languages)
            piece = piece._replace(details=details)
        if not write or self.setting.parts is None or any(p.severity == "violation" for p in problems):
            return piece
        return self._made(chunk, batch, piece, self.setting.parts)

    def _read(self, chunk: Chunk) -> tuple[list[Problem], Batch]:
        """Read the projects of a chunk."""
        dataset, reader = self.dataset, self.dataset.reader
        reader.problems.clear()
        path = dataset.bulk_file(self.main)
        records = list(dataset.read_lines(self.main, dataset.name(path), chunk.lines)) if path and chunk.lines else []
        for file in chunk.files:
            record = dataset.read_record(Path(file), self.main)
            records += [record] if record is not None else []
        problems = [*chunk.unread, *reader.problems, *(p for p, _ in reused([*records, *self.tombstones]))]
        reader.problems.clear()
        return problems, Batch(self.mapping, records, chunk.number)

    def _held(self, chunk: Chunk) -> tuple[list[Problem], Batch]:
        """Take a chunk of the records that are held in memory; the publisher has their problems of reading."""
        assert chunk.others is not None
        batch = self.batch.part(*chunk.others, chunk.number)
        if self.withdrawn:
            # a tombstone whose id is in use would be checked as one thing with the record
            batch = Batch(self.mapping, [r for r in batch.records if id(r) not in self.withdrawn], chunk.number)
        return [], batch

    def _made(self, chunk: Chunk, batch: Batch, piece: Piece, parts: Parts) -> Piece:
        """Make what the exports take of records that may be published."""
        if any(r.cls.of_dataset for r in batch.records):
            return piece._replace(records=self._plain(batch))
        content = joined(export.make(batch) for export in self.exports)
        name = f"{chunk.number:08}.piece"
        parts.write(name, content)
        return piece._replace(
            made=name,
            bytes=len(content),
            summary=summary(self.dataset.model, batch.records),
            records=self._plain(batch),
        )

    def _plain(self, batch: Batch) -> list[Plain]:
        """Return the records of a batch, if they are to be handed back."""
        return [Plain(r.cls.iri, r.id, r.file, r.values) for r in batch.records] if self.setting.records else []


_WORKSHOPS: dict[Setting, Workshop] = {}
"""The workshop of this process, at most one: it is large."""


def hand_over(workshop: Workshop | None) -> None:
    """Give this process, and those that are forked from it, a workshop that is made already; None takes it away."""
    _WORKSHOPS.clear()
    if workshop is not None:
        _WORKSHOPS[workshop.setting] = workshop


def piece(setting: Setting, chunk: Chunk, write: bool) -> Piece:
    """Work on a chunk."""
    if setting not in _WORKSHOPS:
        hand_over(Workshop(setting))
    return _WORKSHOPS[setting].piece(chunk, write)
