"""Figures in sentences, proposed as observations of a measure: value, precision and sentence. A person accepts them.

Each rule matches the wording for one measure of the code list; a number that no rule matches is ignored. Finnish number
words up to twelve are recognised in the cases that are used for counting.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from hankelod.model.amounts import SPACES, readings


class ProposedFigure(NamedTuple):
    """A proposal: the measure's id, the value as decimal text, a qualifier or None, and the sentence that states it."""

    measure: str
    value: str
    qualifier: str | None
    sentence: str


WORDS = {
    1: "yksi|yhden|yhtä|yhteen",
    2: "kaksi|kahden|kahta|kahteen|kahdesta",
    3: "kolme|kolmen|kolmea|kolmeen|kolmesta",
    4: "neljä|neljän|neljää|neljään|neljästä",
    5: "viisi|viiden|viittä|viiteen|viidestä",
    6: "kuusi|kuuden|kuutta|kuuteen|kuudesta",
    7: "seitsemän|seitsemää|seitsemään|seitsemästä",
    8: "kahdeksan|kahdeksaa|kahdeksaan|kahdeksasta",
    9: "yhdeksän|yhdeksää|yhdeksään|yhdeksästä",
    10: "kymmenen|kymmentä|kymmeneen|kymmenestä",
    11: "yksitoista|yhdentoista",
    12: "kaksitoista|kahdentoista",
}
"""Forms of the number words, by value."""

_VALUES = {word: n for n, words in WORDS.items() for word in words.split("|")}

NUMBER = (
    rf"(?P<n>[0-9]{{1,3}}(?:{SPACES}[0-9]{{3}})+(?:,[0-9]+)?(?![0-9])|[0-9]{{1,3}}(?:\.[0-9]{{3}})+(?:,[0-9]+)?(?![0-9])"
    rf"|[0-9]+(?:[,.][0-9]+)?|\b(?:{'|'.join(WORDS.values())})\b)"
)
"""A number in a sentence. In Finnish a dot parts thousands (`1.200`) where three digits follow it, a comma decimals."""

ABOUT = re.compile(r"(?:noin|n\.|lähes|arviolta|suunnilleen|runsa(?:at|an))\s+$", re.I)

AT_LEAST = re.compile(r"(?:yli|vähintään|ainakin)\s+$", re.I)

AT_MOST = re.compile(r"(?:alle|enintään|korkeintaan)\s+$", re.I)


class Rule(NamedTuple):
    """A rule for one measure.

    `pattern` matches the number (group `n`) with its noun. The sentence must match `near` and must not match `unless`.
    The value is the number times `factor`.
    """

    measure: str
    pattern: re.Pattern[str]
    near: re.Pattern[str] | None = None
    unless: re.Pattern[str] | None = None
    factor: int = 1


def _rule(measure: str, pattern: str, near: str | None = None, unless: str | None = None, factor: int = 1) -> Rule:
    return Rule(
        measure,
        re.compile(pattern.replace("#", NUMBER), re.I),
        re.compile(near, re.I) if near else None,
        re.compile(unless, re.I) if unless else None,
        factor,
    )


