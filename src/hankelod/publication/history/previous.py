"""The history in the previous publication, read from its folder or its address.

Only the manifest, `changes/` and the dump are read, each file checked against the manifest. What is at an address is
fetched into a folder first.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from operator import lt
from pathlib import Path
from queue import Empty, Full, Queue
from typing import NamedTuple, Protocol

from hankelod.messages import words
from hankelod.messages.refusal import CannotPublish
from hankelod.publication import manifest, reading, runs
from hankelod.publication.files import File
from hankelod.publication.history.diff import Things
from hankelod.publication.history.feed import Member, page_path, read_page, release_path, replayed
from hankelod.publication.history.lines import InFile, InMemory, SortedLines
from hankelod.publication.history.releases import Release, release
from hankelod.publication.manifest import MANIFEST, BadManifest, FileEntry, Manifest
from hankelod.publication.parts import Folder as Parts
from hankelod.publication.runs import Lines
from hankelod.rdf import dumps
from hankelod.records.record import Record

WANTED = re.compile(r"changes/(?:pages/([1-9][0-9]{0,8})\.trig|releases/([1-9][0-9]{0,8})\.json)")
"""The paths of the pages of the feed and of the release files, with their numbers."""

SECONDS = 600
"""Seconds that fetching a publication may take, beside those that its size needs."""

PACE = 2**20
"""Least bytes a second that a large publication is fetched at."""

LARGEST = 4 * 2**30
"""Most bytes of a file that is read, but for the dump."""

LARGEST_DUMP = 2**40
"""Most bytes of a dump that is read."""

PIECE = 2**20
"""Bytes of a file that are read at a time."""

WAIT = 30
"""Seconds to wait for the next bytes of a server."""

AHEAD = 4
"""Most pieces that are fetched before they are read."""

CODINGS = {"identity": 0, "gzip": zlib.MAX_WBITS | 16, "x-gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS}
"""Content codings (RFC 9110, section 8.4.1) that are unpacked, as zlib knows them; 0 for none."""

RUN = 2**17
"""Lines that are sorted at once, of a dump that is not sorted."""


class Origin(Protocol):
    """A place that a publication is read from."""

    def pieces(self, path: str, largest: int) -> Iterator[bytes]:
        """The bytes of a file, at most `largest`, in pieces. Raises BadManifest, OSError."""
        ...


class Folder(NamedTuple):
    """A publication in a folder on this machine."""

    path: Path

    def pieces(self, path: str, largest: int) -> Iterator[bytes]:
        target = manifest.stays(self.path, path)
        if target.stat().st_size > largest:
            raise BadManifest(words.message("damage-larger", path=path))
        with target.open("rb", buffering=0) as file:
            while piece := file.read(PIECE):
                yield piece


class RemoteOrigin:
    """A publication at an address: http and https only, also after a redirect; bounded in time and size.

    A thread fetches, since a server can keep its reader busy for ever below any single wait: with half a head, one
    byte at a time. The deadline is looked at here.
    """

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

    def pieces(self, path: str, largest: int) -> Iterator[bytes]:
        arrived: Queue[bytes | Exception | None] = Queue(AHEAD)
        left = threading.Event()
        threading.Thread(target=self._fetch, args=(path, largest, arrived, left), daemon=True).start()
        try:
            while True:
                try:
                    piece = arrived.get(timeout=max(0.0, self.end - time.monotonic()))
                except Empty:
                    raise BadManifest(words.message("damage-slow", path=path)) from None
                if piece is None:
                    return
                if isinstance(piece, Exception):
                    raise piece
                self.end += len(piece) / PACE
                yield piece
        finally:
            left.set()

    def _fetch(self, path: str, largest: int, arrived: Queue[bytes | Exception | None], left: threading.Event) -> None:
        """Put the pieces of a file into a queue, then None or the error that ended it, until the reader has left."""

        def put(piece: bytes | Exception | None) -> None:
            while not left.is_set():
                with contextlib.suppress(Full):
                    return arrived.put(piece, timeout=1)
            return None

        try:
            for piece in self._unpacked(path, largest):
                put(piece)
                if left.is_set():
                    return
            put(None)
        except Exception as error:  # whatever it is, the reader raises it
            put(error)

    def _unpacked(self, path: str, largest: int) -> Iterator[bytes]:
        """The bytes of a file in pieces, unpacked if the server packs: some stores keep all files packed."""
        from http.client import HTTPException

        size, coding = 0, ""
        try:
            with self.opener.open(self.address + path, timeout=WAIT) as answer:
                coding = (answer.headers.get("Content-Encoding") or "identity").strip().lower()
                if coding not in CODINGS:
                    raise BadManifest(words.message("damage-coding", path=path, coding=coding))
                # read1 returns what has arrived
                for content in _contents(iter(partial(answer.read1, PIECE), b""), CODINGS[coding]):
                    size += len(content)
                    if size > largest:
                        raise BadManifest(words.message("damage-larger", path=path))
                    yield content
        except (zlib.error, EOFError) as error:
            raise BadManifest(words.message("damage-packed", path=path, coding=coding)) from error
        except (HTTPException, ValueError) as error:
            # ValueError: not a valid address, also of a redirect
            raise OSError(f"{type(error).__name__}: {error}") from error


def _contents(pieces: Iterator[bytes], bits: int) -> Iterator[bytes]:
    """The content of pieces as they arrive, at most PIECE bytes at a time. Raises zlib.error, EOFError.

    `bits` is the form of the packing for zlib, 0 for none. A file of gzip may be several in a row (RFC 1952, 2.2).
    """
    if not bits:
        yield from pieces
        return
    unpacker = zlib.decompressobj(bits)
    for piece in pieces:
        if unpacker.eof:
            piece = piece.lstrip(b"\0")
        while piece:
            if unpacker.eof:
                unpacker = zlib.decompressobj(bits)
            content = unpacker.decompress(piece, PIECE)
            # zeros may fill up a file behind its end
            piece = unpacker.unused_data.lstrip(b"\0") if unpacker.eof else unpacker.unconsumed_tail
            if content:
                yield content
    if not unpacker.eof:
        raise EOFError


def source(place: str, working: Path) -> Origin:
    """The origin for a folder, or for an http or https address. Raises CannotPublish for another scheme."""
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", place):
        if not place.startswith(("http://", "https://")):
            raise CannotPublish(words.message("refusal-scheme", place=place))
        return RemoteOrigin(place)
    return Folder(working / place)


### Reading


class Previous(NamedTuple):
    """The history in the previous publication, and the lines of its graph; its other files are read when asked for."""

    releases: tuple[Release, ...]
    lines: SortedLines
    pieces: Callable[[str], Iterator[bytes]]
    """Opens a page or a release file by its path. Raises BadManifest, OSError."""
    triples: Callable[[str], int | None]
    """The number of triples of a file by its path."""

    def page(self, number: int) -> File:
        """A page of the feed. Raises BadManifest, OSError."""
        path = page_path(number)
        return File(path, b"".join(self.pieces(path)), self.triples(path))


def _no_file(path: str) -> Iterator[bytes]:
    raise FileNotFoundError(path)


NOTHING = Previous((), InMemory([]), _no_file, lambda path: None)
"""A publication without a history."""


def read(things: Things, origin: Origin, name: str, spool: Path) -> Previous:
    """The history and the graph of a publication, which messages call `name`.

    What is fetched or sorted goes into the folder `spool`, which stays as long as the result is used. All files are
    checked here; those of a history of other things, under another base IRI, are not needed. Raises CannotPublish.
    """
    try:
        files = _Files(origin, spool)
        releases = listed_releases(files.pieces, files.listed)
        if not releases or releases[-1].base != things.model.base:
            return NOTHING
        numbers = [span.page for each in releases for span in each.pages]
        for number in numbers:
            files.check(page_path(number))
        return Previous(releases, files.graph(releases, numbers), files.pieces, files.triples)
    except (BadManifest, OSError) as error:
        raise CannotPublish(words.message("refusal-previous", name=name, why=error)) from error


def read_graph(origin: Origin, spool: Path) -> SortedLines:
    """The graph of a publication: its dump, else the result of the change feed. Raises BadManifest, OSError."""
    files = _Files(origin, spool)
    if files.dump:
        return files.graph((), [])
    releases = listed_releases(files.pieces, files.listed)
    return files.graph(releases, [span.page for each in releases for span in each.pages])


class _Files:
    """The files of a publication, each checked against the manifest whenever it is read."""

    def __init__(self, origin: Origin, spool: Path) -> None:
        """`spool` is the folder for what is fetched from an address. Raises BadManifest, OSError."""
        self.listed = manifest.read(b"".join(origin.pieces(MANIFEST, manifest.LARGEST)))
        self.dump = dumps.sorted_form(self.listed.files)
        self._origin, self._spool = origin, spool

    def triples(self, path: str) -> int | None:
        """The number of triples of a file, by the manifest."""
        return self.listed.files[path].triples

    def pieces(self, path: str) -> Iterator[bytes]:
        """The bytes of a file in pieces; what is at an address is fetched once. Raises BadManifest, OSError."""
        entry = self.listed.files[path]
        if entry.bytes > (LARGEST_DUMP if path == self.dump else LARGEST):
            raise BadManifest(words.message("damage-large", path=path))
        if not isinstance(self._origin, Folder) and not (self._spool / path).is_file():
            self._fetch(path, entry)
        return _checked(path, entry, self._local().pieces(path, entry.bytes))

    def _local(self) -> Folder:
        return self._origin if isinstance(self._origin, Folder) else Folder(self._spool)

    def _fetch(self, path: str, entry: FileEntry) -> None:
        target = self._spool / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            file.writelines(self._origin.pieces(path, entry.bytes))

    def check(self, path: str) -> None:
        """Read a file to its end. Raises BadManifest, OSError."""
        for _ in self.pieces(path):
            pass

    def graph(self, releases: tuple[Release, ...], pages: list[int]) -> SortedLines:
        """The lines of the dump; without a dump, of the feed on these pages. Raises BadManifest, OSError."""
        parts = Parts(str(self._spool))
        if not self.dump:
            try:
                return _kept(replayed(self._members(releases, pages), parts), self._spool)
            except (SyntaxError, KeyError, ValueError) as error:
                raise BadManifest(words.message("damage-feed", why=error)) from error
        try:
            in_order = _is_sorted(self.pieces(self.dump))
        except (ValueError, SyntaxError) as error:
            raise BadManifest(words.message("damage-unread", path=self.dump, why=error)) from error
        dump = InFile(self._local().path / self.dump)
        if in_order:
            return dump
        lines = (each for block in dump.blocks() for each in block if each)
        return _kept(runs.all_of(runs.sorted_runs(lines, RUN, "dump", parts), "dump", parts), self._spool)

    def _members(self, releases: tuple[Release, ...], pages: list[int]) -> Iterator[Member]:
        for number in sorted(pages):
            yield from read_page(releases[-1].base, number, b"".join(self.pieces(page_path(number))))


def _checked(path: str, entry: FileEntry, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces of a file. Raises BadManifest at the end if size or hash are not those of its entry."""
    size, digest = 0, hashlib.sha256()
    for piece in pieces:
        size += len(piece)
        digest.update(piece)
        yield piece
    if size != entry.bytes or digest.hexdigest() != entry.sha256:
        raise BadManifest(words.message("damage-differs", path=path))


