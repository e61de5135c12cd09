"""What depends on the reader and on the page that asks: languages of errors, `Vary`, preflights, byte order marks."""

from __future__ import annotations

from urllib.parse import quote

import pytest

pytest.importorskip("starlette")

from hankelod.messages.catalogue import catalogue
from support.server import Got, Server

SELECT = "SELECT * { ?s a hanke:Project } LIMIT 1"


def get(server: Server, query: str, **headers: str) -> Got:
    return server.get(f"/sparql?query={quote(query)}", **headers)


def varies(got: Got) -> set[str]:
    return {name.strip().lower() for name in (got.headers["Vary"] or "").split(",")}


### Languages


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (
            "SELECT * {\n ?s hanky:lead ?o }",
            {"fi": "tarkoititko hanke:?", "sv": "menade du hanke:?", "en": "did you mean hanke:?"},
        ),
        ("SELECT ?x WHRE {}", {"fi": "tarkoititko WHERE?", "sv": "menade du WHERE?", "en": "did you mean WHERE?"}),
        ("SELECT * { ?s ?p 'x }", {"fi": "ei pääty", "sv": "tar inte slut", "en": "does not end"}),
        ("SELECT ?x ?y {} GROUP BY ?x", {"fi": "GROUP BY ei anna", "sv": "inte ger", "en": "does not give"}),
        ("DROP ALL", {"fi": "on kielletty", "sv": "är inte tillåtet", "en": "is refused"}),
        ("SELECT * { SERVICE <a:b> {} }", {"fi": "on kielletty", "sv": "är inte tillåtet", "en": "is refused"}),
        ("ASK { " + "{" * 70 + "}" * 70 + " }", {"fi": "sulkeita", "sv": "parenteser", "en": "brackets"}),
        ("", {"fi": "loppuu kesken", "sv": "tar slut för tidigt", "en": "ends too early"}),
    ],
)
def test_faults_of_a_query_are_told_in_the_language_of_the_reader(server, query, words):
    for lang, says in words.items():
        for accept in ("text/csv", "text/html"):
            got = get(server, query, Accept=accept, Accept_Language=f"de;q=0.9, {lang};q=.8")
            assert got.status == 400
            assert says in got.text.replace("&#34;", '"'), got.text
            assert got.headers["Content-Language"] == lang
            assert {"accept", "accept-language"} <= varies(got)


def test_programs_that_say_no_language_are_told_in_english(server):
    for headers in ({}, {"Accept_Language": "de"}, {"Accept_Language": "*;q=0"}):
        got = get(server, "SELECT * {", Accept="text/csv", **headers)
        assert "the query ends too early" in got.text
        assert got.headers["Content-Language"] == "en"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/none", None, 404, "not-found"),
        ("PUT", "/index.html", None, 405, "method"),
        ("DELETE", "/sparql", None, 405, "method"),
        ("GET", "/sparql?update=DROP+ALL", None, 403, "query-update"),
        ("GET", "/sparql?query=a&query=b", None, 400, "query-twice"),
        ("GET", "/sparql?query=%FF", None, 400, "query-encoding"),
        ("GET", "/sparql?" + "a=b&" * 200, None, 400, "fields"),
        ("POST", "/sparql", b"query=a", 415, "media-type"),
        ("POST", "/sparql", b"x" * 2**20, 413, "body-too-large"),
    ],
)
def test_all_other_errors_too(server, method, path, body, status, code):
    texts = catalogue("server", "https://w3id.org/hankelod/page#").text(f"error-{code}")
    for lang, text in texts.items():
        got = server.request(method, path, body, Accept_Language=lang)
        assert got.status == status
        begins = f"{code}: {text.partition('{')[0]}"
        assert got.text.startswith(begins), got.text
        assert {"accept", "accept-language"} <= varies(got)


def test_the_catalogue_has_all_of_them():
    entries = catalogue("server", "https://w3id.org/hankelod/page#")
    from hankelod.serving.app import UNANSWERED

    for code in UNANSWERED:
        assert entries.text(f"error-query-{code}"), code
    for name in entries.names():
        assert set(entries.text(name)) == {"fi", "sv", "en"}, name


### Vary


