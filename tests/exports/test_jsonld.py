"""The two forms of JSON: published JSON-LD, read alike by every parser, and complete records with their context."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pyld
import pyoxigraph as ox
import pytest
import rdflib

from support.folders import ROOT
from support.publishing import BASE, edit, published, small, triples

NODE = shutil.which("node")
CLIENTS = ROOT / "tests/clients"

Graphs = Iterator[tuple[str, set[ox.Triple]]]


def named(triples: Iterable[ox.Triple]) -> set[ox.Triple]:
    """Triples whose blank nodes have the labels that their graph gives them (RDF Dataset Canonicalization)."""
    dataset = ox.Dataset(ox.Quad(*triple) for triple in triples)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return {q.triple for q in dataset}


def quads(text: str) -> set[ox.Triple]:
    return named(q.triple for q in ox.parse(text, format=ox.RdfFormat.N_QUADS))


def by_pyoxigraph(folder: Path, paths: list[str]) -> Graphs:
    for path in paths:
        yield path, named(triples(folder / path))


def by_rdflib(folder: Path, paths: list[str]) -> Graphs:
    for path in paths:
        graph = rdflib.Graph().parse(folder / path, format="json-ld")
        yield path, quads(graph.serialize(format="nt"))


def by_pyld(folder: Path, paths: list[str]) -> Graphs:
    for path in paths:
        document = json.loads((folder / path).read_text("utf-8"))
        yield path, quads(pyld.jsonld.to_rdf(document, {"format": "application/n-quads"}))


def by_client(parser: str) -> Callable[[Path, list[str]], Graphs]:
    def read(folder: Path, paths: list[str]) -> Graphs:
        if NODE is None or not (CLIENTS / "node_modules/jsonld").is_dir():
            pytest.skip("the JavaScript clients are not installed: npm install --prefix tests/clients")
        command = [NODE, "read_jsonld.mjs", parser, str(folder), *paths]
        done = subprocess.run(command, cwd=CLIENTS, capture_output=True, encoding="utf-8")
        assert not done.returncode, done.stderr
        for line in done.stdout.splitlines():
            found = json.loads(line)
            yield found["path"], quads(found["quads"])

    return read


PARSERS = {
    "pyoxigraph": by_pyoxigraph,
    "rdflib": by_rdflib,
    "pyld": by_pyld,
    "jsonld.js": by_client("jsonld"),
    "jsonld-streaming-parser": by_client("streaming"),
    "rdf-parse": by_client("rdf-parse"),
}
WHOLE = ("pyoxigraph", "rdflib", "pyld", "jsonld.js")
"""Parsers of all of JSON-LD 1.1, scoped contexts in arrays included."""


def jsonld_of(folder: Path) -> list[str]:
    """The JSON-LD of a publication, but the context of complete records, which holds no triple."""
    found = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*.jsonld"))
    return [path for path in found if path != "context.jsonld"]


### Published JSON-LD


@pytest.mark.parametrize("parser", PARSERS)
def test_every_published_jsonld_is_its_turtle(dist, parser):
    paths = jsonld_of(dist)
    read = dict(PARSERS[parser](dist, paths))
    assert sorted(read) == paths
    for path, graph in read.items():
        assert graph == named(triples((dist / path).with_suffix(".ttl"))), path


def test_published_jsonld_has_one_base_and_no_scope(dist):
    """What any reader of JSON-LD relies on: see the module `hankelod.model.context`."""
    for path in jsonld_of(dist):
        document = json.loads((dist / path).read_text("utf-8"))
        assert list(document) == ["@context", "@graph"], path
        context = document["@context"]
        assert context["@base"] == "https://w3id.org/hankelod/"
        assert [term for term, iri in context.items() if iri in ("@type", {"@id": "@type"})] == ["type"], path
        assert "kind" not in context or context["kind"] != "@type"
        assert not [t for t, d in context.items() if isinstance(d, dict) and ("@context" in d or "@base" in d)], path
        for node in nodes(document["@graph"]):
            assert not {"@id", "@type", "@context"} & set(node), path
            identifier = node.get("id", "")
            assert not identifier.startswith("https://w3id.org/hankelod/id/"), (path, identifier)


def nodes(value: object) -> Iterator[dict]:
    """Every JSON object in a value."""
    if isinstance(value, list):
        for each in value:
            yield from nodes(each)
    elif isinstance(value, dict):
        yield value
        yield from nodes(list(value.values()))


def test_a_node_says_what_the_record_says(dist):
    document = json.loads((dist / "doc/project/joensuu-ilmastokumppanuus.jsonld").read_text("utf-8"))
    project = next(n for n in document["@graph"] if n["id"] == "id/project/joensuu-ilmastokumppanuus")
    assert "Project" in project["type"]
    assert project["lead"] == "id/organisation/joensuun-kaupunki"
    assert project["totalCost"] == "75000"
    assert [g["programme"] for g in project["grants"]] == ["id/programme/kuntien-ilmastoratkaisut"]
    assert project["outcomes"] and all("Result" in o["type"] or "Permanence" in o["type"] for o in project["outcomes"])
    assert not any("kind" in o for o in project["outcomes"])


@pytest.mark.parametrize("parser", PARSERS)
def test_another_base_and_awkward_values(tmp_path, parser):
    """Other people's base, texts like JSON-LD, and all keys that two classes use for different properties."""
    folder = small(tmp_path / "data")
    edit(folder, "projects/eka.yml", "title: {fi:", 'acronym: "@id"\ntitle: {fi:')
    edit(
        folder,
        "projects/eka.yml",
        '"koordinaattori", gist: {fi: "Hyvä", sv: "Bra"',
        """"a:b", gist: {fi: "@type", sv: '{"@value": 1}'""",
    )
    published(folder, tmp_path / "dist", only=("dumps", "documents"))
    paths = jsonld_of(tmp_path / "dist")
    for path, graph in PARSERS[parser](tmp_path / "dist", paths):
        assert graph == named(triples((tmp_path / "dist" / path).with_suffix(".ttl"))), path
    text = (tmp_path / "dist/dump/small.jsonld").read_text("utf-8")
    assert text.startswith('{"@context":{"@version":1.1,"@base":"' + BASE + '",')


