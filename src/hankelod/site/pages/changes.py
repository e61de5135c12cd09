"""Changelog page: what each release added, changed and removed, with links to the pages of things."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from hankelod.messages.catalogue import Entry, Text, in_language
from hankelod.messages.catalogue import names as names_of
from hankelod.publication.history import changelog
from hankelod.publication.history.changelog import FieldText, ReleaseText, ThingText
from hankelod.publication.history.diff import Things
from hankelod.publication.history.releases import Release
from hankelod.site.view import Page, View

PATH = "changes/changelog.html"

DEF = "https://w3id.org/hankelod/def#"


class ChangedThing(NamedTuple):
    """Thing in a release; `path` is that of its page, if it has one, `emptied` means all its fields were removed."""

    name: str
    path: str | None
    fields: tuple[FieldText, ...]
    emptied: bool


class Group(NamedTuple):
    """New things of one class."""

    label: str
    total: str
    entries: tuple[ChangedThing, ...]


class ReleaseSection(NamedTuple):
    """Section of one release: its anchor, heading and changes."""

    anchor: str
    version: str
    modified: str
    date: str
    forgotten: tuple[ChangedThing, ...]
    created: tuple[Group, ...]
    changed: tuple[tuple[str, tuple[ChangedThing, ...]], ...]


class ChangesContent(NamedTuple):
    """Content of the page; `words` are the headings of the changelog in the language of the page."""

    sections: tuple[ReleaseSection, ...]
    words: dict[str, str]


def changes_page(view: View, releases: Sequence[Release], names: Callable[[str], Text]) -> Page:
    """Return the page of all releases, newest first."""
    translated = changelog.translated(Things(view.model), releases, names, view.t.code)
    linkable = _pages(view)
    words = {key: in_language(Entry("changelog", key), view.t.code) for key in names_of("changelog")}
    content = ChangesContent(tuple(_section(view, release, linkable, words) for release in translated), words)
    return Page(PATH, "changes.html", view.t("nav.changes"), view.t("changes.description"), content)


def _section(view: View, release: ReleaseText, linkable: frozenset[str], words: dict[str, str]) -> ReleaseSection:
    def entries(things: Iterable[ThingText]) -> tuple[ChangedThing, ...]:
        return tuple(ChangedThing(t.name, _path(view, t.iri, linkable), t.fields, t.emptied) for t in things)

    groups = tuple(Group(g.label, view.t.number(g.total), entries(g.things)) for g in release.created)
    kinds = (("update", release.updated), ("delete", release.deleted))
    changed = tuple((words[key], entries(things)) for key, things in kinds if things)
    return ReleaseSection(
        f"release-{release.number}",
        release.version,
        release.modified,
        view.t.date(release.modified),
        entries(release.forgotten),
        groups,
        changed,
    )


def _pages(view: View) -> frozenset[str]:
    """Return the things that have pages, by path under `id/`: records, concepts, schemes and withdrawn records."""
    names = {f"{r.cls.identifies}{i}" for some in view.portfolio.by_class.values() for i, r in some.items()}
    for cls in view.model.classes.values():
        if cls.concept:
            names.add(cls.segment)
            names |= {f"{cls.identifies}{i}" for i in view.model.concepts[cls.iri]}
    return frozenset(names)


def _path(view: View, iri: str, linkable: frozenset[str]) -> str | None:
    """Return the path of a thing's page, or None if it has none any more."""
    if iri.startswith(DEF):
        return f"def.html#{iri.removeprefix(DEF)}"
    name = iri.removeprefix(view.model.things)
    return f"doc/{name}.html" if name in linkable else None
