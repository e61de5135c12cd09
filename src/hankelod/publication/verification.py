"""A publication against its own manifest: everything that can be recomputed is, and everything can be read."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox

from hankelod.messages.problem import Place, Problem, in_order, problem
from hankelod.messages.words import error_message
from hankelod.publication import formats, largefiles
from hankelod.publication import manifest as manifests
from hankelod.publication.files import NAME
from hankelod.publication.history import feed
from hankelod.publication.history.diff import line
from hankelod.publication.history.previous import DUMP, WANTED, read_releases
from hankelod.publication.manifest import MANIFEST, BadManifest, Manifest
from hankelod.rdf import nesting
from hankelod.records.folder import BASE
from hankelod.validation.report import Report

RDF_FORMATS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/trig": ox.RdfFormat.TRIG,
}

LARGEST = 4 * 2**30
"""Bytes that a file may hold, packed or unpacked."""


def verify(folder: Path, name: str) -> Report:
    """Everything that is wrong with the publication in `folder`, which messages call `name`.

    The report's `records` is the number of files that the manifest names.
    """
    check = _Verification(folder, name)
    try:
        manifest = manifests.read(manifests.content(folder, MANIFEST, manifests.LARGEST))
    except (BadManifest, OSError) as error:
        check.add("manifest-unreadable", MANIFEST, detail=error_message(error))
        return Report(check.problems, 0, BASE)
    check.whole(manifest)
    return Report(in_order(check.problems), len(manifest.files), BASE)


class _Verification:
    """One publication; problems gather in `problems`. `graph` is that of the dump that is read first."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder, name.rstrip("/")
        self.problems: list[Problem] = []
        self.graph: set[bytes] | None = None

    def add(self, code: str, path: str, value: str | None = None, **details: object) -> None:
        place = Place(f"{self.name}/{path}", 1, 1)
        self.problems.append(problem(code, place, None, None, value, **details))  # type: ignore[arg-type]

    def whole(self, manifest: Manifest) -> None:
        for path in manifests.foreign(self.folder, manifest):
            self.add("file-foreign", path)
        for path in sorted(manifest.files, key=lambda path: (path != DUMP, path)):
            size = max(manifest.files[path].bytes, self._size(manifest, path.removesuffix(".gz")))
            (self._large_file if size >= largefiles.LARGE else self._file)(path, manifest)
        self._history(manifest)

    ### One file

    def _size(self, manifest: Manifest, path: str) -> int:
        return manifest.files[path].bytes if path in manifest.files else 0

    def _large_file(self, path: str, manifest: Manifest) -> None:
        """A file that is not held in memory."""
        entry, place = manifest.files[path], self.folder / path
        try:
            manifests.stays(self.folder, path)
            size = place.stat().st_size
            with place.open("rb") as file:
                found = largefiles.digest(file)
            if size != entry.bytes:
                self.add("file-changed", path, str(size), expected=f"{entry.bytes} (bytes)")
            elif found != entry.sha256:
                self.add("file-changed", path, found, expected=f"{entry.sha256} (SHA-256)")
            self._read_large(path, place, manifest)
        except FileNotFoundError:
            self.add("file-missing", path)
        except (BadManifest, SyntaxError, ValueError, EOFError, OSError, StopIteration, csv.Error, zlib.error) as error:
            self.add("file-unreadable", path, detail=error_message(error))

    def _read_large(self, path: str, place: Path, manifest: Manifest) -> None:
        entry, (kind, packing) = manifest.files[path], formats.unpacked(path)
        count = entry.triples
        if packing:  # it holds the file beside it, which is read by itself
            plain = manifest.files.get(path.removesuffix(".gz"))
            if plain is None or largefiles.unpacked_digest(place) != plain.sha256:
                self.add("dumps-differ", path, "1", expected=path.removesuffix(".gz"))
            count = plain.triples if plain else None
        elif path == DUMP:
            count = largefiles.sorted_lines(place)
        elif kind.media_type in RDF_FORMATS and path.startswith(f"dump/{NAME}.") and DUMP in manifest.files:
            form = RDF_FORMATS[kind.media_type]
            count, apart = largefiles.difference(
                place, form, f"http://base.invalid/{path}", self.folder / DUMP, self.folder.parent
            )
            if apart:
                self.add("dumps-differ", path, str(apart), expected=DUMP)
        else:
            largefiles.read(place, kind.media_type)
        if entry.triples is not None and count != entry.triples:
            self.add("count-wrong", path, str(count), expected=str(entry.triples))

    def _file(self, path: str, manifest: Manifest) -> None:
        entry = manifest.files[path]
        try:
            content = manifests.content(self.folder, path, min(max(entry.bytes, manifests.LARGEST), LARGEST))
        except FileNotFoundError:
            self.add("file-missing", path)
            return
        except (BadManifest, OSError) as error:
            self.add("file-unreadable", path, detail=error_message(error))
            return
        if len(content) != entry.bytes:
            self.add("file-changed", path, str(len(content)), expected=f"{entry.bytes} (bytes)")
        elif hashlib.sha256(content).hexdigest() != entry.sha256:
            self.add("file-changed", path, hashlib.sha256(content).hexdigest(), expected=f"{entry.sha256} (SHA-256)")
        try:
            count = self._parsed(path, content)
        except (
            SyntaxError,
            ValueError,
            RecursionError,
            EOFError,
            OSError,
            csv.Error,
            zlib.error,
            zipfile.BadZipFile,
        ) as error:
            self.add("file-unreadable", path, detail=str(error))
            return
        if entry.triples is not None and count != entry.triples:
            self.add("count-wrong", path, str(count), expected=str(entry.triples))

    def _parsed(self, path: str, content: bytes) -> int | None:
        """Read a file by its kind. The number of different triples, None for what is no RDF."""
        kind, packing = formats.unpacked(path)
        if packing:
            content = _unpacked(content)
        if kind.media_type not in RDF_FORMATS:
            PARSERS.get(kind.media_type, _text)(content)
            return None
        nesting.check(content, kind.media_type == "application/ld+json")
        quads = set(ox.parse(content, format=RDF_FORMATS[kind.media_type], base_iri=f"http://base.invalid/{path}"))
        if path.startswith(f"dump/{NAME}."):
            self._dump(path, {line(quad.triple) for quad in quads})
        return len(quads)

    def _dump(self, path: str, found: set[bytes]) -> None:
        """All dumps hold the same triples as the first."""
        if self.graph is None:
            self.graph = found
        elif found != self.graph:
            self.add("dumps-differ", path, str(len(found ^ self.graph)), expected=DUMP)

    ### The whole

    def _history(self, manifest: Manifest) -> None:
        """The releases and pages are whole, and the feed leads to the dump."""
        pages = {int(m[1]): path for path in manifest.files if (m := WANTED.fullmatch(path)) and m[1]}
        if not pages or any(p.code.startswith("file-") and "/changes/" in p.file for p in self.problems):
            return
        try:
            releases = read_releases(lambda path: manifests.content(self.folder, path, manifests.LARGEST), manifest)
            state: dict[str, tuple[bytes, ...]] = {}
            for number in sorted(pages):
                content = manifests.content(self.folder, pages[number], manifest.files[pages[number]].bytes)
                for member in feed.read_page(releases[-1].base, number, content):
                    state[member.thing] = member.lines
        except (BadManifest, OSError, SyntaxError, KeyError, ValueError, IndexError) as error:
            self.add("history-broken", feed.FEED, detail=error_message(error))
            return
        found = {each for lines in state.values() for each in lines}
        if self.graph is not None and found != self.graph:
            self.add("dumps-differ", feed.FEED, str(len(found ^ self.graph)), expected=DUMP)


