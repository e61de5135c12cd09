"""Texts of reports and of the command line, by name and language (`words.ttl`)."""

from __future__ import annotations

import errno

from hankelod.messages.catalogue import Catalogue, Text, catalogue
from hankelod.messages.refusal import Refusal


def words() -> Catalogue:
    """Return the catalogue."""
    return catalogue("words", "https://w3id.org/hankelod/report#")


def word(name: str) -> Text:
    """Return a text by its name. Raises KeyError if there is none."""
    text = words().text(name)
    if not text:
        raise KeyError(name)
    return text


def say(name: str, lang: str, /, **values: object) -> str:
    """Return a text in one language, filled in; values with several languages are used in that language."""
    return word(name)[lang].format_map({key: _in(value, lang) for key, value in values.items()})


def message(name: str, /, **values: object) -> Text:
    """Return a text in every language, filled in."""
    return {lang: say(name, lang, **values) for lang in word(name)}


def error_message(error: Exception) -> Text:
    """Return the message of an error in every language."""
    return {lang: str(_in(error, lang)) for lang in word("title")}


def _in(value: object, lang: str) -> object:
    """Convert a value for a text in this language: a text by language, a Refusal or an OSError becomes a string."""
    if isinstance(value, dict):
        return value[lang]
    if isinstance(value, Refusal):
        return value.text(lang)
    return _system(value, lang) if isinstance(value, OSError) else value


def _system(error: OSError, lang: str) -> str:
    """Return the message of a system error; the system's own English one if the catalogue lacks it."""
    inner = getattr(error, "reason", None)  # urllib wraps connection errors in URLError
    number = inner.errno if isinstance(inner, OSError) else error.errno
    text = words().text(f"system-{errno.errorcode.get(number or 0)}")
    return text[lang] if text else str(error.strerror or error)
