"""The name resolver: names in running text to organisations and areas, each with the rule that found it.

It reads from left to right and takes the longest reading at each place: a name that the dataset knows, a list of
places with or without what they are ("Sastamalan ja Valkeakosken kaupungit"), a name that tells its kind (… Oy,
… yliopisto, … liitto), or a word that says that others are left unnamed ("ym.").
"""

from __future__ import annotations

from hankelod.intake.gazetteer import Gazetteer
from hankelod.intake.matches import LIKELY, SURE, UNSURE, Match, Token
from hankelod.intake.nouns import AND, OTHERS
from hankelod.intake.place_names import PlaceNames

__all__ = ["LIKELY", "SURE", "UNSURE", "Match", "Token", "resolve"]


def resolve(text: str, gazetteer: Gazetteer, year: int | None = None, listing: bool = False) -> list[Match]:
    """The names in a text, in its order. `year` tells when it was written, for municipalities that have ended since.

    With `listing` the text is a list of names and nothing else (a field of a form): a bare name is then sure.
    """
    return _Reading(text, gazetteer, year, listing).matches()


class _Reading(PlaceNames):
    """A text with every reading of each place; the longest counts."""

    def matches(self) -> list[Match]:
        found: list[Match] = []
        at = 0
        while at < len(self.tokens):
            end, here = self._longest(at)
            found += here
            at = max(end, at + 1)
        return found

    def _longest(self, at: int) -> tuple[int, list[Match]]:
        readings = [self._known(at), self._places(at), self._pattern(at), self._others(at)]
        best = max(readings, key=lambda r: r[0])
        # Of readings of the same length the dataset's own names come first, then places with what they are.
        return next(r for r in readings if r[0] == best[0]) if best[1] else (at, [])

    ### Others, unnamed

    def _others(self, at: int) -> tuple[int, list[Match]]:
        low = self._low(at)
        if OTHERS.fullmatch(low) and not (low == "mm" and not self.listing):
            end = at + 1 + (self._low(at + 1) == ".")
            return end, [self._match(at, end, "others", None, "", "others-unnamed", SURE)]
        if low in ("ynnä", "sekä", "ja", "och", "samt") and self._low(at + 1) in (
            "muut",
            "muita",
            "muiden",
            "muu",
            "andra",
            "övriga",
        ):
            end = at + 2
            while (
                end < len(self.tokens)
                and end < at + 6
                and self.tokens[end].text not in ",.;()/"
                and self._low(end) not in AND
                and not self.tokens[end].capital
            ):
                end += 1
            return end, [self._match(at, end, "others", None, "", "others-unnamed", SURE)]
        return at, []
