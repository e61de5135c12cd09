"""All readers that are fuzzed, by name."""

from __future__ import annotations

from support.fuzzing import graphs, intake, models, records, requests
from support.fuzzing.trial import Reader

READERS: dict[str, Reader] = {
    **records.READERS,
    **models.READERS,
    **intake.READERS,
    **graphs.READERS,
    **requests.READERS,
}
"""Readers in the order in which a trial by hand goes through them."""
