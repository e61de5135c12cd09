"""The page of a project: its money, time, partners, outcomes and figures, each with where it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hankelod.records.record import Record
from hankelod.site import charts, schema_org
from hankelod.site.language import Link, Words
from hankelod.site.map.atlas import Area, area
from hankelod.site.pages.project_grants import Money, money
from hankelod.site.pages.project_observations import Figure, figure
from hankelod.site.portfolio import cost, grant, listed, parts, word
from hankelod.site.view import Fact, Page, View, address, brief, capital, shown_address

LAID_OUT = frozenset(
    [
        "title",
        "titleAsWritten",
        "acronym",
        "summary",
        "lead",
        "leadAsWritten",
        "partners",
        "morePartners",
        "municipalities",
        "regions",
        "start",
        "end",
        "totalCost",
        "source",
        "sourceLanguage",
        "themes",
    ]
)
"""Fields with a place of their own on the page; whatever else the Model knows is listed among the facts."""


class Statement(NamedTuple):
    """An outcome: its anchor, text, aspects and the figures in it."""

    anchor: str
    words: Words
    aspects: tuple[Link, ...]
    figures: tuple[Figure, ...]


class Kind(NamedTuple):
    """The outcomes of one kind, under the name that the Model gives it."""

    anchor: str
    label: str
    definition: Words | None
    statements: tuple[Statement, ...]


class Quotation(NamedTuple):
    """What a person said: the words themselves, or their gist."""

    words: Words | None
    gist: Words | None
    speaker: str
    role: Words | None


class Address(NamedTuple):
    """A link out of the record: its label, and its address. Where the source gives none, the host if that is known,
    and what the source writes in its place."""

    words: Words
    address: str | None
    host: str
    as_written: str = ""


class ProjectContent(NamedTuple):
    name: Words
    acronym: str
    summary: Words | None
    lead: Link
    lead_as_written: str
    title_as_written: str
    partners: tuple[Link, ...]
    more_partners: bool
    contributors: tuple[tuple[Link, Link | None], ...]
    areas: tuple[Link, ...]
    themes: tuple[Link, ...]
    facts: tuple[Fact, ...]
    period: str
    months: int
    schedule: charts.Timeline
    cost: str
    money: tuple[Money, ...]
    remainder: str
    kinds: tuple[Kind, ...]
    figures: tuple[Figure, ...]
    quotations: tuple[Quotation, ...]
    links: tuple[Address, ...]
    source: Address
    source_language: str | None
    spots: tuple[Area, ...]
    related: tuple[Link, ...]


def project_pages(view: View) -> Iterator[Page]:
    """The page of every project."""
    for project in view.portfolio.projects:
        yield project_page(view, project)


def project_page(view: View, project: Record) -> Page:
    """The page of one project."""
    values, t = project.values, view.t
    name = view.named(project)
    statements = {str(o["id"]): _anchor(str(o["id"])) for o in parts(project, "outcomes")}
    figures = [figure(view, o, None) for o in parts(project, "observations")]
    kinds = _kinds(view, project, statements)
    figures += [f for kind in kinds for s in kind.statements for f in s.figures]
    amount, total = grant(project), cost(project)
    lead = view.link("Organisation", word(project, "lead"))
    summary = t.pick(values.get("summary"))
    start, end = word(project, "start"), word(project, "end")
    content = ProjectContent(
        name=name,
        acronym=word(project, "acronym"),
        summary=summary,
        lead=lead,
        lead_as_written=word(project, "leadAsWritten"),
        title_as_written=word(project, "titleAsWritten"),
        partners=tuple(view.link("Organisation", p) for p in listed(project, "partners")),
        more_partners=values.get("morePartners") is True,
        contributors=tuple(_contributor(view, c) for c in parts(project, "contributors")),
        areas=tuple(_areas(view, project)),
        themes=tuple(view.concept("Theme", x) for x in listed(project, "themes")),
        facts=tuple(view.facts(project, LAID_OUT)),
        period=t.period(start, end),
        months=_months(start, end),
        schedule=charts.timeline([(start, end)], _years(view, project)),
        cost=t.money(total),
        money=tuple(money(view, project, g, total) for g in parts(project, "grants")),
        remainder=t.money(total - amount) if total > amount else "",
        kinds=tuple(kinds),
        figures=tuple(figures),
        quotations=tuple(_quotation(view, q) for q in parts(project, "quotations")),
        links=tuple(_link(view, x) for x in parts(project, "links")),
        source=Address(Words(shown_address(word(project, "source"))), address(word(project, "source")), ""),
        source_language=word(project, "sourceLanguage") or None,
        spots=tuple(spots(view, project)),
        related=tuple(_related(view, project)),
    )
    description = (
        brief(summary.text) if summary else t("project.description", lead=lead.words.text, period=content.period)
    )
    return Page(
        f"doc/project/{project.id}.html",
        "project.html",
        name.text,
        description,
        content,
        view.thing(project),
        schema_org.project(view, project),
        (view.page_link("projects.html", "nav.projects"),),
    )


def _anchor(identifier: str) -> str:
    """The anchor of a part on its project's page: `outcome-verkosto`."""
    return "-".join(identifier.split("/")[1:])


