"""Kinds that lead to things: references, parts, and the word for a thing's types."""

from __future__ import annotations

from hankelod.model.kinds.kind import Kind
from hankelod.model.kinds.texts import WORD


def _check_relative(v: str) -> list[str]:
    return [f"if not relative({v}): raise Out"]


REFERENCE = Kind("reference", refers=True, coerced="@id", plain=WORD)

RELATIVE = Kind("relative", relative=True, coerced="@id", check=_check_relative)

PART = Kind("part", nested=True)

CLASS = Kind("class", typing=True, plain=WORD)
