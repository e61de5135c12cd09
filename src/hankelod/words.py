"""The words of reports and messages in three languages, out of their catalogue `report.ttl`."""

from __future__ import annotations

import errno
from functools import lru_cache
from pathlib import Path

from hankelod.graph import Index, Text, read
from hankelod.refusals import Refusal

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


def say(name: str, lang: str, /, **values: object) -> str:
    """A word or sentence in one language, filled in; a value that is told in several is taken in that one."""
    return word(name)[lang].format_map({key: _in(value, lang) for key, value in values.items()})


def told(name: str, /, **values: object) -> Text:
    """A word or sentence in every language, filled in."""
    return {lang: say(name, lang, **values) for lang in word(name)}


def said(error: Exception) -> Text:
    """What an error says, in every language that it can be told in."""
    return {lang: str(_in(error, lang)) for lang in word("title")}


def _in(value: object, lang: str) -> object:
    """What to put into a sentence of this language for a value: a text by language, a refusal, an error of the system."""
    if isinstance(value, dict):
        return value[lang]
    if isinstance(value, Refusal):
        return value.text(lang)
    return _system(value, lang) if isinstance(value, OSError) else value


def _system(error: OSError, lang: str) -> str:
    """What the system says is wrong; in its own English words where the catalogue does not know the error."""
    inner = getattr(error, "reason", None)  # urllib wraps the error of a connection in one of its own
    number = inner.errno if isinstance(inner, OSError) else error.errno
    known = catalogue().text(f"{WORDS}system-{errno.errorcode.get(number or 0)}", WORDS + "says")
    return known[lang] if known else str(error.strerror or error)
