"""Reader of documents: the lines of a file of any supported format."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from hankelod.intake.documents import joins
from hankelod.intake.documents.lines import (
    MAX_CHARACTERS,
    MAX_LINE,
    MAX_LINES,
    CannotImport,
    Line,
    clean,
    decode,
    read_bytes,
)

Reader = Callable[[bytes, str], Iterable[Line]]


def read_text(raw: bytes, name: str) -> Iterable[Line]:
    """Read plain text in UTF-8, UTF-16 or else Windows-1252, the encoding of old Finnish documents."""
    return [Line(n, line) for n, line in enumerate(decode(raw, name).split("\n"), 1)]


def _readers() -> dict[str, Reader]:
    """The reader of each suffix."""
    from hankelod.intake.documents import markup, pdf, word

    return {
        ".txt": read_text,
        ".text": read_text,
        ".md": markup.read_markdown,
        ".markdown": markup.read_markdown,
        ".html": markup.read_html,
        ".htm": markup.read_html,
        ".xhtml": markup.read_html,
        ".docx": word.read_docx,
        ".pdf": pdf.read_pdf,
    }


def read(path: Path, name: str) -> list[Line]:
    """Read the lines of a document; the reader of its format numbers them, and marks those that are not taken.

    `name` is the document's name in messages. Raises CannotImport.
    """
    readers = _readers()
    reader = readers.get(path.suffix.casefold())
    if reader is None:
        raise CannotImport("unknown-format", name=name, expected=", ".join(sorted(readers)) + ", .csv, .xlsx")
    read: list[Line] = []
    characters = 0
    for line in reader(read_bytes(path, name), name):
        characters += len(line.text)
        if len(read) >= MAX_LINES or len(line.text) > MAX_LINE or characters > MAX_CHARACTERS:
            raise CannotImport("too-large", name=name)
        read.append(line)
    lines = [line._replace(text=clean(line.text)) for line in joins.unbroken(read)]
    if not any(line.text.strip() for line in lines if not line.left):
        raise CannotImport("no-text" if path.suffix.casefold() == ".pdf" else "empty", name=name)
    return lines
