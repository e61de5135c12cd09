"""Area pages: the list of regions and municipalities, the page of each, and those of former municipalities."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hankelod.records.record import Record
from hankelod.site import charts, schema_org
from hankelod.site.amounts import granted
from hankelod.site.language import Link, Words
from hankelod.site.listing import Row, by_name, collated, rows
from hankelod.site.map.atlas import Area, area
from hankelod.site.portfolio import text_of
from hankelod.site.view import Fact, Page, View

LONGEST = 100
"""Most projects listed on an area's page; the search page has the rest."""

NEAR = 5
"""Most projects of the region on the page of a municipality without projects."""


class AreaContent(NamedTuple):
    """Content of the page of a region or municipality."""

    name: Words
    kind: str
    facts: tuple[Fact, ...]
    projects: tuple[Row, ...]
    total: int
    granted: str
    around: tuple[Row, ...]
    elsewhere: tuple[Row, ...]
    region: Link | None
    municipalities: tuple[tuple[Link, int], ...]
    organisations: tuple[Link, ...]
    former: tuple[Link, ...]
    spots: tuple[Area, ...]
    search: str


class RegionEntry(NamedTuple):
    """Region in the list of areas: its number of projects, and its municipalities with theirs."""

    link: Link
    total: int
    municipalities: tuple[tuple[Link, int], ...]


class AreasContent(NamedTuple):
    """Content of the list of areas."""

    regions: tuple[RegionEntry, ...]
    bars: tuple[charts.Bar, ...]


class FormerContent(NamedTuple):
    """Content of the page of a former municipality."""

    name: Words
    facts: tuple[Fact, ...]
    successor: Link | None


def area_pages(view: View) -> Iterator[Page]:
    """Pages of the list of areas, and of every region, municipality and former municipality."""
    yield _list(view)
    for region in view.portfolio.of("Region").values():
        yield _region(view, region)
    former: dict[str, list[Link]] = {}
    for old in view.portfolio.of("FormerMunicipality").values():
        if old.values.get("name"):
            former.setdefault(text_of(old, "successor"), []).append(view.to(old))
    for municipality in view.portfolio.of("Municipality").values():
        yield _municipality(view, municipality, tuple(by_name(former.get(municipality.id, []))))
    for old in view.portfolio.of("FormerMunicipality").values():
        yield _former(view, old)


def _municipalities(view: View, region: str) -> tuple[tuple[Link, int], ...]:
    members = view.portfolio.municipalities_of.get(region, [])
    counted = [(view.to(m), len(view.portfolio.in_municipality.get(m.id, []))) for m in members]
    return tuple(sorted(counted, key=lambda pair: (collated(pair[0].words.text), pair[0].path)))


def _list(view: View) -> Page:
    regions = sorted(view.portfolio.of("Region").values(), key=lambda r: collated(view.named(r).text))
    entries = tuple(
        RegionEntry(view.to(r), len(view.portfolio.in_region.get(r.id, [])), _municipalities(view, r.id))
        for r in regions
    )
    return Page(
        "areas.html",
        "areas.html",
        view.t("areas.heading"),
        view.t("areas.description"),
        AreasContent(entries, tuple(bar for c in view.portfolio.currencies for bar in region_bars(view, c))),
    )


def region_bars(view: View, currency: str) -> list[charts.Bar]:
    """Return the chart of what was granted in one currency by region, largest first."""
    sums = sorted(view.portfolio.by_region(currency).items(), key=lambda pair: (-pair[1], pair[0]))
    return charts.bars(
        (
            view.link("Region", region),
            amount,
            view.t.amount(amount, currency),
            view.t("count.projects", n=len(view.portfolio.in_region[region])),
        )
        for region, amount in sums
    )


def _region(view: View, region: Record) -> Page:
    own = region.id
    projects, name = view.portfolio.in_region.get(own, []), view.named(region)
    members = view.portfolio.municipalities_of.get(own, [])
    spots = [area(view.site.atlas, own, "", name.text, 1)]
    here = [m for m in members if m.id in view.portfolio.in_municipality]
    spots += [area(view.site.atlas, m.id, "", view.named(m).text, 1) for m in here]
    content = AreaContent(
        name=name,
        kind="region",
        facts=tuple(view.facts(region, frozenset(("name", "genitive")))),
        projects=rows(view, projects[:LONGEST]),
        total=len(projects),
        granted=view.t.money(granted(projects)),
        around=(),
        elsewhere=(),
        region=None,
        municipalities=_municipalities(view, own),
        organisations=tuple(by_name(view.to(o) for m in members for o in view.portfolio.seated.get(m.id, []))),
        former=(),
        spots=tuple(spots),
        search=f"projects.html?region={own}",
    )
    return _page(view, region, content, len(projects))


def _municipality(view: View, municipality: Record, former: tuple[Link, ...]) -> Page:
    own, region = municipality.id, text_of(municipality, "region")
    projects, name = view.portfolio.in_municipality.get(own, []), view.named(municipality)
    regional = [p for p in view.portfolio.at_region.get(region, []) if p not in projects]
    content = AreaContent(
        name=name,
        kind="municipality",
        facts=tuple(view.facts(municipality, frozenset(("name", "genitive", "locative")))),
        projects=rows(view, projects[:LONGEST]),
        total=len(projects),
        granted=view.t.money(granted(projects)),
        around=rows(view, regional[:LONGEST]),
        elsewhere=rows(
            view, [p for p in view.portfolio.in_region.get(region, []) if not projects and p not in regional][:NEAR]
        ),
        region=view.link("Region", region) if region else None,
        municipalities=(),
        organisations=tuple(by_name(view.to(o) for o in view.portfolio.seated.get(own, []))),
        former=former,
        spots=(area(view.site.atlas, own, "", name.text, 1),),
        search=f"projects.html?municipality={own}",
    )
    return _page(view, municipality, content, len(projects))


def _page(view: View, record: Record, content: AreaContent, count: int) -> Page:
    crumbs = [view.page_link("areas.html", "nav.areas"), *([content.region] if content.region else [])]
    return Page(
        f"doc/{record.cls.identifies}{record.id}.html",
        "area.html",
        content.name.text,
        view.t("area.description", name=content.name.text, n=count),
        content,
        view.thing(record),
        schema_org.area(view, record),
        tuple(crumbs),
    )


def _former(view: View, record: Record) -> Page:
    name = view.named(record)
    successor = view.link("Municipality", text_of(record, "successor")) if record.values.get("successor") else None
    content = FormerContent(name, tuple(view.facts(record, frozenset(("name",)))), successor)
    return Page(
        f"doc/{record.cls.identifies}{record.id}.html",
        "former.html",
        name.text,
        view.t("former.description", name=name.text),
        content,
        view.thing(record),
        None,
        (view.page_link("areas.html", "nav.areas"),),
        listed=False,
    )
