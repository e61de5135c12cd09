"""Lists of names in the fields of a document: lead and partners.

Unlike running text, such a field holds only names, so a name that no rule matches is proposed as a new organisation.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from hankelod.intake.identifiers import COMPANY, organisation_id
from hankelod.intake.names.gazetteer import Gazetteer, Organisation
from hankelod.intake.names.matches import LIKELY, SURE, UNSURE, Match
from hankelod.intake.names.resolver import resolve

SEGMENT = re.compile(r"\s*[,;\n]\s*(?:(?:ja|sekä|och|samt)\s+)?|\s+(?:ja|sekä|och|samt|&|\+)\s+|\s*/\s*")
"""Separators between the names of a list."""

BRACKET = re.compile(r"\s*\(([^()]*)\)")


class NameList(NamedTuple):
    """The organisations in a field, in its order.

    `others` is true where the field mentions further, unnamed ones; `beside` are the names after that, such as the
    group that the unnamed belong to. `notes` are the texts in brackets.
    """

    organisations: list[Match]
    others: bool
    beside: list[Match]
    notes: list[str]


def read_list(text: str, gazetteer: Gazetteer, year: int | None = None) -> NameList:
    """Read the organisations of a field: all names in it, and only those."""
    notes = [m.group(1).strip() for m in BRACKET.finditer(text)]
    bare = BRACKET.sub(lambda m: " " * len(m.group()), text)
    matches = resolve(bare, gazetteer, year, listing=True)
    others = [m for m in matches if m.kind == "others"]
    cut = others[0].start if others else len(text)
    organisations: list[Match] = []
    for start, end in _segments(bare[:cut]):
        organisations += _segment(bare, start, end, [m for m in matches if start <= m.start < end], gazetteer)
    beside = [m for m in matches if m.start >= cut and m.kind != "others"]
    return NameList(_units(_once(organisations), bare), bool(others), beside, notes)


def _segments(text: str) -> list[tuple[int, int]]:
    """Start and end of each name of a list."""
    spans, start = [], 0
    for gap in SEGMENT.finditer(text):
        if text[: gap.start()].endswith("-"):
            continue  # "Maa- ja metsätalousministeriö"
        spans.append((start, gap.start()))
        start = gap.end()
    return [*spans, (start, len(text))]


def _segment(text: str, start: int, end: int, matches: list[Match], gazetteer: Gazetteer) -> list[Match]:
    """The organisations in one name of a list: the matches in it, or a proposal for all of it."""
    words = text[start:end].strip(" .\t\u00a0")
    if not re.search(r"\w", words) or re.fullmatch(r"[-–—]+", words):
        return []
    start = text.index(words, start)
    end = start + len(words)
    left = words
    for m in matches:
        left = left.replace(text[m.start : m.end], " ", 1)
    rest = re.findall(r"\w[\w:.-]*", left)
    named = [m for m in matches if m.kind == "organisation" or (m.place and not m.wide)]
    if matches and named and not any(w[0].isupper() or w[0].isdigit() for w in rest):
        if not rest:
            return [_organisation(m, gazetteer) for m in named]
        # "Turun kaupungin ympäristötoimi": a part of the organisation; its name is kept as the detail.
        return [_organisation(m, gazetteer)._replace(confidence=LIKELY, rule="part-of", detail=words) for m in named]
    id = gazetteer.organisation(words.split())
    if id:
        return [_known(start, end, words, gazetteer.organisations[id], "known-name", SURE)]
    close = _close(words, gazetteer)
    if close:
        return [_known(start, end, words, close, "name-without-form", LIKELY)._replace(detail=words)]
    return [
        Match(
            start,
            end,
            words,
            "organisation",
            organisation_id(words),
            words,
            "unrecognised",
            UNSURE,
            known=False,
            type="unspecified",
        )
    ]


def _known(start: int, end: int, words: str, found: Organisation, rule: str, confidence: str) -> Match:
    """The match of an organisation of the dataset."""
    return Match(
        start,
        end,
        words,
        "organisation",
        found.id,
        found.name,
        rule,
        confidence,
        area=found.seat,
        type=found.kind,
        parent=found.parent,
    )


def _close(words: str, gazetteer: Gazetteer) -> Organisation | None:
    """The organisation whose name differs only by its legal form: "Ramboll" for "Ramboll Oy"."""
    wanted = organisation_id(words)
    for organisation in gazetteer.organisations.values():
        if organisation_id(organisation.name) == wanted and any(
            w.casefold() in COMPANY for w in (*organisation.name.split(), *words.split())
        ):
            return organisation
    return None


def _organisation(match: Match, gazetteer: Gazetteer) -> Match:
    """The organisation that governs a small area named without a noun; other matches unchanged."""
    if not match.place or match.wide or match.id is None:
        return match
    id = gazetteer.cities.get(match.id)
    name = gazetteer.organisations[id].name if id else gazetteer.small[match.id].name
    governing = match._replace(kind="organisation", place=False, name=name, type="municipality")
    return governing._replace(id=id or organisation_id(name), known=id is not None)


def _once(matches: list[Match]) -> list[Match]:
    """The first match of each organisation."""
    seen: dict[str, Match] = {}
    for m in matches:
        if m.id is not None:
            seen.setdefault(m.id, m)
    return list(seen.values())


def _units(matches: list[Match], text: str) -> list[Match]:
    """Matches with a unit and its parent body joined to one: "Valonia / Varsinais-Suomen liitto"."""
    out: list[Match] = []
    for m in matches:
        before = out[-1] if out else None
        slash = before is not None and re.fullmatch(r"\s*/\s*", text[before.end : m.start])
        if before is not None and slash and (before.parent == m.id or m.type == "regional-council"):
            confidence = SURE if before.parent == m.id else LIKELY
            kind = before.type if before.known else m.type
            out[-1] = before._replace(parent=m.id, rule="unit-of", confidence=confidence, type=kind, detail=m.name)
        else:
            out.append(m)
    return out
