"""Names of places in a text, alone and in lists, with the nouns that state what they are."""

from __future__ import annotations

import re
from typing import NamedTuple

from hankelod.intake.identifiers import organisation_id
from hankelod.intake.names.gazetteer import Place
from hankelod.intake.names.matches import LIKELY, SURE, UNSURE, Match, Reading
from hankelod.intake.names.nouns import (
    AREA_NOUN,
    CITY,
    COMMON,
    COUNCIL,
    ELLIPSIS,
    HEADS_BEFORE,
    REGION_NOUN,
    SEPARATORS,
    STARTERS,
)
from hankelod.intake.names.organisation_names import kind_name

ENGLISH_HEADS = ("city", "municipality")
"""Nouns before "of" and the name of a small area."""

LISTED = 50
"""Most names of one list; the rest of it is read as another."""


class _Place(NamedTuple):
    """A place in a text. `start` and `end` are indexes of tokens; `partial`: the name is only part of the region's."""

    place: Place
    case: str
    start: int
    end: int
    partial: bool = False


### Places


def _place(reading: Reading, at: int) -> _Place | None:
    """The place with the longest form that begins at a token, or None."""
    if at >= len(reading.tokens) or not reading.tokens[at].capital:
        return None
    for end in range(min(len(reading.tokens), at + 4), at, -1):
        form = " ".join(t.text for t in reading.tokens[at:end])
        entry = reading.names.place(form, reading.year)
        if entry:
            return _Place(*entry, at, end)
    token = reading.tokens[at]
    if ":" in token.text and (entry := reading.names.place(token.text.split(":")[0], reading.year)):
        return _Place(entry[0], "genitive" if token.text.endswith("n") else "local", at, at + 1)
    part = ELLIPSIS.match(token.text)
    if part and len(part.group()) < len(token.text):
        entry = reading.names.place(token.text[part.end() :], reading.year)
        if entry and entry[0].wide:
            return _Place(entry[0], entry[1], at, at + 1, partial=True)
    return _elliptic(reading, at)


def _elliptic(reading: Reading, at: int) -> _Place | None:
    """The place whose name is completed by a later one, as in "Etelä- ja Pohjois-Karjalan", or None."""
    token = reading.tokens[at]
    if not token.text.endswith("-"):
        return None
    for ahead in range(at + 1, min(len(reading.tokens), at + 6)):
        whole = reading.tokens[ahead].text
        if "-" in whole.rstrip("-"):
            entry = reading.names.place(token.text + whole.split("-", 1)[1], reading.year)
            if entry is None and ELLIPSIS.fullmatch(token.text):
                entry = reading.names.place(whole.split("-", 1)[1], reading.year)
                return _Place(entry[0], entry[1], at, at + 1, partial=True) if entry else None
            return _Place(entry[0], entry[1], at, at + 1) if entry else None
        if reading.low(ahead) not in SEPARATORS and not whole.endswith("-"):
            return None
    return None


def _after_separator(reading: Reading, at: int) -> int:
    """The index after the separators between two names of a list: a comma, a conjunction, or both."""
    end = at
    while end < len(reading.tokens) and end < at + 2 and reading.low(end) in SEPARATORS - {";"}:
        end += 1
    return end


def places(reading: Reading, at: int) -> tuple[int, list[Match]]:
    """Match a list of places, with a noun before or after it if there is one; return the end and the matches."""
    before = at
    opened = HEADS_BEFORE.fullmatch(reading.low(at)) is not None and not _head_of(reading, at)
    if opened:
        before = at + 1 + (reading.low(at + 1) == ":")
    elif reading.low(at) in ENGLISH_HEADS and reading.low(at + 1) == "of":
        before = at + 2
    listed: list[_Place] = []
    here, end = before, before
    while len(listed) < LISTED and (place := _place(reading, here)) is not None:
        if listed and (place.case != listed[-1].case or place.place.kind != listed[-1].place.kind):
            break
        listed.append(place)
        end = place.end
        following = _after_separator(reading, end)
        if following == end:
            break
        here = following
    if not listed:
        return at, []
    if before > at:
        return end, [
            _city(reading, p, at if n == 0 else p.start, p.end, "list-head-before") for n, p in enumerate(listed)
        ]
    return _headed(reading, listed, end) or (listed[0].end, [_bare(reading, listed[0])])


def _head_of(reading: Reading, at: int) -> bool:
    """True where a noun belongs to the name before it rather than to those after it."""
    return at > 0 and (_place(reading, at - 1) is not None)


def _headed(reading: Reading, listed: list[_Place], end: int) -> tuple[int, list[Match]] | None:
    """End and matches of a list that is followed by a noun; None where it is not."""
    head = reading.low(end)
    genitives = [p for p in listed if p.case == "genitive" or p.place.name.endswith("kunta")]
    swedish = bool(re.match("stad|städ|kommun|förbund|landskap", head))
    if not genitives and not swedish:
        return None
    rule = "list-with-head" if len(listed) > 1 else "name-with-head"
    wide = listed[-1].place.wide
    if CITY.fullmatch(head) and not wide:
        return end + 1, [_city(reading, p, p.start, p.end if p is not listed[-1] else end + 1, rule) for p in listed]
    if COUNCIL.fullmatch(head) and wide and not listed[-1].partial:
        return end + 1, [_council(reading, p, p.start, p.end if p is not listed[-1] else end + 1) for p in listed]
    if REGION_NOUN.fullmatch(head) and wide:
        return end + 1, [
            _area(reading, p, p.start, p.end if p is not listed[-1] else end + 1, "region-noun", SURE) for p in listed
        ]
    if AREA_NOUN.fullmatch(head) and kind_name(reading, listed[0].start)[0] <= end + 1:
        return end + 1, [
            _area(reading, p, p.start, p.end if p is not listed[-1] else end + 1, "around", LIKELY) for p in listed
        ]
    return None


