"""Text tables for a terminal: columns aligned, bounded width, no text cut off."""

from __future__ import annotations

import unicodedata

from hankelod.messages.console import escaped

GAP = "  "

RULE = "─"

_SPACES = str.maketrans("\n\r\t", "   ")

MIN_WIDTH = 6
"""Least width of a shortened column; where columns would be narrower, each row becomes lines of `name: value`."""


def table(names: list[str], rows: list[list[str]], numeric: list[bool], width: int | None = None) -> str:
    """Return rows as a table of at most `width` columns of text (None: unbounded), its header ruled off.

    Long cells are wrapped; columns that are `numeric` are aligned to the right.
    """
    cells = [[_on_one_line(c) for c in row] for row in rows]
    widths = [max((_width(c) for c in column), default=0) for column in zip(names, *cells, strict=True)]
    if width is not None:
        narrowed = _narrowed(widths, width - len(GAP) * (len(names) - 1))
        if narrowed is None:
            return _records(names, cells, width)
        widths = narrowed
    lines = _lines(names, widths, numeric)
    lines.append(GAP.join(RULE * w for w in widths))
    for row in cells:
        lines += _lines(row, widths, numeric)
    return "".join(line.rstrip() + "\n" for line in lines)


def _narrowed(widths: list[int], room: int) -> list[int] | None:
    """Widths whose sum is at most `room`, the widest columns shortened first; None where they would be too narrow."""
    if sum(widths) <= room:
        return widths
    low, high = 0, max(widths)
    while low < high:
        middle = (low + high + 1) // 2
        if sum(min(w, middle) for w in widths) <= room:
            low = middle
        else:
            high = middle - 1
    if low < MIN_WIDTH:
        return None
    narrowed = [min(w, low) for w in widths]
    spare = room - sum(narrowed)
    for n, full in enumerate(widths):
        if full > low and spare:
            narrowed[n] += 1
            spare -= 1
    return narrowed


def _lines(row: list[str], widths: list[int], numeric: list[bool]) -> list[str]:
    """One row as lines of text, its cells wrapped and padded."""
    wrapped = [_wrap(cell, width) for cell, width in zip(row, widths, strict=True)]
    return [
        GAP.join(
            _pad(column[n] if n < len(column) else "", width, right)
            for column, width, right in zip(wrapped, widths, numeric, strict=True)
        )
        for n in range(max((len(c) for c in wrapped), default=0))
    ]


def _records(names: list[str], rows: list[list[str]], width: int) -> str:
    """Each row as lines of `name: value`, rows separated by an empty line."""
    blocks = []
    for row in rows:
        pieces = [
            line for name, cell in zip(names, row, strict=True) for line in _wrap(f"{name}: {cell}", max(width, 2))
        ]
        blocks.append("\n".join(pieces) + "\n")
    return "\n".join(blocks)


def _on_one_line(text: str) -> str:
    """A cell on one line, without control characters, which a terminal would interpret."""
    return escaped(text.translate(_SPACES))


def _width(text: str) -> int:
    """The width of a text in columns of a terminal."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _pad(text: str, width: int, right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if right else text + space


def _wrap(text: str, width: int) -> list[str]:
    """A text in lines of at most this width, broken at spaces where possible."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        joined = f"{line} {word}" if line else word
        if _width(joined) <= width:
            line = joined
            continue
        if line:
            lines.append(line)
        while _width(word) > width:
            cut = _cut(word, width)
            lines.append(word[:cut])
            word = word[cut:]
        line = word
    return [*lines, line] if line or not lines else lines


def _cut(word: str, width: int) -> int:
    """The number of characters of a word that fit into a width; at least one."""
    used = 0
    for n, character in enumerate(word):
        used += _width(character)
        if used > width:
            return max(n, 1)
    return len(word)
