"""Pages about the dataset as a whole: front, figures, about, accessibility."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from hankelod.site import charts, schema_org
from hankelod.site.language import Link, Words
from hankelod.site.listing import Row, row, rows
from hankelod.site.map.atlas import Area, area
from hankelod.site.pages.area import region_bars
from hankelod.site.pages.programme import year_bars
from hankelod.site.portfolio import cost, costs, grant, granted, months, text_of
from hankelod.site.view import Page, View, address, brief, shown_address

NEWEST = 5
"""Newest projects shown on the front page."""

LINES = 60
"""Most projects that the timeline draws one by one; with more, a chart counts those running in each year."""


class MapContent(NamedTuple):
    """Map: its size, regions with projects of their own (light), municipalities with projects (dark)."""

    width: int
    height: int
    land: str
    mesh: str
    regions: tuple[Area, ...]
    municipalities: tuple[Area, ...]
    official: bool


class FrontContent(NamedTuple):
    """Content of the front page."""

    title: Words
    description: Words
    numbers: tuple[tuple[str, str], ...]
    map: MapContent
    themes: tuple[tuple[Link, int], ...]
    regions: tuple[charts.Bar, ...]
    years: tuple[charts.Bar, ...]
    newest: tuple[Row, ...]
    programmes: tuple[Link, ...]
    version: str
    modified: str


class FiguresContent(NamedTuple):
    """Content of the page of charts."""

    regions: tuple[charts.Bar, ...]
    years: tuple[charts.Bar, ...]
    plane: charts.Plane
    rate: str
    rows: tuple[Row, ...]
    timeline: charts.Timeline
    running: tuple[charts.Bar, ...]
    granted: str
    cost: str
    share: str


class AboutContent(NamedTuple):
    """Content of the page about the dataset; `contact` is name, address and e-mail."""

    title: Words
    description: Words
    publisher: Link | None
    contact: tuple[str, str, str]
    version: str
    issued: str
    modified: str
    licence: str
    licence_name: str
    attribution: tuple[str, ...]
    inferred: Words | None
    official: bool
    languages: str


class AccessibilityContent(NamedTuple):
    """Content of the accessibility statement; `contact` is name, address and e-mail."""

    contact: tuple[str, str, str]
    modified: str


def map_content(view: View) -> MapContent:
    """Return the map of all areas that projects name."""
    atlas, portfolio = view.site.atlas, view.portfolio

    def areas(name: str, projects: dict[str, list[object]]) -> tuple[Area, ...]:
        shapes = []
        for code, some in sorted(projects.items()):
            link = view.link(name, code)
            title = f"{link.words.text}: {view.t('count.projects', n=len(some))}"
            shapes.append(area(atlas, code, link.path, title, len(some)))
        return tuple(shapes)

    return MapContent(
        atlas.width,
        atlas.height,
        atlas.land,
        atlas.mesh,
        areas("Region", portfolio.at_region),  # type: ignore[arg-type]
        areas("Municipality", portfolio.in_municipality),  # type: ignore[arg-type]
        atlas.official,
    )


def front_page(view: View) -> Page:
    """Return the front page."""
    t, portfolio, settings = view.t, view.portfolio, view.portfolio.settings.values
    projects = portfolio.projects
    years = [int(text_of(p, k)[:4]) for p in projects for k in ("start", "end")]
    organisations = {o for p in projects for o in portfolio.organisations_of(p)}
    numbers = (
        (t.number(len(projects)), t("front.projects", n=len(projects))),
        (t.money(granted(projects)), t("front.granted")),
        (t.money(costs(projects)), t("front.costs")),
        (t.number(len(organisations)), t("front.organisations", n=len(organisations))),
        (f"{min(years)}–{max(years)}" if years else "–", t("front.years")),
    )
    title = t.pick(settings["title"]) or Words("")
    description = t.pick(settings["description"]) or Words("")
    themes = [(view.concept("Theme", x), len(some)) for x, some in portfolio.with_theme.items()]
    content = FrontContent(
        title=title,
        description=description,
        numbers=numbers,
        map=map_content(view),
        themes=tuple(sorted(themes, key=lambda pair: (-pair[1], pair[0].words.text))),
        regions=tuple(region_bars(view)),
        years=tuple(year_bars(view, projects)),
        newest=rows(view, projects[:NEWEST]),
        programmes=tuple(view.to(p) for p in portfolio.of("Programme").values()),
        version=str(settings["version"]),
        modified=t.date(str(settings["modified"])),
    )
    return Page(
        "index.html", "front.html", title.text, brief(description.text), content, markup=schema_org.dataset(view)
    )


def figures_page(view: View) -> Page:
    """Return the page of all charts, each with its numbers."""
    t, projects = view.t, view.portfolio.projects
    rates = {r.rate.value for some in view.portfolio.rules.values() for r in some if r.rate}
    rate = Decimal(rates.pop()) if len(rates) == 1 else None
    points = [
        (view.to(p), cost(p), grant(p), f"{view.named(p).text}: {t.money(grant(p))} / {t.money(cost(p))}")
        for p in projects
    ]
    few = sorted(projects, key=lambda p: (*months(p), p.id)) if len(projects) <= LINES else []
    content = FiguresContent(
        regions=tuple(region_bars(view)),
        years=tuple(year_bars(view, projects)),
        plane=charts.plane(points, rate, t.money),
        rate=t.percent(str(rate * 100)) if rate else "",
        rows=tuple(row(view, p) for p in few),
        timeline=charts.timeline([months(p) for p in few]) if few else charts.Timeline((), ()),
        running=() if few else tuple(_running(view)),
        granted=t.money(granted(projects)),
        cost=t.money(costs(projects)),
        share=t.share(granted(projects), costs(projects)),
    )
    return Page("figures.html", "figures.html", t("figures.heading"), t("figures.description"), content)


def _running(view: View) -> list[charts.Bar]:
    """Return the chart of the number of projects running in each year."""
    counts: dict[int, int] = {}
    for project in view.portfolio.projects:
        for year in range(int(text_of(project, "start")[:4]), int(text_of(project, "end")[:4]) + 1):
            counts[year] = counts.get(year, 0) + 1
    return charts.bars(
        (Link(f"projects.html?year={y}", Words(str(y))), Decimal(n), view.t("count.projects", n=n), "")
        for y, n in sorted(counts.items())
    )


### About


def _contact(view: View) -> tuple[str, str, str]:
    """Return name, address and e-mail of the contact, each empty if missing."""
    part: dict[str, object] = view.portfolio.settings.values.get("contact", {})  # type: ignore[assignment]
    return str(part.get("name", "")), address(str(part.get("url", ""))) or "", str(part.get("email", ""))


LICENCES = {
    "https://creativecommons.org/licenses/by/4.0/": "CC BY 4.0",
    "https://creativecommons.org/publicdomain/zero/1.0/": "CC0 1.0",
}
"""Well-known short names of licences."""


def licence_name(iri: str) -> str:
    """Return the short name of a licence, else its address."""
    return LICENCES.get(iri, shown_address(iri))


def about_page(view: View) -> Page:
    """Return the page about the dataset: publisher, terms of use, sources, and limitations."""
    t, settings = view.t, view.portfolio.settings.values
    publisher = settings.get("publisher")
    programme = next((p for p in view.portfolio.of("Programme").values() if p.values.get("limitsBasis")), None)
    languages = [str(code) for code in settings.get("languages", [])]  # type: ignore[attr-defined]
    content = AboutContent(
        title=t.pick(settings["title"]) or Words(""),
        description=t.pick(settings["description"]) or Words(""),
        publisher=view.link("Organisation", str(publisher)) if publisher else None,
        contact=_contact(view),
        version=str(settings["version"]),
        issued=t.date(str(settings["issued"])),
        modified=t.date(str(settings["modified"])),
        licence=address(str(settings["licence"])) or "",
        licence_name=licence_name(str(settings["licence"])),
        attribution=tuple(str(line) for line in settings.get("attribution", [])),  # type: ignore[attr-defined]
        inferred=t.pick(programme.values["limitsBasis"]) if programme else None,
        official=view.site.atlas.official,
        languages=", ".join(view.language_name(code) for code in languages),
    )
    return Page("about.html", "about.html", t("about.heading"), t("about.summary"), content)


def accessibility_page(view: View) -> Page:
    """Return the accessibility statement."""
    content = AccessibilityContent(_contact(view), view.t.date(str(view.portfolio.settings.values["modified"])))
    heading = view.t("accessibility.heading")
    return Page("accessibility.html", "accessibility.html", heading, view.t("accessibility.summary"), content)
