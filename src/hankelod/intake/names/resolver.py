"""The name resolver: names in running text to organisations and areas, each with the rule that found it.

It reads from left to right and takes the longest reading at each place: a name that the dataset knows, a list of
places with or without what they are ("Sastamalan ja Valkeakosken kaupungit"), a name that tells its kind (… Oy,
… yliopisto, … liitto), or a word that says that others are left unnamed ("ym.").
"""

from __future__ import annotations

from hankelod.intake.names.gazetteer import Gazetteer
from hankelod.intake.names.matches import SURE, Match, Reading
from hankelod.intake.names.nouns import AND, OTHERS
from hankelod.intake.names.organisation_names import known, pattern
from hankelod.intake.names.place_names import places


def resolve(text: str, gazetteer: Gazetteer, year: int | None = None, listing: bool = False) -> list[Match]:
    """The names in a text, in its order. `year` tells when it was written, for municipalities that have ended since.

    With `listing` the text is a list of names and nothing else (a field of a form): a bare name is then sure.
    """
    return _matches(Reading(text, gazetteer, year, listing))


def _matches(reading: Reading) -> list[Match]:
    found: list[Match] = []
    at = 0
    while at < len(reading.tokens):
        end, here = _longest(reading, at)
        found += here
        at = max(end, at + 1)
    return found


def _longest(reading: Reading, at: int) -> tuple[int, list[Match]]:
    readings = [known(reading, at), places(reading, at), pattern(reading, at), _others(reading, at)]
    best = max(readings, key=lambda r: r[0])
    # Of readings of the same length the dataset's own names come first, then places with what they are.
    return next(r for r in readings if r[0] == best[0]) if best[1] else (at, [])


### Others, unnamed


def _others(reading: Reading, at: int) -> tuple[int, list[Match]]:
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
