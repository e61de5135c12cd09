"""The change feed as files: a Linked Data Event Stream in pages that never change once they are written.

LDES (https://w3id.org/ldes/specification, 1.0) on TREE (https://w3id.org/tree/specification). A member is a version of
one thing: a record with all its parts, or a term of the ontology. Its triples stand in the named graph of the member's
IRI; they are the whole thing, so the state after a member is the state before it with the thing's triples replaced.
Links between pages are relative, the IRIs of stream and members are not: a copy of the feed works anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import pyoxigraph as ox

from hankelod.messages.catalogue import Text
from hankelod.publication.files import File
from hankelod.publication.history.diff import Graph, Things, line
from hankelod.rdf import nesting
from hankelod.rdf.terms import escape

FEED = "changes/feed.trig"

PAGE_SIZE = 100
"""Members on a page."""

AS = "https://www.w3.org/ns/activitystreams#"

DCTERMS = "http://purl.org/dc/terms/"

PROV = "http://www.w3.org/ns/prov#"

SCHEMA = "https://schema.org/"

HEAD = f"""\
@prefix as: <{AS}> .
@prefix dcterms: <{DCTERMS}> .
@prefix ldes: <https://w3id.org/ldes#> .
@prefix prov: <{PROV}> .
@prefix schema: <{SCHEMA}> .
@prefix tree: <https://w3id.org/tree#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

