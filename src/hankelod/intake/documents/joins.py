"""Lines that break a word, an address, a heading or a label in two are joined; a hyphen stays where it is one.

A hyphen at the end of a line breaks a word (`energiate-`, `hokkaampiin`), belongs to it (`Etelä-`, `Savo`), or stands
for the rest of a compound (`ympäristö-`, `ja energia-alan`). A soft hyphen only breaks. The document itself is asked
first: how it writes the word elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from hankelod.intake.documents.layout import BULLET, completed, pieces
from hankelod.intake.documents.lines import MAX_LINE, Line
from hankelod.intake.names.nouns import JOINERS

SOFT = "\u00ad"
"""The soft hyphen, which shows only where it breaks a word at the end of a line."""

HYPHENS = "\u2010\u2011-"
"""Hyphens that show; the plain one is last, so that the string fits into a class of characters."""

VOWELS = re.compile(r"[aeiouyáàâäåãæéèêëíìîïóòôöõøœúùûüýÿ]", re.I)
"""Letters of which each syllable has one: a fragment without any is an abbreviation, whose hyphen stays."""

LEFT = re.compile(rf"(?P<word>[^\W\d_]+)[{SOFT}{HYPHENS}]$")

RIGHT = re.compile(r"[^\W\d_]+")

ADDRESS = re.compile(r"(?:https?://|www\.)\S*$", re.I)
"""A web address at the end of a line."""


MAX_ADDRESS = 1_000
"""Most characters of a web address that is broken over lines."""

LONGEST_LABEL = 80
"""Most characters of a line in which a heading or a label may begin that the next line ends."""


class Words(NamedTuple):
    """How a document writes its words: those without a hyphen, those with one, and what follows a suspended hyphen."""

    plain: frozenset[str]
    hyphenated: frozenset[str]
    joiners: frozenset[str]


def words(texts: Iterable[str]) -> Words:
    """Collect the words of a document in lower case."""
    plain: set[str] = set()
    hyphenated: set[str] = set()
    joiners: set[str] = set(JOINERS)
    for text in texts:
        low = text.replace(SOFT, "").casefold()
        plain.update(re.findall(rf"(?<![\w{HYPHENS}])[^\W\d_]+(?![\w{HYPHENS}])", low))
        hyphenated.update(
            re.sub(rf"[{HYPHENS}]", "-", w) for w in re.findall(rf"[^\W\d_]+(?:[{HYPHENS}][^\W\d_]+)+", low)
        )
        joiners.update(re.findall(rf"\w[{HYPHENS}],?[ \u00a0]+([^\W\d_]+)(?!\w)", low))
    return Words(frozenset(plain), frozenset(hyphenated), frozenset(joiners))


def joint(before: str, after: str, known: Words) -> tuple[str, str]:
    """Return the end of one line and what comes between it and the next: of `("liik-", "kumiseen")`, `("liik", "")`.

    Where lines do not break a word, that is the same end and a space.
    """
    soft = before.endswith(SOFT)
    if not soft and not re.search(rf"\w[{HYPHENS}]$", before):
        between = "" if re.search(r"\d[–—]$", before) and after[:1].isdigit() else " "
        return before, between
    end = before[:-1]
    left, right = LEFT.search(before), RIGHT.match(after)
    if left is None or right is None:
        if soft and not (end[-1:].isalnum() and after[:1].isalnum()):
            return end, " "
        return end + "-" if soft else before, "" if after[:1].isalnum() else " "
    first, second = left["word"].casefold(), right.group().casefold()
    hyphen = end + "-" if soft else before
    if second in known.joiners and after[right.end() : right.end() + 1] in ("", " ", "\u00a0"):
        return hyphen, " "
    if f"{first}-{second}" in known.hyphenated:
        return hyphen, ""
    if f"{first}{second}" in known.plain:
        return end, ""
    if not after[0].islower() or ADDRESS.search(before[-MAX_ADDRESS:]):
        return hyphen, ""
    if soft:
        return end, ""
    return (end, "") if _breaks(end[: left.start()], left["word"], after) else (before, "")


def _breaks(head: str, word: str, after: str) -> bool:
    """True where a hyphen between two letters in lower case breaks a word rather than belongs to it."""
    abbreviated = not VOWELS.search(word) or not word[1:].islower() or len(word) < 2
    compound = head[-1:] in HYPHENS and bool(head)
    same = bool(VOWELS.match(word[-1])) and word[-1].casefold() == after[0].casefold()
    return not abbreviated and not compound and not same and not head[-1:].isdigit()


def unbroken(lines: list[Line]) -> list[Line]:
    """Return the lines with those joined that break a word, an address, a heading or a label in two.

    Lines that are left out (a page's foot) do not part those before and after them.
    """
    known = words(line.text for line in lines if not line.left)
    out: list[Line] = []
    texts: list[int] = []
    for line in lines:
        out.append(line)
        if line.left:
            continue
        texts.append(len(out) - 1)
        while len(texts) > 1 and (text := _one(out[texts[-2]], out[texts[-1]], known)) is not None:
            del out[texts.pop()]
            out[texts[-1]] = out[texts[-1]]._replace(text=text)
    return out


def _one(before: Line, line: Line, known: Words) -> str | None:
    """Two lines as one where the second continues a word, an address, a heading or a label of the first, else None."""
    first, second = before.text.rstrip(" \u00a0\t"), line.text.strip(" \u00a0\t")
    if not first or not second or BULLET.match(second):
        return None
    if len(first) + len(second) > MAX_LINE:
        return None
    address = ADDRESS.search(first[-MAX_ADDRESS:])
    if address is not None and not first.endswith(SOFT):
        goes_on = re.search(r"[/._=&?#-]$", first) and re.fullmatch(r"[\w./?=&#%~+:-]+", second)
        return first + second if goes_on else None
    if len(first) <= LONGEST_LABEL and (longer := completed(first, second)) is not None:
        return longer
    if re.search(rf"\w[{SOFT}{HYPHENS}]$", first) and pieces(second)[0].kind not in ("label", "heading"):
        end, between = joint(first, second, known)
        return end + between + second
    return None
