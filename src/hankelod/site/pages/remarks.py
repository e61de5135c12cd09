"""Remarks on pages: each beside the value that it is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from hankelod.records import keypaths
from hankelod.records.record import Record
from hankelod.site.language import Words
from hankelod.site.portfolio import parts
from hankelod.site.view import Fact, Value, View, address, shown_address


class Remark(NamedTuple):
    """Remark: the label of the value that it is about, its text, and the page that it cites."""

    label: str
    words: Words
    source: Value | None


Placed = tuple[Remark, ...]
"""Remarks beside one value."""


class Remarks:
    """The remarks of a record, taken one by one to their places."""

    def __init__(self, view: View, record: Record) -> None:
        self._at: dict[str, list[Remark]] = {}
        for part in parts(record, "remarks"):
            found = keypaths.find(view.model, record.cls, record.values, str(part.get("about", "")))
            words = view.t.pick(part.get("text"))
            if isinstance(found, keypaths.Lost) or words is None:
                continue
            source = str(part.get("source", ""))
            cited = Value(Words(shown_address(source)), None, address(source)) if source else None
            place = found.field.key if found.part is None else found.part
            self._at.setdefault(place, []).append(Remark(view.label(found.field), words, cited))

    def at(self, *keys: str) -> Placed:
        """Take the remarks about values of the record by their keys."""
        return tuple(remark for key in keys for remark in self._at.pop(key, ()))

    def on(self, part: Mapping[str, object]) -> Placed:
        """Take the remarks about a part or its values."""
        return self.at(str(part["id"]))

    def beside(self, facts: list[Fact]) -> tuple[Fact, ...]:
        """Return facts of the record with their remarks."""
        return tuple(fact._replace(remarks=self.at(fact.key)) for fact in facts)

    def rest(self) -> Placed:
        """Take the remarks that have no other place."""
        return self.at(*list(self._at))
