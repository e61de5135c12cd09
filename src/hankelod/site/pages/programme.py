"""Pages of programmes with their calls and limits, and of withdrawn records."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from hankelod.records.record import Record
from hankelod.site import charts
from hankelod.site.amounts import both, costs, grant, granted
from hankelod.site.language import Link, Words
from hankelod.site.listing import Row, rows
from hankelod.site.portfolio import parts, text_of
from hankelod.site.view import Fact, Page, Value, View, brief
from hankelod.validation.grants import currency_of

LONGEST = 100
"""Most projects listed on a programme's page; the search page has the rest."""

LIMITS = ("maxGrantRate", "maxGrantAmount", "leads")
"""Keys of calls that limit grants; those of programmes limit nothing, and are not shown."""


class Call(NamedTuple):
    """Call on the page of its programme."""

    anchor: str
    name: Words
    facts: tuple[Fact, ...]


class ProgrammeContent(NamedTuple):
    """Content of the page of a programme."""

    name: Words
    description: Words | None
    facts: tuple[Fact, ...]
    calls: tuple[Call, ...]
    given: str
    known: str
    share: str
    total: int
    years: tuple[charts.Chart, ...]
    projects: tuple[Row, ...]


class WithdrawnContent(NamedTuple):
    """Content of the page of a withdrawn record."""

    name: str
    date: str
    reason: Words | None
    replacement: Link | None


def programme_pages(view: View) -> Iterator[Page]:
    """Pages of all programmes."""
    for programme in view.portfolio.of("Programme").values():
        yield _programme(view, programme)


def _limits(view: View, values: dict[str, object]) -> Iterator[Fact]:
    """Limits among the fields of a call, formatted."""
    t = view.t
    for field in view.model.by_name("Call").fields:
        value = values.get(field.key)
        if value is None or field.key not in LIMITS:
            continue
        if field.key == "maxGrantRate":
            values_shown: tuple[Value, ...] = (Value(Words(t.percent(str(Decimal(str(value)) * 100)))),)
        elif field.key == "maxGrantAmount":
            values_shown = (Value(Words(t.amount(str(value), currency_of(values)))),)
        else:
            values_shown = tuple(view.value(field, v) for v in value)  # type: ignore[attr-defined]
        yield Fact(view.label(field), values_shown, field.code)


def _call(view: View, part: dict[str, object]) -> Call:
    cls = view.model.by_name("Call")
    facts = list(_limits(view, part))
    for field in cls.fields:
        value = part.get(field.key)
        if value is not None and field.key not in (*LIMITS, "name", "currency"):
            values = value if isinstance(value, list) else [value]
            facts.append(Fact(view.label(field), tuple(view.value(field, v) for v in values), field.code))
    own = str(part["id"]).rsplit("/", 1)[-1]
    return Call(f"call-{own}", view.t.pick(part.get("name")) or Words(own), tuple(facts))


def year_charts(view: View, projects: list[Record], programme: str | None = None) -> tuple[charts.Chart, ...]:
    """Return a chart for each currency of the grants, or of those of one programme, by the year of the start."""
    by_year: dict[str, list[Record]] = {}
    for project in projects:
        if project.values.get("start"):
            by_year.setdefault(text_of(project, "start")[:4], []).append(project)
    counted = sum(bool(grant(p, programme).by_currency) for some in by_year.values() for p in some)
    sums = {year: granted(some, programme) for year, some in sorted(by_year.items())}
    return charts.by_currency(
        view.portfolio.currencies,
        lambda currency: [
            (
                Link(f"projects.html?year={year}", Words(year)),
                amounts.value(currency),
                view.t.amount(amounts.value(currency), currency),
                view.t("count.projects", n=len(by_year[year])),
            )
            for year, amounts in sums.items()
            if any(code == currency for code, _ in amounts.by_currency)
        ],
        view.t.known(counted, len(projects)),
    )


def _programme(view: View, programme: Record) -> Page:
    t, projects = view.t, view.portfolio.of_programme.get(programme.id, [])
    given, name = view.portfolio.given(programme.id), view.named(programme)
    whole = both(given, costs(projects))
    description = t.pick(programme.values.get("description"))
    content = ProgrammeContent(
        name=name,
        description=description,
        facts=tuple(view.facts(programme, frozenset(("name", "description", "limitsBasis", "currency", *LIMITS)))),
        calls=tuple(_call(view, c) for c in parts(programme, "calls")),
        given=t.money(given),
        known=t.known(given.known, given.of) if given.known else "",
        share=t.share(*whole) if whole else "",
        total=len(projects),
        years=year_charts(view, projects, programme.id),
        projects=rows(view, projects[:LONGEST]),
    )
    summary = brief(description.text) if description else t("programme.description", name=name.text, n=len(projects))
    return Page(
        f"doc/programme/{programme.id}.html", "programme.html", name.text, summary, content, view.thing(programme)
    )


def withdrawn_pages(view: View) -> Iterator[Page]:
    """Pages in place of withdrawn records, with the date of and reason for the withdrawal."""
    for record in view.portfolio.of("Withdrawn").values():
        replacement = text_of(record, "replacedBy")
        content = WithdrawnContent(
            record.id,
            view.t.date(text_of(record, "date")),
            view.t.pick(record.values.get("reason")),
            Link(f"doc/{replacement}.html", _replacement(view, replacement)) if replacement else None,
        )
        title = view.t("withdrawn.heading")
        yield Page(
            f"doc/{record.id}.html",
            "withdrawn.html",
            title,
            view.t("withdrawn.description", id=record.id),
            content,
            view.thing(record),
            listed=False,
        )


def _replacement(view: View, whole: str) -> Words:
    segment, _, own = whole.partition("/")
    cls = next((c for c in view.model.classes.values() if c.segment == segment), None)
    record = view.portfolio.of(cls.name).get(own) if cls else None
    return view.named(record) if record else Words(whole)
