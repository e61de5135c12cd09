"""The guard before the parser, its tokens, and the grammar that explains faults."""

from __future__ import annotations

import contextlib
import pickle
import socket
import threading
import time
from collections.abc import Iterator

import pyoxigraph as ox
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hankelod.query import grammar
from hankelod.rdf import sparql
from hankelod.rdf.sparql import Limits, Refused, check, form, tokens, unescaped
from support.folders import ROOT

QUERIES = {f.stem: f.read_text("utf-8") for f in sorted((ROOT / "ontology" / "queries").glob("*.rq"))}
BASE = "https://w3id.org/hankelod/"


def kinds(text: str) -> list[tuple[str, str]]:
    return [(t.kind, t.text) for t in tokens(text)]


### Tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ex:service", [("name", "ex:service")]),
        ('"SERVICE"', [("string", '"SERVICE"')]),
        ("'''a 'SERVICE' b'''", [("string", "'''a 'SERVICE' b'''")]),
        ('"a\\"SERVICE"', [("string", '"a\\"SERVICE"')]),
        ("# SERVICE\n?x", [("variable", "?x")]),
        ("# SERVICE\r?x", [("variable", "?x")]),
        ("<http://x/SERVICE>", [("iri", "<http://x/SERVICE>")]),
        ("<a#b> # c", [("iri", "<a#b>")]),
        ("?a < ?b", [("variable", "?a"), ("mark", "<"), ("variable", "?b")]),
        ("a:b.c.", [("name", "a:b.c"), ("mark", ".")]),
        ("ex:a\\-b%20c", [("name", "ex:a\\-b%20c")]),
        ("ä:ö _:b.1. :", [("name", "ä:ö"), ("blank", "_:b.1"), ("mark", "."), ("prefix", ":")]),
        ("?x-1", [("variable", "?x"), ("integer", "-1")]),
        ("1.5e3 .5 5.", [("double", "1.5e3"), ("decimal", ".5"), ("integer", "5"), ("mark", ".")]),
        ('"a"@en-GB', [("string", '"a"'), ("language", "@en-GB")]),
        ("( )[]", [("nil", "( )"), ("anonymous", "[]")]),
        ("a 'open", [("word", "a"), ("open", "'")]),
        ('"two\nlines"', [("open", '"')]),
        ('(""" b', [("mark", "("), ("string", '""'), ("open", '"')]),
        ('("""b")', [("mark", "("), ("string", '""'), ("string", '"b"'), ("mark", ")")]),
    ],
)
def test_tokens(text: str, expected: list[tuple[str, str]]) -> None:
    assert kinds(text) == expected


@given(st.text())
@settings(max_examples=300, deadline=None)
def test_tokens_lose_nothing(text: str) -> None:
    """Every character is in one token, white space or a comment; tokens are in order and do not overlap."""
    at = 0
    for token in tokens(text):
        between = text[at : token.start]
        assert all(
            not line.strip(" \t") or line.lstrip(" \t").startswith("#")
            for line in between.replace("\r", "\n").split("\n")
        )
        assert text.startswith(token.text, token.start)
        assert token.text
        at = token.end


@given(st.text(max_size=40).filter(lambda s: "\r" not in s))
@settings(max_examples=300, deadline=None)
def test_a_string_is_one_token(text: str) -> None:
    """Any literal, written as N-Triples, is one token, and the engine reads the same."""
    assume(not any(0xD800 <= ord(c) <= 0xDFFF for c in text))
    written = str(ox.Literal(text))
    assert kinds(written) == [("string", written)]


PIECES = st.sampled_from(
    ["?x", "<a>", "ex:b", '"c"', "'d'", "#e\n", "{", "}", "(", ")", ".", "1", "2.5", "@en", "^^", "a", "_:g", "<", "||"]
)


@given(st.lists(PIECES, max_size=12))
def test_tokens_of_spaced_pieces(pieces: list[str]) -> None:
    """With space between, each piece is its own token."""
    joined = " ".join(pieces).replace("( )", "()").replace("#e\n", "#e\n")
    assume("()" not in joined)
    assert [t.text for t in tokens(joined)] == [p for p in pieces if not p.startswith("#")]


### The guard