def test_answers_vary_by_what_they_depend_on(server):
    """With the page, the rows, the validated answer, and the page of an error; by coding where there is one."""
    for accept, language in (("text/html", "en"), ("text/csv", "sv"), ("application/xhtml+xml", "fi")):
        got = get(server, SELECT, Accept=accept, Accept_Language=language)
        assert {"accept", "accept-language"} <= varies(got), accept
        again = get(server, SELECT, Accept=accept, Accept_Language=language, If_None_Match=got.headers["ETag"])
        assert again.status == 304
        assert {"accept", "accept-language"} <= varies(again)
    assert {"accept", "accept-language"} <= varies(server.get("/sparql", Accept="text/html"))
    assert {"accept", "accept-language"} <= varies(server.get("/sparql", Accept="text/turtle"))
    assert {"accept", "accept-language"} <= varies(server.get("/sparql", Accept="image/png"))
    assert {"accept", "accept-language"} <= varies(server.get("/id/project/inkoo-hiilineutraali", Accept="image/png"))
    assert "accept-encoding" in varies(get(server, "SELECT * { ?s ?p ?o } LIMIT 100", Accept="text/csv"))


def test_lists_may_come_in_several_lines(server):
    """As one, joined by commas (RFC 9110, section 5.3)."""
    asked = b"GET /id/project/inkoo-hiilineutraali HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    got = server.raw(asked + b"Accept: text/html;q=0.1\r\nAccept: text/turtle\r\n\r\n")
    assert b"location: /doc/project/inkoo-hiilineutraali.ttl\r\n" in got
    got = server.raw(asked + b"Accept: text/html\r\nAccept-Language: fi;q=0.5\r\nAccept-Language: sv\r\n\r\n")
    assert b"location: /sv/doc/project/inkoo-hiilineutraali.html\r\n" in got


@pytest.mark.parametrize(
    ("accept", "leads"),
    [
        ("application/xhtml+xml", ".html"),
        ("application/xhtml+xml, text/turtle;q=.9", ".html"),
        ("text/html;q=.5, text/turtle", ".ttl"),
        ("text/turtle;q=.5, application/ld+json;q=.6", ".jsonld"),
        ("*/*;q=0, text/turtle;q=.1", ".ttl"),
        ("*/*;q=0.0", None),
        ("text/html;q=0.000, application/xhtml+xml;q=0", None),
    ],
)
def test_what_a_client_prefers(server, accept, leads):
    got = server.get("/id/project/inkoo-hiilineutraali", Accept=accept)
    assert got.status == (303 if leads else 406)
    if leads:
        assert got.headers["Location"].endswith(leads)


def test_a_page_for_those_who_name_xhtml(server):
    for path in ("/sparql", f"/sparql?query={quote(SELECT)}"):
        assert server.get(path, Accept="application/xhtml+xml, */*;q=0.1").media == "text/html"


### Preflights


@pytest.mark.parametrize("path", ["/sparql", "/index.html", "/id/project/inkoo-hiilineutraali"])
@pytest.mark.parametrize(
    "asked",
    ["queryid", "content-type,queryid", "authorization, x-requested-with , X_Own.header", "cache-control,pragma"],
)
def test_a_page_may_send_any_header(server, path, asked):
    got = server.request(
        "OPTIONS",
        path,
        Origin="https://a.example",
        Access_Control_Request_Method="GET",
        Access_Control_Request_Headers=asked,
    )
    allowed = {name.strip().lower() for name in got.headers["Access-Control-Allow-Headers"].split(",")}
    assert {name.strip().lower() for name in asked.split(",")} <= allowed
    assert got.headers["Access-Control-Allow-Origin"] == "*"
    assert int(got.headers["Access-Control-Max-Age"]) >= 3600
    assert "access-control-request-headers" in varies(got)


def test_what_is_no_name_of_a_header_is_not_repeated(server):
    got = server.request("OPTIONS", "/sparql", Access_Control_Request_Headers="ok, a b, <x>, ä, ,, x:y, " + "n" * 200)
    allowed = got.headers["Access-Control-Allow-Headers"]
    assert allowed.endswith("Range, ok"), allowed


### Byte order marks


@pytest.mark.parametrize("mark", ["\ufeff", ""])
def test_a_byte_order_mark_before_a_query_is_passed_over(server, mark):
    asked = (mark + SELECT).encode()
    body = b"query=" + quote(asked).encode()
    for got in (
        server.get(f"/sparql?query={quote(asked)}", Accept="text/csv"),
        server.request("POST", "/sparql", asked, Content_Type="application/sparql-query", Accept="text/csv"),
        server.request("POST", "/sparql", body, Content_Type="application/x-www-form-urlencoded", Accept="text/csv"),
        server.request(
            "POST",
            "/sparql",
            mark.encode() + body,
            Content_Type="application/x-www-form-urlencoded",
            Accept="text/csv",
        ),
    ):
        assert got.status == 200, got.text
        assert got.body.startswith(b"s\r\nhttp")
    wrong = server.request(
        "POST", "/sparql", (mark + "SELECT ?x WHRE {}").encode(), Content_Type="application/sparql-query"
    )
    assert wrong.text.startswith("query-syntax: 1:11: "), "the mark is no column"
