"""The change feed as its followers read it: times, relations, shape, and replay by the reference client of LDES."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pyoxigraph as ox
import pyshacl
import pytest
import rdflib

from hankelod.publication.history import feed
from hankelod.publication.history.previous import read_releases
from hankelod.publication.manifest import read as read_manifest
from support.pages import served
from support.publishing import (
    AS,
    BASE,
    LDES,
    RDF_TYPE,
    TREE,
    contents,
    edit,
    feed_members,
    position,
    published,
    quads,
    replay,
    set_day,
    thing,
    triples,
)

EKA, TOKA = BASE + "id/project/eka", BASE + "id/project/toka"
VERSION_OF = "http://purl.org/dc/terms/isVersionOf"
XSD = "http://www.w3.org/2001/XMLSchema#"


def withdraw(folder: Path, *ids: str) -> None:
    """Take projects away, and enter them as withdrawn; those that were entered before are no longer."""
    rows = []
    for identifier in ids:
        file = folder / f"data/projects/{identifier}.yml"
        if file.exists():
            file.rename(folder / f"{identifier}.kept")
        reason = '{fi: "Peruttu", sv: "Inställt", en: "Cancelled"}'
        rows.append(f"- {{id: project/{identifier}, date: 2026-02-01, reason: {reason}}}\n")
    (folder / "data/withdrawn.yml").write_text("".join(rows), "utf-8")


def restore(folder: Path, identifier: str) -> None:
    (folder / f"{identifier}.kept").rename(folder / f"data/projects/{identifier}.yml")


def add(folder: Path, identifier: str) -> None:
    text = (folder / "data/projects/eka.yml").read_text("utf-8")
    (folder / f"data/projects/{identifier}.yml").write_text(text, "utf-8")


def time(member: dict) -> str:
    return next(iter(member[AS + "published"]))


def one_day(folder: Path, out: Path) -> Iterator[set[ox.Triple]]:
    """Publish five releases of one day: an edit, a deletion, a withdrawal, a restored record; the dump after each."""
    set_day(folder, "2026-05-05")
    add(folder, "toka")
    add(folder, "kolmas")
    steps = (
        lambda: None,
        lambda: edit(folder, "projects/eka.yml", "totalCost: 1000", "totalCost: 1200"),
        lambda: (withdraw(folder, "toka"), edit(folder, "projects/eka.yml", "totalCost: 1200", "totalCost: 1300")),
        lambda: ((folder / "data/projects/kolmas.yml").unlink(), add(folder, "neljas")),
        lambda: (withdraw(folder, "eka"), restore(folder, "toka")),
        lambda: (withdraw(folder), restore(folder, "eka"), withdraw(folder, "neljas")),
    )
    for step in steps:
        step()
        published(folder, out, only=("dumps",))
        yield triples(out / "dump/small.nt")


### Times


def test_times_are_unique_and_rise_with_the_position(folder, out):
    assert len(list(one_day(folder, out))) == 6
    set_day(folder, "2026-05-06")
    edit(folder, "projects/toka.yml", "totalCost: 1000", "totalCost: 1400")
    published(folder, out, only=("dumps",))
    members = feed_members(out)
    times = [time(m) for m in members]
    assert times == sorted(set(times))
    assert times[0] == "2026-05-05T00:00:00.001Z"
    assert times[-1] == f"2026-05-06T00:00:00.{position(members[-1])}Z"


@pytest.mark.parametrize(
    ("day", "number", "expected"),
    [
        ("2026-02-28", 1, "2026-02-28T00:00:00.001Z"),
        ("2026-02-28", 61_002, "2026-02-28T00:01:01.002Z"),
        ("2026-02-28", 86_400_000, "2026-03-01T00:00:00.000Z"),
        ("2026-03-01", 86_400_001, "2026-03-02T00:00:00.001Z"),
        ("2024-02-28", 86_400_000, "2024-02-29T00:00:00.000Z"),
        ("2100-02-28", 86_400_000, "2100-03-01T00:00:00.000Z"),
        ("0000-02-28", 86_400_000, "0000-02-29T00:00:00.000Z"),
        ("9999-12-31", 1, "9999-12-31T00:00:00.001Z"),
    ],
)
def test_the_time_of_a_member(day, number, expected):
    """Also of more members than a day has milliseconds, those of the next day are later."""
    assert feed.time(day, number) == expected


def test_a_day_that_is_set_back_stands_still(folder, out):
    set_day(folder, "2026-05-05")
    published(folder, out, only=("dumps",))
    set_day(folder, "2026-01-01")
    edit(folder, "projects/eka.yml", "totalCost: 1000", "totalCost: 1200")
    published(folder, out, only=("dumps",))
    times = [time(m) for m in feed_members(out)]
    assert times == sorted(set(times)) and times[-1].startswith("2026-05-05T00:00:00.")


def test_relations_are_on_the_times_and_true(folder, out):
    list(one_day(folder, out))
    told: dict[str, dict[str, str]] = {}
    for quad in quads(out, "changes/feed.trig"):
        told.setdefault(quad.subject.value, {})[quad.predicate.value] = quad.object.value
    ends: dict[str, dict[str, str]] = {}
    for by in told.values():
        if TREE + "node" in by:
            assert by[TREE + "path"] == AS + "published"
            end = "from" if by[RDF_TYPE] == TREE + "GreaterThanOrEqualToRelation" else "to"
            ends.setdefault(by[TREE + "node"].removeprefix("http://copy.invalid/"), {})[end] = by[TREE + "value"]
    assert len(ends) == 8
    by_page: dict[str, list[str]] = {}
    for member in feed_members(out):
        by_page.setdefault(member["page"], []).append(time(member))
    assert ends == {page: {"from": times[0], "to": times[-1]} for page, times in by_page.items()}
    intervals = sorted((e["from"], e["to"]) for e in ends.values())
    assert all(before[1] < after[0] for before, after in pairwise(intervals))


def test_pages_from_before_times_rose_keep_theirs(folder, out):
    """A feed whose members all have midnight goes on with later times, and its relations stay true."""
    published(folder, out, only=("dumps",))
    for path in (out / "changes/pages").iterdir():
        path.write_text(re.sub(r"T00:00:00\.[0-9]{3}Z", "T00:00:00Z", path.read_text("utf-8")), "utf-8")
    (release,) = (out / "changes/releases").iterdir()
    release.write_text(re.sub(r',\s*"from": "[^"]*",\s*"to": "[^"]*"', "", release.read_text("utf-8")), "utf-8")
    rewrite_manifest(out)
    old = contents(out / "changes/pages")
    edit(folder, "projects/eka.yml", "totalCost: 1000", "totalCost: 1200")
    published(folder, out, only=("dumps",))
    assert old.items() <= contents(out / "changes/pages").items()
    *before, last = feed_members(out)
    assert {time(m) for m in before} == {"2026-01-01T00:00:00Z"} and thing(last) == EKA
    assert time(last) == f"2026-01-01T00:00:00.{position(last)}Z"
    spans = [s for r in read_releases(lambda p: (out / p).read_bytes(), listed(out)) for s in r.pages]
    assert spans[0].since == spans[0].until == "2026-01-01T00:00:00Z" and spans[-1].since == time(last)


def listed(out: Path):
    return read_manifest((out / "manifest.json").read_bytes())


def rewrite_manifest(out: Path) -> None:
    import hashlib

    from hankelod.publication.manifest import build_id

    whole = json.loads((out / "manifest.json").read_text("utf-8"))
    for path, entry in whole["files"].items():
        content = (out / path).read_bytes()
        entry["sha256"], entry["bytes"] = hashlib.sha256(content).hexdigest(), len(content)
    whole["build"] = build_id(whole["files"])
    (out / "manifest.json").write_text(json.dumps(whole), "utf-8")


### What the root tells


def test_the_root_names_shape_and_interval(folder, out):
    published(folder, out, only=("dumps",))
    told = {(q.predicate.value, str(q.object)) for q in quads(out, "changes/feed.trig")}
    assert (LDES + "pollingInterval", f'"3600"^^<{XSD}integer>') in told
    assert (TREE + "shape", f"<{BASE}changes/feed.trig#member>") in told


def test_every_member_has_the_shape(folder, out):
    """pySHACL, told to try the shape at each member; a member without a time would fail."""
    list(one_day(folder, out))
    published(folder, out, only=("dumps",), forget=("toka",))
    shapes = rdflib.Dataset(default_union=True).parse(out / "changes/feed.trig", format="trig")
    shape = rdflib.URIRef(f"{BASE}changes/feed.trig#member")
    data = rdflib.Graph()
    for path in (out / "changes/pages").iterdir():
        for quad in ox.parse(path.read_bytes(), format=ox.RdfFormat.TRIG, base_iri=f"http://copy.invalid/{path.name}"):
            if isinstance(quad.graph_name, ox.DefaultGraph):
                data.parse(data=f"{quad.triple} .", format="nt")
    graph = rdflib.Graph()
    for each in shapes.triples((None, None, None)):
        graph.add(each)
    graph.add((shape, rdflib.SH.targetObjectsOf, rdflib.URIRef(TREE + "member")))
    assert pyshacl.validate(data, shacl_graph=graph)[0]
    assert any(data.subject_objects(rdflib.PROV.wasInvalidatedBy))
    member = next(data.subjects(rdflib.URIRef(AS + "published"), None))
    data.remove((member, rdflib.URIRef(AS + "published"), None))
    assert not pyshacl.validate(data, shacl_graph=graph)[0]


### Replay by the reference client


def followed(script: Path, out: Path, *order: str) -> list[dict]:
    """The members that the client emits, in its order, each with what its default graph says, and its triples."""
    with served(out) as base:
        address = f"{base}changes/feed.trig"
        done = subprocess.run(["node", script, address, *order], capture_output=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0, done.stderr
    members = []
    for line in done.stdout.splitlines():
        given = json.loads(line)
        member: dict = {"triples": set()}
        for *triple, graph in given["quads"]:
            s, p, o = map(read_term, triple)
            if graph["termType"] == "DefaultGraph":
                if s.value == given["id"]:
                    member.setdefault(p.value, set()).add(o.value)
            else:
                member["triples"].add(ox.Triple(s, p, o))
        members.append(member)
    return members


def read_term(term: dict):
    if term["termType"] == "NamedNode":
        return ox.NamedNode(term["value"])
    if term["language"]:
        return ox.Literal(term["value"], language=term["language"])
    return ox.Literal(term["value"], datatype=ox.NamedNode(term["datatype"]))


@pytest.fixture
def script(root: Path) -> Path:
    if not (root / "tests/clients/node_modules/ldes-client").exists():
        pytest.skip("ldes-client is not installed: npm install --prefix tests/clients")
    return root / "tests/clients/follow_feed.mjs"


def test_the_ldes_client_ends_in_the_dump_in_every_order(script, folder, out):
    """Releases of one day, with edits, a deletion, withdrawals and restored records among them.

    Who takes members as they come, oldest first or only last versions, ends in the dump; and so does who takes them in
    any order and goes by their times.
    """
    *_, dump = one_day(folder, out)
    everything = feed_members(out)

    ascending = followed(script, out, "ascending")
    assert [position(m) for m in ascending] == list(range(1, len(everything) + 1))
    assert replay(ascending, set()) == dump

    for order in ("descending", "none"):  # ldes-client 0.3.0 emits members of a page as it reads them, also descending
        members = followed(script, out, order)
        assert len(members) == len(everything)
        assert replay(sorted(members, key=time), set()) == dump
        assert replay(list({thing(m): m for m in sorted(members, key=time)}.values()), set()) == dump

    last = followed(script, out, "none", "last")
    assert {thing(m) for m in last} == {thing(m) for m in everything}
    assert replay(last, set()) == dump


def test_the_ldes_client_ends_in_every_dump_on_the_way(script, folder, out):
    """Who follows the feed has the dump after each release."""
    for dump in one_day(folder, out):
        assert replay(followed(script, out, "ascending"), set()) == dump
