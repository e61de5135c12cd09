"""Classification of lines: the labels and headings of the ministry's compilation documents."""

from __future__ import annotations

import re
from typing import NamedTuple

FIELDS: dict[str, tuple[str, ...]] = {
    "lead": (
        "vastuutaho",
        "vastuutahot",
        "hankkeen vastuutaho",
        "vastuullinen taho",
        "hakija",
        "hakijataho",
        "koordinaattori",
        "päätoteuttaja",
    ),
    "partners": (
        "muut konsortioon osallistuvat",
        "muut konsortioon osallistuvat tahot",
        "konsortion muut osallistujat",
        "muut osallistujat",
        "muut osallistuvat tahot",
        "kumppanit",
        "yhteistyökumppanit",
        "hankekumppanit",
        "osatoteuttajat",
    ),
    "cost": (
        "kokonaissumma",
        "kokonaiskustannukset",
        "kokonaiskustannus",
        "kokonaisbudjetti",
        "hankkeen kokonaissumma",
        "budjetti",
    ),
    "grant": (
        "avustusosuus",
        "avustus",
        "avustuksen osuus",
        "avustuksen määrä",
        "avustussumma",
        "myönnetty avustus",
        "valtionavustus",
    ),
    "schedule": ("aikataulu", "hankkeen aikataulu", "hankkeen kesto", "hankeaika", "toteutusaika", "kesto"),
    "links": (
        "linkki hankkeeseen",
        "linkit hankkeeseen",
        "linkki hankkeen sivuille",
        "hankkeen verkkosivut",
        "verkkosivut",
        "linkit",
        "linkki",
        "lisätietoja",
        "lisätiedot",
        "lisätietoa",
    ),
}
"""By field: its labels, in lower case. The first is the one in the published documents."""

SECTIONS: dict[str, tuple[str, ...]] = {
    "result": (
        "hankkeen tulokset ja vaikutukset",
        "tulokset ja vaikutukset",
        "hankkeen tulokset",
        "tulokset",
        "hankkeen tulokset ja vaikuttavuus",
    ),
    "permanence": (
        "ratkaisujen pysyvyys ja skaalautuminen",
        "pysyvyys ja skaalautuminen",
        "ratkaisujen pysyvyys",
        "tulosten pysyvyys",
        "ratkaisujen pysyvyys ja skaalautuvuus",
        "pysyvyys ja skaalautuvuus",
    ),
}
"""By kind of outcome: the headings of its section, in lower case."""

_LABELS = {label: key for key, labels in FIELDS.items() for label in labels}

_HEADINGS = {heading: kind for kind, headings in SECTIONS.items() for heading in headings}

_ANY_LABEL = "|".join(sorted((re.escape(x).replace(r"\ ", r"[\s\u00a0]+") for x in _LABELS), key=len, reverse=True))

LABEL = re.compile(rf"(?:{_ANY_LABEL})[\s\u00a0]*[:：]", re.I)

BULLET = re.compile(r"(?:[-–—•*·▪◦‣●○■□➢→\uf0b7\uf0a7][\s\u00a0]+|[•▪◦‣●○■□➢\uf0b7\uf0a7])(?=\S)")

QUOTES = "”“„\"»«'’"

LINK = re.compile(r"\]\(|<?https?://|\bwww\.|^\(?[\w-]+(?:\.[\w-]+)+\)?/?\S*$", re.I)

NONE = re.compile(r"[-–—]{1,3}|ei\s+linkkiä|ei")
"""A value that means none."""

END = re.compile(r"[.!?…:;][\s\u00a0”“\"'»)\]]*$")
"""The end of a sentence, at the end of a line."""

EMPHASIS = re.compile(r"^(\*\*|__)(.*?)\1")


class Piece(NamedTuple):
    """A line, or a part of one. `kind` is `label`, `heading`, `bullet` or `text`.

    `key` is the field of a label or the section of a heading, else empty; `text` has no label and no bullet.
    """

    kind: str
    key: str
    text: str


def pieces(line: str) -> list[Piece]:
    """Return the pieces of a line: one, or several where it has several labels."""
    text = plain(line)
    starts = [m.start() for m in LABEL.finditer(text)]
    if starts and starts[0] == 0:
        spans = [text[a:b].strip() for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]
        return [_labelled(span) for span in spans]
    low = re.sub(r"[\s\u00a0]+", " ", text).rstrip(" :：").casefold()
    if low in _HEADINGS:
        return [Piece("heading", _HEADINGS[low], text)]
    if low in _LABELS and (text.rstrip().endswith((":", "：")) or low in {labels[0] for labels in FIELDS.values()}):
        return [Piece("label", _LABELS[low], "")]
    bullet = BULLET.match(text)
    if bullet:
        rest = text[bullet.end() :]
        inner = pieces(rest) if BULLET.match(rest) is None else []
        return inner if inner and inner[0].kind in ("label", "heading") else [Piece("bullet", "", rest)]
    return [Piece("text", "", text)]


def completed(first: str, second: str) -> str | None:
    """Return two lines as one where they break a heading or a label in two, else None."""
    for between in ("", " "):
        whole = first.rstrip("\u00ad") + between + second
        if between and first.endswith("\u00ad"):
            continue
        piece = pieces(whole)[0]
        if piece.kind == "heading" and (len(plain(second)) > 1 or between == ""):
            return whole
        match = LABEL.match(plain(whole))
        if match is not None and match.end() > len(plain(first).rstrip("\u00ad")):
            return whole
    return None


def _labelled(span: str) -> Piece:
    """A label with its value as a piece."""
    match = LABEL.match(span)
    assert match is not None
    key = re.sub(r"[\s\u00a0]+", " ", match.group().rstrip(":：").strip()).casefold()
    return Piece("label", _LABELS[key], span[match.end() :].strip(" \u00a0\t*_"))


def plain(line: str) -> str:
    """Return a line without surrounding Markdown marks and spaces."""
    text = line.strip(" \u00a0\t\u2007\u202f")
    text = re.sub(r"^#{1,6}\s+", "", text)
    text = EMPHASIS.sub(r"\2", text)
    if text.endswith("**") and text.count("**") % 2:
        text = text[:-2]
    return text.strip(" \u00a0")


def is_heading(line: str) -> bool:
    """Return true where plain text marks a line as a heading, as in Markdown."""
    return bool(re.match(r"\s*#{1,6}\s+\S", line))
