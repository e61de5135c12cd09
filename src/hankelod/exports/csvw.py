"""CSVW metadata: the columns of the CSV tables described for programs.

Follows CSV on the Web (W3C Recommendations of 17 December 2015).
"""

from __future__ import annotations

from hankelod.exports.summaries import THING, Cards
from hankelod.exports.tables import COMMA, SEPARATOR, Column, columns, csv_name, spreadsheet_languages
from hankelod.messages.catalogue import Text
from hankelod.model.model import Field
from hankelod.publication.files import File, Files, to_json
from hankelod.rdf.graph import RDF, XSD

Json = dict[str, object]


def descriptions(cards: Cards) -> Files:
    """Files with the CSVW metadata of each CSV table."""
    header = columns(cards)
    for lang in (None, *spreadsheet_languages(cards.dataset.languages)):
        yield File(f"dump/{csv_name(lang)}-metadata.json", to_json(metadata(cards, header, lang), 2))


def metadata(cards: Cards, header: list[Column], lang: str | None = None) -> Json:
    """Return the CSVW metadata of the table for programs, or of that for spreadsheets in a language.

    The RDF that a CSVW processor makes of the first is a subset of the dump: other columns have `suppressOutput`. Of
    the others, whose cells are not always what the records say, it makes none.
    """
    about = cards.about
    notes = [cards.description("table"), *([cards.description("guarded")] if lang else [])]
    described: Json = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": csv_name(lang),
        "dc:title": _texts(cards.label("table")),
        "dc:description": [each for note in notes for each in _texts(note)],
        "dialect": {"encoding": "utf-8", "delimiter": ";" if lang else ",", "lineTerminators": ["\r\n"]},
    }
    for name, key in (("dc:license", "licence"), ("dc:source", "base")):
        if key in about:
            described[name] = {"@id": about[key]}
    if "modified" in about:
        described["dc:modified"] = {"@value": about["modified"], "@type": "xsd:date"}
    if lang:
        schema: Json = {"primaryKey": "id", "columns": [{**_told(c, True), "suppressOutput": True} for c in header]}
    else:
        schema = {
            "aboutUrl": cards.model.iri(cards.project, "{id}"),
            "primaryKey": "id",
            "columns": [*({**_told(c), **_mapped(cards, c)} for c in header), *_virtual(cards)],
        }
    return {**described, "tableSchema": schema}


def _texts(text: Text) -> list[dict[str, str]]:
    return [{"@value": t, "@language": lang} for lang, t in text.items()]


def _told(column: Column, spreadsheet: bool = False) -> Json:
    """Return what the cells of a column are, with its label and description."""
    described: Json = {"name": column.name, "titles": column.name, "rdfs:label": _texts(column.label)}
    described["dc:description"] = _texts(column.key.description)
    if column.datatype == "decimal" and spreadsheet:
        described["datatype"] = {"base": "decimal", "format": {"decimalChar": COMMA}}
    else:
        described["datatype"] = column.datatype
    if column.many:
        described["separator"] = SEPARATOR
    if column.lang:
        described["lang"] = column.lang
    if column.key.required and not column.many and (column.lang is None) and column.path[0] == column.name:
        described["required"] = True
    return described


def _mapped(cards: Cards, column: Column) -> Json:
    """Return the RDF that the cells of a column are."""
    field = column.key.field
    single = field is not None and not column.many and (len(column.path) == 1 or column.path[-1] == column.lang)
    if field is not None and column.key.kind is THING and not column.many and column.path[-1] in ("id", "code"):
        target = cards.model.root_of(cards.model.target(field))
        value = cards.model.iri(target, f"{{{column.name}}}")
        return {"propertyUrl": field.path, "valueUrl": value}
    if field is not None and single and _is_triple_object(column, field):
        value_url = {"valueUrl": f"{{+{column.name}}}"} if column.datatype == "anyURI" else {}
        return {"propertyUrl": field.path, **value_url}
    return {"suppressOutput": True}


def _is_triple_object(column: Column, field: Field) -> bool:
    """Return True if the text of a cell equals the literal or IRI in the dump."""
    kind = field.kind
    if kind.by_language or kind.csvw == "anyURI":
        return True
    return field.datatype == XSD + column.datatype and len(column.path) == 1


def _virtual(cards: Cards) -> list[Json]:
    """Virtual column with the class of the project of each row."""
    return [{"name": "type", "virtual": True, "propertyUrl": RDF + "type", "valueUrl": cards.project.iri}]
