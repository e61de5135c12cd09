"""Turtle of a graph with blank nodes reads back as the same graph, whatever refers to what."""

from __future__ import annotations

import pytest
import rdflib
from rdflib.compare import isomorphic

from hankelod.rdf import turtle
from hankelod.rdf.graph import read

PREFIXES = {"x": "http://x.test/", "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#"}

GRAPHS = {
    "nested": 'x:a x:p [ x:q [ x:r "1" ] , [ a x:C ] ; x:s 1 , true , 1.50 , "01"^^x:t ] .',
    "lists": "x:a x:p ( 1 ( x:b [ x:q 2 ] ) () ) ; x:q rdf:nil , rdf:type .",
    "shared": "x:a x:p _:n . x:b x:p _:n . _:n x:q _:m . _:m x:r x:a .",
    "circle": "_:a x:p _:b . _:b x:p _:c . _:c x:p _:a . x:z x:p _:d . _:d x:p _:d .",
    "circle in a list": "_:a x:p ( 1 _:a ) .",
    "no plain list": "x:a x:p _:l . _:l rdf:first 1 , 2 ; rdf:rest () . x:b x:p [ rdf:first 1 ] .",
    "list that is shared": "x:a x:p _:l . x:b x:p _:l . _:l rdf:first 1 ; rdf:rest ( 2 ) .",
    "nothing refers to it": "[] x:p 1 . x:a x:p [] .",
    "texts": 'x:a x:p "a \\"b\\" ,\\n c" , "ends with \\"\\n\\"" , "\\"\\"\\"\\n" , "\\\\\\n\\t\\u0001" .',
    "more texts": 'x:a x:p "å"@fi , "\\\\\\"\\nx" .',
}


@pytest.mark.parametrize("name", GRAPHS)
def test_it_reads_back(tmp_path, name):
    file = tmp_path / "x.ttl"
    heads = "".join(f"@prefix {p}: <{n}> .\n" for p, n in PREFIXES.items())
    file.write_text(heads + GRAPHS[name], "utf-8")
    first, second = (turtle.document(read([file], "http://x.test/").triples, "http://x.test/", PREFIXES) for _ in "12")
    assert first == second, "the labels of blank nodes do not show"
    assert isomorphic(rdflib.Graph().parse(file), rdflib.Graph().parse(data=first, format="turtle"))
