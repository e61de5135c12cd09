"""Safety check of regular expressions for all engines that may run them: Rust, Python (pySHACL), JavaScript (editors).

Rust's engine takes linear time. Python's and JavaScript's backtrack, which takes exponential time on `^(a+)+$`, and
they have constructs that Rust lacks. So a pattern is accepted only without look-around and back-references, and
without unbounded repetitions that can match a text in several ways.
"""

from __future__ import annotations

import re
import re._constants as op  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
from collections.abc import Iterable
from typing import Any

MANY = 4
"""A repetition with a higher maximum is treated as unbounded: `(a?){30}a{30}` takes Python 2^30 steps."""

ALPHABET = frozenset([*(chr(n) for n in range(128)), "ä", "Ö", "\u00a0", "\u2028", "é", "中", "😀"])
"""Sample of characters on which character classes are compared."""

_UNSUPPORTED = {
    op.ASSERT: "look-around",
    op.ASSERT_NOT: "look-around",
    op.GROUPREF: "a back-reference",
    op.GROUPREF_EXISTS: "a back-reference",
    op.ATOMIC_GROUP: "an atomic group",
    op.POSSESSIVE_REPEAT: "a possessive quantifier",
}


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


def unsafe_reason(pattern: str) -> str | None:
    """Return the reason in English why a pattern is refused, or None if it is safe."""
    try:
        tree = parser.parse(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return f"it cannot be read: {error}"
    return _unsupported(tree) or (
        "a repetition inside a repetition could try again without end" if _ambiguous(tree) else None
    )


def _unsupported(items: Iterable[Any]) -> str | None:
    """Return the first construct that some engine lacks, or None."""
    for code, value in items:
        if code in _UNSUPPORTED:
            return f"it uses {_UNSUPPORTED[code]}, which not every engine has"
        for inner in _inside(code, value):
            reason = _unsupported(inner)
            if reason:
                return reason
    return None


def _inside(code: Any, value: Any) -> list[Any]:
    if code in (op.MAX_REPEAT, op.MIN_REPEAT):
        return [value[2]]
    if code is op.SUBPATTERN:
        return [value[3]]
    return list(value[1]) if code is op.BRANCH else []


def _ambiguous(items: Iterable[Any]) -> bool:
    for code, value in items:
        endless = code in (op.MAX_REPEAT, op.MIN_REPEAT) and value[1] > MANY
        if endless and not _distinct_rounds(list(value[2])):
            return True
        if any(_ambiguous(inner) for inner in _inside(code, value)):
            return True
    return False


def _distinct_rounds(body: list[Any]) -> bool:
    """Check if a text splits into repetitions of this body in one way only.

    True if all repetitions have one width, or if a character that occurs nowhere else begins or ends each.
    """
    while len(body) == 1 and body[0][0] is op.SUBPATTERN:
        body = list(body[0][1][3])
    if all(_is_one(item) for item in body):
        return True
    first, rest = body[0], body[1:]
    last, before = body[-1], body[:-1]
    return (_is_one(first) and not _characters([first]) & _characters(rest)) or (
        _is_one(last) and not _characters([last]) & _characters(before)
    )


def _is_one(item: Any) -> bool:
    """Check if an item matches a fixed number of characters."""
    code, value = item
    if code in (op.MAX_REPEAT, op.MIN_REPEAT):
        return bool(value[0] == value[1]) and all(_is_one(i) for i in value[2])
    if code is op.SUBPATTERN:
        return all(_is_one(i) for i in value[3])
    return code in (op.LITERAL, op.NOT_LITERAL, op.IN, op.ANY)


def _characters(items: Iterable[Any]) -> frozenset[str]:
    """Return the characters of ALPHABET, and other literals, that these items may match."""
    characters: frozenset[str] = frozenset()
    for code, value in items:
        if code in (op.LITERAL, op.NOT_LITERAL, op.IN, op.ANY):
            characters |= frozenset(c for c in ALPHABET if _matches(code, value, c)) | (
                {chr(value)} if code is op.LITERAL else frozenset()
            )
        for inner in _inside(code, value):
            characters |= _characters(inner)
    return characters


def _matches(code: Any, value: Any, character: str) -> bool:
    if code is op.ANY:
        return True
    if code is op.LITERAL:
        return bool(ord(character) == value)
    if code is op.NOT_LITERAL:
        return bool(ord(character) != value)
    if code is op.RANGE:
        return bool(value[0] <= ord(character) <= value[1])
    if code is op.CATEGORY:
        return _in_category(value, character)
    negated = bool(value) and value[0][0] is op.NEGATE
    return any(_matches(c, v, character) for c, v in value if c is not op.NEGATE) != negated


def _in_category(category: Any, character: str) -> bool:
    tests = {"DIGIT": r"\d", "SPACE": r"\s", "WORD": r"\w"}
    name = str(category).removeprefix("CATEGORY_")
    wanted = not name.startswith("NOT_")
    return (re.match(tests[name.removeprefix("NOT_")], character) is not None) == wanted
