"""Portfolio: the records indexed for pages, by organisation, area, theme, programme and year.

It holds references to the records; its memory does not depend on the length of their texts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property

from hankelod.model.levels import key_of
from hankelod.model.model import Level, Model
from hankelod.records.areas import Area, Areas
from hankelod.records.dataset import Dataset
from hankelod.records.record import Record
from hankelod.site.amounts import Amounts, grant, granted, split
from hankelod.validation.grants import Rule, rules

SEAT = "http://purl.org/dc/terms/spatial"
"""Property of an organisation for the area that it is, or where it has its seat."""


def listed(record: Record, key: str) -> list[str]:
    """Return the ids in a list of references."""
    value = record.values.get(key, [])
    assert isinstance(value, list)
    return [str(v) for v in value]


def parts(record: Record, key: str) -> list[dict[str, object]]:
    """Return the parts of a record under a key."""
    value = record.values.get(key, [])
    assert isinstance(value, list)
    return value


def text_of(record: Record, key: str) -> str:
    """Return a single value as text, empty if there is none."""
    value = record.values.get(key)
    return "" if value is None else str(value)


def months(project: Record) -> tuple[str, str]:
    """Return the first month in which a project can have run, and the last; each is empty if the source has it not."""
    return text_of(project, "earliestStart")[:7], text_of(project, "latestEnd")[:7]


class Portfolio:
    """All records of a dataset, indexed; lists of projects are in order of start, newest first."""

    def __init__(self, dataset: Dataset, records: list[Record]) -> None:
        self.model: Model = dataset.model
        self.config = dataset.config
        self.defaults = dataset.given
        self.by_class: dict[str, dict[str, Record]] = {}
        for record in records:
            self.by_class.setdefault(record.cls.name, {})[record.id] = record
        self.settings: Record = next(iter(self.by_class["Dataset"].values()))
        self.projects = sorted(
            self.of(self.model.main.name).values(), key=lambda p: (text_of(p, "start"), p.id), reverse=True
        )
        self.led: dict[str, list[Record]] = {}
        self.partnered: dict[str, list[Record]] = {}
        self.contributed: dict[str, list[tuple[Record, str]]] = {}
        self.areas = Areas(self.model, self._find)
        self.at_area: dict[str, list[Record]] = {}
        """Projects that name an area, by its path."""
        self.in_area: dict[str, list[Record]] = {}
        """Projects that name an area or one within it, by its path."""
        self.with_theme: dict[str, list[Record]] = {}
        self.of_programme: dict[str, list[Record]] = {}
        self.starting: dict[str, list[Record]] = {}
        self.horizon = int(text_of(self.settings, "modified")[:4])
        """Year up to which an open project is known to run: that of the dataset."""
        for project in self.projects:
            self._place(project)
        found = Counter(code for p in self.projects for code, _ in grant(p).by_currency)
        self.currencies = tuple(sorted(found, key=lambda code: (-found[code], code)))
        """Currencies of the grants, that of most projects first."""
        self.seated: dict[str, list[Record]] = {}
        self.units: dict[str, list[Record]] = {}
        for organisation in self.of("Organisation").values():
            seat = self.seat(organisation)
            if seat is not None:
                self.seated.setdefault(seat.path, []).append(organisation)
            self.units.setdefault(text_of(organisation, "parent"), []).append(organisation)
        self.members: dict[str, list[Area]] = {}
        """Areas within an area, by its path."""
        self.levels: dict[str, list[Area]] = {}
        """Areas that projects can name, by level, and the levels that have any."""
        for area in self.all_areas():
            if area.level.key is not None:
                self.levels.setdefault(area.level.name, []).append(area)
                parent = self.areas.parent(area)
                if parent is not None:
                    self.members.setdefault(parent.path, []).append(area)
        self.rules: dict[str, list[Rule]] = {}
        for rule in rules(self.projects, [*self.of("Organisation").values(), *self.of("Programme").values()]):
            self.rules.setdefault(rule.record, []).append(rule)

    def of(self, name: str) -> dict[str, Record]:
        """Return the records of a class by id."""
        return self.by_class.get(name, {})

    def _find(self, iri: str, identifier: str) -> Record | None:
        """Return a record by the IRI of its class and its id, or None."""
        return self.of(self.model.classes[iri].name).get(identifier)

    def all_areas(self) -> Iterator[Area]:
        """Yield all areas, those of the widest levels first."""
        for iri in dict.fromkeys(level.iri for level in self.model.levels):
            records = self.of(self.model.classes[iri].name).values()
            yield from (area for record in records if (area := self.areas.of(record)) is not None)

    def seat(self, organisation: Record) -> Area | None:
        """Return the area that an organisation is, or where it has its seat; None if it is not known."""
        key = key_of(organisation.cls, SEAT)
        field = organisation.cls.field(key) if key else None
        value = organisation.values.get(key) if key else None
        return self.areas.area(str(field.target), str(value)) if field is not None and value is not None else None

    @cached_property
    def division(self) -> Level | None:
        """The level by which grants are compared: the widest that has several areas, one of which has projects."""
        named = {level.name for level in self.model.levels if len(self.levels.get(level.name, ())) > 1}
        return next(
            (
                level
                for level in self.model.levels
                if level.name in named and any(area.path in self.in_area for area in self.levels[level.name])
            ),
            None,
        )

    def _place(self, project: Record) -> None:
        if project.values.get("lead"):
            self.led.setdefault(text_of(project, "lead"), []).append(project)
        for partner in listed(project, "partners"):
            self.partnered.setdefault(partner, []).append(project)
        for contribution in parts(project, "contributors"):
            self.contributed.setdefault(str(contribution["organisation"]), []).append(
                (project, str(contribution.get("role", "")))
            )
        for theme in listed(project, "themes"):
            self.with_theme.setdefault(theme, []).append(project)
        for kind, identifier in self.areas.named(project.values):
            self.at_area.setdefault(f"{kind.cls.identifies}{identifier}", []).append(project)
        for area in self.areas_of(project):
            self.in_area.setdefault(area.path, []).append(project)
        for programme in dict.fromkeys(str(g["programme"]) for g in parts(project, "grants") if "programme" in g):
            self.of_programme.setdefault(programme, []).append(project)
        if project.values.get("start"):
            self.starting.setdefault(text_of(project, "start")[:4], []).append(project)

    def named_areas(self, project: Record) -> list[Area]:
        """Return the areas that a project names, those of the widest levels first."""
        found: dict[str, list[Area]] = {}
        for kind, identifier in self.areas.named(project.values):
            area = self.areas.area(kind.cls.iri, identifier)
            if area is not None:
                found.setdefault(area.level.name, []).append(area)
        return [area for level in self.model.levels for area in found.get(level.name, ())]

    def areas_of(self, project: Record, level: Level | None = None) -> list[Area]:
        """Return the areas that a project names and those that they are in, of one level or of all."""
        named = self.named_areas(project)
        whole = [*named, *(other for area in named for other in self.areas.above(area))]
        return list({a.path: a for a in whole if level is None or a.level.name == level.name}.values())

    def organisations_of(self, project: Record) -> list[str]:
        """Return the ids of the organisations that took part in a project, the lead first."""
        contributors = [str(c["organisation"]) for c in parts(project, "contributors")]
        lead = [text_of(project, "lead")] if project.values.get("lead") else []
        return list(dict.fromkeys([*lead, *listed(project, "partners"), *contributors]))

    def years_of(self, project: Record) -> range:
        """Return the years in which a project can have run, as far as they are known; an open one runs on until now."""
        start, end = months(project)
        first = int((start or end)[:4] or 0)
        return range(first, max(first, int(end[:4]) if end else self.horizon) + 1) if first else range(0)

    def of_organisation(self, organisation: str) -> list[Record]:
        """Return the projects in which an organisation took part, in any role."""
        contributed = [p for p, _ in self.contributed.get(organisation, [])]
        projects = [*self.led.get(organisation, []), *self.partnered.get(organisation, []), *contributed]
        return list({p.id: p for p in projects}.values())

    def companions(self, organisation: str) -> list[tuple[str, int]]:
        """Return the organisations that shared projects with this one, and the number of projects, highest first."""
        shared = Counter(o for p in self.of_organisation(organisation) for o in self.organisations_of(p))
        del shared[organisation]
        return sorted(shared.items(), key=lambda pair: (-pair[1], pair[0]))

    def given(self, programme: str) -> Amounts:
        """Return the sum of the grants of a programme."""
        return granted(self.of_programme.get(programme, []), programme)

    def by_area(self, currency: str) -> list[tuple[Area, Decimal, int]]:
        """Return what was granted in one currency by area of the division, and to how many projects; a project in
        several is split evenly, to the hundredth."""
        sums: dict[str, tuple[Area, Decimal, int]] = {}
        for project in self.projects if self.division is not None else ():
            amount, areas = grant(project).value(currency), self.areas_of(project, self.division)
            for area, part in zip(areas, split(amount, len(areas)), strict=True):
                if part:
                    _, known, count = sums.get(area.path, (area, Decimal(0), 0))
                    sums[area.path] = (area, known + part, count + 1)
        return list(sums.values())
