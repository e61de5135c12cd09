"""The ids that new records and their parts get, out of names and titles."""

from __future__ import annotations

import re
import unicodedata

COMPANY = ("oyj", "oy", "abp", "ab", "ky", "ltd", "tmi", "osk", "ry", "rf", "r.y", "r.f", "sr", "rs")
"""Abbreviations of legal forms, which an organisation's id leaves out."""


def slug(text: str) -> str:
    """A name as an id: lower-case ASCII letters, digits and hyphens, at most 100 (design of ids)."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("ø", "o").replace("ß", "ss"))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:100].rstrip("-")


def organisation_id(name: str) -> str:
    """The id that a new organisation gets: its name without the abbreviation of its legal form."""
    words = [w for w in name.split() if w.casefold().rstrip(".,") not in COMPANY]
    return slug(" ".join(words) or name)


def title_key(title: str) -> str:
    """A title without what spelling varies: case, dashes, spaces, marks."""
    return slug(title)


def project_stem(place: str, acronym: str, title: str) -> str:
    """The id of a project, from the place of its lead and its acronym or else its title; empty where there is none."""
    words = slug(acronym) or "-".join(slug(re.split(r"[–—(:]| - ", title)[0]).split("-")[:4])
    return "-".join(x for x in (slug(place), words) if x)[:60].strip("-")


def part_stem(text: str, otherwise: str) -> str:
    """The id of a part, from the first words of its text: it stays when parts before it come and go."""
    return "-".join(slug(text).split("-")[:4])[:40].strip("-") or otherwise


def unique(stem: str, used: set[str]) -> str:
    """This id, or one with a number behind it where it is in use; it is in use from now on."""
    found, n = stem, 1
    while found in used:
        n += 1
        found = f"{stem}-{n}"
    used.add(found)
    return found
