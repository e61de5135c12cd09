"""Pages about the dataset as a whole: front, figures, about, accessibility."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from hankelod.messages.tables import Licence, licences
from hankelod.site import charts, schema_org
from hankelod.site.amounts import both, cost, costs, grant, granted
from hankelod.site.language import Link, Words
from hankelod.site.listing import Row, row, rows
from hankelod.site.map.atlas import Area, area
from hankelod.site.pages.area import area_charts, division
from hankelod.site.pages.programme import year_charts
from hankelod.site.pages.project import translated
from hankelod.site.portfolio import months, text_of
from hankelod.site.view import Page, View, address, brief, shown_address

NEWEST = 5
"""Newest projects shown on the front page."""

LINES = 60
"""Most projects that the timeline draws one by one; with more, a chart counts those running in each year."""


class MapContent(NamedTuple):
    """Map: its size, wide areas that projects name themselves (light), others with projects (dark), and the credits."""

    width: int
    height: int
    land: str
    mesh: str
    wide: tuple[Area, ...]
    small: tuple[Area, ...]
    official: bool
    credits: tuple[str, ...]


class Number(NamedTuple):
    """Number on the front page: as text, what it counts, and for how many projects it is known, if not for all."""

    text: str
    label: str
    known: str = ""


class FrontContent(NamedTuple):
    """Content of the front page."""

    title: Words
    description: Words
    numbers: tuple[Number, ...]
    map: MapContent
    themes: tuple[tuple[Link, int], ...]
    areas: tuple[charts.Chart, ...]
    division: str
    years: tuple[charts.Chart, ...]
    newest: tuple[Row, ...]
    programmes: tuple[Link, ...]
    version: str
    modified: str
    reuse: str


class FiguresContent(NamedTuple):
    """Content of the page of charts; `told` are the sums in sentences."""

    areas: tuple[charts.Chart, ...]
    division: str
    years: tuple[charts.Chart, ...]
    planes: tuple[charts.Plane, ...]
    rate: str
    rows: tuple[Row, ...]
    timeline: charts.Timeline
    running: tuple[charts.Bar, ...]
    told: tuple[str, ...]


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
    terms: str
    attribution: tuple[str, ...]
    made: str
    translations: bool
    names: str
    caveats: tuple[str, ...]
    languages: str


class AccessibilityContent(NamedTuple):
    """Content of the accessibility statement; `contact` is name, address and e-mail."""

    contact: tuple[str, str, str]
    modified: str


def map_content(view: View) -> MapContent:
    """Return the map of all areas that projects name."""
    atlas, portfolio = view.site.atlas, view.portfolio

    shapes = []
    for place in (place for places in portfolio.levels.values() for place in places):
        some = portfolio.at_area.get(place.path)
        if some:
            link = view.to(place.record)
            title = f"{link.words.text}: {view.t('count.projects', n=len(some))}"
            shapes.append(area(atlas, place.path, link.path, title, len(some)))
    return MapContent(
        atlas.width,
        atlas.height,
        atlas.land,
        atlas.mesh,
        tuple(shape for shape in shapes if shape.wide),
        tuple(shape for shape in shapes if not shape.wide),
        atlas.official,
        view.site.credits.get(view.t.code, ()),
    )


def front_page(view: View) -> Page:
    """Return the front page."""
    t, portfolio, settings = view.t, view.portfolio, view.portfolio.settings.values
    projects = portfolio.projects
    title = t.pick(settings["title"]) or Words("")
    description = t.pick(settings["description"]) or Words("")
    # A theme that every project has leads to all of them.
    apart = {x: len(some) for x, some in portfolio.with_theme.items() if len(some) < len(projects) or len(projects) < 2}
    themes = [(view.concept("Theme", x), times) for x, times in apart.items()]
    content = FrontContent(
        title=title,
        description=description,
        numbers=tuple(_numbers(view)),
        map=map_content(view),
        themes=tuple(sorted(themes, key=lambda pair: (-pair[1], pair[0].words.text))),
        areas=area_charts(view),
        division=division(view),
        years=year_charts(view, projects),
        newest=rows(view, projects[:NEWEST]),
        programmes=tuple(view.to(p) for p in portfolio.of("Programme").values()),
        version=str(settings["version"]),
        modified=t.date(str(settings["modified"])),
        reuse=t(f"licence.use-{licence(view).terms}", licence=licence(view).name),
    )
    return Page(
        "index.html", "front.html", title.text, brief(description.text), content, markup=schema_org.dataset(view)
    )


def _numbers(view: View) -> Iterator[Number]:
    """Numbers of the dataset; what no project has is left out."""
    t, portfolio, projects = view.t, view.portfolio, view.portfolio.projects
    yield Number(t.number(len(projects)), t("front.projects", n=len(projects)))
    for amounts, key in ((granted(projects), "front.granted"), (costs(projects), "front.costs")):
        if amounts.by_currency:
            yield Number(t.money(amounts), t(key), t.known(amounts.known, amounts.of))
    organisations = {o for p in projects for o in portfolio.organisations_of(p)}
    if organisations:
        yield Number(t.number(len(organisations)), t("front.organisations", n=len(organisations)))
    private = sum(p.values.get("unnamedPerson") is True for p in projects)
    if private:
        yield Number(t.number(private), t("front.private", n=private))
    known = [[text_of(p, k)[:4] for k in ("start", "end") if p.values.get(k)] for p in projects]
    years = [year for some in known for year in some]
    if years:
        dated = t.known(sum(map(bool, known)), len(projects))
        yield Number(t.period(min(years), max(years)), t("front.years"), dated)


def figures_page(view: View) -> Page:
    """Return the page of all charts, each with its numbers."""
    t, projects = view.t, view.portfolio.projects
    rates = {r.rate.value if r.rate else "" for some in view.portfolio.rules.values() for r in some}
    common = rates.pop() if len(rates) == 1 else ""
    rate = Decimal(common) if common else None
    dated = [p for p in projects if any(months(p))]
    few = sorted(dated, key=lambda p: (*months(p), p.id)) if len(dated) <= LINES else []
    content = FiguresContent(
        areas=area_charts(view),
        division=division(view),
        years=year_charts(view, projects),
        planes=tuple(_planes(view, rate)),
        rate=t.percent(str(rate * 100)) if rate else "",
        rows=tuple(row(view, p)._replace(link=view.apart(p)) for p in few),
        timeline=charts.timeline([months(p) for p in few]) if few else charts.Timeline((), ()),
        running=() if few else tuple(_running(view)),
        told=tuple(_sums(view)),
    )
    whole = content.areas and content.years and content.planes and dated
    description = t("figures.description" if whole else "figures.charts")
    return Page("figures.html", "figures.html", t("figures.heading"), description, content)


def _sums(view: View) -> Iterator[str]:
    """Sentences on the sums of grants and costs, as far as they are known."""
    t, projects = view.t, view.portfolio.projects
    grants, whole = granted(projects), costs(projects)
    share = both(grants, whole)
    if share:
        yield t("figures.told", granted=t.money(grants), cost=t.money(whole), share=t.share(*share))
        return
    for amounts, key, name in ((grants, "told-granted", "granted"), (whole, "told-cost", "cost")):
        if amounts.by_currency:
            known = t.known(amounts.known, amounts.of)
            yield t(f"figures.{key}", **{name: f"{t.money(amounts)} ({known})" if known else t.money(amounts)})


def _planes(view: View, rate: Decimal | None) -> Iterator[charts.Plane]:
    """Scatter plots of the projects whose grant and cost are known, one for each currency."""
    by_currency: dict[str, list[tuple[Link, Decimal, Decimal, str]]] = {}
    for project in view.portfolio.projects:
        known = both(grant(project), cost(project))
        if known:
            currency = grant(project).by_currency[0][0]
            label = f"{view.apart(project).words.text}: {' / '.join(view.t.amount(v, currency) for v in known)}"
            by_currency.setdefault(currency, []).append((view.to(project), known[1], known[0], label))
    for currency, points in sorted(by_currency.items()):
        name = currency if len(by_currency) > 1 else ""
        yield charts.plane(points, rate, partial(view.t.amount, code=currency), name)


def _running(view: View) -> list[charts.Bar]:
    """Return the chart of the number of projects running in each year."""
    counts = Counter(year for project in view.portfolio.projects for year in view.portfolio.years_of(project))
    return charts.bars(
        (Link(f"projects.html?year={y}", Words(str(y))), Decimal(n), view.t("count.projects", n=n), "")
        for y, n in sorted(counts.items())
    )


### About


def _contact(view: View) -> tuple[str, str, str]:
    """Return name, address and e-mail of the contact, each empty if missing."""
    part: dict[str, object] = view.portfolio.settings.values.get("contact", {})  # type: ignore[assignment]
    mail = str(part.get("email", "")).removeprefix("mailto:")
    return str(part.get("name", "")), address(str(part.get("url", ""))) or "", mail


def licence(view: View) -> Licence:
    """Return name and terms of the dataset's licence; of one that is not well known its address."""
    iri = str(view.portfolio.settings.values["licence"])
    return licences().get(iri) or Licence(shown_address(iri), "other")


