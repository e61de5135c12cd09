"""What intake tells people, in Finnish, Swedish and English, out of its catalogue `messages.ttl`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from hankelod.graph import Index, read
from hankelod.problems import fill

CATALOGUE = "https://w3id.org/hankelod/intake#"


@lru_cache(maxsize=1)
def _index() -> Index:
    return read([Path(__file__).with_name("messages.ttl")], CATALOGUE)


def codes() -> list[str]:
    """All codes of the catalogue."""
    return sorted(s.removeprefix(CATALOGUE) for s in _index().triples)


def say(code: str, lang: str, **details: object) -> str:
    """The catalogue's text of a code in one language, filled in. Raises KeyError for a code that it lacks."""
    says = _index().text(CATALOGUE + code, CATALOGUE + "says")
    return fill({lang: says[lang]}, **details)[lang]
