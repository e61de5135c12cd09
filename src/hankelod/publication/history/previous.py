"""The history in the previous publication, read from its folder or its address.

Only the manifest, `changes/` and the dump are read, each file checked against the manifest.
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
from hankelod.publication.manifest import MANIFEST, BadManifest, FileEntry, Manifest
from hankelod.records.folder import DATASET
from hankelod.records.record import Record

DUMP = f"dump/{NAME}.nt"

WANTED = re.compile(r"changes/(?:pages/([1-9][0-9]{0,8})\.trig|releases/([1-9][0-9]{0,8})\.json)")
"""The paths of the pages of the feed and of the release files, with their numbers."""

SECONDS = 600
"""Most seconds that fetching a publication may take."""

LARGEST = 4 * 2**30
"""Most bytes of a file that is read."""


class Span(NamedTuple):
    """A page of the feed, with the numbers of its first and last member."""

    page: int
    first: int
    last: int


class Release(NamedTuple):
    """A publication that changed something, with the pages of its members; no pages if only the version is new.

    `forgotten` lists the things whose earlier versions this release removed from the history.
    """

    number: int
    base: str
    version: str
    modified: str
    pages: tuple[Span, ...]
    changes: tuple[Change, ...]
    forgotten: tuple[str, ...]


class Previous(NamedTuple):
    """The history in the previous publication, its pages by number, and its graph."""

    releases: tuple[Release, ...]
    pages: dict[int, File]
    graph: Graph

    def members(self) -> list[Member]:
        """All members of the feed, in order."""
        base = self.releases[-1].base if self.releases else ""
        return [m for number in sorted(self.pages) for m in read_page(base, number, self.pages[number].content)]


class Origin(Protocol):
    """A place that a publication is read from."""

    def get(self, path: str, largest: int) -> bytes:
        """The bytes of a file, at most `largest`. Raises BadManifest, OSError."""
        ...


class Folder(NamedTuple):
    """A publication in a folder on this machine."""

    path: Path

    def get(self, path: str, largest: int) -> bytes:
        return manifest.content(self.path, path, largest)


class RemoteOrigin:
    """A publication at an address: http and https only, also after a redirect; bounded in time and size."""

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

        content = bytearray()
        try:
            with self.opener.open(self.address + path, timeout=30) as answer:
                # read1 returns what has arrived, so that the time is checked for a slow server too
                while part := answer.read1(2**16):
                    content += part
                    if len(content) > largest:
                        raise BadManifest(words.message("damage-larger", path=path))
                    if time.monotonic() > self.end:
                        raise BadManifest(words.message("damage-slow", path=path))
        except (HTTPException, ValueError) as error:  # ValueError: not a valid address, also of a redirect
            raise OSError(f"{type(error).__name__}: {error}") from error
        return bytes(content)


def source(place: str, working: Path) -> Origin:
    """The origin for a folder, or for an http or https address. Raises CannotPublish for another scheme."""
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", place):
        if not place.startswith(("http://", "https://")):
            raise CannotPublish(words.message("refusal-scheme", place=place))
        return RemoteOrigin(place)
    return Folder(working / place)


### Reading


def read(things: Things, origin: Origin, name: str) -> Previous:
    """The history and the graph of a publication, which messages call `name`. Raises CannotPublish."""
    try:
        listed = manifest.read(origin.get(MANIFEST, manifest.LARGEST))
        return _read(things, origin, listed)
    except (BadManifest, OSError) as error:
        raise CannotPublish(words.message("refusal-previous", name=name, why=error)) from error


def _read(things: Things, origin: Origin, manifest: Manifest) -> Previous:
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
        raise BadManifest(words.message("damage-feed", why=error)) from error


def read_graph(things: Things, origin: Origin) -> Graph:
    """The graph of a publication: its dump, else the result of the change feed. Raises BadManifest, OSError."""
    listed = manifest.read(origin.get(MANIFEST, manifest.LARGEST))
    return (
        graph(_get(origin, DUMP, listed.files[DUMP])) if DUMP in listed.files else _read(things, origin, listed).graph
    )


def read_releases(get: Callable[[str], bytes], manifest: Manifest) -> tuple[Release, ...]:
    """All releases in a manifest, in order. Raises BadManifest if a release or a page is missing."""
    matches = [match for path in manifest.files if (match := WANTED.fullmatch(path))]
    numbers = sorted(int(match[2]) for match in matches if match[2])
    releases = tuple(_release(release_path(n), get(release_path(n))) for n in numbers)
    pages = [span.page for release in releases for span in release.pages]
    if numbers != list(range(1, len(numbers) + 1)) or sorted(pages) != sorted(int(m[1]) for m in matches if m[1]):
        raise BadManifest(words.message("damage-history"))
    return releases


def _get(origin: Origin, path: str, entry: FileEntry) -> bytes:
    """The bytes of a file, checked against its entry. Raises BadManifest, OSError."""
    if entry.bytes > LARGEST:
        raise BadManifest(words.message("damage-large", path=path))
    return manifest.checked(path, entry, origin.get(path, entry.bytes))


### Release files


def release_file(release: Release) -> bytes:
    """The bytes of `changes/releases/<n>.json`: the changes by record and field, independent of language."""
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
        entry = json.loads(content)
        release = Release(
            number=int(entry["release"]),
            base=str(entry["base"]),
            version=str(entry["version"]),
            modified=str(entry["modified"]),
            pages=tuple(_span(p) for p in entry["pages"]),
            changes=tuple(from_json(change) for change in entry["changes"]),
            forgotten=tuple(str(thing) for thing in entry["forgotten"]),
        )
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise BadManifest(words.message("damage-unread", path=path, why=error)) from error
    if path != release_path(release.number):
        raise BadManifest(words.message("damage-other-release", path=path))
    return release


def _span(entry: dict[str, object]) -> Span:
    match = WANTED.fullmatch(str(entry["page"]))
    if match is None or match[1] is None:
        raise ValueError(f"{entry['page']} is no page")
    return Span(int(match[1]), int(str(entry["first"])), int(str(entry["last"])))


def previous_version(releases: tuple[Release, ...]) -> Release | None:
    """The last release of the version before the newest one, for `dcat:previousVersion`; None if there is none."""
    return next((r for r in reversed(releases) if r.version != releases[-1].version), None)


### The record of the dataset


def dated(records: list[Record]) -> list[Record]:
    """The records, with the day of SOURCE_DATE_EPOCH (reproducible-builds.org) as `modified` of the dataset.

    Without that variable they are unchanged. Raises CannotPublish if it is not a number of seconds.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if not epoch:
        return records
    try:
        year, month, day = time.gmtime(int(epoch))[:3]
    except (ValueError, OverflowError, OSError) as error:
        raise CannotPublish(words.message("refusal-epoch", value=epoch)) from error
    modified = f"{year:04}-{month:02}-{day:02}"
    return [r._replace(values={**r.values, "modified": modified}) if r.cls.file == DATASET else r for r in records]
