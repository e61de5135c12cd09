"""Independent clients ask the endpoint: SPARQLWrapper, rdflib's SPARQLStore, curl, Comunica, and a browser."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from support.folders import ROOT

QUERY = """PREFIX hanke: <https://w3id.org/hankelod/def#> PREFIX dcterms: <http://purl.org/dc/terms/>
SELECT ?project ?title { ?project a hanke:Project ; dcterms:title ?title FILTER(LANG(?title) = "fi") }
ORDER BY ?project"""
# SPARQLWrapper takes what follows # in a line for a comment, in an IRI, too.
CONSTRUCT = "PREFIX hanke: <https://w3id.org/hankelod/def#>\nCONSTRUCT WHERE { ?p hanke:lead ?o }"
DESCRIBE = "DESCRIBE <https://w3id.org/hankelod/id/project/inkoo-hiilineutraali>"
ASK = "PREFIX hanke: <https://w3id.org/hankelod/def#>\nASK { ?p a hanke:Project }"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # its RDF goes through rdflib's old graphs
@pytest.mark.parametrize("method", ["GET", "POST", "POSTDIRECTLY"])
def test_sparqlwrapper(server, method):
    wrapper = pytest.importorskip("SPARQLWrapper")
    client = wrapper.SPARQLWrapper(server.url + "/sparql")
    client.setMethod("GET" if method == "GET" else "POST")
    if method == "POSTDIRECTLY":
        client.setRequestMethod(wrapper.POSTDIRECTLY)
    client.setQuery(QUERY)
    for form in (wrapper.JSON, wrapper.XML, wrapper.CSV, wrapper.TSV):
        client.setReturnFormat(form)
        found = client.queryAndConvert()
        if form == wrapper.JSON:
            assert len(found["results"]["bindings"]) == 16
        elif form == wrapper.XML:
            assert len(found.getElementsByTagName("result")) == 16
        else:
            assert len(found.decode().splitlines()) == 17
    client.setQuery(ASK)
    client.setReturnFormat(wrapper.JSON)
    assert client.queryAndConvert()["boolean"] is True
    for query, least in ((CONSTRUCT, 16), (DESCRIBE, 10)):
        client.setQuery(query)
        for form in (wrapper.TURTLE, wrapper.RDFXML, wrapper.JSONLD):
            client.setReturnFormat(form)
            found = client.queryAndConvert()
            if isinstance(found, bytes):
                import rdflib

                found = rdflib.Graph().parse(data=found, format="turtle")
            assert len(found) >= least, form
    client.setReturnFormat(wrapper.JSON)
    client.setQuery("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")
    with pytest.raises(wrapper.SPARQLExceptions.QueryBadFormed):
        client.query()


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("form", ["xml", "json", "csv", "tsv"])
def test_rdflib(server, method, form):
    import rdflib
    from rdflib.plugins.stores.sparqlstore import SPARQLStore

    graph = rdflib.Graph(SPARQLStore(server.url + "/sparql", method=method, returnFormat=form))
    rows = list(graph.query(QUERY))
    assert len(rows) == 16
    if form in ("xml", "json"):  # rdflib has no other form of a yes or no
        assert graph.query(ASK).askAnswer is True
    if form == "xml":
        assert len(graph.query(CONSTRUCT).graph) >= 16
    project = rdflib.URIRef("https://w3id.org/hankelod/id/project/inkoo-hiilineutraali")
    if form in ("xml", "json"):
        assert (project, rdflib.RDF.type, rdflib.URIRef("https://w3id.org/hankelod/def#Project")) in graph


def test_rdflib_follows_a_thing_to_its_data(server):
    import rdflib

    for form in ("turtle", "json-ld"):
        graph = rdflib.Graph().parse(server.url + "/id/project/inkoo-hiilineutraali", format=form)
        assert len(graph) > 50


def test_curl(server, tmp_path):
    if not shutil.which("curl"):
        pytest.skip("curl is not here")

    def curl(*arguments: str) -> str:
        return subprocess.run(
            ["curl", "-sS", "--fail-with-body", *arguments], capture_output=True, encoding="utf-8", timeout=60
        ).stdout

    assert (
        curl(server.url + "/sparql", "-H", "Accept: text/csv", "--data-urlencode", f"query={QUERY}").count("\n") == 17
    )
    assert curl("-G", server.url + "/sparql", "--compressed", "--data-urlencode", f"query={ASK}").startswith('{"head"')
    (tmp_path / "query.rq").write_text(QUERY)
    direct = curl(
        server.url + "/sparql",
        "-H",
        "Content-Type: application/sparql-query",
        "--data-binary",
        f"@{tmp_path / 'query.rq'}",
    )
    assert len(json.loads(direct)["results"]["bindings"]) == 16
    assert "hanke:Project" in curl("-L", server.url + "/id/project/inkoo-hiilineutraali", "-H", "Accept: text/turtle")
    (tmp_path / "large").write_bytes(b"x" * 3_000_000)
    assert "body-too-large" in curl(
        server.url + "/sparql",
        "-H",
        "Content-Type: application/sparql-query",
        "--data-binary",
        f"@{tmp_path / 'large'}",
    )


def test_comunica(server):
    node = shutil.which("node")
    if not node or not (ROOT / "tests/clients/node_modules/@comunica/query-sparql").is_dir():
        pytest.skip("node or @comunica/query-sparql is not here (npm install --prefix tests/clients)")
    done = subprocess.run(
        [node, "ask.mjs", server.url + "/sparql", QUERY],
        cwd=ROOT / "tests/clients",
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(rows) == 16
    assert all(row["project"].startswith("https://w3id.org/hankelod/id/project/") for row in rows)


### The page for browsers


def test_the_page_offers_the_named_queries(server):
    for lang, word in (("fi", "Kysely"), ("sv", "Fråga"), ("en", "Query")):
        got = server.get("/sparql", Accept="text/html", Accept_Language=lang)
        assert (got.status, got.media, got.headers["Content-Language"]) == (200, "text/html", lang)
        assert f">{word}</label>" in got.text
        assert got.text.count('href="/sparql?name=') > 15
        assert "<script" not in got.text
        assert " style=" not in got.text
    picked = server.get("/sparql?name=grants-by-region&lang=en", Accept="text/html")
    assert "GROUP BY" in picked.text
    assert server.get("/sparql.css").media == "text/css"


def test_what_the_page_shows_is_text(server):
    """Data and queries cannot become markup, nor a link that runs something."""
    evil = """SELECT ("<script>alert(1)</script>" AS ?a) (<javascript:alert(1)> AS ?b) (STRLANG("<b>", "en") AS ?c)
              (<https://example.org/?"><svg/onload=alert(1)> AS ?d) {}"""
    for query in (evil, evil.replace(' (<https://example.org/?"><svg/onload=alert(1)> AS ?d)', "")):
        got = server.ask(query, accept="text/html")
        assert got.status in (200, 400)
        for raw in ("<script>alert", "<svg", "<b>", 'href="javascript:'):
            assert raw not in got.text
    assert "&lt;script&gt;alert(1)" in got.text
    assert got.status == 200


def test_the_page_links_things_to_this_server(server):
    got = server.ask(QUERY, accept="text/html")
    assert 'href="/id/project/inkoo-hiilineutraali"' in got.text
    long = server.ask("SELECT * { ?s ?p ?o }", accept="text/html", lang="en")
    assert "These are only the first" in long.text
    assert long.text.count("<tr>") == 1001
    assert "No rows" in server.ask("SELECT * { ?s <a:a> ?o }", accept="text/html", lang="en").text
    assert "Yes." in server.ask("ASK {}", accept="text/html", lang="en").text
    assert "hanke:lead" in server.ask(CONSTRUCT, accept="text/html").text
    wrong = server.ask("SELECT * { ?s hanky:x ?o }", accept="text/html", lang="en")
    assert (wrong.status, "hanky" in wrong.text, "cannot be answered" in wrong.text) == (400, True, True)


def test_a_browser(server, tmp_path):
    """Chromium shows the page and its result, with its policy in force."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        pytest.skip("no Chromium is here")
    address = server.url + "/sparql?lang=en&query=SELECT%20%3Fp%20%7B%20%3Fp%20a%20hanke%3AProject%20%7D"
    done = subprocess.run(
        [chromium, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}", "--dump-dom", address],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert "16 rows" in done.stdout
    assert "Refused to" not in done.stderr
