"""Words of reports and of the command line, by name and language (`words.ttl`)."""

from __future__ import annotations

import errno
import sys

from hankelod.messages.catalogue import Catalogue, Text, catalogue
from hankelod.messages.refusal import Refusal


def words() -> Catalogue:
    """The catalogue of words."""
    return catalogue("words", "https://w3id.org/hankelod/report#")


def word(name: str) -> Text:
    """A word or sentence by its name. Raises KeyError where there is none."""
    found = words().text(name)
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
    known = words().text(f"system-{errno.errorcode.get(number or 0)}")
    return known[lang] if known else str(error.strerror or error)


def note(text: str) -> None:
    """Say something that is no result."""
    print(f"hankelod: {text}", file=sys.stderr)
