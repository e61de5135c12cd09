"""A document read into its lines: text, Markdown, HTML, DOCX and PDF all give the same.

What documents carry beside words is kept in the words: an item of a list begins with `- `, a link is written
`[text](address)`. Nothing is fetched, run or unpacked to disk; sizes are bounded before anything is read.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from hankelod.messages.refusal import Refusal

MAX_BYTES = 20_000_000
"""The largest document that is read."""

MAX_LINES = 100_000

MAX_LINE = 50_000

MAX_CHARACTERS = 3_000_000
"""The most lines, the longest line and the most characters in all that a document may have: a thick book has less."""


class CannotImport(Refusal):
    """A source that cannot be imported; what is wrong and what to do stands in the catalogue of intake, under a code."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code)
        self.code, self.details = code, details

    def text(self, lang: str) -> str:
        from hankelod.messages.intake import say

        return say(self.code, lang, **self.details)


class Line(NamedTuple):
    """One line of a document. `number` counts from 1 as its reader does: lines of text, paragraphs of DOCX, lines of
    PDF through all pages. `heading` tells that the document itself marks it as a heading."""

    number: int
    text: str
    heading: bool = False


def decode(raw: bytes, name: str) -> str:
    """Bytes as text with `\\n` line ends. Raises CannotImport for what is no text."""
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
    """A source's bytes, bounded. Raises CannotImport."""
    try:
        if not path.is_file():
            raise CannotImport("no-such-file", name=name)
        if path.stat().st_size > MAX_BYTES:
            raise CannotImport("too-large", name=name)
        return path.read_bytes()
    except OSError as error:
        raise CannotImport("unreadable", name=name, detail=error.strerror or str(error)) from error


def clean(text: str) -> str:
    """A line without the characters that no record may hold: controls, direction marks, soft hyphens."""
    from unicodedata import normalize

    from hankelod.records.tree import FORBIDDEN, LINE_ENDS

    text = LINE_ENDS.sub(" ", FORBIDDEN.sub("", text)).replace("\u00ad", "").replace("\u200b", "").replace("\t", " ")
    return normalize("NFC", text)


def missing(library: str) -> CannotImport:
    """The message for a reader whose library is not installed."""
    return CannotImport("reader-missing", library=library)
