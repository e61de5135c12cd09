"""The changelog as a page: what each release added, changed and removed, each thing leading to its page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from hankelod.messages.catalogue import Text
from hankelod.publication.history import changelog
from hankelod.publication.history.changelog import ToldField, ToldRelease, ToldThing
from hankelod.publication.history.diff import Things
from hankelod.publication.history.previous import Release
from hankelod.site.view import Page, View

PATH = "changes/changelog.html"

DEF = "https://w3id.org/hankelod/def#"


class Entry(NamedTuple):
    """A thing in a release, and the path of its page where there is one."""

    name: str
    path: str | None
    fields: tuple[ToldField, ...]
    emptied: bool


class Group(NamedTuple):
    """New things of one class."""

    label: str
    total: str
    entries: tuple[Entry, ...]


class Section(NamedTuple):
    """A release: its anchor, its heading, and what it did."""

    anchor: str
    version: str
    modified: str
    date: str
    forgotten: tuple[Entry, ...]
    created: tuple[Group, ...]
    changed: tuple[tuple[str, tuple[Entry, ...]], ...]


class ChangesContent(NamedTuple):
    """`words` are the changelog's own, which its Markdown has too."""

    sections: tuple[Section, ...]
    words: dict[str, str]


def changes_page(view: View, releases: Sequence[Release], names: Callable[[str], Text]) -> Page:
    """The page of all releases, the newest first."""
    told = changelog.told(Things(view.model), releases, names, view.t.code)
    there = _pages(view)
    words = {key: text[view.t.code] for key, text in changelog.WORDS.items()}
    content = ChangesContent(tuple(_section(view, release, there, words) for release in told), words)
    return Page(PATH, "changes.html", view.t("nav.changes"), view.t("changes.description"), content)


def _section(view: View, release: ToldRelease, there: frozenset[str], words: dict[str, str]) -> Section:
    def entries(things: tuple[ToldThing, ...]) -> tuple[Entry, ...]:
        return tuple(Entry(t.name, _path(view, t.iri, there), t.fields, t.emptied) for t in things)

    groups = tuple(Group(g.label, view.t.number(g.total), entries(g.things)) for g in release.created)
    kinds = (("update", release.updated), ("delete", release.deleted))
    changed = tuple((words[key], entries(things)) for key, things in kinds if things)
    return Section(
        f"release-{release.number}",
        release.version,
        release.modified,
        view.t.date(release.modified),
        entries(release.forgotten),
        groups,
        changed,
    )


def _pages(view: View) -> frozenset[str]:
    """The things that have pages, as they stand in IRIs: records, concepts and their schemes, and what was withdrawn."""
    found = {f"{r.cls.identifies}{i}" for some in view.portfolio.by_class.values() for i, r in some.items()}
    for cls in view.model.classes.values():
        if cls.concept:
            found.add(cls.segment)
            found |= {f"{cls.identifies}{i}" for i in view.model.concepts[cls.iri]}
    return frozenset(found)


def _path(view: View, iri: str, there: frozenset[str]) -> str | None:
    """Where a thing is told of today, None where its page is gone."""
    if iri.startswith(DEF):
        return f"def.html#{iri.removeprefix(DEF)}"
    name = iri.removeprefix(f"{view.model.base}id/")
    return f"doc/{name}.html" if name in there else None
