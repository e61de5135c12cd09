"""Organisation pages: grants given and received, projects, and partner organisations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hankelod.records.record import Record
from hankelod.site import charts, schema_org
from hankelod.site.amounts import Amounts, granted, total
from hankelod.site.language import Link, Words
from hankelod.site.listing import ListPage, Row, by_name, collated, paged, row, rows
from hankelod.site.map.atlas import Area, area
from hankelod.site.pages.identifiers import Identifier, identifiers
from hankelod.site.pages.remarks import Placed, Remarks
from hankelod.site.portfolio import text_of
from hankelod.site.view import Fact, Page, View

RING = 16
"""Most organisations in the drawing of a network; the list beside it has all."""

LONGEST = 100
"""Most projects listed on an organisation's page; the search page has the rest."""


class OrganisationContent(NamedTuple):
    """Content of the page of an organisation."""

    name: Words
    kind: Link | None
    facts: tuple[Fact, ...]
    identifiers: tuple[Identifier, ...]
    remarks: Placed
    received: str
    received_known: str
    given: str
    given_known: str
    led: tuple[Row, ...]
    led_count: int
    partnered: tuple[Row, ...]
    contributed: tuple[tuple[Row, Link | None], ...]
    programmes: tuple[tuple[Link, str, str], ...]
    units: tuple[Link, ...]
    companions: tuple[tuple[Link, int], ...]
    network: tuple[charts.Node, ...]
    spots: tuple[Area, ...]


class OrganisationEntry(NamedTuple):
    """Row of an organisation in the list: number of projects, and grants received as text."""

    link: Link
    kind: Link | None
    projects: int
    received: str


class OrganisationsContent(NamedTuple):
    """Content of one page of the list of organisations; `kinds` if one of them has a kind."""

    kinds: bool
    entries: list[OrganisationEntry]
    total: int
    list_page: ListPage


def organisation_pages(view: View) -> Iterator[Page]:
    """Pages of the list of organisations, and of each organisation."""
    yield from _lists(view)
    for organisation in view.portfolio.of("Organisation").values():
        yield _organisation(view, organisation)


def _kind(view: View, organisation: Record) -> Link | None:
    kind = text_of(organisation, "kind")
    return view.concept("OrganisationKind", kind) if kind and kind != "unspecified" else None


def _lists(view: View) -> Iterator[Page]:
    organisations = sorted(
        view.portfolio.of("Organisation").values(), key=lambda o: (collated(view.named(o).text), o.id)
    )
    heading = view.t("organisations.heading")
    kinds = any(_kind(view, o) for o in organisations)
    for path, list_page, members in paged("organisations", organisations, 100):
        entries = [_entry(view, o) for o in members]
        yield Page(
            path,
            "organisations.html",
            heading,
            view.t("organisations.description"),
            OrganisationsContent(kinds, entries, len(organisations), list_page),
        )


def _entry(view: View, organisation: Record) -> OrganisationEntry:
    led = view.portfolio.led.get(organisation.id, [])
    count = len(view.portfolio.of_organisation(organisation.id))
    return OrganisationEntry(view.to(organisation), _kind(view, organisation), count, view.t.money(granted(led)))


def _organisation(view: View, organisation: Record) -> Page:
    portfolio, t, own = view.portfolio, view.t, organisation.id
    led = portfolio.led.get(own, [])
    partnered, contributed = portfolio.partnered.get(own, []), portfolio.contributed.get(own, [])
    companions = [(view.link("Organisation", o), n) for o, n in portfolio.companions(own)]
    programmes = [p for p in portfolio.of("Programme").values() if text_of(p, "funder") == own]
    given, received = total(portfolio.given(p.id) for p in programmes), granted(led)
    name, seat = view.named(organisation), portfolio.seat(organisation)
    remarks = Remarks(view, organisation)
    content = OrganisationContent(
        name=name,
        kind=_kind(view, organisation),
        facts=remarks.beside(view.facts(organisation, frozenset(("name", "kind")))),
        identifiers=identifiers(organisation, remarks),
        remarks=remarks.rest(),
        received=t.money(received),
        received_known=t.known(received.known, received.of),
        given=t.money(given),
        given_known=t.known(given.known, given.of),
        led=rows(view, led[:LONGEST]),
        led_count=len(led),
        partnered=rows(view, partnered[:LONGEST]),
        contributed=tuple((row(view, p), view.concept("Role", r) if r else None) for p, r in contributed[:LONGEST]),
        programmes=tuple(_programme(view, p, portfolio.given(p.id)) for p in programmes),
        units=tuple(by_name(view.to(u) for u in portfolio.units.get(own, []))),
        companions=tuple(companions),
        network=tuple(charts.network(companions[:RING])),
        spots=(area(view.site.atlas, seat.path, "", name.text, 1),) if seat else (),
    )
    count = len(portfolio.of_organisation(own))
    description = t("organisation.description", name=name.text, n=count)
    return Page(
        f"doc/organisation/{own}.html",
        "organisation.html",
        name.text,
        f"{description} {t('organisation.received', sum=content.received)}" if content.received else description,
        content,
        view.thing(organisation),
        schema_org.organisation(view, organisation),
        (view.page_link("organisations.html", "nav.organisations"),),
        record=organisation,
    )


def _programme(view: View, programme: Record, given: Amounts) -> tuple[Link, str, str]:
    projects = view.portfolio.of_programme.get(programme.id, [])
    return view.to(programme), view.t("count.projects", n=len(projects)), view.t.money(given)
