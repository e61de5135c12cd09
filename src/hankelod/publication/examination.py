"""Examination of the files of a publication, each by itself: size and hash, the format, and the triples.

A file is read once, in bounded memory, whatever its size; any process can do it.
"""

from __future__ import annotations

import gzip
import hashlib
import io
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, NamedTuple, cast

import pyoxigraph as ox

from hankelod.messages.catalogue import Text
from hankelod.messages.words import error_message
from hankelod.publication import formats, reading, runs
from hankelod.publication.history import feed
from hankelod.publication.history.previous import WANTED
from hankelod.publication.parts import Folder
from hankelod.publication.reading import UNREADABLE, Graph, Source
from hankelod.publication.runs import Lines
from hankelod.publication.stretches import Dump, Stretch
from hankelod.rdf import syntaxes

BASE = "http://base.invalid/"
"""Where relative IRIs lead; the forms of the dump have none."""

NT = ox.RdfFormat.N_TRIPLES.media_type

Fault = tuple[str, dict[str, Text]]
"""The code of a problem with a file, and its details."""


class Version(NamedTuple):
    """A version of a thing in a page of the change feed: what it is of, its triples, and where they stand in the dump;
    None if they do not, or were not looked for."""

    thing: str
    graph: Graph
    stretches: tuple[Stretch, ...] | None = None


class Examined(NamedTuple):
    """What was read of a file.

    `size` and `sha256` are None if it could not be opened. `graph` holds its triples, None if it is not RDF: each is
    counted once, but in a page of the change feed and in a form of the dump of more than `reading.BLOCK` bytes.
    `versions` are those of a page of the change feed, in order, and `invalid` is why they cannot be read. `plain` is
    the SHA-256 of what a packed file holds. `leant` says that the graph of a page is counted only, without its hashes.
    """

    path: str
    size: int | None = None
    sha256: str | None = None
    fault: Fault | None = None
    graph: Graph | None = None
    versions: tuple[Version, ...] = ()
    invalid: Text | None = None
    plain: str | None = None
    leant: bool = False


class File(NamedTuple):
    """A file to be examined; `unpacked` is the size of what it holds, if that is a file of the publication too, and
    `is_form` marks a form of the dump.

    With `leans`, what another file shows is left out, and must be asked of that: the IRIs of a form of the dump are not
    checked, which those of another form are; lines of the change feed are looked up in `dump`, the dump in N-Triples,
    rather than parsed.
    """

    path: str
    unpacked: int | None
    is_form: bool = False
    leans: bool = False
    dump: str | None = None


def examine(folder: Path, files: Sequence[File]) -> list[Examined]:
    """Read files of a publication, in their order."""
    opener = reading.Opener(folder)
    with ExitStack() as stack:
        dump = None
        path = next((file.dump for file in files if file.leans and WANTED.fullmatch(file.path)), None)
        if path is not None:
            with suppress(*UNREADABLE):  # then the dump has a fault
                dump = Dump(stack.enter_context(opener.open(path)))
        return [_examined(opener, file, dump) for file in files]


def _examined(opener: reading.Opener, file: File, dump: Dump | None) -> Examined:
    found = Examined(file.path)
    try:
        with opener.open(file.path) as opened:
            content = opened.read(reading.BLOCK + 1)
            if len(content) <= reading.BLOCK:
                found = found._replace(size=len(content), sha256=hashlib.sha256(content).hexdigest())
                return _read(file, io.BytesIO(content), found, dump, held=True)
            return _large(file, opened, dump)
    except FileNotFoundError:
        return found._replace(fault=("file-missing", {}))
    except UNREADABLE as error:
        return found._replace(fault=_unreadable(error))


def _unreadable(error: Exception) -> Fault:
    return "file-unreadable", {"detail": error_message(error)}


def _large(file: File, opened: io.FileIO, dump: Dump | None) -> Examined:
    """Examine a file of more than a block; one that cannot be read to its end by its format is hashed to its end."""
    opened.seek(0)
    source = Source(opened)
    content = io.BufferedReader(cast(io.RawIOBase, source), reading.BLOCK)
    found, seeking = Examined(file.path), formats.of(file.path).media_type in reading.SEEKING
    if not seeking:
        found = _tried(file, content, found, dump)
    for _ in reading.blocks(content):
        pass
    found = found._replace(size=source.size, sha256=source.sha256())
    return _tried(file, cast(BinaryIO, opened), found, dump) if seeking else found


def _tried(file: File, content: BinaryIO, found: Examined, dump: Dump | None) -> Examined:
    """Read a large file by its format; one that cannot be read has a fault."""
    try:
        return _read(file, content, found, dump, held=False)
    except UNREADABLE as error:
        return found._replace(fault=_unreadable(error))


