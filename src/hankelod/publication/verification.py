"""Verification of a publication against its manifest: every file is read once, in bounded memory, whatever its size.

Size and hash are computed as a file is parsed. The dump in N-Triples is in order; the triples of the other dumps, and
those of the last versions in the change feed, are put into order by sorted runs, and compared with it side by side.
"""

from __future__ import annotations

import gzip
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, cast

from hankelod.messages.problem import Place, Problem, problem
from hankelod.messages.words import error_message
from hankelod.publication import formats, reading, runs
from hankelod.publication import manifest as manifests
from hankelod.publication.files import NAME
from hankelod.publication.history import feed
from hankelod.publication.history.previous import DUMP, WANTED, read_releases
from hankelod.publication.manifest import MANIFEST, BadManifest, Manifest
from hankelod.publication.parts import Folder
from hankelod.publication.reading import RDF_FORMATS, UNREADABLE, Source
from hankelod.publication.runs import Lines
from hankelod.records.folder import BASE
from hankelod.validation.report import Report, report


def verify(folder: Path, name: str) -> Report:
    """Report everything that is wrong with the publication in `folder`, which messages call `name`.

    The report's `records` is the number of files in the manifest.
    """
    problems: list[Problem] = []
    with TemporaryDirectory(prefix="hankelod-") as place:
        check = _Verification(folder, name, problems, Folder(place))
        try:
            manifest = manifests.read(manifests.content(folder, MANIFEST, manifests.LARGEST))
        except (BadManifest, OSError) as error:
            check.add("manifest-unreadable", MANIFEST, detail=error_message(error))
            return report(problems, 0, BASE)
        check.whole(manifest)
    return report(problems, len(manifest.files), BASE)


