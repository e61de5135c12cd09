"""A dataset whose projects do not fit in memory: cut into chunks, checked by workers, its report put together.

The report is the one that the dataset would have in memory, but for what it does not keep: of each severity so many
problems are told, and the others counted.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from hankelod.messages.problem import MAX_PROBLEMS, SEVERITIES, Place, Problem, problem
from hankelod.model import lint
from hankelod.pipeline.checking import reused
from hankelod.pipeline.pieces import Chunk, Piece, Setting, checked, digest, piece, project
from hankelod.pipeline.workers import Crew, in_order
from hankelod.publication.parts import Parts
from hankelod.publication.sorting import RANGE, splitters
from hankelod.records import inputs
from hankelod.records.dataset import Dataset
from hankelod.records.jsonlines import lines
from hankelod.records.tree import Unreadable
from hankelod.validation.report import Report, report

THRESHOLD = 20_000
"""Projects in one JSON Lines file up to which a dataset is held in memory."""

RECORDS = 1000
"""Most projects in a chunk."""

BYTES = 4 * 2**20
"""Most bytes of input in a chunk; whichever limit is met first."""

FILES = 200
"""Files with one record each in a chunk."""

OTHERS = 500
"""Records that projects refer to that are checked together."""

KEPT = 10_000
"""Most problems of each severity in a report; more are counted, violations up to MAX_PROBLEMS, where work ends."""

SAMPLE = 4000

EXPANSION = 4
"""N-Triples are about so many times as large as the lines that they come from."""

Step = Callable[[int], object]
"""Takes the amount of work done since the last call."""

Watch = Callable[[str, int], AbstractContextManager[Step]]
"""Context of work with a name (`records`, `ranges`) and a size, for a progress bar."""


@contextmanager
def unwatched(name: str, size: int) -> Iterator[Step]:
    """Nobody watches."""
    yield lambda done: None


class Survey(NamedTuple):
    """A JSON Lines file: how many lines and bytes it has, and the ids in some of the lines."""

    lines: int
    bytes: int
    ids: list[str]


def bulk_file(dataset: Dataset) -> Path | None:
    """The file of JSON Lines that projects stand in, None where there is none."""
    cls = project(dataset)
    return dataset.bulk_file(cls) if cls else None


def is_large(dataset: Dataset, threshold: int = THRESHOLD) -> bool:
    """Whether there are more projects in the JSON Lines file than are held in memory."""
    path = bulk_file(dataset)
    return path is not None and sum(1 for n, _ in zip(range(threshold + 1), lines(path, ""), strict=False)) > threshold


def survey(path: Path) -> Survey:
    """Look through a file."""
    from hankelod.records.decoding import identifier

    size = number = 0
    step, ids = 1, []
    for _, raw in lines(path, ""):
        if isinstance(raw, bytes):
            size += len(raw)
            if number % step == 0:
                found = identifier(raw)
                ids += [found] if found is not None else []
                if len(ids) > SAMPLE:
                    ids, step = ids[::2], step * 2
        number += 1
    return Survey(number, size, ids)


class Stream:
    """The chunks of one dataset, and the report on them as they are worked on.

    `others` are the records that are held in memory. `clean` says whether no violation has been met so far.
    """

    def __init__(
        self,
        dataset: Dataset,
        engine: str | None,
        crew: Crew,
        parts: Parts | None,
        watch: Watch = unwatched,
        records: int = RECORDS,
    ) -> None:
        """`records` are those in one chunk; the result does not depend on it."""
        self.dataset, self.crew, self.parts, self.watch, self.size = dataset, crew, parts, watch, records
        cls, path = project(dataset), bulk_file(dataset)
        assert cls is not None and path is not None
        self.cls, self.path = cls, path
        self.survey = survey(path)
        self.others = [r for c in dataset.model.entries() if c is not cls for r in dataset.read(c)]
        ranges = max(1, self.survey.bytes * EXPANSION // RANGE) if parts is not None else 1
        start = f"<{dataset.base}id/{cls.identifies}"
        self.cuts = splitters([f"{start}{i}".encode() for i in self.survey.ids], ranges)
        self.setting = Setting(str(dataset.root), str(dataset.working), engine, parts, self.cuts)
        self.records = len(self.others)
        self._kept: dict[str, list[Problem]] = {severity: [] for severity in SEVERITIES}
        self._more = dict.fromkeys(SEVERITIES, 0)
        self._ids = bytearray()
        self.clean = True

    ### Problems

    def _note(self, problems: Iterable[Problem]) -> None:
        for each in problems:
            self.clean = self.clean and each.severity != "violation"
            if len(self._kept[each.severity]) < KEPT:
                self._kept[each.severity].append(each)
            else:
                self._more[each.severity] += 1

    def _violations(self) -> int:
        return len(self._kept["violation"]) + self._more["violation"]

    def report(self) -> Report:
        """What was found; complete when all pieces have been taken."""
        problems = [p for kept in self._kept.values() for p in kept]
        return report(problems, (), self.dataset.base)._replace(records=self.records, more=dict(self._more))

    ### Work

    def _chunks(self) -> Iterator[Chunk]:
        number, size = 0, 0
        held: list[tuple[int, bytes]] = []
        unread: list[Problem] = []
        for line, raw in lines(self.path, self.dataset.name(self.path)):
            if isinstance(raw, Unreadable):
                unread.append(raw.problem)
            else:
                held.append((line, raw))
                size += len(raw)
            if len(held) == self.size or size > BYTES or len(unread) == self.size:
                yield Chunk(number, held, unread, write=self.clean)
                number, size, held, unread = number + 1, 0, [], []
        if held or unread:
            yield Chunk(number, held, unread, write=self.clean)
        files = [str(file) for file in self.dataset.files(self.cls)]
        for start in range(0, len(files), FILES):
            number += 1
            yield Chunk(number, (), (), files[start : start + FILES], self.clean)

    def check_others(self) -> None:
        """Check what is held in memory, and the dataset as such."""
        dataset = self.dataset
        self._note(inputs.unknown_files(dataset))
        if dataset.own_model:
            self._note(lint.remarks(dataset.model, dataset.model_files(), dataset.base))
        self._note(found for found, _ in reused(self.others))
        starts = ((self.setting, n, n + OTHERS) for n in range(0, len(self.others), OTHERS))
        for found in in_order(self.crew, checked, starts):
            self._note(found)
        self._note(dataset.reader.problems)

    def pieces(self) -> Iterator[Piece]:
        """Work on all chunks, unless there are too many violations; pieces are in order, written as long as `clean`."""
        with self.watch("records", self.survey.lines) as step:
            for done in in_order(self.crew, piece, ((self.setting, chunk) for chunk in self._chunks())):
                self._note(done.problems)
                self.records += done.records
                self._ids += done.ids
                yield done
                step(done.records)
                if self._violations() > MAX_PROBLEMS:
                    place = Place(self.dataset.name(self.path), max(p.line for p in done.problems), 1)
                    self._kept["violation"].append(problem("too-many-problems", place, expected=str(MAX_PROBLEMS)))
                    return
        self._note(self._twice())

    def check(self) -> Report:
        """Work on everything, and write nothing."""
        self.check_others()
        for _ in self.pieces():
            pass
        return self.report()

    ### Ids that stand twice

    def _twice(self) -> Iterator[Problem]:
        """Records under an id that an earlier one has."""
        found = array("Q", bytes(self._ids))
        self._ids.clear()
        ordered = sorted(found)
        double = {a for a, b in pairwise(ordered) if a == b}
        del ordered, found
        if not double:
            return
        from hankelod.records.decoding import identifier

        first: dict[str, Place] = {}
        name = self.dataset.name(self.path)
        for number, raw in lines(self.path, name):
            each = identifier(raw) if isinstance(raw, bytes) else None
            if each is not None and array("Q", digest(each))[0] in double:
                yield from self._seen(each, Place(name, number, 1), first)
        for file in self.dataset.files(self.cls):
            if array("Q", digest(file.stem))[0] in double:
                yield from self._seen(file.stem, Place(self.dataset.name(file), 1, 1), first)

    def _seen(self, identifier: str, place: Place, first: dict[str, Place]) -> Iterator[Problem]:
        before = first.setdefault(identifier, place)
        if before is not place:
            yield problem(
                "duplicate-id",
                place,
                identifier,
                "id",
                identifier,
                related=(before,),
                line=f"{before.file}:{before.line}",
            )
            self.records -= 1
