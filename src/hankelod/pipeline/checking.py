"""The order in which a dataset, or single records of it, are checked: read, typed, mapped, validated, reported."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from hankelod.messages.problem import MAX_PROBLEMS, Problem, problem
from hankelod.records.dataset import Dataset
from hankelod.records.record import Record
from hankelod.validation.checker import CHUNK, Checker, Known, referenced
from hankelod.validation.report import Report, report

Watch = Callable[[Sequence[Any]], Iterable[Any]]
"""Passes a sequence on, and may show how far it has come."""


def _unwatched(items: Sequence[Any]) -> Iterable[Any]:
    return items


def check_all(dataset: Dataset, engine: str | None = None, watch: Watch = _unwatched) -> tuple[Report, list[Record]]:
    """Check the whole dataset. Returns the report, and every record that could be read, in publishing order."""
    checker = Checker(dataset, engine)
    from hankelod.records import inputs

    problems: list[Problem] = list(inputs.unknown_files(dataset))
    if dataset.own_model:
        from hankelod.model import lint

        problems += lint.remarks(dataset.model, dataset.model_files(), dataset.base)
    records = [record for cls in dataset.model.entries() for record in dataset.read(cls)]
    twice = reused(records)
    problems += [found for found, _ in twice]
    sound = without_tombstones(records, twice)
    if len(sound) <= CHUNK:
        problems += checker.problems(sound, [])
    else:
        known = {(r.cls.iri, r.id): r for r in sound}
        problems += _judged(checker, watch(list(chunks(sound))), known)
    problems += dataset.reader.problems
    return report(problems, records, dataset.base), records


def check_files(
    dataset: Dataset, paths: Iterable[Path | None], engine: str | None = None, watch: Watch = _unwatched
) -> Report:
    """Check just these files, or folders of them, against the dataset; None stands for standard input.

    RDF that a partner sends is checked against the same shapes.
    """
    from hankelod.records import inputs

    checker = Checker(dataset, engine)
    records: list[Record] = []
    problems: list[Problem] = []
    things = 0
    files: list[Path | None] = []
    for path in paths:
        files += [None] if path is None else inputs.files(path)
    for file in watch(files):
        if file is None:
            records += inputs.from_stream(dataset, sys.stdin.buffer)
        elif file.suffix in inputs.RDF_FILES:
            from hankelod.validation import foreign

            found, known = foreign.check(checker, file)
            problems += found
            things += known
        else:
            records += inputs.records(dataset, file)
    said = list(dataset.reader.problems)  # what the references of these records say is theirs
    tombstones = [
        stone for cls in dataset.model.entries() if cls.identifies == "" for stone in dataset.rows(cls).values()
    ]
    said += [found for found, _ in reused([*records, *tombstones])]
    problems += _judged(checker, chunks(records))
    made = report(problems + said, records, dataset.base)
    return made._replace(records=made.records + things)


def _judged(checker: Checker, cut: Iterable[list[Record]], known: Known | None = None) -> list[Problem]:
    """What the shapes say of records, chunk by chunk; `known` are the dataset's, where they have been read."""
    found: list[Problem] = []
    for chunk in cut:
        if len(found) > MAX_PROBLEMS:
            found.append(problem("too-many-problems", chunk[0].place(()), expected=str(MAX_PROBLEMS)))
            break
        found += checker.problems(chunk, referenced(checker.dataset, chunk, known))
    return found


def chunks(records: list[Record]) -> Iterator[list[Record]]:
    for start in range(0, len(records), CHUNK):
        yield records[start : start + CHUNK]


def without_tombstones(records: list[Record], twice: list[tuple[Problem, Record]]) -> list[Record]:
    """Records without the tombstones whose ids are in use (`reused`): each would be checked as one with its record."""
    return [r for r in records if not any(r is stone for _, stone in twice)] if twice else records


def reused(records: list[Record]) -> list[tuple[Problem, Record]]:
    """Records under an id that a tombstone holds, each with the tombstone."""
    gone = {r.id: r for r in records if r.cls.identifies == ""}
    found = []
    for record in records:
        stone = gone.get(f"{record.cls.segment}/{record.id}")
        if stone is not None:
            found.append(
                (
                    problem("withdrawn-id", record.place(()), record.id, None, record.id, related=(stone.place(()),)),
                    stone,
                )
            )
    return found
