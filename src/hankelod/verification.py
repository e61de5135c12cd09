"""A publication against its own manifest: everything that can be recomputed is, and everything can be read."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox

from hankelod import feeds, manifests
from hankelod.dataset import BASE
from hankelod.diffs import line
from hankelod.dumps import NAME
from hankelod.history import DUMP, WANTED, read_releases
from hankelod.manifests import MANIFEST, BadManifest, Entry, Manifest
from hankelod.problems import Place, Problem, problem
from hankelod.reports import Report, report

RDF_FORMATS = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".trig": ox.RdfFormat.TRIG,
}
DUMPS = tuple(f"dump/{NAME}{ending}" for ending in (".nt", ".ttl", ".jsonld"))


def verify(folder: Path, name: str) -> Report:
    """Everything that is wrong with the publication in `folder`, which messages call `name`.

    The report's `records` is the number of files that the manifest names.
    """
    check = _Verification(folder, name)
    try:
        manifest = manifests.read(manifests.content(folder, MANIFEST, manifests.LARGEST))
    except (BadManifest, OSError) as error:
        check.add("manifest-unreadable", MANIFEST, detail=_said(error))
        return report(check.problems, 0, BASE)
    check.whole(manifest)
    return report(check.problems, len(manifest.files), BASE)


def _said(error: Exception) -> str:
    return str(error.strerror or error) if isinstance(error, OSError) else str(error)


class _Verification:
    """One publication; problems gather in `problems`, the graphs of the dumps in `graphs`."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder, name.rstrip("/")
        self.problems: list[Problem] = []
        self.graphs: dict[str, set[bytes]] = {}

    def add(self, code: str, path: str, value: str | None = None, **details: object) -> None:
        place = Place(f"{self.name}/{path}", 1, 1)
        self.problems.append(problem(code, place, None, None, value, **details))  # type: ignore[arg-type]

    def whole(self, manifest: Manifest) -> None:
        for path in _foreign(self.folder, manifest):
            self.add("file-foreign", path)
        for path, entry in manifest.files.items():
            self._file(path, entry)
        self._dumps()
        self._history(manifest)

    ### One file

    def _file(self, path: str, entry: Entry) -> None:
        try:
            content = manifests.content(self.folder, path, max(entry.bytes, manifests.LARGEST))
        except FileNotFoundError:
            self.add("file-missing", path)
            return
        except (BadManifest, OSError) as error:
            self.add("file-unreadable", path, detail=_said(error))
            return
        if len(content) != entry.bytes:
            self.add("file-changed", path, str(len(content)), expected=f"{entry.bytes} (bytes)")
        elif hashlib.sha256(content).hexdigest() != entry.sha256:
            self.add("file-changed", path, hashlib.sha256(content).hexdigest(), expected=f"{entry.sha256} (SHA-256)")
        try:
            count = self._parsed(path, content)
        except (SyntaxError, ValueError, RecursionError, csv.Error, zipfile.BadZipFile) as error:
            self.add("file-unreadable", path, detail=str(error))
            return
        if entry.triples is not None and count != entry.triples:
            self.add("count-wrong", path, str(count), expected=str(entry.triples))

    def _parsed(self, path: str, content: bytes) -> int | None:
        """Read a file by its kind. The number of different triples, None for what is no RDF."""
        ending = os.path.splitext(path)[1]  # noqa: PTH122
        if ending not in RDF_FORMATS and path != ".well-known/void":
            PARSERS.get(ending, _text)(content)
            return None
        form = RDF_FORMATS.get(ending, ox.RdfFormat.TURTLE)
        quads = set(ox.parse(content, format=form, base_iri=f"http://base.invalid/{path}"))
        if path in DUMPS:
            self.graphs[path] = {line(quad.triple) for quad in quads}
        return len(quads)

    ### The whole

    def _dumps(self) -> None:
        """All dumps that are here hold the same triples."""
        here = [path for path in DUMPS if path in self.graphs]
        for path in here[1:]:
            different = self.graphs[path] ^ self.graphs[here[0]]
            if different:
                self.add("dumps-differ", path, str(len(different)), expected=here[0])

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
                for member in feeds.read_page(releases[-1].base, number, content):
                    state[member.thing] = member.lines
        except (BadManifest, OSError, SyntaxError, KeyError, ValueError, IndexError) as error:
            self.add("history-broken", feeds.FEED, detail=_said(error))
            return
        found = {each for lines in state.values() for each in lines}
        if DUMP in self.graphs and found != self.graphs[DUMP]:
            self.add("dumps-differ", feeds.FEED, str(len(found ^ self.graphs[DUMP])), expected=DUMP)


def _foreign(folder: Path, manifest: Manifest) -> Iterator[str]:
    """What the manifest does not name: files, links, and folders with nothing of the publication in them."""
    known = {MANIFEST, *manifest.files}
    folders = {"/".join(steps[:n]) for path in known if (steps := path.split("/")) for n in range(1, len(steps))}
    for where, inner, files in os.walk(folder):
        here = os.path.relpath(where, folder).replace(os.sep, "/")
        start = "" if here == "." else f"{here}/"
        yield from sorted(start + name for name in files if start + name not in known)
        for name in sorted(inner):
            if start + name not in folders or (Path(where) / name).is_symlink():
                inner.remove(name)
                yield start + name


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


PARSERS: dict[str, Callable[[bytes], None]] = {
    ".json": _json,
    ".geojson": _json,
    ".jsonl": _json_lines,
    ".csv": _csv,
    ".xlsx": _zip,
    **dict.fromkeys((".wasm", ".png", ".ico", ".woff2", ".gz", ".zst"), lambda content: None),
}
"""How each kind of file is read; what is not here is text. Those last have nothing that can be read here."""
