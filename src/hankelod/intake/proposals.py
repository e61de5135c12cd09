"""Drafts of records, and of the new organisations that they refer to."""

from __future__ import annotations

import re
from typing import NamedTuple

from hankelod.intake.documents.compilation import LANGUAGE, Compilation
from hankelod.intake.figures import ProposedFigure
from hankelod.intake.names.gazetteer import Gazetteer
from hankelod.intake.names.matches import LIKELY, Match
from hankelod.intake.names.resolver import resolve

Values = dict[str, object]
"""Values of a record, or of a part of one, by key."""

Lines = dict[str, tuple[int, ...]]
"""Numbers of source lines by key, and by item of a list (`outcomes.2`)."""


class Note(NamedTuple):
    """A comment in a record: a code of the intake's catalogue of messages, and the details that fill it in."""

    code: str
    details: dict[str, object]


class Draft(NamedTuple):
    """A record to be written. `kind` is the folder of its class.

    `lines` gives the source lines of each key and of each item of a list (`outcomes.2`); `notes` and `figures` have the
    same keys, and notes on the whole record the key `""`.
    """

    kind: str
    id: str
    values: Values
    lines: Lines
    notes: dict[str, list[Note]]
    figures: dict[str, list[ProposedFigure]]


def span(lines: tuple[int, ...]) -> str:
    """Return line numbers for display: `75`, `135–137`."""
    if not lines:
        return ""
    return str(min(lines)) if min(lines) == max(lines) else f"{min(lines)}–{max(lines)}"


class Organisations:
    """The new organisations of one document. Each has one draft, regardless of how often and by what name it occurs."""

    def __init__(self, document: Compilation, names: Gazetteer) -> None:
        self.names = names
        self.drafts: dict[str, Draft] = {}
        self.cities = _cities(document, names)

    def propose(self, m: Match, leading: bool, lines: tuple[int, ...]) -> Match:
        """Add a draft for a match that is not a known organisation; return the match as adapted.

        A company that leads is taken to be a municipal company where its name contains that of a municipality, since
        only such companies may lead.
        """
        if m.parent and m.parent not in self.names.organisations:
            self._add(m.parent, {"name": {LANGUAGE: m.detail or m.parent}, "kind": "regional-council"}, lines, m)
        if m.known or m.id is None:
            return m
        city = self.cities.get(m.area or "") if m.type == "municipality" else None
        if city is not None and city.id is not None:
            m = m._replace(id=city.id, name=city.name)
        seat = m.area if m.type == "municipality" else None
        kind = m.type or "unspecified"
        if leading and kind in ("company", "unspecified"):
            inside = [p for p in mentioned_places(m.name, self.names) if p.place and not p.wide]
            if kind == "company" and len(inside) == 1:
                seat, kind = inside[0].area, "municipal-company"
                m = m._replace(type=kind, area=seat, rule="municipal-company", confidence=LIKELY, detail=inside[0].name)
        values: Values = {"name": {LANGUAGE: m.name}, "kind": kind}
        if m.parent:
            values["parent"] = m.parent
        if seat and self.names.seat:
            values[self.names.seat] = seat
        self._add(str(m.id), values, lines, m)
        return m

    def _add(self, id: str, values: Values, lines: tuple[int, ...], m: Match) -> None:
        existing = self.drafts.get(id)
        if existing is not None:
            if "parent" in values and "parent" not in existing.values:
                existing.values.update(parent=values["parent"], kind=values["kind"])
                existing.lines["parent"] = lines
            return
        note = Note(
            "comment-organisation",
            {"text": m.text, "rule": f"rule-{m.rule}", "detail": m.detail, "confidence": m.confidence},
        )
        self.drafts[id] = Draft("organisations", id, values, dict.fromkeys(values, lines), {"": [note]}, {})


def _cities(document: Compilation, names: Gazetteer) -> dict[str, Match]:
    """The municipalities that a document names with the noun city or municipality, by code."""
    cities: dict[str, Match] = {}
    for raw in document.projects:
        fields = [f for key in ("lead", "partners") for f in raw.fields.get(key, ())]
        for f in [*fields, *raw.description, *(o for _, o in raw.outcomes)]:
            for m in resolve(f.text, names):
                if m.type == "municipality" and m.rule in ("name-with-head", "list-with-head") and m.area:
                    cities.setdefault(m.area, m)
    return cities


def mentioned_places(name: str, names: Gazetteer) -> list[Match]:
    """Return the places in the name of an organisation, with any confidence."""
    return [m for word in re.split(r"[\s-]+", name) for m in resolve(word, names, listing=True) if m.kind != "others"]
