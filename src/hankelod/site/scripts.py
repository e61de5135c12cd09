"""Scripts: data as JavaScript."""

from __future__ import annotations

import json
import re

ESCAPED = re.compile(
    "[<>&\x7f-\x9f\u2028\u2029\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "]"
)
"""Characters that are written as escapes: those of markup, ends of lines, and what HTML does not allow as itself
(controls and noncharacters: HTML, 13.2.3.5)."""


def script_json(value: object) -> str:
    """Return JSON that is safe inside a script element: it cannot open or close an element, or end a line.

    It is valid HTML whatever characters the value has.
    """
    return ESCAPED.sub(_escape, json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _escape(match: re.Match[str]) -> str:
    """Return the escapes of a character in JSON: one for each of its units in UTF-16."""
    return "".join(f"\\u{unit}" for unit in match[0].encode("utf-16-be").hex("-", 2).split("-"))
