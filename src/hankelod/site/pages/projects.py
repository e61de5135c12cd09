"""List of projects, and the data of its filters: a head with names, and rows in parts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hankelod.model.levels import AREA
from hankelod.model.model import Level
from hankelod.publication.files import File
from hankelod.records.record import Record
from hankelod.site.amounts import Amounts, cost, grant
from hankelod.site.listing import SIZE, ListPage, Row, paged, row, rows
from hankelod.site.portfolio import listed, text_of
from hankelod.site.scripts import script_json
from hankelod.site.view import Page, View

PROJECTS_PER_PART = 500
"""Projects in one part of the rows."""


FILTERS = ("theme", "year", "organisation")
"""Names of the filters behind those by area, in the order of the form."""


class ProjectsContent(NamedTuple):
    """Content of one page of the list of projects.

    `filters` are those of FILTERS for which projects have a value, `levels` the filters by area: name and label.
    """

    rows: tuple[Row, ...]
    total: int
    list_page: ListPage
    script: str
    filters: tuple[str, ...]
    levels: tuple[tuple[str, str], ...]


def rows_path(view: View, part: int | None = None) -> str:
    """Return the path of the rows in the language of the view: their head, or a part from 1."""
    return f"lists/{view.t.code}.js" if part is None else f"lists/{view.t.code}-{part}.js"


def project_lists(view: View) -> Iterator[Page]:
    """Pages of the list of projects; the first one has the filters, and finds words by the search's index."""
    projects = view.portfolio.projects
    filters = tuple(_filters(view))
    by_area = levels(view)
    key = "projects.description" if filters == FILTERS and by_area else "projects.description-plain"
    labels = tuple((level.name, view.level(level)) for level in by_area)
    heading, description = view.t("projects.heading"), view.t(key, n=len(projects))
    for path, list_page, members in paged("projects", projects, SIZE):
        content = ProjectsContent(rows(view, members), len(projects), list_page, rows_path(view), filters, labels)
        yield Page(path, "projects.html", heading, description, content, listed=list_page.number == 1)


def _filters(view: View) -> Iterator[str]:
    """Names of the filters for which projects have a value, in the order of FILTERS."""
    portfolio = view.portfolio
    organisations = bool(portfolio.led or portfolio.partnered or portfolio.contributed)
    years = any(portfolio.years_of(p) for p in portfolio.projects)
    present = (portfolio.with_theme, years, organisations)
    yield from (name for name, there in zip(FILTERS, present, strict=True) if there)


def levels(view: View) -> list[Level]:
    """Return the levels of areas by which projects can be told apart, the widest first."""
    portfolio = view.portfolio
    return [
        level
        for level in view.model.levels
        if len(places := portfolio.levels.get(level.name, ())) > 1 and any(p.path in portfolio.in_area for p in places)
    ]


def row_files(view: View) -> Iterator[File]:
    """Files of the rows: the head (names of everything that they refer to), and the parts.

    They are scripts that call `hankelodRows`, because a page opened from a file can load scripts but not fetch data.
    """
    projects = view.portfolio.projects
    organisations = dict.fromkeys(o for p in projects for o in view.portfolio.organisations_of(p))
    head = {
        "parts": -(-len(projects) // PROJECTS_PER_PART),
        "themes": {x: view.concept("Theme", x).words.text for x in sorted(view.portfolio.with_theme)},
        "levels": [[level.name, level.name if level.iri == AREA else level.key] for level in levels(view)],
        "areas": {level.name: _names(view, level) for level in levels(view)},
        "organisations": {o: view.link("Organisation", o).words.text for o in sorted(organisations)},
        "base": view.model.things,
        "private": view.t("project.private-person"),
    }
    yield File(rows_path(view), f"hankelodRows(0,{script_json(head)});\n".encode())
    for number in range(1, head["parts"] + 1):  # type: ignore[operator]
        rows_of_part = [_row(view, p) for p in projects[(number - 1) * PROJECTS_PER_PART : number * PROJECTS_PER_PART]]
        yield File(rows_path(view, number), f"hankelodRows({number},{script_json(rows_of_part)});\n".encode())


def _names(view: View, level: Level) -> dict[str, str]:
    """Return the names of the areas of a level that have projects, by id."""
    portfolio = view.portfolio
    places = sorted((p for p in portfolio.levels[level.name] if p.path in portfolio.in_area), key=lambda p: p.record.id)
    return {place.record.id: view.named(place.record).text for place in places}


def _row(view: View, project: Record) -> list[object]:
    """Return the row of a project, by position.

    Id, title, acronym, lead, other organisations, areas by level, themes, start, end, cost, grants by currency,
    summary, the first and last year; and as the list shows them: notes, sum of the grants, and its share of the cost.
    """
    summary, shown, years = view.t.pick(project.values.get("summary")), row(view, project), _years(view, project)
    organisations = view.portfolio.organisations_of(project)
    lead = text_of(project, "lead")
    return [
        project.id,
        view.named(project).text,
        text_of(project, "acronym"),
        lead,
        [o for o in organisations if o != lead],
        [[place.record.id for place in view.portfolio.areas_of(project, level)] for level in levels(view)],
        listed(project, "themes"),
        text_of(project, "start"),
        text_of(project, "end"),
        _by_currency(cost(project)),
        _by_currency(grant(project)),
        summary.text if summary else "",
        years,
        [", ".join(words.text for words in note) for note in shown.notes],
        shown.grant,
        shown.share,
    ]


def _years(view: View, project: Record) -> list[int]:
    """Return the first and last year in which a project can have run; empty if none is known."""
    years = view.portfolio.years_of(project)
    return [years[0], years[-1]] if years else []


def _by_currency(amounts: Amounts) -> list[list[str]]:
    return [[code, str(value)] for code, value in amounts.by_currency]
