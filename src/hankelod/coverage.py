"""What people who use the data can count on: how many projects tell what, by the figures of `report.ttl`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from hankelod.graph import Text
from hankelod.model import Class, Model
from hankelod.problems import Problem
from hankelod.records import Record
from hankelod.words import WORDS, catalogue


class Figure(NamedTuple):
    """How many of the projects tell something: `told` out of `of`."""

    name: str
    label: Text
    told: int
    of: int

    def per_cent(self) -> int:
        """The share in whole per cent, rounded down: 100 only where it is all of them."""
        return self.told * 100 // self.of if self.of else 0


def coverage(
    model: Model, records: Iterable[Record], problems: Iterable[Problem], languages: tuple[str, ...]
) -> list[Figure]:
    """The figures of the projects among `records`, in the order of the catalogue; none where there is no project."""
    projects = [r for r in records if r.cls.folder == "projects"]
    if not projects:
        return []
    remarked = {p.record for p in problems if p.severity != "info"}
    index = catalogue()
    named = sorted(
        (int(index.value(s, WORDS + "order") or 0), s.removeprefix(WORDS))
        for s in index.triples
        if index.one(s, WORDS + "path")
    )
    figures = []
    for _, name in named:
        paths = [getattr(o, "value", "") for o in index.objects(WORDS + name, WORDS + "path")]
        told = sum(any(_holds(model, r, p, remarked, languages) for p in paths) for r in projects)
        figures.append(Figure(name, index.text(WORDS + name, WORDS + "says"), told, len(projects)))
    return figures


def _holds(model: Model, record: Record, path: str, remarked: set[str | None], languages: tuple[str, ...]) -> bool:
    if path == "*clean":
        return record.id not in remarked
    if path == "*languages":
        return _complete(model, record.cls, record.values, languages)
    return _has(record.values, path.split("."))


def _has(values: object, steps: list[str]) -> bool:
    """Whether there is a value at the end of a path of keys, in any of the parts on the way."""
    if isinstance(values, list):
        return any(_has(v, steps) for v in values)
    if not steps:
        return values is not None and values is not False
    return isinstance(values, dict) and steps[0] in values and _has(values[steps[0]], steps[1:])


def _complete(model: Model, cls: Class, values: dict[str, object], languages: tuple[str, ...]) -> bool:
    """Whether every text by language of a record and its parts is there in all languages; words quoted need one only."""
    for field in cls.fields:
        value = values.get(field.key)
        if value is None:
            continue
        if field.kind == "langtext" and not field.verbatim:
            if not set(languages) & set(field.languages) <= set(value):  # type: ignore[call-overload]
                return False
        elif field.kind == "part":
            target = model.target(field)
            parts: list[dict[str, object]] = value if isinstance(value, list) else [value]  # type: ignore[list-item]
            if not all(_complete(model, target, part, languages) for part in parts):
                return False
    return True
