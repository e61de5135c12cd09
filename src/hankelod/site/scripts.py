"""Scripts: data as JavaScript."""

from __future__ import annotations

import json


def script_json(value: object) -> str:
    """Return JSON that is safe inside a script element: it cannot open or close an element, or end a line."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
