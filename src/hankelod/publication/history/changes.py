"""Continuation of the history: the members that a publication adds to the change feed, and the files of `changes/`."""

from __future__ import annotations

import difflib
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from typing import IO, NamedTuple

from hankelod.messages import words
from hankelod.messages.catalogue import Entry, Text, in_language
from hankelod.messages.languages import LANGUAGES, of_pages
from hankelod.messages.problem import Place, Problem, problem, short
from hankelod.messages.refusal import CannotPublish
from hankelod.publication.building import Building
from hankelod.publication.files import File, Files
from hankelod.publication.history import changelog, diff, feed, previous
from hankelod.publication.history.diff import Change, Things
from hankelod.publication.history.feed import Member, release_path
from hankelod.publication.history.lines import SortedLines
from hankelod.publication.history.previous import NOTHING, Previous
from hankelod.publication.history.releases import Release, Span, WrittenChanges, entry, release_file
from hankelod.publication.parts import Parts
from hankelod.publication.runs import Lines
from hankelod.rdf.graph import RDFS, SKOS
from hankelod.records.dataset import Dataset
from hankelod.records.record import Record
from hankelod.records.tree import dotted

ALIKE = 0.6
"""Least similarity (ratio of difflib) at which a changed text counts as a correction of the old one."""

NAMES = 10_000
"""Most names of things that are held."""


class History(NamedTuple):
    """All releases; their changes are read from the files that are written."""

    releases: tuple[Release, ...]


def begins(things: Things, before: Previous | None) -> bool:
    """Tell whether a new history begins: there is none before, or it is of things under another base IRI."""
    return before is None or not before.releases or before.releases[-1].base != things.model.base


def carry_on(
    things: Things,
    before: Previous | None,
    new: SortedLines,
    settings: Record,
    forget: Sequence[str],
    building: Building,
    parts: Parts,
) -> History:
    """Write the pages and release files of the history, with a release for the changes since; return the history.

    Without changes the history stays the same, byte for byte. `new` is the graph that is published, `settings` the
    record of the dataset. `forget` lists the IRIs of things whose earlier versions are removed from the history.
    `parts` takes what is sorted. Raises CannotPublish for a thing that never was.
    """
    if before is None or begins(things, before):
        before = NOTHING
    version = str(settings.values.get("version"))
    # The day of a release is never earlier than that of a release before it.
    day = max([_day(settings), *(r.modified for r in before.releases)])
    last = before.releases[-1] if before.releases else None
    forgetting = _Forgetting(things.model.base, len(before.releases) + 1, forget)
    with tempfile.TemporaryFile(dir=building.folder) as kept:
        added = _Added(things, before, day, building, forgetting, kept)
        for versions in diff.changed(things, before.lines, new, parts):
            added.take(versions)
        added.end()
        building.add(map(forgetting.page, _old_pages(before)))
        forgetting.check()
        releases = tuple(_old_release(before, each, forgetting, building) for each in before.releases)
        if added.count or last is None or last.version != version or forgetting.emptied:
            forgotten = tuple(sorted(forgetting.emptied))
            release = Release(added.number, added.base, version, day, tuple(added.spans), (), forgotten)
            releases += (_written(building, release, added.entries(), added.count),)
    return History(releases)


