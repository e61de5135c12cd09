"""Portfolio: the records indexed for pages, by organisation, area, theme, programme and year.

It holds references to the records; its memory does not depend on the length of their texts.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from hankelod.model.model import Model
from hankelod.records.dataset import Dataset
from hankelod.records.record import Record
from hankelod.site.amounts import Amounts, grant, granted, split
from hankelod.validation.grants import Rule, rules


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
        self.in_municipality: dict[str, list[Record]] = {}
        self.at_region: dict[str, list[Record]] = {}
        self.in_region: dict[str, list[Record]] = {}
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
            self.seated.setdefault(text_of(organisation, "municipality"), []).append(organisation)
            self.units.setdefault(text_of(organisation, "parent"), []).append(organisation)
        self.municipalities_of: dict[str, list[Record]] = {}
        for municipality in self.of("Municipality").values():
            self.municipalities_of.setdefault(text_of(municipality, "region"), []).append(municipality)
        self.rules: dict[str, list[Rule]] = {}
        for rule in rules(self.projects, [*self.of("Organisation").values(), *self.of("Programme").values()]):
            self.rules.setdefault(rule.record, []).append(rule)

    def of(self, name: str) -> dict[str, Record]:
        """Return the records of a class by id."""
        return self.by_class.get(name, {})

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
        for region in listed(project, "regions"):
            self.at_region.setdefault(region, []).append(project)
        for municipality in listed(project, "municipalities"):
            self.in_municipality.setdefault(municipality, []).append(project)
        for region in self.regions_of(project):
            self.in_region.setdefault(region, []).append(project)
        for programme in dict.fromkeys(str(g["programme"]) for g in parts(project, "grants") if "programme" in g):
            self.of_programme.setdefault(programme, []).append(project)
        if project.values.get("start"):
            self.starting.setdefault(text_of(project, "start")[:4], []).append(project)

    def regions_of(self, project: Record) -> list[str]:
        """Return the regions of a project: those it names, then those of its municipalities."""
        areas = self.of("Municipality")
        of_municipalities = [text_of(areas[m], "region") for m in listed(project, "municipalities") if m in areas]
        return list(dict.fromkeys([*listed(project, "regions"), *of_municipalities]))

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

    def by_region(self, currency: str) -> dict[str, Decimal]:
        """Return what was granted in one currency by region; a project in several is split evenly, to the hundredth."""
        sums: dict[str, Decimal] = {}
        for project in self.projects:
            amount, regions = grant(project).value(currency), self.regions_of(project)
            for region, part in zip(regions, split(amount, len(regions)), strict=True):
                if part:
                    sums[region] = sums.get(region, Decimal(0)) + part
        return sums
