"""Omission: a record that a dataset passes over, since it has violations and the rest is published without it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hankelod.messages.problem import Place
from hankelod.model.model import Class


class Omission(NamedTuple):
    """The place of a record: its file, as reports name it, and the line on which it begins; 0 for a file of its own.

    `name` is its class and its id (`organisation/its-id`), empty where it cannot be read.
    """

    file: str
    line: int
    name: str


class Omissions:
    """The records that a dataset passes over, looked up by their place and by their name."""

    def __init__(self, each: Sequence[Omission] = ()) -> None:
        self.each = tuple(sorted(each))
        self._lines: dict[str, set[int]] = {}
        self._names: dict[str, Place] = {}
        self._ids: set[str] = set()
        for one in self.each:
            self._lines.setdefault(one.file, set()).add(one.line)
            if one.name:
                self._names[one.name] = Place(one.file, max(1, one.line), 1)
                self._ids.add(one.name.rpartition("/")[2])

    def lines(self, file: str) -> set[int]:
        """Return the lines of a file on which records begin that are passed over."""
        return self._lines.get(file, set())

    def whole(self, file: str) -> bool:
        """Tell whether a file with one record is passed over."""
        return 0 in self.lines(file)

    def place(self, name: str) -> Place | None:
        """Return the place of the record of a name (`organisation/its-id`), None if none is passed over."""
        return self._names.get(name)

    def has(self, cls: Class, identifier: str) -> bool:
        """Tell whether a record, or the record that a part belongs to, is passed over."""
        if cls.part:
            return identifier.partition("/")[0] in self._ids
        return f"{cls.segment}/{identifier}" in self._names
