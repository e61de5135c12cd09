"""The list of projects, and the index that its page searches: short rows in parts, names once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

from hankelod.publication.files import File
from hankelod.records.record import Record
from hankelod.site.listing import SIZE, Part, Row, paged, rows
from hankelod.site.portfolio import cost, grant, listed, word
from hankelod.site.view import Page, View

PART = 500
"""Projects in one part of the index."""


class ProjectsContent(NamedTuple):
    rows: tuple[Row, ...]
    total: int
    part: Part
    script: str
    years: tuple[str, ...]


def script_json(value: object) -> str:
    """JSON that cannot end or open an element, or a line of a script, wherever it stands in a page."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def index_path(view: View, part: int | None = None) -> str:
    """Where a language's index stands: its head, or a part from 1."""
    return f"search/{view.t.code}.js" if part is None else f"search/{view.t.code}-{part}.js"


def project_lists(view: View) -> Iterator[Page]:
    """The pages of the list of projects; the first one searches all."""
    projects = view.portfolio.projects
    years = tuple(sorted(view.portfolio.starting))
    heading, told = view.t("projects.heading"), view.t("projects.description", n=len(projects))
    for path, part, some in paged("projects", projects, SIZE):
        content = ProjectsContent(rows(view, some), len(projects), part, index_path(view), years)
        yield Page(path, "projects.html", heading, told, content, listed=part.number == 1)


def index_files(view: View) -> Iterator[File]:
    """The head of the index (names of all that rows point to), and its parts.

    They are scripts that call `hankelodIndex`, since a page opened from a file may load a script but fetch nothing.
    """
    projects = view.portfolio.projects
    organisations = dict.fromkeys(o for p in projects for o in view.portfolio.organisations_of(p))
    municipalities = dict.fromkeys(m for p in projects for m in listed(p, "municipalities"))
    head = {
        "parts": -(-len(projects) // PART),
        "themes": {x: view.concept("Theme", x).words.text for x in sorted(view.portfolio.with_theme)},
        "regions": {r: view.link("Region", r).words.text for r in sorted(view.portfolio.in_region)},
        "municipalities": {m: view.link("Municipality", m).words.text for m in sorted(municipalities)},
        "organisations": {o: view.link("Organisation", o).words.text for o in sorted(organisations)},
        "base": f"{view.model.base}id/",
    }
    yield File(index_path(view), f"hankelodIndex(0,{script_json(head)});\n".encode())
    for number in range(1, head["parts"] + 1):  # type: ignore[operator]
        some = [_row(view, p) for p in projects[(number - 1) * PART : number * PART]]
        yield File(index_path(view, number), f"hankelodIndex({number},{script_json(some)});\n".encode())


def _row(view: View, project: Record) -> list[object]:
    """Id, title, acronym, lead, other organisations, regions, municipalities, themes, start, end, cost, grant, summary."""
    summary = view.t.pick(project.values.get("summary"))
    return [
        project.id,
        view.named(project).text,
        word(project, "acronym"),
        word(project, "lead"),
        view.portfolio.organisations_of(project)[1:],
        view.portfolio.regions_of(project),
        listed(project, "municipalities"),
        listed(project, "themes"),
        word(project, "start"),
        word(project, "end"),
        str(cost(project)),
        str(grant(project)),
        summary.text if summary else "",
        listed(project, "regions"),
    ]