class _Added:
    """The release that a publication adds: its pages, written as they fill, and its changes, kept in a file."""

    def __init__(
        self, things: Things, before: Previous, day: str, building: Building, forgetting: _Forgetting, kept: IO[bytes]
    ) -> None:
        self.base, self.number, self.count = things.model.base, len(before.releases) + 1, 0
        self.spans: list[Span] = []
        self._things, self._day, self._building, self._forgetting = things, day, building, forgetting
        self._kept = kept
        old = [span for release in before.releases for span in release.pages]
        self._page = len(old) + 1
        self._member = max((span.last for span in old), default=0) + 1
        self._members: list[Member] = []

    def take(self, versions: diff.ThingVersions) -> None:
        """Add the members and the change of a thing."""
        change = self._forgetting.change(diff.change(self._things, versions))
        self._kept.write(entry(change) + b"\n")
        self.count += 1
        members = feed.members(self._things, versions, self._member, self._day, self.number)
        self._member += len(members)
        self._forgetting.meet(members)
        self._members += members
        if len(self._members) >= feed.PAGE_SIZE:
            self._write()

    def _write(self) -> None:
        members, self._members = self._members[: feed.PAGE_SIZE], self._members[feed.PAGE_SIZE :]
        first, last = members[0], members[-1]
        self.spans.append(Span(self._page, first.number, last.number, first.published, last.published))
        self._building.add([feed.page(self.base, self._page, members)])
        self._page += 1

    def end(self) -> None:
        """Write the last page."""
        if self._members:
            self._write()

    def entries(self) -> Iterator[bytes]:
        """The changes, as in a release file."""
        self._kept.seek(0)
        lines = Lines()
        for each in self._kept:
            lines.append(each)
            if each == b"  }\n":
                yield b"".join(lines)[:-1]
                lines = []


def _old_pages(before: Previous) -> Iterator[File]:
    """The pages of the feed that exist, the newest first."""
    numbers = (span.page for release in before.releases for span in release.pages)
    return map(before.page, sorted(numbers, reverse=True))


def _old_release(before: Previous, release: Release, forgetting: _Forgetting, building: Building) -> Release:
    """Write the file of a release again: the same, or without what is forgotten."""
    path, count = release_path(release.number), len(release.changes)
    if forgetting.concerns(release.changes):
        return _written(building, release, map(entry, map(forgetting.change, release.changes)), count)
    return _put(building, release, before.pieces(path), count)


def _written(building: Building, release: Release, entries: Iterable[bytes], count: int) -> Release:
    return _put(building, release, release_file(release, entries), count)


def _put(building: Building, release: Release, content: Iterable[bytes], count: int) -> Release:
    """Write a release file. Returns the release, whose changes are read from it."""
    path = release_path(release.number)
    output = building.open(path)
    for piece in content:
        output.write(piece)
    output.close()
    pieces = partial(previous.Folder(building.folder).pieces, path, previous.LARGEST)
    return release._replace(changes=WrittenChanges(pieces, count))


### Forgetting


class _Forgetting:
    """Removal of the earlier versions of things from the history: from the newest member to the first."""

    def __init__(self, base: str, release: int, things: Sequence[str]) -> None:
        """`release` is the number of the release that removes them."""
        self.emptied: set[str] = set()
        """The things of which something was removed."""
        self._base, self._release = base, release
        self._unseen, self._things = set(things), dict.fromkeys(things)
        self._signs = [f"<{thing}>".encode() for thing in things]

    def meet(self, members: Iterable[Member]) -> None:
        """Note the newest members."""
        if self._unseen:
            self._unseen -= {member.thing for member in members}

    def change(self, change: Change) -> Change:
        """A change without title and values of a forgotten record; the values of a tombstone are kept."""
        if change.thing not in self._things:
            return change
        kept = change._replace(fields=change.fields if change.change == "delete" else (), title=())
        if kept != change:
            self.emptied.add(change.thing)
        return kept

    def concerns(self, changes: Iterable[Change]) -> bool:
        """Tell whether something is removed from these changes."""
        return bool(self._things) and any(self.change(change) != change for change in changes)

    def page(self, file: File) -> File:
        """A page without the forgotten versions; pages come from the newest to the first."""
        if not any(sign in file.content for sign in self._signs):
            return file
        number = int(file.path.rpartition("/")[2].removesuffix(".trig"))
        members = feed.read_page(self._base, number, file.content)
        kept = [self._member(member) for member in reversed(members)][::-1]
        return file if kept == members else feed.page(self._base, number, kept)

    def _member(self, member: Member) -> Member:
        newest = member.thing in self._unseen
        self._unseen.discard(member.thing)
        if member.thing not in self._things or not member.lines or newest:
            return member
        self.emptied.add(member.thing)
        return member._replace(lines=(), forgotten=self._release)

    def check(self) -> None:
        """Raise CannotPublish for a thing that has no member."""
        for thing in self._things:
            if thing in self._unseen:
                raise CannotPublish(words.message("refusal-forget", thing=thing))


