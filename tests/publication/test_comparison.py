"""`hankelod diff`: any two publications, datasets or dumps, as text, JSON and SPARQL Update."""

from __future__ import annotations

import http.server
import json
import threading
from functools import partial
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st

from hankelod.publication.history import comparison
from hankelod.publication.history.comparison import CannotCompare, Comparison
from hankelod.publication.history.diff import InMemory, Things, compare, line
from hankelod.publication.parts import Folder
from hankelod.records.dataset import Dataset
from support.publishing import BASE, SMALL, edit, published, small, triples

EKA = BASE + "id/project/eka"


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    """A folder with two datasets and their publications: `old`, `new`, `old-dist`, `new-dist`."""
    old, new = small(tmp_path / "old"), small(tmp_path / "new")
    edit(new, "projects/eka.yml", "totalCost: 1000", "totalCost: 1200")
    edit(new, "projects/eka.yml", 'fi: "Verkosto syntyi"', 'fi: "Verkosto syntyi ja kasvoi"')
    edit(new, "projects/eka.yml", "themes: [business-cooperation]", "themes: [networks]")
    published(old, tmp_path / "old-dist")
    published(new, tmp_path / "new-dist")
    return tmp_path


SIDES = [
    ("old", "new"),
    ("old-dist", "new-dist"),
    ("old", "new-dist"),
    ("old-dist/dump/small.nt", "new-dist/dump/small.ttl"),
    ("old-dist/dump/small.jsonld", "new"),
]


@pytest.mark.parametrize(("old", "new"), SIDES)
def test_every_kind_of_place_gives_the_same(pair, run, old, new):
    done = run("-C", str(pair), "--lang", "en", "diff", old, new, "--format", "json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["counts"] == {"create": 0, "update": 1, "delete": 0}
    (change,) = told["changes"]
    assert (change["thing"], change["label"]) == (EKA, "First")
    fields = {(f["field"], f["old"], f["new"]) for f in change["fields"]}
    assert fields == {
        ("totalCost", "1000", "1200"),
        ("outcomes[1].text.fi", "Verkosto syntyi", "Verkosto syntyi ja kasvoi"),
        ("themes", f"{BASE}id/concept/theme/business-cooperation", f"{BASE}id/concept/theme/networks"),
    }


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("fi", ["Muuttuneet:", "Eka", "verkostot", "- 1000", "+ 1200"]),
        ("sv", ["Ändrade:", "Första", "nätverk"]),
        ("en", ["Changed:", "First", "networks"]),
    ],
)
def test_the_text_is_in_the_readers_language(pair, run, lang, words):
    done = run("-C", str(pair), "--lang", lang, "diff", "old", "new")
    for word in words:
        assert word.lower() in done.stdout.lower(), done.stdout


def test_nothing_changed(pair, run):
    assert run("-C", str(pair), "--lang", "en", "diff", "old", "old-dist").stdout == "No record changed.\n"
    assert json.loads(run("-C", str(pair), "diff", "old", "old", "--format", "json").stdout)["changes"] == []
    assert run("-C", str(pair), "diff", "old", "old", "--format", "sparql").stdout == "# no change\nINSERT DATA {}\n"


def test_the_update_turns_the_old_publication_into_the_new(pair, run):
    (pair / "new/data/projects/uusi.yml").write_text((SMALL / "data/projects/eka.yml").read_text("utf-8"), "utf-8")
    (pair / "new/data/organisations/testila.yml").write_text(
        'name: {fi: "\\\\u0022 \\" \\u00e4", sv: s, en: e}\nkind: municipality\nmunicipality: "005"\n', "utf-8"
    )
    published(pair / "new", pair / "new-dist")
    done = run("-C", str(pair), "diff", "old-dist", "new-dist", "--format", "sparql")
    store = ox.Store()
    store.load((pair / "old-dist/dump/small.nt").read_bytes(), format=ox.RdfFormat.N_TRIPLES)
    store.update(done.stdout)
    assert {q.triple for q in store} == triples(pair / "new-dist/dump/small.nt")


