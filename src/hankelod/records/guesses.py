"""Guesses at the intended value of an invalid one: amounts, months, days, addresses, words.

A guess must be valid for the field and unambiguous: if several readings are possible, there is none. Guesses are shown
with the problem; they never change a record.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from hankelod.messages.catalogue import Text
from hankelod.model.kinds.numbers import in_range
from hankelod.model.model import Field

LONGEST = 100
"""Most characters of a text that is guessed at; a longer one is no typing error."""


def meant(field: Field, text: str) -> str | None:
    """Return the valid value of this field that `text` probably means, or None."""
    if len(text) > LONGEST:
        return None
    written = text.strip()
    guesses = {g for g in field.kind.guesses(written, field) if g != text and takes(field, g)}
    return guesses.pop() if len(guesses) == 1 else None


def word_meant(words: Mapping[str, Text], text: str) -> str | None:
    """Return the word whose spelling or label (the values of `words`) is nearest to `text`, or None."""
    from difflib import get_close_matches

    if len(text) > LONGEST:
        return None
    names = {word.casefold(): word for word in words}
    for word, labels in words.items():
        for label in labels.values():
            names.setdefault(label.casefold(), word)
    folded = text.strip().casefold()
    close = [folded] if folded in names else get_close_matches(folded, names, n=1, cutoff=0.6)
    return names[close[0]] if close else None


def takes(field: Field, text: str) -> bool:
    """Check a value against the form and range in the field's shape."""
    if field.pattern and not re.search(field.pattern, text):
        return False
    return field.kind.takes(text) and (not field.kind.fractional or in_range(text, field))