def about_page(view: View) -> Page:
    """Return the page about the dataset: publisher, terms of use, sources, and limitations."""
    t, settings = view.t, view.portfolio.settings.values
    publisher = settings.get("publisher")
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
        licence_name=licence(view).name,
        terms=t(f"licence.terms-{licence(view).terms}", licence=licence(view).name),
        attribution=tuple(str(line) for line in settings.get("attribution", [])),  # type: ignore[attr-defined]
        made=t("own.made") if "own.made" in t else t("about.method-once"),
        translations=_translations(view),
        names=t("own.names") if "own.names" in t else "",
        caveats=tuple(_caveats(view)),
        languages=", ".join(view.language_name(code) for code in languages),
    )
    return Page("about.html", "about.html", t("about.heading"), t("about.summary"), content)


def _translations(view: View) -> bool:
    """Return True if every project says in which language its source is, and texts of one are translations."""
    projects = view.portfolio.projects
    stated = all(p.values.get("sourceLanguage") for p in projects)
    return stated and any(translated(p, code) for p in projects for code in view.site.languages)


def _caveats(view: View) -> Iterator[str]:
    """Sentences on what to keep in mind, as far as they concern the dataset."""
    t, portfolio = view.t, view.portfolio
    if "own.invented" in t:
        yield t("own.invented")
    if any(p.values.get("observations") or p.values.get("outcomes") for p in portfolio.projects):
        yield t("about.caveat-figures")


def accessibility_page(view: View) -> Page:
    """Return the accessibility statement."""
    content = AccessibilityContent(_contact(view), view.t.date(str(view.portfolio.settings.values["modified"])))
    heading = view.t("accessibility.heading")
    return Page("accessibility.html", "accessibility.html", heading, view.t("accessibility.summary"), content)
