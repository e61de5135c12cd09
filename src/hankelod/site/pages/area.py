"""Area pages: the list of areas, the page of each, and those of areas that are no more."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from hankelod.records.areas import Area as Place
from hankelod.records.areas import is_form, successor
from hankelod.records.places import LEVEL
from hankelod.records.record import Record
from hankelod.site import charts, schema_org
from hankelod.site.amounts import grant, granted
from hankelod.site.language import Link, Words
from hankelod.site.listing import Row, by_name, collated, rows
from hankelod.site.map.atlas import Area, area
from hankelod.site.view import Fact, Page, View

LONGEST = 100
"""Most projects listed on an area's page; the search page has the rest."""

NEAR = 5
"""Most projects from elsewhere in the wider area on the page of an area without projects."""

Counted = tuple[Link, int]
"""An area with its number of projects."""


class AreaContent(NamedTuple):
    """Content of the page of an area; `around` are the projects that name an area which it is in, by that area."""

    name: Words
    level: str
    facts: tuple[Fact, ...]
    projects: tuple[Row, ...]
    total: int
    granted: str
    around: tuple[tuple[Link, tuple[Row, ...]], ...]
    elsewhere: tuple[Row, ...]
    within: Link | None
    inside: tuple[Counted, ...]
    organisations: tuple[Link, ...]
    former: tuple[Link, ...]
    spots: tuple[Area, ...]
    search: str


class Group(NamedTuple):
    """Area in the list of areas: its number of projects, and the areas in it with theirs."""

    link: Link
    total: int
    inside: tuple[Counted, ...]


class AreasContent(NamedTuple):
    """Content of the list of areas: those that hold others, and those that are in none; the chart and its level."""

    groups: tuple[Group, ...]
    alone: tuple[Counted, ...]
    charts: tuple[charts.Chart, ...]
    division: str


class FormerContent(NamedTuple):
    """Content of the page of an area that is no more."""

    name: Words
    level: str
    facts: tuple[Fact, ...]
    successor: Link | None


def area_pages(view: View) -> Iterator[Page]:
    """Pages of the list of areas, and of every area; none where the dataset has no areas."""
    if not view.portfolio.levels:
        return
    yield _list(view)
    former: dict[str, list[Link]] = {}
    places = list(view.portfolio.all_areas())
    for place in places:
        follower = _successor(view, place)
        if follower is not None and place.record.values.get("name"):
            former.setdefault(follower.path, []).append(view.to(place.record))
    for place in places:
        if _is_former(place):
            yield _former(view, place)
        else:
            yield _page_of(view, place, tuple(by_name(former.get(place.path, []))))


def _successor(view: View, place: Place) -> Place | None:
    """Return the area that took the place of one, or None."""
    found = successor(place.record)
    return view.portfolio.areas.area(*found) if found is not None else None


def _is_former(place: Place) -> bool:
    return place.level.key is None or successor(place.record) is not None


def _counted(view: View, places: list[Place]) -> tuple[Counted, ...]:
    """Return areas with their numbers of projects, by name; those that are no more are left out."""
    in_area = view.portfolio.in_area
    counted = [(view.to(p.record), len(in_area.get(p.path, []))) for p in places if not _is_former(p)]
    return tuple(sorted(counted, key=lambda pair: (collated(pair[0].words.text), pair[0].path)))


def _list(view: View) -> Page:
    portfolio = view.portfolio
    groups, alone = [], []
    for places in portfolio.levels.values():
        for place in places:
            inside = portfolio.members.get(place.path, [])
            if any(each.path not in portfolio.members for each in inside):
                groups.append(place)
            elif not inside and portfolio.areas.parent(place) is None:
                alone.append(place)
    groups.sort(key=lambda place: collated(view.named(place.record).text))
    content = AreasContent(
        tuple(
            Group(view.to(p.record), len(portfolio.in_area.get(p.path, [])), _counted(view, portfolio.members[p.path]))
            for p in groups
        ),
        _counted(view, alone),
        area_charts(view),
        division(view),
    )
    return Page("areas.html", "areas.html", view.t("areas.heading"), view.t("areas.description"), content)


