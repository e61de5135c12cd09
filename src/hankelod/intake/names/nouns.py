"""Finnish and Swedish words from which the name resolver recognises the kind of a name, in their relevant forms."""

from __future__ import annotations

import re

AND = {"ja", "sekä", "och", "samt", "and", "että"}

JOINERS = AND | {"tai", "taikka", "eli", "vai", "kuin", "eikä", "eller", "respektive", "som", "or", "as", "to"}
"""Words after the hyphen that stands for the rest of a compound: "kunta- ja aluetasolla"."""

SEPARATORS = AND | {",", "&", "/", ";", "+", "–"}

CITY = re.compile(
    r"kaupun(?:ki|gin|kia|gissa|gista|kiin|gilla|gille|gilta|kina|git|kien|keja|geissa|geista|keihin|geille|geilla|geilta)"
    r"|kun(?:ta|nan|taa|nassa|nasta|taan|nalla|nalle|nalta|tana|nat|tien|tia|nissa|nista|tiin|nille|nilla|nilta)"
    r"|stad(?:en|ens|s|er|erna|ernas|ers)?|städer(?:na|nas|s)?|kommun(?:en|ens|s|er|erna|ernas|ers)?|kaup\.?|mlk"
)
"""Nouns for a municipality, in any case (Finnish), number and definiteness (Swedish)."""

HEADS_BEFORE = re.compile(
    r"kaupun(?:git|geissa|geista|kien|geille)|kun(?:nat|nissa|nista|tien|nille)|städerna|kommunerna|staden|kommunen"
    r"|(?:pilotti|kohde|hanke|jäsen|osallistuja)(?:kun(?:nat|tina|nissa)|kaupun(?:git|keina))"
)
"""Nouns that precede a list of municipalities."""

COUNCIL = re.compile(
    r"lii(?:tto|ton|ttoa|tossa|tosta|ttoon|tolla|tolle|tolta|tot|ttojen|ttoja|toille|toilta)|förbund(?:et|ets|en|s)?"
)

REGION_NOUN = re.compile(r"maakun(?:ta|nan|taa|nassa|nasta|taan|nat|tien|nissa)|landskap(?:et|ets|en)?")

AREA_NOUN = re.compile(
    r"(?:kaupunki)?seu(?:tu|dun|dulla|dulta|dulle|tua|tukun(?:ta|nan|nassa))|talousalue(?:en|ella)?|region(?:en|ens)?"
    r"|-?alue(?:en|ella|elta|elle|itta)?"
)
"""Nouns for the area around a town."""

KINDS: tuple[tuple[str, str], ...] = (
    ("university-of-applied-sciences", r"(?:.+-)?ammattikorkeakoulu|(?:.+-)?amk|yrkeshögskola(?:n)?|xamk|hamk|laurea"),
    ("joint-municipal-authority", r"(?:.+-)?(?:koulutus|sote|hyvinvointi)?kuntayhtymä|samkommun(?:en)?|ky:n"),
    ("university", r"(?:.+-)?yliopisto|universitet(?:et)?|(?:.+-)?korkeakoulu"),
    ("ministry", r"\w+ministeriö|\w+ministeriet"),
    (
        "government-agency",
        r"ely-keskus|ntm-central(?:en)?|aluehallintovirasto|avi|luonnonvarakeskus|ilmatieteen laitos|\w+virasto"
        r"|\w*tutkimuskeskus|maanmittauslaitos|tilastokeskus",
    ),
    (
        "association",
        r"yrittäjät|yhdistys|(?:\w+)yhdistys|seura|(?:\w+)seura|mtk|kauppakamari|nuorkauppakamari|kylät|företagarna"
        r"|förening(?:en)?|martat|keskusliitto|piiriliitto|tuottajain(?:liitto)?|luonnonsuojelupiiri",
    ),
    ("network", r"(?:.+-)?(?:\w+)?verkosto|nätverk(?:et)?|klusteri"),
    (
        "public-body",
        r"(?:.+-)?ympäristökeskus|miljöcentral(?:en)?|pelastuslaitos|vesilaitos|hyvinvointialue|välfärdsområde(?:t)?"
        r"|ammattiopisto|opisto|(?:\w+)opisto|\w*osaamiskeskus|jätelautakunta",
    ),
    ("company", r"osuuskunta|(?:\w+)osuuskunta|osuuskauppa|kehitysyhtiö|elinkeinoyhtiö|jätehuolto|(?:\w+)energia"),
    (
        "unspecified",
        r"säätiö|(?:\w+)säätiö|stiftelse(?:n)?|instituutti|institut(?:et)?|seurakunta|seurakuntayhtymä|energiatoimisto"
        r"|\w+keskus",
    ),
)
"""Patterns of nouns that end the name of an organisation, by the kind that they indicate."""

