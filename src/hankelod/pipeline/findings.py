"""Findings: the problems of a dataset as its chunks are worked on, kept up to a number, and the report on them."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from hankelod.messages.languages import of_pages
from hankelod.messages.problem import MAX_PROBLEMS, SEVERITIES, Place, Problem, problem
from hankelod.messages.words import error_message
from hankelod.model import lint
from hankelod.pipeline.piece import Piece, digest
from hankelod.records import inputs
from hankelod.records.areas import Areas
from hankelod.records.dataset import Dataset
from hankelod.records.record import Record
from hankelod.records.tree import Unreadable
from hankelod.validation import concepts, kinds
from hankelod.validation.details import Details
from hankelod.validation.report import Report, report
from hankelod.validation.withdrawn import reused

SHOWN = 20
"""Most codes of areas without a boundary that a message lists."""

KEPT = 30_000
"""Most problems of each severity in a report, besides some of each kind; more are counted."""


class Findings:
    """Problems found so far. `sound` is False from the first violation on, `full` True with too many of them."""

    def __init__(self, dataset: Dataset, taker: Callable[[Problem], object] | None = None) -> None:
        """With a `taker`, which is handed each problem, work does not end for their number."""
        self.dataset = dataset
        self._taker = taker
        self.sound = True
        self.full = False
        self.records = 0
        self.details = Details()
        self._kept: dict[str, list[Problem]] = {severity: [] for severity in SEVERITIES}
        self._more = dict.fromkeys(SEVERITIES, 0)
        self._kinds: Counter[tuple[str, str]] = Counter()
        self._beyond: Counter[tuple[str, str]] = Counter()
        self._ids = bytearray()

    def note(self, problems: Iterable[Problem]) -> None:
        """Take problems."""
        for each in problems:
            if self._taker is not None:
                self._taker(each)
            self.sound = self.sound and each.severity != "violation"
            kind = each.severity, each.code
            self._kinds[kind] += 1
            if len(self._kept[each.severity]) < KEPT or self._kinds[kind] <= kinds.SHOWN:
                self._kept[each.severity].append(each)
            else:
                self._more[each.severity] += 1
                self._beyond[kind] += 1

    def begin(self, others: list[Record], engine: str | None = None) -> None:
        """Take what is wrong with the dataset as such, and with reading the records that are held in memory.

        `engine` is the name of the one that judges the dataset's own concepts.
        """
        dataset = self.dataset
        self.note(inputs.unknown_files(dataset))
        if dataset.own_model:
            self.note(lint.remarks(dataset.model, dataset.own_model_files(), dataset.base, dataset.languages))
            self.note(concepts.problems(dataset, engine))
        self.note(found for found, _ in reused(others))
        self.note(dataset.reader.problems)
        self.note(_of_presentation(dataset, others))
        self.note(_of_boundaries(dataset, others))

    def add(self, piece: Piece) -> None:
        """Take the problems of a piece."""
        self.note(piece.problems)
        self.records += piece.size
        self._ids += piece.ids
        if piece.details is not None:
            self.details.merge(piece.details)
        violations = len(self._kept["violation"]) + self._more["violation"]
        if violations > MAX_PROBLEMS and not self.full and self._taker is None:
            self.full = True
            last = max(piece.problems, key=lambda p: p.line)
            place = Place(last.file, last.line, 1)
            self._kept["violation"].append(problem("too-many-problems", place, expected=str(MAX_PROBLEMS)))

    def end(self) -> None:
        """Take what only all records show: ids that are used twice."""
        self.note(self._duplicates())

    def report(self) -> Report:
        """Return the report; it is complete when all pieces have been taken."""
        problems = [p for kept in self._kept.values() for p in kept]
        self.details.unique()
        return report(problems, self.records, self.dataset.base, self.details, dict(self._more), dict(self._beyond))

    ### Ids that are used twice

    def _duplicates(self) -> Iterator[Problem]:
        """Yield a problem for each project under an id that an earlier one has."""
        ordered = sorted(array("Q", bytes(self._ids)))
        self._ids.clear()
        double = {a for a, b in pairwise(ordered) if a == b}
        self.records -= sum(a == b for a, b in pairwise(ordered))  # as in a chunk, which leaves out the later one
        del ordered
        if not double:
            return
        from hankelod.records.decoding import identifier

        main = self.dataset.model.main
        first: dict[str, Place] = {}
        path = self.dataset.bulk_file(main)
        for number, raw in self.dataset.bulk_lines(main) if path else ():
            each = None if isinstance(raw, Unreadable) else identifier(raw)
            if each is not None and path is not None and array("Q", digest(each))[0] in double:
                yield from self._again(each, Place(self.dataset.name(path), number, 1), first)
        for file in self.dataset.files(main):
            if array("Q", digest(file.stem))[0] in double:
                yield from self._again(file.stem, Place(self.dataset.name(file), 1, 1), first)

    def _again(self, identifier: str, place: Place, first: dict[str, Place]) -> Iterator[Problem]:
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


def _of_presentation(dataset: Dataset, others: list[Record]) -> Iterator[Problem]:
    """Yield what is wrong with the brand and the own texts of a dataset."""
    settings = next((r for r in others if r.cls.of_dataset), None)
    if settings is None or not (dataset.setting("brand") or (dataset.root / "texts").is_dir()):
        return
    from hankelod.site import brand, own

    for code in of_pages(dataset.languages):
        try:
            own.read(dataset.root, code)
        except own.NotTexts as error:
            place = Place(dataset.name(dataset.root / error.path), error.line, 1)
            yield problem("unusable-texts", place, detail=error_message(error))
    try:
        brand.brand(dataset.setting("brand"), dataset.data)
    except brand.NotBrand as error:
        place = settings.place(("brand", error.key))
        yield problem("unusable-brand", place, settings.id, f"brand.{error.key}", detail=error_message(error))


def _of_boundaries(dataset: Dataset, others: list[Record]) -> Iterator[Problem]:
    """Yield what is wrong with the boundaries of areas: the file cannot be used, or areas are missing in it."""
    if not dataset.model.levels:
        return
    from hankelod.site.map import atlas, boundaries
    from hankelod.site.map.projection import NotDrawn

    source = boundaries.source(dataset)
    if source is None:
        return
    place = Place(dataset.name(source.path), 1, 1)
    records = {(r.cls.iri, r.id): r for r in others}
    areas = Areas(dataset.model, lambda iri, identifier: records.get((iri, identifier)))
    named = atlas.named(areas, (area for r in others if (area := areas.of(r)) is not None))
    try:
        found = atlas.official(named, source, atlas.plane_of(named, dataset.pack.projection))
    except NotDrawn as error:
        yield problem("unusable-boundaries", place, detail=error_message(error))
        return
    for lacking in atlas.without(named, found):
        shown = ", ".join(lacking[:SHOWN]) + (" …" if len(lacking) > SHOWN else "")
        yield problem("areas-without-boundary", place, value=shown, expected=str(len(lacking)))
