"""Mapping from Records to triples: the only place where the RDF of records is created.

For each Class and output one writer function is generated (`hankelod.mapping.writers`) and compiled, so that a record
is mapped without a graph in between: to N-Triples, to Turtle, to nodes of JSON-LD, and to `places`, which give the path
in the record of each triple. The reference is JSON-LD: a complete record with the derived context
(`hankelod.model.context`) yields the same triples in any JSON-LD processor.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from hankelod.mapping.nodes import NodeSource
from hankelod.mapping.writers import FLAVOURS, WriterSource
from hankelod.model.context import Published
from hankelod.model.kinds.dates import PRECISIONS
from hankelod.model.model import Class, Model
from hankelod.rdf import statements
from hankelod.rdf.graph import XSD
from hankelod.rdf.terms import Names, escape, escape_record, head, head_of
from hankelod.records.dataset import Dataset
from hankelod.records.record import Record, Values, dumped
from hankelod.records.tree import Path

Located = tuple[str, str, str, Path]
"""Subject IRI, predicate IRI, object in N-Triples syntax, and the path of the value in the record."""


class Mapping:
    """The compiled writers of one Model."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.names = {flavour: Names(model.base, model.prefixes, flavour == "turtle") for flavour in FLAVOURS}
        self._writers: dict[str, dict[str, Any]] = {}
        self._moments: dict[str, bool] = {}

    @cached_property
    def published(self) -> Published:
        """The terms of published JSON-LD."""
        return Published(self.model)

    def _writer(self, cls: Class, flavour: str) -> Callable[..., object]:
        """Return the writer of a class, compiled with those of its parts at the first use."""
        if flavour not in self._writers:
            names = self.published.names if flavour == "nodes" else self.names[flavour]
            moments = {length: names.iri(datatype) for length, datatype in PRECISIONS.items()}
            scope: dict[str, Any] = {"escape": escape, "escape_record": escape_record, "moments": moments}
            self._writers[flavour] = scope
        scope = self._writers[flavour]
        if cls.name not in scope:
            wanted: dict[str, Class] = {}
            waiting = [cls]
            while waiting:
                each = waiting.pop()
                if each.name not in wanted and each.name not in scope:
                    wanted[each.name] = each
                    waiting += [self.model.target(f) for f in each.fields if f.kind.nested]
            source = self._source(flavour)
            code = "\n".join(source.function(c) for c in wanted.values())
            exec(compile(code, f"<{flavour} writers>", "exec"), scope)  # noqa: S102 - generated from the Model alone
        return scope[cls.name]  # type: ignore[no-any-return]

    def _source(self, flavour: str) -> NodeSource | WriterSource:
        if flavour == "nodes":
            return NodeSource(self.model, self.published)
        return WriterSource(self.model, self.names[flavour], flavour)

    def root(self, cls: Class, flavour: str) -> str:
        """Return the beginning of the IRIs of a class's records, with the angle bracket."""
        return self.names[flavour].things + cls.identifies

    def _write(self, record: Record, flavour: str, put: Callable[..., object]) -> None:
        self._writer(record.cls, flavour)(record.values, self.root(record.cls, flavour), put)

    def text(self, cls: Class, values: Values) -> str:
        """Map complete values to N-Triples, in the order of the Model."""
        lines: list[str] = []
        self._writer(cls, "ntriples")(values, self.root(cls, "ntriples"), lines.append)
        return "".join(lines)

    def ntriples(self, record: Record) -> list[str]:
        """Map a record to lines of N-Triples, in the order of the Model."""
        return [f"{line}\n" for line in self.text(record.cls, record.values).split("\n")[:-1]]

    def turtle(self, record: Record) -> str:
        """Map a record to Turtle without head: a block each for the record and its parts, separated by blank lines."""
        blocks: list[str] = []
        self._write(record, "turtle", blocks.append)
        return "\n".join(blocks)

    def node(self, record: Record) -> dict[str, object]:
        """Map a record to a node of published JSON-LD, with its parts inside."""
        return self._writer(record.cls, "nodes")(record.values)  # type: ignore[return-value]

    def complete(self, cls: Class, values: Values) -> Values:
        """Return complete values as their context reads them: a year or a date as a value with its datatype."""
        if not self._has_moments(cls):
            return values
        values = dict(values)
        for field in cls.fields:
            value = values.get(field.key)
            if value is not None and field.kind.precisions:
                values[field.key] = [_typed(v) for v in value] if isinstance(value, list) else _typed(value)
            elif value is not None and field.kind.nested:
                target = self.model.target(field)
                each: list[Values] = value if isinstance(value, list) else [value]  # type: ignore[list-item]
                parts = [self.complete(target, part) for part in each]
                values[field.key] = parts if isinstance(value, list) else parts[0]
        return values

    def _has_moments(self, cls: Class) -> bool:
        """Tell whether a class or one of its parts has a field whose values have several datatypes."""
        if cls.name not in self._moments:
            self._moments[cls.name] = any(
                f.kind.precisions or (f.kind.nested and self._has_moments(self.model.target(f))) for f in cls.fields
            )
        return self._moments[cls.name]

    def places(self, record: Record) -> list[Located]:
        """Map a record to triples, each with the path of the value that it comes from."""
        triples: list[Located] = []
        self._write(record, "places", triples.append)
        return triples

    def turtle_head(self, body: str | None = None) -> str:
        """Return the `@base` and `@prefix` lines for this Turtle; without `body`, for that of all records and for what
        has been written in the Mapping's notation."""
        if body is None:
            for cls in self.model.classes.values():
                if not cls.concept:
                    self._writer(cls, "turtle")
            return head_of(self.model.base, self.model.prefixes, self.names["turtle"].used)
        return head(self.model.base, self.model.prefixes, body)

    def subject(self, record: Record) -> str:
        """Return the IRI of the thing that a record describes."""
        return self.model.iri(record.cls, record.id)


def _typed(value: object) -> object:
    """Return a month as it is, and a year or a date as a typed value of JSON-LD."""
    datatype = PRECISIONS.get(len(str(value)), PRECISIONS[10])
    return value if datatype == PRECISIONS[7] else {"@value": value, "@type": datatype.replace(XSD, "xsd:")}


def ntriples(dataset: Dataset, mapping: Mapping, records: list[Record]) -> bytes:
    """Return the ontology and the records as N-Triples without duplicates, sorted by code point (`LC_ALL=C sort`)."""
    lines = statements.ntriples(dataset.model.ontology.triples, mapping.names["ntriples"])
    for record in dumped(records):
        lines += mapping.ntriples(record)
    return "".join(sorted(set(lines))).encode()
