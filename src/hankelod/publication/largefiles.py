"""Files too large for memory, checked as `hankelod.publication.verification` checks others.

They are read once, from the beginning to the end. A dump in Turtle or JSON-LD is sorted in parts beside, and compared
with the one in N-Triples, which is sorted as it stands.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

import pyoxigraph as ox

from hankelod.publication.history.diff import line
from hankelod.publication.parts import Folder
from hankelod.publication.sorting import Run, run, unpacked

LARGE = 64 * 2**20
"""Bytes from which on a file is not held in memory."""

BLOCK = 2**20

HELD = 250_000
"""Triples that are sorted at a time."""

NODES = 500
"""Lines of JSON-LD that are parsed at a time."""

SPLIT = 100_000
"""Triples of the sorted dump between two splitters."""


def digest(file: BinaryIO) -> str:
    """The SHA-256 of what a file holds."""
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


def unpacked_digest(path: Path) -> str:
    """The SHA-256 of what a file packed with gzip holds. Raises OSError, EOFError, zlib.error."""
    found = hashlib.sha256()
    with gzip.open(path) as file:
        while block := file.read(BLOCK):
            found.update(block)
    return found.hexdigest()


### Dumps


def sorted_lines(path: Path) -> int:
    """Count the triples of a dump in N-Triples. Raises ValueError if lines are out of order or repeated."""
    last, count = b"", 0
    with path.open("rb") as file:
        for each in file:
            if each <= last:
                raise ValueError(f"line {count + 1} is not in its place in the order of lines")
            last, count = each, count + 1
    if sum(1 for _ in ox.parse(path=str(path), format=ox.RdfFormat.N_TRIPLES)) != count:
        raise ValueError("not a triple on each line")
    return count


def splitters(path: Path) -> tuple[bytes, ...]:
    """Lines of a sorted dump at equal distances."""
    with path.open("rb") as file:
        return tuple(each.rstrip(b"\n") for each in islice(file, SPLIT, None, SPLIT))


def _parsed(path: Path, form: ox.RdfFormat, base: str) -> Iterator[ox.Quad]:
    """Triples of a file. JSON-LD is read node by node, one on each line, because a parser would hold it all."""
    if form != ox.RdfFormat.JSON_LD:
        yield from ox.parse(path=str(path), format=form, base_iri=base)
        return
    with path.open("rb") as file:
        head = next(file)
        if not head.endswith(b',"@graph":[\n'):
            raise ValueError("no node on each line")
        while nodes := list(islice(file, NODES)):
            last = nodes[-1] == b"]}\n"
            inner = b"".join(nodes[:-1] if last else nodes).rstrip(b",\n")
            yield from ox.parse(head + inner + b"]}", format=form, base_iri=base)
            if last:
                return
    raise ValueError("it does not end")


def _runs(triples: Iterator[ox.Quad], cuts: tuple[bytes, ...], parts: Folder) -> Iterator[Run]:
    number = 0
    while held := [line(quad.triple) for quad in islice(triples, HELD)]:
        yield run(held, cuts, f"{number}.run", parts)
        number += 1


def difference(path: Path, form: ox.RdfFormat, base: str, dump: Path, beside: Path) -> tuple[int, int]:
    """Count the different triples of a file, and those that are only in it or only in the sorted `dump`.

    `beside` is a folder with room for parts. Raises SyntaxError, OSError.
    """
    cuts = splitters(dump)
    with TemporaryDirectory(dir=beside) as place, dump.open("rb") as file:
        parts = Folder(place)
        runs = list(_runs(_parsed(path, form, base), cuts, parts))
        total = apart = 0
        for number in range(len(cuts) + 1):
            found: set[bytes] = set()
            for each in runs:
                name, start, size = each.slice(number)
                found.update(unpacked(parts.read(name, start, size)) if size else ())
            expected = {each.rstrip(b"\n") for each in islice(file, SPLIT)}
            total += len(found)
            apart += len(found ^ expected)
    return total, apart


### Other kinds


def _json_lines(file: BinaryIO) -> None:
    for each in file:
        json.loads(each)


def _csv(file: BinaryIO) -> None:
    text = io.TextIOWrapper(file, "utf-8-sig", newline="")
    try:
        head = text.readline()
        delimiter = ";" if ";" in head else ","
        width = len(next(csv.reader([head], delimiter=delimiter)))
        if any(len(row) != width for row in csv.reader(text, delimiter=delimiter, strict=True)):
            raise ValueError("rows of different numbers of cells")
    finally:
        text.detach()


def _features(file: BinaryIO) -> None:
    """A collection of features as `hankelod.exports.areas` writes it: one after the other, each indented by two."""
    held: list[bytes] = []

    def end(lines: Iterable[bytes]) -> None:
        json.loads(b"".join(lines).strip().removesuffix(b","))

    head = [next(file), next(file), next(file)]
    for each in file:
        if each.startswith(b"  {") and held:
            end(held)
            held.clear()
        held.append(each)
    end(held[:-2])
    json.loads(b"".join((*head, *held)))


PARSERS = {"application/x-ndjson": _json_lines, "text/csv": _csv, "application/geo+json": _features}
"""How each kind of file is read; of others only the bytes are compared."""


def read(path: Path, media_type: str) -> None:
    """Read a file by its kind. Raises ValueError, csv.Error, StopIteration where it is none of that kind."""
    if media_type in PARSERS:
        with path.open("rb") as file:
            PARSERS[media_type](file)