def _read(file: File, content: BinaryIO, found: Examined, dump: Dump | None, held: bool) -> Examined:
    """Read a file by its format. Raises one of UNREADABLE."""
    kind, packing = formats.unpacked(file.path)
    if packing:
        content = cast(BinaryIO, gzip.GzipFile(fileobj=content))
        if file.unpacked is not None:
            return found._replace(plain=_digest(content, file.unpacked))
    if kind.media_type not in syntaxes.WRITTEN:
        reading.read(content, kind.media_type)
        return found
    if file.is_form and kind.media_type == NT:
        return found._replace(graph=reading.sorted_triples(content, file.leans))
    if WANTED.fullmatch(file.path):
        return _page(reading.whole(content, file.path), found, dump if file.leans else None)
    quads = reading.quads(content, syntaxes.WRITTEN[kind.media_type], BASE + file.path, file.leans)
    if held:
        return found._replace(graph=reading.graph(set(quads)))
    if file.is_form:
        return found._replace(graph=reading.graph(quads))
    with TemporaryDirectory(prefix="hankelod-") as place:
        blocks = _sorted(reading.lines(quads), Folder(place))
        return found._replace(graph=Graph(sum(map(len, blocks)), 0))


def _digest(file: BinaryIO, size: int) -> str:
    """The SHA-256 of what a packed file holds; no more than one byte beyond `size` is unpacked."""
    digest, left = hashlib.sha256(), size + 1
    while left > 0 and (block := file.read(min(left, reading.BLOCK))):
        digest.update(block)
        left -= len(block)
    return digest.hexdigest()


def _page(content: bytes, found: Examined, dump: Dump | None) -> Examined:
    """Read a page of the change feed. Raises SyntaxError."""
    rest, lines = feed.apart(content) if dump is not None else (content, {})
    stretches = {name: dump.stretches(each) for name, each in lines.items()} if dump is not None else {}
    read = _counted(rest, lines) if lines and None not in stretches.values() else None
    properties, graphs = read or _parsed(content)
    if read is None:  # a graph may not be what it looks like where others are not lines of the dump
        standing = {name: each for name, each in stretches.items() if each is not None and name in graphs}
        stretches = {name: each for name, each in standing.items() if _triples(lines[name]) == graphs[name]}
    count = len(properties) + sum(each.triples for each in graphs.values())
    found = found._replace(graph=Graph(count, 0), leant=read is not None)
    try:
        named = sorted(feed.named(properties).items(), key=lambda item: item[1].number)
    except (KeyError, ValueError, IndexError) as error:
        return found._replace(invalid=error_message(error))
    versions = (
        Version(m.thing, graphs[name], stretches.get(name)) if name in graphs else Version(m.thing, reading.EMPTY, ())
        for name, m in named
    )
    return found._replace(versions=tuple(versions))


def _triples(lines: bytes) -> Graph:
    """Read lines of the dump, of which the last has no line end. Raises ValueError, SyntaxError."""
    return reading.check_triples(lines, lines.count(b"\n") + 1)


def _parsed(content: bytes) -> tuple[list[ox.Quad], dict[str, Graph]]:
    """Parse a page: its own triples, and its named graphs. Raises SyntaxError."""
    properties: list[ox.Quad] = []
    graphs: dict[str, Graph] = {}
    for name, quads in feed.by_graph(content, BASE):
        if name is None:
            properties.extend(quads)
        else:
            graphs[name] = graphs.get(name, reading.EMPTY).plus(reading.graph(map(reading.in_default, quads)))
    return properties, graphs


def _counted(rest: bytes, lines: dict[str, bytes]) -> tuple[list[ox.Quad], dict[str, Graph]] | None:
    """Parse a page that is taken apart, and count the lines of its graphs; None if these are not its graphs."""
    properties: list[ox.Quad] = []
    ordinals: dict[str, list[str]] = {}
    for name, quads in feed.by_graph(rest, BASE):
        if name is None:
            properties.extend(quads)
        else:
            ordinals.setdefault(name, []).extend(str(getattr(quad.object, "value", "")) for quad in quads)
    if ordinals != {name: [str(ordinal)] for ordinal, name in enumerate(lines)}:
        return None
    return properties, {name: Graph(each.count(b"\n") + 1, 0) for name, each in lines.items()}


### Differences, found by sorting: only where sums are apart


def form(folder: Path, path: str, parts: Folder) -> Iterator[Lines]:
    """Yield the sorted lines of a form of the dump, each once, in blocks. Raises one of UNREADABLE."""
    with io.BufferedReader(reading.Opener(folder).open(path), reading.BLOCK) as file:
        quads = reading.quads(file, syntaxes.WRITTEN[formats.of(path).media_type], BASE + path)
        yield from _sorted(reading.lines(quads), parts)


def last_versions(folder: Path, pages: Sequence[str], parts: Folder) -> Iterator[Lines]:
    """Yield the sorted lines of the last version of each thing, in blocks; the newest page comes first."""
    opener, things = reading.Opener(folder), set[str]()

    def lines() -> Iterator[Sequence[bytes]]:
        for path in pages:
            with opener.open(path) as opened:
                page = feed.parsed(reading.whole(cast(BinaryIO, opened), path), BASE)
            for member in reversed(feed.members_of(page)):
                if member.thing not in things:
                    things.add(member.thing)
                    yield member.lines

    return _sorted(lines(), parts)


def dump(folder: Path, path: str) -> Iterator[Lines]:
    """Yield the lines of the dump in N-Triples, in blocks."""
    with io.BufferedReader(reading.Opener(folder).open(path), reading.BLOCK) as file:
        yield from runs.of_file(file, reading.BLOCK)


def _sorted(blocks: Iterator[Sequence[bytes]], parts: Folder) -> Iterator[Lines]:
    sorter = runs.Sorter("lines", parts, reading.TRIPLES)
    for block in blocks:
        sorter.add(block)
    return sorter.blocks()
