"""Heads, feet and numbers of a PDF's pages: what pages repeat at the same height, apart from the text."""

from __future__ import annotations

import re
from typing import NamedTuple

from hankelod.intake.documents.glyphs import Box
from hankelod.intake.documents.layout import LABEL, pieces

ZONE = 0.15
"""Share of a page's height at its top and bottom in which heads and feet lie."""

NEAREST = 3
"""Most lines at the top or the bottom of a page that are heads or feet."""

LEVEL = 3.0
"""Most points by which the height of a head or a foot differs between pages."""

SHARE = 0.3
"""Least share of pages that repeat it; heads of left and right pages differ, and first pages have none."""

LARGEST = 1.5
"""Largest size of type of a head, in that of most characters."""

SMALL = 1.1
"""The same for one that is numbered, as titles are too."""

NUMBER = re.compile(r"\W*(?:[^\W\d]+\.?\s*)?\W*(?P<n>\d{1,4})\W*(?:[^\W\d]+\s*)?(?P<of>\d{1,4})?\W*")
"""A page number: alone or with a word, possibly with the number of pages."""

LONGEST_NUMBER = 20
"""Most characters of a page number with its words."""

ROMAN = re.compile(r"\W*[ivxlc]{1,7}\W*", re.I)


class Row(NamedTuple):
    """A line of a page: its edges, baseline and size of type in points, its place in the file's order, and its texts.

    Each text has the address of its link and the reason for leaving it out, or empty strings.
    """

    left_edge: float
    right_edge: float
    baseline: float
    size: float
    order: int
    spans: tuple[tuple[str, str, str], ...]

    @property
    def text(self) -> str:
        """The text without marks."""
        return "".join(text for text, _, left in self.spans if not left) or "".join(text for text, _, _ in self.spans)

    def marked(self) -> str:
        """Return the text that is taken, links as `[text](address)`."""
        out = ""
        for text, address, left in self.spans:
            words = text.strip()
            if left:
                continue
            if not address or not words or words == address or words.rstrip("/") == address.rstrip("/"):
                out += text
                continue
            start = len(text) - len(text.lstrip())
            label = LABEL.match(words)
            if label is not None and not out.strip():
                out, words = f"{label.group()} ", words[label.end() :].strip()
            linked = f"[{words}]({address})" if words and words != address else words
            out += text[:start] + linked + text[len(text.rstrip()) :]
        return re.sub(r"[ \u00a0\t]+", " ", out).strip()


class Candidate(NamedTuple):
    """A line that may be a head or a foot: its page, its place on it, whether it is at the top, and its row."""

    page: int
    at: int
    top: bool
    row: Row

    @property
    def key(self) -> str:
        """The text with every number replaced."""
        return "#" if ROMAN.fullmatch(self.row.text) else re.sub(r"\d+", "#", self.row.text.strip().casefold())

    @property
    def numbers(self) -> list[int]:
        """The numbers in the text."""
        return [int(n) for n in re.findall(r"\d{1,9}", self.row.text)]


def furniture(pages: list[list[Row]], boxes: list[Box], body: float, pitch: float) -> list[dict[int, str]]:
    """Return for each page the places of its heads and feet with the reason for leaving them out."""
    found: list[dict[int, str]] = [{} for _ in pages]
    groups: dict[tuple[bool, str], list[Candidate]] = {}
    for number, (rows, box) in enumerate(zip(pages, boxes, strict=True)):
        for one in _candidates(number, rows, box, body):
            groups.setdefault((one.top, one.key), []).append(one)
            if _apart(one, rows, pitch) and (_numbers_page(one) or _out_of_order(one, rows)):
                found[number][one.at] = "header" if one.top else "footer"
    for group in groups.values():
        for one in group:
            if one.row.size > SMALL * body and one.numbers:
                continue
            level = [x for x in group if abs(x.row.baseline - one.row.baseline) <= LEVEL and x.page != one.page]
            if len({x.page for x in level}) + 1 >= max(2, SHARE * len(pages)) and any(_repeats(one, x) for x in level):
                found[one.page][one.at] = "header" if one.top else "footer"
    return found


def _candidates(number: int, rows: list[Row], box: Box, body: float) -> list[Candidate]:
    """The lines at the top and the bottom of a page that are no heading and no field of a project."""
    height = box[3] - box[1]
    order = sorted(range(len(rows)), key=lambda n: -rows[n].baseline)
    out = []
    for place, at in enumerate(order):
        row = rows[at]
        high = row.baseline > box[3] - ZONE * height and place < NEAREST
        low = row.baseline < box[1] + ZONE * height and place >= len(order) - NEAREST
        kind = pieces(row.text)[0].kind
        plain = kind == "text" or (kind == "bullet" and _number(row.text) is not None)
        if (high or low) and row.size <= LARGEST * body and plain:
            out.append(Candidate(number, at, not low, row))
    return out


def _repeats(one: Candidate, other: Candidate) -> bool:
    """True where the same text stands on two pages, its numbers alike or counting the pages."""
    if ROMAN.fullmatch(one.row.text):
        return True
    step = other.page - one.page
    same = [a == b or b - a == step for a, b in zip(one.numbers, other.numbers, strict=False)]
    return len(one.numbers) == len(other.numbers) and all(same)


def _apart(one: Candidate, rows: list[Row], pitch: float) -> bool:
    """True for the outermost line of a page, with a gap between it and all others."""
    others = [r for n, r in enumerate(rows) if n != one.at]
    outermost = all((r.baseline < one.row.baseline) == one.top for r in others)
    return bool(others) and outermost and min(abs(r.baseline - one.row.baseline) for r in others) > 1.8 * pitch


def _numbers_page(one: Candidate) -> bool:
    """True where a line, or a part of it at the edge, is the number of the page itself."""
    return any(_number(part) == one.page + 1 for part in one.row.text.split("\t"))


def _number(text: str) -> int | None:
    """The number that a text gives as a page's, or None."""
    match = NUMBER.fullmatch(text) if len(text) <= LONGEST_NUMBER else None
    return int(match["n"]) if match is not None else None


def _out_of_order(one: Candidate, rows: list[Row]) -> bool:
    """True for a head that the file gives after the text, or a foot that it gives before it."""
    orders = [r.order for n, r in enumerate(rows) if n != one.at]
    later = [r for r in rows if r.order > one.row.order]
    if one.top:
        return len(orders) > 1 and len(later) <= 1 and all(r.baseline < one.row.baseline for r in later)
    return len(orders) > 1 and one.row.order < min(orders)
