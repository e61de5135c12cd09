"""Turtle reads back as the same graph, whatever refers to what; the same triples have the same text."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.compare import isomorphic

from hankelod.rdf import turtle
from hankelod.rdf.graph import RDF, XSD, read

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


@pytest.mark.parametrize("in_order", [True, False])
@pytest.mark.parametrize("name", GRAPHS)
def test_it_reads_back(tmp_path, name, in_order):
    file = tmp_path / "x.ttl"
    heads = "".join(f"@prefix {p}: <{n}> .\n" for p, n in PREFIXES.items())
    file.write_text(heads + GRAPHS[name], "utf-8")
    first, second = (
        turtle.document(read([file], "http://x.test/").triples, "http://x.test/", PREFIXES, in_order) for _ in "12"
    )
    assert first == second, "the labels of blank nodes do not show"
    assert isomorphic(rdflib.Graph().parse(file), rdflib.Graph().parse(data=first, format="turtle"))


def test_sorted_triples_have_one_text():
    given = {
        "http://x.test/b": {"http://x.test/p": ["http://x.test/c"], RDF + "type": ["http://y.test/C"]},
        "http://x.test/a": {"http://x.test/p": [ox.Literal(1), ox.Literal("two\nlines")]},
    }
    turned = {s: dict(reversed(by.items())) for s, by in reversed(given.items())}
    written = turtle.document(given, "http://x.test/", {"x": "http://x.test/", "xsd": XSD, "unused": "http://z.test/"})
    assert written == turtle.document(turned, "http://x.test/", {"xsd": XSD, "x": "http://x.test/"})
    assert written == (
        "@base <http://x.test/> .\n@prefix x: <http://x.test/> .\n"
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n\n"
        'x:a\n    x:p "1"^^xsd:integer ,\n        "two\\nlines" .\n\n'
        "x:b\n    a <http://y.test/C> ;\n    x:p x:c .\n"
    )


def test_a_graph_stands_behind_the_block_that_describes_it():
    triples = {"": {"http://x.test/p": ["../b", ox.Literal(True)]}, "http://x.test/g": {"http://x.test/p": ["#c"]}}
    lines = [b'<http://x.test/s> <http://x.test/p> "1" .', b"<http://x.test/s> <http://x.test/p> <http://x.test/o> ."]
    written = turtle.trig(triples, {"http://x.test/g": lines}, "", {"x": "http://x.test/"})
    assert written.decode() == (
        "@prefix x: <http://x.test/> .\n\n<>\n    x:p <../b> ,\n        true .\n\nx:g\n    x:p <#c> .\n"
        f"x:g {{\n{lines[0].decode()}\n{lines[1].decode()}\n}}\n"
    )
    quads = list(ox.parse(written, ox.RdfFormat.TRIG, base_iri="http://x.test/f/g.trig"))
    assert {str(q.triple).encode() + b" ." for q in quads if q.graph_name == ox.NamedNode("http://x.test/g")} == set(
        lines
    )
    assert ox.NamedNode("http://x.test/b") in [q.object for q in quads]


def test_a_triple_term_is_written():
    term = ox.Triple(ox.NamedNode("http://x.test/s"), ox.NamedNode("http://x.test/p"), ox.Literal("x"))
    written = turtle.document({"http://x.test/a": {"http://x.test/p": [term]}}, "http://x.test/", PREFIXES, True)
    assert [q.object for q in ox.parse(written.encode(), ox.RdfFormat.TURTLE)] == [term]
