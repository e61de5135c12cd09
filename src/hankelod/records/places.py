"""Tables of areas: the files with the areas of a class, and the rows in them that are its own.

A level has a table of its own where the pack's shapes name one, else its areas stand in the pack's `areas.csv`. For one
more version a table of that name in the dataset itself is read in its place.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

from hankelod.messages.problem import Place, Problem, problem
from hankelod.model.levels import AREA, TABLE
from hankelod.model.model import Class, Model
from hankelod.records import csvtree
from hankelod.records.packs import Pack
from hankelod.records.tree import Node

LEVEL = "level"
"""Column of `areas.csv` with the level of an area."""

SPELLINGS = {"same as": "sameAs"}
"""Columns of `areas.csv` that are written otherwise than their keys."""


class Files(Protocol):
    """The dataset whose tables they are: its folders, and its way of reading files and of reporting problems."""

    data: Path
    alone: bool
    pack: Pack
    model: Model

    def files(self, cls: Class) -> list[Path]: ...

    def name(self, path: Path) -> str: ...

    def content(self, path: Path, name: str) -> bytes: ...

    def add(self, found: Problem) -> None: ...


class Places:
    """The tables of the areas of one dataset."""

    def __init__(self, dataset: Files) -> None:
        self._dataset = dataset
        self._levels: dict[str, set[str]] = {}
        """Names of levels by the IRI of their class."""
        for level in dataset.model.levels:
            self._levels.setdefault(level.iri, set()).add(level.name)
        self._known = {level.name for level in dataset.model.levels}

    def has(self, cls: Class) -> bool:
        """Check if the things of a class are areas of the pack."""
        return cls.iri in self._levels

    def own(self, cls: Class) -> Path | None:
        """Return the table of a class in the dataset's folder of records, or None."""
        path = self._dataset.data / str(cls.file)
        return path if cls.file != TABLE and not self._dataset.alone and os.path.lexists(path) else None

    def files(self, cls: Class) -> list[Path]:
        """Return the tables with the areas of a class.

        The pack's is left out where it refers to areas for which the dataset has a table of its own, of which the pack
        knows nothing.
        """
        own = self.own(cls)
        if own is not None:
            return [own]
        model = self._dataset.model
        others = (model.classes[f.target] for f in cls.fields if f.kind.refers and f.target in self._levels)
        if any(other.iri != cls.iri and self.own(other) is not None for other in others):
            return []
        table = self._dataset.pack.folder / str(cls.file)
        return [table] if table.exists() or cls.file != TABLE else []

    def codes(self, cls: Class) -> Iterator[str]:
        """Yield the ids of the areas of a class, without checking its rows. Raises Unreadable."""
        levels = self._levels.get(cls.iri)
        for path in self._dataset.files(cls):
            name = self._dataset.name(path)
            cells = csvtree.columns(self._dataset.content(path, name), name, str(cls.identified_by), LEVEL)
            for code, level in cells:
                if levels is None or path.name != TABLE or level in levels:
                    yield code.lower()

    def of_class(self, cls: Class, path: Path, nodes: Iterable[Node]) -> Iterator[Node]:
        """Yield the rows of a table that are areas of a class; rows of an unknown level are problems."""
        if path.name != TABLE:
            yield from nodes
            return
        levels, first = self._levels[cls.iri], self._reader_of_all()
        for node in nodes:
            pairs = [(_spelled(key), value) for key, value in node.value]  # type: ignore[attr-defined]
            level = next((value for key, value in pairs if key.value == LEVEL), None)
            if level is None or level.value not in self._known:
                if cls.iri == first:
                    place = (level or node).place(self._dataset.name(path))
                    value = str(level.value) if level else None
                    known = ", ".join(sorted(self._known))
                    self._dataset.add(problem("unknown-level", Place(*place), None, LEVEL, value, expected=known))
            elif level.value in levels:
                kept = [pair for pair in pairs if pair[0].value != LEVEL or cls.iri == AREA]
                yield Node("mapping", kept, node.line, node.column)

    def _reader_of_all(self) -> str:
        """Return the class whose reading reports the rows of no level."""
        classes = self._dataset.model.classes
        return next(level.iri for level in self._dataset.model.levels if classes[level.iri].file == TABLE)


def _spelled(key: Node) -> Node:
    word = SPELLINGS.get(str(key.value))
    return key if word is None else Node("text", word, key.line, key.column)