RULES: tuple[Rule, ...] = (
    _rule("co2-reduction", r"#\s*(?:tonn(?:ia|in|i)\b|t\s?CO2)", r"päästö|hiilidioksid|CO2"),
    _rule("houses-heated", r"#\s*omakotitalo"),
    _rule("oil-use-reduction", r"öljyn[^.]*?#\s*MWh"),
    _rule("oil-use-reduction", r"öljyn[^.]*?#\s*GWh", factor=1000),
    _rule("energy-saving", r"(?:säästö|säästyi|säästet)[^.]*?#\s*MWh"),
    _rule("energy-saving", r"(?:säästö|säästyi|säästet)[^.]*?#\s*GWh", factor=1000),
    _rule("respondents-intending", r"#\s*(?:%|prosenttia)(?=[^.,%]*\baiko)"),
    _rule("respondents-completed", r"#\s*(?:%|prosenttia)(?=[^.,%]*(?:loppuun|valmi))", unless=r"^[^%]*%[^%,]*\baiko"),
    _rule("respondents-helped", r"#\s*(?:%|prosenttia)(?=[^.%]*\b(?:apua|hyöty))"),
    _rule("new-partners", r"uusia\s+(?:kumppane\w+|jäsen\w+)\s+(?:saatiin|liittyi|tuli)\s+(?:mukaan\s+)?#"),
    _rule("new-partners", r"#\s+uutta\s+(?:kumppan|jäsen|toimija|yrity)"),
    _rule("partners", r"#\s+(?:ilmasto)?kumppan(?:iin|ia|in)\b"),
    _rule("companies-committed", r"#\s+yrity(?:stä|ksen)\s+päästövähen", r"sitou"),
    _rule("companies-committed", r"sitou[^.]*?#\s+yritystä", unless=r"yritystä päästövähen"),
    _rule("carbon-footprints", r"#\s+yritystä\s+lask\w+[^.]*?hiilijalanj"),
    _rule("communication-reviews", r"#\s+yritystä\s+teki[^.]*?viestin"),
    _rule("climate-actions", r"ilmastotekoja\s+(?:tehtiin|toteutettiin)\s+(?:yhteensä\s+)?#"),
    _rule("climate-actions", r"#\s+ilmastoteko"),
    _rule("emission-calculations", r"(?:päästö)?laskentoja[^.]*?#\s+kappaletta"),
    _rule("emission-calculations", r"#\s+päästölasken"),
    _rule(
        "participants",
        r"#\s+(?:\w+\s+\w+\s+)?(?:henkilöä|osallistujaa|ammattilaista|asiantuntijaa|opiskelijaa|vierasta|kuulijaa)",
    ),
    _rule("workshops", r"#\s+(?:\w+\s+)?työpaj(?:aa|an)\b"),
    _rule("events", r"#\s+(?:\w+\s+)?(?:tilaisuut|tapahtum(?:aa|an)|webinaari|seminaari)"),
    _rule("training-days", r"#\s+valmennuspäiv"),
    _rule("trainings", r"#\s+(?:\w+\s+)?koulutu(?:sta|ksen)\b"),
    _rule("videos", r"#\s+(?:\w+\s+)?video(?:n|ta)\b"),
    _rule("new-municipalities", r"#\s+uuteen\s+(?:\w+\s+)?kuntaan"),
    _rule("coordinating-municipalities", r"#\s+kunnan\s+koordinoi"),
    _rule("municipalities", r"#\s+(?:[\w-]+\s+)?(?:kuntaa|kunnan|kaupunkia|kaupungin)\b", unless=r"koordinoi"),
    _rule("project-phases", r"#\s+(?:osa)?vaihee"),
    _rule("companies", r"(?:osallistui|mukana oli|mukaan lähti)[^.]*?#\s+(?:\w+\s+)?yrity(?:stä|ksen)\b"),
    _rule("companies", r"#\s+(?:verkoston\s+)?yrity(?:stä|ksistä)\b(?=[^.]*osallistui)"),
    _rule("companies", r"osallistui\s+#\s+verkoston\s+yrityksistä"),
)
"""The rules in order of precedence; a number belongs to the first rule that matches it."""

REPEATED = re.compile(r"(?P<a>[0-9]+)\s*[-–]\s*(?P<b>[0-9]+)\s+kertaa\s+vuodessa", re.I)

SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[\"”“A-ZÅÄÖ])")

LONGEST = 2_000
"""Most characters of a sentence; the rest is ignored, which bounds the time that the patterns take."""


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, each cut off at `LONGEST` characters."""
    return [s.strip()[:LONGEST] for s in SENTENCE.split(text) if s.strip()]


def figures(text: str) -> list[ProposedFigure]:
    """Return the figures of a text in its order."""
    return [f for sentence in sentences(text) for f in _in_sentence(sentence)]


def _in_sentence(sentence: str) -> list[ProposedFigure]:
    figures_by_offset: dict[int, ProposedFigure] = {}
    for rule in RULES:
        if (rule.near and not rule.near.search(sentence)) or (rule.unless and rule.unless.search(sentence)):
            continue
        for m in rule.pattern.finditer(sentence):
            at = m.start("n")
            if at not in figures_by_offset and not _year(m["n"], sentence, at):
                figures_by_offset[at] = ProposedFigure(
                    rule.measure, _value(m["n"], rule.factor), _qualifier(sentence[:at]), sentence
                )
    for m in REPEATED.finditer(sentence):
        if "valmennu" in sentence.casefold() or "koulutu" in sentence.casefold():
            figures_by_offset[m.start("a")] = ProposedFigure("trainings-per-year", m["a"], "at-least", sentence)
            figures_by_offset[m.start("b")] = ProposedFigure("trainings-per-year", m["b"], "at-most", sentence)
    return [figure for _, figure in sorted(figures_by_offset.items())]


def _year(number: str, sentence: str, at: int) -> bool:
    """True where a number is a year rather than a count."""
    return bool(re.fullmatch(r"(?:19|20)[0-9][0-9]", number)) and bool(
        re.search(r"vuo\w*\s+$|[0-9][-–]$", sentence[:at])
    )


def _value(number: str, factor: int) -> str:
    """The value of a number or number word as decimal text; `factor` is 1 or 1000."""
    low = number.casefold()
    if low in _VALUES:
        return str(_VALUES[low] * factor)
    plain = readings(number, ".")[-1]
    if factor == 1:
        return plain
    value = format(Decimal(plain) * factor, "f")
    return value.rstrip("0").rstrip(".") if "." in value else value


def _qualifier(before: str) -> str | None:
    for qualifier, pattern in (("about", ABOUT), ("at-least", AT_LEAST), ("at-most", AT_MOST)):
        if pattern.search(before):
            return qualifier
    return None
