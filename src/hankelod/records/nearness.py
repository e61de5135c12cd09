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

STEM = 4
"""Least letters that two forms of a word share: `municipality` and `municipalities`."""

ENDING = 4
"""Most letters of the ending of a form."""

_WORD = re.compile(r"[^\W_]+")

_HUMP = re.compile(r"(?<=[a-zåäö0-9])(?=[A-ZÅÄÖ])")


def nearest(text: str, names: Iterable[str], things: Mapping[str, str] | None = None, short: int = SHORT) -> str | None:
    """Return the name that `text` is a slip of, or None if there is none or several are as near.

    `things` says what a name stands for: several names of one thing are not several. `short` is 0 for words of a
    closed list, among which another letter is always a slip.
    """
    found: list[tuple[int, str]] = []
    for name in get_close_matches(text, list(names), n=CANDIDATES, cutoff=ALIKE):
        slips = _slips(text, name, short)
        if slips is not None:
            found.append((slips, name))
    if not found:
        return None
    least = min(slips for slips, _ in found)
    best = [name for slips, name in found if slips == least]
    different = {things[name] if things else " ".join(_WORD.findall(name)) for name in best}
    return best[0] if len(different) == 1 else None


def meaning(text: str, names: Mapping[str, Iterable[str]]) -> str | None:
    """Return the one of these words that `text` means, or None; `names` are the spelling and the labels of each.

    A name as it is counts most, then a slip of one, then a word of one, then another form of one. What several words
    are called means none of them.
    """
    called: dict[str, set[str]] = {}
    for word, its_names in names.items():
        for name in its_names:
            called.setdefault(_tidy(name), set()).add(word)
    written = _tidy(text)
    if written in called:
        return _only([called[written]])
    near = nearest(written, called, {name: " ".join(sorted(its)) for name, its in called.items()})
    if near is not None:
        return _only([called[near]])
    parts = [its for name, its in called.items() if len(written) >= STEM and written in name.split()]
    return _only(parts or [its for name, its in called.items() if _one_word(written, name)])


def begun(text: str, names: Iterable[str]) -> str | None:
    """Return the longest name that `text` begins with (`startDate`, `SUBSTRING`), or None."""
    return max((name for name in names if len(name) >= STEM and text.startswith(name)), key=len, default=None)


def _tidy(name: str) -> str:
    return " ".join(_WORD.findall(_HUMP.sub(" ", name))).casefold()


def _only(found: list[set[str]]) -> str | None:
    words = set().union(*found)
    return words.pop() if len(words) == 1 else None


def _one_word(text: str, name: str) -> bool:
    """Tell whether two names may be forms of one word: they differ in a short ending alone."""
    one, other = text.replace(" ", ""), name.replace(" ", "")
    shared = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return shared >= STEM and max(len(one), len(other)) - shared <= ENDING


def _slips(text: str, name: str, short: int) -> int | None:
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
        another = len(word) == len(other) <= short and sorted(word) != sorted(other)
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
