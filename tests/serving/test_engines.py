"""The same rows in every engine: the named queries, and those of people who know the standard vocabularies only.

Oxigraph and rdflib ask the dump, Comunica the endpoint and the dump in JSON-LD, which it parses as a stream. The known
answers of the named queries are in `tests/cases/queries`, the other queries and theirs in `tests/cases/strangers`.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess

import pyoxigraph as ox
import pytest
import rdflib

from support.folders import CASES, ROOT
from support.queries import ANSWERED, BASE, cell, known, number, query_file

STRANGERS = CASES / "strangers"
FILES = {**{name: query_file(name) for name in ANSWERED}, **{f.stem: f for f in sorted(STRANGERS.glob("*.rq"))}}
CLIENTS = ROOT / "tests/clients"


def expected(name: str) -> list[tuple[str, ...]]:
    if name in ANSWERED:
        return known(name)
    rows = list(csv.reader(io.StringIO((STRANGERS / f"{name}.csv").read_text("utf-8"))))
    return [tuple(map(number, row)) for row in rows[1:]]


def answers(rows: list[list[object]], triples: bool) -> list[tuple[str, ...]]:
    """Rows of terms of pyoxigraph, as `expected` writes them."""
    return sorted(tuple(map(str, row)) for row in rows) if triples else [tuple(map(cell, row)) for row in rows]


def term(told: dict | None) -> object:
    """A term as the client in JavaScript writes it."""
    if told is None:
        return None
    if told["type"] == "NamedNode":
        return ox.NamedNode(told["value"])
    if told["type"] != "Literal":
        return ox.BlankNode(told["value"])
    if told.get("language"):
        return ox.Literal(told["value"], language=told["language"])
    # Of a text by language in an endpoint's rows, Comunica 4 tells neither language nor datatype.
    return ox.Literal(told["value"], datatype=ox.NamedNode(told["datatype"]) if "datatype" in told else None)


def test_there_are_a_dozen():
    assert len(list(STRANGERS.glob("*.rq"))) >= 12
    for name in FILES:
        assert expected(name), f"{name}: an empty answer shows nothing"


def test_oxigraph(dist):
    store = ox.Store()
    store.bulk_load(path=str(dist / "dump/hankelod.nt"), format=ox.RdfFormat.N_TRIPLES)
    for name, file in FILES.items():
        found = store.query(file.read_text("utf-8"), base_iri=BASE)
        graph = isinstance(found, ox.QueryTriples)
        rows = [[t.subject, t.predicate, t.object] if graph else list(t) for t in found]
        assert answers(rows, graph) == expected(name), name


def test_rdflib(dist):
    data = rdflib.Graph().parse(dist / "dump/hankelod.nt", format="nt")
    for name, file in FILES.items():
        result = data.query(file.read_text("utf-8"), base=BASE)
        if result.type == "CONSTRUCT":
            assert result.graph is not None
            assert sorted(tuple(t.n3() for t in row) for row in result.graph) == expected(name), name
        else:
            assert [tuple(map(cell, row)) for row in result] == expected(name), name


def comunica(kind: str, place: str) -> None:
    node = shutil.which("node")
    if not node or not (CLIENTS / "node_modules/@comunica/query-sparql").is_dir():
        pytest.skip("node or @comunica/query-sparql is not here (npm install --prefix tests/clients)")
    command = [node, "ask_all.mjs", kind, place, BASE, *map(str, FILES.values())]
    done = subprocess.run(command, cwd=CLIENTS, capture_output=True, encoding="utf-8", timeout=280)
    assert done.returncode == 0, done.stderr
    found = [json.loads(line)["rows"] for line in done.stdout.splitlines()]
    assert len(found) == len(FILES)
    for name, rows in zip(FILES, found, strict=True):
        graph = name == "project-triples"
        # Sorted, since Comunica 4 itself puts rows that differ in the second key of ORDER BY alone out of order.
        assert sorted(answers([[term(t) for t in row] for row in rows], graph)) == sorted(expected(name)), name


def test_comunica_asks_the_endpoint(server):
    comunica("sparql", server.url + "/sparql")


@pytest.mark.xfail(
    reason="Comunica 4.5 throws on FILTER NOT EXISTS within OPTIONAL, by which queries take a name in another language"
)
def test_comunica_asks_the_file(dist):
    comunica("file", str(dist / "dump/hankelod.jsonld"))
