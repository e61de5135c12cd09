"""Observations as figures on pages: what is counted, the number in words, and the period."""

from __future__ import annotations

from typing import NamedTuple

from hankelod.site.language import Link, Words
from hankelod.site.view import View


class Figure(NamedTuple):
    """A figure: what is counted, the number in words, the period, a note, and the statement that it comes from."""

    measure: Link
    value: str
    period: str
    note: Words | None
    statement: str | None


def figure(view: View, part: dict[str, object], anchor: str | None) -> Figure:
    """The figure of an observation; `anchor` is that of the statement that it comes from."""
    t, measure = view.t, str(part["measure"])
    qualifier = part.get("qualifier")
    told = number(view, str(part["value"]), str(part.get("unit", "")))
    if qualifier and qualifier != "exact":
        told = f"{view.concept('Qualifier', str(qualifier)).words.text} {told}"
    return Figure(view.concept("Measure", measure), told, period(view, measure), t.pick(part.get("note")), anchor)


def number(view: View, value: str, unit: str) -> str:
    """A number with its unit; an IRI of QUDT's is written as its symbol where the catalogue has one."""
    local = unit.rsplit("/", 1)[-1]
    if local == "COUNT" or not local:
        return view.t.number(value)
    if local == "PERCENT":
        return view.t.percent(value)
    symbols = dict(pair.split("=") for pair in view.t("format.units").split(" "))
    return f"{view.t.number(value)}\u00a0{symbols.get(local, local)}"


def period(view: View, measure: str) -> str:
    """The period over which a measure counts, as words after a number; empty for a project as a whole."""
    iri = f"{view.model.base}id/{view.model.by_name('Measure').identifies}{measure}"
    per = view.model.ontology.iri(iri, "https://w3id.org/hankelod/def#per") or ""
    local = per.rsplit("/", 1)[-1]
    return "" if local in ("", "project") else view.concept("Period", local).words.text
