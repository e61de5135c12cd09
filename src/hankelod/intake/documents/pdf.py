"""Reader of PDF documents: glyphs become lines in the order of reading, without what every page repeats."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

from hankelod.intake.documents import glyphs
from hankelod.intake.documents.furniture import Row, furniture
from hankelod.intake.documents.glyphs import Glyph, Page
from hankelod.intake.documents.layout import END
from hankelod.intake.documents.lines import Line

SAME = 0.45
"""Share of the size of type by which baselines of one line may differ: indices and powers do."""

WORD = 0.2
"""Share of the size of type that is a space between words."""

FEW = 8
"""Fewest gaps between letters that show how far apart a line is set."""

SEEN = 0.1
"""The same where PDFium, which knows the font, sees a space."""

COLUMN = 0.8
"""Share of the size of type that parts two columns where the file does not go on from one to the other."""

APART = 2.0
"""Share of the size of type that parts two texts in any case."""

GAP = 1.18
"""Distance of lines, in those of a paragraph, from which on a new one begins."""

LEAST = 0.1
"""Least size of letters in points, by which others are measured: a file can give them none."""

HEADING = 1.15
"""Size of type, in that of most characters, from which on a line is a heading."""

UNORDERED = 0.2
"""Share of steps against the order of reading from which on a file's own order is not followed."""


def read_pdf(raw: bytes, name: str) -> Iterable[Line]:
    """Read a PDF line by line; a larger font makes a heading, a wide gap an empty line. Raises CannotImport."""
    pages = glyphs.pages(raw, name)
    return list(_lines(pages, [_rows(page) for page in pages]))


### Rows of a page


def _rows(page: Page) -> list[Row]:
    """The lines of a page in the order of reading."""
    segments = [s for line in _baselines(page.glyphs) for s in _segments(line)]
    out: list[Row] = []
    for row in _ordered(segments):
        before = out[-1] if out else None
        level = before is not None and abs(before.baseline - row.baseline) < SAME * max(before.size, row.size)
        if before is not None and level and row.left_edge >= before.right_edge - row.size:
            out[-1] = before._replace(
                right_edge=row.right_edge,
                size=max(before.size, row.size),
                spans=(*before.spans, ("\t", "", ""), *row.spans),
            )
        else:
            out.append(row)
    return out


def _baselines(found: list[Glyph]) -> list[list[Glyph]]:
    """Glyphs by the line that they stand on, from the top of the page down."""
    lines: list[list[Glyph]] = []
    at = size = 0.0
    for glyph in sorted(found, key=lambda g: (-g.baseline, g.order)):
        if lines and at - glyph.baseline <= SAME * max(size, glyph.size):
            lines[-1].append(glyph)
            if glyph.size > size:
                at, size = glyph.baseline, glyph.size
        else:
            lines.append([glyph])
            at, size = glyph.baseline, glyph.size
    return lines


def _segments(line: list[Glyph]) -> Iterator[Row]:
    """The texts of a line, parted where another column begins."""
    run: list[Glyph] = []
    for glyph in sorted(line, key=lambda g: (g.left_edge, g.order)):
        if run:
            gap, size = glyph.left_edge - run[-1].right_edge, max(glyph.size, run[-1].size)
            leap = abs(glyph.order - run[-1].order) > 1
            if gap > APART * size or (gap > COLUMN * size and leap):
                yield _row(run)
                run = []
        run.append(glyph)
    if run:
        yield _row(run)


def _row(run: list[Glyph]) -> Row:
    """Glyphs as one text with spaces, links and what is struck out; a word is linked or struck out as a whole."""
    spans: list[tuple[str, str, str]] = []
    for word in _words(run):
        link, left = (
            Counter(marks).most_common(1)[0][0] for marks in zip(*((g.link, g.left) for g in word), strict=True)
        )
        text = "".join(g.text for g in word)
        before = spans[-1] if spans else None
        if before is not None and before[1:] == (link, left):
            spans[-1] = (f"{before[0]} {text}", link, left)
        else:
            spans += [(" ", "", "")] if before is not None else []
            spans.append((text, link, left))
    sizes = Counter(round(g.size, 1) for g in run)
    size = max(sorted(sizes), key=lambda s: sizes[s])
    baselines = Counter(round(g.baseline, 1) for g in run)
    baseline = max(sorted(baselines), key=lambda b: baselines[b])
    order = min(g.order for g in run)
    return Row(run[0].left_edge, run[-1].right_edge, baseline, size, order, tuple(spans))


