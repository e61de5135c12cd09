"""The history of a publication, as the publication before left it: read from its folder, or from its address.

Only what the history needs is read: the manifest, `changes/` and the dump, each checked against the manifest.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Protocol

from hankelod.messages import words
from hankelod.messages.refusal import CannotPublish
from hankelod.publication import manifest
from hankelod.publication.files import NAME, File, to_json
from hankelod.publication.history.diff import Change, Graph, Things, as_json, from_json, graph
from hankelod.publication.history.feed import Member, page_path, read_page, release_path, replayed
from hankelod.publication.manifest import MANIFEST, BadManifest, Entry, Manifest
from hankelod.records.folder import DATASET
from hankelod.records.record import Record

DUMP = f"dump/{NAME}.nt"

WANTED = re.compile(r"changes/(?:pages/([1-9][0-9]{0,8})\.trig|releases/([1-9][0-9]{0,8})\.json)")

SECONDS = 600
"""The longest that fetching a publication may take."""

LARGEST = 4 * 2**30
"""Bytes of the largest file that is fetched."""


class Span(NamedTuple):
    """A page of the feed with its first and its last member."""

    page: int
    first: int
    last: int


class Release(NamedTuple):
    """One publication that changed something, and the pages with its members; none where only the version is new.

    `forgotten` names the things whose earlier versions this release took out of the history.
    """

    number: int
    base: str
    version: str
    modified: str
    pages: tuple[Span, ...]
    changes: tuple[Change, ...]
    forgotten: tuple[str, ...]


class Previous(NamedTuple):
    """What the publication before holds of the history, and its graph."""

    releases: tuple[Release, ...]
    pages: dict[int, File]
    graph: Graph

    def members(self) -> list[Member]:
        """All members of the feed, in their order."""
        base = self.releases[-1].base if self.releases else ""
        return [m for number in sorted(self.pages) for m in read_page(base, number, self.pages[number].content)]


class Source(Protocol):
    """Where a publication is read from."""

    def get(self, path: str, largest: int) -> bytes:
        """A file's bytes. Raises BadManifest, OSError."""
        ...


class Folder(NamedTuple):
    """A publication on this machine."""

    path: Path

    def get(self, path: str, largest: int) -> bytes:
        return manifest.content(self.path, path, largest)


class Site:
    """A publication at an address: http and https only, also where one leads to another; bounded in time and size."""

    def __init__(self, address: str) -> None:
        from urllib import request

        self.address = address.rstrip("/") + "/"
        self.end = time.monotonic() + SECONDS
        self.opener = request.OpenerDirector()
        for handler in (
            request.HTTPHandler,
            request.HTTPSHandler,
            request.HTTPRedirectHandler,
            request.HTTPDefaultErrorHandler,
            request.HTTPErrorProcessor,
        ):
            self.opener.add_handler(handler())

    def get(self, path: str, largest: int) -> bytes:
        from http.client import HTTPException

        found = bytearray()
        try:
            with self.opener.open(self.address + path, timeout=30) as answer:
                while part := answer.read1(2**16):  # what has come: a slow server is asked for the time too
                    found += part
                    if len(found) > largest:
                        raise BadManifest(words.told("damage-larger", path=path))
                    if time.monotonic() > self.end:
                        raise BadManifest(words.told("damage-slow", path=path))
        except (HTTPException, ValueError) as error:  # ValueError: no address, also where a redirect leads
            raise OSError(f"{type(error).__name__}: {error}") from error
        return bytes(found)


def source(place: str, working: Path) -> Source:
    """Where to read a publication from: a folder, or an http or https address. Raises CannotPublish."""
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", place):
        if not place.startswith(("http://", "https://")):
            raise CannotPublish(words.told("refusal-scheme", place=place))
        return Site(place)
    return Folder(working / place)


### Reading


def read(things: Things, origin: Source, name: str) -> Previous:
    """The history and the graph of a publication. Raises CannotPublish, with `name` in what it says."""
    try:
        found = manifest.read(origin.get(MANIFEST, manifest.LARGEST))
        return _read(things, origin, found)
    except (BadManifest, OSError) as error:
        raise CannotPublish(words.told("refusal-previous", name=name, why=error)) from error


