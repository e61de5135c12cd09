"""Which of many records the shapes have anything to say of; those are then checked as any record is.

Nearly all records are sound, so the first look only has to tell which may not be: rules in SPARQL are asked of all at
once (`hankelod.proofs`), and the engine checks all else without them. What is said of a record, and at which place, is
`validation.Checker`'s, which sees every rule.
"""

from __future__ import annotations

from collections.abc import Iterable

from hankelod.dataset import Dataset
from hankelod.mapping import Mapping
from hankelod.problems import Problem
from hankelod.records import Record
from hankelod.validation import Checker, Known, of_shapes, referenced, root_of_focus


class Screen:
    """Checks records of one dataset in chunks; `others` are the records that they may refer to."""

    def __init__(self, dataset: Dataset, others: Iterable[Record], engine: str | None) -> None:
        """Raises EngineMissing."""
        self.dataset = dataset
        self.checker = Checker(dataset, engine)
        self.mapping: Mapping = self.checker.mapping
        self._known: Known = {(r.cls.iri, r.id): r for r in others}
        self._lines = {f"<{self.mapping.subject(r)}>": self.mapping.ntriples(r) for r in self._known.values()}
        self._proofs = None
        if self.checker.engine_name == "shacl":
            from hankelod.proofs import Proofs

            self._proofs = Proofs(dataset.model)
            self._without_rules = of_shapes(dataset.model, self._proofs.shapes)

    def problems(self, records: list[Record], lines: list[list[str]]) -> list[Problem]:
        """What the shapes say of these records; `lines` are the triples of each, in N-Triples."""
        if self._proofs is None:
            return self.checker.problems(records, referenced(self.dataset, records, self._known))
        suspects = self._suspects(records, lines)
        if not suspects:
            return []
        return self.checker.problems(suspects, referenced(self.dataset, suspects, self._known))

    def _suspects(self, records: list[Record], lines: list[list[str]]) -> list[Record]:
        assert self._proofs is not None
        told = [line for each in lines for line in each]
        roots = {self.mapping.subject(r): r for r in records}
        pointed = {line.split(" ", 2)[2][:-3] for line in told} & self._lines.keys() - {f"<{root}>" for root in roots}
        told += [line for iri in sorted(pointed) for line in self._lines[iri]]
        focuses = self._proofs.suspects(told)
        focuses |= {r.focus.strip("<>") for r in self._without_rules("".join((*self.checker.background, *told)))}
        found = {root_of_focus(focus, roots) for focus in focuses}
        return [record for root, record in roots.items() if root in found]
