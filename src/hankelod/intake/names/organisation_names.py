"""Names of organisations in a text: those of the dataset, and those whose words indicate their kind."""

from __future__ import annotations

import re

from hankelod.intake.identifiers import organisation_id
from hankelod.intake.names.cases import lemmas
from hankelod.intake.names.gazetteer import LONGEST
from hankelod.intake.names.matches import LIKELY, SURE, Match, Reading, Token
from hankelod.intake.names.nouns import AND, FORMS, INNER, KIND, SEPARATORS, STARTERS

### Names of the dataset


def known_name(reading: Reading, at: int) -> tuple[int, list[Match]]:
    """Match the longest name of a known organisation at a token; return the end and the match, or `at` and none."""
    if not (reading.tokens[at].capital or reading.listing):
        return at, []
    for end in range(min(len(reading.tokens), at + LONGEST), at, -1):
        if reading.tokens[end - 1].text in SEPARATORS | {".", ")"}:
            continue
        id = reading.names.organisation([t.text for t in reading.tokens[at:end]])
        if id is None:
            continue
        organisation = reading.names.organisations[id]
        match = reading.match(
            at,
            end,
            "organisation",
            id,
            organisation.name,
            "known-name",
            SURE,
            area=organisation.seat if organisation.kind in ("municipality", "municipal-company") else None,
            type=organisation.kind,
            parent=organisation.parent,
        )
        return end, [match]
    return at, []


### Names that indicate their kind


def kind_name(reading: Reading, at: int) -> tuple[int, list[Match]]:
    """Match a name that ends in a legal form or in a noun for a kind of organisation.

    Returns the end and the match, or `at` and none.
    """
    first = reading.tokens[at]
    if not first.capital or first.low in STARTERS or first.text.endswith("-"):
        return at, []
    if first.low == "oy" and at + 1 < len(reading.tokens) and reading.tokens[at + 1].capital:
        for end in range(at + 2, min(len(reading.tokens), at + 6)):
            if _form(reading, end) == "ab":
                return end + 1, [_new(reading, at, end + 1, "company", "legal-form")]
    for end in range(at, min(len(reading.tokens), at + LONGEST)):
        token = reading.tokens[end]
        form = _form(reading, end)
        if form and end > at:
            last = end + 1
            while last < len(reading.tokens) and _form(reading, last) in ("ab", "oy", "oyj"):
                last += 1
            return last, [_new(reading, at, last, FORMS[form], "legal-form")]
        kind = _kind(reading, at, end)
        if kind:
            return _extended(reading, at, end + 1, kind)
        if token.text == "-" and end > at and end + 1 < len(reading.tokens) and (kind := _kind(reading, at, end + 1)):
            return _extended(reading, at, end + 2, kind)
        if not (_inside(reading, at, end, token) or _joined(reading, end)):
            return at, []
    return at, []


def _joined(reading: Reading, at: int) -> bool:
    """True where a hyphen joins a noun to a name of several words: "… ympäristöpalvelut -kuntayhtymä"."""
    return (
        reading.low(at) == "-"
        and at + 1 < len(reading.tokens)
        and reading.tokens[at].end == reading.tokens[at + 1].start
    )


def _extended(reading: Reading, at: int, end: int, kind: str) -> tuple[int, list[Match]]:
    """A match up to `end`, or up to a legal form that follows: "Turun ammattikorkeakoulu Oy"."""
    form = _form(reading, end)
    if (
        form is None
        and kind == "company"
        and end + 1 < len(reading.tokens)
        and reading.tokens[end].capital
        and _form(reading, end + 1)
    ):
        end, form = end + 1, _form(reading, end + 1)
    if form:
        form_kind = FORMS[form] if kind in ("unspecified", "company", "public-body") else kind
        return end + 1, [_new(reading, at, end + 1, form_kind, "legal-form")]
    return end, [_new(reading, at, end, kind, "kind-noun")]


def _form(reading: Reading, at: int) -> str | None:
    """The legal form that a token abbreviates (`Oy`, `ry`, `Oy:n`, `Ab:s`), in lower case, or None."""
    if at >= len(reading.tokens):
        return None
    bare = reading.tokens[at].text.split(":")[0]
    low = bare.casefold()
    if low not in FORMS or (low in ("sr", "rs", "ky", "ab") and not bare[0].isupper() and low == "ab"):
        return None
    return low


def _kind(reading: Reading, at: int, end: int) -> str | None:
    """The kind of the organisation whose name begins at `at` and has its noun at `end`, or None."""
    token = reading.tokens[end]
    compound = "-" in token.text
    if end == at and not compound and not _single(reading, end):
        return None
    if end > at and not (
        _joined(reading, end - 1)
        or _acronym(token)
        or all(
            t.low.endswith(("n", "s")) or _acronym(t) or t.low in INNER or t.low.endswith("-")
            for t in reading.tokens[at:end]
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


def _single(reading: Reading, at: int) -> bool:
    """True where one word may be the name of an organisation: a compound with a capital, not a simple noun."""
    token = reading.tokens[at]
    sole = ("ministeriö", "ministeriet", "luonnonvarakeskus", "maanmittauslaitos", "tilastokeskus")
    if reading.listing or any(lemma.endswith(sole) for lemma in lemmas(token.text)):
        return True
    return len(token.text) > 10 and not reading.opens(at)


def _acronym(token: Token) -> bool:
    return sum(c.isupper() for c in token.text) > 1


def _inside(reading: Reading, at: int, end: int, token: Token) -> bool:
    """True where the token at `end` may be inside a name that begins at `at`."""
    if token.low in AND or token.text in ",;()/.:":
        return token.low == "och" and end > at
    if token.capital or token.low in INNER or token.text == "&":
        return True
    # "Kaarinan kehitys Oy": one word in lower case before the legal form
    return _form(reading, end + 1) is not None or _joined(reading, end + 1)


def _new(reading: Reading, at: int, end: int, kind: str, rule: str) -> Match:
    """A match of a new organisation, its name in the nominative as predicted from its ending."""
    words = [t.text for t in reading.tokens[at:end]]
    name = _nominative(reading, at, end)
    confidence = SURE
    if rule == "kind-noun" and kind == "association" and not words[-1][0].isupper() and "-" not in words[-1]:
        confidence = LIKELY
    return reading.match(at, end, "organisation", organisation_id(name), name, rule, confidence, known=False, type=kind)


def _nominative(reading: Reading, at: int, end: int) -> str:
    """The tokens of a name, with the noun that ends it in the nominative."""
    start, last = reading.tokens[at].start, reading.tokens[end - 1]
    head = reading.text[start : last.start]
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
    """The length of the common prefix of two words."""
    n = 0
    while n < min(len(a), len(b)) and a[n] == b[n]:
        n += 1
    return n