### Warnings


def warnings(
    dataset: Dataset,
    things: Things,
    history: History,
    settings: Record,
    records_of: Callable[[list[str]], dict[str, Record]],
) -> list[Problem]:
    """Warnings about the newest release: version or day not raised, parts moved, records gone without a tombstone.

    `settings` is the record of the dataset. `records_of` returns the records with these IRIs, as far as they exist; it
    is asked for those whose parts may have moved. The same history and settings give the same warnings.
    """
    if len(history.releases) < 2:
        return []
    before, newest = history.releases[-2:]
    problems = list(_not_raised(before, newest, settings)) if len(newest.changes) else []
    suspects: list[tuple[Change, Replaced]] = []
    for change in newest.changes:
        parts = _replaced(change)
        if parts or change.change == "delete":
            suspects.append((change, parts))
    moved = [change.thing for change, parts in suspects if parts]
    records = records_of(moved) if moved else {}
    for change, parts in suspects:
        if parts and change.thing in records:
            problems += _moved(things, change, records[change.thing], parts)
        elif change.change == "delete" and not change.fields:
            problems += _vanished(dataset, things, change)
    return problems


def _not_raised(before: Release, newest: Release, settings: Record) -> Iterator[Problem]:
    """The problems of a changed dataset whose version or day of change is not higher than in the release before."""
    if not _is_raised(before.version, newest.version):
        yield problem(
            "version-not-raised",
            settings.place(("version",)),
            settings.id,
            "version",
            newest.version,
            expected=before.version,
        )
    day = _day(settings)
    if day <= before.modified:
        place = settings.place(("modified",))
        yield problem("modified-not-raised", place, settings.id, "modified", day, expected=before.modified)


def _day(settings: Record) -> str:
    """The day of change that a dataset gives."""
    return str(settings.values.get("modified") or settings.values.get("issued"))


def _is_raised(old: str, new: str) -> bool:
    """Tell whether version `new` is higher: by numbers if both have them (semver.org, 11), else as text."""
    numbers = [[int(n) for n in re.findall(r"\d+", v.split("+")[0])] for v in (old, new)]
    return numbers[1] > numbers[0] if all(numbers) else new > old


Replaced = dict[str, dict[str, tuple[str, str]]]
"""Texts that were replaced by different ones, old and new: by the path of their part, then by language."""


def _replaced(change: Change) -> Replaced:
    """The texts of parts that are identified by their ordinal alone and whose text is now a different one."""
    if change.change != "update":
        return {}
    earlier = {f.old for f in change.fields if f.old}
    parts: Replaced = {}
    for field in change.fields:
        part = re.match(r"(.*\[[0-9]+\])\.[^\[\]]*\.([a-z]{2})$", field.field)
        if part and field.old and field.new:
            parts.setdefault(part[1], {}).setdefault(part[2], (field.old, field.new))
    return {
        path: texts
        for path, texts in parts.items()
        if any(new in earlier or _differ(old, new) for old, new in texts.values())
    }


def _moved(things: Things, change: Change, record: Record, parts: Replaced) -> Iterator[Problem]:
    for part_path, texts in parts.items():
        path, ordinal = _path_of(record, part_path), part_path.rpartition("[")[2].rstrip("]")
        before = {lang: old for lang, (old, _) in texts.items()}
        expected = {lang: short(in_language(before, lang)) for lang in LANGUAGES}
        value = next(iter(texts.values()))[1]
        yield problem(
            "part-moved",
            record.place(path),
            record.id,
            dotted(path),
            value,
            label=things.label(change.thing, part_path + "."),
            key=ordinal,
            expected=expected,
        )