def test_a_key_that_is_a_prefix_too(copy):
    """The key keeps its name, and the prefix is not used."""
    shapes = copy / "shapes/project.ttl"
    text = shapes.read_text("utf-8")
    assert 'sh:codeIdentifier "acronym"' in text
    shapes.write_text(text.replace('sh:codeIdentifier "acronym"', 'sh:codeIdentifier "schema"'), "utf-8")
    for record in (copy / "data/projects").glob("*.yml"):
        record.write_text(record.read_text("utf-8").replace("\nacronym:", "\nschema:"), "utf-8")
    published(copy, copy / "dist", only=("dumps",))
    path = "dump/hankelod.jsonld"
    want = triples(copy / "dist/dump/hankelod.nt")
    assert dict(by_pyoxigraph(copy / "dist", [path]))[path] == want
    assert dict(by_client("streaming")(copy / "dist", [path]))[path] == want


### Complete records


@pytest.mark.parametrize("parser", WHOLE)
def test_complete_records_with_their_context_are_the_dump(dist, tmp_path, parser):
    """Each line of JSON Lines by itself, as a portal takes them."""
    context = json.loads((dist / "context.jsonld").read_text("utf-8"))["@context"]
    records = [json.loads(line) for line in (dist / "dump/projects.jsonl").read_text("utf-8").splitlines()]
    folder = tmp_path / "records"
    folder.mkdir()
    paths = [f"{number}.jsonld" for number in range(len(records))]
    for path, record in zip(paths, records, strict=True):
        (folder / path).write_text(json.dumps({"@context": context, **record}), "utf-8")
    got = set().union(*(graph for _, graph in PARSERS[parser](folder, paths)))
    projects = "https://w3id.org/hankelod/id/project/"
    assert got == {t for t in triples(dist / "dump/hankelod.nt") if t.subject.value.startswith(projects)}
