"""Texts of reports and of the command line, by name and language: the table `word` of the catalogue."""

from __future__ import annotations

from hankelod.messages.catalogue import Entry, Phrase, Text, shown
from hankelod.messages.languages import LANGUAGES


def word(name: str) -> Text:
    """The text of a name. Raises KeyError if there is none."""
    text = Entry("word", name)
    if not text:
        raise KeyError(name)
    return text


def say(name: str, lang: str, /, **values: object) -> str:
    """A text in one language, filled in. Raises KeyError for a placeholder without a value."""
    return word(name)[lang].format_map({key: shown(value, lang) for key, value in values.items()})


def message(name: str, /, **values: object) -> Text:
    """A text, filled in when it is shown."""
    return Phrase(word(name), values)


def error_message(error: Exception) -> Text:
    """The message of an error in every language."""
    return {lang: str(shown(error, lang)) for lang in LANGUAGES}
