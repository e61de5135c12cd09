"""Lines of a document, the common form of text, Markdown, HTML, DOCX and PDF.

Structure is kept in the text: a list item begins with `- `, a link is written `[text](address)`. Nothing is fetched,
run or unpacked to disk; sizes are bounded before anything is read.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import NamedTuple

from hankelod.messages.refusal import Refusal

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
    is true where the document marks the line as a heading. `left` is empty for the document's text; for what is not
    taken it is the reason, a code of the intake's messages without `left-` (`hidden`, `deleted`, `header`).
    """

    number: int
    text: str
    heading: bool = False
    left: str = ""

    @property
    def characters(self) -> int:
        """The number of characters, spaces and marks of links not counted."""
        return len(re.sub(r"\s+|\]\([^()\s]*\)", "", self.text))


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
        if not path.is_file():
            raise CannotImport("no-such-file", name=name)
        if path.stat().st_size > MAX_BYTES:
            raise CannotImport("too-large", name=name)
        return path.read_bytes()
    except OSError as error:
        raise CannotImport("unreadable", name=name, detail=error.strerror or str(error)) from error


LIGATURES = {
    code: unicodedata.normalize("NFKC", chr(code))
    for code in (0x132, 0x133, *range(0xFB00, 0xFB50))
    if unicodedata.decomposition(chr(code)).startswith("<compat>")
}
"""Letters joined for print, by code: `ﬁ` is f and i. Fonts and converters make them; nobody searches for them."""


def clean(text: str) -> str:
    """Return a line in NFC without what no record may contain: controls, direction marks, soft hyphens, ligatures."""
    from hankelod.records.tree import FORBIDDEN, LINE_ENDS

    text = LINE_ENDS.sub(" ", FORBIDDEN.sub("", text)).replace("\u00ad", "").replace("\u200b", "").replace("\t", " ")
    return unicodedata.normalize("NFC", text.translate(LIGATURES))


def missing(library: str) -> CannotImport:
    """Return the error for a reader whose library is not installed."""
    return CannotImport("reader-missing", library=library)
