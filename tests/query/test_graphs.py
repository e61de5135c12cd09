"""Graphs that a query names: those that are not there are told, whatever the way of naming them."""

from __future__ import annotations

import pytest

import hankelod
from hankelod.rdf.sparql import CannotAsk, dataset_clause, declared, tokens
from support.folders import ROOT

DATA = ROOT / "tests/cases/protocol/data.nq"
ONE = "http://kasei.us/2009/09/sparql/data/data1.rdf"


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("SELECT * FROM <http://a.example/g> { }", ["http://a.example/g"]),
        ("SELECT * FROM NAMED <http://a.example/g> FROM <x> { }", ["http://a.example/g", "https://b.example/x"]),
        ("BASE <http://c.example/d/> ASK from <x> { }", ["http://c.example/d/x"]),
        ("PREFIX g: <http://a.example/> ASK FROM g:h from named g: { }", ["http://a.example/h", "http://a.example/"]),
        ("PREFIX g: <http://a.example/> ASK FROM g:h\\-i { }", ["http://a.example/h-i"]),
        ('SELECT ("FROM <x>" AS ?from) { # FROM <y>\n ?from ?p <http://a.example/FROM> }', []),
        ("SELECT * FROM", []),
        ("SELECT * FROM NAMED", []),
    ],
)
def test_graphs_of_a_query(query, wanted):
    parsed = tokens(query)
    assert dataset_clause(parsed, declared(parsed), "https://b.example/") == wanted


@pytest.mark.parametrize("clause", ["FROM <http://a.example/g>", "FROM NAMED <http://a.example/g>", "FROM hanke:g"])
def test_a_graph_that_is_not_there(clause):
    query = f"PREFIX hanke: <https://w3id.org/hankelod/def#> SELECT * {clause} {{ ?s ?p ?o }}"
    with pytest.raises(CannotAsk, match="one graph without a name"):
        hankelod.open(ROOT).query(query)
    with pytest.raises(CannotAsk, match="lists the graphs"):
        hankelod.open(DATA).query(query)


def test_graphs_that_are_there():
    data = hankelod.open(DATA)
    for clause in (f"FROM <{ONE}>", "PREFIX g: <http://kasei.us/2009/09/sparql/data/> SELECT ?s FROM g:data1.rdf"):
        query = f"{clause} {{ ?s ?p ?o }}" if clause.startswith("PREFIX") else f"SELECT ?s {clause} {{ ?s ?p ?o }}"
        assert ONE in data.query(query).text("csv")


@pytest.mark.parametrize(
    "query", ["SELECT * FROM <a b> { ?s ?p ?o }", "SELECT * FROM { ?s ?p ?o }", "SELECT * FROM no:g {}"]
)
def test_what_is_no_graph_is_a_fault_of_syntax(query):
    with pytest.raises(CannotAsk) as told:
        hankelod.open(DATA).query(query)
    assert "lists the graphs" not in str(told.value) or "no:g" in query
