"""Continuation of the history: the members that a publication adds to the change feed, and the files of `changes/`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from hankelod.messages import words
from hankelod.messages.problem import LANGUAGES, Place, Problem, problem, short
from hankelod.messages.refusal import CannotPublish
from hankelod.publication.files import File, Files
from hankelod.publication.history import changelog, feed
from hankelod.publication.history.diff import Change, Graph, Things, compare
from hankelod.publication.history.feed import PAGE_SIZE, Member
from hankelod.publication.history.previous import Previous, Release, Span, release_file
from hankelod.records.dataset import Dataset
from hankelod.records.folder import DATASET
from hankelod.records.record import Record
from hankelod.records.tree import dotted

ALIKE = 0.6
"""Least similarity (ratio of difflib) at which a changed text counts as a correction of the old one."""


class History(NamedTuple):
    """All releases, and the pages of the feed by number."""

    releases: tuple[Release, ...]
    pages: dict[int, File]


def begins(things: Things, before: Previous | None) -> bool:
    """Tell whether a new history begins: there is none before, or it is of things under another base IRI."""
    return before is None or not before.releases or before.releases[-1].base != things.model.base


def carried_on(
    things: Things, before: Previous | None, now: Graph, records: list[Record], forget: list[str]
) -> History:
    """The history with a release for the changes since; without changes it is the same, byte for byte.

    `now` is the graph of these records. `forget` lists the IRIs of things whose earlier versions are removed from the
    history. Raises CannotPublish for an unknown one.
    """
    settings = next(r for r in records if r.cls.file == DATASET).values
    version, day = str(settings.get("version")), str(settings.get("modified") or settings.get("issued"))
    base = things.model.base
    if before is None or begins(things, before):
        before = Previous((), {}, set())
    last = before.releases[-1] if before.releases else None
    changed = compare(things, before.graph, now)
    number = len(before.releases) + 1
    first = max((span.last for r in before.releases for span in r.pages), default=0) + 1
    # The day of a release is never earlier than that of a release before it.
    latest = max(day, *(r.modified for r in before.releases)) if before.releases else day
    added = feed.members(things, [c.thing for c in changed], before.graph, now, first, latest, number)
    pages, spans = dict(before.pages), []
    for start in range(0, len(added), PAGE_SIZE):
        members = added[start : start + PAGE_SIZE]
        spans.append(Span(len(pages) + 1, members[0].number, members[-1].number))
        pages[spans[-1].page] = feed.page(base, spans[-1].page, members)
    release = Release(number, base, version, day, tuple(spans), tuple(changed), ())
    history = History((*before.releases, release), pages)
    forgotten = _forget(base, history, forget) if forget else history
    if changed or last is None or last.version != version or forgotten is not history:
        return forgotten
    return History(before.releases, before.pages)


### Forgetting


def _forget(base: str, history: History, things: list[str]) -> History:
    """The history without the earlier versions of these things; the same object if there are none."""
    members = {number: feed.read_page(base, number, file.content) for number, file in history.pages.items()}
    newest: dict[str, int] = {}
    for member in (m for number in sorted(members) for m in members[number]):
        newest[member.thing] = member.number
    for thing in things:
        if thing not in newest:
            raise CannotPublish(words.message("refusal-forget", thing=thing))
    targets = set(things)

    def stays(member: Member) -> bool:
        return member.thing not in targets or not member.lines or newest[member.thing] == member.number

    release = history.releases[-1].number
    pages, releases, changed = dict(history.pages), [], set()
    for number, on_page in members.items():
        forgotten = {m.thing for m in on_page if not stays(m)}
        if forgotten:
            changed |= forgotten
            pages[number] = feed.page(
                base, number, [m if stays(m) else m._replace(lines=(), forgotten=release) for m in on_page]
            )
    for each in history.releases:
        kept = tuple(_without_values(c) if c.thing in targets else c for c in each.changes)
        changed |= {c.thing for c, k in zip(each.changes, kept, strict=True) if c != k}
        releases.append(each._replace(changes=kept))
    if not changed:
        return history
    releases[-1] = releases[-1]._replace(forgotten=tuple(sorted(changed)))
    return History(tuple(releases), pages)


def _without_values(change: Change) -> Change:
    """A change without title and values of the record; the values of a tombstone are kept."""
    return change._replace(fields=change.fields if change.change == "delete" else (), title=())


### Warnings


def warnings(dataset: Dataset, things: Things, records: list[Record], history: History) -> list[Problem]:
    """Warnings about the newest release: version not raised, parts moved, records gone without a tombstone.

    The same history gives the same warnings.
    """
    if len(history.releases) < 2:
        return []
    before, newest = history.releases[-2:]
    problems = []
    if newest.changes and not _is_raised(before.version, newest.version):
        settings = dataset.settings()
        place = settings.place(("version",)) if settings else Place(dataset.name(dataset.data / DATASET), 1, 1)
        problems.append(
            problem(
                "version-not-raised",
                place,
                settings.id if settings else None,
                "version",
                newest.version,
                expected=before.version,
            )
        )
    by_iri = {f"{dataset.base}id/{r.cls.identifies}{r.id}": r for r in records}
    for change in newest.changes:
        if change.change == "update" and change.thing in by_iri:
            problems += _moved(things, change, by_iri[change.thing])
        elif change.change == "delete" and not change.fields:
            problems += _vanished(dataset, things, change)
    return problems


def _is_raised(old: str, new: str) -> bool:
    """Tell whether version `new` is higher: by numbers if both have them (semver.org, 11), else as text."""
    numbers = [[int(n) for n in re.findall(r"\d+", v.split("+")[0])] for v in (old, new)]
    return numbers[1] > numbers[0] if all(numbers) else new > old


def _moved(things: Things, change: Change, record: Record) -> Iterator[Problem]:
    """Parts that are identified by their ordinal alone and whose text is now a different one."""
    earlier = {f.old for f in change.fields if f.old}
    parts: dict[str, dict[str, tuple[str, str]]] = {}
    for field in change.fields:
        part = re.match(r"(.*\[[0-9]+\])\.[^\[\]]*\.([a-z]{2})$", field.field)
        if part and field.old and field.new:
            parts.setdefault(part[1], {}).setdefault(part[2], (field.old, field.new))
    for part_path, texts in parts.items():
        if any(new in earlier or _differ(old, new) for old, new in texts.values()):
            path, ordinal = _path_of(record, part_path), part_path.rpartition("[")[2].rstrip("]")
            expected = {lang: short(texts.get(lang, next(iter(texts.values())))[0]) for lang in LANGUAGES}
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
        name = change.thing.removeprefix(f"{dataset.base}id/")
        place = Place(dataset.name(dataset.data / "withdrawn.yml"), 1, 1)
        yield problem("id-vanished", place, name.split("/", 1)[1], None, name, label=cls.label)


### Files


def files(dataset: Dataset, things: Things, records: list[Record], history: History) -> Files:
    """The files of `changes/`, and the changelog in Markdown in the languages of the site."""
    base, settings = dataset.base, dataset.settings()
    yield from (history.pages[number] for number in sorted(history.pages))
    for release in history.releases:
        yield File(feed.release_path(release.number), release_file(release))
    values = settings.values if settings else {}
    title: dict[str, str] = values.get("title", {})  # type: ignore[assignment]
    spans = [span for release in history.releases for span in release.pages]
    yield feed.root(base, title, str(values.get("licence")), spans, _forgotten(history))
    for path, text in changelog.files(things, history.releases, title, named(dataset, records)):
        yield File(path, text)


def _forgotten(history: History) -> list[tuple[int, str, dict[str, str]]]:
    return [(r.number, thing, changelog.WORDS["forgotten"]) for r in history.releases for thing in r.forgotten]


def named(dataset: Dataset, records: list[Record]) -> Callable[[str], dict[str, str]]:
    """A function from the IRI of a thing of the current data to its name, by language; empty if unknown."""
    by_iri = {f"{dataset.base}id/{r.cls.identifies}{r.id}": r for r in records}

    def name(iri: str) -> dict[str, str]:
        if iri in by_iri:
            values = by_iri[iri].values
            title = values.get("title") or values.get("name") or {}
            return title if isinstance(title, dict) else {}
        ontology = dataset.model.ontology
        skos, rdfs = "http://www.w3.org/2004/02/skos/core#prefLabel", "http://www.w3.org/2000/01/rdf-schema#label"
        return ontology.text(iri, skos) or ontology.text(iri, rdfs)

    return name
