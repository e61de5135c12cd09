"""Municipalities that a text names as the place of work, recognised by the words around their names.

A mention alone is not enough ("the Lahti model", "the paper Turun Sanomat"). Recognised are a list in brackets after a
noun for municipalities ("kuuden kunnan (Naantali, Raisio …)"), a list after a noun for pilot, target or member
municipalities or after "mukana olleet …", and several municipalities with a noun in the inessive ("Salon ja Paimion
kunnissa").
"""

from __future__ import annotations

import re

from hankelod.intake.names.gazetteer import Gazetteer
from hankelod.intake.names.matches import UNSURE, Match
from hankelod.intake.names.resolver import resolve

BRACKET = re.compile(r"\((?P<inner>[^()]*)\)")

WORD = re.compile(r"([\w-]+)\s*$")

MUNICIPALITY = re.compile(
    r"(?:\w+-?)?(?:kun(?:ta|nan|taa|nassa|nat|tien|tia|nissa|nista|nille|tiin)"
    r"|kaupun(?:ki|gin|git|kien|keja|geissa|kia|gissa))",
    re.I,
)

OPENERS = re.compile(
    r"(?:mukana\s+(?:ole|olle|oliv|ov)\w+|(?:pilotti|kohde|hanke|jäsen|osallistuja)(?:kun\w+|kaupun\w+)"
    r"|mukana\s+olleet\s+kunnat)\s*:?\s*(?:ovat|olivat)?\s*$",
    re.I,
)

INSIDE = re.compile(r"(?:kunnissa|kaupungeissa)$", re.I)

BEFORE = 100
"""Characters before a list in which the words that open it are searched."""

BETWEEN = re.compile(r"\s*(?:,|ja|sekä|,\s*(?:ja|sekä))\s*")


def places_of_work(text: str, gazetteer: Gazetteer, year: int | None = None) -> list[Match]:
    """Return the municipalities that a text names as the place of work."""
    matches = [m for m in resolve(text, gazetteer, year) if m.confidence != UNSURE]
    municipalities: list[Match] = []
    for bracket in BRACKET.finditer(text):
        inner = [m for m in matches if bracket.start("inner") <= m.start and m.end <= bracket.end("inner")]
        left = bracket["inner"]
        for m in inner:
            left = left.replace(m.text, "", 1)
        if (
            len(inner) >= 2
            and _municipal(inner)
            and not re.sub(r"[\s,;]|\b(?:ja|sekä)\b", "", left)
            and _municipal_word(text, bracket.start())
        ):
            municipalities += inner
    for run in _runs(matches, text):
        opened = OPENERS.search(text[max(0, run[0].start - BEFORE) : run[0].start]) or OPENERS.match(run[0].text)
        inside = len(run) > 1 and INSIDE.search(run[-1].text)
        if (opened or inside) and _municipal(run):
            municipalities += run
    by_code: dict[str, Match] = {}
    for m in municipalities:
        by_code.setdefault(str(m.area), m)
    return list(by_code.values())


def _municipal_word(text: str, end: int) -> bool:
    """True where the word before an offset is a noun for municipalities."""
    word = WORD.search(text[max(0, end - BEFORE) : end])
    return word is not None and MUNICIPALITY.fullmatch(word.group(1)) is not None


def mentioned(text: str, gazetteer: Gazetteer, year: int | None = None) -> list[Match]:
    """Return all names of a text that are sure or likely."""
    return [m for m in resolve(text, gazetteer, year) if m.confidence != UNSURE and m.kind != "others"]


def _municipal(matches: list[Match]) -> bool:
    """True where all matches are municipalities, or their organisations."""
    return all((m.place and not m.wide) or m.type == "municipality" for m in matches) and all(
        m.rule != "around" for m in matches
    )


def _runs(matches: list[Match], text: str) -> list[list[Match]]:
    """Matches grouped by list: only separators are between those of one group."""
    runs: list[list[Match]] = []
    for m in matches:
        if runs and BETWEEN.fullmatch(text[runs[-1][-1].end : m.start]):
            runs[-1].append(m)
        else:
            runs.append([m])
    return runs
