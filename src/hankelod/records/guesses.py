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
from hankelod.records.nearness import meaning

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
    """Return the word that `text` is a slip of, or one of whose labels (the values of `words`) it means, or None."""
    if len(text) > LONGEST:
        return None
    return meaning(text, {word: (word, *labels.values()) for word, labels in words.items()})


def takes(field: Field, text: str) -> bool:
    """Check a value against the form and range in the field's shape."""
    if field.pattern and not re.search(field.pattern, text):
        return False
    return field.kind.takes(text) and (not field.kind.fractional or in_range(text, field))
