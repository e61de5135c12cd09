"""Ids of new records and of their parts, derived from names and titles."""

from __future__ import annotations

import re

from hankelod.records.slug import slug

COMPANY = ("oyj", "oy", "abp", "ab", "ky", "ltd", "tmi", "osk", "ry", "rf", "r.y", "r.f", "sr", "rs")
"""Abbreviations of legal forms, which are left out of the id of an organisation."""


def organisation_id(name: str) -> str:
    """Return the id of a new organisation: its name without the abbreviation of its legal form."""
    words = [w for w in name.split() if w.casefold().rstrip(".,") not in COMPANY]
    return slug(" ".join(words) or name)


def title_key(title: str) -> str:
    """Return a key that ignores variants of spelling in a title: case, dashes, spaces, punctuation, accents."""
    return slug(title)


def project_stem(place: str, acronym: str, title: str) -> str:
    """Return the id of a project from the place of its lead and its acronym, or else its title; empty without any."""
    words = slug(acronym) or "-".join(slug(re.split(r"[–—(:]| - ", title)[0]).split("-")[:4])
    return "-".join(x for x in (slug(place), words) if x)[:60].strip("-")


def part_stem(text: str, otherwise: str) -> str:
    """Return the id of a part from the first words of its text, so that it does not depend on the other parts."""
    return "-".join(slug(text).split("-")[:4])[:40].strip("-") or otherwise


def unique(stem: str, used: set[str]) -> str:
    """Return `stem`, with a number added where it is already in `used`; the result is added to `used`."""
    id, n = stem, 1
    while id in used:
        n += 1
        id = f"{stem}-{n}"
    used.add(id)
    return id
