"""Checks of what is packed: office files (ZIP archives of XML, without a DOCTYPE or entities) and streams of PDF.

They run before any reader opens the file, so that python-docx, the reader of workbooks and PDFium only unpack what has
passed.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from hankelod.intake.documents.lines import CannotImport

MAX_MEMBERS = 5_000
"""Most members of an archive."""

MAX_UNPACKED = 60_000_000
"""Most bytes that the members of an archive may unpack to."""

MAX_RATIO = 200
"""Highest compression ratio of a member larger than `LARGE`."""

LARGE = 1_000_000
"""Bytes of an unpacked member above which its compression ratio is checked."""

CHUNK = 65_536
"""Bytes of a member that are unpacked at a time."""


COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
"""First bytes of an OLE compound file, which holds an office file with a password, or one of before 2007."""


MAX_STREAM = 100_000_000
"""Most bytes that a stream of a PDF may unpack to; a scanned page has 25 million."""

MAX_STREAMS = 2_000_000_000
"""Most bytes that all streams of a PDF may unpack to. A reader holds few at a time."""

PACKED_TWICE = 2
"""Most times that a stream is unpacked to be measured."""


def check(raw: bytes, name: str) -> None:
    """Raise CannotImport for an archive that is broken, encrypted, a ZIP bomb or holds XML with a DOCTYPE."""
    if raw.startswith(COMPOUND) and "EncryptedPackage".encode("utf-16-le") in raw:
        raise CannotImport("encrypted", name=name)
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            members = archive.infolist()
            total = sum(m.file_size for m in members)
            if len(members) > MAX_MEMBERS or total > MAX_UNPACKED:
                raise CannotImport("zip-bomb", name=name)
            for member in members:
                if member.flag_bits & 1:
                    raise CannotImport("encrypted", name=name)
                if member.file_size > LARGE and member.file_size > MAX_RATIO * max(member.compress_size, 1):
                    raise CannotImport("zip-bomb", name=name)
                if member.filename.casefold().endswith((".xml", ".rels", ".vml")):
                    _check_xml(archive, member, name)
    # zipfile raises NotImplementedError for an unknown compression method
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, OSError) as error:
        raise CannotImport("broken", name=name, detail=str(error)) from error


def _check_xml(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> None:
    """Raise CannotImport for a DOCTYPE or an entity, in UTF-8 or UTF-16. Office programs write neither."""
    before = b""
    read = 0
    with archive.open(member) as stream:
        while chunk := stream.read(CHUNK):
            read += len(chunk)
            if read > MAX_UNPACKED:
                raise CannotImport("zip-bomb", name=name)
            window = (before + chunk).replace(b"\x00", b"").upper()
            if b"<!DOCTYPE" in window or b"<!ENTITY" in window:
                raise CannotImport("xml-entities", name=name)
            before = chunk[-32:]


def check_streams(raw: bytes, name: str) -> None:
    """Raise CannotImport for a PDF a stream of which unpacks to an unreasonable size."""
    view = memoryview(raw)
    total = end = 0
    for found in re.finditer(rb"stream\r?\n", raw):
        if end < found.end():
            end = raw.find(b"endstream", found.end())
            end = end if end >= 0 else len(raw)
        total += _unpacked(view[found.end() : end], name, PACKED_TWICE)
        if total > MAX_STREAMS:
            raise CannotImport("zip-bomb", name=name)


def _unpacked(packed: bytes | memoryview, name: str, times: int) -> int:
    """The bytes that a stream unpacks to; none where it is packed in another way or broken."""
    engine = zlib.decompressobj()
    size, first = 0, b""
    try:
        while not engine.eof and (packed or size):
            chunk = engine.decompress(packed, 16 * CHUNK)
            packed = engine.unconsumed_tail
            size += len(chunk)
            first = first or chunk
            if size > MAX_STREAM:
                raise CannotImport("zip-bomb", name=name)
            if not packed and not chunk:
                break
    except zlib.error:
        return size
    # a stream packed twice shows little when it is unpacked once
    return size + (_unpacked(first, name, times - 1) if times > 1 and first[:1] == b"\x78" else 0)
