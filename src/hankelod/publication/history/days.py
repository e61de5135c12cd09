"""Days of change: for each thing, the day of the release in which it last changed, as the history has it.

They follow from the releases alone, so that whoever carries a history on has the same days; a first publication has its
own day for all things. They lie in a file in the order of the things, at every size, where each is looked up.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path

from hankelod.publication import runs
from hankelod.publication.history.releases import Release
from hankelod.publication.parts import Parts
from hankelod.publication.runs import Lines
from hankelod.rdf import lookup

RUN = 2**17
"""Lines that are sorted at once."""

HELD = 2**15
"""Most days that are held in memory."""


class Days:
    """The day on which each thing last changed, in a file: lines of an IRI and a day, separated by a tab, sorted."""

    def __init__(self, path: Path) -> None:
        """`path` is the file, which `write` makes before any day is asked for."""
        self.path = path
        self.of = lru_cache(HELD)(self._of)

    def _of(self, thing: str) -> str | None:
        """The day on which a thing last changed; None for what was never in the graph."""
        found = lookup.lines(self.path, f"{thing}\t".encode())
        return found[0].partition(b"\t")[2].decode() if found else None

    def write(self, releases: Sequence[Release], parts: Parts) -> None:
        """Write the days of this history; `parts` takes what is sorted."""
        names = runs.sorted_runs(_changes(releases), RUN, "days", parts)
        with self.path.open("wb") as file:
            for thing, changes in groupby(_fields(runs.all_of(names, "days", parts)), itemgetter(0)):
                *_, (_, _, day) = changes
                file.write(thing + b"\t" + day + b"\n")

    def copy(self, target: Path) -> None:
        """Copy the file."""
        shutil.copyfile(self.path, target)


UNKNOWN = Days(Path(os.devnull))
"""Days of things without a history: none is known."""


def _changes(releases: Sequence[Release]) -> Iterator[bytes]:
    """Every change: thing, number of the release, and its day, separated by tabs; they sort by thing and release."""
    for release in releases:
        end = f"\t{release.number:010}\t{release.modified}".encode()
        for change in release.changes:
            yield change.thing.encode() + end


def _fields(blocks: Iterator[Lines]) -> Iterator[list[bytes]]:
    return (line.split(b"\t") for line in chain.from_iterable(blocks))
