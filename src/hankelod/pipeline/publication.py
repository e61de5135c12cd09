"""Publication of a dataset in memory: the order of its steps. Readers see the old one or the new one."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from hankelod.exports import areas, csvw, documents, dumps, hosting, points, tables
from hankelod.exports.dcat import Catalogue, catalogue
from hankelod.exports.prov import provenance
from hankelod.exports.summaries import Cards
from hankelod.exports.void import void
from hankelod.exports.workbook import workbook
from hankelod.mapping import mapping
from hankelod.mapping.mapping import Mapping
from hankelod.messages import words
from hankelod.messages.problem import Problem
from hankelod.messages.refusal import CannotPublish
from hankelod.publication import exchange, files
from hankelod.publication.building import Building
from hankelod.publication.files import Edition
from hankelod.publication.folder import locked
from hankelod.publication.history import changes
from hankelod.publication.history import previous as history
from hankelod.publication.history.diff import InMemory, Things
from hankelod.publication.history.previous import Previous, dated
from hankelod.publication.history.releases import previous_version
from hankelod.publication.manifest import MANIFEST
from hankelod.publication.parts import Folder
from hankelod.rdf.counts import counts
from hankelod.records.dataset import Dataset
from hankelod.records.folder import DATASET
from hankelod.records.record import Record
from hankelod.validation.report import Report, as_turtle, extended, triples

FIRST = Edition()

PARTS = ".parts"
"""Where parts are while they are needed, in the folder that is being built."""


class Published(NamedTuple):
    """What was done: the number of files, whether the history begins here, and what the publisher should look at."""

    files: int
    first: bool
    warnings: list[Problem]


def publish(
    dataset: Dataset,
    records: list[Record],
    report: Report,
    out: Path,
    only: frozenset[str],
    edition: Edition = FIRST,
    previous: str | None = None,
    forget: Sequence[str] = (),
) -> Published:
    """Write the publication of checked records to `out`, whole or not at all.

    `only` names the parts to write (`dumps`, `documents`, `site`); empty means all. `edition` is what the records
    do not state.
    `previous` is the folder or the address of the publication whose history goes on, by default the one in `out`;
    `forget` the ids of records whose earlier versions leave the history. The caller has seen that `report` conforms.
    Raises CannotPublish.
    """
    assert report.conforms(), "a violation must stop a publication before this"
    with locked(out), exchange.replacing(out) as folder:
        things = Things(dataset.model)
        parts = folder / PARTS
        parts.mkdir()
        before = _before(things, dataset, out, previous, parts)
        steps = _Steps(dataset, things, dated(records), before, [things.iri(i) for i in forget], Building(folder))
        done = steps.write(report, only, edition)
        shutil.rmtree(parts)
        return done


def _before(things: Things, dataset: Dataset, out: Path, previous: str | None, spool: Path) -> Previous | None:
    """The publication whose history goes on, None where there is none."""
    if previous is not None:
        return history.read(things, history.source(previous, dataset.working), previous, spool)
    return history.read(things, history.Folder(out), str(out), spool) if (out / MANIFEST).is_file() else None


class _Steps:
    """The steps of one publication, and what they share."""

    def __init__(
        self,
        dataset: Dataset,
        things: Things,
        records: list[Record],
        before: Previous | None,
        forget: list[str],
        building: Building,
    ) -> None:
        self.dataset, self.things, self.records, self.building = dataset, things, records, building
        self.mapping = Mapping(dataset.model)
        self.lines = mapping.ntriples(dataset, self.mapping, records)
        self.first = changes.begins(things, before)
        self.history = changes.carry_on(
            things,
            before,
            InMemory(self.lines.split(b"\n")[:-1]),
            next(r for r in records if r.cls.file == DATASET),
            forget,
            building,
            Folder(str(building.folder / PARTS)),
        )

    def write(self, report: Report, only: frozenset[str], edition: Edition) -> Published:
        by_iri = {self.mapping.subject(r): r for r in self.records}
        warnings = changes.warnings(
            self.dataset, self.things, self.history, lambda moved: {t: by_iri[t] for t in moved if t in by_iri}
        )
        before = previous_version(self.history.releases)
        edition = edition._replace(previous=before.version if before else edition.previous)
        names = changes.named(self.dataset, self.records, None)
        steps = (
            self._data(only),
            self._report(extended(report, warnings)),
            changes.files(self.dataset, self.things, self.history, names),
            self._described(edition),
            self._site(report, only),
            hosting.files(self.dataset, self.records, self.building.entries),
        )
        self.building.add(itertools.chain(*steps))
        return Published(self.building.finish(), self.first, warnings)

    def _data(self, only: frozenset[str]) -> files.Files:
        cards = Cards(self.dataset, self.records)
        if not only or "dumps" in only:
            yield from dumps.dumps(self.dataset, self.mapping, self.records, self.lines)
            yield from tables.tables(cards)
            yield from workbook(cards)
            yield from csvw.descriptions(cards)
            yield from points.points(cards)
        if not only or "documents" in only:
            yield from documents.documents(self.dataset, self.mapping, self.records)
            yield from areas.documents(cards)
        yield from dumps.descriptions(self.dataset, self.mapping)

    def _report(self, report: Report) -> files.Files:
        yield files.File("report.ttl", as_turtle(report).encode(), triples(report))

    def _described(self, edition: Edition) -> files.Files:
        """What describes the files that are written: catalogue, provenance, VoID."""
        about = Catalogue(self.dataset, self.mapping, self.records, edition)
        entries = dict(self.building.entries)
        yield from catalogue(about, entries)
        yield from provenance(about)
        yield from void(about, counts(self.lines.split(b"\n")[:-1]), entries)

    def _site(self, report: Report, only: frozenset[str]) -> files.Files:
        """The site, which tells of the other files. Raises CannotPublish."""
        from hankelod import site
        from hankelod.site.map import boundaries

        if only and "site" not in only:
            return
        try:
            yield from site.files(
                self.dataset, self.records, report, dict(self.building.entries), self.history.releases
            )
        except boundaries.NotBoundaries as error:
            raise CannotPublish(words.message("refusal-boundaries", why=error)) from error
