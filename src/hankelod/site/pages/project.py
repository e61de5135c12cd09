"""Project page: funding, schedule, partners, outcomes and figures, with their sources."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from hankelod.records.record import Record
from hankelod.site import charts, schema_org
from hankelod.site.amounts import both, cost, grant
from hankelod.site.language import Link, Words
from hankelod.site.map.atlas import Area, area
from hankelod.site.pages.identifiers import Identifier, identifiers
from hankelod.site.pages.project_grants import Funding, GrantContent, grant_content, other_funding
from hankelod.site.pages.project_observations import Figure, figure
from hankelod.site.pages.project_outputs import Address, Output, address_of, outputs
from hankelod.site.pages.remarks import Placed, Remarks
from hankelod.site.portfolio import listed, months, parts, text_of
from hankelod.site.view import Fact, Page, View, address, brief, capital, shown_address

LAID_OUT = frozenset(
    [
        "title",
        "titleAsWritten",
        "acronym",
        "summary",
        "lead",
        "unnamedPerson",
        "leadAsWritten",
        "partners",
        "morePartners",
        "start",
        "earliestStart",
        "end",
        "latestEnd",
        "totalCost",
        "currency",
        "source",
        "sourceLanguage",
        "themes",
    ]
)
"""Fields with a place of their own on the page; all others are listed among the facts."""


class Statement(NamedTuple):
    """Outcome: its anchor, text, aspects and figures."""

    anchor: str
    words: Words
    aspects: tuple[Link, ...]
    figures: tuple[Figure, ...]
    remarks: Placed


class Kind(NamedTuple):
    """Outcomes of one kind, with the label of the kind in the Model."""

    anchor: str
    label: str
    definition: Words | None
    statements: tuple[Statement, ...]


class Quotation(NamedTuple):
    """Quotation of a person: the exact words, or their gist."""

    words: Words | None
    gist: Words | None
    speaker: str
    role: Words | None
    remarks: Placed


class ProjectContent(NamedTuple):
    """Content of the page of a project."""

    name: Words
    acronym: str
    summary: Words | None
    lead: Link | None
    lead_as_written: str
    title_as_written: str
    partners: tuple[Link, ...]
    more_partners: bool
    contributors: tuple[tuple[Link, Link | None, Placed], ...]
    areas: tuple[Link, ...]
    themes: tuple[Link, ...]
    facts: tuple[Fact, ...]
    period: str
    duration: str
    schedule: charts.Timeline | None
    cost: str
    money: tuple[GrantContent, ...]
    other_funding: tuple[Funding, ...]
    remainder: str
    kinds: tuple[Kind, ...]
    figures: tuple[Figure, ...]
    outputs: tuple[Output, ...]
    identifiers: tuple[Identifier, ...]
    quotations: tuple[Quotation, ...]
    links: tuple[Address, ...]
    source: Address
    source_language: str | None
    translated: bool
    spots: tuple[Area, ...]
    related: tuple[Link, ...]
    around: bool
    remarks: dict[str, Placed]


PLACES = {
    "title": ("title", "titleAsWritten", "acronym"),
    "summary": ("summary",),
    "money": ("totalCost", "currency", "grants"),
    "funding": ("otherFunding",),
    "schedule": ("start", "end"),
    "outcomes": ("outcomes", "observations"),
    "outputs": ("outputs",),
    "lead": ("lead", "leadAsWritten", "unnamedPerson"),
    "partners": ("partners", "morePartners"),
    "contributors": ("contributors",),
    "themes": ("themes",),
    "identifiers": ("identifiers",),
    "links": ("links",),
    "source": ("source", "sourceLanguage"),
}
"""Keys of the values that stand in one place of the page, whose remarks are there too."""


def project_pages(view: View) -> Iterator[Page]:
    """Pages of all projects."""
    for project in view.portfolio.projects:
        yield project_page(view, project)


def project_page(view: View, project: Record) -> Page:
    """Return the page of a project."""
    values, t, remarks = project.values, view.t, Remarks(view, project)
    name = view.named(project)
    statements = {str(o["id"]): _anchor(str(o["id"])) for o in parts(project, "outcomes")}
    figures = [figure(view, o, None, remarks.on(o)) for o in parts(project, "observations")]
    kinds = _kinds(view, project, statements, remarks)
    figures += [f for kind in kinds for s in kind.statements for f in s.figures]
    lead = view.link("Organisation", text_of(project, "lead")) if values.get("lead") else None
    summary = t.pick(values.get("summary"))
    start, end = text_of(project, "start"), text_of(project, "end")
    content = ProjectContent(
        name=name,
        acronym=text_of(project, "acronym"),
        summary=summary,
        lead=lead,
        lead_as_written=text_of(project, "leadAsWritten"),
        title_as_written=text_of(project, "titleAsWritten"),
        partners=tuple(view.link("Organisation", p) for p in listed(project, "partners")),
        more_partners=values.get("morePartners") is True,
        contributors=tuple(_contributor(view, c, remarks) for c in parts(project, "contributors")),
        areas=tuple(_areas(view, project)),
        themes=tuple(view.concept("Theme", x) for x in listed(project, "themes")),
        facts=remarks.beside(view.facts(project, LAID_OUT | {kind.key for kind in view.portfolio.areas.kinds})),
        period=t.period(start, end),
        duration=_duration(view, start, end),
        schedule=charts.timeline([months(project)], _years(view, project)) if start or end else None,
        cost=t.money(cost(project)),
        money=tuple(grant_content(view, project, g, remarks) for g in parts(project, "grants")),
        other_funding=other_funding(view, project, remarks),
        remainder=_remainder(view, project),
        kinds=tuple(kinds),
        figures=tuple(figures),
        outputs=outputs(view, project, remarks),
        identifiers=identifiers(project, remarks),
        quotations=tuple(_quotation(view, project, q, remarks) for q in parts(project, "quotations")),
        links=tuple(address_of(view, x, "label", remarks) for x in parts(project, "links")),
        source=Address(Words(shown_address(text_of(project, "source"))), address(text_of(project, "source")), ""),
        source_language=text_of(project, "sourceLanguage") or None,
        translated=translated(project, t.code),
        spots=tuple(spots(view, project)),
        related=tuple(_related(view, project)),
        around=bool(view.portfolio.named_areas(project)),
        remarks=_placed(view, remarks),
    )
    description = brief(summary.text) if summary else described(view, project)
    return Page(
        f"doc/project/{project.id}.html",
        "project.html",
        name.text,
        description,
        content,
        view.thing(project),
        schema_org.project(view, project),
        (view.page_link("projects.html", "nav.projects"),),
        record=project,
    )


def _anchor(identifier: str) -> str:
    """Return the anchor of a part on its project's page: `outcome-verkosto`."""
    return "-".join(identifier.split("/")[1:])


