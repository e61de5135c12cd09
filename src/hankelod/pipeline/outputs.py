"""Outputs of a publication that come of its records: one class and one line each."""

from __future__ import annotations

from collections.abc import Iterable

from hankelod.exports.areas import AreaDocuments
from hankelod.exports.documents import Documents
from hankelod.exports.dumps import JsonLd, JsonLines, NTriples, Turtle
from hankelod.exports.export import Basis, Export
from hankelod.exports.making import Index
from hankelod.exports.points import Points
from hankelod.exports.sheets import Csv, SpreadsheetCsv
from hankelod.exports.workbook import Workbook

EXPORTS: tuple[type[Export], ...] = (
    NTriples,
    Turtle,
    JsonLd,
    JsonLines,
    Csv,
    SpreadsheetCsv,
    Workbook,
    Points,
    Documents,
    AreaDocuments,
    Index,
)


def names(parts: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the exports of these parts of a publication; the sorted triples are always among them."""
    wanted = set(parts)
    return tuple(cls.__name__ for cls in EXPORTS if cls.part in wanted or cls is NTriples)


def of(names: Iterable[str], basis: Basis) -> list[Export]:
    """Make the exports of these names, in their order."""
    wanted = set(names)
    return [cls(basis) for cls in EXPORTS if cls.__name__ in wanted]
