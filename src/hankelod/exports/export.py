"""Exports: what a publication makes of records, one class for each output.

An export is made twice from the same `Basis`: for a worker, which turns the records of a chunk into bytes, and for the
publisher, which takes these bytes in the order of the records and writes the files. A worker never writes a file of the
publication, and the publisher holds no record but those that others refer to.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

from hankelod.exports import tables
from hankelod.exports.summaries import Card, Cards
from hankelod.mapping.batch import Batch
from hankelod.mapping.mapping import Mapping
from hankelod.model.model import Class
from hankelod.publication.building import Building
from hankelod.publication.history.days import Days
from hankelod.publication.parts import Parts
from hankelod.publication.runs import Merge
from hankelod.rdf import dumps
from hankelod.records.dataset import Dataset
from hankelod.records.record import Record


class Basis:
    """What all exports of a publication need: the dataset, the mapping, and the records that are held in memory.

    `others` are all records but those of `main`, the class that comes in chunks.
    """

    def __init__(self, dataset: Dataset, mapping: Mapping, main: Class, others: list[Record]) -> None:
        self.dataset, self.mapping, self.main, self.others = dataset, mapping, main, others
        self.model = dataset.model
        self._batch: Batch | None = None
        self._cards: list[Card] = []
        self._values: list[list[object | None]] | None = None
        self._rows: tables.Rows | None = None

    def dump(self, ending: str) -> str:
        """Return the path of the whole dataset in the syntax of this ending."""
        return dumps.dump(next(r.id for r in self.others if r.cls.of_dataset), ending)

    @cached_property
    def cards(self) -> Cards:
        """The maker of cards, with the records that they name."""
        return Cards(self.dataset, self.others)

    @cached_property
    def header(self) -> list[tables.Column]:
        """The columns of the tables."""
        return tables.columns(self.cards)

    def cards_of(self, batch: Batch) -> list[Card]:
        """Return the cards of the projects of a chunk, made once for all exports."""
        if self._batch is not batch:
            cards = self.cards
            self._batch, self._values, self._rows = batch, None, None
            self._cards = [cards.card(record) for record in batch.records if record.cls is self.main]
        return self._cards

    def values_of(self, batch: Batch) -> list[list[object | None]]:
        """Return the values of the columns for each project of a chunk, made once for all exports."""
        cards = self.cards_of(batch)
        if self._values is None:
            self._values = tables.values(cards, self.header)
        return self._values

    def rows_of(self, batch: Batch) -> tables.Rows:
        """Return the rows of the projects of a chunk, made once for all exports."""
        values = self.values_of(batch)
        if self._rows is None:
            self._rows = tables.rows(values)
        return self._rows


class Place(NamedTuple):
    """Where the publisher's exports write: the publication, and the parts that are removed when it is done.

    `merge` merges runs; workers may do it at the same time. `days` are the days of change, known when outputs are
    finished.
    """

    building: Building
    parts: Parts
    merge: Merge
    days: Days


class Export(ABC):
    """One output. `part` is the part of a publication that it belongs to, as `publish --only` names it."""

    part = "dumps"

    def __init__(self, basis: Basis) -> None:
        self.basis = basis

    @abstractmethod
    def make(self, batch: Batch) -> bytes:
        """Turn the records of one chunk into the bytes that `feed` takes. Runs in a worker."""

    def begin(self, place: Place) -> None:
        """Begin to write. Runs in the publisher, as all below."""
        self.place = place

    @abstractmethod
    def feed(self, made: bytes) -> None:
        """Take what `make` has made of the next chunk."""

    def complete(self) -> None:  # noqa: B027 - few outputs take long
        """All chunks have been fed: begin what takes long and can be done beside what comes before `finish`."""

    def finish(self, triples: int) -> None:  # noqa: B027 - an output may be whole already
        """Write what is left; `triples` is the number of triples of the dump."""


class Stream(Export):
    """An output that is written in the order of the records: a head, the bytes of each chunk, an end."""

    path = ""
    packed = False
    rdf = False

    def head(self) -> bytes:
        """Return the beginning of the file."""
        return b""

    def end(self) -> bytes:
        """Return the end of the file."""
        return b""

    def begin(self, place: Place) -> None:
        super().begin(place)
        self.output = place.building.open(self.path, self.packed)
        self.output.write(self.head())

    def feed(self, made: bytes) -> None:
        self.output.write(made)

    def finish(self, triples: int) -> None:
        self.output.write(self.end())
        self.output.close(triples if self.rdf else None)


LENGTH = 8
"""Bytes of the length before each of several contents that are joined."""


def joined(contents: Iterable[bytes]) -> bytes:
    """Join several contents into one, from which `separated` takes them again."""
    return b"".join([part for each in contents for part in (len(each).to_bytes(LENGTH, "big"), each)])


def separated(content: bytes) -> list[bytes]:
    """Take joined contents apart."""
    contents, start = [], 0
    while start < len(content):
        size = int.from_bytes(content[start : start + LENGTH], "big")
        start += LENGTH
        contents.append(content[start : start + size])
        start += size
    return contents
