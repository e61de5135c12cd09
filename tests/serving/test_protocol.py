"""SPARQL 1.1 Protocol: the specification's own cases for queries (`protocol/cases.json`), and what else it says.

The cases are those of the W3C test suite's list, written anew; where that says no more than 4xx, they say which.
"""

from __future__ import annotations

import gzip
import json
from urllib.parse import quote

import pyoxigraph as ox
import pytest

from hankelod.publication.manifest import manifest
from hankelod.query.data import catalogue
from support.folders import ROOT
from support.server import Server

CASES = json.loads((ROOT / "tests/cases/protocol/cases.json").read_text("utf-8"))
ROWS = {
    f.media_type.partition(";")[0]
    for f in (
        ox.QueryResultsFormat.JSON,
        ox.QueryResultsFormat.XML,
        ox.QueryResultsFormat.CSV,
        ox.QueryResultsFormat.TSV,
    )
}
RDF = {f.media_type for f in (ox.RdfFormat.TURTLE, ox.RdfFormat.N_TRIPLES, ox.RdfFormat.RDF_XML, ox.RdfFormat.JSON_LD)}
JSON = "application/sparql-results+json"


@pytest.fixture(scope="module")
def graphs(tmp_path_factory):
    """A server over the four graphs of the cases."""
    out = tmp_path_factory.mktemp("graphs") / "dist"
    (out / "dump").mkdir(parents=True)
    content = (ROOT / "tests/cases/protocol/data.nq").read_bytes()
    (out / "dump/hankelod.nq").write_bytes(content)
    (out / "manifest.json").write_bytes(manifest({}))
    with Server(out, "--workers", "2") as server:
        yield server


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])
def test_w3c_case(graphs, case):
    body = case["body"].encode(case.get("encoding", "utf-8")) if "body" in case else None
    headers = {"Content-Type": case["type"]} if "type" in case else {}
    got = graphs.request(case["method"], case["path"], body, **headers)
    wanted = case["expect"]
    assert str(got.status)[: len(wanted["status"].rstrip("x"))] == wanted["status"].rstrip("x"), got
    if wanted.get("format") == "RDF":
        assert got.media in RDF
        list(ox.parse(got.body, format=ox.RdfFormat.from_media_type(got.media)))
    elif "format" in wanted:
        assert got.media in ROWS
        result = ox.parse_query_results(got.body, format=ox.QueryResultsFormat.from_media_type(got.media))
        assert isinstance(result, ox.QueryBoolean) == (wanted["format"] == "boolean")
        if "boolean" in wanted:
            assert bool(result) is wanted["boolean"]


def test_a_dataset_of_the_request_leaves_out_all_else(graphs):
    one = quote("http://kasei.us/2009/09/sparql/data/data1.rdf", safe="")
    everything = quote("SELECT ?s { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }")
    for name in ("default", "named"):
        got = graphs.get(f"/sparql?{name}-graph-uri={one}&query={everything}", Accept="text/csv")
        assert got.text.split() == ["s", "http://kasei.us/2009/09/sparql/data/data1.rdf"], name
    assert graphs.get(f"/sparql?default-graph-uri=&query={everything}", Accept="text/csv").text.count("\n") == 5
    assert graphs.get(f"/sparql?default-graph-uri=no%20iri&query={everything}").status == 400


@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri"])
@pytest.mark.parametrize("query", ["SELECT * { ?s ?p ?o }", "ASK { GRAPH ?g { ?s ?p ?o } }"])
def test_a_graph_that_is_not_there_is_told(server, graphs, name, query):
    """An empty answer would teach nobody that the dataset is one graph without a name."""
    got = server.ask(query, **{name: "https://w3id.org/hankelod/"})
    assert got.status == 400
    assert "https://w3id.org/hankelod/" in got.text
    assert "leave FROM, default-graph-uri" in got.text
    got = graphs.ask(query, **{name: "https://example.org/no-such-graph"})
    assert got.status == 400
    assert "SELECT DISTINCT ?g { GRAPH ?g { } }" in got.text
    assert server.ask(query, **{name: ""}).status == 200, "an empty field is none"


