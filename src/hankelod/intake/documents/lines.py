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


def decode(raw: bytes, name: str, declared: str = "") -> str:
    """Decode UTF-8, UTF-16 with its mark, or Windows-1252 where no line is UTF-8; with `\\n` line ends.

    `declared` is the encoding that the file itself names, a codec of Python: it holds for what is not UTF-8. Raises
    CannotImport for what is not text, and, with the lines, for what mixes encodings or is in another old one.
    """
    old = False
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = raw.decode("utf-16", "replace")
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text, old = raw.decode(declared or "cp1252", "ignore"), True
    if "\x00" in text or sum(c == "\ufffd" or (c < " " and c not in "\t\n\r\f\v") for c in text) > len(text) // 50:
        raise CannotImport("not-text", name=name)
    if old:
        _check_old(raw, name, declared)
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").replace("\v", "\n")


OTHER = re.compile(
    rb"[a-z](?:[\x80-\x84\x86-\x90\x93\x94\x98\x99\x9b\x9d\x9f][a-z]|[\x8a\x8c\x8e])|[\x81\x8d\x8f\x90\x9d]"
)
"""What does not stand in Windows-1252: signs and capitals within a word, which are letters in DOS and Mac encodings."""


def _check_old(raw: bytes, name: str, declared: str) -> None:
    """Raise CannotImport, with the lines that are not UTF-8, where a file is not in one old encoding as a whole.

    That is the declared one, else Windows-1252.
    """
    strange: list[int] = []
    mixed = False
    for number, line in enumerate(raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"), 1):
        try:
            mixed |= not line.decode("utf-8-sig").isascii()
        except UnicodeDecodeError:
            strange.append(number)
    if mixed or (not declared and OTHER.search(raw)):
        shown = ", ".join(map(str, strange[:10])) + (" …" if len(strange) > 10 else "")
        raise CannotImport("encoding", name=name, lines=shown)


def is_old(raw: bytes) -> bool:
    """Tell whether a text is in Windows-1252 as a whole, and not in UTF-8, UTF-16 or a mixture."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    try:
        raw.decode()
    except UnicodeDecodeError:
        try:
            _check_old(raw, "", "")
        except CannotImport:
            return False
        return True
    return False


def read_bytes(path: Path, name: str, largest: int = MAX_BYTES) -> bytes:
    """Read the bytes of a source, at most `largest`. Raises CannotImport."""
    try:
        return files.content(path, largest=largest)
    except files.Unfit as error:
        if error.code == "too-large":
            raise CannotImport("too-large", name=name) from error
        if error.error is not None and path.exists():
            raise CannotImport("unreadable", name=name, detail=error.error.strerror or str(error.error)) from error
        raise CannotImport("no-such-file", name=name) from error


LIGATURES = {
    code: unicodedata.normalize("NFKC", chr(code))
    for code in range(0xFB00, 0xFB50)
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