def _city(reading: Reading, occurrence: _Place, first: int, end: int, rule: str) -> Match:
    """A match of the organisation that governs a small area, or of the successor of one that is no more."""
    place = occurrence.place
    if place.successor:
        return _area(reading, occurrence, first, end, "former-municipality", SURE)
    id = reading.names.cities.get(place.code)
    word = reading.low(end - 1)
    noun = "kaupunki" if word.startswith(("kaup", "stad", "städ")) else "kunta"
    name = reading.names.organisations[id].name if id else f"{place.genitive} {noun}"
    if not id and place.name.endswith(" kunta"):
        name = place.name
    if not id and first + 1 == end and rule == "list-with-head":
        noun = "kaupunki" if _ahead_is_city(reading, end) else "kunta"
        name = f"{place.genitive} {noun}"
    return reading.match(
        first,
        end,
        "organisation",
        id or organisation_id(name),
        name,
        rule,
        SURE,
        known=id is not None,
        area=place.code,
        type="municipality",
        detail=place.name,
    )


def _ahead_is_city(reading: Reading, at: int) -> bool:
    """True where the noun after a list of genitives is that of cities rather than of any small area."""
    for ahead in range(at, min(len(reading.tokens), at + 60)):
        if CITY.fullmatch(reading.low(ahead)):
            return reading.low(ahead).startswith(("kaup", "stad", "städ"))
    return False


def _council(reading: Reading, occurrence: _Place, first: int, end: int) -> Match:
    """A match of the council of a wide area."""
    place = occurrence.place
    id = reading.names.councils.get(place.code)
    name = reading.names.organisations[id].name if id else f"{place.genitive} liitto"
    return reading.match(
        first,
        end,
        "organisation",
        id or organisation_id(name),
        name,
        "regional-council",
        SURE,
        known=id is not None,
        area=place.code,
        type="regional-council",
        detail=place.name,
    )


def _area(reading: Reading, occurrence: _Place, first: int, end: int, rule: str, confidence: str) -> Match:
    """A match of an area, or of the successor of one that is no more."""
    place = occurrence.place
    if place.successor:
        now = reading.names.small[place.successor]
        detail = f"{place.name} → {now.name}" + (f" ({place.year})" if place.year else "")
        level = confidence if rule == "former-municipality" else LIKELY if confidence == SURE else confidence
        return reading.match(
            first,
            end,
            now.kind,
            now.code,
            now.name,
            "former-municipality",
            level,
            area=now.code,
            detail=detail,
            place=True,
        )
    return reading.match(
        first,
        end,
        place.kind,
        place.code,
        place.name,
        rule,
        confidence,
        area=place.code,
        detail=place.name,
        place=True,
        wide=place.wide,
    )


def _bare(reading: Reading, occurrence: _Place) -> Match:
    """A match of a place without a noun."""
    rule = {"nominative": "bare-name", "genitive": "genitive", "local": "local-case", "partitive": "partitive"}[
        occurrence.case
    ]
    if occurrence.partial:
        return _area(reading, occurrence, occurrence.start, occurrence.end, "part-of-region", LIKELY)
    return _area(reading, occurrence, occurrence.start, occurrence.end, rule, _trust(reading, occurrence))


def _trust(reading: Reading, occurrence: _Place) -> str:
    """Confidence of a place without a noun: lower in a longer name, a personal name, or at a sentence's start."""
    if reading.listing:
        return SURE
    after = reading.tokens[occurrence.end] if occurrence.end < len(reading.tokens) else None
    before = reading.tokens[occurrence.start - 1] if occurrence.start else None
    if (
        after is not None
        and after.text[0].isupper()
        and after.low not in SEPARATORS
        and occurrence.case in ("nominative", "genitive")
        and _place(reading, occurrence.end) is None
    ):
        return UNSURE
    if (
        before is not None
        and before.capital
        and occurrence.case == "nominative"
        and before.low not in STARTERS | SEPARATORS
        and _place(reading, occurrence.start - 1) is None
        and not (reading.opens(occurrence.start - 1) and before.low.endswith(("na", "nä", "ssa", "ssä", "t", "i")))
    ):
        return UNSURE
    alone = len(reading.tokens) == occurrence.end - occurrence.start
    if reading.opens(occurrence.start) and reading.tokens[occurrence.start].low in COMMON and not alone:
        listed = (
            reading.low(occurrence.end) in SEPARATORS
            and _place(reading, _after_separator(reading, occurrence.end)) is not None
        )
        return SURE if listed else UNSURE
    return SURE if occurrence.case in ("nominative", "local") else LIKELY
