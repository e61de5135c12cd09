"""Inputs on the command line: records in YAML or JSON Lines, folders of them, RDF files, standard input."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from hankelod.messages.problem import Place, Problem, problem
from hankelod.model.levels import TABLE
from hankelod.model.model import Class
from hankelod.rdf.files import is_hidden
from hankelod.records import tree
from hankelod.records.dataset import BULK, Dataset
from hankelod.records.packs import PACKS
from hankelod.records.record import Record

REFUSED = (".rdf", ".xml", ".owl", ".trig", ".nq", ".n3")
"""Extensions of RDF that is refused: RDF/XML allows external entities and unbounded expansion; the others contain more
than triples.
"""

STANDARD_INPUT = "-"
"""Path that stands for standard input."""

OTHER_FILES = ("LICENSE", ".md")
"""Endings of the names of files under `data/` that need no class."""


def files(dataset: Dataset, path: Path) -> Iterator[Path]:
    """Yield a file, or the files in a folder by path, hidden ones left out; a folder without any itself.

    A file that is not read is among them, so that it is reported.
    """
    within = list(_within(dataset, path)) if path.is_dir() else []
    yield from within or [path]


def _within(dataset: Dataset, path: Path) -> Iterator[Path]:
    beside = _beside(dataset)
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(f for f in folders if not is_hidden(f))
        for name in sorted(names):
            file = Path(folder) / name
            if not is_hidden(name) and not name.endswith(OTHER_FILES) and file not in beside:
                yield file


def _beside(dataset: Dataset) -> set[Path]:
    """Return the files under `data/` that hold no records: the boundaries that a dataset names, files of area packs."""
    settings = None if dataset.alone else dataset.settings()
    named = settings.values.get("boundaries") if settings else None
    files = {dataset.data / str(named)} if named else set()
    files.update(dataset.pack.folder / name for name in dataset.pack.names())
    others = dataset.data / PACKS
    if others.is_dir():
        used = dataset.pack.folder
        files.update(f for f in others.rglob("*") if not (dataset.pack.own and f.is_relative_to(used)))
    return files


def class_of(dataset: Dataset, file: Path) -> Class | None:
    """Return the class of the records in a file, by its name or its folder.

    A record file anywhere else counts as a project, so that one can be checked before it is in place.
    """
    entries = dataset.model.entries()
    if file.name.endswith(BULK):
        stem = file.name.partition(".")[0]
        return next((c for c in entries if c.folder == stem), dataset.model.main)
    by_name = next((c for c in entries if c.file == file.name and (file.name != TABLE or dataset.places.has(c))), None)
    if by_name or file.suffix not in (".yml", ""):
        return by_name
    return next((c for c in entries if c.folder == file.parent.name), None) or dataset.model.main


def records(dataset: Dataset, file: Path, named: bool = False) -> Iterator[Record]:
    """Yield the records in one file; problems are added to the dataset's reader.

    A file that is not read is a warning, and a violation if it was `named`: it must not pass for valid.
    """
    cls = class_of(dataset, file)
    if cls is None:
        code = "rdf-refused" if file.suffix in REFUSED else "unread-file" if named else "unknown-file"
        dataset.reader.problems.append(problem(code, Place(dataset.name(file), 1, 1), value=file.suffix))
    elif cls.file:
        for each in dataset.model.entries():  # several levels may share a table
            if each is cls or (each.file == cls.file and dataset.places.has(each)):
                own = file in dataset.files(each)
                yield from dataset.rows(each).values() if own else dataset.read_file(file, each)
    elif file == dataset.bulk_file(cls):
        yield from dataset.read_bulk(cls)
    elif file.name.endswith(BULK):
        from hankelod.records.jsonlines import lines

        name = dataset.name(file)
        yield from dataset.read_lines(cls, name, lines(file, name, dataset.inside(file)))
    else:
        record = dataset.read_record(file, cls)
        if record is not None:
            yield record


def from_stream(dataset: Dataset, stream: BinaryIO) -> Iterator[Record]:
    """Yield records from standard input: JSON Lines if the first line is a JSON object, else one YAML record."""
    from hankelod.records.jsonlines import numbered

    cls = dataset.model.main
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
    brand = dataset.setting("brand")
    logo = brand.get("logo") if isinstance(brand, dict) else None
    for entry in sorted(os.listdir(dataset.data)):
        path = dataset.data / entry
        if entry in names or is_hidden(entry) or entry in (boundaries, logo) or entry.endswith(OTHER_FILES):
            continue
        if entry == PACKS and path.is_dir():
            continue
        if entry in folders and path.is_dir():
            for inner in sorted(os.listdir(path)):
                if not inner.endswith(".yml") and not is_hidden(inner):
                    yield problem("unknown-file", Place(dataset.name(path / inner), 1, 1))
        elif not (entry.endswith(BULK) and entry.split(".")[0] in folders):
            yield problem("unknown-file", Place(dataset.name(path), 1, 1))