TEXT = st.text(st.sampled_from("\\uU\"'äÄ\n\r\t\x00\x01\x7f\x85\u2028{}<>#;.0022 é𝄞@^"), max_size=12)
TRIPLE = st.builds(
    lambda s, p, o: ox.Triple(ox.NamedNode(f"http://e/{s}"), ox.NamedNode(f"http://e/{p}"), o),
    st.sampled_from("ab"),
    st.sampled_from("pq"),
    st.one_of(
        st.builds(ox.Literal, TEXT),
        st.builds(lambda t: ox.Literal(t, language="fi"), TEXT),
        st.builds(lambda t: ox.Literal(t, datatype=ox.NamedNode("http://e/type")), TEXT),
        st.just(ox.NamedNode("http://e/ä")),
    ),
)
THINGS = Things(Dataset(SMALL).model)


def update(old: set, new: set) -> str:
    left, right = (InMemory(sorted({line(t) for t in side})) for side in (old, new))
    return comparison.sparql(Comparison(THINGS, left, right, [], lambda iri: {}))


@settings(max_examples=150, deadline=None)
@given(st.sets(TRIPLE, max_size=5), st.sets(TRIPLE, max_size=5))
def test_the_update_turns_any_graph_into_any_other(old, new):
    store = ox.Store()
    store.extend(ox.Quad(*t) for t in old)
    store.update(update(old, new))
    assert {q.triple for q in store} == new


@settings(max_examples=100, deadline=None)
@given(st.sets(TRIPLE, max_size=4), st.sets(TRIPLE, max_size=4))
def test_an_engine_that_replaces_escapes_first_agrees(old, new):
    """rdflib expands `\\u` before it parses, as SPARQL 1.1 says in section 19.2."""
    found, want = rdflib.Graph(), rdflib.Graph()
    for each, members in ((found, old), (want, new)):
        each.parse(data=b"".join(line(t) + b"\n" for t in members), format="nt")
    found.update(update(old, new))
    assert set(found) == set(want)


@settings(max_examples=60, deadline=None)
@given(st.sets(TRIPLE, max_size=6))
def test_lines_are_read_as_they_were_written(found):
    lines = b"".join(line(t) + b"\n" for t in found)
    assert {q.triple for q in ox.parse(lines, format=ox.RdfFormat.N_TRIPLES)} == found


def test_a_graph_with_blank_nodes_is_no_update(tmp_path, run):
    (tmp_path / "a.ttl").write_text("<http://e/a> <http://e/p> [] .", "utf-8")
    (tmp_path / "b.nt").write_text("", "utf-8")
    assert run("-C", str(tmp_path), "diff", "a.ttl", "b.nt", "--format", "sparql").returncode == 2
    assert run("-C", str(tmp_path), "diff", "a.ttl", "b.nt").returncode == 0


@pytest.mark.parametrize(
    "place", ["nothing", "empty", "bad.nt", "x.xml", "ftp://example.org/", "file:///etc/passwd", "broken"]
)
def test_what_cannot_be_compared_is_said(tmp_path, run, place):
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad.nt").write_text("<a", "utf-8")
    (tmp_path / "x.xml").write_text("<x/>", "utf-8")
    small(tmp_path / "broken")
    (tmp_path / "broken/data/projects/eka.yml").write_text("title: [\n", "utf-8")
    done = run("-C", str(tmp_path), "diff", place, place)
    assert done.returncode == 2
    assert place.rstrip("/") in done.stderr
    assert "Traceback" not in done.stderr


def test_a_remote_context_is_not_fetched(tmp_path):
    (tmp_path / "a.jsonld").write_text('{"@context": "http://127.0.0.1:9/x", "name": "y"}', "utf-8")
    with pytest.raises(CannotCompare):
        comparison.of("a.jsonld", "a.jsonld", tmp_path, tmp_path)


