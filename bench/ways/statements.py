"""Triples of one project record, in the terms of a library: shared by the ways with rdflib and with pyoxigraph.

Written by hand as one would for either library: constants are made once, everything else for each record.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

ID = "https://synthetic.example.org/id/"
DEF = "https://w3id.org/hankelod/def#"
XSD = "http://www.w3.org/2001/XMLSchema#"
DCTERMS = "http://purl.org/dc/terms/"
QUDT = "http://qudt.org/schema/qudt/"
SCHEMA = "https://schema.org/"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

PATHS = {
    "Project": {
        "title": DCTERMS + "title",
        "titleAsWritten": DEF + "titleAsWritten",
        "acronym": "http://www.w3.org/2004/02/skos/core#altLabel",
        "summary": DCTERMS + "abstract",
        "themes": DCTERMS + "subject",
        "lead": DEF + "lead",
        "leadAsWritten": DEF + "leadAsWritten",
        "partners": DEF + "partner",
        "morePartners": DEF + "morePartners",
        "contributors": DEF + "contribution",
        "municipalities": DEF + "municipality",
        "regions": DEF + "region",
        "start": DEF + "start",
        "end": DEF + "end",
        "totalCost": DEF + "totalCost",
        "grants": DEF + "grant",
        "observations": DEF + "observation",
        "outcomes": DEF + "outcome",
        "links": DEF + "link",
        "quotations": DEF + "quotation",
        "source": DCTERMS + "source",
        "sourceLanguage": DEF + "sourceLanguage",
    },
    "Grant": {"programme": DEF + "programme", "call": DEF + "call", "amount": DEF + "amount"},
    "Outcome": {
        "aspects": DEF + "aspect",
        "text": DCTERMS + "description",
        "position": DEF + "position",
        "observations": DEF + "observation",
    },
    "Observation": {
        "measure": DEF + "measure",
        "value": QUDT + "numericValue",
        "qualifier": DEF + "qualifier",
        "unit": QUDT + "hasUnit",
        "note": DEF + "note",
    },
    "Link": {"url": SCHEMA + "url", "host": DEF + "host", "asWritten": DEF + "asWritten", "label": DCTERMS + "title"},
    "Quotation": {
        "speaker": "http://purl.org/dc/elements/1.1/creator",
        "role": DEF + "speakerRole",
        "gist": SCHEMA + "abstract",
        "words": SCHEMA + "text",
    },
    "Contribution": {"organisation": DEF + "organisation", "role": DEF + "role"},
}
TYPES = {name: DEF + name for name in PATHS} | {"Quotation": SCHEMA + "Quotation"}
SUPERS = {
    "Project": "http://xmlns.com/foaf/0.1/Project",
    "Grant": SCHEMA + "MonetaryGrant",
    "Outcome": DEF + "Outcome",
}
TARGETS = {
    "themes": "concept/theme/",
    "lead": "organisation/",
    "partners": "organisation/",
    "organisation": "organisation/",
    "municipalities": "municipality/",
    "regions": "region/",
    "programme": "programme/",
    "aspects": "concept/aspect/",
    "measure": "concept/measure/",
    "qualifier": "concept/qualifier/",
}
PARTS = {
    "grants": ("Grant", "/grant/"),
    "outcomes": ("Outcome", "/outcome/"),
    "observations": ("Observation", "/observation/"),
    "links": ("Link", "/link/"),
    "quotations": ("Quotation", "/quotation/"),
    "contributors": ("Contribution", "/contribution/"),
}
DATATYPES = {
    "start": "gYearMonth",
    "end": "gYearMonth",
    "totalCost": "decimal",
    "amount": "decimal",
    "value": "decimal",
    "sourceLanguage": "language",
}
IRIS = {"source", "url"}


class Terms(NamedTuple):
    """The constructors of terms in a library."""

    iri: Callable[[str], Any]
    text: Callable[[str], Any]
    in_language: Callable[[str, str], Any]
    typed: Callable[[str, Any], Any]
    """A lexical form and the datatype's term."""


Statement = tuple[Any, Any, Any]


@cache
def last_day(month: str) -> str:
    """The last day of a month."""
    year, number = map(int, month.split("-"))
    return f"{month}-{monthrange(year, number)[1]}"


def writer(terms: Terms, units: dict[str, str]) -> Callable[[dict[str, Any]], Iterator[Statement]]:
    """The function that gives a record's statements."""
    iri, text, in_language, typed = terms
    paths = {name: {key: iri(path) for key, path in by.items()} for name, by in PATHS.items()}
    types = {name: iri(each) for name, each in TYPES.items()}
    kinds = {"result": iri(DEF + "Result"), "permanence": iri(DEF + "Permanence")}
    supers = {name: iri(each) for name, each in SUPERS.items()}
    area, currency, euro = iri(DEF + "area"), iri(SCHEMA + "currency"), text("EUR")
    earliest, latest, date = iri(DEF + "earliestStart"), iri(DEF + "latestEnd"), iri(XSD + "date")
    datatypes = {key: iri(XSD + name) for key, name in DATATYPES.items()}
    integer, boolean, rdf_type = iri(XSD + "integer"), iri(XSD + "boolean"), iri(RDF_TYPE)
    unit_terms = {measure: iri(unit) for measure, unit in units.items()}

    def thing(name: str, record: dict[str, Any], address: str, ordinal: int) -> Iterator[Statement]:
        s = iri(address)
        path = paths[name]
        yield s, rdf_type, kinds[record["kind"]] if name == "Outcome" else types[name]
        if name in supers:
            yield s, rdf_type, supers[name]
        if name == "Project":
            yield s, earliest, typed(f"{record['start']}-01", date)
            yield s, latest, typed(last_day(record["end"]), date)
            for key in ("regions", "municipalities"):
                for each in record.get(key, ()):
                    yield s, area, iri(f"{ID}{TARGETS[key]}{each}")
        if name in ("Project", "Grant"):
            yield s, currency, euro
        elif name == "Outcome":
            yield s, path["position"], typed(str(ordinal), integer)
        elif name == "Observation":
            yield s, path["unit"], unit_terms[record["measure"]]
        for key, value in record.items():
            if key in ("id", "kind"):
                continue
            p = path[key]
            if key in PARTS:
                part, segment = PARTS[key]
                for n, each in enumerate(value, 1):
                    whole = f"{address}{segment}{each.get('id', n)}"
                    yield s, p, iri(whole)
                    yield from thing(part, each, whole, n)
            elif key in TARGETS:
                for each in value if isinstance(value, list) else [value]:
                    yield s, p, iri(f"{ID}{TARGETS[key]}{each}")
            elif isinstance(value, dict):
                for language, t in value.items():
                    yield s, p, in_language(t, language)
            elif key in datatypes:
                yield s, p, typed(str(value), datatypes[key])
            elif key in IRIS:
                yield s, p, iri(value)
            elif key == "call":
                yield s, p, iri(f"{ID}programme/{record['programme']}/call/{value}")
            elif key == "morePartners":
                yield s, p, typed("true" if value else "false", boolean)
            elif key == "role" and name == "Contribution":
                yield s, p, iri(f"{ID}concept/role/{value}")
            else:
                yield s, p, text(value)

    return lambda record: thing("Project", record, f"{ID}project/{record['id']}", 0)
