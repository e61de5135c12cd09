"""Paragraphs of a document, and rules for titles, descriptions and speakers of quotations."""

from __future__ import annotations

import re
from typing import NamedTuple

from hankelod.intake.documents.joins import joint, words
from hankelod.intake.documents.layout import BULLET, END, QUOTES, plain
from hankelod.intake.documents.lines import Line

OPEN = re.compile(r"[-–—,]$")
"""The end of a title that goes on."""


class Passage(NamedTuple):
    """A text of the document with the numbers of its lines."""

    text: str
    lines: tuple[int, ...]


class Paragraph(NamedTuple):
    """Lines without an empty line between them.

    `gap` is the number of empty lines before it; `heading` is true where the document marks it as a heading.
    """

    lines: tuple[Line, ...]
    gap: int
    heading: bool

    @property
    def text(self) -> str:
        """The joined lines, without marks of Markdown."""
        return joined([plain(line.text) for line in self.lines])

    def passage(self) -> Passage:
        """Return the text with the numbers of its lines."""
        return Passage(self.text, tuple(line.number for line in self.lines))


def joined(texts: list[str]) -> str:
    """Join the lines of a paragraph; a hyphen at the end of a line stays, with a space where it is suspended."""
    known = words(())
    out = ""
    for text in texts:
        if not out or not text:
            out += text
        else:
            between = joint(out, text, known)[1] if re.search(r"[\w][-–—‐‑]$", out) else " "
            out += between + text
    return re.sub(r"[ \u00a0]+", " ", out).strip()


def speaker(text: str) -> tuple[str, str] | None:
    """Return the text before the speaker of a quotation, and the speaker; None where a line names none."""
    name = r"[A-ZÅÄÖÉ][\w’'.-]+(?:[ \u00a0](?:von|af|de|[A-ZÅÄÖÉ][\w’'.-]*))+"
    alone = re.fullmatch(rf"(?:{BULLET.pattern})({name}(?:,.*)?)", text)
    if alone:
        return "", alone.group(1)
    after = re.fullmatch(rf"(.*[{QUOTES}])[\s\u00a0]*[-–—,]?[\s\u00a0]*({name}(?:,[^{QUOTES}]*)?)", text)
    return (after.group(1), after.group(2)) if after else None


def titled(paragraphs: list[Paragraph], first: bool) -> tuple[list[Paragraph], Passage | None, list[Passage]]:
    """Split paragraphs into those before a project, its title and its description.

    `first` is true for the first project of a document.
    """
    at = _title_at(paragraphs, first)
    title = paragraphs[at]
    rest = paragraphs[at + 1 :]
    lines, tail = _title_lines(title)
    while rest and not rest[0].heading and not tail:
        words = joined([plain(x.text) for x in lines])
        # what the document marks as a heading ends with it, unless it is cut off
        if not _continues(words, rest[0]) or (title.heading and not OPEN.search(words)):
            break
        lines, rest = [*lines, *rest[0].lines], rest[1:]
    while rest and rest[0].heading and title.heading and rest[0].gap == 0:
        lines, rest = [*lines, *rest[0].lines], rest[1:]
    whole_title = Passage(joined([plain(x.text) for x in lines]), tuple(x.number for x in lines))
    description = [Passage(joined([plain(x.text) for x in tail]), tuple(x.number for x in tail))] if tail else []
    return paragraphs[:at], whole_title, description + [p.passage() for p in rest]


def _title_at(paragraphs: list[Paragraph], first: bool) -> int:
    """The index of the paragraph in which the title begins."""
    headings = [n for n, p in enumerate(paragraphs) if p.heading]
    if headings:
        at = headings[-1]
        while at and paragraphs[at - 1].heading and _continues(paragraphs[at - 1].text, paragraphs[at]):
            at -= 1
        return at
    wide = [n for n, p in enumerate(paragraphs) if p.gap >= 3 and not END.search(p.lines[0].text)]
    if first:
        apart = wide or [n for n, p in enumerate(paragraphs) if n and p.gap >= 2 and not END.search(p.text)]
        if apart:
            return apart[-1]
        at = len(paragraphs) - 1
        while at and END.search(paragraphs[at].text):
            at -= 1
        while at and _continues(paragraphs[at - 1].text, paragraphs[at]):
            at -= 1
        return at
    return wide[-1] if wide and paragraphs[0].gap < 2 else 0


def _continues(title: str, following: Paragraph) -> bool:
    """True where a title continues: it ends in a dash, or the next paragraph begins with one or in lower case."""
    text = following.text
    if following.gap > 1 or END.search(text) or len(text) > 160:
        return False
    return bool(OPEN.search(title)) or text[:1].islower() or bool(re.match(r"[-–—(]", text))


def _title_lines(title: Paragraph) -> tuple[list[Line], list[Line]]:
    """Lines of the first paragraph that are the title, and those that are already description."""
    lines = list(title.lines)
    if title.heading or len(lines) == 1 or (not END.search(title.text) and len(title.text) <= 300):
        return lines, []
    cut = 1
    while cut < len(lines) - 1 and (
        re.search(r"[-–—,]$", plain(lines[cut - 1].text)) or re.match(r"[-–—(]|[a-zåäö]", plain(lines[cut].text))
    ):
        cut += 1
    return lines[:cut], lines[cut:]
