"""Inflection of Finnish and Swedish names: the forms of a name, and the possible base forms of a word.

Forms are over-generated on purpose (both vowel harmonies, inner and outer local cases): a form that is never used
matches nothing, while a missing form loses a name. The model follows Iso suomen kielioppi (VISK), sections 55-70
(stems) and 41-43 (consonant gradation).
"""

from __future__ import annotations

from collections.abc import Iterator

VOWELS = "aeiouyäöå"

LOCAL = ("ssa", "ssä", "sta", "stä", "lla", "llä", "lta", "ltä", "lle")
"""Endings of the local cases that are added to the weak stem; the illative takes the strong one."""

FIRST_PARTS = {
    "uusi": {
        "gen": "uuden",
        "ssa": "uudessa",
        "sta": "uudesta",
        "lla": "uudella",
        "lta": "uudelta",
        "lle": "uudelle",
        "ill": "uuteen",
        "part": "uutta",
    },
    "iso": {
        "gen": "ison",
        "ssa": "isossa",
        "sta": "isosta",
        "lla": "isolla",
        "lta": "isolta",
        "lle": "isolle",
        "ill": "isoon",
        "part": "isoa",
    },
    "vähä": {
        "gen": "vähän",
        "ssa": "vähässä",
        "sta": "vähästä",
        "lla": "vähällä",
        "lta": "vähältä",
        "lle": "vähälle",
        "ill": "vähään",
        "part": "vähää",
    },
}
"""Forms of the first parts of compound names that are inflected as well (Uusikaupunki: Uudessakaupungissa)."""

LAST_PARTS = {
    "joki": "joe",
    "järvi": "järve",
    "koski": "koske",
    "vesi": "vede",
    "lahti": "lahde",
    "niemi": "nieme",
    "mäki": "mäe",
    "lampi": "lammi",
    "salmi": "salme",
    "saari": "saare",
    "niitty": "niity",
    "selkä": "selä",
    "pelto": "pello",
    "kylä": "kylä",
    "ranta": "ranna",
    "virta": "virra",
    "suo": "suo",
    "maa": "maa",
    "pää": "pää",
    "vaara": "vaara",
    "lä": "lä",
    "kangas": "kankaa",
    "nummi": "numme",
    "kaupunki": "kaupungi",
    "kunta": "kunna",
    "pudas": "putaa",
    "suomi": "suome",
    "häme": "hämee",
    "hiisi": "hiide",
    "taipale": "taipalee",
    "salo": "salo",
    "luoto": "luodo",
    "pori": "pori",
    "tuulos": "tuulokse",
    "kyrö": "kyrö",
    "linna": "linna",
    "harju": "harju",
}
"""Last parts of place names with their genitive stems."""

GRADATION = {"kk": "k", "pp": "p", "tt": "t", "nk": "ng", "nt": "nn", "lt": "ll", "rt": "rr", "mp": "mm"}
"""Weak grades by strong grade, as far as a name's stem is weakened by rule."""

STRONG = {"ng": "nk", "nn": "nt", "ll": "lt", "rr": "rt", "mm": "mp", "k": "kk", "p": "pp", "t": "tt"}
"""Strong grades by weak grade."""


def weak(stem: str) -> str:
    """Return the weak grade of a stem that ends in a vowel; only geminates and nasal or liquid clusters change."""
    head, last = stem[:-1], stem[-1:]
    if last in VOWELS and head[-2:] in GRADATION:
        return head[:-2] + GRADATION[head[-2:]] + last
    return stem


def genitive_stem(name: str) -> str:
    """Return the genitive stem of a name in lower case, as predicted from its ending (Himanka: himanga)."""
    low = name.casefold()
    for ending in sorted(LAST_PARTS, key=len, reverse=True):
        if low.endswith(ending.strip()) and len(low) > len(ending):
            return low[: -len(ending)] + LAST_PARTS[ending]
    if low.endswith("nen"):
        return low[:-3] + "se"
    if low.endswith(("us", "ys", "os", "ös", "is")):
        return low[:-1] + "kse"
    if low.endswith("as"):
        return low[:-2] + "aa"
    if low.endswith(("ut", "yt")):
        return low[:-1] + "e"
    if low.endswith("e") and low[-2:-1] not in VOWELS:
        return low + "e"
    if low[-1:] in VOWELS:
        return weak(low)
    return low + "i"


def place_forms(name: str, genitive: str | None = None, locative: str | None = None) -> dict[str, str]:
    """Return the forms of a place name in lower case, each with its case: nominative, genitive, local or partitive.

    A genitive or locative that is not given is predicted from the name's ending.
    """
    low = name.casefold()
    for first, part in FIRST_PARTS.items():
        if low.startswith(first) and (genitive is None or genitive.casefold().startswith(part["gen"])):
            rest = low[len(first) :]
            rest_genitive = genitive.casefold()[len(part["gen"]) :] if genitive else genitive_stem(rest) + "n"
            return _compound_forms(first, rest, rest_genitive)
    gen = genitive.casefold() if genitive else genitive_stem(name) + "n"
    stem = gen[:-1]
    stems = {stem}
    if gen.endswith(("sten", "ain")):
        stems = set()
    if locative:
        stems.add(locative.casefold()[:-3])
    if low.endswith("nen"):
        stems |= {low[:-3] + "se", low[:-3] + "si"}
        gens = {gen, low[:-3] + "sen", low[:-3] + "sten"}
    else:
        gens = {gen}
    forms = dict.fromkeys((s + e for s in stems for e in LOCAL), "local")
    forms.update(dict.fromkeys(_illatives(low, stem), "local"))
    forms.update(dict.fromkeys(_partitives(low, stem), "partitive"))
    forms.update(dict.fromkeys(gens, "genitive"))
    forms[low] = "nominative"
    return forms


