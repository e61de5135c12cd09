"""Look-up in a sorted file of N-Triples, such as of one subject, by binary search over the bytes of the file."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

NEAR = 2**14
"""Bytes that are read line by line rather than halved once more."""


def lines(path: Path, start: bytes) -> list[bytes]:
    """The lines that begin with these bytes, without line ends, of a file that is sorted by bytes. Raises OSError."""
    with path.open("rb") as file:
        file.seek(_before(file, start))
        found = []
        for each in file:
            if each.startswith(start):
                found.append(each.rstrip(b"\n"))
            elif each > start:
                break
    return found


def place(file: BinaryIO, line: bytes) -> int | None:
    """Return where this line with its end begins in an open file that is sorted by bytes; None if it is not there."""
    start = _before(file, line)
    file.seek(start)
    for each in file:
        if each >= line:
            return start if each == line else None
        start += len(each)
    return None


def _before(file: BinaryIO, start: bytes) -> int:
    """The beginning of a line from which on `start` is near: all lines before it are smaller."""
    low, high = 0, file.seek(0, 2)
    while high - low > NEAR:
        middle = (low + high) // 2
        file.seek(middle)
        begin = middle + len(file.readline())
        each = file.readline() if begin < high else b""
        if each and each < start:
            low = begin
        else:
            high = middle
    return low
