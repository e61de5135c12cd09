"""Outcome of feeding the exports: what the description and the history of a publication begin from."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from hankelod.exports.export import Basis
from hankelod.exports.summary import Summary
from hankelod.rdf.counts import Counts
from hankelod.records.record import Record


class Outcome(NamedTuple):
    """What the traversal has made: the basis of the exports, all records if the site needs them, their summary, the
    counts of the dump, and where the sorted triples are."""

    basis: Basis
    records: list[Record]
    summary: Summary
    counts: Counts
    triples: Path
