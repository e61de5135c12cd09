"""The files of a publication over HTTP: which file a path means, and what a thing's address leads to.

Nothing is served but what the manifest lists, by the very path that it lists; a file is opened from the publication's
folder step by step, no link followed. So no path leads out of it.

A thing's address (`/id/project/x`, and those of its parts) leads by 303 to the document that the client likes best
(Cool URIs; JHS 193), and so does an address without its ending (`/doc/project/x`, `/def`). A withdrawn thing is 410,
with its tombstone. What a plain web server answers by the rules of `hosting`, this answers alike, but for one thing: to
who accepts nothing of what there is, it is 406, with a list.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from hankelod.exports import hosting
from hankelod.publication import formats, manifest
from hankelod.publication.manifest import MANIFEST
from hankelod.serving import negotiation

LANGUAGES = ("fi", "sv", "en")
"""Pages stand at the root in the first language, and under these names in the others."""

HIDDEN = frozenset((".htaccess", "nginx.conf", "_redirects", "_headers", "w3id.htaccess"))
"""Rules for web servers, which are no part of what is published."""

INDEX = "index.html"

RDF = ("text/turtle", "application/ld+json")

OTHER_RDF = re.compile(hosting.OTHER_RDF)


class NotThere(Exception):
    """A file that the manifest lists is not in the folder: another publication has taken its place."""


class Entry(NamedTuple):
    """A file: its path, its SHA-256, size in bytes and media type."""

    path: str
    sha256: str
    bytes: int
    media_type: str


class Found(NamedTuple):
    """What a path leads to. `status` 200 or 410 with an entry to send; 301 or 303 with a `location`; 404 or 406 with
    neither. `others` are the entries that tell the same in other forms, `varies` the headers that the choice hangs on."""

    status: int
    entry: Entry | None = None
    location: str | None = None
    others: tuple[Entry, ...] = ()
    varies: str = ""


class Documents:
    """The files of one publication. Close it when nobody reads from it any more."""

    def __init__(self, folder: Path) -> None:
        """Raises OSError, BadManifest where there is no publication."""
        self.handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with os.fdopen(self._handle(MANIFEST), "rb") as file:
                text = file.read(manifest.LARGEST + 1)
            self.build, files = manifest.read(text)
        except BaseException:
            os.close(self.handle)
            raise
        self.entries = {p: Entry(p, e.sha256, e.bytes, e.media_type) for p, e in files.items() if _shown(p)}
        self.entries[MANIFEST] = Entry(MANIFEST, self.build, len(text), "application/json")
        self.has_documents = any(path.startswith("doc/") for path in self.entries)
        self.forms: dict[str, list[Entry]] = {}
        """By path without ending: the files that tell the same, in the order of `formats.FORMATS`, pages first."""
        for entry in self.entries.values():
            stem = _stem(entry.path)
            if stem is not None:
                self.forms.setdefault(stem, []).append(entry)
        for same in self.forms.values():
            same.sort(key=lambda e: (not e.path.endswith(".html"), _rank(e.path), e.path))

    def close(self) -> None:
        os.close(self.handle)

    ### Which file

    def find(self, path: str, headers: Mapping[str, str], withdrawn: frozenset[str]) -> Found:
        """What a path leads to, written without its first slash; `withdrawn` names things (`id/project/x`)."""
        if path.startswith("id/"):
            return self._thing(path[3:], headers, withdrawn)
        entry = self.entries.get(path)
        if entry is not None:
            return Found(200, entry, others=tuple(e for e in self.forms.get(_stem(path) or "", ()) if e != entry))
        name = (_stem(path) or path).removeprefix("doc/")
        if path.startswith("doc/") and f"id/{name}" in withdrawn:
            return self._thing(name, headers, withdrawn)
        if path in self.forms:
            return self._leads(self.forms[path], headers)
        if path == "" or path.endswith("/"):
            page = self.entries.get(path + INDEX)
            return Found(200, page) if page is not None else Found(404)
        if f"{path}/{INDEX}" in self.entries:
            return Found(301, location=f"{path}/")
        return Found(404)

    def _thing(self, name: str, headers: Mapping[str, str], withdrawn: frozenset[str]) -> Found:
        """The document of a thing, or of the thing that it is part of."""
        steps = name.split("/")
        if "" in steps:
            return Found(404)
        for end in range(len(steps), 0, -1):
            whole = "/".join(steps[:end])
            forms = self.forms.get(f"doc/{whole}")
            if forms is not None:
                found = self._leads(forms, headers)
                gone = f"id/{whole}" in withdrawn
                return found._replace(status=410, location=None) if gone and found.entry is not None else found
        return Found(404)

    def _leads(self, forms: Sequence[Entry], headers: Mapping[str, str]) -> Found:
        """303 to the form that the client likes best; 406 where it likes none."""
        varies = "Accept, Accept-Language" if forms[0].media_type == "text/html" else "Accept"
        offers = [(e.media_type, e) for e in forms]
        if not any(media == "application/json" for media, _ in offers):
            offers += [("application/json", e) for media, e in offers if media == "application/ld+json"]
        accepted = negotiation.ranges(headers.get("accept"))
        if not any(liked.name == media for liked in accepted for media, _ in offers):
            # Who knows another syntax of RDF, and none of these by name, is better served by data than by a page.
            data = [e for media, e in offers if media in RDF]
            offers += [(liked.name, data[0]) for liked in accepted if data and OTHER_RDF.fullmatch(liked.name)]
        chosen = negotiation.choose(headers.get("accept"), [media for media, _ in offers])
        if chosen is None:
            return Found(406, others=tuple(forms), varies=varies)
        entry = offers[chosen][1]
        others = tuple(e for e in forms if e != entry)
        return Found(303, entry, self._translated(entry, headers), others, varies)

    def _translated(self, entry: Entry, headers: Mapping[str, str]) -> str:
        """The path of a page in the language that the client likes best; of all else, its own path."""
        lang = negotiation.language(headers.get("accept-language"), LANGUAGES)
        other = f"{lang}/{entry.path}"
        return other if entry.media_type == "text/html" and other in self.entries else entry.path

    ### Its bytes

    def open(self, entry: Entry) -> tuple[int, os.stat_result]:
        """A handle of a file, and what the system knows of it. Raises NotThere."""
        try:
            handle = self._handle(entry.path)
        except OSError as error:
            raise NotThere(entry.path) from error
        about = os.fstat(handle)
        if about.st_size != entry.bytes:
            os.close(handle)
            raise NotThere(entry.path)
        return handle, about

    def packed(self, entry: Entry) -> Entry | None:
        """The file that holds the same bytes in gzip, where the publication has one."""
        return self.entries.get(entry.path + ".gz")

    def _handle(self, path: str) -> int:
        """Open a file by its path, one step at a time, so that no link leads elsewhere."""
        *folders, name = path.split("/")
        with contextlib.ExitStack() as stack:
            at = self.handle
            for folder in folders:
                at = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=at)
                stack.callback(os.close, at)
            return os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=at)


def _shown(path: str) -> bool:
    """Whether a file is served: no rule for a web server, nothing hidden."""
    return path not in HIDDEN and all(not step.startswith(".") or step == ".well-known" for step in path.split("/"))


def _stem(path: str) -> str | None:
    """A path without the ending of its format; None where it has none, or is a packed copy."""
    try:
        ending = formats.of(path).ending
    except KeyError:
        return None
    return path.removesuffix(ending) if ending.startswith(".") and ending != ".gz" else None


def _rank(path: str) -> int:
    return formats.FORMATS.index(formats.of(path))