def test_the_terms_of_the_ontology_are_things(tmp_path):
    from hankelod.mapping.mapping import Mapping, ntriples

    dataset = Dataset(SMALL)
    now = set(ntriples(dataset, Mapping(dataset.model), []).split(b"\n")[:-1])
    theme = f"<{BASE}id/concept/theme/networks>".encode()
    label = next(x for x in sorted(now) if x.startswith(theme) and b"prefLabel" in x and x.endswith(b"@fi ."))
    then = now - {label} | {label.replace(b'"@fi', b' X"@fi')}
    (change,) = compare(THINGS, InMemory(sorted(now)), InMemory(sorted(then)), Folder(str(tmp_path)))
    assert change.thing == f"{BASE}id/concept/theme/networks"
    assert change.fields[0].field == "skos:prefLabel.fi"


### Carrying on from an address


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder without a word, and redirects `/to-file/` to a local file."""

    asked: list[str] = []

    def do_GET(self):
        self.asked.append(self.path)
        if self.path.startswith("/to-file/"):
            self.send_response(302)
            self.send_header("Location", "file:///etc/passwd")
            self.end_headers()
        else:
            super().do_GET()

    def log_message(self, *given):
        pass


@pytest.fixture
def served(pair):
    """The pair over HTTP: its address, and the paths that were asked for."""
    Handler.asked = []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=pair))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", Handler.asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_two_addresses_can_be_compared(pair, served, run):
    done = run("diff", f"{served[0]}/old-dist/", f"{served[0]}/new-dist", "--format", "json")
    assert json.loads(done.stdout)["counts"]["update"] == 1, done.stderr


def test_the_history_goes_on_from_an_address(pair, served):
    """A build server has only the published address; it fetches no more than the history needs."""
    published(pair / "new", pair / "here", previous=f"{served[0]}/old-dist")
    assert all(
        p == "/old-dist/manifest.json" or p.startswith(("/old-dist/changes/", "/old-dist/dump/small.nt"))
        for p in served[1]
    )
    published(pair / "new", pair / "there", previous="../old-dist")
    published(pair / "new", pair / "old-dist")
    want = {p.relative_to(pair / "old-dist"): p.read_bytes() for p in (pair / "old-dist").rglob("*") if p.is_file()}
    for place in ("here", "there"):
        assert {p.relative_to(pair / place): p.read_bytes() for p in (pair / place).rglob("*") if p.is_file()} == want


def test_nothing_is_fetched_unless_asked(pair, served):
    published(pair / "new", pair / "new-dist")
    assert served[1] == []


@pytest.mark.parametrize("address", ["/nowhere", "/to-file"])
def test_an_address_without_a_publication_is_no_first_publication(pair, served, run, address):
    done = run("-C", str(pair / "new"), "publish", "--out", str(pair / "x"), "--previous", served[0] + address)
    assert done.returncode == 2
    assert "previous publication" in done.stderr
    assert "root:" not in done.stderr
    assert not (pair / "x").exists()


@pytest.mark.parametrize("address", ["ftp://127.0.0.1/x", "file:///etc", "gopher://x/"])
def test_only_http_is_fetched(pair, run, address):
    done = run("-C", str(pair / "new"), "publish", "--out", str(pair / "x"), "--previous", address)
    assert done.returncode == 2
    assert "only http and https" in done.stderr


def test_a_file_that_is_not_what_the_manifest_says_is_refused(pair, served, run):
    page = pair / "old-dist/changes/pages/1.trig"
    page.write_bytes(page.read_bytes().replace(b"Create", b"Delete", 1))
    for previous in (f"{served[0]}/old-dist", str(pair / "old-dist")):
        done = run("-C", str(pair / "new"), "publish", "--out", str(pair / "x"), "--previous", previous)
        assert done.returncode == 2
        assert "changes/pages/1.trig is not what manifest.json says" in done.stderr


def test_an_endless_file_is_cut_off(pair, served, run):
    with (pair / "old-dist/dump/small.nt").open("ab") as file:
        file.write(b"#" * 10_000_000)
    done = run("-C", str(pair / "new"), "publish", "--out", str(pair / "x"), "--previous", f"{served[0]}/old-dist")
    assert done.returncode == 2
    assert "larger than it should be" in done.stderr
