"""Shared code of the tests of publishing: the small dataset, and readers of a publication that are independent of
hankelod.
"""

from __future__ import annotations

import gzip
import re
import shutil
from pathlib import Path

import pyoxigraph as ox

from hankelod.pipeline.traversal import Published, Unsound, publish
from hankelod.records.dataset import Dataset
from support.folders import DATASETS

SMALL = DATASETS / "small"
BASE = "https://data.example.org/"
FORMATS = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".trig": ox.RdfFormat.TRIG,
}

TREE, LDES, AS = "https://w3id.org/tree#", "https://w3id.org/ldes#", "https://www.w3.org/ns/activitystreams#"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


def small(folder: Path) -> Path:
    """A copy of the small dataset to change."""
    shutil.copytree(SMALL, folder)
    return folder


def set_day(folder: Path, day: str) -> None:
    """Give the dataset another day of change."""
    file = folder / "data/dataset.yml"
    file.write_text(re.sub(r"modified: .*", f"modified: {day}", file.read_text("utf-8")), "utf-8")


def raise_version(folder: Path, version: str, day: str = "2026-02-01") -> None:
    """Give the dataset another version, of this day."""
    file = folder / "data/dataset.yml"
    file.write_text(re.sub(r'version: ".*"', f'version: "{version}"', file.read_text("utf-8")), "utf-8")
    set_day(folder, day)


def published(folder: Path, out: Path, only: tuple[str, ...] = (), **given) -> Published:
    """Publish a dataset folder, in this process."""
    try:
        return publish(Dataset(folder), out, only=only, **given)
    except Unsound as error:
        raise AssertionError([(p.code, p.record, p.field) for p in error.report.problems]) from error


def edit(folder: Path, name: str, old: str, new: str) -> None:
    """Change a text of a file of the dataset."""
    file = folder / "data" / name
    text = file.read_text("utf-8")
    assert old in text, old
    file.write_text(text.replace(old, new), "utf-8")


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def parsed(path: Path) -> set[ox.Quad]:
    """The quads of a file, also of one that is compressed."""
    content = path.read_bytes()
    if path.suffix == ".gz":
        content, path = gzip.decompress(content), path.with_suffix("")
    form = ox.RdfFormat.TURTLE if path.name == "void" else FORMATS[path.suffix]
    return set(ox.parse(content, format=form, base_iri="http://base.invalid/"))


def triples(path: Path) -> set[ox.Triple]:
    return {q.triple for q in parsed(path)}


def beside(folder: Path) -> list[str]:
    """The temporary files beside a publication."""
    return sorted(p.name for p in folder.parent.iterdir() if p.name.startswith(f".{folder.name}."))


### A client of the change feed, by the specifications of TREE and LDES


def quads(folder: Path, path: str) -> list[ox.Quad]:
    """A page, its relative links resolved as at an address where somebody put a copy."""
    return list(
        ox.parse((folder / path).read_bytes(), format=ox.RdfFormat.TRIG, base_iri=f"http://copy.invalid/{path}")
    )


def feed_members(folder: Path) -> list[dict]:
    """The members of the feed in the order of the stream's `ldes:sequencePath`, by following every relation."""
    todo, seen, members, sequence = ["changes/feed.trig"], set(), {}, ""
    while todo:
        path = todo.pop()
        seen.add(path)
        told: dict[str, dict[str, set[str]]] = {}
        graphs: dict[str, set[ox.Triple]] = {}
        for quad in quads(folder, path):
            if isinstance(quad.graph_name, ox.DefaultGraph):
                told.setdefault(quad.subject.value, {}).setdefault(quad.predicate.value, set()).add(quad.object.value)
            else:
                graphs.setdefault(quad.graph_name.value, set()).add(quad.triple)
        for by in told.values():
            sequence = next(iter(by.get(LDES + "sequencePath", {sequence})))
            for node in by.get(TREE + "node", ()):
                here = node.removeprefix("http://copy.invalid/")
                if here not in seen and here not in todo:
                    todo.append(here)
            for member in by.get(TREE + "member", ()):
                assert member not in members, "a member stands on one page"
                members[member] = {**told[member], "triples": graphs.get(member, set()), "page": path}
    return sorted(members.values(), key=lambda m: int(next(iter(m[sequence]))))


def activity(member: dict) -> str:
    return next(iter(member[RDF_TYPE])).removeprefix(AS)


def thing(member: dict) -> str:
    return next(iter(member["http://purl.org/dc/terms/isVersionOf"]))


def position(member: dict) -> int:
    return int(next(iter(member["https://schema.org/position"])))


def replay(members: list[dict], start: set[ox.Triple], base: str = BASE) -> set[ox.Triple]:
    """The graph after these members: each version takes the place of its thing's triples, a deletion takes them away.

    Which triples are a thing's is told by its IRI alone: its own, and those of what stands under it with a slash.
    """
    state = set(start)
    for member in members:
        iri = thing(member)
        own = {
            t
            for t in state
            if t.subject.value == iri or (iri.startswith(f"{base}id/") and t.subject.value.startswith(iri + "/"))
        }
        if iri.startswith(f"{base}id/concept/"):
            own = {t for t in own if t.subject.value == iri}  # a scheme's IRI is the beginning of its concepts'
        state -= own
        if activity(member) != "Delete":
            state |= member["triples"]
    return state
