"""Graphs as sorted lines of N-Triples, in memory or in a file, and the lines by which two of them differ."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import islice, takewhile
from pathlib import Path
from typing import NamedTuple, Protocol

from hankelod.publication import runs
from hankelod.publication.runs import Head, Lines
from hankelod.rdf import lookup

READ = 2**22
"""Bytes of a file that are read at a time."""

SHORT = 32
"""Lines that are compared by sets."""

BLOCK = 2**15
"""Lines of a block in memory: about as many as are read of a file at a time."""


class SortedLines(Protocol):
    """The lines of a graph in the order of their bytes, each once, without line ends."""

    def blocks(self) -> Iterator[Lines]:
        """All lines, from the first, in blocks of bounded size that are not empty."""
        ...

    def starting(self, start: bytes) -> Lines:
        """The lines that begin with these bytes."""
        ...


class InMemory(NamedTuple):
    """Sorted lines that are a list."""

    lines: Lines

    def blocks(self) -> Iterator[Lines]:
        rest = iter(self.lines)
        while block := list(islice(rest, BLOCK)):
            yield block

    def starting(self, start: bytes) -> Lines:
        first = bisect_left(self.lines, start)
        return list(takewhile(lambda each: each.startswith(start), islice(self.lines, first, None)))


class InFile(NamedTuple):
    """Sorted lines that are a file, such as the dump of a publication."""

    path: Path

    def blocks(self) -> Iterator[Lines]:
        with self.path.open("rb") as file:
            yield from runs.of_file(file, READ)

    def starting(self, start: bytes) -> Lines:
        return lookup.lines(self.path, start)


def differing(old: SortedLines, new: SortedLines) -> Iterator[tuple[Lines, Lines]]:
    """The lines that only the old graph has and those that only the new one has, each in order, block by block."""
    heads = Head(old.blocks()), Head(new.blocks())
    while ends := [head.lines[-1] for head in heads if head.lines]:
        left, right = (head.up_to(min(ends)) for head in heads)
        if left != right:
            yield _different(left, right)


def _different(left: Lines, right: Lines) -> tuple[Lines, Lines]:
    """The lines that only `left` has and those that only `right` has; halves that are equal are not looked into."""
    if left == right:
        return [], []
    if len(left) <= SHORT:
        before, after = set(left), set(right)
        return [each for each in left if each not in after], [each for each in right if each not in before]
    half = len(left) // 2
    place = bisect_left(right, left[half])
    removed, added = _different(left[:half], right[:place])
    more_removed, more_added = _different(left[half:], right[place:])
    return removed + more_removed, added + more_added


def is_empty(lines: SortedLines) -> bool:
    """Tell whether there are no lines."""
    return next(lines.blocks(), None) is None
