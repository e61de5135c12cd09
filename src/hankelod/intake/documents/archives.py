"""Office files are ZIP archives of XML: what they unpack to is bounded, and XML that declares anything is refused.

Checked before any reader sees them: python-docx and openpyxl then unpack in memory only what passed here.
"""

from __future__ import annotations

import io
import zipfile

from hankelod.intake.documents.lines import CannotImport

MAX_MEMBERS = 5_000

MAX_UNPACKED = 60_000_000

MAX_RATIO = 200
"""The most members of an archive, bytes that they unpack to, and times that a large one may be compressed."""

LARGE = 1_000_000

CHUNK = 65_536


def check(raw: bytes, name: str) -> None:
    """Refuse an archive that is broken, encrypted, a bomb, or holds XML with a document type or entities.

    Raises CannotImport.
    """
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
                if member.filename.endswith((".xml", ".rels", ".vml")):
                    _check_xml(archive, member, name)
    # zipfile raises NotImplementedError for a compression that it does not know
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, OSError) as error:
        raise CannotImport("broken", name=name, detail=str(error)) from error


def _check_xml(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> None:
    """Office XML never has a DOCTYPE; whoever writes one wants entities. UTF-16 is looked through as well."""
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
