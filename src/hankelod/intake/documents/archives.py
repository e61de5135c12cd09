"""Checks of office files, which are ZIP archives of XML: bounded size, no XML with a DOCTYPE or entities.

They run before any reader opens the file, so that python-docx and the reader of workbooks only unpack what has passed.
"""

from __future__ import annotations

import io
import zipfile

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


def check(raw: bytes, name: str) -> None:
    """Raise CannotImport for an archive that is broken, encrypted, a ZIP bomb or holds XML with a DOCTYPE."""
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