def _is_sorted(pieces: Iterable[bytes]) -> bool:
    """Tell whether lines of N-Triples are sorted by bytes, each once. Reads to the end.

    Raises ValueError or SyntaxError unless each line is one triple, or empty.
    """
    in_order, last, rest = True, b"", b""
    for piece in pieces:
        whole, end, rest = (rest + piece).rpartition(b"\n")
        if end:
            lines = [last, *whole.split(b"\n")]
            reading.check_triples(whole, sum(map(bool, lines[1:])))
            in_order = in_order and all(map(lt, lines, islice(lines, 1, None)))
            last = lines[-1]
    reading.check_triples(rest, 1 if rest else 0)
    return in_order and (not rest or last < rest)


def _kept(blocks: Iterable[Lines], spool: Path) -> InFile:
    """Write sorted lines to a file."""
    path = spool / "graph.nt"
    with path.open("wb") as file:
        for block in blocks:
            file.write(b"\n".join(block) + b"\n")
    return InFile(path)


def read_releases(get: Callable[[str], bytes], manifest: Manifest) -> tuple[Release, ...]:
    """All releases in a manifest, in order; `get` reads a file. Raises BadManifest if a release or page is missing."""
    return listed_releases(lambda path: (get(path),), manifest)


def listed_releases(pieces: Callable[[str], Iterable[bytes]], manifest: Manifest) -> tuple[Release, ...]:
    """All releases in a manifest, in order; `pieces` opens a file. Raises BadManifest if one is missing."""
    matches = [match for path in manifest.files if (match := WANTED.fullmatch(path))]
    numbers = sorted(int(match[2]) for match in matches if match[2])
    releases = tuple(release(release_path(n), partial(pieces, release_path(n))) for n in numbers)
    pages = [span.page for each in releases for span in each.pages]
    if numbers != list(range(1, len(numbers) + 1)) or sorted(pages) != sorted(int(m[1]) for m in matches if m[1]):
        raise BadManifest(words.message("damage-history"))
    return releases


### The record of the dataset


def dated(records: list[Record]) -> list[Record]:
    """The records, with the day of SOURCE_DATE_EPOCH (reproducible-builds.org) as `modified` of the dataset.

    Without that variable they are unchanged. Raises CannotPublish if it is not a number of seconds.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if not epoch:
        return records
    try:
        day = datetime.fromtimestamp(int(epoch), UTC).date()  # of the years 1 to 9999, which a day is written with
    except (ValueError, OverflowError, OSError) as error:
        raise CannotPublish(words.message("refusal-epoch", value=epoch)) from error
    modified = day.isoformat()
    return [r._replace(values={**r.values, "modified": modified}) if r.cls.of_dataset else r for r in records]
