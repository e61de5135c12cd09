"""Nearness of names: the one that a misspelt name means.

A wrong suggestion is worse than none: names of organisations share most of their letters (`Rauman kaupunki` and
`Keravan kaupunki`), so each word has to be a slip of its counterpart, and figures have to be equal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

CANDIDATES = 8
"""Most names that are looked at word by word."""

ALIKE = 0.7
"""Least similarity of a candidate as a whole, of 1."""

SHORT = 6
"""Most letters of a word in which another letter makes another name: Vaala and Vaasa."""

LONG = 12
"""Least letters of a word in which two slips are likelier than another name."""

_WORD = re.compile(r"[^\W_]+")


def nearest(text: str, names: Iterable[str], things: Mapping[str, str] | None = None) -> str | None:
    """Return the name that `text` is a slip of, or None if there is none or several are as near.

    `things` says what a name stands for: several names of one thing are not several.
    """
    found: list[tuple[int, str]] = []
    for name in get_close_matches(text, list(names), n=CANDIDATES, cutoff=ALIKE):
        slips = _slips(text, name)
        if slips is not None:
            found.append((slips, name))
    if not found:
        return None
    least = min(slips for slips, _ in found)
    best = [name for slips, name in found if slips == least]
    different = {things[name] if things else " ".join(_WORD.findall(name)) for name in best}
    return best[0] if len(different) == 1 else None


def _slips(text: str, name: str) -> int | None:
    """Return the number of slips between two names, None if they are different names."""
    words, others = _WORD.findall(text), _WORD.findall(name)
    if len(words) != len(others):  # a space too many or too few
        words, others = ["".join(words)], ["".join(others)]
    slips = 0
    for word, other in zip(words, others, strict=True):
        if word == other:
            continue
        edits = _edits(word, other)
        allowed = 0 if len(other) < 3 else 1 if len(other) < LONG else 2
        another = len(word) == len(other) <= SHORT and sorted(word) != sorted(other)
        if word[:1] != other[:1] or edits > allowed or another or _figures(word) != _figures(other):
            return None
        slips += edits
    return slips


def _figures(word: str) -> str:
    return "".join(c for c in word if c.isdigit())


def _edits(one: str, other: str) -> int:
    """Return the number of letters to insert, delete, replace or exchange with their neighbour."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            least = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                least = min(least, earlier[j - 2] + 1)
            row.append(least)
    return row[-1]
