"""The traversal: everything is read, checked and written once, in chunks, whatever the size of the dataset.

Nothing of a publication shows before all of it is there; a violation stops it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from hankelod.exports import making
from hankelod.exports.dumps import NTriples
from hankelod.exports.export import Basis, Place, separated
from hankelod.exports.summary import Summary
from hankelod.messages.problem import Problem
from hankelod.pipeline import chunk as chunking
from hankelod.pipeline import description, outputs
from hankelod.pipeline.chronicle import Chronicle
from hankelod.pipeline.findings import Findings
from hankelod.pipeline.outcome import Outcome
from hankelod.pipeline.piece import Piece, Setting, Workshop, hand_over, piece
from hankelod.pipeline.workers import Crew, InProcess, in_order, processes
from hankelod.publication.building import Building
from hankelod.publication.files import Edition
from hankelod.publication.folder import replacing
from hankelod.publication.history.previous import dated
from hankelod.publication.parts import Folder, Memory, Parts
from hankelod.publication.runs import merge
from hankelod.records.dataset import Dataset
from hankelod.records.record import Record
from hankelod.validation.engines import available
from hankelod.validation.leftout import NOTHING, LeftOut
from hankelod.validation.report import Report

PARTS = ("dumps", "documents", "site")
"""Parts of a publication, as `publish --only` names them."""

LARGE = ("documents", "site")
"""Parts with files for each project: they are left out of a publication of more than `chunk.MOST`, unless asked for."""

FIRST = Edition()

Step = Callable[[int], object]
"""Takes the amount of work done since the last call."""

Taker = Callable[[Problem], object]
"""Takes each problem as it is found."""

Watch = Callable[[str, int | None], AbstractContextManager[Step]]
"""Context of work with a name (`records`, `ranges`) and a size, if that is known, for a progress bar."""


@contextmanager
def unwatched(name: str, size: int | None) -> Iterator[Step]:
    """Watch nothing."""
    yield lambda done: None


class Unsound(Exception):
    """The dataset has violations, which the report lists; nothing was published."""

    def __init__(self, report: Report) -> None:
        super().__init__("the dataset has violations")
        self.report = report


PACKERS = 2
"""Threads that pack."""


class Published(NamedTuple):
    """Outcome: the number of files, whether the history begins here, what the publisher should look at, the report on
    the records, and the parts that were left out."""

    files: int
    first: bool
    warnings: list[Problem]
    report: Report
    left_out: tuple[str, ...]


class _Walk:
    """One traversal of a dataset: its workshop, its workers, its findings."""

    def __init__(self, workshop: Workshop, findings: Findings, workers: Crew, records: int) -> None:
        self.workshop, self.findings, self.workers, self.records = workshop, findings, workers, records

    def pieces(self, watch: Watch) -> Iterator[Piece]:
        """Yield the pieces of all chunks in order, until there are too many violations."""
        workshop, findings = self.workshop, self.findings
        chunks = chunking.chunks(workshop.dataset, workshop.others, self.records)
        work = ((workshop.setting, each, findings.sound) for each in chunks)
        projects = sum(chunking.size(workshop.dataset))
        size = len(workshop.others) + projects if projects <= chunking.MOST else None
        with watch("records", size) as step:
            for done in in_order(self.workers, piece, work):
                findings.add(done)
                yield done
                step(done.size)
                if findings.full:
                    return
        findings.end()


@contextmanager
def _walk(
    dataset: Dataset, setting: Setting, crew: Crew | None, records: int, taker: Taker | None = None
) -> Iterator[_Walk]:
    """Begin a traversal: this process has its workshop before workers are forked from it."""
    others = chunking.held(dataset)
    problems = list(dataset.reader.problems)
    findings = Findings(dataset, taker)
    findings.begin(others, setting.engine)
    workshop = Workshop(setting, dataset, others)
    hand_over(workshop)
    own = processes() if setting.several and crew is None else contextlib.nullcontext(crew or InProcess())
    try:
        with own as workers:
            yield _Walk(workshop, findings, workers, records)
    finally:
        hand_over(None)
        dataset.reader.problems[:] = (
            problems  # those of the files that are read once; workers here take the list for theirs
        )


def check(
    dataset: Dataset,
    engine: str | None = None,
    *,
    details: bool = False,
    crew: Crew | None = None,
    watch: Watch = unwatched,
    records: int = chunking.RECORDS,
    taker: Taker | None = None,
) -> Report:
    """Check the whole dataset. With `details`, the report has the rules of grants; a `taker` is handed each problem.

    Raises EngineMissing, WorkerLost.
    """
    several = chunking.several(dataset)
    setting = Setting(str(dataset.root), str(dataset.working), available(engine), several, details)
    setting = setting._replace(omitted=dataset.omitted.each)
    with _walk(dataset, setting, crew, records, taker) as walk:
        for _ in walk.pieces(watch):
            pass
        return walk.findings.report()


def publish(
    dataset: Dataset,
    out: Path,
    edition: Edition = FIRST,
    *,
    only: Iterable[str] = (),
    previous: str | None = None,
    forget: Sequence[str] = (),
    engine: str | None = None,
    crew: Crew | None = None,
    parts: Parts | None = None,
    watch: Watch = unwatched,
    records: int = chunking.RECORDS,
    left: LeftOut = NOTHING,
) -> Published:
    """Read, check and write everything once, to `out`, whole or not at all.

    `only` names the parts to write; none means all. `edition` is what records do not state. `previous` is the folder or
    the address of the publication whose history goes on, by default the one in `out`; `forget` the ids of records
    whose earlier versions leave the history. `parts` is where workers put what they make, by default a folder that goes
    with the work.
    `left` is what the dataset was rid of before (`pipeline.sieve`). Raises Unsound, CannotPublish, EngineMissing,
    WorkerLost.
    """
    wanted = frozenset(only)
    large = sum(chunking.size(dataset)) > chunking.MOST
    left_out = LARGE if large and not wanted else ()
    written = [p for p in PARTS if p in wanted or (not wanted and p not in left_out)]
    several = chunking.several(dataset)
    with replacing(out) as folder, ExitStack() as stack:
        threads = stack.enter_context(ThreadPoolExecutor(PACKERS)) if several else None
        building = Building(folder, threads)
        stack.callback(building.close)
        parts = parts or (Folder(str(building.scratch)) if several or crew else Memory())
        chronicle = Chronicle(dataset, out, building, parts, previous, forget)
        setting = Setting(
            str(dataset.root),
            str(dataset.working),
            available(engine),
            several,
            exports=outputs.names([*written, making.PART] if left_out else written),
            parts=parts,
            records="site" in written,
            omitted=dataset.omitted.each,
        )
        with _walk(dataset, setting, crew, records) as walk:
            outcome = _written(walk, building, parts, chronicle, "dumps" in written, watch)
            found = walk.findings.report()._replace(left=left)
        warnings, found = chronicle.describe(outcome, found)
        description.describe(dataset, outcome, building, found, chronicle, edition, written, left_out)
        return Published(
            building.finish(making.PATTERNS if left_out else (), found.left), chronicle.first, warnings, found, left_out
        )


def _written(walk: _Walk, building: Building, parts: Parts, chronicle: Chronicle, dumps: bool, watch: Watch) -> Outcome:
    """Feed the exports with all pieces, carry the history on, and finish them. Raises Unsound, CannotPublish."""
    workshop = walk.workshop
    others = dated(workshop.others)
    basis = Basis(workshop.dataset, workshop.mapping, workshop.main, others)
    exports = outputs.of(workshop.setting.exports, basis)
    triples = next(export for export in exports if isinstance(export, NTriples))
    triples.published = dumps
    place = Place(building, parts, lambda work: in_order(walk.workers, merge, work), chronicle.days)
    for export in exports:
        export.begin(place)
    whole = Summary()
    kept: list[Record] = []
    classes = workshop.dataset.model.classes
    for done in walk.pieces(watch):
        kept += [Record(classes[r.cls], r.id, r.file, r.values, {}, frozenset()) for r in done.records]
        if done.summary is not None:
            whole.merge(done.summary)
        if done.made is not None:
            content = parts.read(done.made, 0, done.bytes)
            parts.remove(done.made)
            if walk.findings.sound:
                for export, made in zip(exports, separated(content), strict=True):
                    export.feed(made)
    if not walk.findings.sound:
        raise Unsound(walk.findings.report())
    for export in exports:
        export.complete()
    with watch("ranges", None):
        triples.sort()
    chronicle.carry_on(others, triples.path)
    for export in exports:
        export.finish(triples.counts.triples)
    return Outcome(basis, dated(kept), whole, triples.counts, triples.path)
