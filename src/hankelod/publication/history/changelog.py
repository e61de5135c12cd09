"""Changes for readers: releases in one language, the changelog in Markdown, and a comparison as text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from hankelod.messages.catalogue import Entry, Text, in_language
from hankelod.messages.console import escaped
from hankelod.messages.languages import folder
from hankelod.publication.history.diff import Change, Things
from hankelod.publication.history.releases import Release

Names = Callable[[str], Text]
"""Returns the name of a thing by its IRI, in several languages; empty if unknown."""

LISTED = 20
"""Most new records of a class that are listed by name; if there are more, they are only counted."""


class FieldText(NamedTuple):
    """A changed value: the label of its field, and the old and the new value as text, or None."""

    label: str
    old: str | None
    new: str | None


class ThingText(NamedTuple):
    """A thing and its changed values; `emptied` if the values of the change were removed from the history."""

    iri: str
    name: str
    fields: tuple[FieldText, ...] = ()
    emptied: bool = False


class GroupText(NamedTuple):
    """The new things of one class: its name, their number, and the things themselves if they are at most `LISTED`."""

    label: str
    total: int
    things: tuple[ThingText, ...]


class ThingTexts:
    """The changed things of a release of one kind, put into words anew each time they are read."""

    def __init__(self, release: Release, kind: str, total: int, text: Callable[[Change], ThingText]) -> None:
        self._release, self._kind, self._total, self._text = release, kind, total, text

    def __len__(self) -> int:
        return self._total

    def __iter__(self) -> Iterator[ThingText]:
        return (self._text(change) for change in self._release.changes if change.change == self._kind)


class ReleaseText(NamedTuple):
    """A release in one language. Its texts are not escaped."""

    number: int
    version: str
    modified: str
    forgotten: tuple[ThingText, ...]
    created: tuple[GroupText, ...]
    updated: ThingTexts
    deleted: ThingTexts


def translated(things: Things, releases: Sequence[Release], names: Names, lang: str) -> Iterator[ReleaseText]:
    """All releases in one language, the newest first."""
    return map(_Wording(things, names, lang).release, reversed(releases))


def files(
    things: Things, releases: Sequence[Release], languages: tuple[str, ...], title: Text, names: Names
) -> Iterator[tuple[str, bytes]]:
    """The changelog in Markdown, in each language of the pages, as path and bytes."""
    for lang in languages:
        of_lang = translated(things, releases, names, lang)
        text = bytearray()
        for line in _markdown(of_lang, in_language(title, lang), lang):
            text += f"{line}\n".encode()
        yield f"{folder(lang, languages)}changes/changelog.md", bytes(text)


class _Wording:
    """Texts for things, fields and values in one language."""

    def __init__(self, things: Things, names: Names, lang: str) -> None:
        self.things, self.names, self.lang = things, names, lang

    def word(self, key: str) -> str:
        return in_language(Entry("changelog", key), self.lang)

    def of(self, texts: Text) -> str:
        """The text in this language, else in another."""
        return in_language(texts, self.lang)

    def short(self, iri: str) -> str:
        """The IRI of a thing without the base: `project/solar-roofs`; any other IRI with its prefix."""
        base = self.things.model.things
        return iri.removeprefix(base) if iri.startswith(base) else self.things.short(iri)

    def name(self, change: Change) -> str:
        return self.of(dict(change.title) or self.names(change.thing))

    def value(self, value: str) -> str:
        """The text of a value on one line; for a thing or a term, its name and short IRI."""
        name = self.of(self.names(value)) if re.match(r"https?://", value) else ""
        return " ".join((f"{name} ({self.short(value)})" if name else self.short(value)).split())

    def field(self, change: Change, field: str) -> str:
        return in_language(self.things.label(change.thing, field), self.lang)

    def release(self, release: Release) -> ReleaseText:
        created, totals = _Created(self.things), Counter[str]()
        for change in release.changes:
            totals[change.change] += 1
            if change.change == "create":
                created.add(change)
        return ReleaseText(
            release.number,
            release.version,
            release.modified,
            tuple(ThingText(t, self.of(self.names(t)) or self.short(t)) for t in release.forgotten),
            tuple(self.groups(created)),
            *(ThingTexts(release, kind, totals[kind], self.thing) for kind in ("update", "delete")),
        )

    def thing(self, change: Change) -> ThingText:
        fields = tuple(
            FieldText(self.field(change, f.field), self.side(f.old), self.side(f.new)) for f in change.fields
        )
        emptied = change.change == "update" and not fields
        return ThingText(change.thing, self.name(change) or self.short(change.thing), fields, emptied)

    def side(self, value: str | None) -> str | None:
        return None if value is None else self.value(value)

    def groups(self, created: _Created) -> Iterator[GroupText]:
        """The new things of each class."""
        for iri, total in created.totals.items():
            label = self.of(self.things.model.classes[iri].label) if iri else self.word("terms")
            listed = created.first[iri] if total <= LISTED else []
            yield GroupText(
                label, total, tuple(ThingText(c.thing, self.name(c) or self.short(c.thing)) for c in listed)
            )


class _Created:
    """New things by class: their number, and the first of them."""

    def __init__(self, things: Things) -> None:
        self.things = things
        self.totals: dict[str, int] = {}
        self.first: dict[str, list[Change]] = {}

    def add(self, change: Change) -> None:
        cls = self.things.cls(change.thing)
        iri = cls.iri if cls else ""
        self.totals[iri] = self.totals.get(iri, 0) + 1
        if self.totals[iri] <= LISTED:
            self.first.setdefault(iri, []).append(change)


def _kinds(changes: tuple[Change, ...]) -> Iterator[tuple[str, list[Change]]]:
    for kind in ("create", "update", "delete"):
        of_kind = [c for c in changes if c.change == kind]
        if of_kind:
            yield kind, of_kind


### Markdown


def _plain(text: str) -> str:
    """Escape everything that Markdown or HTML takes for markup (CommonMark 0.31, section 2.4); one line."""
    return re.sub(r"([\\`*_{}\[\]<>#|~&])", r"\\\1", " ".join(text.split()))


def _markdown(releases: Iterable[ReleaseText], title: str, lang: str) -> Iterator[str]:
    """The lines of the changelog."""

    def word(key: str) -> str:
        return in_language(Entry("changelog", key), lang)

    yield f"# {word('changelog')}: {_plain(title)}"
    for release in releases:
        yield from ("", f"## {_plain(release.version)} – {_plain(release.modified)}")
        for thing in release.forgotten:
            yield from ("", f"{_thing(thing)}: {word('forgotten')}")
        if release.created:
            yield from ("", f"### {word('create')}", "", *_listed(release.created))
        for kind, changed in (("update", release.updated), ("delete", release.deleted)):
            if changed:
                yield from ("", f"### {word(kind)}", "")
                for thing in changed:
                    yield from _changed(thing, word("values"))
        if not (release.created or release.updated or release.deleted):
            yield from ("", word("none"))


def _thing(thing: ThingText) -> str:
    return f"[{_plain(thing.name)}](<{thing.iri}>)"


def _listed(groups: Iterable[GroupText]) -> Iterator[str]:
    for group in groups:
        yield f"- {_plain(group.label)}: {group.total}"
        yield from (f"  - {_thing(t)}" for t in group.things)


def _changed(thing: ThingText, emptied: str) -> Iterator[str]:
    yield f"- {_thing(thing)}"
    if thing.emptied:
        yield f"  - {emptied}"
    for field in thing.fields:
        sides = [_plain(v) for v in (field.old, field.new) if v is not None]
        text = " → ".join(sides) if len(sides) == 2 else sides[0] if field.old is None else f"~~{sides[0]}~~"
        yield f"  - {_plain(field.label)}: {text}"


### For a terminal


def as_text(things: Things, changes: list[Change], names: Names, lang: str) -> str:
    """The changes between two graphs as text for a terminal, with a line for each value."""
    wording = _Wording(things, names, lang)
    if not changes:
        return wording.word("none") + "\n"
    out = []
    for kind, of_kind in _kinds(tuple(changes)):
        out.append(f"{wording.word(kind)}:")
        for change in of_kind:
            name = escaped(wording.name(change))
            out.append(f"  {wording.short(change.thing)}{f'  {name}' if name else ''}")
            for field in change.fields:
                out.append(f"    {wording.field(change, field.field)}")
                out += [
                    f"      {sign} {escaped(wording.value(v))}"
                    for sign, v in (("-", field.old), ("+", field.new))
                    if v is not None
                ]
    return "\n".join(out) + "\n"
