"""Name resolver: finds organisations and areas in running text, each with the rule that matched it.

It reads from left to right and takes the longest match at each token: a known name, a list of places with or without a
noun ("Sastamalan ja Valkeakosken kaupungit"), a name that indicates its kind (… Oy, … yliopisto, … liitto), or a word
for unnamed others ("ym.").
"""

from __future__ import annotations

from hankelod.intake.names.gazetteer import Gazetteer
from hankelod.intake.names.matches import SURE, Match, Reading
from hankelod.intake.names.nouns import AND, OTHERS
from hankelod.intake.names.organisation_names import kind_name, known_name
from hankelod.intake.names.place_names import places


def resolve(text: str, gazetteer: Gazetteer, year: int | None = None, listing: bool = False) -> list[Match]:
    """Find the names in a text, in its order. `year` is the year of the text, for municipalities abolished since.

    With `listing` the text is only a list of names (a field of a form): a name without a noun is then sure.
    """
    reading = Reading(text, gazetteer, year, listing)
    matches: list[Match] = []
    at = 0
    while at < len(reading.tokens):
        end, longest = _longest(reading, at)
        matches += longest
        at = max(end, at + 1)
    return matches


def _longest(reading: Reading, at: int) -> tuple[int, list[Match]]:
    """End and matches of the longest match at a token."""
    candidates = [known_name(reading, at), places(reading, at), kind_name(reading, at), _others(reading, at)]
    # Of candidates of the same length the first is taken: known names, then places.
    best = max(candidates, key=lambda candidate: candidate[0])
    return best if best[1] else (at, [])


### Unnamed others


def _others(reading: Reading, at: int) -> tuple[int, list[Match]]:
    """A match of an abbreviation ("ym.") or a phrase ("ja muut …") for unnamed others."""
    low = reading.low(at)
    if OTHERS.fullmatch(low) and not (low == "mm" and not reading.listing):
        end = at + 1 + (reading.low(at + 1) == ".")
        return end, [reading.match(at, end, "others", None, "", "others-unnamed", SURE)]
    if low in ("ynnä", "sekä", "ja", "och", "samt") and reading.low(at + 1) in (
        "muut",
        "muita",
        "muiden",
        "muu",
        "andra",
        "övriga",
    ):
        end = at + 2
        while (
            end < len(reading.tokens)
            and end < at + 6
            and reading.tokens[end].text not in ",.;()/"
            and reading.low(end) not in AND
            and not reading.tokens[end].capital
        ):
            end += 1
        return end, [reading.match(at, end, "others", None, "", "others-unnamed", SURE)]
    return at, []