"""


class Member(NamedTuple):
    """A version of a thing: `activity` is `Create`, `Update` or `Delete`, `day` the dataset's `modified`.

    `lines` are its triples in N-Triples, none for a deletion. `forgotten` is the number of the release that took them
    out of the history, or None.
    """

    number: int
    thing: str
    activity: str
    day: str
    release: int
    lines: tuple[bytes, ...]
    forgotten: int | None = None


def page_path(number: int) -> str:
    return f"changes/pages/{number}.trig"


def release_path(number: int) -> str:
    return f"changes/releases/{number}.json"


def stream(base: str) -> str:
    """The IRI of the event stream."""
    return f"{base}{FEED}#stream"


### Members of a change


def members(
    things: Things, changed: Iterable[str], old: Graph, new: Graph, number: int, day: str, release: int
) -> list[Member]:
    """The members for these things, numbered from `number`.

    A record that becomes a tombstone, or the other way round, is deleted first: the tombstone is another thing.
    """
    wanted = set(changed)
    before, after = things.grouped(old, wanted), things.grouped(new, wanted)
    found: list[Member] = []
    for thing in sorted(wanted):
        left, right = before.get(thing, []), after.get(thing, [])
        activities = ["Update"]
        if not left or not right or things.is_tombstone(left) != things.is_tombstone(right):
            activities = ["Delete"] * bool(left) + ["Create"] * bool(right)
        for activity in activities:
            lines = () if activity == "Delete" else tuple(sorted(right))
            found.append(Member(number + len(found), thing, activity, day, release, lines))
    return found


def replayed(things: Things, history: Iterable[Member], start: Graph) -> Graph:
    """The graph after these members, from the graph before them."""
    state = {thing: tuple(lines) for thing, lines in things.grouped(start).items()}
    for member in history:
        state[member.thing] = member.lines
    return {each for lines in state.values() for each in lines}


### Pages


def page(base: str, number: int, found: list[Member]) -> File:
    """A page of the feed in TriG; its triples are counted with those of the named graphs."""
    where = f"{base}{page_path(number)}"
    names = [f"<{where}#{member.number}>" for member in found]
    out = [HEAD, "<> a tree:Node ;\n    ldes:immutable true .\n"]
    out.append(f"<{stream(base)}> tree:view <../feed.trig> ;\n    tree:member " + " ,\n        ".join(names) + " .\n")
    for name, member in zip(names, found, strict=True):
        gone = (
            ""
            if member.forgotten is None
            else f" ;\n    prov:wasInvalidatedBy <{base}{release_path(member.forgotten)}>"
        )
        out.append(
            f"\n{name} a as:{member.activity} ;\n    dcterms:isVersionOf <{member.thing}> ;\n    schema:position {member.number} ;\n"
            f'    as:published "{member.day}T00:00:00Z"^^xsd:dateTime ;\n'
            f"    dcterms:isPartOf <{base}{release_path(member.release)}>{gone} .\n"
        )
        if member.lines:
            out.append(name + " {\n" + b"\n".join(member.lines).decode() + "\n}\n")
    told = sum(6 + (m.forgotten is not None) + len(m.lines) for m in found)
    return File(page_path(number), "".join(out).encode(), 3 + told)


def read_page(base: str, number: int, content: bytes) -> list[Member]:
    """The members of a page that `page` wrote. Raises SyntaxError, KeyError, ValueError where it is none."""
    told: dict[str, dict[str, str]] = {}
    graphs: dict[str, list[bytes]] = {}
    where = f"{base}{page_path(number)}"
    nesting.check(content)
    for quad in ox.parse(content, format=ox.RdfFormat.TRIG, base_iri=where):
        if isinstance(quad.graph_name, ox.DefaultGraph):
            told.setdefault(quad.subject.value, {})[quad.predicate.value] = quad.object.value
        else:
            graphs.setdefault(quad.graph_name.value, []).append(line(quad.triple))
    found = []
    for name, by in told.items():
        if DCTERMS + "isVersionOf" in by:
            gone = by.get(PROV + "wasInvalidatedBy")
            found.append(
                Member(
                    number=int(by[SCHEMA + "position"]),
                    thing=by[DCTERMS + "isVersionOf"],
                    activity=by["http://www.w3.org/1999/02/22-rdf-syntax-ns#type"].removeprefix(AS),
                    day=by[AS + "published"][:10],
                    release=_number(by[DCTERMS + "isPartOf"]),
                    lines=tuple(sorted(graphs.get(name, ()))),
                    forgotten=None if gone is None else _number(gone),
                )
            )
    return sorted(found)


def _number(release: str) -> int:
    return int(release.rsplit("/", 1)[1].removesuffix(".json"))


### The root


def root(
    base: str, title: Text, licence: str, pages: Sequence[tuple[int, int, int]], forgotten: list[tuple[int, str, Text]]
) -> File:
    """The root of the feed: what the stream is, and where its pages are.

    `pages` holds each page's number with its first and last member; `forgotten` the releases that took a thing's
    earlier versions out of the history, the thing, and what is said of it.
    """
    out = [HEAD, "<> a tree:Node"]
    out += [f" ;\n    tree:relation <#page-{number}-from> , <#page-{number}-to>" for number, _, _ in pages]
    out.append(f" .\n\n<{stream(base)}> a ldes:EventStream ;\n")
    titles = " ,\n        ".join(f'"{escape(text)}"@{lang}' for lang, text in title.items())
    out.append(f"    dcterms:title {titles} ;\n    dcterms:license <{licence}> ;\n    tree:view <> ;\n")
    out.append("    ldes:timestampPath as:published ;\n    ldes:sequencePath schema:position ;\n")
    out.append("    ldes:versionOfPath dcterms:isVersionOf ;\n    ldes:versionCreateObject as:Create ;\n")
    out.append("    ldes:versionUpdateObject as:Update ;\n    ldes:versionDeleteObject as:Delete .\n")
    for number, first, last in pages:
        for end, relation, value in (("from", "GreaterThanOrEqualTo", first), ("to", "LessThanOrEqualTo", last)):
            out.append(
                f"\n<#page-{number}-{end}> a tree:{relation}Relation ;\n    tree:path schema:position ;\n"
                f"    tree:value {value} ;\n    tree:node <pages/{number}.trig> .\n"
            )
    for number, thing, said in forgotten:
        texts = " ,\n        ".join(f'"{escape(text)}"@{lang}' for lang, text in said.items())
        out.append(
            f"\n<{base}{release_path(number)}> a prov:Activity ;\n    dcterms:subject <{thing}> ;\n    dcterms:description {texts} .\n"
        )
    content = "".join(out).encode()
    return File(FEED, content, len(set(ox.parse(content, format=ox.RdfFormat.TRIG, base_iri=base))))
