"""Spoken values: yes and no, languages, and the months, as people write them in any language of messages.

The words are in the table `spoken` of the catalogue, so that another language brings its own.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from hankelod.messages.catalogue import table
from hankelod.messages.languages import LANGUAGES

TRUE, FALSE = {"true", "x", "1"}, {"false", "0"}
"""What is written for yes and no in every language."""


def truth(text: str) -> str | None:
    """Return `true` or `false` for a word that means one of them, else None."""
    folded = text.strip().casefold()
    return "true" if folded in _words("yes") | TRUE else "false" if folded in _words("no") | FALSE else None


def month(name: str) -> int | None:
    """Return the number of the month whose name, in any case or shortened, a word is; None if it is none."""
    folded = name.casefold()
    begins = [(len(start), number) for start, number in _months().items() if folded.startswith(start)]
    return max(begins)[1] if begins else None  # the longest: marraskuu (November) also begins like March


def month_names(languages: Collection[str] = LANGUAGES) -> dict[str, int]:
    """Return the beginnings of the names of months in languages of messages, with their numbers."""
    listed = (table(lang, "spoken")["months"].split() for lang in languages)
    return {start: number for starts in listed for number, start in enumerate(starts, 1)}


def small_words(languages: Collection[str] = LANGUAGES) -> dict[str, tuple[str, ...]]:
    """Return the small words by which people see the language of a text, by language of messages."""
    return {lang: tuple(table(lang, "spoken")["small"].split()) for lang in languages}


def language(name: str) -> str | None:
    """Return the code of the language that a word names; None if it names none."""
    return language_names().get(name.strip().casefold())


@cache
def language_names() -> dict[str, str]:
    """Return the names of languages, with their codes."""
    pairs = (pair.split("=") for lang in LANGUAGES for pair in table(lang, "spoken")["languages"].split())
    return {name: code for code, name in pairs}


@cache
def _months() -> dict[str, int]:
    return month_names()


@cache
def _words(meaning: str) -> frozenset[str]:
    return frozenset(word for lang in LANGUAGES for word in table(lang, "spoken")[meaning].split())