class _Verification:
    """The check of one publication; `parts` is where lines lie while they are sorted.

    `_dump` is true once the dump in N-Triples is found to be in order; `_faulty` are the files with problems.
    """

    def __init__(self, folder: Path, name: str, problems: list[Problem], parts: Folder) -> None:
        self.folder, self.name, self.problems, self.parts = folder, name.rstrip("/"), problems, parts
        self._opener = reading.Opener(folder)
        self._dump = False
        self._faulty: set[str] = set()
        self._feed = _Feed(parts)

    def add(self, code: str, path: str, value: str | None = None, **details: object) -> None:
        place = Place(f"{self.name}/{path}", 1, 1)
        self._faulty.add(path)
        self.problems.append(problem(code, place, None, None, value, **details))  # type: ignore[arg-type]

    def whole(self, manifest: Manifest) -> None:
        for path in manifests.foreign(self.folder, manifest):
            self.add("file-foreign", path)
        pages = {path: int(m[1]) for path in manifest.files if (m := WANTED.fullmatch(path)) and m[1]}
        # The dump first, since others are compared with it; the newest page before the older ones.
        for path in sorted(manifest.files, key=lambda path: (path != DUMP, -pages.get(path, 0), path)):
            self._file(path, manifest)
        if pages:
            self._history(manifest)

    ### One file

    def _file(self, path: str, manifest: Manifest) -> None:
        entry = manifest.files[path]
        try:
            with self._opener.open(path) as opened:
                content = opened.read(reading.BLOCK + 1)
                if len(content) <= reading.BLOCK:
                    size, file = len(content), cast(BinaryIO, io.BytesIO(content))
                    self._compare(path, size, hashlib.sha256(content).hexdigest(), manifest)
                    count = self._read(path, file, manifest)
                else:
                    count = self._large(path, opened, manifest)
        except FileNotFoundError:
            self.add("file-missing", path)
        except UNREADABLE as error:
            self.add("file-unreadable", path, detail=error_message(error))
        else:
            if entry.triples is not None and count != entry.triples:
                self.add("count-wrong", path, str(count), expected=str(entry.triples))

    def _large(self, path: str, opened: io.FileIO, manifest: Manifest) -> int | None:
        opened.seek(0)
        source = Source(opened)
        file = io.BufferedReader(cast(io.RawIOBase, source), reading.BLOCK)
        seeking = formats.of(path).media_type in reading.SEEKING
        try:
            count = None if seeking else self._read(path, file, manifest)
        finally:
            for _ in reading.blocks(file):
                pass
            self._compare(path, source.size, source.sha256(), manifest)
        return self._read(path, cast(BinaryIO, opened), manifest) if seeking else count

    def _compare(self, path: str, size: int, sha256: str, manifest: Manifest) -> None:
        entry = manifest.files[path]
        if size != entry.bytes:
            self.add("file-changed", path, str(size), expected=f"{entry.bytes} (bytes)")
        elif sha256 != entry.sha256:
            self.add("file-changed", path, sha256, expected=f"{entry.sha256} (SHA-256)")

    def _read(self, path: str, file: BinaryIO, manifest: Manifest) -> int | None:
        """Read a file by its format, and count its different triples; None if it is not RDF."""
        kind, packing = formats.unpacked(path)
        if packing:
            plain = path.removesuffix(".gz")
            file = cast(BinaryIO, gzip.GzipFile(fileobj=file))
            if plain in manifest.files:
                return self._unpacked(path, file, plain, manifest)
        if kind.media_type not in RDF_FORMATS:
            reading.read(file, kind.media_type)
            return None
        if path == DUMP:
            count = reading.sorted_triples(file)
            self._dump = True
            return count
        if WANTED.fullmatch(path):
            return self._feed.page(reading.whole(file, path))
        found = runs.Sorter("lines", self.parts, reading.TRIPLES)
        for block in reading.lines(reading.quads(file, RDF_FORMATS[kind.media_type], f"http://base.invalid/{path}")):
            found.add(block)
        if path.startswith(f"dump/{NAME}.") and not packing and self._dump:
            return self._difference(path, found.blocks())
        return sum(map(len, found.blocks()))

    def _unpacked(self, path: str, file: BinaryIO, plain: str, manifest: Manifest) -> int | None:
        """Compare a file that is unpacked with the entry of the plain one, unless that has problems itself."""
        entry, digest, left = manifest.files[plain], hashlib.sha256(), manifest.files[plain].bytes + 1
        while left > 0 and (block := file.read(min(left, reading.BLOCK))):
            digest.update(block)
            left -= len(block)
        if digest.hexdigest() != entry.sha256 and plain not in self._faulty:
            self.add("dumps-differ", path, "1", expected=plain)
        return entry.triples

    def _difference(self, path: str, blocks: Iterator[Lines]) -> int:
        """Compare sorted lines with the dump in N-Triples, and count them."""
        with io.BufferedReader(self._opener.open(DUMP), reading.BLOCK) as dump:
            count, apart = runs.compared(blocks, reading.sorted_lines(dump))
        if apart:
            self.add("dumps-differ", path, str(apart), expected=DUMP)
        return count

    ### The whole

    def _history(self, manifest: Manifest) -> None:
        """Check that releases and pages are complete, and that the feed leads to the dump."""
        if any(p.code.startswith("file-") and "/changes/" in p.file for p in self.problems):
            return
        try:
            read_releases(lambda path: manifests.content(self.folder, path, manifests.LARGEST), manifest)
            if self._feed.error:
                raise self._feed.error
        except (BadManifest, OSError, SyntaxError, KeyError, ValueError, IndexError) as error:
            self.add("history-broken", feed.FEED, detail=error_message(error))
            return
        if self._dump:
            self._difference(feed.FEED, self._feed.lines.blocks())


class _Feed:
    """The change feed, whose pages are read from the newest to the oldest: the last version of each thing counts.

    `lines` are the triples of these versions; `error` is that of a page that has no valid members.
    """

    def __init__(self, parts: Folder) -> None:
        self.lines = runs.Sorter("feed", parts, reading.TRIPLES)
        self.error: Exception | None = None
        self._things: set[str] = set()

    def page(self, content: bytes) -> int:
        """Take a page, and count its different triples. Raises SyntaxError."""
        page = feed.parsed(content, "http://base.invalid/")
        try:
            for member in reversed(feed.members_of(page)):
                if member.thing not in self._things:
                    self._things.add(member.thing)
                    self.lines.add(member.lines)
        except (KeyError, ValueError, IndexError) as error:
            self.error = error
        return len(set(page.properties)) + sum(map(len, page.graphs.values()))
