"""Observations as figures on pages: measure, formatted value, and period."""

from __future__ import annotations

from typing import NamedTuple

from hankelod.site.language import Link, Words
from hankelod.site.pages.remarks import Placed
from hankelod.site.view import View

HANKE = "https://w3id.org/hankelod/def#"
"""Namespace of the vocabulary."""


class Figure(NamedTuple):
    """Figure: its measure, formatted value, period, note, and the anchor of the outcome it belongs to.

    `to_come` is how far it is from being achieved, such as planned; None for an achieved one. `year` is the year that
    it is about, empty if that is not known.
    """

    measure: Link
    value: str
    period: str
    note: Words | None
    statement: str | None
    to_come: Link | None
    year: str
    remarks: Placed = ()


ACHIEVED = "achieved"
"""The realisation of a figure that states none."""


def figure(view: View, part: dict[str, object], anchor: str | None, remarks: Placed = ()) -> Figure:
    """Return the figure of an observation; `anchor` is that of its outcome, if any."""
    t, measure = view.t, str(part["measure"])
    qualifier = part.get("qualifier")
    text = _range(view, part)
    if qualifier and qualifier != "exact":
        text = f"{view.concept('Qualifier', str(qualifier)).words.text} {text}"
    realisation = str(part.get("realisation", ACHIEVED))
    return Figure(
        measure=view.concept("Measure", measure),
        value=text,
        period=period(view, measure),
        note=t.pick(part.get("note")),
        statement=anchor,
        to_come=None if realisation == ACHIEVED else view.concept("Realisation", realisation),
        year=str(part.get("year", "")),
        remarks=remarks,
    )


def _range(view: View, part: dict[str, object]) -> str:
    """Format the value of an observation, or its range."""
    unit = str(part.get("unit", ""))
    if "value" in part:
        return number(view, str(part["value"]), unit)
    low, high = (str(part[key]) if key in part else "" for key in ("min", "max"))
    first = view.t.number(low) if low and high else low and number(view, low, unit)
    return "–".join((first, number(view, high, unit) if high else ""))


def additive(view: View, measure: str) -> bool:
    """Return False if figures of a measure must not be summed."""
    iri = view.model.iri(view.model.by_name("Measure"), measure)
    return view.model.ontology.value(iri, f"{HANKE}notAdditive") != "true"


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
    per = view.model.ontology.iri(iri, f"{HANKE}per") or ""
    local = per.rsplit("/", 1)[-1]
    return "" if local in ("", "project", "moment") else view.concept("Period", local).words.text