### Files that are no RDF


def _text(content: bytes) -> None:
    content.decode("utf-8")


def _json(content: bytes) -> None:
    json.loads(content)


def _json_lines(content: bytes) -> None:
    for each in content.splitlines():
        json.loads(each)


def _csv(content: bytes) -> None:
    """Every row has as many cells as the head."""
    text = content.decode("utf-8-sig")
    delimiter = ";" if ";" in text.split("\n", 1)[0] else ","
    widths = {len(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)}
    if len(widths) > 1:
        raise ValueError(f"rows of {', '.join(map(str, sorted(widths)))} cells")


def _zip(content: bytes) -> None:
    bad = zipfile.ZipFile(io.BytesIO(content)).testzip()
    if bad:
        raise ValueError(f"{bad} is damaged")


def _wasm(content: bytes) -> None:
    if not content.startswith(b"\0asm\x01\0\0\0"):  # WebAssembly Core Specification, 5.5.16
        raise ValueError("no module of WebAssembly, version 1")


def _png(content: bytes) -> None:
    if not content.startswith(b"\x89PNG\r\n\x1a\n") or content[-8:-4] != b"IEND":  # W3C PNG, 5.2 and 11.2.5
        raise ValueError("no picture in PNG, or half of one")


def _unpacked(content: bytes) -> bytes:
    """What a file compressed with gzip holds, up to a limit."""
    with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
        found = file.read(LARGEST + 1)
    if len(found) > LARGEST:
        raise ValueError(f"more than {LARGEST} bytes when unpacked")
    return found


PARSERS: dict[str, Callable[[bytes], None]] = {
    "application/json": _json,
    "application/csvm+json": _json,
    "application/geo+json": _json,
    "application/x-ndjson": _json_lines,
    "text/csv": _csv,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": _zip,
    "application/wasm": _wasm,
    "image/png": _png,
}
"""How each kind of file is read; what is not here is text."""
