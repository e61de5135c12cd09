"""Change feed: a Linked Data Event Stream in files, whose pages never change once they are written.

LDES (https://w3id.org/ldes/specification, 1.0) on TREE (https://w3id.org/tree/specification). A member is a version of
one thing: a record with all its parts, or a term of the ontology. Its triples are in the named graph of the member.
They describe the whole thing: the state after a member is the state before it, with the triples of the thing replaced.
Links between pages are relative, the IRIs of stream and members are absolute: a copy of the feed works anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
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
from hankelod.rdf import graph, nesting, turtle
from hankelod.rdf.graph import RDF
from hankelod.rdf.statements import Statements, count, literal

FEED = "changes/feed.trig"

PAGE_SIZE = 100
"""Most members on a page."""

RUN = 2**17
"""Lines that are sorted at once when the feed is replayed."""

AS = "https://www.w3.org/ns/activitystreams#"

DCTERMS = "http://purl.org/dc/terms/"

PROV = "http://www.w3.org/ns/prov#"

SCHEMA = "https://schema.org/"

TREE = "https://w3id.org/tree#"

LDES = "https://w3id.org/ldes#"


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
    path = page_path(number)
    iri = f"{base}{path}"
    listed = [f"{iri}#{member.number}" for member in members]
    triples = Statements({})
    triples.add("", RDF + "type", TREE + "Node")
    triples.add("", LDES + "immutable", ox.Literal(True))
    triples.add(stream(base), TREE + "view", "../feed.trig")
    triples.add(stream(base), TREE + "member", *listed)
    for name, member in zip(listed, members, strict=True):
        triples.add(name, RDF + "type", AS + member.activity)
        triples.add(name, DCTERMS + "isVersionOf", member.thing)
        triples.add(name, SCHEMA + "position", literal(member.number, "integer"))
        triples.add(name, AS + "published", literal(member.published, "dateTime"))
        triples.add(name, DCTERMS + "isPartOf", f"{base}{release_path(member.release)}")
        if member.forgotten is not None:
            triples.add(name, PROV + "wasInvalidatedBy", f"{base}{release_path(member.forgotten)}")
    graphs = {name: member.lines for name, member in zip(listed, members, strict=True) if member.lines}
    content = turtle.trig(triples.triples, graphs, "", _prefixes(base))
    return File(path, content, count(triples.triples) + sum(map(len, graphs.values())))


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
                activity=values[RDF + "type"].removeprefix(AS),
                published=values[AS + "published"],
                release=_number(values[DCTERMS + "isPartOf"]),
                lines=(),
                forgotten=None if forgotten_by is None else _number(forgotten_by),
            )
    return found


def _number(release: str) -> int:
    return int(release.rsplit("/", 1)[1].removesuffix(".json"))


### The root


@lru_cache(1)
def _template(base: str) -> graph.Index:
    """Head of every feed: its own description, and the shape of its members."""
    return graph.read_resource("hankelod.publication.history", "feed.ttl", f"{base}{FEED}")


def _prefixes(base: str) -> dict[str, str]:
    return dict(sorted(_template(base).prefixes.items()))


def root(
    base: str, title: Text, licence: str, pages: Sequence[tuple[int, str, str]], forgotten: list[tuple[int, str, Text]]
) -> File:
    """The root of the feed: the description of the stream, the shape of its members, and the links to its pages.

    `pages` holds the number of each page with the times of its first and last member. `forgotten` holds the releases
    that removed the earlier versions of a thing from the history, each with the thing and a statement for readers.
    """
    triples = Statements({"": {}, stream(base): {}})
    links = [f"#page-{number}-{end}" for number, _, _ in pages for end in ("from", "to")]
    triples.add("", RDF + "type", TREE + "Node")
    triples.add("", TREE + "relation", *links)
    triples.add_text(stream(base), DCTERMS + "title", title)
    triples.add(stream(base), DCTERMS + "license", licence)
    triples.add(stream(base), TREE + "view", "")
    for subject, by in _template(base).triples.items():
        triples.triples.setdefault(subject, {}).update(by)
    for number, first, last in pages:
        for end, relation, value in (("from", "GreaterThanOrEqualTo", first), ("to", "LessThanOrEqualTo", last)):
            link = f"#page-{number}-{end}"
            triples.add(link, RDF + "type", f"{TREE}{relation}Relation")
            triples.add(link, TREE + "path", AS + "published")
            triples.add(link, TREE + "value", literal(value, "dateTime"))
            triples.add(link, TREE + "node", f"pages/{number}.trig")
    for number, thing, statement in forgotten:
        release = f"{base}{release_path(number)}"
        triples.add(release, RDF + "type", PROV + "Activity")
        triples.add(release, DCTERMS + "subject", thing)
        triples.add_text(release, DCTERMS + "description", statement)
    return File(FEED, turtle.trig(triples.triples, {}, "", _prefixes(base)), count(triples.triples))
