"""Batch: some records with their forms, each made once for all that need it (the check, the dumps, the documents)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from hankelod.mapping.mapping import Mapping
from hankelod.rdf.counts import Columns, columns
from hankelod.records.record import Record


class Batch:
    """Records of one chunk in publishing order; `number` is that of the chunk, for the order of what is made of it."""

    def __init__(self, mapping: Mapping, records: Sequence[Record], number: int = 0) -> None:
        self.mapping, self.records, self.number = mapping, records, number

    @cached_property
    def texts(self) -> list[str]:
        """The triples of each record in N-Triples, in the order of the Model."""
        text = self.mapping.text
        return [text(record.cls, record.values) for record in self.records]

    @cached_property
    def turtle(self) -> list[str]:
        """Each record with its parts in Turtle, without prefixes."""
        turtle = self.mapping.turtle
        return [turtle(record) for record in self.records]

    @cached_property
    def json(self) -> list[bytes]:
        """Each complete record as JSON on one line, without a line break."""
        import msgspec

        encode, complete = msgspec.json.encode, self.mapping.complete
        return [encode(complete(record.cls, record.values)) for record in self.records]

    @cached_property
    def nodes(self) -> list[bytes]:
        """Each record as a node of published JSON-LD on one line, without a line break."""
        import msgspec

        encode, node = msgspec.json.encode, self.mapping.node
        return [encode(node(record)) for record in self.records]

    @cached_property
    def text(self) -> str:
        """The triples of all records in N-Triples."""
        return "".join(self.texts)

    @cached_property
    def lines(self) -> list[bytes]:
        """The same line by line, each once, without line ends."""
        return list(dict.fromkeys(self.text.encode().split(b"\n")[:-1]))

    @cached_property
    def columns(self) -> Columns:
        """The same by subject, predicate and object."""
        return columns(self.lines)

    @cached_property
    def objects(self) -> set[bytes]:
        """The different objects of these triples."""
        return self.columns.distinct_objects

    def part(self, start: int, stop: int, number: int) -> Batch:
        """Return a batch of some of the records, with their triples."""
        batch = Batch(self.mapping, self.records[start:stop], number)
        batch.texts = self.texts[start:stop]
        return batch
