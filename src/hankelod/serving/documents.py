"""Files of a publication over HTTP: paths resolved to files, and addresses of things to their documents.

Only files that the manifest lists are served, by exactly the paths that it lists. A file is opened from the folder of
the publication step by step, without following links, so that no path leads out of the folder.

The address of a thing (`/id/project/x`) or of a part redirects by 303 to the document that the client prefers (Cool
URIs; JHS 193), and so does an address without ending (`/doc/project/x`, `/def`). A withdrawn thing gets 410, with its
tombstone. The responses are those of a plain web server under the rules of `hosting`, except that a client which
accepts none of the formats gets 406 and the list.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pyoxigraph import RdfFormat

from hankelod.exports import hosting
from hankelod.messages.languages import DEFAULT, LANGUAGES, is_tag
from hankelod.publication import formats, manifest
from hankelod.publication.manifest import MANIFEST
from hankelod.rdf.syntaxes import UNOFFERED
from hankelod.serving import negotiation

HIDDEN = frozenset((".htaccess", "nginx.conf", "_redirects", "_headers", "w3id.htaccess"))
"""Rules for web servers, which are not served."""

INDEX = "index.html"

BEGINNING = 1_024
"""Bytes of a page in which its language stands."""

LANGUAGE = re.compile(rb"<html[^>]* lang=\"([A-Za-z-]+)\"")
"""The language of a page."""

RDF = (RdfFormat.TURTLE.media_type, RdfFormat.JSON_LD.media_type)

OTHER_RDF = re.compile("|".join((UNOFFERED, *map(re.escape, RDF))))
"""Syntaxes of RDF that a client may name: where there is none of them, there may be another."""


class NotThere(Exception):
    """A file in the manifest is not in the folder: another publication has replaced this one."""


class ServedFile(NamedTuple):
    """A file: its path, its SHA-256, size in bytes and media type."""

    path: str
    sha256: str
    bytes: int
    media_type: str


class Resolution(NamedTuple):
    """The result of resolving a path.

    `status` is 200 or 410 with an entry to send, 301 or 303 with a `location`, 404 or 406 with neither. `others` are
    the entries with the same content in other formats, `columns` is the one that describes the columns of a table,
    `varies` the request headers that the choice depends on.
    """

    status: int
    entry: ServedFile | None = None
    location: str | None = None
    others: tuple[ServedFile, ...] = ()
    varies: str = ""
    columns: ServedFile | None = None


class Documents:
    """The files of one publication. Close it when no file is read from it any more."""

    def __init__(self, folder: Path) -> None:
        """Raises OSError, BadManifest if there is no publication."""
        self.handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with os.fdopen(self._handle(MANIFEST), "rb") as file:
                text = file.read(manifest.LARGEST + 1)
            self.build, files = manifest.read(text)
        except BaseException:
            os.close(self.handle)
            raise
        self.entries = {p: ServedFile(p, e.sha256, e.bytes, e.media_type) for p, e in files.items() if _is_served(p)}
        self.entries[MANIFEST] = ServedFile(MANIFEST, self.build, len(text), "application/json")
        self.languages = self._languages()
        """Languages of pages: those in the first are at the root, the others in folders of these names."""
        self.has_documents = any(path.startswith("doc/") for path in self.entries)
        self.forms: dict[str, list[ServedFile]] = {}
        """By path without ending: files with the same content, pages first, then in the order of `formats.FORMATS`."""
        for entry in self.entries.values():
            stem = _stem(entry.path)
            if stem is not None:
                self.forms.setdefault(stem, []).append(entry)
        self.deepest = max((stem.count("/") for stem in self.forms), default=0)
        """Most steps of a document's name below `doc/`: no longer beginning of a path is looked up."""
        for same in self.forms.values():
            same.sort(key=lambda e: (not e.path.endswith(".html"), _rank(e.path), e.path))
        self.described = [(re.compile(each.pattern), each) for each in hosting.described(self.entries)]

    def close(self) -> None:
        """Close the folder."""
        os.close(self.handle)

    def _languages(self) -> tuple[str, ...]:
        """Return the languages of the pages, that of the root first; without pages, all in which the server speaks."""
        if INDEX not in self.entries:
            return (DEFAULT, *(code for code in LANGUAGES if code != DEFAULT))
        with os.fdopen(self._handle(INDEX), "rb") as file:
            root = LANGUAGE.search(file.read(BEGINNING))
        beginnings = (path.removesuffix(f"/{INDEX}") for path in self.entries if path.endswith(f"/{INDEX}"))
        folders = sorted(code for code in beginnings if is_tag(code))
        return tuple(dict.fromkeys([root[1].decode() if root else DEFAULT, *folders]))

    ### Resolution of paths

    def find(self, path: str, headers: Mapping[str, str], withdrawn: frozenset[str]) -> Resolution:
        """Resolve a path without its first slash; `withdrawn` names things (`id/project/x`)."""
        if path.startswith("id/"):
            return self._thing(path[3:], headers, withdrawn)
        entry = self.entries.get(path)
        if entry is not None:
            others = tuple(e for e in self.forms.get(_stem(path) or "", ()) if e != entry)
            return Resolution(200, entry, others=others, columns=self.entries.get(path + hosting.CSVW))
        name = (_stem(path) or path).removeprefix("doc/")
        if path.startswith("doc/") and f"id/{name}" in withdrawn:
            return self._thing(name, headers, withdrawn)
        if forms := self._description(path) or self.forms.get(path):
            return self._redirected(forms, headers)
        if path == "" or path.endswith("/"):
            page = self.entries.get(path + INDEX)
            return Resolution(200, page) if page is not None else Resolution(404)
        if f"{path}/{INDEX}" in self.entries:
            return Resolution(301, location=f"{path}/")
        return Resolution(404)

    def _thing(self, name: str, headers: Mapping[str, str], withdrawn: frozenset[str]) -> Resolution:
        """Resolve the address of a thing, or of a part, to the document of the thing."""
        if "//" in f"/{name}/":
            return Resolution(404)
        steps = name.split("/", self.deepest)[: self.deepest]
        for end in range(len(steps), 0, -1):
            whole = "/".join(steps[:end])
            forms = self.forms.get(f"doc/{whole}")
            if forms is not None:
                resolution = self._redirected(forms, headers)
                gone = f"id/{whole}" in withdrawn
                return (
                    resolution._replace(status=410, location=None)
                    if gone and resolution.entry is not None
                    else resolution
                )
        forms = self._description(f"id/{name}")
        return self._redirected(forms, headers) if forms else Resolution(404)

    def _description(self, path: str) -> list[ServedFile]:
        """The files that describe what has no document of its own: the page first; empty for any other path."""
        found = next((each for pattern, each in self.described if pattern.fullmatch(path)), None)
        return [self.entries[p] for p in dict.fromkeys((found.page, found.data, found.jsonld))] if found else []

    def _redirected(self, forms: Sequence[ServedFile], headers: Mapping[str, str]) -> Resolution:
        """Redirect by 303 to the format that the client prefers; 406 if it accepts none."""
        varies = "Accept, Accept-Language" if forms[0].media_type == "text/html" else "Accept"
        offers = [(e.media_type, e) for e in forms]
        accepted = negotiation.ranges(headers.get("accept"))
        names = {name for media, _ in offers for name in (media, negotiation.ALIASES.get(media))}
        if not any(range_.name in names for range_ in accepted):
            # A client that names another RDF syntax, and none of these, gets data rather than a page.
            data = [e for media, e in offers if media in RDF]
            offers += [(range_.name, data[0]) for range_ in accepted if data and OTHER_RDF.fullmatch(range_.name)]
        chosen = negotiation.choose(headers.get("accept"), [media for media, _ in offers])
        if chosen is None:
            return Resolution(406, others=tuple(forms), varies=varies)
        entry = offers[chosen][1]
        others = tuple(e for e in forms if e != entry)
        return Resolution(303, entry, self._translated(entry, headers), others, varies)

    def _translated(self, entry: ServedFile, headers: Mapping[str, str]) -> str:
        """The path of a page in the language that the client prefers; any other file keeps its own path."""
        lang = negotiation.language(headers.get("accept-language"), self.languages)
        other = f"{lang}/{entry.path}"
        return other if entry.media_type == "text/html" and other in self.entries else entry.path

    ### Files

    def open(self, entry: ServedFile) -> tuple[int, os.stat_result]:
        """A handle of an opened file, and its status. Raises NotThere."""
        try:
            handle = self._handle(entry.path)
        except OSError as error:
            raise NotThere(entry.path) from error
        status = os.fstat(handle)
        if status.st_size != entry.bytes:
            os.close(handle)
            raise NotThere(entry.path)
        return handle, status

    def packed(self, entry: ServedFile) -> ServedFile | None:
        """The file with the same bytes in gzip, or None."""
        return self.entries.get(entry.path + ".gz")

    def _handle(self, path: str) -> int:
        """Open a file by its path, one step at a time, so that no link is followed. Raises OSError."""
        *folders, name = path.split("/")
        with contextlib.ExitStack() as stack:
            at = self.handle
            for folder in folders:
                at = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=at)
                stack.callback(os.close, at)
            return os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=at)


def _is_served(path: str) -> bool:
    """Tell whether a file is served: not a rule for web servers, not hidden."""
    return path not in HIDDEN and all(not step.startswith(".") or step == ".well-known" for step in path.split("/"))


def _stem(path: str) -> str | None:
    """A path without the ending of its format; None if it has none, is a gzip copy, or describes a table."""
    try:
        ending = formats.of(path).ending
    except formats.UnknownFormat:
        return None
    return (
        path.removesuffix(ending) if ending.startswith(".") and ending not in (".gz", f".csv{hosting.CSVW}") else None
    )


def _rank(path: str) -> int:
    return formats.FORMATS.index(formats.of(path))
