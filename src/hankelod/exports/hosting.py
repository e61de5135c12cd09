"""Hosting rules of a publication: nginx, Apache, hosts that read `_redirects` and `_headers`, and w3id.org.

All rules do the same (Cool URIs for the Semantic Web, section 4.2; JHS 193): the IRI of a thing redirects with 303 to a
document about it, in the format that the Accept header prefers (RFC 9110, 12.5.1); a withdrawn thing gives 410. What
has no document of its own (the dataset, a distribution, a version) redirects to the file that describes it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from hankelod.publication import formats
from hankelod.publication.files import File, Files
from hankelod.records.dataset import Dataset
from hankelod.records.record import Record

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

OTHER_RDF = r"application/rdf\+xml|application/n-triples|application/n-quads|application/trig|text/n3"

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
        ".well-known/void",
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


def _extension_types(site: Deployment) -> Iterator[tuple[str, str]]:
    """Extensions of the published files, without the dot, and their media types.

    Formats identified by more than an extension are in `_named_types`.
    """
    used = {formats.of(path).ending for path in site.files}
    yield from (
        (f.ending[1:], f.media_type) for f in formats.FORMATS if f.ending in used and re.fullmatch(r"\.\w+", f.ending)
    )


def _charset(media: str) -> str:
    """Return the charset parameter of text types; the other types are UTF-8 by definition."""
    return "; charset=utf-8" if media.startswith("text/") else ""


def _named_types(site: Deployment) -> Iterator[tuple[str, str]]:
    """Endings longer than an extension, as regular expressions, and their media types."""
    for form in formats.FORMATS:
        if not re.fullmatch(r"\.\w+", form.ending) and any(formats.of(path) == form for path in site.files):
            yield re.escape(form.ending) + "$", form.media_type


### nginx


def nginx(site: Deployment) -> str:
    """Return rules to include in a `server` block of nginx whose `root` holds the publication."""
    at = site.prefix
    texts = [media for _, media in _extension_types(site) if media.startswith("text/") and media != "text/html"]
    out = [
        "# Rules for nginx. In the server block that serves this folder:",
        f"#     root /srv/…;                  # so that {at} is this folder",
        f"#     include /srv/…{at}nginx.conf;",
        "# Reload nginx after a publication: withdrawn records answer 410 from then on.",
        "absolute_redirect off;",
        "charset utf-8;",
        f"charset_types {' '.join(texts)};",
        "types {",
        *(f"    {media} {ending};" for ending, media in _extension_types(site)),
        "}",
        "default_type text/plain;",
        *_header_directives({}),
        "error_page 418 = @preflight;",
        "if ($request_method = OPTIONS) { return 418; }",
        f"location @preflight {{ {' '.join(_header_directives(PREFLIGHT))} return 204; }}",
        'set $wanted "";',
        *(f'if ($http_accept ~* "{tier}") {{ set $wanted $1; }}' for tier in TIERS),
        'set $form "any";',
        *(f'if ($wanted ~* "^(?:{media})$") {{ set $form "{form}"; }}' for media, form in FORMS.items()),
        'set $rdf "";',
        f'if ($http_accept ~* "{OTHER_RDF}") {{ set $rdf "rdf"; }}',
        "set $both $form$rdf;",
        'if ($both = "anyrdf") { set $form "ttl"; }',
        'if ($form = "any") { set $form "page"; }',
        r"location ~ /\.(?!well-known/) { return 404; }",
    ]
    out += [f'location ~ "{ending}" {{ types {{}} default_type {media}; }}' for ending, media in _named_types(site)]
    out += [
        f"location = {at}{path} {{ {' '.join(_header_directives({'Link': link}))} }}" for path, link in site.linked()
    ]
    kept = f'add_header Cache-Control "{KEPT}";'  # not for pages that are not there yet
    out += [f"location ^~ {at}{FINISHED} {{ {' '.join(_header_directives({}))} {kept} }}"]
    for gone in site.withdrawn:
        page = next((f"doc/{gone}{end}" for end in (".html", ".ttl") if f"doc/{gone}{end}" in site.files), None)
        body = f"error_page 410 {at}{page}; " if page else ""
        out += [
            f"location = {at}id/{gone} {{ {body}return 410; }}",
            f"location ^~ {at}id/{gone}/ {{ {body}return 410; }}",
        ]
        out += [
            f"location = {at}doc/{gone}{end} {{ return 410; }}"
            for end in (".html", ".ttl", ".jsonld")
            if f"doc/{gone}{end}" not in site.files
        ]
    for each in site.described():
        out += [
            f'location ~ "^{re.escape(at)}(?:{each.pattern})$" {{',
            *(f"    {line}" for line in _header_directives({"Vary": "Accept"})),
            f"    set $target {each.data};",
            f'    if ($form = "page") {{ set $target {each.page}; }}',
            f'    if ($form = "jsonld") {{ set $target {each.jsonld}; }}',
            f"    return 303 {at}$target;",
            "}",
        ]
    out += [
        f'location ~ "^{re.escape(at)}(?:id|doc)/(?<document>{DOCUMENT})(?:/{NAME})*$" {{',
        *(f"    {each}" for each in _header_directives({"Vary": "Accept"})),
        "    set $page html;",
        f"    if (!-f $document_root{at}doc/$document.html) {{ set $page ttl; }}",
        '    if ($form = "page") { set $form $page; }',
        f"    if (!-f $document_root{at}doc/$document.$form) {{ return 404; }}",
        f"    return 303 {at}doc/$document.$form;",
        "}",
    ]
    out += [
        f"location = {at}{lang} {{ return 303 {at}{lang}/; }}"
        for lang in ("sv", "en")
        if f"{lang}/index.html" in site.files
    ]
    out += [f"location {at} {{ try_files $uri $uri/index.html =404; }}"]
    return "\n".join(out) + "\n"


def _header_directives(more: dict[str, str]) -> list[str]:
    """Return all header directives: an nginx block with an `add_header` does not inherit those of the outer block."""
    return [f"add_header {name} {_quoted(value)} always;" for name, value in (HEADERS | more).items()]


def _quoted(value: str) -> str:
    """Return a value as a quoted string of nginx or Apache."""
    escaped = value.replace('"', r"\"")
    return f'"{escaped}"'


### Apache


def htaccess(site: Deployment) -> str:
    """Return rules for Apache, for any location of the folder under the document root."""
    out = [
        "# Rules for Apache 2.4: mod_rewrite, mod_mime and mod_headers, with AllowOverride All.",
        "Options -MultiViews -Indexes",
        "DirectoryIndex index.html",
        *(f'AddType "{media}{_charset(media)}" .{ending}' for ending, media in _extension_types(site)),
        *(
            f'<FilesMatch "{ending.replace("/", "^")}">\n    ForceType "{media}{_charset(media)}"\n</FilesMatch>'
            for ending, media in _named_types(site)
        ),
        "<IfModule mod_headers.c>",
        *(f'    Header always set {name} "{value}"' for name, value in HEADERS.items()),
        '    Header always merge Vary Accept "expr=%{REQUEST_STATUS} -eq 303"',
        *_preflight(),
        *(
            f'    <Files "{path.rpartition("/")[2]}">\n        Header set Link {_quoted(link)}\n    </Files>'
            for path, link in site.linked()
        ),
        f'    Header set Cache-Control "{KEPT}" "expr=%{{REQUEST_URI}} =~ m#/{FINISHED}[^/]+$#"',
        "</IfModule>",
        "RewriteEngine On",
        *ANSWERED,
        r"RewriteRule (?:^|/)\.(?!well-known/) - [R=404,L]",
        "# Where this folder stands on the host.",
        r"RewriteCond %{REQUEST_URI}::$1 ^(.*?/)(.*)::\2$",
        "RewriteRule ^(.*)$ - [E=AT:%1]",
        *_negotiation(),
        *(f"RewriteRule ^id/{re.escape(gone)}(?:/.*)?$ - [G,L]" for gone in site.withdrawn),
        *(
            f"RewriteRule ^doc/{re.escape(gone + end)}$ - [G,L]"
            for gone in site.withdrawn
            for end in (".html", ".ttl", ".jsonld")
            if f"doc/{gone}{end}" not in site.files
        ),
        *_leading(site, "%{ENV:AT}"),
        f"RewriteRule ^(?:id|doc)/({DOCUMENT})(?:/{NAME})*$ - [E=DOCUMENT:$1]",
        "RewriteCond %{ENV:DOCUMENT} .",
        "RewriteCond %{ENV:FORM} =page",
        "RewriteCond %{DOCUMENT_ROOT}%{ENV:AT}doc/%{ENV:DOCUMENT}.html -f",
        "RewriteRule ^ - [E=FORM:html]",
        "RewriteCond %{ENV:FORM} =page",
        "RewriteRule ^(?:id|doc)/ - [E=FORM:ttl]",
        "RewriteCond %{ENV:DOCUMENT} .",
        "RewriteCond %{DOCUMENT_ROOT}%{ENV:AT}doc/%{ENV:DOCUMENT}.%{ENV:FORM} -f",
        "RewriteRule ^ %{ENV:AT}doc/%{ENV:DOCUMENT}.%{ENV:FORM} [R=303,L]",
        "RewriteCond %{ENV:DOCUMENT} .",
        "RewriteRule ^ - [R=404,L]",
    ]
    return "\n".join(out) + "\n"


ANSWERED = ("RewriteCond %{REQUEST_METHOD} =OPTIONS", "RewriteRule ^ - [R=204,L]")
"""Apache rules that answer OPTIONS."""


def _preflight() -> Iterator[str]:
    """Apache directives with the headers of the response to OPTIONS."""
    for name, value in PREFLIGHT.items():
        yield f'    Header always set {name} "{value}" "expr=%{{REQUEST_METHOD}} == \'OPTIONS\'"'


def _leading(site: Deployment, to: str) -> Iterator[str]:
    """Apache rules that lead addresses without a document of their own to what describes them, under `to`."""
    for each in site.described():
        for form, path in (("page", each.page), ("jsonld", each.jsonld), ("", each.data)):
            if form:
                yield f"RewriteCond %{{ENV:FORM}} ={form}"
            yield f"RewriteRule ^(?:{each.pattern})$ {to}{path} [R=303,L]"


def _negotiation() -> Iterator[str]:
    """Apache rules that set FORM to `page`, `ttl` or `jsonld` by the Accept header."""
    yield "RewriteRule ^ - [E=FORM:any]"
    for tier in TIERS:
        yield f'RewriteCond %{{HTTP:Accept}} "{tier}" [NC]'
        yield "RewriteRule ^ - [E=WANTED:%1]"
    for media, form in FORMS.items():
        yield f'RewriteCond %{{ENV:WANTED}} "^(?:{media})$" [NC]'
        yield f"RewriteRule ^ - [E=FORM:{form}]"
    yield "RewriteCond %{ENV:FORM} =any"
    yield f'RewriteCond %{{HTTP:Accept}} "{OTHER_RDF}" [NC]'
    yield "RewriteRule ^ - [E=FORM:ttl]"
    yield "RewriteCond %{ENV:FORM} =any"
    yield "RewriteRule ^ - [E=FORM:page]"


def w3id(site: Deployment) -> str:
    """Return rules for https://w3id.org. They negotiate the format, so the host itself needs no rules."""
    head = ["# For https://github.com/perma-id/w3id.org: the persistent addresses of this dataset lead here."]
    if site.address is None:
        return (
            "\n".join(
                [*head, "# data/dataset.yml has no `site`: say there where this folder stands, and publish again."]
            )
            + "\n"
        )
    paged = [kind for kind in kinds(site.files) if site.has_pages(kind)]
    pages = rf"(?=(?:{'|'.join(map(re.escape, paged))})/)" if paged else "(?!)"
    to = site.address
    out = [
        *head,
        "<IfModule mod_headers.c>",
        f'    Header always set Access-Control-Allow-Origin "{HEADERS["Access-Control-Allow-Origin"]}"',
        *_preflight(),
        "</IfModule>",
        "RewriteEngine on",
        *ANSWERED,
        *_negotiation(),
        *(f"RewriteRule ^id/{re.escape(gone)}(?:/.*)?$ - [G,L]" for gone in site.withdrawn),
        *_leading(site, to),
        "RewriteCond %{ENV:FORM} =page",
        f"RewriteRule ^(?:id|doc)/({pages}(?:{DOCUMENT}))(?:/{NAME})*$ {to}doc/$1.html [R=303,L]",
        "RewriteCond %{ENV:FORM} =jsonld",
        f"RewriteRule ^(?:id|doc)/({DOCUMENT})(?:/{NAME})*$ {to}doc/$1.jsonld [R=303,L]",
        f"RewriteRule ^(?:id|doc)/({DOCUMENT})(?:/{NAME})*$ {to}doc/$1.ttl [R=303,L]",
    ]
    return "\n".join([*out, f"RewriteRule ^(.*)$ {to}$1 [R=302,L]"]) + "\n"


