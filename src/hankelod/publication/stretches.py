"""Stretches of the sorted dump: where the lines of a version in the change feed stand in it, byte for byte.

What stands in the dump is read there: a page of the feed whose versions do has only its own triples to be parsed.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

from hankelod.rdf import lookup


class Stretch(NamedTuple):
    """Whole lines of the dump, from the byte `start` up to `end`."""

    start: int
    end: int


class Dump:
    """The dump in N-Triples, in which lines are looked up; fastest where they follow each other as in the dump."""

    def __init__(self, file: io.FileIO) -> None:
        self._file = io.BufferedReader(file)
        self._next = 0

    def stretches(self, lines: bytes) -> tuple[Stretch, ...] | None:
        """Return where sorted lines stand, of which the last has no line end; None if one of them does not."""
        whole = self._stretch(lines)
        if whole is not None:
            return (whole,)
        found = []
        for _, of_subject in groupby(lines.split(b"\n"), lambda each: each.partition(b" ")[0]):
            stretch = self._stretch(b"\n".join(of_subject))
            if stretch is None:
                return None
            found.append(stretch)
        return tuple(found)

    def _stretch(self, lines: bytes) -> Stretch | None:
        """Look lines up where the last ones ended, and else by the first of them."""
        text = lines + b"\n"
        for start in (self._next, None):
            if start is None:
                start = lookup.place(self._file, text[: text.index(b"\n") + 1])
            if start is not None:
                self._file.seek(start)
                if self._file.read(len(text)) == text:
                    self._next = start + len(text)
                    return Stretch(start, self._next)
        return None


def cover(stretches: Iterable[Stretch], size: int) -> bool:
    """Tell whether these are all of a dump of this size in bytes, each line once."""
    end = 0
    for stretch in sorted(stretches):
        if stretch.start != end:
            return False
        end = stretch.end
    return end == size