def _words(run: list[Glyph]) -> list[list[Glyph]]:
    """The glyphs of a line by words: parted by a space of the file, one that PDFium sees, or a gap."""
    words = [[run[0]]]
    spread = _spread(run)
    for before, glyph in pairwise(run):
        follows = glyph.order == before.order + 1
        least = (SEEN if follows and glyph.parted else WORD) * max(glyph.size, before.size)
        if (follows and glyph.spaced) or glyph.left_edge - before.right_edge > least + spread:
            words.append([])
        words[-1].append(glyph)
    return words


def _spread(run: list[Glyph]) -> float:
    """The distance by which the letters of a line are set apart; a wide one only where the file has spaces too.

    Else a row of single figures would be taken for a number.
    """
    gaps = sorted(two.left_edge - one.right_edge for one, two in pairwise(run) if not two.spaced)
    if len(gaps) < FEW or gaps[len(gaps) // 2] <= 0:
        return 0.0
    usual = gaps[len(gaps) // 2]
    return usual if usual < WORD * run[0].size or any(g.spaced for g in run) else 0.0


def _ordered(segments: list[Row]) -> list[Row]:
    """Texts in the order of reading: from the top down, or in the file's order where there are columns.

    A program that puts the words of columns anywhere gets them from top to bottom by columns.
    """
    by_place = sorted(segments, key=lambda r: (-r.baseline, r.left_edge))
    if not any(_beside(one, two) for one, two in pairwise(by_place)):
        return by_place
    in_file = sorted(segments, key=lambda r: r.order)
    against = 0
    for one, two in pairwise(in_file):
        up = two.baseline > one.baseline + SAME * two.size
        level = abs(two.baseline - one.baseline) <= SAME * two.size
        against += (up and two.left_edge < one.right_edge) or (level and two.left_edge < one.left_edge)
    return in_file if against <= max(2, UNORDERED * len(in_file)) else _by_place(segments)


def _beside(one: Row, two: Row) -> bool:
    """True where two texts stand beside each other, and not one after the other in the same line of the file."""
    if one.baseline - two.baseline > max(one.size, two.size):
        return False
    level = one.baseline - two.baseline <= SAME * max(one.size, two.size)
    follows = level and one.order < two.order <= one.order + len(one.text)
    return not follows and (one.right_edge < two.left_edge or two.right_edge < one.left_edge)


def _by_place(segments: list[Row]) -> list[Row]:
    """Texts by columns where a gap goes through all of them, else in blocks from the top down."""
    out: list[Row] = []
    stack = [segments]
    while stack:
        block = stack.pop()
        parts = _columns(block) or _blocks(block)
        if parts is None:
            out += sorted(block, key=lambda r: (-r.baseline, r.left_edge))
        else:
            stack += reversed(parts)
    return out


def _columns(block: list[Row]) -> list[list[Row]] | None:
    """A block in two at the first gap from its top to its bottom, where each side has several lines, else None."""
    ordered = sorted(block, key=lambda r: (r.left_edge, r.right_edge))
    edge = float("-inf")
    for n, row in enumerate(ordered):
        if n and row.left_edge - edge > COLUMN * row.size:
            sides = ordered[:n], ordered[n:]
            if all(len({round(r.baseline) for r in side}) >= 3 for side in sides):
                return list(sides)
        edge = max(edge, row.right_edge)
    return None


def _blocks(block: list[Row]) -> list[list[Row]] | None:
    """A block in two at its widest gap between lines, else None."""
    ordered = sorted(block, key=lambda r: (-r.baseline, r.left_edge))
    gaps = [(one.baseline - two.baseline, n) for n, (one, two) in enumerate(pairwise(ordered), 1)]
    if not gaps or len(ordered) < 4:
        return None
    width, at = max(gaps, key=lambda g: (g[0], -g[1]))
    return [ordered[:at], ordered[at:]] if width > APART * ordered[at].size else None


### Lines of the document


def _lines(pages: list[Page], rows: list[list[Row]]) -> Iterator[Line]:
    sizes: Counter[float] = Counter()
    for row in (r for page in rows for r in page):
        sizes[row.size] += len(row.text)
    body = max(max(sorted(sizes), key=lambda s: sizes[s]) if sizes else 0.0, LEAST)
    pitch = _pitch(rows, body)
    repeated = furniture(rows, [page.box for page in pages], body, pitch)
    number = 0
    before: Row | None = None
    pending: Line | None = None
    aside: list[Line] = []
    for page, on_page, ends in zip(pages, rows, repeated, strict=True):
        widest = max((r.right_edge for r in on_page), default=0.0)
        fresh = True
        for at, row in enumerate(on_page):
            number += 1
            if at in ends:
                aside.append(Line(number, row.text.strip(), left=ends[at]))
                continue
            gap = 0 if before is None else _gap(before, row, pitch, body, fresh, widest)
            aside += [Line(number, text.strip(), left=why) for text, _, why in row.spans if why and text.strip()]
            if pending is not None and before is not None and not gap and (one := _linked(before, row)) is not None:
                before = row._replace(spans=one)
                pending = pending._replace(text=before.marked())
            else:
                if pending is not None:
                    yield pending
                    yield from aside_of(aside, pending.number)
                yield from (Line(number, "") for _ in range(gap))
                pending, before = Line(number, row.marked(), row.size > body * HEADING), row
            fresh = False
        number = max(number, 1)
        aside += [Line(number, page.turned, left="rotated")] if page.turned else []
        aside += [Line(number, remark, left="comment") for remark in page.remarks]
        aside += [Line(number, "", left="picture")] if page.picture else []
    if pending is not None:
        yield pending
    yield from aside


def aside_of(aside: list[Line], number: int) -> Iterator[Line]:
    """Yield what was left out up to a line, and forget it."""
    while aside and aside[0].number <= number:
        yield aside.pop(0)


def _pitch(rows: list[list[Row]], body: float) -> float:
    """The distance of lines within a paragraph: the least that is common."""
    gaps: Counter[float] = Counter()
    for page in rows:
        for one, two in pairwise(page):
            gap = one.baseline - two.baseline
            if one.size == two.size == body and 0.8 * body <= gap <= 3 * body:
                gaps[round(gap * 2) / 2] += 1
    common = [gap for gap in sorted(gaps) if gaps[gap] >= max(2, 0.08 * gaps.total())]
    return min(common[0], 1.7 * body) if common else 1.25 * body


def _gap(before: Row, row: Row, pitch: float, body: float, fresh: bool, widest: float) -> int:
    """The empty lines between two rows: a wide gap makes some; a new page or column only where a text has ended."""
    distance = before.baseline - row.baseline
    if fresh or distance < 0:
        text = before.text.strip()
        short = before.right_edge < 0.8 * widest and not re.search(r"[-\u2010,]$", text)
        return int(bool(END.search(text)) or (short and not row.text.strip()[:1].islower()))
    expected = max(pitch * max(1.0, before.size / body, row.size / body), 1.0)
    return min(max(round(distance / expected) - 1, 1), 3) if distance > GAP * expected else 0


def _linked(before: Row, row: Row) -> tuple[tuple[str, str, str], ...] | None:
    """The texts of two rows as one where a link goes on from the first to the second, else None."""
    (words, address, left), (more, second, why) = before.spans[-1], row.spans[0]
    if not address or address != second or left != why:
        return None
    whole = words.rstrip() + more.lstrip()
    return (
        *before.spans[:-1],
        (whole if whole in address else f"{words.rstrip()} {more.lstrip()}", address, left),
        *row.spans[1:],
    )
