"""Slug: a text as an id, in lower-case ASCII letters, digits and hyphens."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from hankelod.model.model import RESERVED

LONGEST = 100
"""Most characters of an id."""

EXAMPLE = "solar-roofs"
"""An id to show where a text gives none."""

_NAMED = {"eth": "d", "thorn": "th", "eng": "ng", "kra": "q", "schwa": "e", "yogh": "gh", "wynn": "w"}
"""Latin letters that Unicode names otherwise than by their base letter, and what they are written as in ASCII."""

_NAME = re.compile(r"LATIN (?:SMALL|CAPITAL) (?:LETTER|LIGATURE) (?:DOTLESS |OPEN |LONG |SHARP )?(\w+)(?: WITH .*)?")
"""The name of a Latin letter that does not decompose: `LATIN SMALL LETTER O WITH STROKE`."""


def slug(text: str) -> str:
    """Return a text as an id of at most `LONGEST` characters; empty where no letter or digit of it has an ASCII form.

    Accents go (å and ä become a), and letters of their own become their base letters (ø: o, ł: l, þ: th, æ: ae). A
    name that Windows reserves for a device gets a number.
    """
    plain = "".join(_ascii(c) for c in _decomposed(text))
    made = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST].rstrip("-")
    return f"{made}-1" if RESERVED.fullmatch(made) else made


def suggested(text: str) -> str:
    """Return the slug of a text that is no valid id, else an example."""
    return slug(text) or EXAMPLE


def has_slug(text: str) -> bool:
    """True where the slug holds every letter and digit of a text: none is of another script."""
    return bool(slug(text)) and all(_ascii(c) for c in _decomposed(text) if c.isalnum())


def _decomposed(text: str) -> str:
    """A text in lower case without marks and signs within words; a letter with a mark is its base letter."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(c for c in plain if not unicodedata.category(c).startswith(("M", "Cf", "Lm")))


@cache
def _ascii(letter: str) -> str:
    """A letter in ASCII, empty for a letter of another script; what is no letter stays."""
    if letter.isascii() or not letter.isalnum():
        return letter
    if letter.isdecimal():
        return str(unicodedata.decimal(letter))
    name = _NAME.fullmatch(unicodedata.name(letter, ""))
    base = name[1].casefold() if name else ""
    return _NAMED.get(base, base if len(base) <= 2 else "")
