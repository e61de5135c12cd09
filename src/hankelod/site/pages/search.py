"""List of projects, and the search index of its page: a head with names, and rows in parts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

from hankelod.publication.files import File
from hankelod.records.record import Record
from hankelod.site.listing import SIZE, ListPage, Row, paged, rows
from hankelod.site.portfolio import cost, grant, listed, text_of
from hankelod.site.view import Page, View

PROJECTS_PER_PART = 500
"""Projects in one part of the index."""


class ProjectsContent(NamedTuple):
    """Content of one page of the list of projects."""

    rows: tuple[Row, ...]
    total: int
    list_page: ListPage
    script: str
    years: tuple[str, ...]


def script_json(value: object) -> str:
    """Return JSON that is safe inside a script element: it cannot open or close an element, or end a line."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def index_path(view: View, part: int | None = None) -> str:
    """Return the path of the index in the language of the view: its head, or a part from 1."""
    return f"search/{view.t.code}.js" if part is None else f"search/{view.t.code}-{part}.js"


def project_lists(view: View) -> Iterator[Page]:
    """Pages of the list of projects; the first one has the search of all."""
    projects = view.portfolio.projects
    years = tuple(sorted(view.portfolio.starting))
    heading, description = view.t("projects.heading"), view.t("projects.description", n=len(projects))
    for path, list_page, members in paged("projects", projects, SIZE):
        content = ProjectsContent(rows(view, members), len(projects), list_page, index_path(view), years)
        yield Page(path, "projects.html", heading, description, content, listed=list_page.number == 1)


def index_files(view: View) -> Iterator[File]:
    """Files of the index: the head (names of everything that rows refer to), and the parts.

    They are scripts that call `hankelodIndex`, because a page opened from a file can load scripts but not fetch data.
    """
    projects = view.portfolio.projects
    organisations = dict.fromkeys(o for p in projects for o in view.portfolio.organisations_of(p))
    municipalities = dict.fromkeys(m for p in projects for m in listed(p, "municipalities"))
    head = {
        "parts": -(-len(projects) // PROJECTS_PER_PART),
        "themes": {x: view.concept("Theme", x).words.text for x in sorted(view.portfolio.with_theme)},
        "regions": {r: view.link("Region", r).words.text for r in sorted(view.portfolio.in_region)},
        "municipalities": {m: view.link("Municipality", m).words.text for m in sorted(municipalities)},
        "organisations": {o: view.link("Organisation", o).words.text for o in sorted(organisations)},
        "base": view.model.things,
    }
    yield File(index_path(view), f"hankelodIndex(0,{script_json(head)});\n".encode())
    for number in range(1, head["parts"] + 1):  # type: ignore[operator]
        rows_of_part = [_row(view, p) for p in projects[(number - 1) * PROJECTS_PER_PART : number * PROJECTS_PER_PART]]
        yield File(index_path(view, number), f"hankelodIndex({number},{script_json(rows_of_part)});\n".encode())


def _row(view: View, project: Record) -> list[object]:
    """Return the row of a project in the index, by position.

    Id, title, acronym, lead, other organisations, all regions, municipalities, themes, start, end, cost, grant,
    summary, and the regions that the project itself names.
    """
    summary = view.t.pick(project.values.get("summary"))
    return [
        project.id,
        view.named(project).text,
        text_of(project, "acronym"),
        text_of(project, "lead"),
        view.portfolio.organisations_of(project)[1:],
        view.portfolio.regions_of(project),
        listed(project, "municipalities"),
        listed(project, "themes"),
        text_of(project, "start"),
        text_of(project, "end"),
        str(cost(project)),
        str(grant(project)),
        summary.text if summary else "",
        listed(project, "regions"),
    ]
