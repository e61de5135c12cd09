"""Change feed: a Linked Data Event Stream in files, whose pages never change once they are written.

LDES (https://w3id.org/ldes/specification, 1.0) on TREE (https://w3id.org/tree/specification). A member is a version of
one thing: a record with all its parts, or a term of the ontology. Its triples are in the named graph of the member.
They describe the whole thing: the state after a member is the state before it, with the triples of the thing replaced.
Links between pages are relative, the IRIs of stream and members are absolute: a copy of the feed works anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain, groupby
from operator import attrgetter
from typing import NamedTuple

import pyoxigraph as ox

from hankelod.messages.catalogue import Text
from hankelod.publication import runs
from hankelod.publication.files import File
from hankelod.publication.history.diff import Things, ThingVersions
from hankelod.publication.parts import Parts
from hankelod.publication.runs import Lines
from hankelod.rdf import nesting, syntaxes
from hankelod.rdf.terms import escape

FEED = "changes/feed.trig"

PAGE_SIZE = 100
"""Most members on a page."""

RUN = 2**17
"""Lines that are sorted at once when the feed is replayed."""

POLLING = 3600
"""Seconds that clients should wait before they ask for new members again."""

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
    """A version of a thing: `activity` is `Create`, `Update` or `Delete`, `published` its time, as `time` has it.

    `lines` are its triples in N-Triples, none for a deletion. `forgotten` is the number of the release that removed
    them from the history, or None.
    """

    number: int
    thing: str
    activity: str
    published: str
    release: int
    lines: tuple[bytes, ...]
    forgotten: int | None = None


def page_path(number: int) -> str:
    """The path of a page of the feed in the publication."""
    return f"changes/pages/{number}.trig"


def release_path(number: int) -> str:
    """The path of a release file in the publication."""
    return f"changes/releases/{number}.json"


def stream(base: str) -> str:
    """The IRI of the event stream."""
    return f"{base}{FEED}#stream"


def time(day: str, number: int) -> str:
    """The time of a member: midnight (UTC) of the day of its release, and its number in milliseconds.

    Numbers rise through the whole history, and days do not fall: so times rise with every member, also where several
    releases have one day. Raises ValueError for what is no day of the calendar.
    """
    cycle, year = divmod(int(day[:4]), 400)  # the calendar repeats; datetime does not have the year 0 of xsd:date
    moment = datetime.fromisoformat(f"{2000 + year}{day[4:]}") + timedelta(milliseconds=number)
    return f"{moment.year - 2000 + cycle * 400:04}{moment.isoformat(timespec='milliseconds')[4:]}Z"


### Members of a change


def members(things: Things, versions: ThingVersions, number: int, day: str, release: int) -> list[Member]:
    """The members for a changed thing, numbered from `number`.

    A record that becomes a tombstone, or the reverse, is deleted first: the tombstone is another thing.
    """
    thing, old, new = versions
    activities = ["Update"]
    if not old or not new or things.is_tombstone(old) != things.is_tombstone(new):
        activities = ["Delete"] * bool(old) + ["Create"] * bool(new)
    return [
        Member(number + n, thing, activity, time(day, number + n), release, () if activity == "Delete" else tuple(new))
        for n, activity in enumerate(activities)
    ]


def replayed(history: Iterable[Member], parts: Parts) -> Iterator[Lines]:
    """The sorted lines of the graph that results from all members of a feed, in blocks: those of the last versions."""
    names = runs.sorted_runs(_keys(history), RUN, "members", parts)
    last = _last(runs.all_of(names, "members", parts))
    yield from runs.all_of(runs.sorted_runs(last, RUN, "state", parts), "state", parts)


def _keys(history: Iterable[Member]) -> Iterator[bytes]:
    """The lines of members after their things and numbers; a member without lines has one that is empty."""
    for member in history:
        start = f"{member.thing}\0{member.number:020}\0".encode()
        for each in member.lines or (b"",):
            yield start + each


def _last(blocks: Iterator[Lines]) -> Iterator[bytes]:
    """The lines of the last member of each thing."""
    by_thing = groupby((key.split(b"\0", 2) for key in chain.from_iterable(blocks)), lambda key: key[0])
    for _, keys in by_thing:
        number, lines = b"", Lines()
        for _, of, each in keys:
            if of != number:
                number, lines = of, []
            lines.append(each)
        yield from (each for each in lines if each)


### Pages


def page(base: str, number: int, members: list[Member]) -> File:
    """A page of the feed in TriG; the number of its triples includes those of the named graphs."""
    iri = f"{base}{page_path(number)}"
    names = [f"<{iri}#{member.number}>" for member in members]
    listed = " ,\n        ".join(names)
    out = [
        f"{HEAD}<> a tree:Node ;\n    ldes:immutable true .\n<{stream(base)}> tree:view <../feed.trig> ;\n".encode(),
        f"    tree:member {listed} .\n".encode(),
    ]
    for name, member in zip(names, members, strict=True):
        forgotten = (
            ""
            if member.forgotten is None
            else f" ;\n    prov:wasInvalidatedBy <{base}{release_path(member.forgotten)}>"
        )
        properties = (
            f"\n{name} a as:{member.activity} ;\n    dcterms:isVersionOf <{member.thing}> ;\n"
            f"    schema:position {member.number} ;\n"
            f'    as:published "{escape(member.published)}"^^xsd:dateTime ;\n'
            f"    dcterms:isPartOf <{base}{release_path(member.release)}>{forgotten} .\n"
        )
        out.append(properties.encode())
        if member.lines:
            out += (f"{name} {{\n".encode(), b"\n".join(member.lines), b"\n}\n")
    triples = _OF_PAGE + sum(_OF_MEMBER + (m.forgotten is not None) + len(m.lines) for m in members)
    return File(page_path(number), b"".join(out), triples)


_OF_PAGE, _OF_MEMBER = 3, 6
"""Triples of a page itself, and those about each member beside its lines, which are different ones."""


def apart(content: bytes) -> tuple[bytes, dict[str, bytes]]:
    """Take a page as `page` writes it apart: the page with one triple in the place of the lines of each named graph,
    whose object is the ordinal of the graph, and these lines by the name of the graph.

    Only the page as it is parsed shows whether these are its graphs.
    """
    parts, lines, start = list[bytes](), dict[str, bytes](), 0
    while (begin := content.find(_BEGIN, start)) >= 0 and (end := content.find(_END, begin)) >= 0:
        name = content[content.rfind(b"<", 0, begin) + 1 : begin]
        parts += (content[start:begin], _BEGIN, b'<urn:s> <urn:p> "%d" .' % len(lines), _END)
        lines[name.decode("utf-8", "replace")] = content[begin + len(_BEGIN) : end]
        start = end + len(_END)
    return b"".join((*parts, content[start:])), lines


_BEGIN, _END = b"> {\n", b"\n}\n"
"""Beginning of a named graph behind its name, and its end; the name begins with `<`."""


class Page(NamedTuple):
    """The triples of a page: those of the default graph, and the named graphs in canonical N-Triples."""

    properties: list[ox.Quad]
    graphs: dict[str, set[bytes]]


def by_graph(content: bytes, iri: str) -> Iterator[tuple[str | None, Iterator[ox.Quad]]]:
    """Yield the quads of a page in TriG whose IRI is given, with the names of their graphs; None is the default graph.

    Raises SyntaxError.
    """
    nesting.check(content)
    quads = ox.parse(content, format=ox.RdfFormat.TRIG, base_iri=iri)
    for name, of_graph in groupby(quads, attrgetter("graph_name")):
        yield None if isinstance(name, ox.DefaultGraph) else name.value, of_graph


def parsed(content: bytes, iri: str) -> Page:
    """Parse a page in TriG whose IRI is given. Raises SyntaxError."""
    page = Page([], {})
    for name, quads in by_graph(content, iri):
        if name is None:
            page.properties.extend(quads)
        else:
            triples = ox.serialize(map(attrgetter("triple"), quads), format=ox.RdfFormat.N_TRIPLES) or b""
            page.graphs.setdefault(name, set()).update(triples.split(b"\n")[:-1])
    return page


def read_page(base: str, number: int, content: bytes) -> list[Member]:
    """The members of a page that `page` wrote. Raises SyntaxError, KeyError, ValueError if it is not valid."""
    return members_of(parsed(content, f"{base}{page_path(number)}"))


def members_of(page: Page) -> list[Member]:
    """The members of a page, in order. Raises KeyError, ValueError, IndexError if it is not valid."""
    found = named(page.properties)
    return sorted(m._replace(lines=tuple(sorted(page.graphs.get(name, ())))) for name, m in found.items())


def named(properties: Iterable[ox.Quad]) -> dict[str, Member]:
    """The members of a page by the names of their graphs, without lines. Raises KeyError, ValueError, IndexError."""
    subjects: dict[str, dict[str, str]] = {}
    for quad in properties:
        if not isinstance(quad.subject, ox.Triple) and not isinstance(quad.object, ox.Triple):
            subjects.setdefault(quad.subject.value, {})[quad.predicate.value] = quad.object.value
    found = {}
    for name, values in subjects.items():
        if DCTERMS + "isVersionOf" in values:
            forgotten_by = values.get(PROV + "wasInvalidatedBy")
            found[name] = Member(
                number=int(values[SCHEMA + "position"]),
                thing=values[DCTERMS + "isVersionOf"],
                activity=values["http://www.w3.org/1999/02/22-rdf-syntax-ns#type"].removeprefix(AS),
                published=values[AS + "published"],
                release=_number(values[DCTERMS + "isPartOf"]),
                lines=(),
                forgotten=None if forgotten_by is None else _number(forgotten_by),
            )
    return found


def _number(release: str) -> int:
    return int(release.rsplit("/", 1)[1].removesuffix(".json"))


### The root

SHAPE = """
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .

