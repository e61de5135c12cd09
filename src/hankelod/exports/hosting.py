"""Hosting rules of a publication: nginx, Apache, hosts that read `_redirects` and `_headers`, and w3id.org.

All rules do the same (Cool URIs for the Semantic Web, section 4.2; JHS 193): the IRI of a thing redirects with 303 to a
document about it, in the format that the Accept header prefers (RFC 9110, 12.5.1); a withdrawn thing gives 410. What
has no document of its own (the dataset, a distribution, a version) redirects to the file that describes it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from hankelod.exports.rendering import environment
from hankelod.messages.languages import is_tag
from hankelod.publication import formats
from hankelod.publication.files import File, Files
from hankelod.rdf.syntaxes import UNOFFERED
from hankelod.records.dataset import Dataset
from hankelod.records.folder import DATASET
from hankelod.records.record import Record

if TYPE_CHECKING:
    from jinja2 import Environment

POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; object-src 'none'; base-uri 'none'"
"""Content-Security-Policy of every page: nothing from other origins, no inline script or style."""

EXPOSED = "Content-Location, ETag, Last-Modified, Link, Location, Retry-After"
"""Headers of a response that pages of other origins may read (CORS), beside those that they always may."""

HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": EXPOSED,
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
}
"""HTTP headers of every response."""

METHODS = "GET, HEAD, OPTIONS"

PREFLIGHT = {
    "Allow": METHODS,
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
}
"""Further headers of the response to OPTIONS: browsers ask so before a request with headers of its own (CORS)."""

VOID = ".well-known/void"
"""Path of the description of the dataset, which has no ending (VoID, section 7.2)."""

FINISHED = "changes/pages/"
"""Folder of the pages of the change feed, each of which is whole once it is written."""

KEPT = "public, max-age=86400, immutable"
"""Cache-Control of finished pages: caches need not ask again for a day. No longer, so that what `publish --forget`
takes out of a page is soon out of caches too."""

FORMS = {
    r"text/html|application/xhtml\+xml": "page",
    r"text/turtle": "ttl",
    r"application/ld\+json|application/json": "jsonld",
    r"\*/\*|text/\*|application/\*": "any",
}
"""Format requested by a media range (regular expression). `any` is the page, or Turtle if the client names another
RDF syntax."""

_RANGE = "|".join(FORMS)

_PARAMETERS = r"\s*(?:;(?!\s*q\s*=)[^,;]*)*"

_START, _END = r"(?:^|,)\s*", r"\s*(?:;[^,]*)?(?:,|$)"

TIERS = [
    *(rf"{_START}({_RANGE}){_PARAMETERS};\s*q\s*=\s*0?\.{n}[0-9]*{_END}" for n in range(1, 10)),
    rf"{_START}({_RANGE}){_PARAMETERS}(?:;\s*q\s*=\s*1(?:\.0*)?{_END}|(?:,|$))",
]
"""Regular expressions over the Accept header, by tenths of the quality, lowest first: the last match wins."""

PLAIN = re.compile(r"https?://[A-Za-z0-9.:-]+(?:/[A-Za-z0-9._~-]+)*/?")
"""Addresses without characters that have a meaning in server rules."""

NAME = "[A-Za-z0-9-]+"

DOCUMENT = rf"concept/{NAME}(?:/{NAME})?|(?!concept/){NAME}/{NAME}"
"""Path of a document, the same under `doc/` and `id/`; further segments identify a part of the thing."""


SEGMENT = "[A-Za-z0-9_-][A-Za-z0-9._-]*"
"""One segment of an address that has no document of its own: names of files have dots."""

VERSION = "[0-9][A-Za-z0-9._-]*"
"""The segment of a version."""


class Described(NamedTuple):
    """Addresses without a document of their own, and the files that describe what they name.

    In `paths`, `:x` is one segment and `*` at the end one or more. `page` is for people, `data` is Turtle, `jsonld` the
    same in JSON-LD; where one is not published, it is the Turtle.
    """

    paths: tuple[str, ...]
    page: str
    data: str
    jsonld: str

    @property
    def pattern(self) -> str:
        """Regular expression of the paths."""
        return "|".join(_pattern(path) for path in self.paths)


def _pattern(path: str) -> str:
    known = {"*": f"{SEGMENT}(?:/{SEGMENT})*", ":version": VERSION}
    return "/".join(known.get(step, SEGMENT if step.startswith(":") else re.escape(step)) for step in path.split("/"))


DESCRIBED = (
    (("def", "def/:version"), "def.html", "def"),
    (("shapes",), "def.html", "shapes"),  # the page of the vocabulary gives the rules of each key
    (("shapes-core",), "def.html", "shapes-core"),
    (
        ("id/dataset/:id/class-partition/:term", "id/dataset/:id/property-partition/:term", "id/dataset/:id/linkset/*"),
        "",
        VOID,
    ),
    (("id/dataset/:id", "id/dataset/:id/*", "id/dataset-series/:id", "software/:version"), "about.html", "catalog"),
    (("id/catalogue", "id/distribution/*", "id/service/*"), "downloads.html", "catalog"),
    (("id/source-file/*", "id/revision/:id"), "", "provenance"),
)
"""Addresses without a document of their own: their paths, the page and the stem of the data; the first that matches."""


def described(files: Collection[str]) -> list[Described]:
    """Return the addresses whose description is among these files, but for kinds of things that have documents."""
    documented = kinds(files)
    found = []
    for paths, page, stem in DESCRIBED:
        data = stem if stem in files else f"{stem}.ttl"
        free = tuple(p for p in paths if not p.startswith("id/") or p.split("/")[1] not in documented)
        if data in files and free:
            page, jsonld = (each if each in files else data for each in (page, f"{stem}.jsonld"))
            found.append(Described(free, page, data, jsonld))
    return found


def kinds(files: Iterable[str]) -> list[str]:
    """Return the folders under `doc/`, in order."""
    return sorted({path.split("/")[1] for path in files if path.startswith("doc/") and path.count("/") > 1})


class Gone(NamedTuple):
    """A withdrawn thing: its id, the path of its tombstone if there is one, and those documents that are not there."""

    id: str
    page: str | None
    missing: list[str]


class Deployment(NamedTuple):
    """Input of the rules: media types by path, ids of withdrawn things, and the address of the folder if known."""

    files: Mapping[str, str]
    withdrawn: Sequence[str]
    address: str | None

    @property
    def prefix(self) -> str:
        """Path of the folder's address, `/` if the address is unknown."""
        return urlsplit(self.address).path if self.address else "/"

    def has_pages(self, kind: str) -> bool:
        """Return True if documents of this kind have HTML pages."""
        return any(path.startswith(f"doc/{kind}/") and path.endswith(".html") for path in self.files)

    def described(self) -> list[Described]:
        """Return the addresses without a document of their own."""
        return described(self.files)

    def kinds(self) -> list[str]:
        """Return the kinds of things that have documents."""
        return kinds(self.files)

    def paged(self) -> str:
        """Return the condition on a path that its kind of thing has pages, as a regular expression."""
        paged = [re.escape(kind) for kind in self.kinds() if self.has_pages(kind)]
        return rf"(?=(?:{'|'.join(paged)})/)" if paged else "(?!)"

    def gone(self) -> Iterator[Gone]:
        """Withdrawn things, with what is left of their documents."""
        for thing in self.withdrawn:
            paths = [f"doc/{thing}{end}" for end in (".html", ".ttl", ".jsonld")]
            page = next((path for path in paths[:2] if path in self.files), None)
            yield Gone(thing, page, [path for path in paths if path not in self.files])

    @property
    def _formats(self) -> list[formats.Format]:
        """Formats of the published files."""
        used = set(map(formats.of, self.files))
        return [form for form in formats.FORMATS if form in used]

    def extensions(self) -> Iterator[tuple[str, str]]:
        """Extensions of the published files, without the dot, and their media types."""
        yield from ((f.ending[1:], f.media_type) for f in self._formats if f.is_extension)

    def longer_endings(self) -> Iterator[tuple[str, str]]:
        """Endings longer than an extension, as regular expressions, and their media types."""
        for form in self._formats:
            if not form.is_extension:
                yield re.escape(form.ending) + "$", form.media_type

    def texts(self) -> list[str]:
        """Return the media types of texts, but that of pages, of which a server knows that it is text."""
        return [media for _, media in self.extensions() if media.startswith("text/") and media != "text/html"]

    def without_ending(self) -> Iterator[tuple[str, str]]:
        """RDF files whose names have no ending, and their media types."""
        yield from ((VOID, media) for path, media in self.files.items() if path == VOID)

    def translations(self) -> Iterator[str]:
        """Folders of pages in further languages."""
        beginnings = (path.removesuffix("/index.html") for path in self.files if path.endswith("/index.html"))
        yield from (name for name in beginnings if is_tag(name))

    def linked(self) -> Iterator[tuple[str, str]]:
        """Tables whose columns a file describes, and their Link header (CSV on the Web, "Locating Metadata")."""
        for path in sorted(self.files):
            if path + CSVW in self.files:
                yield path, described_by(path.rpartition("/")[2] + CSVW)


