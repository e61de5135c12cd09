"""Chronicle: the history of a publication carried on, from the publication before to the one that is written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hankelod.messages.problem import Problem
from hankelod.pipeline.chunk import main_class
from hankelod.pipeline.outcome import Outcome
from hankelod.publication.building import Building
from hankelod.publication.history import changes, previous
from hankelod.publication.history.diff import Things
from hankelod.publication.history.lines import InFile
from hankelod.publication.history.releases import Release
from hankelod.publication.manifest import MANIFEST
from hankelod.publication.parts import Parts
from hankelod.records.dataset import Dataset
from hankelod.records.folder import DATASET
from hankelod.records.record import Record
from hankelod.validation.report import Report, extended


class Chronicle:
    """The history that one publication carries on; `first` says that it begins here, `releases` are all of it."""

    def __init__(
        self,
        dataset: Dataset,
        out: Path,
        building: Building,
        parts: Parts,
        place: str | None,
        forget: Sequence[str],
    ) -> None:
        """Read the publication before: at `place`, else in `out`, else none. Raises CannotPublish."""
        self._dataset, self._building, self._parts = dataset, building, parts
        self._things = Things(dataset.model)
        self._forget = [self._things.iri(each) for each in forget]
        self._before = None
        origin = None
        if place is not None:
            origin, name = previous.source(place, dataset.working), place
        elif (out / MANIFEST).is_file():
            origin, name = previous.Folder(out), str(out)
        if origin is not None:
            self._before = previous.read(self._things, origin, name, building.scratch)
        self.first = changes.begins(self._things, self._before)
        self.releases: tuple[Release, ...] = ()

    def write(self, outcome: Outcome, report: Report) -> tuple[list[Problem], Report]:
        """Write the history. Returns what the publisher should look at, and the report with these problems."""
        dataset, things, others = self._dataset, self._things, outcome.basis.others
        lines = InFile(outcome.triples)
        settings = next(r for r in others if r.cls.file == DATASET)
        history = changes.carry_on(things, self._before, lines, settings, self._forget, self._building, self._parts)
        warnings = changes.warnings(dataset, things, history, lambda iris: self._records(iris, outcome))
        self._building.add(changes.files(dataset, things, history, changes.named(dataset, others, lines)))
        self.releases = history.releases
        return warnings, extended(report, warnings)

    def _records(self, iris: list[str], outcome: Outcome) -> dict[str, Record]:
        """Return the records of these things."""
        start = f"{self._dataset.base}id/"
        wanted = set(iris)
        found = {iri: r for r in outcome.basis.others if (iri := f"{start}{r.cls.identifies}{r.id}") in wanted}
        main = main_class(self._dataset)
        if main is not None:
            prefix = f"{start}{main.identifies}"
            ids = {iri.removeprefix(prefix) for iri in wanted if iri.startswith(prefix)}
            if ids:
                found |= {f"{prefix}{r.id}": r for r in self._dataset.some(main, ids)}
        return found
