"""Pre-check: finds the few records of a chunk that may violate a shape.

Nearly all records conform, so that a first pass over the chunk is enough for most: each SPARQL rule is evaluated once
for all records (`hankelod.validation.proofs`), and the engine checks the shapes without these rules. Only the records
that remain go to `hankelod.validation.checker.Checker`, which applies every rule and reports the problems.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from hankelod.mapping.mapping import Mapping
from hankelod.messages.problem import Problem
from hankelod.rdf.counts import objects_of
from hankelod.records.dataset import Dataset
from hankelod.records.record import Record
from hankelod.validation.checker import Checker, Known, referenced, root_of_focus
from hankelod.validation.engines import of_shapes


class Told(NamedTuple):
    """The triples of some records in N-Triples: as text, as lines without line ends, and the set of their objects."""

    text: str
    lines: list[bytes]
    objects: set[bytes]


def told(mapping: Mapping, records: Iterable[Record]) -> Told:
    """The triples of these records."""
    text = "".join([mapping.text(record.cls, record.values) for record in records])
    lines = text.encode().split(b"\n")[:-1]
    return Told(text, lines, objects_of(lines))


class Screen:
    """Checks the records of one dataset in chunks; `others` are the records that they may refer to."""

    def __init__(self, dataset: Dataset, others: Iterable[Record], engine: str | None) -> None:
        """Raises EngineMissing."""
        self.dataset = dataset
        self.checker = Checker(dataset, engine)
        self.mapping: Mapping = self.checker.mapping
        self._known: Known = {(r.cls.iri, r.id): r for r in others}
        self._others = {
            f"<{self.mapping.subject(r)}>".encode(): self.mapping.text(r.cls, r.values) for r in self._known.values()
        }
        self._background = "".join(self.checker.background)
        self._proofs = None
        if self.checker.engine_name == "shacl":
            from hankelod.validation.proofs import Proofs

            self._proofs = Proofs(dataset.model)
            self._without_rules = of_shapes(dataset.model, self._proofs.shapes)

    def problems(self, records: list[Record], triples: Told) -> list[Problem]:
        """The problems of these records; `triples` are their triples."""
        if self._proofs is None:
            return self.checker.problems(records, referenced(self.dataset, records, self._known))
        suspects = self._suspects(records, triples)
        if not suspects:
            return []
        return self.checker.problems(suspects, referenced(self.dataset, suspects, self._known))

    def _suspects(self, records: list[Record], triples: Told) -> list[Record]:
        """The records that may violate a shape: none is missed, some may conform."""
        assert self._proofs is not None
        roots = {self.mapping.subject(r): r for r in records}
        referenced_iris = (triples.objects & self._others.keys()) - {f"<{root}>".encode() for root in roots}
        others = "".join([self._others[iri] for iri in sorted(referenced_iris)])
        focuses = self._proofs.suspects([*triples.lines, *others.encode().split(b"\n")[:-1]])
        focuses |= {r.focus.strip("<>") for r in self._without_rules("".join((self._background, triples.text, others)))}
        suspects = {root_of_focus(focus, roots) for focus in focuses}
        return [record for root, record in roots.items() if root in suspects]