CSVW = "-metadata.json"
"""What follows the name of a table in that of the file that describes its columns."""


def described_by(address: str) -> str:
    """Return the Link header of a table, by the address of its CSVW metadata."""
    return f'<{address}>; rel="describedby"; type="application/csvm+json"'


def files(dataset: Dataset, records: Iterable[Record], entries: Mapping[str, Mapping[str, object]]) -> Files:
    """Files with the rules for a publication; `entries` are those of its manifest, by path."""
    published = {path: str(entry["mediaType"]) for path, entry in entries.items()}
    settings = dataset.settings()
    address = str(settings.values.get("site") or "") if settings else ""
    withdrawn = sorted(r.id for r in records if r.cls.identifies == "")
    site = Deployment(published, withdrawn, address.rstrip("/") + "/" if PLAIN.fullmatch(address) else None)
    yield File("nginx.conf", nginx(site).encode())
    yield File(".htaccess", htaccess(site).encode())
    yield File("_redirects", redirects(site).encode())
    yield File("_headers", headers(site).encode())
    yield File("w3id.htaccess", w3id(site).encode())
    yield File(".nojekyll", b"")  # GitHub Pages: publish all files unprocessed, also those whose names begin with a dot


def nginx(site: Deployment) -> str:
    """Return rules to include in a `server` block of nginx whose `root` holds the publication."""
    return _rules("nginx.conf", site)


