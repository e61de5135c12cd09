"""Names of organisations in a text: those that the dataset knows, and those that tell their kind themselves."""

from __future__ import annotations

import re

from hankelod.intake.cases import lemmas
from hankelod.intake.gazetteer import LONGEST
from hankelod.intake.identifiers import organisation_id
from hankelod.intake.matches import LIKELY, SURE, Match, Reading, Token
from hankelod.intake.nouns import AND, FORMS, INNER, KIND, SEPARATORS, STARTERS


class OrganisationNames(Reading):
    """Readings of organisations' names at a token: where they end, and the match."""

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
                at,
                end,
                "organisation",
                found,
                organisation.name,
                "known-name",
                SURE,
                area=organisation.municipality if organisation.kind in ("municipality", "municipal-company") else None,
                type=organisation.kind,
                parent=organisation.parent,
            )
            return end, [match]
        return at, []

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
        if (
            form is None
            and kind == "company"
            and end + 1 < len(self.tokens)
            and self.tokens[end].capital
            and self._form(end + 1)
        ):
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
        if end > at and not (
            self._joined(end - 1)
            or self._acronym(token)
            or all(
                t.low.endswith(("n", "s")) or self._acronym(t) or t.low in INNER or t.low.endswith("-")
                for t in self.tokens[at:end]
            )
        ):
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
            return self._match(
                at, end, "organisation", organisation_id(name), name, rule, LIKELY, known=False, type=kind, area=area
            )
        return self._match(
            at, end, "organisation", organisation_id(name), name, rule, SURE, known=False, type=kind, area=area
        )

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


def _shared(a: str, b: str) -> int:
    """How many letters two words have in common from their start."""
    n = 0
    while n < min(len(a), len(b)) and a[n] == b[n]:
        n += 1
    return n
