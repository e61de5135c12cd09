"""Inputs on the command line: records in YAML or JSON Lines, folders of them, RDF files, standard input."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from hankelod.messages.problem import Place, Problem, problem
from hankelod.model.model import Class
from hankelod.records import tree
from hankelod.records.dataset import BULK, Dataset
from hankelod.records.record import Record

RDF_FILES = {".ttl": "turtle", ".nt": "ntriples", ".jsonld": "jsonld"}
"""RDF syntaxes by file name extension."""

REFUSED = (".rdf", ".xml", ".owl", ".trig", ".nq", ".n3")
"""Extensions of RDF that is refused: RDF/XML allows external entities and unbounded expansion; the others contain more
than triples.
"""

STANDARD_INPUT = "-"
"""Path that stands for standard input."""

OTHER_FILES = ("LICENSE", "README.md")
"""Files under `data/` that need no class."""


def files(path: Path) -> Iterator[Path]:
    """Yield a file, or the record and RDF files in a folder by path; a folder without any itself."""
    within = list(_within(path)) if path.is_dir() else []
    yield from within or [path]


def _within(path: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in sorted(names):
            if name.endswith((".yml", *BULK, *RDF_FILES)) and not name.startswith("."):
                yield Path(folder) / name


def class_of(dataset: Dataset, file: Path) -> Class | None:
    """Return the class of the records in a file, by its name or its folder.

    A record file anywhere else counts as a project, so that one can be checked before it is in place.
    """
    entries = dataset.model.entries()
    if file.name.endswith(BULK):
        stem = file.name.partition(".")[0]
        return next((c for c in entries if c.folder == stem), dataset.model.by_name("Project"))
    by_name = next((c for c in entries if c.file == file.name), None)
    if by_name or file.suffix not in (".yml", ""):
        return by_name
    return next((c for c in entries if c.folder == file.parent.name), None) or dataset.model.by_name("Project")


def records(dataset: Dataset, file: Path) -> Iterator[Record]:
    """Yield the records in one file; problems are added to the dataset's reader."""
    cls = class_of(dataset, file)
    if cls is None:
        code = "rdf-refused" if file.suffix in REFUSED else "unknown-file"
        dataset.reader.problems.append(problem(code, Place(dataset.name(file), 1, 1), value=file.suffix))
    elif cls.file:
        yield from dataset.rows(cls).values()
    elif file == dataset.bulk_file(cls):
        yield from dataset.read_bulk(cls)
    elif file.name.endswith(BULK):
        from hankelod.records.jsonlines import lines

        name = dataset.name(file)
        yield from dataset.read_lines(cls, name, lines(file, name))
    else:
        record = dataset.read_record(file, cls)
        if record is not None:
            yield record


def from_stream(dataset: Dataset, stream: BinaryIO) -> Iterator[Record]:
    """Yield records from standard input: JSON Lines if the first line is a JSON object, else one YAML record."""
    from hankelod.records.jsonlines import numbered

    cls = dataset.model.by_name("Project")
    first = stream.readline(tree.MAX_BYTES + 1)
    if _is_object(first):
        yield from dataset.read_lines(cls, STANDARD_INPUT, numbered(stream, STANDARD_INPUT, first))
        return
    raw = first + stream.read(tree.MAX_BYTES + 1 - len(first))
    if len(raw) > tree.MAX_BYTES:
        dataset.reader.problems.append(
            problem(
                "too-large", Place(STANDARD_INPUT, 1, 1), value=f"> {tree.MAX_BYTES} B", expected=f"{tree.MAX_BYTES} B"
            )
        )
        return
    record = dataset.read_text(raw, cls, STANDARD_INPUT, "standard-input")
    if record is not None:
        yield record


def _is_object(line: bytes) -> bool:
    import json

    try:
        return line.lstrip(b"\xef\xbb\xbf").startswith(b"{") and isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def unknown_files(dataset: Dataset) -> Iterator[Problem]:
    """Yield a problem for each file under `data/` that no class reads."""
    names = {cls.file for cls in dataset.model.entries() if cls.file}
    folders = {cls.folder for cls in dataset.model.entries() if cls.folder}
    settings = dataset.settings()
    boundaries = settings.values.get("boundaries") if settings else None
    for entry in sorted(os.listdir(dataset.data)):
        path = dataset.data / entry
        if entry in names or entry.startswith(".") or entry in (boundaries, *OTHER_FILES):
            continue
        if entry in folders and path.is_dir():
            for inner in sorted(os.listdir(path)):
                if not inner.endswith(".yml") and not inner.startswith("."):
                    yield problem("unknown-file", Place(dataset.name(path / inner), 1, 1))
        elif not (entry.endswith(BULK) and entry.split(".")[0] in folders):
            yield problem("unknown-file", Place(dataset.name(path), 1, 1))
