"""Drafts of records, and of the organisations that they need and that nobody has written down yet."""

from __future__ import annotations

import re
from typing import NamedTuple

from hankelod.intake.documents.compilation import Compilation
from hankelod.intake.figures import Figure
from hankelod.intake.names.gazetteer import Gazetteer
from hankelod.intake.names.matches import LIKELY, Match
from hankelod.intake.names.resolver import resolve

Values = dict[str, object]

Lines = dict[str, tuple[int, ...]]


class Note(NamedTuple):
    """Something that a record's comments tell: a code of the messages, and what fills it in."""

    code: str
    details: dict[str, object]


class Draft(NamedTuple):
    """A record to be: `kind` names its class's folder. `lines` tells for each key, and each item of a list
    (`outcomes.2`), the source's lines; `notes` and `figures` stand at the same keys."""

    kind: str
    id: str
    values: Values
    lines: Lines
    notes: dict[str, list[Note]]
    figures: dict[str, list[Figure]]


def span(lines: tuple[int, ...]) -> str:
    """Line numbers as people read them: `75`, `135–137`."""
    if not lines:
        return ""
    return str(min(lines)) if min(lines) == max(lines) else f"{min(lines)}–{max(lines)}"


class Organisations:
    """The new organisations of one document. Each gets one draft, however often and however it is named."""

    def __init__(self, document: Compilation, names: Gazetteer) -> None:
        self.names = names
        self.drafts: dict[str, Draft] = {}
        self.cities = _cities(document, names)

    def propose(self, m: Match, leading: bool, lines: tuple[int, ...]) -> Match:
        """An organisation that is not known gets a draft of its own; a company that leads is taken to be a municipality's
        where a municipality's name is in its name, since only such companies may lead."""
        if m.parent and m.parent not in self.names.organisations:
            self._add(m.parent, {"name": {"fi": m.detail or m.parent}, "kind": "regional-council"}, lines, m)
        if m.known or m.id is None:
            return m
        city = self.cities.get(m.area or "") if m.type == "municipality" else None
        if city is not None and city.id is not None:
            m = m._replace(id=city.id, name=city.name)
        municipality = m.area if m.type == "municipality" else None
        kind = m.type or "unspecified"
        if leading and kind in ("company", "unspecified"):
            inside = [p for p in mentioned_places(m.name, self.names) if p.kind == "municipality"]
            if kind == "company" and len(inside) == 1:
                municipality, kind = inside[0].area, "municipal-company"
                m = m._replace(
                    type=kind, area=municipality, rule="municipal-company", confidence=LIKELY, detail=inside[0].name
                )
        values: Values = {"name": {"fi": m.name}, "kind": kind}
        if m.parent:
            values["parent"] = m.parent
        if municipality:
            values["municipality"] = municipality
        self._add(str(m.id), values, lines, m)
        return m

    def _add(self, id: str, values: Values, lines: tuple[int, ...], m: Match) -> None:
        standing = self.drafts.get(id)
        if standing is not None:
            if "parent" in values and "parent" not in standing.values:
                standing.values.update(parent=values["parent"], kind=values["kind"])
                standing.lines["parent"] = lines
            return
        note = Note(
            "comment-organisation",
            {"text": m.text, "rule": f"rule-{m.rule}", "detail": m.detail, "confidence": m.confidence},
        )
        self.drafts[id] = Draft("organisations", id, values, dict.fromkeys(values, lines), {"": [note]}, {})


def _cities(document: Compilation, names: Gazetteer) -> dict[str, Match]:
    """The municipalities that a document names with what they are, city or municipality."""
    found: dict[str, Match] = {}
    for raw in document.projects:
        fields = [f for key in ("lead", "partners") for f in raw.fields.get(key, ())]
        for f in [*fields, *raw.description, *(o for _, o in raw.outcomes)]:
            for m in resolve(f.text, names):
                if m.type == "municipality" and m.rule in ("name-with-head", "list-with-head") and m.area:
                    found.setdefault(m.area, m)
    return found


def mentioned_places(name: str, names: Gazetteer) -> list[Match]:
    """The places inside an organisation's name, sure or not."""
    return [m for word in re.split(r"[\s-]+", name) for m in resolve(word, names, listing=True) if m.kind != "others"]