def htaccess(site: Deployment) -> str:
    """Return rules for Apache, for any location of the folder under the document root."""
    return _rules("htaccess", site)


def w3id(site: Deployment) -> str:
    """Return rules for https://w3id.org. They negotiate the format, so the host itself needs no rules."""
    return _rules("w3id.htaccess", site)


def redirects(site: Deployment) -> str:
    """Return `_redirects` for Netlify, Cloudflare Pages and similar. They ignore Accept and redirect to the page."""
    return _rules("redirects", site)


def headers(site: Deployment) -> str:
    """Return `_headers` for the same hosts, which set most media types themselves."""
    return _rules("headers", site)


def _rules(template: str, site: Deployment) -> str:
    return _templates().get_template(template).render(site=site)


@cache
def _templates() -> Environment:
    templates = environment("hankelod.exports", markup=False)
    templates.filters.update(quoted=_quoted, literal=re.escape, with_charset=_with_charset)
    templates.globals.update(
        every=lambda more: (HEADERS | more).items(),
        origin=HEADERS["Access-Control-Allow-Origin"],
        preflight=PREFLIGHT,
        tiers=TIERS,
        forms=FORMS,
        other_rdf=UNOFFERED,
        document=DOCUMENT,
        name=NAME,
        finished=FINISHED,
        kept=KEPT,
        settings=DATASET,
    )
    return templates


def _quoted(value: str) -> str:
    """Return a value as a quoted string of nginx or Apache."""
    escaped = value.replace('"', r"\"")
    return f'"{escaped}"'


def _with_charset(media: str) -> str:
    """Return a media type with the charset parameter if it is text; the other types are UTF-8 by definition."""
    return f"{media}; charset=utf-8" if media.startswith("text/") else media
