"""Which of many records the shapes have anything to say of; those are then checked as any record is.

Nearly all records are sound, so the first look only has to tell which may not be: rules in SPARQL are asked of all at
once (`hankelod.validation.proofs`), and the engine checks all else without them. What is said of a record, and at which place, is
`validation.Checker`'s, which sees every rule.
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
    """The triples of some records in N-Triples: whole, line by line without line ends, and their different objects."""

    text: str
    lines: list[bytes]
    objects: set[bytes]


def told(mapping: Mapping, records: Iterable[Record]) -> Told:
    """The triples of these records."""
    text = "".join([mapping.text(record.cls, record.values) for record in records])
    lines = text.encode().split(b"\n")[:-1]
    return Told(text, lines, objects_of(lines))


class Screen:
    """Checks records of one dataset in chunks; `others` are the records that they may refer to."""

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

    def problems(self, records: list[Record], told: Told) -> list[Problem]:
        """What the shapes say of these records; `told` are their triples."""
        if self._proofs is None:
            return self.checker.problems(records, referenced(self.dataset, records, self._known))
        suspects = self._suspects(records, told)
        if not suspects:
            return []
        return self.checker.problems(suspects, referenced(self.dataset, suspects, self._known))

    def _suspects(self, records: list[Record], told: Told) -> list[Record]:
        assert self._proofs is not None
        roots = {self.mapping.subject(r): r for r in records}
        pointed = (told.objects & self._others.keys()) - {f"<{root}>".encode() for root in roots}
        others = "".join([self._others[iri] for iri in sorted(pointed)])
        focuses = self._proofs.suspects([*told.lines, *others.encode().split(b"\n")[:-1]])
        focuses |= {r.focus.strip("<>") for r in self._without_rules("".join((self._background, told.text, others)))}
        found = {root_of_focus(focus, roots) for focus in focuses}
        return [record for root, record in roots.items() if root in found]
