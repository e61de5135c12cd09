"""Turtle as JSON-LD: the same triples, whatever stands in them."""

from __future__ import annotations

import json

import pyoxigraph as ox
import pytest

from hankelod.rdf import jsonld

BASE = "http://a.example/"


@pytest.mark.parametrize(
    "text",
    [
        'a:x a "text"@fi , a:C , 1 ; a:y [ a "b" ] .',
        'a:x a "text" .',
        "a:x a [ a a:C ] , _:b . _:b a:y ( 1 [ ] 'a'@fi ) .",
        "<x> <y> <> , <#z> ; a <C> . a:x a:y a:x , 'a'^^a:t , true , 1.5e0 .",
    ],
)
def test_the_same_triples(text):
    content = f"@prefix a: <http://b.example/> . {text}".encode()
    document = jsonld.of_turtle(content, BASE)
    graphs = [
        ox.Dataset(ox.parse(content, format=ox.RdfFormat.TURTLE, base_iri=BASE)),
        ox.Dataset(ox.parse(json.dumps(document).encode(), format=ox.RdfFormat.JSON_LD)),
    ]
    for graph in graphs:
        graph.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    assert graphs[0] == graphs[1]
