"""Whether a regular expression is safe in every engine that may run it: Rust's, Python's (pySHACL) and an editor's.

Rust's takes time in proportion to the text. Python's and JavaScript's go back and try again, which takes them years on
`^(a+)+$`; and they know constructs that Rust's does not. So a pattern is taken only where both hold: no look-around,
no back-reference; and no repetition without end whose rounds could be told apart in several ways.
"""

from __future__ import annotations

import re
import re._constants as op  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
from collections.abc import Iterable
from typing import Any

MANY = 4
"""More rounds of a repetition than this count as without end: `(a?){30}a{30}` takes Python 2^30 steps."""

ALPHABET = frozenset([*(chr(n) for n in range(128)), "ä", "Ö", "\u00a0", "\u2028", "é", "中", "😀"])
"""Characters that stand for all: sets of characters are compared on these."""

_ELSEWHERE = {
    op.ASSERT: "look-around",
    op.ASSERT_NOT: "look-around",
    op.GROUPREF: "a back-reference",
    op.GROUPREF_EXISTS: "a back-reference",
    op.ATOMIC_GROUP: "an atomic group",
    op.POSSESSIVE_REPEAT: "a possessive quantifier",
}


def fault(pattern: str) -> str | None:
    """Why a pattern cannot be used, in English, or None where it can."""
    try:
        tree = parser.parse(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return f"it cannot be read: {error}"
    return _foreign(tree) or (
        "a repetition inside a repetition could try again without end" if _ambiguous(tree) else None
    )


def _foreign(items: Iterable[Any]) -> str | None:
    """The first construct that not all engines have."""
    for code, value in items:
        if code in _ELSEWHERE:
            return f"it uses {_ELSEWHERE[code]}, which not every engine has"
        for inner in _inside(code, value):
            found = _foreign(inner)
            if found:
                return found
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
    """Whether a text can be cut into rounds of this body in one way only: all of one width, or each begun by a mark of its own."""
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
    """Whether an item stands for as many characters as it says, always: one, or an exact count of one."""
    code, value = item
    if code in (op.MAX_REPEAT, op.MIN_REPEAT):
        return bool(value[0] == value[1]) and all(_is_one(i) for i in value[2])
    if code is op.SUBPATTERN:
        return all(_is_one(i) for i in value[3])
    return code in (op.LITERAL, op.NOT_LITERAL, op.IN, op.ANY)


def _characters(items: Iterable[Any]) -> frozenset[str]:
    """The characters that these items may stand for, of the alphabet."""
    found: frozenset[str] = frozenset()
    for code, value in items:
        if code in (op.LITERAL, op.NOT_LITERAL, op.IN, op.ANY):
            found |= frozenset(c for c in ALPHABET if _stands_for(code, value, c)) | (
                {chr(value)} if code is op.LITERAL else frozenset()
            )
        for inner in _inside(code, value):
            found |= _characters(inner)
    return found


def _stands_for(code: Any, value: Any, character: str) -> bool:
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
    return any(_stands_for(c, v, character) for c, v in value if c is not op.NEGATE) != negated


def _in_category(category: Any, character: str) -> bool:
    tests = {"DIGIT": r"\d", "SPACE": r"\s", "WORD": r"\w"}
    name = str(category).removeprefix("CATEGORY_")
    wanted = not name.startswith("NOT_")
    return (re.match(tests[name.removeprefix("NOT_")], character) is not None) == wanted