def division(view: View) -> str:
    """Return the name of the level by which grants are compared; empty if there is none."""
    level = view.portfolio.division
    return view.level(level) if level is not None else ""


def area_charts(view: View) -> tuple[charts.Chart, ...]:
    """Return a chart of the grants by area for each currency; none if grants cannot be compared by area."""
    if view.portfolio.division is None:
        return ()
    projects = view.portfolio.projects
    counted = sum(bool(grant(p).by_currency and view.portfolio.areas_of(p, view.portfolio.division)) for p in projects)
    known = view.t.known(counted, len(projects))
    return charts.as_charts({c: _bars(view, c) for c in view.portfolio.currencies}, known)


def _bars(view: View, currency: str) -> list[charts.Bar]:
    """Return the chart of what was granted in one currency by area, largest first."""
    sums = sorted(view.portfolio.by_area(currency), key=lambda each: (-each[1], each[0].path))
    return charts.bars(
        (view.to(place.record), amount, view.t.amount(amount, currency), view.t("count.projects", n=count))
        for place, amount, count in sums
    )


def _page_of(view: View, place: Place, former: tuple[Link, ...]) -> Page:
    portfolio, record = view.portfolio, place.record
    projects, name = portfolio.in_area.get(place.path, []), view.named(record)
    above, inside = portfolio.areas.above(place), portfolio.members.get(place.path, [])
    seen = {p.id for p in projects}
    around: list[tuple[Link, tuple[Row, ...]]] = []
    for wider in above:
        some = [p for p in portfolio.at_area.get(wider.path, []) if p.id not in seen]
        seen |= {p.id for p in some}
        if some:
            around.append((view.to(wider.record), rows(view, some[:LONGEST])))
    others = portfolio.in_area.get(above[0].path, []) if above and not projects else []
    spots = [place, *(p for p in inside if p.path in portfolio.in_area)]
    content = AreaContent(
        name=name,
        level=view.level(place.level),
        facts=tuple(view.facts(record, _unlisted(record))),
        projects=rows(view, projects[:LONGEST]),
        total=len(projects),
        granted=view.t.money(granted(projects)),
        around=tuple(around),
        elsewhere=rows(view, islice((p for p in others if p.id not in seen), NEAR)),
        within=view.to(above[0].record) if above else None,
        inside=_counted(view, inside),
        organisations=tuple(by_name(view.to(o) for o in _seated(view, place))),
        former=former,
        spots=tuple(area(view.site.atlas, p.path, "", view.named(p.record).text, 1) for p in spots),
        search=f"projects.html?{place.level.name}={record.id}",
    )
    return Page(
        f"doc/{place.path}.html",
        "area.html",
        name.text,
        view.t("area.description", name=name.text, n=len(projects)),
        content,
        view.thing(record),
        schema_org.area(view, place),
        (view.page_link("areas.html", "nav.areas"), *(view.to(wider.record) for wider in reversed(above))),
    )


def _unlisted(record: Record) -> frozenset[str]:
    """Return the keys that are no facts of the page: the name with its forms, and the level, which stands above it."""
    forms = (field.key for field in record.cls.fields if is_form(record, field.key))
    return frozenset(("name", LEVEL, *forms))


def _seated(view: View, place: Place) -> Iterator[Record]:
    """Yield the organisations of an area and of those within it."""
    yield from view.portfolio.seated.get(place.path, [])
    for inside in view.portfolio.members.get(place.path, []):
        yield from _seated(view, inside)


def _former(view: View, place: Place) -> Page:
    name, follower = view.named(place.record), _successor(view, place)
    content = FormerContent(
        name,
        view.level(place.level),
        tuple(view.facts(place.record, _unlisted(place.record))),
        view.to(follower.record) if follower is not None else None,
    )
    return Page(
        f"doc/{place.path}.html",
        "former.html",
        name.text,
        view.t("former.description", name=name.text),
        content,
        view.thing(place.record),
        None,
        (view.page_link("areas.html", "nav.areas"),),
        listed=False,
    )
