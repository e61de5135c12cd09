"""Rules that are asked once for all records: only those of a form for which that is sound."""

from __future__ import annotations

import random

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hankelod.validation.proofs import Proofs, _predicates

EX = "http://e.example/"
PREFIXES = {"e": EX, "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#"}

JOINED = [
    "SELECT $this WHERE { $this e:p ?x }",
    "select distinct ?this ?x where { ?x e:p ?this ; e:q 1 , 2 . filter (?x != ?this) }",
    'SELECT $this WHERE { $this e:p "a"@fi , "1"^^e:t . ?y <http://e.example/q> $this . }',
    "SELECT $this { $this e:p ?x . OPTIONAL { ?x e:q ?y FILTER (?y > 1) } BIND (COALESCE(?y, 0) AS ?z) ?x e:r ?w }",
    "SELECT $this { $this e:p ?x . FILTER NOT EXISTS { ?x e:q $this } FILTER REGEX(STR(?x), '^a') }",
    "SELECT $this { $this a e:C ; e:p ?x FILTER EXISTS { $this e:q ?x } }",
]
OTHERS = [
    "SELECT ?x WHERE { $this e:p ?x }",
    "SELECT * WHERE { $this e:p ?x }",
    "SELECT $this WHERE { ?x e:p ?y . $that e:p $this2 }",
    "SELECT $this WHERE { ?x e:p ?y . OPTIONAL { ?x e:q $this } }",
    "SELECT $this WHERE { OPTIONAL { $this e:p ?x } }",
    "SELECT $this WHERE { $this e:p/e:q ?x }",
    "SELECT $this WHERE { $this ^e:p ?x }",
    "SELECT $this WHERE { $this !e:p ?x }",
    "SELECT $this WHERE { $this e:p* ?x }",
    "SELECT $this WHERE { $this ?p ?x }",
    "SELECT $this WHERE { $this e:p [] }",
    "SELECT $this WHERE { $this e:p (1 2) }",
    "SELECT $this WHERE { { $this e:p ?x } UNION { $this e:q ?x } }",
    "SELECT $this WHERE { $this e:p ?x . MINUS { ?x e:q ?y } }",
    "SELECT $this WHERE { $this e:p ?x . FILTER (EXISTS { ?x e:q ?y }) }",
    "SELECT $this WHERE { $this e:p ?x . GRAPH ?g { ?x e:q ?y } }",
    "SELECT $this WHERE { $this e:p ?x . VALUES ?x { 1 } }",
    "SELECT $this WHERE { $this e:p ?x . { SELECT ?x { ?x e:q ?y } } }",
    "SELECT $this (COUNT(?x) AS ?n) WHERE { $this e:p ?x } GROUP BY $this",
    "SELECT $this WHERE { $this e:p ?x } LIMIT 1",
    "SELECT $this WHERE { $this e:p ?x } ORDER BY ?x",
    "SELECT $this WHERE { $this e:p ?x } HAVING (?x > 1)",
    "SELECT $this FROM e:g WHERE { $this e:p ?x }",
    "PREFIX f: <http://f/> SELECT $this WHERE { $this f:p ?x }",
    "SELECT $this WHERE { $this f:p ?x }",
    "ASK { $this e:p ?x }",
    "SELECT $this WHERE { $this e:p ?x . OPTIONAL { ?x e:q ?y . OPTIONAL { ?y e:r ?z } } }",
    "SELECT $this WHERE { $this e:p ?x",
    "SELECT $this WHERE { $this e:p ?x . SERVICE <http://s/> { ?x e:q ?y } }",
    "",
]


@pytest.mark.parametrize("query", JOINED)
def test_what_may_be_asked_once(query: str):
    assert _predicates(query, PREFIXES)


@pytest.mark.parametrize("query", OTHERS)
def test_what_is_left_to_the_engine(query: str):
    assert _predicates(query, PREFIXES) is None


def test_all_rules_of_the_shapes_may_be_asked_once(dataset):
    assert {c.code for c in dataset.model.checks.values() if c.select} == set(Proofs(dataset.model).rules)


@pytest.mark.parametrize("query", JOINED)
@given(seed=st.integers(0, 2**32))
def test_asking_once_finds_what_asking_for_each_finds(query: str, seed: int):
    """In a random graph: with `$this` free, those are found of which the query with the thing in it has a row."""
    rng = random.Random(seed)
    nodes = [ox.NamedNode(EX + name) for name in "abcde"]
    values = [*nodes, *map(ox.Literal, (0, 1, 2)), ox.Literal("a", language="fi")]
    values.append(ox.Literal("1", datatype=ox.NamedNode(EX + "t")))
    store = ox.Store()
    for _ in range(rng.randrange(30)):
        predicate = ox.NamedNode(rng.choice([EX + "p", EX + "q", EX + "r", PREFIXES["rdf"] + "type"]))
        target = ox.NamedNode(EX + "C") if predicate.value.endswith("type") else rng.choice(values)
        store.add(ox.Quad(rng.choice(nodes), predicate, target))
    free = {row["this"] for row in store.query(query, prefixes=PREFIXES)}
    each = {
        node
        for node in (*nodes, *values)
        if any(True for _ in store.query(query, prefixes=PREFIXES, substitutions={ox.Variable("this"): node}))
    }
    assert {n for n in free if isinstance(n, ox.NamedNode)} == {n for n in each if isinstance(n, ox.NamedNode)}