LEGAL = [
    "SELECT * { ?s ex:service ?o }",
    'SELECT * { ?s ?p "SERVICE <http://x/> {}" }',
    "SELECT * { ?s ?p ?service . ?service ?p 'x' }",
    "SELECT * { ?s <http://x/SERVICE> ?o } # SERVICE <http://x/> {}",
    "PREFIX service: <http://x/> SELECT * { ?s service:a ?o }",
    "PREFIX service: <http://x/> SELECT * { GRAPH service:g { ?s ?p ?o } }",
    'SELECT * { ?s ?p "\\u0053ERVICE" }',
    "SELECT * { ?s ?p 'load' ; ex:insert 'DROP ALL' }",
    "ASK {}",
    "SELECT ?x { VALUES ?x { " + "1 " * 2000 + "} }",
    "SELECT ?x { VALUES (?x ?y) { " + "(1 2) " * 900 + "} }",
    "SELECT ?x { FILTER(?x IN (" + ",".join("1" * 900) + ")) }",
]


@pytest.mark.parametrize("text", [*LEGAL, *QUERIES.values()])
def test_legal(text: str) -> None:
    assert form(check(text)) is not None


SERVICES = [
    "SELECT * { SERVICE <http://h/> { ?s ?p ?o } }",
    "SELECT * { service <http://h/> { ?s ?p ?o } }",
    "SELECT * { SERVICE SILENT <http://h/> { ?s ?p ?o } }",
    "SELECT * { ?s ?p ?x . SERVICE ?x { ?s ?p ?o } }",
    "SELECT * { OPTIONAL { { SELECT * { SERVICE <http://h/> {} } } } }",
    "SELECT * { ?s ?p trueSERVICE<http://h/> { ?s ?p ?o } }",
    "PREFIX : <http://h/> SELECT * { ?s ?p ?o . SERVICE:x { ?a ?b ?c } }",
    "PREFIX : <http://h/> SELECT * { ?s ?p ?o . serviceSILENT:x { ?a ?b ?c } }",
    "SELECT * { \\u0053ERVICE <http://h/> {} }",
    "SELECT * { \\U00000053ERVICE <http://h/> {} }",
    'SELECT * { ?s ?p "\\u0022 . SERVICE <http://h/> {} # " }',
    "SELECT * { ?s ?p ?o #\nSERVICE <http://h/> {} }",
    "SELECT * { ?s ?p ?o . #\u2028\rSERVICE <http://h/> {} }",
    'SELECT * { ?s ?p """a"""SERVICE<http://h/>{} }',
    'SELECT * { ?s ?p "a"@en--ltrSERVICE<http://h/>{} }',
    "SELECT * { ?s ?p 1SERVICE<http://h/>{} }",
    "SELECT * { FILTER(?a<?b)SERVICE<http://h/>{} }",
]


@pytest.mark.parametrize("text", SERVICES)
def test_service_is_refused(text: str) -> None:
    with pytest.raises(Refused) as caught:
        check(text)
    assert caught.value.code == "query-service"


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("SELECT * {\n  SERVICE <http://h/> {} }", "query-service", (2, 3)),
        ("INSERT DATA { <a> <b> <c> }", "query-update", (1, 1)),
        ("PREFIX a: <b>\n  load <http://h/>", "query-update", (2, 3)),
        ("SELECT * { " + "{" * 64 + "}" * 64 + "}", "query-too-deep", (1, 75)),
        ("SELECT * { FILTER(" + "(" * 70 + "1" + ")" * 71 + "}", "query-too-deep", (1, 81)),
        ("SELECT * { " + "[ ?c " * 70 + "1" + "]" * 70 + "}", "query-too-deep", (1, 327)),
        ("ASK { FILTER(" + "!" * 600 + "true) }", "query-too-large", (1, 514)),
        ("ASK { FILTER(" + "+".join("1" * 600) + ") }", "query-too-large", None),
        ("ASK { FILTER(" + " + ".join("1" * 600) + ") }", "query-too-large", (1, 2016)),
        ("ASK { " + "?a ?b ?c . " * 150 + "}", "query-too-large", None),
        ("ASK { " + "{ ?a ?b ?c } " * 150 + "}", "query-too-large", None),
        ("ASK { ?a ?b (" + "1 " * 150 + ") }", "query-too-large", None),
        ("ASK { ?a ?b " + ",".join(["[]"] * 150) + " }", "query-too-large", None),
        ("ASK { ?a " + "/".join(["<p>"] * 150) + " ?b }", "query-too-large", None),
        ("ASK {}" + " " * 20_000, "query-too-long", (1, 1)),
        ("ASK { ?a ?b '" + "ä" * 8_200 + "' }", "query-too-long", (1, 1)),
    ],
)
def test_limits(text: str, code: str, place: tuple[int, int] | None) -> None:
    with pytest.raises(Refused) as caught:
        check(text)
    assert caught.value.code == code
    if place:
        assert (caught.value.line, caught.value.column) == place


