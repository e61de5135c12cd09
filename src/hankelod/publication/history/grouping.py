"""Things that differ between two sorted graphs, each with all its old and new lines, in bounded memory.

The lines of a thing are not adjacent in a sorted graph: `<…/a/grant/1>` comes before `<…/a1>`, and that before `<…/a>`.
But only a thing whose IRI begins the IRIs of others has lines out of order. These are sorted aside, which is little;
the lines of all others are taken as they come.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from heapq import merge
from itertools import chain, groupby
from operator import itemgetter
from typing import NamedTuple, Protocol

from hankelod.publication import runs
from hankelod.publication.history.lines import SortedLines, differing, is_empty
from hankelod.publication.parts import Parts
from hankelod.publication.runs import Lines

FEW = 10_000
"""Most changed things whose lines are looked up; if there are more, the whole graphs are read again."""

MANY = 200_000
"""Most changed things whose IRIs are held; if there are more, all things are compared."""

RUN = 2**25
"""Bytes of lines that are sorted in memory; more are sorted in runs."""

OBJECT = 40
"""Bytes that Python takes for a line beside its content."""


class Things(Protocol):
    """The things that lines are about."""

    def of(self, each: bytes) -> str:
        """The IRI of the thing that a line is about."""
        ...

    def starts(self, thing: str) -> list[bytes]:
        """The beginnings of all lines of a thing, in order."""
        ...


class ThingVersions(NamedTuple):
    """A thing with its old and its new lines, sorted; they differ."""

    thing: str
    old: Lines
    new: Lines


def changed(things: Things, old: SortedLines, new: SortedLines, parts: Parts) -> Iterator[ThingVersions]:
    """The things whose lines differ, in the order of their IRIs. `parts` takes what is sorted aside and is much."""
    wanted = None if is_empty(old) else _changed(things, old, new)
    if wanted is None or wanted:
        sides = (_grouped(things, lines, wanted, f"things-{side}", parts) for side, lines in enumerate((old, new)))
        yield from (versions for versions in _joined(*sides) if versions.old != versions.new)


def _changed(things: Things, old: SortedLines, new: SortedLines) -> set[str] | None:
    """The things that have different lines; None if they are more than `MANY`."""
    found: set[str] = set()
    for removed, added in differing(old, new):
        found.update(map(things.of, removed), map(things.of, added))
        if len(found) > MANY:
            return None
    return found


def _joined(old: Iterator[tuple[str, Lines]], new: Iterator[tuple[str, Lines]]) -> Iterator[ThingVersions]:
    left, right = next(old, None), next(new, None)
    while left or right:
        thing = min(side[0] for side in (left, right) if side)
        before = after = Lines()
        if left and left[0] == thing:
            before, left = left[1], next(old, None)
        if right and right[0] == thing:
            after, right = right[1], next(new, None)
        yield ThingVersions(thing, before, after)


### The lines of each thing


def _grouped(
    things: Things, lines: SortedLines, wanted: Collection[str] | None, kind: str, parts: Parts
) -> Iterator[tuple[str, Lines]]:
    """The wanted things with their lines, in the order of their IRIs; without `wanted`, all things."""
    if wanted is not None and len(wanted) <= FEW:
        return ((thing, some) for thing in sorted(wanted) if (some := _looked_up(things, lines, thing)))
    aside = _Aside(kind, parts)
    late = _late(_stretches(things, lines, wanted), aside)
    rest = ((thing, some) for thing, some in _stretches(things, lines, wanted) if thing not in late)
    return merge(_whole(rest), aside.groups(), key=itemgetter(0))


def _looked_up(things: Things, lines: SortedLines, thing: str) -> Lines:
    """The lines of one thing."""
    return [each for start in things.starts(thing) for each in lines.starting(start) if things.of(each) == thing]


def _stretches(things: Things, lines: SortedLines, wanted: Collection[str] | None) -> Iterator[tuple[str, Lines]]:
    """Adjacent lines of one thing, in the order of the graph; a thing may come several times.

    In a sorted block, the lines that begin alike end where what comes after that beginning would stand.
    """
    for block in lines.blocks():
        place = 0
        while place < len(block):
            thing = things.of(block[place])
            begins = next(start for start in things.starts(thing) if block[place].startswith(start))
            end = bisect_left(block, begins[:-1] + bytes((begins[-1] + 1,)), place)
            if wanted is None or thing in wanted:
                yield thing, block[place:end]
            place = end


def _whole(stretches: Iterable[tuple[str, Lines]]) -> Iterator[tuple[str, Lines]]:
    """Join stretches of one thing that follow each other."""
    for thing, group in groupby(stretches, itemgetter(0)):
        yield thing, list(chain.from_iterable(some for _, some in group))


def _late(stretches: Iterable[tuple[str, Lines]], aside: _Aside) -> set[str]:
    """The things that have lines after those of a thing with a greater IRI; all their lines are put aside.

    Such a thing's IRI begins those of all things in between, so that only a chain of such things has to be kept.
    """
    late: set[str] = set()
    greatest, begun = "", list[tuple[str, Lines]]()
    for thing, some in stretches:
        while begun and not thing.startswith(begun[-1][0]):
            begun.pop()
        if thing < greatest:
            if begun and begun[-1][0] == thing:
                aside.add(*begun.pop())
            late.add(thing)
            aside.add(thing, some)
            continue
        if begun and begun[-1][0] == thing:
            begun[-1][1].extend(some)
        else:
            begun.append((thing, some))
        greatest = thing
    return late


class _Aside:
    """Lines of things, sorted by thing and line: in memory, or in runs if they are more than `RUN`."""

    def __init__(self, kind: str, parts: Parts) -> None:
        self._kind, self._parts = kind, parts
        self._keys: Lines = []
        self._size = 0
        self._runs: list[str] = []

    def add(self, thing: str, lines: Lines) -> None:
        start = thing.encode() + b"\0"
        self._keys += [start + each for each in lines]
        self._size += sum(map(len, lines)) + len(lines) * (len(start) + OBJECT)
        if self._size > RUN:
            self._write()

    def _write(self) -> None:
        self._keys.sort()
        self._runs.append(runs.write(self._keys, f"{self._kind}-{len(self._runs)}", self._parts))
        self._keys, self._size = [], 0

    def groups(self) -> Iterator[tuple[str, Lines]]:
        """Each thing with its lines, in order."""
        if self._runs and self._keys:
            self._write()
        self._keys.sort()
        blocks = runs.all_of(self._runs, self._kind, self._parts) if self._runs else iter((self._keys,))
        for start, keys in groupby(chain.from_iterable(blocks), lambda key: key[: key.index(b"\0") + 1]):
            yield start[:-1].decode(), [key[len(start) :] for key in keys]
