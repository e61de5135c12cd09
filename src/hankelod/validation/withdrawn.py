"""Withdrawn ids that are in use again: a record under the id of a tombstone."""

from __future__ import annotations

from collections.abc import Iterable

from hankelod.messages.problem import Problem, problem
from hankelod.records.record import Record


def reused(records: Iterable[Record]) -> list[tuple[Problem, Record]]:
    """Return the records under the id of a tombstone among them: a problem for each, with the tombstone."""
    records = list(records)
    tombstones = {r.id: r for r in records if r.cls.identifies == ""}
    if not tombstones:
        return []
    found = []
    for record in records:
        stone = tombstones.get(f"{record.cls.segment}/{record.id}")
        if stone is not None:
            related = (stone.place(()),)
            again = problem("withdrawn-id", record.place(()), record.id, None, record.id, related=related)
            found.append((again, stone))
    return found
