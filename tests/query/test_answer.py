"""Answers as text and as values: the table and the standard formats."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
import xml.etree.ElementTree as ET
from decimal import Decimal

import pyoxigraph as ox
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hankelod.query.answer import Answer, shortened, value
from hankelod.query.table import table
from hankelod.rdf.sparql import CannotAsk

XSD = "http://www.w3.org/2001/XMLSchema#"
PREFIXES = {"hanke": "https://w3id.org/hankelod/def#", "s": "https://w3id.org/hankelod/shapes#", "xsd": XSD}
BASE = "https://w3id.org/hankelod/"


def answer(text: str, store: ox.Store | None = None) -> Answer:
    held = store or ox.Store()
    return Answer(lambda: held.query(text, base_iri=BASE, prefixes=PREFIXES), PREFIXES, BASE)


### The table


def test_table() -> None:
    text = table(["code", "sum", "name"], [["020", "1.5", "Akaa"], ["1", "12", ""]], [False, True, False])
    assert text == "code  sum  name\n────  ───  ────\n020   1.5  Akaa\n1      12\n"


def test_table_wraps() -> None:
    text = table(["id", "text"], [["a", "one two three four"], ["b", "five"]], [False, False], 13)
    assert text.splitlines() == ["id  text", "──  ─────────", "a   one two", "    three", "    four", "b   five"]


def test_table_becomes_records() -> None:
    text = table(["first", "second", "third"], [["aaaaaaaaaa", "bbbbbbbbbb", "cccccccccc"]] * 2, [False] * 3, 18)
    block = ["first: aaaaaaaaaa", "second: bbbbbbbbbb", "third: cccccccccc"]
    assert text.splitlines() == [*block, "", *block]


def test_table_does_not_talk_to_the_terminal() -> None:
    assert table(["a"], [["x\x1b[31m\r\n\u202ey"]], [False]).splitlines()[2] == "x\\u001b[31m  \\u202ey"


def columns(line: str) -> int:
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


CELLS = st.text(st.characters(codec="utf-8"), max_size=30)


@given(
    st.integers(1, 5).flatmap(lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n), min_size=1, max_size=4)),
    st.integers(8, 60),
)
@settings(max_examples=300, deadline=None)
def test_table_fits(rows: list[list[str]], width: int) -> None:
    """No line is wider than asked, and every letter is still there."""
    names = [f"v{n}" for n in range(len(rows[0]))]
    text = table(names, rows, [False] * len(names), width)
    assert all(columns(line) <= width for line in text.splitlines())
    for row in rows:
        for cell in row:
            assert all(c in text for c in cell if c.isprintable() and not c.isspace())


### Standard formats


LITERALS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=20)


@given(LITERALS)
@settings(max_examples=100, deadline=None)
def test_formats_parse_back(text: str) -> None:
    """A value with anything in it comes back from each format, read by parsers that are not the writer's."""
    assume("\ufffe" not in text and "\uffff" not in text)
    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode("http://e/"), ox.NamedNode("http://e/"), ox.Literal(text)))
    found = answer("SELECT ?o { ?s ?p ?o }", store)
    assert list(csv.reader(io.StringIO(found.text("csv"), newline="")))[1:] == [[text] if text else []]
    assert json.loads(found.text("json"))["results"]["bindings"][0]["o"]["value"] == text
    literal = ET.fromstring(found.text("xml")).find(".//{http://www.w3.org/2005/sparql-results#}literal")
    assert literal is not None
    assert (literal.text or "") == text
    back = list(ox.parse_query_results(found.text("tsv"), format=ox.QueryResultsFormat.TSV))
    assert back[0]["o"] == ox.Literal(text)
    assert found.rows == [{"o": text}]


def test_an_answer_can_be_read_again() -> None:
    found = answer("SELECT ?x { VALUES ?x { 1 2 UNDEF } }")
    assert found.text("csv") == found.text("csv")
    assert found.rows == found.rows == [{"x": 1}, {"x": 2}, {"x": None}]
    assert len(found) == 3
    assert [row["x"] for row in found] == [1, 2, None]
    assert found.text().splitlines()[2:] == ["1", "2", ""]


def test_boolean() -> None:
    found = answer("ASK {}")
    assert found.boolean is True
    assert found
    assert not answer("ASK { ?a ?b ?c }")
    assert not answer("SELECT * { ?a ?b ?c }")
    assert found.text() == "true\n"
    assert json.loads(found.text("json"))["boolean"] is True
    assert ET.fromstring(found.text("xml")).findtext("{http://www.w3.org/2005/sparql-results#}boolean") == "true"
    with pytest.raises(CannotAsk):
        _ = found.rows


def test_triples_are_the_same_each_time() -> None:
    """Blank nodes have new names in each run of the engine; ours have not. Prefixes are sorted."""
    query = "CONSTRUCT { ?x hanke:a [ hanke:b ?x ; s:c xsd:string ] } { VALUES ?x { <a> <b> <c> } }"
    first, second = answer(query), answer(query)
    for form in ("turtle", "ntriples", "jsonld"):
        assert first.text(form) == second.text(form)
    assert first.text() == first.text("turtle")
    prefixes = [line for line in first.text().splitlines() if line.startswith("@prefix")]
    assert [p.split()[1] for p in prefixes] == ["hanke:", "s:", "xsd:"]
    assert {str(q.triple) for q in ox.parse(first.text(), format=ox.RdfFormat.TURTLE)} == {
        str(t) for t in first.triples
    }
    with pytest.raises(CannotAsk, match="is for rows"):
        first.text("csv")


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (ox.Literal("12", datatype=ox.NamedNode(XSD + "integer")), 12),
        (ox.Literal("1.10", datatype=ox.NamedNode(XSD + "decimal")), Decimal("1.10")),
        (ox.Literal("abc", datatype=ox.NamedNode(XSD + "decimal")), "abc"),
        (ox.Literal("1e3", datatype=ox.NamedNode(XSD + "double")), 1000.0),
        (ox.Literal("true", datatype=ox.NamedNode(XSD + "boolean")), True),
        (ox.Literal("2021-05", datatype=ox.NamedNode(XSD + "gYearMonth")), "2021-05"),
        (ox.Literal("020"), "020"),
        (ox.Literal("moi", language="fi"), "moi"),
        (ox.NamedNode("http://e/"), "http://e/"),
        (None, None),
    ],
)
def test_values(term: object, expected: object) -> None:
    found = value(term)  # type: ignore[arg-type]
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("iri", "short"),
    [
        ("https://w3id.org/hankelod/def#lead", "hanke:lead"),
        ("https://w3id.org/hankelod/id/project/a-b", "<id/project/a-b>"),
        ("https://w3id.org/hankelod/", "<https://w3id.org/hankelod/>"),
        ("https://w3id.org/hankelod/def#", "<def#>"),
        ("https://w3id.org/hankelod/def#a/b", "<def#a/b>"),
        ("http://e/x", "<http://e/x>"),
    ],
)
def test_shortened(iri: str, short: str) -> None:
    assert shortened(iri, PREFIXES, BASE) == short