@pytest.mark.parametrize(
    "piece", ["a-", "a.", "é-", '"""', '\'"""a\\', '\\"""\n', "<a", "( ", "_:a.", ":a.", "@a-", "1.", "#\n"]
)
def test_long_texts_are_quick(piece: str) -> None:
    """No text of the longest length keeps the guard busy."""
    text = (piece * 20_000)[: sparql.LIMITS.length]
    started = time.process_time()
    tokens(text)
    assert time.process_time() - started < 2, "quadratic: this took seven seconds where it was"


def test_limits_can_be_set() -> None:
    text = "SELECT * { " + "{" * 70 + "}" * 70 + "}"
    assert check(text, Limits(depth=80))
    with pytest.raises(Refused):
        check("ASK {}", Limits(length=5))


def test_refusal_travels_between_processes() -> None:
    with pytest.raises(Refused) as caught:
        check("SELECT * { SERVICE <x> {} }")
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (copy.code, str(copy), copy.line) == (caught.value.code, str(caught.value), caught.value.line)


def test_unescaped() -> None:
    assert unescaped("\\u0053\\U00000045 \\uD800 \\U00110000 \\u00") == "SE \ufffd \ufffd \\u00"


@pytest.fixture(scope="module")
def trap() -> Iterator[tuple[int, list[object]]]:
    """A port of this machine that keeps who calls."""
    calls: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, address = server.accept()
                    calls.append(address)
                    connection.close()

        threading.Thread(target=listen, daemon=True).start()
        yield server.getsockname()[1], calls


FRAGMENTS = st.lists(
    st.sampled_from(
        [
            "SERVICE",
            "service",
            "SERVICE:",
            "SILENT",
            "true",
            "?s ?p ",
            "?o",
            "1",
            "'x'",
            '"y"',
            "<T>",
            ":x",
            "x:y",
            "@en",
            "--ltr",
            ".",
            " ",
            "\n",
            "#",
            "{",
            "}",
            "(",
            ")",
            "{ ?a ?b ?c }",
            "\\u0053",
            "OPTIONAL",
            "UNION",
            "FILTER",
            "a",
            "<",
            ">",
            "_:b",
            "'''",
            "^^",
        ]
    ),
    max_size=14,
)


@given(FRAGMENTS, st.booleans())
@settings(max_examples=400, deadline=None)
def test_what_passes_calls_nobody(trap: tuple[int, list[object]], fragments: list[str], whole: bool) -> None:
    """Texts pieced together around SERVICE: whatever the guard lets pass, the engine answers without a connection."""
    port, calls = trap
    address = f"http://127.0.0.1:{port}/"
    body = "".join(fragments).replace("<T>", f"<{address}>")
    if whole:
        body = f"?s ?p {body} SERVICE<{address}>{{ ?a ?b ?c }}" if "'" in body or "#" in body else f"?s ?p ?o . {body}"
    text = f"PREFIX : <{address}> PREFIX x: <{address}> PREFIX SERVICE: <{address}> SELECT * {{ {body} }}"
    try:
        check(text)
    except Refused:
        return
    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode(address), ox.NamedNode(address), ox.Literal(True)))
    with contextlib.suppress(SyntaxError, ValueError, OSError):
        for _ in store.query(text, base_iri=address):
            pass
    assert not calls, text


def test_the_trap_works(trap: tuple[int, list[object]]) -> None:
    """Without the guard the same engine does call: else the test above shows nothing."""
    port, calls = trap
    before = list(calls)
    for text in (
        "SELECT * { SERVICE <T> { ?a ?b ?c } }",
        "SELECT * { ?s ?p trueSERVICE<T> { ?a ?b ?c } }",
        "PREFIX : <T> SELECT * { ?s ?p ?o . SERVICE:x { ?a ?b ?c } }",
    ):
        store = ox.Store()
        store.add(ox.Quad(ox.NamedNode("http://e/"), ox.NamedNode("http://e/"), ox.Literal(True)))
        with contextlib.suppress(OSError):
            list(store.query(text.replace("<T>", f"<http://127.0.0.1:{port}/>")))
    assert len(calls) > len(before)
    calls[:] = before


@given(st.text(alphabet="(){}[]<>!?$:.;,/^|&=\"'\\#@ aASK\n\t1u0é", max_size=200))
@settings(max_examples=300, deadline=None)
def test_guard_meets_any_text(text: str) -> None:
    """No text makes the guard, the parser behind it or the explanation fail in a way of their own."""
    try:
        check(text)
    except Refused:
        return
    try:
        ox.Store().query(text, base_iri=BASE)
    except SyntaxError:
        fault = grammar.explain(text)
        assert fault is None or 0 <= fault[0] <= len(text)


