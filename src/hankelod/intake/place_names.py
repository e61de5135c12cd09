"""Names of places in a text, alone and in lists, with the words that say what they are."""

from __future__ import annotations

import re
from typing import NamedTuple

from hankelod.intake.gazetteer import Place
from hankelod.intake.identifiers import organisation_id
from hankelod.intake.matches import LIKELY, SURE, UNSURE, Match
from hankelod.intake.nouns import (
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
from hankelod.intake.organisation_names import OrganisationNames

LISTED = 50
"""The most names that one list is read to have; the rest of it is read as another."""


class _Place(NamedTuple):
    place: Place
    case: str
    start: int
    end: int  # indexes of tokens
    partial: bool = False


class PlaceNames(OrganisationNames):
    """Readings of places' names at a token. A longer name of an organisation may hold a place's: hence the base."""

    ### Places

    def _place(self, at: int) -> _Place | None:
        """A place that begins at a token; the longest form counts."""
        if at >= len(self.tokens) or not self.tokens[at].capital:
            return None
        for end in range(min(len(self.tokens), at + 4), at, -1):
            form = " ".join(t.text for t in self.tokens[at:end])
            found = self.names.place(form, self.year)
            if found:
                return _Place(found[0], found[1], at, end)
        token = self.tokens[at]
        if ":" in token.text and (found := self.names.place(token.text.split(":")[0], self.year)):
            return _Place(found[0], "genitive" if token.text.endswith("n") else "local", at, at + 1)
        part = ELLIPSIS.match(token.text)
        if part and len(part.group()) < len(token.text):
            found = self.names.place(token.text[part.end() :], self.year)
            if found and found[0].kind == "region":
                return _Place(found[0], found[1], at, at + 1, partial=True)
        return self._elliptic(at)

    def _elliptic(self, at: int) -> _Place | None:
        """The first part of a compound that the next name completes: "Etelä- ja Pohjois-Karjalan"."""
        token = self.tokens[at]
        if not token.text.endswith("-"):
            return None
        for ahead in range(at + 1, min(len(self.tokens), at + 6)):
            whole = self.tokens[ahead].text
            if "-" in whole.rstrip("-"):
                found = self.names.place(token.text + whole.split("-", 1)[1], self.year)
                if found is None and ELLIPSIS.fullmatch(token.text):
                    found = self.names.place(whole.split("-", 1)[1], self.year)
                    return _Place(found[0], found[1], at, at + 1, partial=True) if found else None
                return _Place(found[0], found[1], at, at + 1) if found else None
            if self._low(ahead) not in SEPARATORS and not whole.endswith("-"):
                return None
        return None

    def _after_separator(self, at: int) -> int:
        """Past the separators between two names of a list: a comma, a word, or both."""
        end = at
        while end < len(self.tokens) and end < at + 2 and self._low(end) in SEPARATORS - {";"}:
            end += 1
        return end

    def _places(self, at: int) -> tuple[int, list[Match]]:
        """A list of places, with what they are after or before them, if they say it."""
        before = at
        opened = HEADS_BEFORE.fullmatch(self._low(at)) is not None and not self._head_of(at)
        if opened:
            before = at + 1 + (self._low(at + 1) == ":")
        elif self._low(at) in ("city", "municipality") and self._low(at + 1) == "of":
            before = at + 2
        listed: list[_Place] = []
        here, end = before, before
        while len(listed) < LISTED and (place := self._place(here)) is not None:
            if listed and (place.case != listed[-1].case or place.place.kind != listed[-1].place.kind):
                break
            listed.append(place)
            end = place.end
            following = self._after_separator(end)
            if following == end:
                break
            here = following
        if not listed:
            return at, []
        if before > at:
            return end, [
                self._city(p, at if n == 0 else p.start, p.end, "list-head-before") for n, p in enumerate(listed)
            ]
        return self._headed(listed, end) or (listed[0].end, [self._bare(listed[0])])

    def _head_of(self, at: int) -> bool:
        """Whether a noun belongs to the names before it rather than to those after it."""
        return at > 0 and (self._place(at - 1) is not None)

    def _headed(self, listed: list[_Place], end: int) -> tuple[int, list[Match]] | None:
        """The readings of a list that says what it lists; None where it does not."""
        head = self._low(end)
        genitives = [p for p in listed if p.case == "genitive" or p.place.name.endswith("kunta")]
        swedish = bool(re.match("stad|städ|kommun|förbund|landskap", head))
        if not genitives and not swedish:
            return None
        rule = "list-with-head" if len(listed) > 1 else "name-with-head"
        region = listed[-1].place.kind == "region"
        if CITY.fullmatch(head) and not region:
            found = [self._city(p, p.start, p.end if p is not listed[-1] else end + 1, rule) for p in listed]
            return end + 1, found
        if COUNCIL.fullmatch(head) and region and not listed[-1].partial:
            return end + 1, [self._council(p, p.start, p.end if p is not listed[-1] else end + 1) for p in listed]
        if REGION_NOUN.fullmatch(head) and region:
            return end + 1, [
                self._area(p, p.start, p.end if p is not listed[-1] else end + 1, "region-noun", SURE) for p in listed
            ]
        if AREA_NOUN.fullmatch(head) and self._pattern(listed[0].start)[0] <= end + 1:
            return end + 1, [
                self._area(p, p.start, p.end if p is not listed[-1] else end + 1, "around", LIKELY) for p in listed
            ]
        return None

    def _city(self, found: _Place, first: int, end: int, rule: str) -> Match:
        place = found.place
        if place.successor:
            return self._area(found, first, end, "former-municipality", SURE)
        known = self.names.cities.get(place.code)
        word = self._low(end - 1)
        noun = "kaupunki" if word.startswith(("kaup", "stad", "städ")) else "kunta"
        name = self.names.organisations[known].name if known else f"{place.genitive} {noun}"
        if not known and place.name.endswith(" kunta"):
            name = place.name
        if not known and first + 1 == end and rule == "list-with-head":
            noun = "kaupunki" if self._ahead_is_city(end) else "kunta"
            name = f"{place.genitive} {noun}"
        return self._match(
            first,
            end,
            "organisation",
            known or organisation_id(name),
            name,
            rule,
            SURE,
            known=known is not None,
            area=place.code,
            type="municipality",
            detail=place.name,
        )

    def _ahead_is_city(self, at: int) -> bool:
        """Whether the noun that ends a list of genitives is a city's."""
        for ahead in range(at, min(len(self.tokens), at + 60)):
            if CITY.fullmatch(self._low(ahead)):
                return self._low(ahead).startswith(("kaup", "stad", "städ"))
        return False

    def _council(self, found: _Place, first: int, end: int) -> Match:
        place = found.place
        known = self.names.councils.get(place.code)
        name = self.names.organisations[known].name if known else f"{place.genitive} liitto"
        return self._match(
            first,
            end,
            "organisation",
            known or organisation_id(name),
            name,
            "regional-council",
            SURE,
            known=known is not None,
            area=place.code,
            type="regional-council",
            detail=place.name,
        )

    def _area(self, found: _Place, first: int, end: int, rule: str, confidence: str) -> Match:
        place = found.place
        if place.successor:
            now = self.names.municipalities[place.successor]
            detail = f"{place.name} → {now.name}" + (f" ({place.year})" if place.year else "")
            level = confidence if rule == "former-municipality" else LIKELY if confidence == SURE else confidence
            return self._match(
                first,
                end,
                "municipality",
                now.code,
                now.name,
                "former-municipality",
                level,
                area=now.code,
                detail=detail,
            )
        return self._match(
            first, end, place.kind, place.code, place.name, rule, confidence, area=place.code, detail=place.name
        )

    def _bare(self, found: _Place) -> Match:
        """A place without a word that says what it is."""
        rule = {"nominative": "bare-name", "genitive": "genitive", "local": "local-case", "partitive": "partitive"}[
            found.case
        ]
        if found.partial:
            return self._area(found, found.start, found.end, "part-of-region", LIKELY)
        return self._area(found, found.start, found.end, rule, self._trust(found))

    def _trust(self, found: _Place) -> str:
        """How far a bare place may be trusted: less in a longer proper name, a person's name, or at a sentence's start."""
        if self.listing:
            return SURE
        after = self.tokens[found.end] if found.end < len(self.tokens) else None
        before = self.tokens[found.start - 1] if found.start else None
        if (
            after is not None
            and after.text[0].isupper()
            and after.low not in SEPARATORS
            and found.case in ("nominative", "genitive")
            and self._place(found.end) is None
        ):
            return UNSURE
        if (
            before is not None
            and before.capital
            and found.case == "nominative"
            and before.low not in STARTERS | SEPARATORS
            and self._place(found.start - 1) is None
            and not (self._opens(found.start - 1) and before.low.endswith(("na", "nä", "ssa", "ssä", "t", "i")))
        ):
            return UNSURE
        alone = len(self.tokens) == found.end - found.start
        if self._opens(found.start) and self.tokens[found.start].low in COMMON and not alone:
            listed = self._low(found.end) in SEPARATORS and self._place(self._after_separator(found.end)) is not None
            return SURE if listed else UNSURE
        return SURE if found.case in ("nominative", "local") else LIKELY
