"""Lines of a document, the common form of text, Markdown, HTML, DOCX and PDF.

Structure is kept in the text: a list item begins with `- `, a link is written `[text](address)`. Nothing is fetched,
run or unpacked to disk; sizes are bounded before anything is read.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from hankelod.messages.refusal import Refusal
from hankelod.rdf import files

MAX_BYTES = 20_000_000
"""Most bytes of a document."""

MAX_LINES = 100_000
"""Most lines of a document."""

MAX_LINE = 50_000
"""Most characters of a line."""

MAX_CHARACTERS = 3_000_000
"""Most characters of a document; a thick book has fewer."""


class CannotImport(Refusal):
    """A source cannot be imported. `code` names the message in the catalogue of the intake, `details` fill it in."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code)
        self.code, self.details = code, details

    def text(self, lang: str) -> str:
        """Return the message in one language."""
        from hankelod.messages.intake import say

        return say(self.code, lang, **self.details)


class Line(NamedTuple):
    """One line of a document.

    `number` counts from 1: lines of text, Markdown and HTML, paragraphs of DOCX, lines of all pages of PDF. `heading`
    is true where the document marks the line as a heading.
    """

    number: int
    text: str
    heading: bool = False


def decode(raw: bytes, name: str) -> str:
    """Decode UTF-8, UTF-16 or else Windows-1252, with `\\n` line ends. Raises CannotImport for what is not text."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = raw.decode("utf-16", "replace")
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("cp1252", "replace")
    if "\x00" in text or sum(c == "\ufffd" or (c < " " and c not in "\t\n\r\f\v") for c in text) > len(text) // 50:
        raise CannotImport("not-text", name=name)
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").replace("\v", "\n")


def read_bytes(path: Path, name: str) -> bytes:
    """Read the bytes of a source, at most `MAX_BYTES`. Raises CannotImport."""
    try:
        return files.content(path, largest=MAX_BYTES)
    except files.Unfit as error:
        if error.code == "too-large":
            raise CannotImport("too-large", name=name) from error
        if error.error is not None and path.exists():
            raise CannotImport("unreadable", name=name, detail=error.error.strerror or str(error.error)) from error
        raise CannotImport("no-such-file", name=name) from error


def clean(text: str) -> str:
    """Return a line in NFC without characters that no record may contain: controls, direction marks, soft hyphens."""
    from unicodedata import normalize

    from hankelod.records.tree import FORBIDDEN, LINE_ENDS

    text = LINE_ENDS.sub(" ", FORBIDDEN.sub("", text)).replace("\u00ad", "").replace("\u200b", "").replace("\t", " ")
    return normalize("NFC", text)


def missing(library: str) -> CannotImport:
    """Return the error for a reader whose library is not installed."""
    return CannotImport("reader-missing", library=library)
