"""Safety check of regular expressions for all engines that may run them: Rust, Python (pySHACL), JavaScript (editors).

Rust's engine takes linear time. Python's and JavaScript's backtrack, which takes exponential time on `^(a+)+$`, and
they have constructs that Rust lacks. So a pattern is accepted only without look-around and back-references, and
without unbounded repetitions that can match a text in several ways.
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Iterable, Iterator
from typing import NamedTuple

MANY = 4
"""A repetition with a higher maximum is treated as unbounded: `(a?){30}a{30}` takes Python 2^30 steps."""

ALPHABET = frozenset([*(chr(n) for n in range(128)), "ä", "Ö", "\u00a0", "\u2028", "é", "中", "😀"])
"""Sample of characters on which character classes are compared."""

_PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\$", re.S)
"""An escape, a character class, or the end of the text."""


def for_python(pattern: str) -> str:
    """Write a pattern so that Python's `$` is the end of the text, as in XPath: not before a last line end too."""
    return _PIECE.sub(lambda m: r"\Z" if m.group() == "$" else m.group(), pattern)


CALL = re.compile(
    r"""(?i)\b(?P<name>REGEX|REPLACE)\s*\((?P<before>[^"']*?,\s*)(?:"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^'\\]|\\.)*)')"""
)
"""A call in SPARQL whose second argument, a pattern, is a text."""


def in_query_for_python(query: str) -> str:
    """Write the patterns in a SPARQL query as `for_python` does; in the query, a backslash is written twice."""

    def rewritten(call: re.Match[str]) -> str:
        mark = '"' if call["double"] is not None else "'"
        written = call["double"] if call["double"] is not None else call["single"]
        plain = re.sub(r"\\(.)", r"\1", written)
        pattern = for_python(plain)
        if pattern == plain:
            return call.group()
        escaped = pattern.replace("\\", "\\\\").replace(mark, "\\" + mark)
        return f"{call['name']}({call['before']}{mark}{escaped}{mark}"

    return CALL.sub(rewritten, query)


### Safety


class One(NamedTuple):
    """A character, a class of characters or a dot, as written."""

    written: str


class Anchor(NamedTuple):
    """A place in a text, such as its end: it takes no character."""

    written: str


class Repeat(NamedTuple):
    """A repetition; without a maximum, `most` is infinite."""

    least: float
    most: float
    body: list[Item]


class Choice(NamedTuple):
    """A group, or the whole pattern: the alternatives, at least one."""

    ways: list[list[Item]]


Item = One | Anchor | Repeat | Choice

_TOKEN = re.compile(
    r"""(?xs)
    (?P<atomic>\(\?>) | (?P<look>\(\?<?[=!]) | (?P<reference>\(\?P=\w+\)|\(\?\(|\\[1-9])
    | (?P<comment>\(\?\#[^)]*\)) | (?P<flags>\(\?[a-zA-Z]+\))
    | (?P<open>\((?:\?(?:P<\w+>|[a-zA-Z-]*:))?) | (?P<close>\))
    | (?P<bar>\|) | (?P<place>\^|\$|\\[AZbB])
    | (?P<times>(?:[*+?]|\{(?:\d+(?:,\d*)?|,\d*)\}))(?P<lazy>\??)(?P<possessive>\+?)
    | (?P<one>\[\^?\]?(?:\\.|[^\]\\])*\]|\\(?:x..|u.{4}|U.{8}|0[0-7]{0,2}|N\{[^}]*\}|.)|.)
    """
)
"""The parts of a pattern, in Python's grammar."""

_REFUSED = {
    "atomic": "an atomic group",
    "look": "look-around",
    "reference": "a back-reference",
    "possessive": "a possessive quantifier",
}


class _Unsupported(Exception):
    """A construct that some engine lacks."""


