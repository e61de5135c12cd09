"""Which municipalities a text names as the place of work, by what it says around their names.

A mention alone is not enough ("the Lahti model", "the paper Turun Sanomat"). What counts: a list in brackets after a word
for municipalities ("kuuden kunnan (Naantali, Raisio …)"), a list that a word for pilot, target or member municipalities
opens, "mukana olleet …", and work done *in* several municipalities that are called so ("Salon ja Paimion kunnissa").
"""

from __future__ import annotations

import re

from hankelod.intake.names.gazetteer import Gazetteer
from hankelod.intake.names.matches import UNSURE, Match
from hankelod.intake.names.resolver import resolve

BRACKET = re.compile(r"\((?P<inner>[^()]*)\)")

WORD = re.compile(r"([\w-]+)\s*$")

MUNICIPALITY = re.compile(
    r"(?:\w+-?)?(?:kun(?:ta|nan|taa|nassa|nat|tien|tia|nissa|nista|nille|tiin)|kaupun(?:ki|gin|git|kien|keja|geissa|kia|gissa))",
    re.I,
)

OPENERS = re.compile(
    r"(?:mukana\s+(?:ole|olle|oliv|ov)\w+|(?:pilotti|kohde|hanke|jäsen|osallistuja)(?:kun\w+|kaupun\w+)|mukana\s+olleet\s+kunnat)\s*:?\s*(?:ovat|olivat)?\s*$",
    re.I,
)

INSIDE = re.compile(r"(?:kunnissa|kaupungeissa)$", re.I)

BEFORE = 100
"""How far before a list the words that open it are looked for, in characters."""

BETWEEN = re.compile(r"\s*(?:,|ja|sekä|,\s*(?:ja|sekä))\s*")


def places_of_work(text: str, gazetteer: Gazetteer, year: int | None = None) -> list[Match]:
    """The municipalities that a text names as the place of work, in its order."""
    matches = [m for m in resolve(text, gazetteer, year) if m.confidence != UNSURE]
    taken: list[Match] = []
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
            taken += inner
    for run in _runs(matches, text):
        opened = OPENERS.search(text[max(0, run[0].start - BEFORE) : run[0].start]) or OPENERS.match(run[0].text)
        inside = len(run) > 1 and INSIDE.search(run[-1].text)
        if (opened or inside) and _municipal(run):
            taken += run
    seen: dict[str, Match] = {}
    for m in taken:
        seen.setdefault(str(m.area), m)
    return list(seen.values())


def _municipal_word(text: str, end: int) -> bool:
    """Whether the word before a place in the text means municipalities."""
    word = WORD.search(text[max(0, end - BEFORE) : end])
    return word is not None and MUNICIPALITY.fullmatch(word.group(1)) is not None


def mentioned(text: str, gazetteer: Gazetteer, year: int | None = None) -> list[Match]:
    """All names of a text that are sure or likely."""
    return [m for m in resolve(text, gazetteer, year) if m.confidence != UNSURE and m.kind != "others"]


def _municipal(matches: list[Match]) -> bool:
    return all(m.kind == "municipality" or m.type == "municipality" for m in matches) and all(
        m.rule != "around" for m in matches
    )


def _runs(matches: list[Match], text: str) -> list[list[Match]]:
    """Matches that stand in one list, with nothing but separators between them."""
    runs: list[list[Match]] = []
    for m in matches:
        if runs and BETWEEN.fullmatch(text[runs[-1][-1].end : m.start]):
            runs[-1].append(m)
        else:
            runs.append([m])
    return runs
