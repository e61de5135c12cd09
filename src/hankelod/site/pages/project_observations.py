"""Observations as figures on pages: measure, formatted value, and period."""

from __future__ import annotations

from typing import NamedTuple

from hankelod.site.language import Link, Words
from hankelod.site.view import View


class Figure(NamedTuple):
    """Figure: its measure, formatted value, period, note, and the anchor of the outcome it belongs to."""

    measure: Link
    value: str
    period: str
    note: Words | None
    statement: str | None


def figure(view: View, part: dict[str, object], anchor: str | None) -> Figure:
    """Return the figure of an observation; `anchor` is that of its outcome, if any."""
    t, measure = view.t, str(part["measure"])
    qualifier = part.get("qualifier")
    text = _range(view, part)
    if qualifier and qualifier != "exact":
        text = f"{view.concept('Qualifier', str(qualifier)).words.text} {text}"
    return Figure(view.concept("Measure", measure), text, period(view, measure), t.pick(part.get("note")), anchor)


def _range(view: View, part: dict[str, object]) -> str:
    """Format the value of an observation, or its range."""
    unit = str(part.get("unit", ""))
    if "value" in part:
        return number(view, str(part["value"]), unit)
    low, high = (str(part[key]) if key in part else "" for key in ("min", "max"))
    first = view.t.number(low) if low and high else low and number(view, low, unit)
    return "–".join((first, number(view, high, unit) if high else ""))


def number(view: View, value: str, unit: str) -> str:
    """Format a number with its unit; a QUDT IRI is written as its symbol if the catalogue has one."""
    local = unit.rsplit("/", 1)[-1]
    if local == "COUNT" or not local:
        return view.t.number(value)
    if local == "PERCENT":
        return view.t.percent(value)
    symbols = dict(pair.split("=") for pair in view.t("format.units").split(" "))
    return f"{view.t.number(value)}\u00a0{symbols.get(local, local)}"


def period(view: View, measure: str) -> str:
    """Return the period of a measure as text after a number; empty for a project as a whole and for one moment."""
    iri = view.model.iri(view.model.by_name("Measure"), measure)
    per = view.model.ontology.iri(iri, "https://w3id.org/hankelod/def#per") or ""
    local = per.rsplit("/", 1)[-1]
    return "" if local in ("", "project", "moment") else view.concept("Period", local).words.text