def unsafe_reason(pattern: str) -> str | None:
    """Return the reason in English why a pattern is refused, or None if it is safe."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)  # Rust reads sets in sets, which Python may come to
            if re.compile(pattern).flags & re.VERBOSE:
                return "its spaces have no meaning, which not every engine has"
        whole = _parsed(pattern)
    except FutureWarning:
        return "a class of characters contains `[`, `--`, `&&`, `~~` or `||`, which engines read differently"
    except (re.error, OverflowError, RecursionError) as error:
        return f"it cannot be read: {error}"
    except _Unsupported as error:
        return f"it uses {error}, which not every engine has"
    return "a repetition inside a repetition could try again without end" if _ambiguous([whole]) else None


def _parsed(pattern: str) -> Choice:
    """Return the structure of a pattern that Python can read. Raises _Unsupported."""
    groups = [Choice([[]])]
    for part in _TOKEN.finditer(pattern):
        for kind, name in _REFUSED.items():
            if part[kind]:
                raise _Unsupported(name)
        items = groups[-1].ways[-1]
        if part["open"]:
            groups.append(Choice([[]]))
        elif part["close"]:
            whole = groups.pop()
            groups[-1].ways[-1].append(whole)
        elif part["bar"]:
            groups[-1].ways.append([])
        elif part["times"]:
            items[-1:] = [Repeat(*_bounds(part["times"]), items[-1:])]
        elif part["one"]:
            items.append(One(part["one"]))
        elif part["place"]:
            items.append(Anchor(part["place"]))
    return groups[0]


def _bounds(times: str) -> tuple[float, float]:
    if times in ("*", "+", "?"):
        return {"*": (0, math.inf), "+": (1, math.inf), "?": (0, 1)}[times]
    least, comma, most = times[1:-1].partition(",")
    return int(least or 0), int(most) if most else math.inf if comma else int(least)


def _inside(item: Item) -> Iterator[list[Item]]:
    if isinstance(item, Repeat):
        yield item.body
    elif isinstance(item, Choice):
        yield from item.ways


def _ambiguous(items: Iterable[Item]) -> bool:
    for item in items:
        if isinstance(item, Repeat) and item.most > MANY and not _distinct_rounds(item.body):
            return True
        if any(_ambiguous(inner) for inner in _inside(item)):
            return True
    return False


def _distinct_rounds(body: list[Item]) -> bool:
    """Check if a text splits into repetitions of this body in one way only.

    True if all repetitions have one width, or if a character that occurs nowhere else begins or ends each.
    """
    while len(body) == 1 and isinstance(body[0], Choice) and len(body[0].ways) == 1:
        body = body[0].ways[0]
    if all(_is_one(item) for item in body):
        return True
    first, rest = body[0], body[1:]
    last, before = body[-1], body[:-1]
    return (_is_one(first) and not _characters([first]) & _characters(rest)) or (
        _is_one(last) and not _characters([last]) & _characters(before)
    )


def _is_one(item: Item) -> bool:
    """Check if an item matches a fixed number of characters in one way."""
    if isinstance(item, Repeat):
        return item.least == item.most and all(_is_one(i) for i in item.body)
    if isinstance(item, Choice) and len(item.ways) > 1:  # characters that differ are one class of characters
        each = [_characters(way) for way in item.ways if len(way) == 1 and isinstance(way[0], One)]
        return len(each) == len(item.ways) and sum(map(len, each)) == len(frozenset().union(*each))
    return isinstance(item, One) or (isinstance(item, Choice) and all(_is_one(i) for i in item.ways[0]))


def _characters(items: Iterable[Item]) -> frozenset[str]:
    """Return the characters of ALPHABET, and other literals, that these items may match."""
    characters: frozenset[str] = frozenset()
    for item in items:
        if isinstance(item, One):
            matches = re.compile(item.written, re.S).fullmatch
            named = frozenset(item.written if len(item.written) == 1 else "") | ALPHABET
            characters |= frozenset(c for c in named if matches(c))
        else:
            for inner in _inside(item):
                characters |= _characters(inner)
    return characters
