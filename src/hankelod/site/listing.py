"""Lists of things: rows of projects, names in their language's order, and long lists in pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeVar

from hankelod.records.record import Record
from hankelod.site.language import Link
from hankelod.site.portfolio import cost, grant, listed, word
from hankelod.site.view import View

SIZE = 50
"""Rows on one page of a long list."""

Item = TypeVar("Item")

_ORDER = str.maketrans({"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}", "é": "e", "š": "s", "ž": "z"})


class Row(NamedTuple):
    """A project in a list."""

    link: Link
    lead: Link
    areas: tuple[Link, ...]
    period: str
    grant: str
    share: str


class Part(NamedTuple):
    """One page of a long list: its number from 1, how many there are, and the paths of its neighbours."""

    number: int
    of: int
    before: str | None
    after: str | None


def row(view: View, project: Record) -> Row:
    """A project as lists show it."""
    areas = [view.link("Region", r) for r in listed(project, "regions")]
    areas += [view.link("Municipality", m) for m in listed(project, "municipalities")]
    return Row(
        view.to(project),
        view.link("Organisation", word(project, "lead")),
        tuple(areas),
        view.t.period(word(project, "start"), word(project, "end")),
        view.t.money(grant(project)),
        view.t.share(grant(project), cost(project)),
    )


def rows(view: View, projects: Iterable[Record]) -> tuple[Row, ...]:
    """Projects as lists show them."""
    return tuple(row(view, p) for p in projects)


def collated(text: str) -> str:
    """A key that sorts names as Finnish and Swedish do: å, ä, ö last."""
    return text.casefold().translate(_ORDER)


def by_name(links: Iterable[Link]) -> list[Link]:
    """Links in the order of their words."""
    return sorted(links, key=lambda link: (collated(link.words.text), link.path))


def paged(stem: str, items: list[Item], size: int = SIZE) -> Iterator[tuple[str, Part, list[Item]]]:
    """The pages of a list: `stem.html`, `stem-2.html`… with their items; one page where the list is empty."""
    count = max(1, -(-len(items) // size))

    def path(number: int) -> str | None:
        return (f"{stem}.html" if number == 1 else f"{stem}-{number}.html") if 0 < number <= count else None

    for number in range(1, count + 1):
        here = path(number)
        assert here is not None
        yield here, Part(number, count, path(number - 1), path(number + 1)), items[(number - 1) * size : number * size]
