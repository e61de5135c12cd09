"""The publication's files over HTTP: negotiation, 303, 406, 410, validators, ranges, and no way out of the folder."""

from __future__ import annotations

import gzip
import json
from email.utils import parsedate_to_datetime
from hashlib import sha256
from pathlib import Path

import pyoxigraph as ox
import pytest

from hankelod.exports.hosting import HEADERS
from hankelod.pipeline.traversal import publish
from hankelod.publication.manifest import BadManifest, build_id
from hankelod.records.dataset import Dataset
from hankelod.serving.documents import HIDDEN, Documents, NotThere
from support import publishing
from support.commands import hankelod
from support.folders import ROOT
from support.server import Server

PROJECT = "project/inkoo-hiilineutraali"
BASE = "https://w3id.org/hankelod/"


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A server of the small dataset, which has a withdrawn record, with pages laid beside its documents."""
    dataset = Dataset(ROOT / "tests/datasets/dataset")
    out = tmp_path_factory.mktemp("small") / "dist"
    publish(dataset, out)
    manifest = json.loads((out / "manifest.json").read_text())
    for path in (
        "doc/project/hyva.html",
        "sv/doc/project/hyva.html",
        "index.html",
        "sv/index.html",
        "doc/project/withdrawn-id.html",
    ):
        lang = "sv" if path.startswith("sv/") else "fi"
        content = f'<!doctype html><html lang="{lang}"><title>{path}</title>'.encode()
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_bytes(content)
        manifest["files"][path] = {
            "sha256": sha256(content).hexdigest(),
            "bytes": len(content),
            "mediaType": "text/html",
        }
    manifest["build"] = build_id(manifest["files"])
    (out / "manifest.json").write_text(json.dumps(manifest))
    with Server(out, "--workers", "1") as server:
        yield server


@pytest.mark.parametrize(
    ("path", "headers", "status", "leads"),
    [
        ("/id/project/hyva", {"Accept": "text/turtle"}, 303, "/doc/project/hyva.ttl"),
        ("/id/project/hyva", {"Accept": "application/ld+json"}, 303, "/doc/project/hyva.jsonld"),
        ("/id/project/hyva", {"Accept": "text/html"}, 303, "/doc/project/hyva.html"),
        (
            "/id/project/hyva",
            {"Accept": "text/html", "Accept-Language": "sv-FI, en;q=0.5"},
            303,
            "/sv/doc/project/hyva.html",
        ),
        ("/id/project/hyva", {"Accept": "text/html", "Accept-Language": "de"}, 303, "/doc/project/hyva.html"),
        ("/id/project/hyva", {"Accept": "text/turtle", "Accept-Language": "sv"}, 303, "/doc/project/hyva.ttl"),
        ("/id/project/hyva", {}, 303, "/doc/project/hyva.html"),
        ("/id/project/hyva", {"Accept": "text/html;q=0.1, */*;q=0.5"}, 303, "/doc/project/hyva.ttl"),
        ("/id/project/hyva/grant/1", {"Accept": "text/turtle"}, 303, "/doc/project/hyva.ttl"),
        ("/id/project/hyva/outcome/a/observation/1", {"Accept": "text/turtle"}, 303, "/doc/project/hyva.ttl"),
        ("/id/project/hyva", {"Accept": "image/png"}, 406, None),
        ("/id/project/none", {}, 404, None),
        ("/id/project/withdrawn-id", {"Accept": "text/turtle"}, 410, "/doc/project/withdrawn-id.ttl"),
        ("/doc/project/withdrawn-id", {"Accept": "text/html"}, 410, "/doc/project/withdrawn-id.html"),
        ("/doc/project/withdrawn-id.jsonld", {}, 200, None),
        ("/doc/project/hyva", {"Accept": "text/turtle"}, 303, "/doc/project/hyva.ttl"),
        ("/doc/project/hyva.ttl", {"Accept": "image/png"}, 200, None),
        ("/doc/municipality/020", {"Accept": "application/json"}, 303, "/doc/municipality/020.json"),
        ("/dump/koeaineisto", {"Accept": "application/n-triples"}, 303, "/dump/koeaineisto.nt"),
        ("/def", {"Accept": "text/turtle"}, 303, "/def.ttl"),
        ("/.well-known/void", {}, 200, None),
        ("/", {}, 200, "/index.html"),
        ("/sv/", {}, 200, "/sv/index.html"),
        ("/sv", {}, 301, "/sv/"),
        ("/doc/project/", {}, 404, None),
        ("/manifest.json", {}, 200, None),
    ],
)
def test_where_a_path_leads(small, path, headers, status, leads):
    got = small.request("GET", path, **{k.replace("-", "_"): v for k, v in headers.items()})
    assert got.status == status
    if status in (301, 303):
        assert got.headers["Location"] == leads
    elif leads is not None:
        assert got.headers["Content-Location"] == leads
    if status in (303, 406):
        assert "Accept" in got.headers["Vary"]


def test_not_acceptable_tells_what_there_is(small):
    got = small.get("/id/project/hyva", Accept="image/png")
    for ending, media in ((".ttl", "text/turtle"), (".jsonld", "application/ld+json"), (".html", "text/html")):
        assert f"{media} (/doc/project/hyva{ending})" in got.text
        assert f'</doc/project/hyva{ending}>; rel="alternate"; type="{media}"' in got.headers["Link"]


def test_a_tombstone_says_why(small):
    assert "The project was there twice." in small.get("/id/project/withdrawn-id", Accept="text/turtle").text


def test_every_file_is_served_as_it_is(server, dist):
    manifest = json.loads((dist / "manifest.json").read_text())["files"]
    chosen = [p for p in manifest if "doc/" not in p and p not in HIDDEN and p != ".nojekyll"] + [
        p for p in manifest if p.startswith(f"doc/{PROJECT}")
    ]
    assert len(chosen) > 20
    for path in chosen:
        got = server.get(f"/{path}")
        assert (got.status, sha256(got.body).hexdigest()) == (200, manifest[path]["sha256"]), path
        assert got.media == manifest[path]["mediaType"]
        assert got.headers["Content-Length"] == str(manifest[path]["bytes"])
        head = server.request("HEAD", f"/{path}")
        assert (head.status, head.body, head.headers["Content-Length"], head.headers["ETag"]) == (
            200,
            b"",
            got.headers["Content-Length"],
            got.headers["ETag"],
        )


def test_finished_pages_of_the_feed_may_be_kept(server):
    page = server.get("/changes/pages/1.trig")
    assert (page.status, page.headers["Cache-Control"]) == (200, "public, max-age=86400, immutable")
    again = server.get("/changes/pages/1.trig", If_None_Match=page.headers["ETag"])
    assert (again.status, again.headers["Cache-Control"]) == (304, page.headers["Cache-Control"])
    for path in ("/changes/feed.trig", "/changes/pages/99.trig"):
        assert "immutable" not in server.get(path).headers["Cache-Control"]


def test_validators(server):
    path = f"/doc/{PROJECT}.ttl"
    got = server.get(path)
    tag, changed = got.headers["ETag"], got.headers["Last-Modified"]
    assert parsedate_to_datetime(changed)
    for headers in (
        {"If_None_Match": tag},
        {"If_None_Match": f'"x", W/{tag}'},
        {"If_None_Match": "*"},
        {"If_Modified_Since": changed},
    ):
        again = server.get(path, **headers)
        assert (again.status, again.body, again.headers["ETag"]) == (304, b"", tag), headers
        assert again.headers["Cache-Control"] == got.headers["Cache-Control"]
    for headers in (
        {"If_None_Match": '"x"'},
        {"If_None_Match": '"x"', "If_Modified_Since": changed},
        {"If_Modified_Since": "Mon, 01 Jan 2001 00:00:00 GMT"},
        {"If_Modified_Since": "nonsense"},
    ):
        assert server.get(path, **headers).status == 200, headers


def test_gzip(server):
    for path in (f"/doc/{PROJECT}.ttl", "/dump/hankelod.nt", "/dump/projects.jsonl"):
        plain, packed = server.get(path), server.get(path, Accept_Encoding="gzip")
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.body) == plain.body
        assert len(packed.body) < len(plain.body) / 2
        assert packed.headers["ETag"] != plain.headers["ETag"]
        assert "Accept-Encoding" in plain.headers["Vary"]
        assert server.get(path, Accept_Encoding="gzip", If_None_Match=packed.headers["ETag"]).status == 304
    assert server.get("/dump/projects.xlsx", Accept_Encoding="gzip").headers["Content-Encoding"] is None


def test_ranges(server):
    whole = server.get("/dump/hankelod.nt")
    size, tag = len(whole.body), whole.headers["ETag"]
    for asked, first, last in (
        ("bytes=0-99", 0, 99),
        ("bytes=100-", 100, size - 1),
        ("bytes=-7", size - 7, size - 1),
        (f"bytes=5-{size * 2}", 5, size - 1),
    ):
        got = server.get("/dump/hankelod.nt", Range=asked)
        assert (got.status, got.body) == (206, whole.body[first : last + 1]), asked
        assert got.headers["Content-Range"] == f"bytes {first}-{last}/{size}"
    got = server.get("/dump/hankelod.nt", Range=f"bytes={size}-")
    assert (got.status, got.headers["Content-Range"]) == (416, f"bytes */{size}")
    assert server.get("/dump/hankelod.nt", Range="bytes=0-1,5-6").status == 200
    assert server.get("/dump/hankelod.nt", Range="bytes=0-1", If_Range='"other"').status == 200
    assert server.get("/dump/hankelod.nt", Range="bytes=0-1", If_Range=tag).status == 206


PATHS = [
    "/..%2f..%2fetc/passwd",
    "/data/..%2f..%2fetc/passwd",
    "/doc/../../etc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/%252e%252e/etc/passwd",
    "/..%5c..%5cetc%5cpasswd",
    "/doc%00/../x",
    "/doc/project/hyva.ttl%00.html",
    "//etc/passwd",
    "///etc/passwd",
    "/.git/config",
    "/.htaccess",
    "/doc/./project/hyva.ttl",
    "/doc//project/hyva.ttl",
    "/id/../manifest.json",
    "/id/%2e%2e/%2e%2e/etc/passwd",
    "/file:///etc/passwd",
    "/doc/project/..;/hyva.ttl",
    "/%c0%ae%c0%ae/etc/passwd",
    "/~root",
    "/proc/self/environ",
    "/doc/project",
    "/doc",
    "/.lock",
    "/.building/manifest.json",
]


@pytest.mark.parametrize("path", PATHS)
def test_no_path_leads_out(small, path):
    got = small.raw(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert got.split()[1] in (b"404", b"400"), got[:200]
    assert b"root:" not in got


def test_nothing_but_what_the_manifest_lists(tmp_path):
    """A file that is not listed, a link, and a manifest that lists what it must not: none is served."""
    (tmp_path / "secret").write_text("secret")
    out = tmp_path / "dist"
    (out / "doc").mkdir(parents=True)
    (out / "dump").mkdir()
    (out / "dump/hankelod.nt").write_text("")
    for name in ("plain.ttl", "unlisted.ttl", ".htaccess", ".hidden.ttl"):
        (out / name).write_text("text")
    (out / "link.ttl").symlink_to(tmp_path / "secret")
    (out / "folder").symlink_to(tmp_path)
    entry = {"sha256": "0" * 64, "bytes": 6, "mediaType": "text/turtle"}

    def list_(*paths: str) -> None:
        files = {"plain.ttl": {**entry, "bytes": 4}, **dict.fromkeys(paths, entry)}
        (out / "manifest.json").write_text(json.dumps({"build": build_id(files), "files": files}))

    paths = ("link.ttl", "folder/secret", "doc", ".htaccess", ".hidden.ttl")
    list_(*paths)
    with Server(out) as server:
        assert server.get("/plain.ttl").text == "text"
        front = server.get("/", Accept_Language="sv")
        assert (front.status, front.media, front.headers["Content-Language"]) == (200, "text/html", "sv")
        assert 'href="/plain.ttl"' in front.text
        assert server.get("/unlisted.ttl").status == 404
        for path in paths:
            assert server.get("/" + path).status in (404, 503), path
    documents = Documents(out)
    assert set(documents.entries) == {"plain.ttl", "link.ttl", "folder/secret", "doc", "manifest.json"}
    for path in ("link.ttl", "folder/secret", "doc"):
        with pytest.raises(NotThere):
            documents.open(documents.entries[path])
    documents.close()
    for path in ("../secret", "/etc/passwd", "a//b", "doc/./x", "..\\secret", "a\0b"):
        list_(path)
        with pytest.raises(BadManifest):
            Documents(out)
        done = hankelod("serve", str(out), "--port", "0")
        assert (done.returncode, "leads out" in done.stderr) == (2, True)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
def test_methods(server, method):
    for path in (f"/doc/{PROJECT}.ttl", "/update", "/id/project/x", "/health"):
        got = server.request(method, path, b"")
        assert (got.status, got.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")


def test_strict_headers(small):
    for path in (
        "/",
        "/doc/project/hyva.html",
        "/doc/project/hyva.ttl",
        "/id/project/hyva",
        "/none",
        "/sparql",
        "/health",
        "/sparql.css",
    ):
        for accept in ("text/html", "*/*"):
            got = small.get(path, Accept=accept)
            assert got.headers["X-Content-Type-Options"] == "nosniff", path
            assert got.headers["Access-Control-Allow-Origin"] == "*"
            assert got.headers["X-Frame-Options"] == "DENY"
            assert "Server" not in got.headers
            assert "Set-Cookie" not in got.headers
            if got.media == "text/html":
                assert "default-src" in got.headers["Content-Security-Policy"]
                assert "unsafe-inline" not in got.headers["Content-Security-Policy"]


NOT_ACCEPTABLE = {"image/png", "text/turtlex", "text/html"}
"""Media types that get 406 here if not offered; web servers with rules redirect to an existing format."""


def test_it_answers_as_web_servers_do_by_our_rules(tmp_path):
    """Row by row of `hosting/negotiation.csv`, without pages and with them."""
    from support.hosting import TABLE, with_pages

    folder = publishing.small(tmp_path / "small")
    (folder / "data/withdrawn.yml").write_text(
        "- {id: project/gone, date: 2026-01-02, reason: {fi: r, sv: r, en: r}}\n", "utf-8"
    )
    for pages in ("no", "yes"):
        out = tmp_path / pages
        publishing.published(folder, out, only=("dumps", "documents"))
        if pages == "yes":
            with_pages(out, None)
            listed(out)
        with Server(out, "--workers", "1") as server:
            for row in TABLE:
                if row.pages not in (pages, "both"):
                    continue
                got = server.get(row.path, **({"Accept": row.accept} if row.accept else {}))
                if got.status == 406:
                    assert row.accept in NOT_ACCEPTABLE, row
                    assert got.text.startswith("not-acceptable: this can be had as text/")
                    continue
                assert str(got.status) in row.status.split("|"), (row, got)
                if got.status == 303:
                    assert got.headers["Location"] == row.leads_to, row
                elif got.status == 200 and row.leads_to and row.path != "/":
                    assert got.headers["Content-Type"] == row.leads_to, row
                if got.status in (200, 303, 410):
                    for name, value in HEADERS.items():
                        assert got.headers[name] == value, (row, name)


def listed(out: Path) -> None:
    """Add to the manifest the files that it does not list."""
    manifest = json.loads((out / "manifest.json").read_text())
    for file in out.rglob("*.html"):
        content = file.read_bytes()
        manifest["files"][file.relative_to(out).as_posix()] = {
            "sha256": sha256(content).hexdigest(),
            "bytes": len(content),
            "mediaType": "text/html",
        }
    manifest["build"] = build_id(manifest["files"])
    (out / "manifest.json").write_text(json.dumps(manifest))


def test_health_and_readiness(server):
    assert server.get("/health").json()["status"] == "ok"
    ready = server.get("/ready").json()
    assert ready["publication"] == ready["graph"]
    assert ready["triples"] > 8000


### What has no document of its own


def described(dist: Path) -> dict[str, set[str]]:
    """The things under the base that a file describes, by path of the file."""
    files = {"catalog.ttl": "TURTLE", ".well-known/void": "TURTLE", "provenance.ttl": "TURTLE", "def.ttl": "TURTLE"}
    found: dict[str, set[str]] = {}
    for path, syntax in files.items():
        graph = ox.parse(path=dist / path, format=getattr(ox.RdfFormat, syntax))
        iris = {q.subject.value for q in graph if isinstance(q.subject, ox.NamedNode)}
        found[path] = {iri.removeprefix(BASE) for iri in iris if iri.startswith(BASE) and "#" not in iri}
    graph = ox.parse(path=dist / "def.ttl", format=ox.RdfFormat.TURTLE)
    found["def.ttl"] |= {q.object.value.removeprefix(BASE) for q in graph if q.predicate.value.endswith("versionIRI")}
    return found


def test_all_that_is_described_answers(server, dist):
    """Every IRI under the base that catalogue, VoID, provenance or vocabulary describes, in Turtle."""
    everything = described(dist)
    asked = 0
    for told in everything.values():
        for path in told:
            got = server.get(f"/{path}", Accept="text/turtle")
            asked += 1
            if got.status == 200:
                continue  # a file that is described
            assert got.status == 303, path
            assert got.headers["Vary"].startswith("Accept")
            target = got.headers["Location"].removeprefix("/")
            about = everything.get(target)
            if (path, target) == ("shapes", "shapes.ttl"):
                continue  # the document of the shapes is the shapes
            if about is None:
                triples = ox.parse(path=dist / target, format=ox.RdfFormat.TURTLE, base_iri=BASE)
                about = {q.subject.value.removeprefix(BASE) for q in triples if isinstance(q.subject, ox.NamedNode)}
            assert path in about, (path, target)
    assert asked > 200


def test_data_and_page_of_what_has_no_document(server, dist):
    for path, page, data in (
        ("id/dataset/hankelod", "about.html", "catalog"),
        ("id/catalogue", "downloads.html", "catalog"),
        ("id/distribution/projects.csv", "downloads.html", "catalog"),
        ("def/0.1.0", "def.html", "def"),
        ("shapes", "def.html", "shapes"),
    ):
        for accept, target in (
            ("text/html", page),
            ("application/xhtml+xml", page),
            ("text/turtle", f"{data}.ttl"),
            ("application/ld+json", f"{data}.jsonld"),
        ):
            got = server.get(f"/{path}", Accept=accept)
            assert (got.status, got.headers["Location"]) == (303, f"/{target}"), (path, accept)
            assert (dist / target).is_file()
        got = server.request("GET", f"/{path}", Accept="text/html", Accept_Language="sv")
        assert (got.headers["Location"], got.headers["Vary"]) == (f"/sv/{page}", "Accept, Accept-Language"), path


def test_a_table_links_to_what_describes_its_columns(server, dist):
    tables = [p.name for p in (dist / "dump").glob("*.csv")]
    assert tables
    for name in tables:
        link = server.get(f"/dump/{name}").headers["Link"]
        assert f'</dump/{name}-metadata.json>; rel="describedby"; type="application/csvm+json"' in link
        assert "csvm+json" not in link.replace(
            f'</dump/{name}-metadata.json>; rel="describedby"; type="application/csvm+json"', ""
        )


def test_xhtml_alone_gets_the_page_of_the_endpoint(server):
    assert server.get("/sparql?query=ASK%20%7B%7D", Accept="application/xhtml+xml").media == "text/html"
    assert server.get("/sparql", Accept="application/xhtml+xml").media == "text/html"
