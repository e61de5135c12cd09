"""A Record becomes triples, by its Class: the only place where data RDF is born.

For each Class and each syntax one writer function is generated (`hankelod.mapping.writers`) and compiled, so that a record is
mapped without a graph in between: as N-Triples, as Turtle, and as `places`, which tells where in the record each triple
comes from. The reference for all three is JSON-LD: a complete record with the derived context (`hankelod.model.context`)
gives the same triples through any JSON-LD processor.
"""

from __future__ import annotations

from collections.abc import Callable

from hankelod.mapping.writers import FLAVOURS, Source
from hankelod.model.model import Class, Model
from hankelod.rdf import statements
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
        self._writers: dict[str, dict[str, Callable[..., object]]] = {}

    def _writer(self, cls: Class, flavour: str) -> Callable[..., object]:
        """The writer of a class, compiled with those of its parts when it is first wanted."""
        scope = self._writers.setdefault(flavour, {"escape": escape, "escape_record": escape_record})
        if cls.name not in scope:
            wanted: dict[str, Class] = {}
            waiting = [cls]
            while waiting:
                each = waiting.pop()
                if each.name not in wanted and each.name not in scope:
                    wanted[each.name] = each
                    waiting += [self.model.target(f) for f in each.fields if f.kind == "part"]
            source = Source(self.model, self.names[flavour], flavour)
            code = "\n".join(source.function(c) for c in wanted.values())
            exec(compile(code, f"<{flavour} writers>", "exec"), scope)  # noqa: S102 - generated from the Model alone
        return scope[cls.name]

    def root(self, cls: Class, flavour: str) -> str:
        """What the IRI of a record of this class begins with, angle bracket included."""
        return self.names[flavour].things + cls.identifies

    def _write(self, record: Record, flavour: str, put: Callable[..., object]) -> None:
        self._writer(record.cls, flavour)(record.values, self.root(record.cls, flavour), put)

    def text(self, cls: Class, values: Values) -> str:
        """The triples of a complete record in N-Triples, in the order of the Model."""
        lines: list[str] = []
        self._writer(cls, "ntriples")(values, self.root(cls, "ntriples"), lines.append)
        return "".join(lines)

    def ntriples(self, record: Record) -> list[str]:
        """The record's triples as lines of N-Triples, in the order of the Model."""
        return [f"{line}\n" for line in self.text(record.cls, record.values).split("\n")[:-1]]

    def turtle(self, record: Record) -> str:
        """The record and its parts in Turtle, a block for each, separated by blank lines; needs `turtle_head`."""
        blocks: list[str] = []
        self._write(record, "turtle", blocks.append)
        return "\n".join(blocks)

    def places(self, record: Record) -> list[Located]:
        """Every triple of the record with the path of the value that it comes from."""
        found: list[Located] = []
        self._write(record, "places", found.append)
        return found

    def turtle_head(self, body: str | None = None) -> str:
        """The `@base` and `@prefix` lines for this Turtle, or those that any Turtle from here needs."""
        if body is None:
            for cls in self.model.classes.values():
                if not cls.concept:
                    self._writer(cls, "turtle")
            terms = {t for by in self.model.ontology.triples.items() for t in (by[0], *by[1], *_iris(by[1]))}
            used = {self.names["turtle"].iri(t).partition(":")[0] for t in terms} | self.names["turtle"].used
            return head_of(self.model.base, self.model.prefixes, used)
        return head(self.model.base, self.model.prefixes, body)

    def subject(self, record: Record) -> str:
        """The IRI of a record's thing."""
        return f"{self.model.base}id/{record.cls.identifies}{record.id}"


def _iris(by: dict[str, list[object]]) -> list[str]:
    """The IRIs among the objects of one subject, and the datatypes of its literals."""
    objects = [o for members in by.values() for o in members]
    return [o if isinstance(o, str) else o.datatype.value for o in objects]  # type: ignore[attr-defined]


def ntriples(dataset: Dataset, mapping: Mapping, records: list[Record]) -> bytes:
    """All triples in the order of `LC_ALL=C sort`: code points, which UTF-8 keeps."""
    lines = statements.ntriples(dataset.model.ontology.triples, mapping.names["ntriples"])
    for record in dumped(records):
        lines += mapping.ntriples(record)
    return "".join(sorted(set(lines))).encode()
