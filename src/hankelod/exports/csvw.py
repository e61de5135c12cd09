"""CSVW metadata: the columns of the CSV tables described for programs.

Follows CSV on the Web (W3C Recommendations of 17 December 2015).
"""

from __future__ import annotations

from hankelod.exports.summaries import THING, Cards
from hankelod.exports.tables import CSV, SEPARATOR, Column, columns
from hankelod.messages.catalogue import Text
from hankelod.model.model import Field
from hankelod.publication.files import File, Files, to_json
from hankelod.rdf.graph import RDF, XSD

Json = dict[str, object]


def descriptions(cards: Cards) -> Files:
    """Files with the CSVW metadata of each CSV table."""
    header = columns(cards)
    for name, finnish in CSV:
        yield File(f"dump/{name}-metadata.json", to_json(metadata(cards, header, finnish), 2))


def metadata(cards: Cards, header: list[Column], finnish: bool = False) -> Json:
    """Return the CSVW metadata of the table.

    The RDF that a CSVW processor makes of it is a subset of the dump: other columns have `suppressOutput`.
    """
    about = cards.about
    notes = [cards.description("table"), *([cards.description("guarded")] if finnish else [])]
    described: Json = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": "projects.fi.csv" if finnish else "projects.csv",
        "dc:title": _texts(cards.label("table")),
        "dc:description": [each for note in notes for each in _texts(note)],
        "dialect": {"encoding": "utf-8", "delimiter": ";" if finnish else ",", "lineTerminators": ["\r\n"]},
    }
    for name, key in (("dc:license", "licence"), ("dc:source", "base")):
        if key in about:
            described[name] = {"@id": about[key]}
    if "modified" in about:
        described["dc:modified"] = {"@value": about["modified"], "@type": "xsd:date"}
    described["tableSchema"] = {
        "aboutUrl": cards.model.iri(cards.project, "{id}"),
        "primaryKey": "id",
        "columns": [*(_column(cards, c, finnish) for c in header), *_virtual(cards)],
    }
    return described


def _texts(text: Text) -> list[dict[str, str]]:
    return [{"@value": t, "@language": lang} for lang, t in text.items()]


def _column(cards: Cards, column: Column, finnish: bool) -> Json:
    described: Json = {"name": column.name, "titles": column.name, "rdfs:label": _texts(column.label)}
    described["dc:description"] = _texts(column.key.description)
    if column.datatype == "decimal" and finnish:
        described["datatype"] = {"base": "decimal", "format": {"decimalChar": ","}}
    else:
        described["datatype"] = column.datatype
    if column.many:
        described["separator"] = SEPARATOR
    if column.lang:
        described["lang"] = column.lang
    if column.key.required and not column.many and (column.lang is None) and column.path[0] == column.name:
        described["required"] = True
    field = column.key.field
    single = field is not None and not column.many and (len(column.path) == 1 or column.path[-1] == column.lang)
    if field is not None and column.key.kind is THING and not column.many and column.path[-1] in ("id", "code"):
        described["propertyUrl"] = field.path
        target = cards.model.root_of(cards.model.target(field))
        described["valueUrl"] = cards.model.iri(target, f"{{{column.name}}}")
    elif field is not None and single and _is_triple_object(column, field):
        described["propertyUrl"] = field.path
        if column.datatype == "anyURI":
            described["valueUrl"] = f"{{+{column.name}}}"
    else:
        described["suppressOutput"] = True
    return described


def _is_triple_object(column: Column, field: Field) -> bool:
    """Return True if the text of a cell equals the literal or IRI in the dump."""
    kind = field.kind
    if kind.by_language or kind.csvw == "anyURI":
        return True
    return field.datatype == XSD + column.datatype and len(column.path) == 1


def _virtual(cards: Cards) -> list[Json]:
    """Virtual column with the class of the project of each row."""
    return [{"name": "type", "virtual": True, "propertyUrl": RDF + "type", "valueUrl": cards.project.iri}]