def test_formats_have_one_name_in_service_description_and_void(server, dist):
    told = {
        str(t.object.value)
        for t in ox.parse(server.get("/sparql", Accept="text/turtle").body, format=ox.RdfFormat.TURTLE)
    }
    void = ox.parse(path=dist / ".well-known/void", format=ox.RdfFormat.TURTLE)
    features = {q.object.value for q in void if q.predicate.value == "http://rdfs.org/ns/void#feature"}
    assert len(features) == 3
    assert features <= told


SELECT, CONSTRUCT = "SELECT ?s { ?s a hanke:Project }", "CONSTRUCT WHERE { ?s a hanke:Project }"


@pytest.mark.parametrize(
    ("query", "accept", "media"),
    [
        (SELECT, None, JSON),
        (SELECT, "", JSON),
        (SELECT, "*/*", JSON),
        (SELECT, "text/csv", "text/csv"),
        (SELECT, "text/tab-separated-values", "text/tab-separated-values"),
        (SELECT, "application/sparql-results+xml", "application/sparql-results+xml"),
        (SELECT, "application/json", "application/json"),
        (SELECT, "application/xml", "application/xml"),
        (SELECT, "text/csv;q=0.4, application/sparql-results+xml;q=0.5", "application/sparql-results+xml"),
        (SELECT, "application/sparql-results+json;q=0, text/*", "text/csv"),
        (SELECT, "application/*;q=0.3, text/csv;q=0.9, text/html;q=0.1", "text/csv"),
        (SELECT, "image/png, */*;q=0.1", JSON),
        (SELECT, "text/csv;level=1;q=0.9;x=y", "text/csv"),
        (SELECT, "nonsense, ;;;, text/csv, q=1", "text/csv"),
        (SELECT, "TEXT/CSV", "text/csv"),
        (SELECT, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        (SELECT, "text/turtle", 406),
        (SELECT, "image/png", 406),
        (SELECT, "*/*;q=0", 406),
        (CONSTRUCT, None, "text/turtle"),
        (CONSTRUCT, "application/n-triples", "application/n-triples"),
        (CONSTRUCT, "application/ld+json", "application/ld+json"),
        (CONSTRUCT, "application/rdf+xml", "application/rdf+xml"),
        (CONSTRUCT, "application/n-quads, application/ld+json;q=0.9, text/turtle;q=0.6", "application/ld+json"),
        (CONSTRUCT, "text/csv", 406),
    ],
)
def test_negotiation(server, query, accept, media):
    got = server.get(f"/sparql?query={quote(query)}", **({} if accept is None else {"Accept": accept}))
    if media == 406:
        assert got.status == 406
        assert ("text/turtle" if query == CONSTRUCT else "text/csv") in got.text
    else:
        assert (got.status, got.media) == (200, media)
        assert "Accept" in got.headers["Vary"]


def test_formats_by_name(server):
    for form in ("csv", "tsv", "json", "xml"):
        assert (
            server.ask("ASK {}", accept="text/html", format=form).media
            == ox.QueryResultsFormat.from_extension({"json": "srj", "xml": "srx"}.get(form, form)).media_type.partition(
                ";"
            )[0]
        )
    assert server.ask("ASK {}", accept="text/html", format="nonsense").media == "text/html"


@pytest.mark.parametrize("query", catalogue(ROOT).all(), ids=lambda q: q.name)
def test_named_queries_answer_as_the_library_does(server, dist, query):
    import hankelod

    wanted = hankelod.open(dist).query(query.text)
    if wanted.kind == "triples":
        got = server.ask(query.text, accept="application/n-triples")
        assert got.text == wanted.text("ntriples")
    else:
        got = server.ask(query.text, accept="text/csv")
        assert sorted(got.text.splitlines()) == sorted(wanted.text("csv").splitlines())
    assert got.status == 200


def test_a_posted_query_is_the_same_question(server):
    asked = server.ask(SELECT).json()
    direct = server.request("POST", "/sparql", SELECT.encode(), Content_Type="application/sparql-query")
    form = server.request(
        "POST",
        "/sparql",
        f"query={quote(SELECT)}".encode(),
        Content_Type="application/x-www-form-urlencoded; charset=utf-8",
    )
    for got in (direct, form):
        assert sorted(map(str, got.json()["results"]["bindings"])) == sorted(map(str, asked["results"]["bindings"]))


def test_errors_tell_where_and_what(server):
    got = server.ask("SELECT * {\n ?s hanky:lead ?o }")
    assert got.status == 400
    assert got.text.startswith("query-prefix: 2:5: ")
    assert "hanke:" in got.text
    assert server.get("/sparql?query=%FF").status == 400
    assert server.get("/sparql?query=").status == 400
    assert server.get("/sparql?" + "&".join(["a=b"] * 200) + "&query=ASK%7B%7D").status == 400
    assert (
        server.request("POST", "/sparql", b"query=%FF", Content_Type="application/x-www-form-urlencoded").status == 400
    )
    assert server.request("POST", "/sparql", b"\xff", Content_Type="application/sparql-query").status == 400


def test_an_answer_is_kept_until_the_next_publication(server):
    got = server.ask(SELECT)
    tag = got.headers["ETag"]
    assert tag.startswith('W/"')
    again = server.get(f"/sparql?query={quote(SELECT)}", Accept=JSON, If_None_Match=tag)
    assert (again.status, again.body, again.headers["ETag"]) == (304, b"", tag)
    assert server.get(f"/sparql?query={quote(SELECT)}", Accept="text/csv", If_None_Match=tag).status == 200
    changing = server.ask("SELECT (NOW() AS ?now) (RAND() AS ?r) {}")
    assert changing.headers["ETag"] is None
    assert changing.headers["Cache-Control"] == "no-store"


def test_gzip_and_head(server):
    path = f"/sparql?query={quote('SELECT * { ?s ?p ?o }')}"
    plain, packed = (server.get(path, Accept="text/csv", **h) for h in ({}, {"Accept_Encoding": "br, gzip;q=0.5"}))
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert sorted(gzip.decompress(packed.body).splitlines()) == sorted(plain.body.splitlines())
    assert server.get(path, Accept="text/csv", Accept_Encoding="gzip;q=0").headers["Content-Encoding"] is None
    head = server.request("HEAD", path, Accept="text/csv")
    assert (head.status, head.body, head.headers["Content-Length"]) == (200, b"", str(len(plain.body)))


def test_service_description(server):
    for accept, form in (
        (None, ox.RdfFormat.TURTLE),
        ("application/rdf+xml", ox.RdfFormat.RDF_XML),
        ("application/ld+json", ox.RdfFormat.JSON_LD),
    ):
        got = server.get("/sparql", **({"Accept": accept} if accept else {}))
        assert got.media == form.media_type
        store = ox.Store()
        store.load(got.body, format=form)
        asked = """PREFIX sd: <http://www.w3.org/ns/sparql-service-description#> PREFIX void: <http://rdfs.org/ns/void#>
        ASK { ?s a sd:Service ; sd:endpoint ?e ; sd:supportedLanguage sd:SPARQL11Query ; sd:resultFormat ?f ;
              sd:defaultDataset/sd:defaultGraph/void:triples ?n FILTER(?n > 8000 && STRENDS(STR(?e), "/sparql")) }"""
        assert bool(store.query(asked)), got.text
    assert server.get("/sparql", Accept="image/png").status == 406


def test_cors(server):
    got = server.request("OPTIONS", "/sparql", Origin="https://example.org", Access_Control_Request_Method="POST")
    assert got.status == 204
    assert got.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in got.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in got.headers["Access-Control-Allow-Headers"]
    assert server.ask("ASK {").headers["Access-Control-Allow-Origin"] == "*"
    for method in ("PUT", "DELETE", "PATCH", "TRACE"):
        got = server.request(method, "/sparql")
        assert (got.status, got.headers["Allow"]) == (405, "GET, HEAD, POST, OPTIONS")
