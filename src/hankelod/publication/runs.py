"""Sorted runs: what is larger than memory, sorted in parts and merged as it is read (external merge sort).

Whoever makes lines writes them as runs, each sorted by itself; `merged` reads any number of runs side by side and
yields all their lines in order, in blocks. A block is sorted by `list.sort`, which merges what is sorted already.
"""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import BinaryIO

from hankelod.publication.parts import Parts

FAN_IN = 64
"""Most runs that are merged at once; of more, groups are merged into longer runs first."""

READ = 2**16
"""Bytes of a packed run that are read at a time."""

LEVEL = 1
"""Level of zlib: triples take an eighth of the room, and level 6 takes three times as long for a tenth less."""

Lines = list[bytes]
"""Lines without their line breaks. A line holds no line break."""


def packed(lines: Iterable[bytes]) -> bytes:
    """Return the bytes of a run of these sorted lines."""
    content = b"\n".join(lines)
    return zlib.compress(content + b"\n" if content else b"", LEVEL)


def write(lines: Iterable[bytes], name: str, parts: Parts) -> str:
    """Write sorted lines as a run, and return its name."""
    parts.write(name, packed(lines))
    return name


def read(name: str, parts: Parts) -> Iterator[Lines]:
    """Yield the lines of a run in blocks."""
    unpacker, start, rest = zlib.decompressobj(), 0, b""
    while not unpacker.eof:
        content = parts.read(name, start, READ)
        start += len(content)
        if not content:
            raise EOFError(name)
        text = rest + unpacker.decompress(content)
        whole, _, rest = text.rpartition(b"\n")
        if whole:
            yield whole.split(b"\n")


def of_file(file: BinaryIO, size: int) -> Iterator[Lines]:
    """Yield the lines that are left of a file in blocks of about `size` bytes, without a check of their order."""
    while block := file.read(size):
        yield (block + file.readline()).removesuffix(b"\n").split(b"\n")


class Head:
    """The lines of a run that are read and not yet taken."""

    def __init__(self, blocks: Iterator[Lines]) -> None:
        self._blocks = blocks
        self.lines: Lines = next(blocks, [])

    def up_to(self, last: bytes) -> Lines:
        """Take the lines that are not above `last`, and read on where none is left."""
        count = bisect_right(self.lines, last)
        taken, self.lines = self.lines[:count], self.lines[count:]
        if not self.lines:
            self.lines = next(self._blocks, [])
        return taken


def merged(runs: Iterable[Iterator[Lines]]) -> Iterator[Lines]:
    """Yield the lines of sorted runs in order, each once, in blocks."""
    heads = [head for head in map(Head, runs) if head.lines]
    while heads:
        last = min(head.lines[-1] for head in heads)
        block: Lines = []
        for head in heads:
            block += head.up_to(last)
        heads = [head for head in heads if head.lines]
        block.sort()
        yield list(dict.fromkeys(block))


def merge(names: Sequence[str], name: str, parts: Parts) -> str:
    """Merge runs into one, remove them, and return its name."""
    packer = zlib.compressobj(LEVEL)
    packed = [packer.compress(b"\n".join(block) + b"\n") for block in merged(read(each, parts) for each in names)]
    packed.append(packer.flush())
    parts.write(name, b"".join(packed))
    for each in names:
        parts.remove(each)
    return name


Merge = Callable[[Iterable[tuple[Sequence[str], str, Parts]]], Iterable[str]]
"""Does `merge` for each of the arguments, in their order; workers may do it at the same time."""


def here(work: Iterable[tuple[Sequence[str], str, Parts]]) -> Iterator[str]:
    """Merge in this process."""
    for arguments in work:
        yield merge(*arguments)


def few(names: Sequence[str], kind: str, parts: Parts, work: Merge = here) -> list[str]:
    """Merge runs until at most FAN_IN are left, and return their names. `kind` begins the names of the new ones."""
    current, level = list(names), 0
    while len(current) > FAN_IN:
        groups = [current[n : n + FAN_IN] for n in range(0, len(current), FAN_IN)]
        current = list(work((group, f"{kind}-{level}-{n}", parts) for n, group in enumerate(groups)))
        level += 1
    return current


def all_of(names: Sequence[str], kind: str, parts: Parts, work: Merge = here) -> Iterator[Lines]:
    """Yield the lines of all these runs in order, each once, in blocks, and remove the runs."""
    left = few(names, kind, parts, work)
    yield from merged(read(name, parts) for name in left)
    for name in left:
        parts.remove(name)


def compared(left: Iterator[Lines], right: Iterator[Lines]) -> tuple[int, int]:
    """Count the lines on the left, and those that are on one side only. Both sides are in order, each line once."""
    ours, theirs, count, apart = Head(left), Head(right), 0, 0
    while ours.lines or theirs.lines:
        last = min(head.lines[-1] for head in (ours, theirs) if head.lines)
        mine, other = ours.up_to(last), theirs.up_to(last)
        count += len(mine)
        if mine != other:
            apart += len(set(mine) ^ set(other))
    return count, apart


def sorted_runs(lines: Iterable[bytes], size: int, kind: str, parts: Parts) -> list[str]:
    """Write lines in any order as runs of at most `size` lines, and return their names."""
    rest = iter(lines)
    names: list[str] = []
    while block := sorted(set(islice(rest, size))):
        names.append(write(block, f"{kind}-{len(names)}", parts))
    return names


class Sorter:
    """Lines that are added in any order and read in order, each once; at most `size` of them are held, others are runs.

    `kind` begins the names of the runs.
    """

    def __init__(self, kind: str, parts: Parts, size: int) -> None:
        self._kind, self._parts, self._size = kind, parts, size
        self._held: Lines = []
        self._names: list[str] = []

    def add(self, lines: Sequence[bytes]) -> None:
        """Add lines."""
        if self._held and len(self._held) + len(lines) > self._size:
            self._names.append(write(sorted(set(self._held)), f"{self._kind}-{len(self._names)}", self._parts))
            self._held = []
        self._held += lines

    def blocks(self) -> Iterator[Lines]:
        """Yield all lines in order, each once, in blocks; to be called once."""
        last: Lines = sorted(set(self._held))
        self._held = []
        if not self._names:
            return iter([last] if last else [])
        names = [*self._names, write(last, f"{self._kind}-{len(self._names)}", self._parts)]
        return all_of(names, f"{self._kind}-merged", self._parts)