def _remainder(view: View, project: Record) -> str:
    """Return what the grants leave of the cost, as text; empty if that is not known, or nothing."""
    whole = both(grant(project), cost(project))
    if whole is None or whole[0] >= whole[1]:
        return ""
    return view.t.amount(whole[1] - whole[0], cost(project).by_currency[0][0])


def described(view: View, project: Record) -> str:
    """Return a sentence on a project that has no summary: its lead, and its period if that is known."""
    period = view.t.period(text_of(project, "start"), text_of(project, "end"))
    key = "project.description" if period else "project.led-by"
    return view.t(key, lead=view.lead(project).text, **({"period": period} if period else {}))


def translated(project: Record, code: str) -> bool:
    """Return True if texts of a project in a language are translations: they and those of the source's are there."""
    source = text_of(project, "sourceLanguage")
    texts = [v for v in (project.values.get("title"), project.values.get("summary")) if isinstance(v, dict)]
    return bool(source) and source != code and any(t.get(code) and t.get(source) for t in texts)


def _duration(view: View, start: str, end: str) -> str:
    """Return the length of a period as text, in the unit of the coarser of its ends; empty if one is not known."""
    precision = min(len(start), len(end))
    if not precision:
        return ""
    first, last = [int(part) for part in start.split("-")], [int(part) for part in end.split("-")]
    if precision == 4:
        return view.t("count.years", n=last[0] - first[0] + 1)
    if precision == 7:
        return view.t("count.months", n=(last[0] - first[0]) * 12 + last[1] - first[1] + 1)
    return view.t("count.days", n=(date(*last) - date(*first)).days + 1)