KIND = tuple((kind, re.compile(pattern)) for kind, pattern in KINDS)
"""The patterns of `KINDS`, compiled."""

FORMS = {
    "oy": "company",
    "oyj": "company",
    "ab": "company",
    "abp": "company",
    "ky": "company",
    "ltd": "company",
    "tmi": "company",
    "osk": "company",
    "ry": "association",
    "rf": "association",
    "r.y": "association",
    "r.f": "association",
    "sr": "unspecified",
    "rs": "unspecified",
}
"""Abbreviations of legal forms with the kind of organisation that they indicate."""

INNER = {
    "seudun",
    "kaupunkiseudun",
    "alueen",
    "maakunnan",
    "kaupungin",
    "kunnan",
    "kuntien",
    "seutukunnan",
    "maaseudun",
    "och",
    "of",
    "för",
    "i",
    "svenska",
    "&",
}
"""Lower-case words that may occur inside the name of an organisation."""

STARTERS = {
    "hanke",
    "hankkeen",
    "hankkeessa",
    "hankkeeseen",
    "hanketta",
    "projektin",
    "kumppanina",
    "kumppaneina",
    "kumppanit",
    "mukana",
    "lisäksi",
    "myös",
    "yhteistyössä",
    "vastuutaho",
    "toteuttajana",
    "toteuttajina",
    "toteuttaja",
    "koordinaattorina",
    "asiantuntijana",
    "hakijana",
    "rahoittajana",
    "sekä",
    "tilaajana",
    "muut",
    "muu",
    "alueen",
    "kaupungin",
    "kunnan",
    "kuntien",
    "sen",
    "tämän",
    "työn",
    "osatoteuttajina",
    "osatoteuttajana",
    "partner",
    "ledare",
    "projektet",
    "projektets",
    "hankekumppanit",
    "konsortion",
    "verkoston",
    "hankkeesta",
    "selvityksen",
    "laskennan",
    "uuden",
    "entisen",
    "entinen",
    "uusi",
    "yhdessä",
}
"""Words that may begin a sentence before a name and are not part of it."""

COMMON = {
    "aura",
    "salo",
    "luoto",
    "lahti",
    "koski",
    "virrat",
    "hanko",
    "kannus",
    "kisko",
    "renko",
    "pohja",
    "saari",
    "eno",
    "kuru",
    "lieto",
    "soini",
    "simo",
    "salla",
    "inari",
    "kaarina",
    "ii",
    "lappi",
    "rauma",
    "pori",
    "muhos",
    "kemi",
    "sievi",
    "hauho",
    "jaala",
    "kumo",
    "pello",
    "sund",
    "geta",
    "reso",
    "ingå",
    "vasa",
    "saaren",
    "pohjan",
    "lahden",
    "salon",
    "kosken",
    "luodon",
    "auran",
    "kemiö",
    "lemi",
    "tervo",
    "vaala",
    "eura",
    "lavia",
    "lammi",
    "toijala",
    "lammin",
    "saaressa",
    "saarella",
    "lahdessa",
    "lahdella",
    "koskella",
    "virroilla",
    "pohjalla",
    "pohjassa",
}
"""Forms of place names that are also common words or personal names; uncertain at the start of a sentence."""

OTHERS = re.compile(r"ym|yms|mm|jne|m\.fl|m\.m|mfl|etc")
"""Abbreviations of "and others"."""

ELLIPSIS = re.compile(
    r"(Etelä|Pohjois|Itä|Länsi|Keski|Kanta|Päijät|Varsinais|Lounais|Luoteis|Kaakkois|Koillis|Ylä|Ala)-?", re.I
)
"""First parts of compound names of regions, as written before a hyphen."""
