"""Chronicle: the history of a publication carried on, from the publication before to the one that is written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hankelod.messages.problem import Problem
from hankelod.pipeline.outcome import Outcome
from hankelod.publication.building import Building
from hankelod.publication.history import changes, previous
from hankelod.publication.history.days import Days
from hankelod.publication.history.diff import Things
from hankelod.publication.history.lines import InFile
from hankelod.publication.history.releases import Release
from hankelod.publication.manifest import MANIFEST
from hankelod.publication.parts import Parts
from hankelod.records.dataset import Dataset
from hankelod.records.record import Record
from hankelod.validation.report import Report, extended


class Chronicle:
    """The history that one publication carries on; `first` says that it begins here, `releases` are all of it, and
    `days` the days of change that follow from it."""

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
        self.days = Days(building.scratch / "days")

    def carry_on(self, others: list[Record], triples: Path) -> None:
        """Carry the history on to these triples, which are sorted, and write its pages and releases; from here on
        `releases` and `days` can be used. `others` are the records that are held in memory."""
        lines, settings = InFile(triples), _settings(others)
        history = changes.carry_on(
            self._things, self._before, lines, settings, self._forget, self._building, self._parts
        )
        self.releases = history.releases
        self.days.write(self.releases, self._parts)

    def describe(self, outcome: Outcome, report: Report) -> tuple[list[Problem], Report]:
        """Write what describes the history. Returns what the publisher should look at, and the report with these
        problems."""
        dataset, things, others = self._dataset, self._things, outcome.basis.others
        history, lines = changes.History(self.releases), InFile(outcome.triples)
        warnings = changes.warnings(
            dataset, things, history, _settings(others), lambda iris: self._records(iris, outcome)
        )
        self._building.add(changes.files(dataset, things, history, changes.named(dataset, others, lines)))
        return warnings, extended(report, warnings)

    def _records(self, iris: list[str], outcome: Outcome) -> dict[str, Record]:
        """Return the records of these things."""
        model = self._dataset.model
        wanted = set(iris)
        found = {iri: r for r in outcome.basis.others if (iri := model.iri(r.cls, r.id)) in wanted}
        prefix = model.iri(model.main, "")
        ids = {iri.removeprefix(prefix) for iri in wanted if iri.startswith(prefix)}
        if ids:
            found |= {f"{prefix}{r.id}": r for r in self._dataset.some(model.main, ids)}
        return found


def _settings(others: list[Record]) -> Record:
    """Return the record of the dataset."""
    return next(r for r in others if r.cls.of_dataset)
