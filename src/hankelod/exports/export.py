"""Exports: what a publication makes of records, one class for each output.

An export is made twice from the same `Basis`: by a worker, which turns the records of a chunk into bytes, and by the
publisher, which takes these bytes in the order of the records and writes the files. So a worker never writes a file, and
the publisher never sees a record.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

from hankelod.exports.summaries import Cards
from hankelod.mapping.mapping import Mapping
from hankelod.model.model import Class
from hankelod.publication.building import Building
from hankelod.publication.parts import Parts
from hankelod.records.dataset import Dataset
from hankelod.records.record import Record


class Basis:
    """What all exports of a publication need: the dataset, the mapping, and the records that are held in memory.

    `others` are all records but those of `main`, the class that comes in chunks.
    """

    def __init__(self, dataset: Dataset, mapping: Mapping, main: Class | None, others: list[Record]) -> None:
        self.dataset, self.mapping, self.main, self.others = dataset, mapping, main, others
        self.model = dataset.model

    @cached_property
    def cards(self) -> Cards:
        """The summaries of projects, with the records that they name."""
        return Cards(self.dataset, self.others)


class Place(NamedTuple):
    """Where an export of the publisher writes: the publication, and the parts that go when it is done."""

    building: Building
    parts: Parts


class Export:
    """One output. `part` is the part of a publication that it belongs to, as `publish --only` names it."""

    part = "dumps"

    def __init__(self, basis: Basis) -> None:
        self.basis = basis

    def make(self, records: list[Record]) -> bytes:
        """Turn the records of one chunk into the bytes that `feed` takes. Runs in a worker."""
        raise NotImplementedError

    def begin(self, place: Place) -> None:
        """Begin to write. Runs in the publisher, as all below."""

    def feed(self, made: bytes) -> None:
        """Take what `make` has made of the next chunk."""
        raise NotImplementedError

    def finish(self, triples: int) -> None:
        """Write what is left; `triples` is the number of triples of the dump."""