### Hosts that read `_redirects` and `_headers`


def redirects(site: Deployment) -> str:
    """Return `_redirects` for Netlify, Cloudflare Pages and similar. They ignore Accept and redirect to the page."""
    at = site.prefix
    out = [
        "# Redirects for hosts that read this file. They do not look at the Accept header: data is at …ttl and …jsonld."
    ]
    for gone in site.withdrawn:
        page = next((f"doc/{gone}{end}" for end in (".html", ".ttl") if f"doc/{gone}{end}" in site.files), None)
        out += [f"{at}id/{gone} {at}{page} 410"] if page else []
    out += [f"{at}{path} {at}{each.page} 303" for each in site.described() for path in each.paths]
    for kind in kinds(site.files):
        end = "html" if site.has_pages(kind) else "ttl"
        if kind == "concept":
            out += [
                f"{at}id/concept/:scheme/:id {at}doc/concept/:scheme/:id.{end} 303",
                f"{at}id/concept/:scheme {at}doc/concept/:scheme.{end} 303",
            ]
        else:
            out += [
                f"{at}id/{kind}/:id {at}doc/{kind}/:id.{end} 303",
                f"{at}id/{kind}/:id/* {at}doc/{kind}/:id.{end} 303",
            ]
    return "\n".join(out) + "\n"


def headers(site: Deployment) -> str:
    """Return `_headers` for the same hosts, which set most media types themselves.

    There is none for finished pages: those hosts may send it with a 404 too, for a page that is yet to come.
    """
    out = [
        f"{site.prefix}*",
        *(f"  {name}: {value}" for name, value in (HEADERS | PREFLIGHT).items() if name != "Allow"),
    ]
    for path, link in site.linked():
        out += [f"{site.prefix}{path}", f"  Link: {link}"]
    if ".well-known/void" in site.files:
        out += [f"{site.prefix}.well-known/void", "  Content-Type: text/turtle; charset=utf-8"]
    return "\n".join(out) + "\n"
