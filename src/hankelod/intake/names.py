"""The name resolver: names in running text to organisations and areas, each with the rule that found it.

It reads from left to right and takes the longest reading at each place: a name that the dataset knows, a list of
places with or without what they are ("Sastamalan ja Valkeakosken kaupungit"), a name that tells its kind (… Oy,
… yliopisto, … liitto), or a word that says that others are left unnamed ("ym.").
"""

from __future__ import annotations

import re
from typing import NamedTuple

from hankelod.intake.cases import lemmas
from hankelod.intake.gazetteer import LONGEST, TOKEN, Gazetteer, Place, organisation_id
from hankelod.intake.nouns import (
    AND,
    AREA_NOUN,
    CITY,
    COMMON,
    COUNCIL,
    ELLIPSIS,
    FORMS,
    HEADS_BEFORE,
    INNER,
    KIND,
    OTHERS,
    REGION_NOUN,
    SEPARATORS,
    STARTERS,
)

SURE, LIKELY, UNSURE = "sure", "likely", "unsure"
"""How much a match may be trusted: taken as it is, taken and to be looked at, or only shown."""


LISTED = 50
"""The most names that one list is read to have; the rest of it is read as another."""


class Match(NamedTuple):
    """One name in a text. `kind`: organisation, municipality, region or others (some that are not named).

    `id` is the organisation's or the present area's, `known` whether the dataset has it, `area` the municipality's or
    region's code that goes with it, `type` an organisation's kind, `detail` what the rule's explanation is about.
    """

    start: int
    end: int
    text: str
    kind: str
    id: str | None
    name: str
    rule: str
    confidence: str
    known: bool = True
    area: str | None = None
    type: str | None = None
    parent: str | None = None
    detail: str = ""


class Token(NamedTuple):
    text: str
    start: int
    end: int

    @property
    def low(self) -> str:
        return self.text.casefold()

    @property
    def capital(self) -> bool:
        return self.text[0].isupper() or (self.text[0].isdigit() and len(self.text) > 1)


class _Place(NamedTuple):
    place: Place
    case: str
    start: int
    end: int  # indexes of tokens
    partial: bool = False


def resolve(text: str, gazetteer: Gazetteer, year: int | None = None, listing: bool = False) -> list[Match]:
    """The names in a text, in its order. `year` tells when it was written, for municipalities that have ended since.

    With `listing` the text is a list of names and nothing else (a field of a form): a bare name is then sure.
    """
    return _Reading(text, gazetteer, year, listing).matches()