def _read(things: Things, origin: Source, manifest: Manifest) -> Previous:
    def get(path: str) -> bytes:
        return _get(origin, path, manifest.files[path])

    releases = read_releases(get, manifest)
    numbers = [span.page for release in releases for span in release.pages]
    pages = {n: File(page_path(n), get(page_path(n)), manifest.files[page_path(n)].triples) for n in numbers}
    before = Previous(releases, pages, set())
    if DUMP in manifest.files:
        return before._replace(graph=graph(get(DUMP)))
    try:
        return before._replace(graph=replayed(things, before.members(), set()))
    except (SyntaxError, KeyError, ValueError) as error:
        raise BadManifest(words.told("damage-feed", why=error)) from error


def read_graph(things: Things, origin: Source) -> Graph:
    """The graph of a publication: its dump, else what the change feed gives. Raises BadManifest, OSError."""
    found = manifest.read(origin.get(MANIFEST, manifest.LARGEST))
    return graph(_get(origin, DUMP, found.files[DUMP])) if DUMP in found.files else _read(things, origin, found).graph


def read_releases(get: Callable[[str], bytes], manifest: Manifest) -> tuple[Release, ...]:
    """All releases that a manifest names, in their order. Raises BadManifest where a release or a page is missing."""
    matches = [match for path in manifest.files if (match := WANTED.fullmatch(path))]
    numbers = sorted(int(match[2]) for match in matches if match[2])
    releases = tuple(_release(release_path(n), get(release_path(n))) for n in numbers)
    told = [span.page for release in releases for span in release.pages]
    if numbers != list(range(1, len(numbers) + 1)) or sorted(told) != sorted(int(m[1]) for m in matches if m[1]):
        raise BadManifest(words.told("damage-history"))
    return releases


def _get(origin: Source, path: str, entry: Entry) -> bytes:
    if entry.bytes > LARGEST:
        raise BadManifest(words.told("damage-large", path=path))
    return manifest.checked(path, entry, origin.get(path, entry.bytes))


### Release files


def release_file(release: Release) -> bytes:
    """`changes/releases/<n>.json`: what changed, by record and field, in no language."""
    whole = {
        "release": release.number,
        "base": release.base,
        "version": release.version,
        "modified": release.modified,
        "pages": [{"page": page_path(s.page), "first": s.first, "last": s.last} for s in release.pages],
        "forgotten": list(release.forgotten),
        "changes": [as_json(change) for change in release.changes],
    }
    return to_json(whole, 1)


def _release(path: str, content: bytes) -> Release:
    try:
        told = json.loads(content)
        release = Release(
            number=int(told["release"]),
            base=str(told["base"]),
            version=str(told["version"]),
            modified=str(told["modified"]),
            pages=tuple(_span(p) for p in told["pages"]),
            changes=tuple(from_json(change) for change in told["changes"]),
            forgotten=tuple(str(thing) for thing in told["forgotten"]),
        )
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise BadManifest(words.told("damage-unread", path=path, why=error)) from error
    if path != release_path(release.number):
        raise BadManifest(words.told("damage-other-release", path=path))
    return release


def _span(told: dict[str, object]) -> Span:
    match = WANTED.fullmatch(str(told["page"]))
    if match is None or match[1] is None:
        raise ValueError(f"{told['page']} is no page")
    return Span(int(match[1]), int(str(told["first"])), int(str(told["last"])))


def previous_version(releases: tuple[Release, ...]) -> Release | None:
    """The last release of the version before the newest one, for `dcat:previousVersion`; None where there is none."""
    return next((r for r in reversed(releases) if r.version != releases[-1].version), None)


### What the dataset says of itself


def dated(records: list[Record]) -> list[Record]:
    """The records, the dataset's with the day of SOURCE_DATE_EPOCH (reproducible-builds.org) as its `modified`.

    Raises CannotPublish where that is no number of seconds.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if not epoch:
        return records
    try:
        year, month, day = time.gmtime(int(epoch))[:3]
    except (ValueError, OverflowError, OSError) as error:
        raise CannotPublish(words.told("refusal-epoch", value=epoch)) from error
    found = f"{year:04}-{month:02}-{day:02}"
    return [r._replace(values={**r.values, "modified": found}) if r.cls.file == DATASET else r for r in records]
