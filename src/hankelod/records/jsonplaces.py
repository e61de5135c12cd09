"""Places of values in a line of JSON, which its reader does not keep."""

from __future__ import annotations

import json
import re

_STEP = re.compile(r"\[([0-9]+)\]|([^.\[\]]+)")

_SPACE = re.compile(r"[ \t\r\n]*")

_DECODER = json.JSONDecoder()


def place(text: str, field: str) -> int:
    """Return the index in a line of the value at the path of a field (`grants[0].amount`), from 0.

    A value that is missing has the place of what it is missing in; a line that is no JSON that of its beginning.
    """
    at = _SPACE.match(text, 0).end()  # type: ignore[union-attr]
    for index, key in _STEP.findall(field):
        try:
            found = _member(text, at, int(index) if index else key)
        except (ValueError, IndexError, RecursionError):
            return at
        if found is None:
            return at
        at = found
    return at


def _member(text: str, at: int, wanted: str | int) -> int | None:
    """Return the index of a member of the object or list at an index, None if there is none.

    Raises ValueError, IndexError for what is no JSON.
    """
    if text[at] != ("[" if isinstance(wanted, int) else "{"):
        return None
    at = _after(text, at + 1)
    number = 0
    while text[at] not in "]}":
        key: str | int = number
        if isinstance(wanted, str):
            key, at = _DECODER.raw_decode(text, at)
            at = _after(text, at)
            if text[at] != ":":
                return None
            at = _after(text, at + 1)
        if key == wanted:
            return at
        _, at = _DECODER.raw_decode(text, at)
        at = _after(text, at)
        if text[at] == ",":
            at = _after(text, at + 1)
        number += 1
    return None


def _after(text: str, at: int) -> int:
    return _SPACE.match(text, at).end()  # type: ignore[union-attr]