def _months(start: str, end: str) -> int:
    return (int(end[:4]) - int(start[:4])) * 12 + int(end[5:]) - int(start[5:]) + 1


def _years(view: View, project: Record) -> tuple[int, int] | None:
    """The years of the project's first programme, where both are known."""
    for part in parts(project, "grants"):
        programme = view.portfolio.of("Programme").get(str(part["programme"]))
        if programme and word(programme, "startYear") and word(programme, "endYear"):
            return int(word(programme, "startYear")), int(word(programme, "endYear"))
    return None


def _contributor(view: View, part: dict[str, object]) -> tuple[Link, Link | None]:
    role = part.get("role")
    return view.link("Organisation", str(part["organisation"])), view.concept("Role", str(role)) if role else None


def _areas(view: View, project: Record) -> Iterator[Link]:
    for region in listed(project, "regions"):
        yield view.link("Region", region)
    for municipality in listed(project, "municipalities"):
        yield view.link("Municipality", municipality)


def spots(view: View, project: Record) -> Iterator[Area]:
    """The areas of a project, to be shown on a small map: regions first, municipalities on top."""
    for name, key in (("Region", "regions"), ("Municipality", "municipalities")):
        for code in listed(project, key):
            link = view.link(name, code)
            yield area(view.site.atlas, code, link.path, link.words.text, 1)


### Outcomes


def _kinds(view: View, project: Record, anchors: dict[str, str]) -> list[Kind]:
    """The outcomes by their kind, in the order in which the Model lists the kinds."""
    field = next((f for f in view.model.by_name("Outcome").fields if f.kind == "class"), None)
    found = []
    for kind, iri in (field.words if field else {}).items():
        statements = tuple(_statement(view, o, anchors) for o in parts(project, "outcomes") if o.get("kind") == kind)
        if statements:
            plural = f"kinds.{kind}"
            label = (
                view.t(plural) if plural in view.t else capital(view.t.plain(view.model.labels.get(iri, {})) or kind)
            )
            found.append(Kind(kind, label, view.definition(iri), statements))
    return found


def _statement(view: View, part: dict[str, object], anchors: dict[str, str]) -> Statement:
    anchor = anchors[str(part["id"])]
    aspects: list[object] = part.get("aspects", [])  # type: ignore[assignment]
    observations: list[dict[str, object]] = part.get("observations", [])  # type: ignore[assignment]
    return Statement(
        anchor,
        view.t.pick(part.get("text")) or Words(""),
        tuple(view.concept("Aspect", str(a)) for a in aspects),
        tuple(figure(view, o, anchor) for o in observations),
    )


### Quotations and links


def _quotation(view: View, part: dict[str, object]) -> Quotation:
    t = view.t
    return Quotation(
        t.pick(part.get("words")), t.pick(part.get("gist")), str(part.get("speaker", "")), t.pick(part.get("role"))
    )


def _link(view: View, part: dict[str, object]) -> Address:
    url, host = str(part.get("url", "")), str(part.get("host", ""))
    as_written = str(part.get("asWritten", ""))
    return Address(view.t.pick(part.get("label")) or Words(url or host or as_written), address(url), host, as_written)


def _related(view: View, project: Record) -> Iterator[Link]:
    """Up to six other projects: of the same lead, then of the same region."""
    regions = [p for r in view.portfolio.regions_of(project) for p in view.portfolio.in_region[r][:20]]
    others = {p.id: p for p in (*view.portfolio.led.get(word(project, "lead"), [])[:6], *regions) if p is not project}
    for other in list(others.values())[:6]:
        yield view.to(other)