class _Reading:
    """One text on its way through: its tokens, and the readings of each place."""

    def __init__(self, text: str, gazetteer: Gazetteer, year: int | None, listing: bool) -> None:
        self.text, self.names, self.year, self.listing = text, gazetteer, year, listing
        self.tokens = [Token(m.group(), m.start(), m.end()) for m in TOKEN.finditer(text)]

    def matches(self) -> list[Match]:
        found: list[Match] = []
        at = 0
        while at < len(self.tokens):
            end, here = self._longest(at)
            found += here
            at = max(end, at + 1)
        return found

    def _longest(self, at: int) -> tuple[int, list[Match]]:
        readings = [self._known(at), self._places(at), self._pattern(at), self._others(at)]
        best = max(readings, key=lambda r: r[0])
        # Of readings of the same length the dataset's own names come first, then places with what they are.
        return next(r for r in readings if r[0] == best[0]) if best[1] else (at, [])

    def _low(self, at: int) -> str:
        return self.tokens[at].low if 0 <= at < len(self.tokens) else ""

    def _opens(self, at: int) -> bool:
        """Whether a token begins a sentence, where a capital letter says nothing."""
        return at == 0 or self.tokens[at - 1].text in ".!?:"

    def _match(self, first: int, end: int, kind: str, id: str | None, name: str, rule: str, confidence: str, **more: object) -> Match:  # fmt: skip
        start, stop = self.tokens[first].start, self.tokens[end - 1].end
        return Match(start, stop, self.text[start:stop], kind, id, name, rule, confidence, **more)  # type: ignore[arg-type]

    ### Names that the dataset knows

    def _known(self, at: int) -> tuple[int, list[Match]]:
        if not (self.tokens[at].capital or self.listing):
            return at, []
        for end in range(min(len(self.tokens), at + LONGEST), at, -1):
            if self.tokens[end - 1].text in SEPARATORS | {".", ")"}:
                continue
            found = self.names.organisation([t.text for t in self.tokens[at:end]])
            if found is None:
                continue
            organisation = self.names.organisations[found]
            match = self._match(
                at, end, "organisation", found, organisation.name, "known-name", SURE,
                area=organisation.municipality if organisation.kind in ("municipality", "municipal-company") else None,
                type=organisation.kind, parent=organisation.parent,
            )  # fmt: skip
            return end, [match]
        return at, []

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
            return end, [self._city(p, at if n == 0 else p.start, p.end, "list-head-before") for n, p in enumerate(listed)]  # fmt: skip
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
            return end + 1, [self._area(p, p.start, p.end if p is not listed[-1] else end + 1, "region-noun", SURE) for p in listed]  # fmt: skip
        if AREA_NOUN.fullmatch(head) and self._pattern(listed[0].start)[0] <= end + 1:
            return end + 1, [self._area(p, p.start, p.end if p is not listed[-1] else end + 1, "around", LIKELY) for p in listed]  # fmt: skip
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
            first, end, "organisation", known or organisation_id(name), name, rule, SURE, known=known is not None,
            area=place.code, type="municipality", detail=place.name,
        )  # fmt: skip

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
            first, end, "organisation", known or organisation_id(name), name, "regional-council", SURE,
            known=known is not None, area=place.code, type="regional-council", detail=place.name,
        )  # fmt: skip

    def _area(self, found: _Place, first: int, end: int, rule: str, confidence: str) -> Match:
        place = found.place
        if place.successor:
            now = self.names.municipalities[place.successor]
            detail = f"{place.name} → {now.name}" + (f" ({place.year})" if place.year else "")
            level = confidence if rule == "former-municipality" else LIKELY if confidence == SURE else confidence
            return self._match(first, end, "municipality", now.code, now.name, "former-municipality", level, area=now.code, detail=detail)  # fmt: skip
        return self._match(first, end, place.kind, place.code, place.name, rule, confidence, area=place.code, detail=place.name)  # fmt: skip

    def _bare(self, found: _Place) -> Match:
        """A place without a word that says what it is."""
        rule = {"nominative": "bare-name", "genitive": "genitive", "local": "local-case", "partitive": "partitive"}[found.case]  # fmt: skip
        if found.partial:
            return self._area(found, found.start, found.end, "part-of-region", LIKELY)
        return self._area(found, found.start, found.end, rule, self._trust(found))

    def _trust(self, found: _Place) -> str:
        """How far a bare place may be trusted: less in a longer proper name, a person's name, or at a sentence's start."""
        if self.listing:
            return SURE
        after = self.tokens[found.end] if found.end < len(self.tokens) else None
        before = self.tokens[found.start - 1] if found.start else None
        if after is not None and after.text[0].isupper() and after.low not in SEPARATORS and found.case in ("nominative", "genitive") and self._place(found.end) is None:  # fmt: skip
            return UNSURE
        if (
            before is not None and before.capital and found.case == "nominative" and before.low not in STARTERS | SEPARATORS
            and self._place(found.start - 1) is None
            and not (self._opens(found.start - 1) and before.low.endswith(("na", "nä", "ssa", "ssä", "t", "i")))
        ):  # fmt: skip
            return UNSURE
        alone = len(self.tokens) == found.end - found.start
        if self._opens(found.start) and self.tokens[found.start].low in COMMON and not alone:
            listed = self._low(found.end) in SEPARATORS and self._place(self._after_separator(found.end)) is not None
            return SURE if listed else UNSURE
        return SURE if found.case in ("nominative", "local") else LIKELY

    ### Names that tell their kind

    def _pattern(self, at: int) -> tuple[int, list[Match]]:
        """A name that ends in a legal form or in a noun that tells the kind of organisation."""
        first = self.tokens[at]
        if not first.capital or first.low in STARTERS or first.text.endswith("-"):
            return at, []
        if first.low == "oy" and at + 1 < len(self.tokens) and self.tokens[at + 1].capital:
            for end in range(at + 2, min(len(self.tokens), at + 6)):
                if self._form(end) == "ab":
                    return end + 1, [self._new(at, end + 1, "company", "legal-form")]
        for end in range(at, min(len(self.tokens), at + LONGEST)):
            token = self.tokens[end]
            form = self._form(end)
            if form and end > at:
                last = end + 1
                while last < len(self.tokens) and self._form(last) in ("ab", "oy", "oyj"):
                    last += 1
                return last, [self._new(at, last, FORMS[form], "legal-form")]
            kind = self._kind(at, end)
            if kind:
                return self._extended(at, end + 1, kind)
            if token.text == "-" and end > at and end + 1 < len(self.tokens) and (kind := self._kind(at, end + 1)):
                return self._extended(at, end + 2, kind)
            if not (self._inside(at, end, token) or self._joined(end)):
                return at, []
        return at, []

    def _joined(self, at: int) -> bool:
        """Whether a hyphen joins what it is to a name of several words: "… ympäristöpalvelut -kuntayhtymä"."""
        return self._low(at) == "-" and at + 1 < len(self.tokens) and self.tokens[at].end == self.tokens[at + 1].start

    def _extended(self, at: int, end: int, kind: str) -> tuple[int, list[Match]]:
        """A name that a legal form follows ends there: "Turun ammattikorkeakoulu Oy"."""
        form = self._form(end)
        if form is None and kind == "company" and end + 1 < len(self.tokens) and self.tokens[end].capital and self._form(end + 1):  # fmt: skip
            end, form = end + 1, self._form(end + 1)
        if form:
            plain = FORMS[form] if kind in ("unspecified", "company", "public-body") else kind
            return end + 1, [self._new(at, end + 1, plain, "legal-form")]
        return end, [self._new(at, end, kind, "kind-noun")]

    def _form(self, at: int) -> str | None:
        """The legal form that a token abbreviates, or None. Written `Oy`, `ry`, `Oy:n`, `Ab:s`."""
        if at >= len(self.tokens):
            return None
        bare = self.tokens[at].text.split(":")[0]
        low = bare.casefold()
        if low not in FORMS or (low in ("sr", "rs", "ky", "ab") and not bare[0].isupper() and low == "ab"):
            return None
        return low

    def _kind(self, at: int, end: int) -> str | None:
        token = self.tokens[end]
        compound = "-" in token.text
        if end == at and not compound and not self._single(end):
            return None
        if end > at and not (self._joined(end - 1) or self._acronym(token) or all(t.low.endswith(("n", "s")) or self._acronym(t) or t.low in INNER or t.low.endswith("-") for t in self.tokens[at:end])):  # fmt: skip
            return None
        for lemma in lemmas(token.text):
            for kind, pattern in KIND:
                if pattern.fullmatch(lemma):
                    if kind in ("network", "unspecified") and end == at and not compound:
                        return None
                    return kind
        return None

    def _single(self, at: int) -> bool:
        """Whether one word alone may be an organisation's name: a compound with a capital, not a bare noun."""
        token = self.tokens[at]
        sole = ("ministeriö", "ministeriet", "luonnonvarakeskus", "maanmittauslaitos", "tilastokeskus")
        if self.listing or any(lemma.endswith(sole) for lemma in lemmas(token.text)):
            return True
        return len(token.text) > 10 and not self._opens(at)

    def _acronym(self, token: Token) -> bool:
        return sum(c.isupper() for c in token.text) > 1

    def _inside(self, at: int, end: int, token: Token) -> bool:
        """Whether a token may stand inside a name that began before it."""
        if token.low in AND or token.text in ",;()/.:":
            return token.low == "och" and end > at
        if token.capital or token.low in INNER or token.text == "&":
            return True
        return self._form(end + 1) is not None or self._joined(
            end + 1
        )  # "Kaarinan kehitys Oy": one word in lower case before the legal form

    def _new(self, at: int, end: int, kind: str, rule: str) -> Match:
        """An organisation that the dataset does not know: its name in the nominative, as far as its ending tells."""
        words = [t.text for t in self.tokens[at:end]]
        name = self._nominative(at, end)
        area = None
        if rule == "kind-noun" and kind == "association" and not words[-1][0].isupper() and "-" not in words[-1]:
            return self._match(at, end, "organisation", organisation_id(name), name, rule, LIKELY, known=False, type=kind, area=area)  # fmt: skip
        return self._match(at, end, "organisation", organisation_id(name), name, rule, SURE, known=False, type=kind, area=area)  # fmt: skip

    def _nominative(self, at: int, end: int) -> str:
        start, last = self.tokens[at].start, self.tokens[end - 1]
        head = self.text[start : last.start]
        bare = last.text.split(":")[0]
        if bare.casefold() in FORMS:
            return re.sub(r"\s+", " ", head + bare)
        for lemma in lemmas(last.text):
            if any(p.fullmatch(lemma) for _, p in KIND):
                common = len(last.text) - len(last.text.casefold().lstrip()) or 0
                kept = last.text[: _shared(last.text.casefold(), lemma)] + lemma[_shared(last.text.casefold(), lemma) :]
                return re.sub(r"\s+", " ", head + kept[common:])
        return re.sub(r"\s+", " ", head + last.text)

    ### Others, unnamed

    def _others(self, at: int) -> tuple[int, list[Match]]:
        low = self._low(at)
        if OTHERS.fullmatch(low) and not (low == "mm" and not self.listing):
            end = at + 1 + (self._low(at + 1) == ".")
            return end, [self._match(at, end, "others", None, "", "others-unnamed", SURE)]
        if low in ("ynnä", "sekä", "ja", "och", "samt") and self._low(at + 1) in ("muut", "muita", "muiden", "muu", "andra", "övriga"):  # fmt: skip
            end = at + 2
            while end < len(self.tokens) and end < at + 6 and self.tokens[end].text not in ",.;()/" and self._low(end) not in AND and not self.tokens[end].capital:  # fmt: skip
                end += 1
            return end, [self._match(at, end, "others", None, "", "others-unnamed", SURE)]
        return at, []


def _shared(a: str, b: str) -> int:
    """How many letters two words have in common from their start."""
    n = 0
    while n < min(len(a), len(b)) and a[n] == b[n]:
        n += 1
    return n