### The grammar


def test_grammar_is_ll1() -> None:
    """One token tells the way, and no rule is missing: a slip in `sparql.ebnf` shows here."""
    known = grammar.grammar()
    for name, alternatives in known.rules.items():
        seen: set[str] = set()
        for alternative in alternatives:
            assert not seen & known.begins(alternative), name
            seen |= known.begins(alternative)
    symbols = {s for alternatives in known.rules.values() for a in alternatives for s in a}
    terminals = {s for s in symbols if s not in known.rules and not s.startswith("'")}
    assert terminals == {*grammar.KINDS.values(), "SIGNED"}
    used = {s for s in symbols if "." not in s}
    assert {r for r in known.rules if "." not in r} - used == {grammar.START}


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_grammar_takes_the_named_queries(name: str) -> None:
    assert grammar.unexpected(tokens(QUERIES[name])) is None


@given(st.sampled_from(sorted(QUERIES)), st.data())
@settings(max_examples=200, deadline=None)
def test_grammar_agrees_with_the_engine(name: str, data: st.DataObject) -> None:
    """With a token gone or doubled: what the engine takes, the grammar takes."""
    found = [t.text for t in tokens(QUERIES[name])]
    at = data.draw(st.integers(0, len(found) - 1))
    found[at : at + 1] = data.draw(st.sampled_from([[], [found[at]] * 2]))
    text = " ".join(found)
    try:
        ox.Store().query(text, base_iri=BASE, prefixes={"x": "http://x/"})
    except SyntaxError:
        return
    assert grammar.explain(text) is None


TAKEN = [
    "SELECT DISTINCT (COUNT(DISTINCT *) AS ?n) FROM <a> FROM NAMED <b> { ?x <p>*/^<q>|!(<r>|^a) ?y ; a <c> , [] . }",
    "CONSTRUCT WHERE { ?a ?b ?c . } LIMIT 1 OFFSET 2",
    "CONSTRUCT { ?a ?b () , (1 2) . [ ?c ?d ] } { GRAPH ?g { ?a ?b ?c } MINUS { ?a ?b 1 } }",
    "DESCRIBE ?x <a> WHERE { ?x ?y -1.5 } ORDER BY DESC(?x) ASC(?y) STR(?x)",
    "ASK { FILTER(NOT EXISTS { ?a ?b ?c } && ?x NOT IN (1, 2) || -?x + 1 < 2 * ?y -3 / 4) }",
    "SELECT ?x { SELECT ?x { ?x ?y ?z } GROUP BY (STR(?x) AS ?q) ?x HAVING (SUM(?z) > 1) } "
    "VALUES (?x ?y) { (UNDEF 1) (<a> 'b'@en) }",
    "SELECT (GROUP_CONCAT(DISTINCT ?x; SEPARATOR=', ') AS ?y) { BIND(IF(BOUND(?a), <f>(1), COALESCE()) AS ?x) }",
]


@pytest.mark.parametrize("text", TAKEN)
def test_grammar_takes(text: str) -> None:
    ox.Store().query(text, base_iri=BASE)
    assert grammar.explain(text) is None


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("SELEC ?x { ?x ?y ?z }", (1, 1), "did you mean SELECT?"),
        ("SELECT ?x WHRE { ?x ?y ?z }", (1, 11), "did you mean WHERE?"),
        ("SELECT ?x {\n ?x ?y ?z FILTR(?x) }", (2, 11), "did you mean FILTER?"),
        ("SELECT (isirri(?x) AS ?y) {}", (1, 9), "did you mean isIRI?"),
        ("SELECT * { ?a ?b ?c ?d }", (1, 21), '"?d" is not expected here'),
        ("SELECT ?x { ?x ?y ?z", (1, 21), "ends too early"),
        ("SELECT ?x { ?x ?y 'abc }", (1, 19), "the string that begins here does not end"),
        ("SELECT (SUM(?x) ?y) { ?x ?x ?x }", (1, 17), '"?y" is not expected here'),
        ("SELECT ?x { ?x ?y ?z } LIMIT ten", (1, 30), "here could stand: a number"),
        ("", (1, 1), "here could stand: ASK, BASE, CONSTRUCT, DESCRIBE, PREFIX, SELECT"),
    ],
)
def test_faults_are_explained(text: str, place: tuple[int, int], says: str) -> None:
    fault = grammar.explain(text)
    assert fault is not None
    assert sparql.place(text, fault[0]) == place
    assert says in fault[1]["en"]
    assert set(fault[1]) == {"fi", "sv", "en"}
