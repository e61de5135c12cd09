"""Sorting what is larger than memory: lines cut into ranges by splitters, each range small enough to be sorted at once.

Whoever makes lines writes them sorted and cut (a run); a range is put together from the runs' slices. Ranges are
independent of each other: they can be sorted at the same time, by anybody who sees the parts.
"""

from __future__ import annotations

import hashlib
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from hankelod.publication.parts import Parts
from hankelod.rdf.counts import Counts

RANGE = 24 * 2**20
"""Bytes that one range should have: some 120,000 triples."""

SHORT = 40
"""Bytes up to which an object is counted as it stands; of a longer one its digest of 128 bits."""


class Run(NamedTuple):
    """A part whose slices are ranges; `offsets` are their beginnings and the end of the last. Each is packed by itself
    (zlib): triples take an eighth of the room then."""

    name: str
    offsets: Sequence[int]

    def slice(self, number: int) -> tuple[str, int, int]:
        """The part's name, where a range begins in it, and its size."""
        return self.name, self.offsets[number], self.offsets[number + 1] - self.offsets[number]


def splitters(keys: Iterable[bytes], ranges: int) -> tuple[bytes, ...]:
    """Splitters for so many ranges of about the same size, out of a sample of keys."""
    ordered = sorted(set(keys))
    steps = min(ranges, len(ordered) + 1)
    return tuple(dict.fromkeys(ordered[len(ordered) * n // steps] for n in range(1, steps)))


def _written(slices: Iterable[list[bytes]], name: str, parts: Parts) -> Run:
    out, offsets, size = [], array("Q", [0]), 0
    for lines in slices:
        if lines:
            out.append(zlib.compress(b"\n".join(lines), 1))
            size += len(out[-1])
        offsets.append(size)
    parts.write(name, b"".join(out))
    return Run(name, offsets)


def run(lines: Iterable[bytes], cuts: Sequence[bytes], name: str, parts: Parts) -> Run:
    """Write lines, without their line ends, as a run. A splitter begins its range."""
    ordered = sorted(set(lines))
    places = [0, *(bisect_left(ordered, cut) for cut in cuts), len(ordered)]
    return _written((ordered[a:b] for a, b in pairwise(places)), name, parts)


def objects(found: Iterable[bytes], ranges: int, name: str, parts: Parts) -> Run:
    """Write the objects of a chunk, to be counted: cut by a checksum, since their order does not matter."""
    cut: list[list[bytes]] = [[] for _ in range(ranges)]
    for each in found:
        if len(each) > SHORT:
            each = hashlib.blake2b(each, digest_size=16).hexdigest().encode()
        cut[zlib.crc32(each) % ranges].append(each)
    return _written(cut, name, parts)


Slices = list[tuple[str, int, int]]


def _gathered(slices: Slices, parts: Parts) -> set[bytes]:
    found: set[bytes] = set()
    for name, start, size in slices:
        if size:
            found.update(unpacked(parts.read(name, start, size)))
    return found


def unpacked(content: bytes) -> list[bytes]:
    """The lines of a slice."""
    return zlib.decompress(content).split(b"\n")


def merged(slices: Slices, name: str, parts: Parts) -> tuple[int, Counts]:
    """Put a range together, and write it. The size in bytes, and what is counted of its triples."""
    lines = sorted(_gathered(slices, parts))
    counted = Counts()
    counted.add(lines)
    content = b"\n".join(lines) + b"\n" if lines else b""
    parts.write(name, content)
    return len(content), counted


def different(slices: Slices, parts: Parts) -> int:
    """How many different lines there are in these slices."""
    return len(_gathered(slices, parts))
