"""Texts of the intake, by code and language (`intake.ttl`)."""

from __future__ import annotations

from hankelod.messages.catalogue import Catalogue, catalogue
from hankelod.messages.problem import fill


def _catalogue() -> Catalogue:
    return catalogue("intake", "https://w3id.org/hankelod/intake#")


def codes() -> list[str]:
    """Return all codes of the catalogue, sorted."""
    return sorted(_catalogue().names())


def say(code: str, lang: str, **details: object) -> str:
    """Return the text of a code in one language, filled in. Raises KeyError for an unknown code."""
    return fill({lang: _catalogue().text(code)[lang]}, **details)[lang]
