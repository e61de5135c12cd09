"""Texts of the intake, by code and language: the table `intake` of the catalogue."""

from __future__ import annotations

from hankelod.messages.catalogue import Entry, Phrase, names


def codes() -> list[str]:
    """All codes, sorted."""
    return sorted(names("intake"))


def say(code: str, lang: str, **details: object) -> str:
    """The text of a code in one language, filled in. Raises KeyError for an unknown code."""
    return Phrase(Entry("intake", code), details)[lang]