def _years(view: View, project: Record) -> tuple[int, int] | None:
    """Return the first and last year of the project's first programme that has both, else None."""
    for part in parts(project, "grants"):
        programme = view.portfolio.of("Programme").get(str(part.get("programme")))
        if programme and text_of(programme, "startYear") and text_of(programme, "endYear"):
            return int(text_of(programme, "startYear")), int(text_of(programme, "endYear"))
    return None


def _placed(view: View, remarks: Remarks) -> dict[str, Placed]:
    """Return the remarks by their places on the page; under `rest` those of no other place."""
    areas = {"areas": tuple(kind.key for kind in view.portfolio.areas.kinds)}
    placed = {place: remarks.at(*keys) for place, keys in {**PLACES, **areas}.items()}
    return {**placed, "rest": remarks.rest()}


def _contributor(view: View, part: dict[str, object], remarks: Remarks) -> tuple[Link, Link | None, Placed]:
    role = part.get("role")
    concept = view.concept("Role", str(role)) if role else None
    return view.link("Organisation", str(part["organisation"])), concept, remarks.on(part)


def _areas(view: View, project: Record) -> Iterator[Link]:
    yield from (view.to(place.record) for place in view.portfolio.named_areas(project))


def spots(view: View, project: Record) -> Iterator[Area]:
    """Areas of a project for a small map: wide ones first, others on top."""
    for place in view.portfolio.named_areas(project):
        link = view.to(place.record)
        yield area(view.site.atlas, place.path, link.path, link.words.text, 1)


### Outcomes


def _kinds(view: View, project: Record, anchors: dict[str, str], remarks: Remarks) -> list[Kind]:
    """Return the outcomes by kind, in the order of the Model."""
    field = next((f for f in view.model.by_name("Outcome").fields if f.kind.typing), None)
    kinds = []
    for kind, iri in (field.words if field else {}).items():
        some = [o for o in parts(project, "outcomes") if o.get("kind") == kind]
        statements = tuple(_statement(view, o, anchors, remarks) for o in some)
        if statements:
            plural = f"kinds.{kind}"
            label = (
                view.t(plural) if plural in view.t else capital(view.t.plain(view.model.labels.get(iri, {})) or kind)
            )
            kinds.append(Kind(kind, label, view.definition(iri), statements))
    return kinds


def _statement(view: View, part: dict[str, object], anchors: dict[str, str], remarks: Remarks) -> Statement:
    anchor = anchors[str(part["id"])]
    aspects: list[object] = part.get("aspects", [])  # type: ignore[assignment]
    observations: list[dict[str, object]] = part.get("observations", [])  # type: ignore[assignment]
    return Statement(
        anchor,
        view.t.pick(part.get("text")) or Words(""),
        tuple(view.concept("Aspect", str(a)) for a in aspects),
        tuple(figure(view, o, anchor, remarks.on(o)) for o in observations),
        remarks.on(part),
    )


### Quotations and links


def _quotation(view: View, project: Record, part: dict[str, object], remarks: Remarks) -> Quotation:
    """Return a quotation; the role of its speaker is in the language of the source."""
    t, role, language = view.t, part.get("role"), text_of(project, "sourceLanguage")
    return Quotation(
        t.pick(part.get("words")),
        t.pick(part.get("gist")),
        str(part.get("speaker", "")),
        t.pick({language: role} if role and language else role),
        remarks.on(part),
    )


def _related(view: View, project: Record) -> Iterator[Link]:
    """Links to up to six other projects: of the same lead, then of the same area of the division."""
    places = view.portfolio.areas_of(project, view.portfolio.division)
    near = [p for place in places for p in view.portfolio.in_area[place.path][:20]]
    led = view.portfolio.led.get(text_of(project, "lead"), [])[:6]
    others = {p.id: p for p in (*led, *near) if p is not project}
    for other in list(others.values())[:6]:
        yield view.apart(other)