def _differ(old: str, new: str) -> bool:
    """Tell whether two texts are too different for one to be a correction of the other."""
    return difflib.SequenceMatcher(None, old, new, False).ratio() < ALIKE


def _path_of(record: Record, field: str) -> tuple[str | int, ...]:
    """The path in a record, with indexes, of the part that a path with ids names."""
    path: list[str | int] = []
    values: object = record.values
    for key, identifier in re.findall(r"([^\[\].]+)\[([^\]]*)\]", field):
        listed = values.get(key) if isinstance(values, dict) else None
        parts = listed if isinstance(listed, list) else [listed]
        for n, part in enumerate(parts):
            if isinstance(part, dict) and str(part.get("id", "")).rsplit("/", 1)[-1] == identifier:
                path += [key, n] if isinstance(listed, list) else [key]
                values = part
                break
        else:
            break
    return tuple(path)


def _vanished(dataset: Dataset, things: Things, change: Change) -> Iterator[Problem]:
    """The problem of a record that was removed without a tombstone."""
    cls = things.cls(change.thing)
    if cls is not None and cls.folder:
        name = change.thing.removeprefix(dataset.model.things)
        left = dataset.omitted.place(name)
        if left is not None:
            yield problem("left-out-published", left, name.split("/", 1)[1], None, name, label=cls.label)
            return
        place = Place(dataset.name(dataset.data / "withdrawn.yml"), 1, 1)
        yield problem("id-vanished", place, name.split("/", 1)[1], None, name, label=cls.label)


### Files


def files(dataset: Dataset, things: Things, history: History, names: Callable[[str], Text]) -> Files:
    """The root of the feed, and the changelog in Markdown in the languages of the site."""
    settings = dataset.settings()
    values = settings.values if settings else {}
    title: dict[str, str] = values.get("title", {})  # type: ignore[assignment]
    pages = [(span.page, span.since, span.until) for release in history.releases for span in release.pages]
    yield feed.root(dataset.base, title, str(values.get("licence")), pages, _forgotten(history))
    for path, text in changelog.files(things, history.releases, of_pages(dataset.languages), title, names):
        yield File(path, text)


def _forgotten(history: History) -> list[tuple[int, str, Text]]:
    return [(r.number, thing, Entry("changelog", "forgotten")) for r in history.releases for thing in r.forgotten]


def named(dataset: Dataset, others: Iterable[Record], lines: SortedLines | None) -> Callable[[str], Text]:
    """A function from the IRI of a thing of the current data to its name, by language; empty if unknown.

    Names come from `others`, records in memory, else from the ontology, else from the lines of the dump.
    """
    by_iri = {dataset.model.iri(r.cls, r.id): r for r in others}
    ontology, things = dataset.model.ontology, Things(dataset.model)

    @lru_cache(NAMES)
    def name(iri: str) -> Text:
        if iri in by_iri:
            values = by_iri[iri].values
            title = values.get("title") or values.get("name") or {}
            return title if isinstance(title, dict) else {}
        text = ontology.text(iri, f"{SKOS}prefLabel") or ontology.text(iri, f"{RDFS}label")
        return text or ({} if lines is None else _name_in(dataset, things, lines, iri))

    return name


def _name_in(dataset: Dataset, things: Things, lines: SortedLines, iri: str) -> Text:
    """The name of a record, from its lines."""
    cls = things.cls(iri)
    if cls is None or things.thing(iri) != iri:
        return {}
    paths = {f.key: f"<{f.path}>".encode() for f in cls.fields if f.key in diff.TITLES}
    about = lines.starting(f"<{iri}> ".encode())
    for key in diff.TITLES:
        own = [each for each in about if key in paths and each.split(b" ", 2)[1] == paths[key]]
        if text := diff.labels(things, own).get(iri, {}):
            return {lang: text[lang] for lang in (*dataset.languages, *text) if lang in text}
    return {}
