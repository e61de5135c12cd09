"""The words of reports in three languages, out of their catalogue `report.ttl`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from hankelod.graph import Index, Text, read

WORDS = "https://w3id.org/hankelod/report#"


@lru_cache(maxsize=1)
def catalogue() -> Index:
    """The catalogue, read once."""
    return read([Path(__file__).with_name("report.ttl")], WORDS)


def word(name: str) -> Text:
    """A word or sentence by its name. Raises KeyError where there is none."""
    found = catalogue().text(WORDS + name, WORDS + "says")
    if not found:
        raise KeyError(name)
    return found


def say(name: str, lang: str, **values: object) -> str:
    """A word or sentence in one language, filled in."""
    return word(name)[lang].format_map(values)
