"""Pre-check: finds the few records of a chunk that may violate a shape.

Nearly all records conform, so that a first pass over the chunk is enough for most: each SPARQL rule is evaluated once
for all records (`hankelod.validation.proofs`), and the engine checks the shapes without these rules. Only the records
that remain go to `hankelod.validation.checker.Checker`, which applies every rule and reports the problems.
"""

from __future__ import annotations

from hankelod.mapping.batch import Batch
from hankelod.messages.problem import Problem
from hankelod.records.dataset import Dataset
from hankelod.validation.checker import CHUNK, Checker, root_of_focus
from hankelod.validation.engines import of_shapes
from hankelod.validation.proofs import Proofs


class PreCheck:
    """Checks the records of one dataset in chunks; `others` are the records that they may refer to."""

    def __init__(self, dataset: Dataset, others: Batch, engine: str | None, several: bool) -> None:
        """`several` means that many chunks will come, for which it is worth while to prove the rules. Raises
        EngineMissing."""
        self.dataset = dataset
        self.checker = Checker(dataset, engine, others.mapping)
        mapping, model = others.mapping, dataset.model
        self._others = {
            f"<{mapping.subject(r)}>".encode(): text for r, text in zip(others.records, others.texts, strict=True)
        }
        self._iris = {(r.cls.iri, r.id): f"<{mapping.subject(r)}>".encode() for r in others.records}
        self._background = "".join(self.checker.background)
        self._proofs: Proofs | None = None
        if several and self.checker.engine_name == "shacl" and not dataset.own_model:
            self._proofs = Proofs(model)
            self._without_rules = of_shapes(model, self._proofs.shapes)
            self._for_rules = {iri: self._read_by_rules(text.encode()) for iri, text in self._others.items()}

    def problems(self, batch: Batch) -> list[Problem]:
        """The problems of the records of a chunk."""
        if self._proofs is not None:
            batch = self._suspects(self._proofs, batch)
        if len(batch.records) <= CHUNK:
            return self._judged(batch)
        problems: list[Problem] = []
        for start in range(0, len(batch.records), CHUNK):
            problems += self._judged(batch.part(start, start + CHUNK, batch.number))
        return problems

    def _judged(self, batch: Batch) -> list[Problem]:
        return self.checker.judged(batch, self._referenced(batch)) if batch.records else []

    def _referenced(self, batch: Batch) -> list[str]:
        """The triples of the records that these refer to, in the order of their IRIs."""
        return [self._others[iri] for iri in self._iris_referenced(batch)]

    def _iris_referenced(self, batch: Batch) -> list[bytes]:
        """The IRIs of the records that these refer to, sorted."""
        roots = {self._iris.get((r.cls.iri, r.id)) for r in batch.records}
        return sorted(batch.objects & self._others.keys() - roots)

    def _read_by_rules(self, text: bytes) -> bytes:
        """The lines of a record that rules read."""
        assert self._proofs is not None
        wanted = self._proofs.predicates
        return b"\n".join([line for line in text.split(b"\n")[:-1] if line.split(b" ", 2)[1] in wanted])

    def _suspects(self, proofs: Proofs, batch: Batch) -> Batch:
        """The records that may violate a shape: none is missed, some may conform."""
        iris, wanted = self._iris_referenced(batch), proofs.predicates
        others = "".join([self._others[iri] for iri in iris])
        read = [line for line, of in zip(batch.lines, batch.columns.predicates, strict=True) if of in wanted]
        focuses = proofs.suspects([*read, *(self._for_rules[iri] for iri in iris)])
        focuses |= {r.focus.strip("<>") for r in self._without_rules("".join((self._background, batch.text, others)))}
        if not focuses:
            return Batch(batch.mapping, (), batch.number)
        roots = {batch.mapping.subject(r): r for r in batch.records}
        suspects = {root_of_focus(focus, roots) for focus in focuses}
        return Batch(batch.mapping, [r for root, r in roots.items() if root in suspects], batch.number)
