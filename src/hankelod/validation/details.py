"""Details of a report beyond its problems: the rules of grants, how complete the projects are, titles of records.

They are gathered chunk by chunk and merged, and made only for a report that shows them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from hankelod.messages.catalogue import Text
from hankelod.messages.problem import Problem
from hankelod.messages.words import word
from hankelod.model.model import Class, Model
from hankelod.records.record import Record

if TYPE_CHECKING:
    from hankelod.validation.grants import Rule

FIGURES = {
    "figure-clean": ("*clean",),
    "figure-languages": ("*languages",),
    "figure-summary": ("summary",),
    "figure-themes": ("themes",),
    "figure-outcomes": ("outcomes",),
    "figure-observations": ("observations", "outcomes.observations"),
    "figure-links": ("links.url",),
    "figure-partners": ("partners", "morePartners"),
    "figure-municipalities": ("municipalities",),
    "figure-call": ("grants.call",),
}
"""Kinds of information by the name of their text, in order, and the paths of keys of which a project has one.

`*clean` is a record without problems, `*languages` one whose texts are in all languages.
"""

KEPT = 10_000
"""Most rules that a report lists, and most titles."""

Titles = dict[tuple[str | None, str], Text]
"""Title or name of a record by language, by its folder (or file) and its id."""


class Coverage(NamedTuple):
    """Coverage of one kind of information: `complete` of the `of` projects have it."""

    name: str
    label: Text
    complete: int
    of: int

    def per_cent(self) -> int:
        """Return the share in whole per cent, rounded down: 100 only if all projects have it."""
        return self.complete * 100 // self.of if self.of else 0


class Details:
    """Details of the records added so far: `rules` of their grants, `titles`, and counts of complete projects."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.titles: Titles = {}
        self.projects = 0
        self.complete: dict[str, int] = {}

    def add(
        self,
        model: Model,
        records: Sequence[Record],
        others: Iterable[Record],
        problems: Iterable[Problem],
        languages: tuple[str, ...],
    ) -> None:
        """Add the records of a chunk with their problems; `others` are the records that they refer to."""
        from hankelod.validation.grants import rules  # only here: the arithmetic of decimals costs start-up

        problems = list(problems)
        self.rules += rules(records, others)[:KEPT]
        with_problems = {p.record for p in problems if p.severity != "info"}
        reported = {p.record for p in problems}
        for record in records:
            title = record.values.get("title") or record.values.get("name")
            if isinstance(title, dict) and (record.cls.main or record.id in reported):
                self.titles[record.cls.folder or record.cls.file, record.id] = title
            if record.cls.main:
                self.projects += 1
                for name, paths in FIGURES.items():
                    if any(_holds(model, record, path, with_problems, languages) for path in paths):
                        self.complete[name] = self.complete.get(name, 0) + 1

    def merge(self, other: Details) -> None:
        """Add the details of records that follow these; of rules and titles, KEPT are kept."""
        self.rules += other.rules[: KEPT - len(self.rules)]
        if len(self.titles) < KEPT:
            self.titles |= other.titles
        self.projects += other.projects
        for name, number in other.complete.items():
            self.complete[name] = self.complete.get(name, 0) + number

    def unique(self) -> None:
        """Drop the rules of a record under an id that an earlier one has."""
        first: dict[tuple[str, str], Rule] = {}
        for rule in self.rules:
            first.setdefault((rule.record, rule.grant), rule)
        self.rules = list(first.values())

    def coverage(self) -> list[Coverage]:
        """Return the coverage of the projects, in the order of the catalogue; empty without projects."""
        if not self.projects:
            return []
        return [Coverage(name, word(name), self.complete.get(name, 0), self.projects) for name, _ in FIGURES.items()]


def _holds(model: Model, record: Record, path: str, with_problems: set[str | None], languages: tuple[str, ...]) -> bool:
    if path == "*clean":
        return record.id not in with_problems
    if path == "*languages":
        return _complete(model, record.cls, record.values, languages)
    return _has(record.values, path.split("."))


def _has(values: object, steps: list[str]) -> bool:
    """Return True if there is a value at the end of a path of keys, in any of the parts along it."""
    if isinstance(values, list):
        return any(_has(v, steps) for v in values)
    if not steps:
        return values is not None and values is not False
    return isinstance(values, dict) and steps[0] in values and _has(values[steps[0]], steps[1:])


def _complete(model: Model, cls: Class, values: dict[str, object], languages: tuple[str, ...]) -> bool:
    """Return True if all texts of a record and its parts are in all languages; verbatim texts are not considered."""
    return all(
        set(languages) & set(field.languages) <= set(part.values[field.key])  # type: ignore[call-overload]
        for part in model.walk(cls, values)
        for field in part.cls.fields
        if field.kind.by_language and not field.verbatim and field.key in part.values
    )
