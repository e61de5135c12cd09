"""Checking of single files against a dataset: read, mapped, validated, reported."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from hankelod.mapping.batch import Batch
from hankelod.messages.problem import MAX_PROBLEMS, Problem, problem
from hankelod.rdf import syntaxes
from hankelod.records import inputs
from hankelod.records.dataset import Dataset
from hankelod.records.record import Record
from hankelod.validation.checker import CHUNK, Checker, referenced
from hankelod.validation.details import Details
from hankelod.validation.report import Report, report
from hankelod.validation.withdrawn import reused


def check_files(
    dataset: Dataset, paths: Iterable[Path | None], engine: str | None = None, *, details: bool = False
) -> Report:
    """Check just these files, or folders of them, against the dataset; None stands for standard input.

    RDF of partners is checked against the same shapes. With `details`, the report has the rules of grants.
    """
    checker = Checker(dataset, engine)
    records: list[Record] = []
    problems: list[Problem] = []
    things = 0
    paths = list(paths)
    files: list[Path | None] = []
    for path in paths:
        files += [None] if path is None else inputs.files(dataset, path)
    for file in files:
        if file is None:
            records += inputs.from_stream(dataset, sys.stdin.buffer)
        elif file.suffix in syntaxes.TRIPLES:
            from hankelod.validation import foreign

            found, known = foreign.check(checker, file)
            problems += found
            things += known
        else:
            records += inputs.records(dataset, file, named=file in paths)
    read = list(dataset.reader.problems)  # what the references of these records have as problems is theirs
    tombstones = [t for cls in dataset.model.entries() if cls.identifies == "" for t in dataset.rows(cls).values()]
    read += [found for found, _ in reused([*records, *tombstones])]
    problems += _judged(checker, records)
    shown = Details()
    if details:
        shown.add(dataset.model, records, referenced(dataset, records), [*problems, *read], dataset.languages)
    return report(problems + read, len(records) + things, dataset.base, shown)


def _judged(checker: Checker, records: list[Record]) -> list[Problem]:
    """Return the problems of records, chunk by chunk, until there are too many."""
    found: list[Problem] = []
    for start in range(0, len(records), CHUNK):
        batch = Batch(checker.mapping, records[start : start + CHUNK])
        if len(found) > MAX_PROBLEMS:
            found.append(problem("too-many-problems", batch.records[0].place(()), expected=str(MAX_PROBLEMS)))
            break
        others = Batch(checker.mapping, referenced(checker.dataset, batch.records))
        found += checker.judged(batch, others.texts)
    return found
