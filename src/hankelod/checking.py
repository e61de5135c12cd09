"""The order in which a dataset, or single records of it, are checked: read, typed, mapped, validated, reported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from hankelod.dataset import BULK, Dataset
from hankelod.model import Class
from hankelod.problems import Place, Problem, problem
from hankelod.records import Record
from hankelod.reports import Report, report
from hankelod.validation import CHUNK, Checker, referenced


def check_all(dataset: Dataset, engine: str | None = None) -> tuple[Report, list[Record]]:
    """Check the whole dataset. Returns the report, and every record that could be read, in publishing order."""
    checker = Checker(dataset, engine)
    problems: list[Problem] = list(dataset.strangers())
    records = [record for cls in dataset.model.entries() for record in dataset.read(cls)]
    reused = _reused(records)
    problems += [found for found, _ in reused]
    # a tombstone whose id is in use would be checked as one thing with the record
    sound = [r for r in records if not any(r is stone for _, stone in reused)] if reused else records
    if len(sound) <= CHUNK:
        problems += checker.problems(sound, [])
    else:
        for chunk in _chunks(sound):
            problems += checker.problems(chunk, referenced(dataset, chunk))
    problems += dataset.reader.problems
    return report(problems, records, dataset.base), records


def check_files(dataset: Dataset, paths: Iterable[Path], engine: str | None = None) -> Report:
    """Check just these record files (or folders of them) against the dataset."""
    checker = Checker(dataset, engine)
    records: list[Record] = []
    problems: list[Problem] = []
    for path in paths:
        for file in _files(path):
            cls = class_of(dataset, file)
            if cls is None:
                problems.append(problem("unknown-file", Place(dataset.name(file), 1, 1)))
            elif cls.file:
                records += dataset.rows(cls).values()
            elif file.name.endswith(BULK):
                records += dataset.read_bulk(cls)
            else:
                record = dataset.read_record(file, cls)
                records += [record] if record is not None else []
    found = list(dataset.reader.problems)  # what the references of these records say is theirs
    stones = [stone for cls in dataset.model.entries() if cls.identifies == "" for stone in dataset.rows(cls).values()]
    found += [reused for reused, _ in _reused([*records, *stones])]
    for chunk in _chunks(records):
        problems += checker.problems(chunk, referenced(dataset, chunk))
    return report(problems + found, records, dataset.base)


def class_of(dataset: Dataset, file: Path) -> Class | None:
    """The class whose records stand in this file: by its name, or by the folder that it is in.

    A YAML file anywhere else counts as a project's: a coordinator checks her record before it is in place.
    """
    entries = dataset.model.entries()
    by_name = next((c for c in entries if c.file == file.name or file == dataset.bulk_file(c)), None)
    by_folder = next((c for c in entries if c.folder == file.parent.name), None)
    if by_name or file.suffix not in (".yml", ""):
        return by_name
    return by_folder or dataset.model.by_name("Project")


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir() and any(path.glob("**/*.yml")):
        yield from sorted(path.glob("**/*.yml"))
    else:
        yield path


def _chunks(records: list[Record]) -> Iterator[list[Record]]:
    for start in range(0, len(records), CHUNK):
        yield records[start : start + CHUNK]


def _reused(records: list[Record]) -> list[tuple[Problem, Record]]:
    """Records under an id that a tombstone holds, each with the tombstone."""
    gone = {r.id: r for r in records if r.cls.identifies == ""}
    found = []
    for record in records:
        stone = gone.get(f"{record.cls.segment}/{record.id}")
        if stone is not None:
            found.append((problem("withdrawn-id", record.place(()), record.id, None, record.id, related=(stone.place(()),)), stone))  # fmt: skip
    return found
