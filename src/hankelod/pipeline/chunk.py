"""Chunks: the records of a dataset cut into portions that are read, checked and written one after the other.

One class, that of the projects, comes in chunks from its files; the records that projects refer to are held in memory
and are only numbered here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from hankelod.messages.problem import Problem
from hankelod.model.model import Class
from hankelod.rdf.files import listed
from hankelod.records.dataset import Dataset
from hankelod.records.jsonlines import count
from hankelod.records.record import Record
from hankelod.records.tree import Unreadable

RECORDS = 1000
"""Most lines of JSON in a chunk."""

BYTES = 4 * 2**20
"""Most bytes of lines in a chunk; whichever limit is met first."""

FILES = 200
"""Most files with one record each in a chunk."""

OTHERS = 500
"""Most records in a chunk of those that are held in memory."""

MOST = 20_000
"""Most projects of a publication with a document and pages for each; it is also how far projects are counted."""


class Chunk(NamedTuple):
    """Numbered lines of the JSON Lines file, the problems of lines that cannot be read, files with one record each; or
    the range `others` of the records that are held in memory."""

    number: int
    lines: Sequence[tuple[int, bytes]] = ()
    unread: Sequence[Problem] = ()
    files: Sequence[str] = ()
    others: tuple[int, int] | None = None


def held(dataset: Dataset) -> list[Record]:
    """Read the records that are held in memory, in publishing order; problems are in `dataset.reader.problems`."""
    return [r for c in dataset.model.entries() if not c.main for r in dataset.read(c)]


def size(dataset: Dataset) -> tuple[int, int]:
    """Return the number of lines in the JSON Lines file, counted to MOST + 1, and the number of files."""
    main = dataset.model.main
    path, folder = dataset.bulk_file(main), dataset.data / str(main.folder)
    return count(path, MOST + 1, dataset.data) if path else 0, len(listed(folder, ".yml"))


def several(dataset: Dataset) -> bool:
    """Tell whether the projects fill more than one chunk."""
    in_lines, files = size(dataset)
    return in_lines > RECORDS or files > FILES or bool(in_lines and files)


def chunks(dataset: Dataset, others: Sequence[Record], records: int = RECORDS) -> Iterator[Chunk]:
    """Yield all chunks in publishing order. `records` is the most lines in one; the result does not depend on it."""
    main = dataset.model.main
    order = [c.iri for c in dataset.model.entries()]
    at = order.index(main.iri)
    before = sum(order.index(r.cls.iri) < at for r in others)
    number = 0
    for start, stop in _ranges(others, 0, before):
        yield Chunk(number, others=(start, stop))
        number += 1
    for chunk in _of_main(dataset, main, records):
        yield chunk._replace(number=number)
        number += 1
    for start, stop in _ranges(others, before, len(others)):
        yield Chunk(number, others=(start, stop))
        number += 1


def _ranges(others: Sequence[Record], start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Cut a range of records that are held in memory; the dataset's own record, which no dump has, is by itself."""
    begin = start
    for n in range(start, stop):
        alone = others[n].cls.of_dataset
        if n > begin and (alone or n - begin == OTHERS):
            yield begin, n
            begin = n
        if alone:
            yield n, n + 1
            begin = n + 1
    if begin < stop:
        yield begin, stop


def _of_main(dataset: Dataset, main: Class, records: int) -> Iterator[Chunk]:
    """Yield the chunks of the class that comes in chunks, numbered 0."""
    path = dataset.bulk_file(main)
    held: list[tuple[int, bytes]] = []
    unread: list[Problem] = []
    size = 0
    for line, raw in dataset.bulk_lines(main) if path else ():
        if isinstance(raw, Unreadable):
            unread.append(raw.problem)
        else:
            held.append((line, raw))
            size += len(raw)
        if len(held) == records or size > BYTES or len(unread) == records:
            yield Chunk(0, held, unread)
            size, held, unread = 0, [], []
    if held or unread:
        yield Chunk(0, held, unread)
    before = len(dataset.reader.problems)
    files = [str(file) for file in dataset.files(main)]
    if dataset.reader.problems[before:]:
        yield Chunk(0, unread=dataset.reader.problems[before:])
    for start in range(0, len(files), FILES):
        yield Chunk(0, files=files[start : start + FILES])