<{shape}> a sh:NodeShape ;
    sh:nodeKind sh:IRI ;
    sh:property [ sh:path rdf:type ; sh:in ( as:Create as:Update as:Delete ) ; sh:minCount 1 ; sh:maxCount 1 ] ,
        [ sh:path dcterms:isVersionOf ; sh:nodeKind sh:IRI ; sh:minCount 1 ; sh:maxCount 1 ] ,
        [ sh:path as:published ; sh:datatype xsd:dateTime ; sh:minCount 1 ; sh:maxCount 1 ] ,
        [ sh:path schema:position ; sh:datatype xsd:integer ; sh:minCount 1 ; sh:maxCount 1 ] ,
        [ sh:path dcterms:isPartOf ; sh:nodeKind sh:IRI ; sh:minCount 1 ; sh:maxCount 1 ] ,
        [ sh:path prov:wasInvalidatedBy ; sh:nodeKind sh:IRI ; sh:maxCount 1 ] .
"""
"""The shape of members; what a version says of its thing is in the graph of the member, which it does not constrain."""


def root(
    base: str, title: Text, licence: str, pages: Sequence[tuple[int, str, str]], forgotten: list[tuple[int, str, Text]]
) -> File:
    """The root of the feed: the description of the stream, the shape of its members, and the links to its pages.

    `pages` holds the number of each page with the times of its first and last member. `forgotten` holds the releases
    that removed the earlier versions of a thing from the history, each with the thing and a statement for readers.
    """
    parts = [HEAD, "<> a tree:Node"]
    parts += [f" ;\n    tree:relation <#page-{number}-from> , <#page-{number}-to>" for number, _, _ in pages]
    parts.append(f" .\n\n<{stream(base)}> a ldes:EventStream ;\n")
    titles = " ,\n        ".join(f'"{escape(text)}"@{lang}' for lang, text in title.items())
    parts.append(f"    dcterms:title {titles} ;\n    dcterms:license <{licence}> ;\n    tree:view <> ;\n")
    parts.append(f"    tree:shape <{base}{FEED}#member> ;\n    ldes:pollingInterval {POLLING} ;\n")
    parts.append("    ldes:timestampPath as:published ;\n    ldes:sequencePath schema:position ;\n")
    parts.append("    ldes:versionOfPath dcterms:isVersionOf ;\n    ldes:versionCreateObject as:Create ;\n")
    parts.append("    ldes:versionUpdateObject as:Update ;\n    ldes:versionDeleteObject as:Delete .\n")
    parts.append(SHAPE.format(shape=f"{base}{FEED}#member"))
    for number, first, last in pages:
        for end, relation, value in (("from", "GreaterThanOrEqualTo", first), ("to", "LessThanOrEqualTo", last)):
            parts.append(
                f"\n<#page-{number}-{end}> a tree:{relation}Relation ;\n    tree:path as:published ;\n"
                f'    tree:value "{value}"^^xsd:dateTime ;\n    tree:node <pages/{number}.trig> .\n'
            )
    for number, thing, statement in forgotten:
        texts = " ,\n        ".join(f'"{escape(text)}"@{lang}' for lang, text in statement.items())
        parts.append(
            f"\n<{base}{release_path(number)}> a prov:Activity ;\n    dcterms:subject <{thing}> ;\n"
            f"    dcterms:description {texts} .\n"
        )
    content = "".join(parts).encode()
    return File(FEED, content, syntaxes.count(content, ox.RdfFormat.TRIG, f"{base}{FEED}"))
