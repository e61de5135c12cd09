"""Readers of the files of a publication, by media type: each reads a file once, to its end, in bounded memory.

A reader raises one of UNREADABLE where the content is not valid.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from errno import ENOENT
from functools import partial
from itertools import chain, islice
from operator import lt
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec
import pyoxigraph as ox

from hankelod.messages.words import message
from hankelod.publication import runs
from hankelod.publication.manifest import BadManifest
from hankelod.publication.runs import Lines
from hankelod.rdf import nesting

BLOCK = 2**20
"""Bytes that are read at a time; a file that is not larger is read at once."""

HELD = 2**24
"""Most bytes of a file in Turtle or TriG that is held while it is parsed; a larger one is parsed as it is read."""

WHOLE = 2**28
"""Most bytes of a file that can only be read as a whole: JSON, JSON-LD without a node on each line, and a page of the
change feed."""

TRIPLES = 250_000
"""Triples that are serialised, and sorted, at a time."""

NODES = 250
"""Lines of JSON-LD that are parsed at a time."""

HASHES = 10_000
"""Hashes that are added up at a time."""

UNREADABLE = (
    BadManifest,
    SyntaxError,
    ValueError,
    RecursionError,
    EOFError,
    OSError,
    csv.Error,
    zlib.error,
    zipfile.BadZipFile,
)
"""Errors of a file that cannot be read as the format that its name says."""


### Files


class Source(io.RawIOBase):
    """A file whose size and SHA-256 are computed as it is read."""

    def __init__(self, file: io.FileIO) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        count = self._file.readinto(buffer) or 0
        self._digest.update(memoryview(buffer)[:count])
        self.size += count
        return count

    def sha256(self) -> str:
        """The SHA-256 of what has been read."""
        return self._digest.hexdigest()


class Opener:
    """Opener of the files of a folder, through no symbolic link; the folders on the way are checked once."""

    def __init__(self, folder: Path) -> None:
        self._folder = f"{folder}/"
        self._checked = {""}

    def open(self, path: str) -> io.FileIO:
        """Open a file. Raises BadManifest for a link, a pipe or a device; FileNotFoundError and other OSError."""
        parent = path.rpartition("/")[0]
        if parent not in self._checked:
            steps = parent.split("/")
            for number in range(1, len(steps) + 1):
                self._mode(path, "/".join(steps[:number]))
            self._checked.add(parent)
        if not stat.S_ISREG(self._mode(path, path)):  # opening a pipe or a device could block
            raise BadManifest(message("damage-no-file", path=path))
        return io.FileIO(self._folder + path)

    def _mode(self, path: str, step: str) -> int:
        try:
            mode = os.lstat(self._folder + step).st_mode
        except NotADirectoryError as error:
            raise FileNotFoundError(ENOENT, os.strerror(ENOENT), path) from error
        if stat.S_ISLNK(mode):
            raise BadManifest(message("damage-link", path=path))
        return mode


def blocks(file: BinaryIO) -> Iterator[bytes]:
    """Yield what is left of a file, in blocks."""
    return iter(partial(file.read, BLOCK), b"")


def whole(file: BinaryIO, path: str) -> bytes:
    """The content of a file that can only be read as a whole. Raises BadManifest if it is too large for that."""
    content = file.read(WHOLE + 1)
    if len(content) > WHOLE:
        raise BadManifest(message("damage-larger", path=path))
    return content


### RDF


class Graph(NamedTuple):
    """The number of triples of a graph, and the sum of their hashes: the same for the same triples in any order.

    Graphs that differ have the same sum by one chance in 2**64.
    """

    triples: int
    hashes: int

    def plus(self, other: Graph) -> Graph:
        """The triples of both, which share none."""
        return Graph(self.triples + other.triples, self.hashes + other.hashes)


EMPTY = Graph(0, 0)


def graph(quads: Iterable[ox.Quad]) -> Graph:
    """Count quads of the default graph, and add up their hashes, which the engine makes alike in every process."""
    rest, count, total = map(hash, quads), 0, 0
    while hashes := list(islice(rest, HASHES)):
        count, total = count + len(hashes), total + sum(hashes)
    return Graph(count, total)


def in_default(quad: ox.Quad) -> ox.Quad:
    """Return the triple of a quad in the default graph."""
    return ox.Quad(quad.subject, quad.predicate, quad.object)


def lines(quads: Iterable[ox.Quad]) -> Iterator[Lines]:
    """Yield quads as canonical N-Triples or N-Quads, TRIPLES lines at a time, in their order."""
    rest = iter(quads)
    while content := ox.serialize(islice(rest, TRIPLES), format=ox.RdfFormat.N_QUADS):
        block = content.split(b"\n")
        block.pop()
        yield block


def quads(file: BinaryIO, form: ox.RdfFormat, base: str, lenient: bool = False) -> Iterator[ox.Quad]:
    """Parse the quads of a file; if that is `lenient`, its IRIs are not checked.

    JSON-LD of more than WHOLE bytes must have a node on each line.
    """
    if form == ox.RdfFormat.JSON_LD:
        head = file.readline(WHOLE)
        if head.endswith(b',"@graph":[\n'):
            return chain.from_iterable(_nodes(head, file, base, lenient))
        content = head + file.read(WHOLE)
        if len(content) > WHOLE:
            raise ValueError("no node on each line")
    else:
        content = file.read(HELD)
        if len(content) == HELD:
            checked = nesting.Checked(content, file)
            return ox.parse(input=checked, format=form, base_iri=base, lenient=lenient)  # type: ignore[arg-type]
    nesting.check(content, form == ox.RdfFormat.JSON_LD)
    return ox.parse(content, format=form, base_iri=base, lenient=lenient)


def _nodes(head: bytes, file: BinaryIO, base: str, lenient: bool) -> Iterator[Iterator[ox.Quad]]:
    """Yield the quads of JSON-LD that has a node on each line, for some nodes at a time."""
    while nodes := list(islice(file, NODES)):
        last = nodes[-1] == b"]}\n"
        content = b"%b%b]}" % (head, b"".join(nodes[:-1] if last else nodes).rstrip(b",\n"))
        nesting.check(content, json=True)
        yield ox.parse(content, format=ox.RdfFormat.JSON_LD, base_iri=base, lenient=lenient)
        if last:
            return
    raise ValueError("it does not end")


def check_triples(content: bytes, count: int, lenient: bool = False) -> Graph:
    """Read N-Triples; if that is `lenient`, their IRIs are not checked. Raises ValueError or SyntaxError unless the
    `count` lines are one triple each."""
    nesting.check(content)
    found = graph(ox.parse(content, format=ox.RdfFormat.N_TRIPLES, lenient=lenient))
    if found.triples != count:
        raise ValueError("not a triple on each line")
    return found


def sorted_triples(file: BinaryIO, lenient: bool = False) -> Graph:
    """Read sorted N-Triples; if that is `lenient`, their IRIs are not checked. Raises ValueError unless each line is a
    triple above the one before."""
    last, count, total = b"", 0, 0
    for block in runs.of_file(file, BLOCK):
        if not (last < block[0] and all(map(lt, block, islice(block, 1, None)))):
            pairs = zip([last, *block], block, strict=False)
            place = next(n for n, (before, each) in enumerate(pairs, count + 1) if each <= before)
            raise ValueError(f"line {place} is not in its place in the order of lines")
        total += check_triples(b"\n".join(block), len(block), lenient).hashes
        last, count = block[-1], count + len(block)
    return Graph(count, total)


### Other formats


def _text(file: BinaryIO) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    for block in blocks(file):
        decoder.decode(block)
    decoder.decode(b"", True)


def _json(file: BinaryIO) -> None:
    """A larger file than WHOLE is not parsed: only its bytes are compared."""
    content = file.read(WHOLE + 1)
    if len(content) <= WHOLE:
        msgspec.json.decode(content)


def _json_lines(file: BinaryIO) -> None:
    for each in file:
        msgspec.json.decode(each)


def _features(file: BinaryIO) -> None:
    """Read a collection of features as `hankelod.exports.points` writes it, one feature at a time."""
    decode, begins = msgspec.json.decode, b"\n  {"
    head, held = None, list[bytes]()
    while block := file.read(BLOCK) + file.readline():
        rest, *features = (b"\n" + block.removesuffix(b"\n")).split(begins)
        held.append(rest)
        for each in features:
            if head is None:
                head = b"".join(held) + begins
            else:
                decode(b"{" + b"".join(held).rstrip().removesuffix(b","))
            held = [each]
    decode((head or b"") + b"".join(held))


def _csv(file: BinaryIO) -> None:
    """Every row has as many cells as the head."""
    text = io.TextIOWrapper(file, "utf-8-sig", newline="")
    try:
        head = text.readline()
        delimiter = ";" if ";" in head else ","
        width = len(next(csv.reader([head], delimiter=delimiter), ()))
        for other in filter(width.__ne__, map(len, csv.reader(text, delimiter=delimiter, strict=True))):
            raise ValueError(f"rows of {width}, {other} cells")
    finally:
        text.detach()


def _zip(file: BinaryIO) -> None:
    """An archive is read twice, since its directory stands at the end."""
    bad = zipfile.ZipFile(file).testzip()
    if bad:
        raise ValueError(f"{bad} is damaged")


def _wasm(file: BinaryIO) -> None:
    if file.read(8) != b"\0asm\x01\0\0\0":  # WebAssembly Core Specification, 5.5.16
        raise ValueError("no module of WebAssembly, version 1")


def _png(file: BinaryIO) -> None:
    start = end = file.read(8)
    for block in blocks(file):
        end = (end + block)[-8:]
    if start != b"\x89PNG\r\n\x1a\n" or end[:4] != b"IEND":  # W3C PNG, 5.2 and 11.2.5
        raise ValueError("no picture in PNG, or half of one")


READERS: dict[str, Callable[[BinaryIO], None]] = {
    "application/json": _json,
    "application/csvm+json": _json,
    "application/geo+json": _features,
    "application/x-ndjson": _json_lines,
    "text/csv": _csv,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": _zip,
    "application/wasm": _wasm,
    "image/png": _png,
}
"""Readers of what is not RDF, by media type; everything else is text."""

SEEKING = frozenset({"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"})
"""Media types whose readers go back and forth in the file."""


def read(file: BinaryIO, media_type: str) -> None:
    """Read a file that is not RDF. Raises one of UNREADABLE."""
    READERS.get(media_type, _text)(file)
