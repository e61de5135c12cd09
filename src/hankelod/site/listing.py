"""Lists: rows of projects, collation of names, and division of long lists into pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeVar

from hankelod.records.record import Record
from hankelod.site.amounts import both, cost, grant
from hankelod.site.language import Link, Words
from hankelod.site.portfolio import text_of
from hankelod.site.view import View

SIZE = 50
"""Rows on one page of a long list."""

Item = TypeVar("Item")

_ORDER = str.maketrans({"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}", "é": "e", "š": "s", "ž": "z"})


class Row(NamedTuple):
    """Row of a list of projects; `notes` are lead, areas, period, and the id where others have the same title."""

    link: Link
    notes: tuple[tuple[Words, ...], ...]
    period: str
    grant: str
    share: str


class ListPage(NamedTuple):
    """Page of a long list: its number from 1, the number of pages, and the paths of the previous and next page."""

    number: int
    of: int
    before: str | None
    after: str | None


def row(view: View, project: Record) -> Row:
    """Return the row of a project."""
    areas = [view.named(area.record) for area in view.portfolio.named_areas(project)]
    period = view.t.period(text_of(project, "start"), text_of(project, "end"))
    same = view.t("projects.duplicate-id", id=project.id) if project.id in view.namesakes else ""
    notes = ((view.lead(project),), tuple(areas), (Words(period),), (Words(same),))
    return Row(
        view.to(project),
        tuple(note for note in notes if any(words.text for words in note)),
        period,
        view.t.money(grant(project)),
        share(view, project),
    )


def share(view: View, project: Record) -> str:
    """Return the share of a project's cost that its grants pay, as text; empty if it is not known."""
    known = both(grant(project), cost(project))
    return view.t.share(*known) if known else ""


def rows(view: View, projects: Iterable[Record]) -> tuple[Row, ...]:
    """Return the rows of projects."""
    return tuple(row(view, p) for p in projects)


def collated(text: str) -> str:
    """Return a sort key for names: å, ä, ö (æ, ø) last, as where they are letters of their own."""
    return text.casefold().translate(_ORDER)


def by_name(links: Iterable[Link]) -> list[Link]:
    """Return links sorted by their texts."""
    return sorted(links, key=lambda link: (collated(link.words.text), link.path))


def paged(stem: str, items: list[Item], size: int = SIZE) -> Iterator[tuple[str, ListPage, list[Item]]]:
    """Divide a list into pages `stem.html`, `stem-2.html`… with their items; an empty list has one page."""
    count = max(1, -(-len(items) // size))

    def path(number: int) -> str | None:
        return (f"{stem}.html" if number == 1 else f"{stem}-{number}.html") if 0 < number <= count else None

    for number in range(1, count + 1):
        here = path(number)
        assert here is not None
        yield (
            here,
            ListPage(number, count, path(number - 1), path(number + 1)),
            items[(number - 1) * size : number * size],
        )