def _compound_forms(first: str, rest: str, rest_genitive: str) -> dict[str, str]:
    """Forms of a compound name, both of whose parts are inflected."""
    part, forms = FIRST_PARTS[first], {}
    stem = rest_genitive[:-1]
    for key in ("ssa", "sta", "lla", "lta", "lle"):
        for ending in (key, key.replace("a", "ä")):
            forms[part[key] + stem + ending] = "local"
    forms.update(dict.fromkeys((part["ill"] + f for f in _illatives(rest, stem)), "local"))
    forms.update(dict.fromkeys((part["part"] + f for f in _partitives(rest, stem)), "partitive"))
    forms[part["gen"] + rest_genitive] = "genitive"
    forms[first + rest] = "nominative"
    return forms


def _illatives(low: str, weak_stem: str) -> Iterator[str]:
    """The illative forms of a name in lower case."""
    last = low[-1:]
    if low.endswith("nen"):
        yield from (low[:-3] + "seen", low[:-3] + "siin")
    elif last in VOWELS and len(low) > 1 and low[-2] == last:
        yield from (low + "seen", low + "h" + last + "n")
    elif last == "i" and weak_stem.endswith("e"):
        yield low[:-1] + "een"
        if low.endswith("vesi"):
            yield low[:-2] + "teen"
    elif last == "e":
        yield low + "eseen"
    elif last in VOWELS:
        yield low + last + "n"
        yield low + "h" + last + "n"
    elif low.endswith(("us", "ys")):
        yield from (low[:-1] + "kseen", low[:-1] + "teen")
    elif weak_stem:
        yield weak_stem + weak_stem[-1] + "n"
        yield weak_stem + "seen"


def _partitives(low: str, weak_stem: str) -> Iterator[str]:
    """The partitive forms of a name in lower case."""
    last = low[-1:]
    for a in "aä":
        if low.endswith("nen"):
            yield from (low[:-3] + "st" + a, low[:-3] + "si" + a)
        elif last in VOWELS and len(low) > 1 and low[-2] in VOWELS:
            yield from (low + "t" + a, low + a)
        elif last == "i" and weak_stem.endswith("e"):
            yield from (low[:-1] + "e" + a, low[:-2] + "tt" + a, low[:-1] + "t" + a)
        elif last == "e":
            yield low + "tt" + a
        elif last in VOWELS:
            yield low + a
        else:
            yield from (low + "t" + a, low[:-1] + "tt" + a, weak_stem + a)


def swedish_forms(name: str) -> dict[str, str]:
    """Return the nominative and the genitive of a Swedish name in lower case."""
    low = name.casefold()
    return {low if low.endswith(("s", "x", "z")) else low + "s": "genitive", low: "nominative"}


CASE_ENDINGS = (
    *LOCAL,
    "n",
    "en",
    "in",
    "ien",
    "jen",
    "ten",
    "ia",
    "iä",
    "ja",
    "jä",
    "ille",
    "illa",
    "illä",
    "ilta",
    "iltä",
    "issa",
    "issä",
    "ista",
    "istä",
    "iin",
    "a",
    "ä",
    "ta",
    "tä",
    "an",
    "än",
    "on",
    "ön",
    "un",
    "yn",
    "een",
    "seen",
    "ksi",
    "na",
    "nä",
)
"""Case endings of names in running text."""

MUNICIPALITIES = ("kuntien", "kuntia", "kuntiin", "kunnissa", "kunnista", "kunnille", "kunnilla", "kunnilta")
"""Forms of `kunnat` (municipalities), as in the name of a network (FISU-kunnat: FISU-kuntien)."""


def lemmas(token: str) -> Iterator[str]:
    """Yield the possible base forms of a token in lower case, the token itself first.

    `keskukselta` → keskus, `liiton` → liitto, `Townin` → town, `Oy:n` → oy, `yrittäjien` → yrittäjät.
    """
    low = token.casefold().replace("’", "'")
    yield low
    if ":" in low:
        yield low.rsplit(":", 1)[0]
    for form in MUNICIPALITIES:
        if low.endswith(form):
            yield low[: -len(form)] + "kunnat"
    for ending in CASE_ENDINGS:
        if not low.endswith(ending) or len(low) - len(ending) < 2:
            continue
        stem = low[: -len(ending)]
        yield stem
        if stem.endswith("kse"):
            yield stem[:-3] + "s"
        if stem.endswith("ks"):
            yield stem[:-2] + "s"
        if stem.endswith("i"):
            yield stem[:-1]
            yield stem[:-1] + "t"
        yield stem + "t"
        if ending.startswith("i"):
            yield from (stem + "at", stem + "ät", stem + "ot", stem + "öt", stem + "a", stem + "ä")
        if len(stem) > 2 and stem[-1] in VOWELS:
            for grade in (stem[-3:-1], stem[-2:-1]):
                if grade in STRONG:
                    yield stem[: -1 - len(grade)] + STRONG[grade] + stem[-1]
        if stem.endswith("se"):
            yield stem[:-2] + "nen"
