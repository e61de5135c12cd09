"""Rows as a table for a terminal: columns aligned, no wider than asked, nothing lost."""

from __future__ import annotations

import unicodedata

GAP = "  "

RULE = "─"

LEAST = 6
"""Columns narrower than this are hard to read: then each row becomes lines of `name: value`."""


def table(names: list[str], rows: list[list[str]], numeric: list[bool], width: int | None = None) -> str:
    """A table with its names ruled off; long cells go on below. `numeric` columns stand to the right."""
    cells = [[_plain(c) for c in row] for row in rows]
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
    """Widths that fit in the room, the widest columns giving way first; None where they cannot."""
    if sum(widths) <= room:
        return widths
    low, high = 0, max(widths)
    while low < high:
        middle = (low + high + 1) // 2
        if sum(min(w, middle) for w in widths) <= room:
            low = middle
        else:
            high = middle - 1
    if low < LEAST:
        return None
    narrowed = [min(w, low) for w in widths]
    spare = room - sum(narrowed)
    for n, full in enumerate(widths):
        if full > low and spare:
            narrowed[n] += 1
            spare -= 1
    return narrowed


def _lines(row: list[str], widths: list[int], numeric: list[bool]) -> list[str]:
    wrapped = [_wrap(cell, width) for cell, width in zip(row, widths, strict=True)]
    return [
        GAP.join(
            _pad(column[n] if n < len(column) else "", width, right)
            for column, width, right in zip(wrapped, widths, numeric, strict=True)
        )
        for n in range(max((len(c) for c in wrapped), default=0))
    ]


def _records(names: list[str], rows: list[list[str]], width: int) -> str:
    """Each row as lines of `name: value`, rows apart by an empty line."""
    blocks = []
    for row in rows:
        pieces = [
            line for name, cell in zip(names, row, strict=True) for line in _wrap(f"{name}: {cell}", max(width, 2))
        ]
        blocks.append("\n".join(pieces) + "\n")
    return "\n".join(blocks)


def _plain(text: str) -> str:
    """A cell without what would break lines or talk to the terminal."""
    return "".join(c if c.isprintable() else " " if c in "\n\r\t" else f"\\u{ord(c):04x}" for c in text)


def _width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _pad(text: str, width: int, right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if right else text + space


def _wrap(text: str, width: int) -> list[str]:
    """A text in lines of at most this width, broken at spaces where there are any."""
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
    """How many characters of a word fill a width; at least one."""
    used = 0
    for n, character in enumerate(word):
        used += _width(character)
        if used > width:
            return max(n, 1)
    return len(word)
