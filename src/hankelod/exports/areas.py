"""Projects by area: a file for each municipality and region, and points for maps.

GeoJSON follows RFC 7946. Its features are pairs of a project and an area that the project names: maps and joins both
work on single rows, and a project in two municipalities shows in both.
"""

from __future__ import annotations

from decimal import Decimal

from hankelod.exports.summaries import Card, Cards, Key
from hankelod.model.schema import SCHEMA_BASE
from hankelod.publication.files import File, Files, to_json
from hankelod.records.record import Record

Json = dict[str, object]

KINDS = (("Municipality", "municipality", "municipalities"), ("Region", "region", "allRegions"))
"""Kinds of area: the class, its word, and the key of the card that lists the areas whose file the project is in."""

NAMED = (("municipality", "municipalities"), ("region", "regions"))
"""Kinds of area, and the key of the card that lists those that the project names."""


def number(exact: Decimal) -> int | float:
    """A decimal as JSON writes numbers. Exact: amounts have at most 15 digits, which a double gives back unchanged."""
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def _json(item: object) -> object:
    if isinstance(item, Decimal):
        return number(item)
    if isinstance(item, list):
        return [_json(i) for i in item]
    return {k: _json(v) for k, v in item.items()} if isinstance(item, dict) else item


### A file for each area


def documents(cards: Cards) -> Files:
    """`doc/municipality/<code>.json` and `doc/region/<code>.json`, also for areas without projects; their schemas."""
    for name, word, key in KINDS:
        by_code: dict[object, list[Card]] = {}
        for card in cards.cards:
            for area in card.get(key, []):  # type: ignore[attr-defined]
                by_code.setdefault(area["code"], []).append(card)
        areas = cards.areas(name)
        for record in areas:
            told = _area(cards, record, word, by_code.get(record.id, []))
            yield File(f"doc/{record.cls.identifies}{record.id}.json", to_json(told, 2))
        if areas:
            yield File(f"schema/{word}-projects.json", to_json(schema(cards, word), 2))


def _area(cards: Cards, record: Record, word: str, found: list[Card]) -> Json:
    told: Json = {"kind": word, **cards.thing(record.cls, record.id)}
    if word == "municipality":
        region = record.values.get("region")
        target = next((c for c in cards.model.classes.values() if c.name == "Region"), None)
        if region is not None and target is not None:
            told["region"] = cards.thing(target, str(region))
    else:
        inside = [r for r in cards.areas("Municipality") if r.values.get("region") == record.id]
        told["municipalities"] = [cards.thing(r.cls, r.id) for r in inside]
    about: Json = {"iri": f"{cards.model.base}id/dataset/{cards.about.get('id')}"}
    told["dataset"] = about | {
        k: cards.about[k] for k in ("title", "version", "modified", "licence") if k in cards.about
    }
    told["projectCount"] = len(found)
    told["costSum"], told["grantSum"] = _sum(found, "totalCost"), _sum(found, "grantTotal")
    told["projects"] = [_json(card) for card in found]
    return told


def _sum(cards: list[Card], key: str) -> int | float:
    amounts = [a for c in cards if isinstance(a := c.get(key), Decimal)]
    return number(sum(amounts, Decimal(0)))


### Their JSON Schema

TYPES: dict[str, Json] = {
    "text": {"type": "string"},
    "iri": {"type": "string", "format": "uri"},
    "decimal": {"type": "number"},
    "integer": {"type": "integer", "minimum": 0},
    "boolean": {"type": "boolean"},
    "month": {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"},
    "year": {"type": "string", "pattern": "^[0-9]{4}$"},
    "date": {"type": "string", "format": "date"},
    "langtext": {"$ref": "#/$defs/text"},
    "link": {"$ref": "#/$defs/link"},
}


def schema(cards: Cards, word: str, lang: str = "en") -> Json:
    """The JSON Schema (2020-12) of the file of one area: the contract of its keys."""
    told: dict[str, Json] = {"kind": {"const": word}, "code": TYPES["text"], "number": TYPES["integer"]}
    told |= {"iri": TYPES["iri"], "name": TYPES["langtext"]}
    if word == "municipality":
        told["region"] = {"$ref": "#/$defs/area"}
    else:
        told["municipalities"] = {"type": "array", "items": {"$ref": "#/$defs/area"}}
    told["dataset"] = {"$ref": "#/$defs/dataset"}
    told |= {"projectCount": TYPES["integer"], "costSum": TYPES["decimal"], "grantSum": TYPES["decimal"]}
    told["projects"] = {"type": "array", "items": {"$ref": "#/$defs/project"}}
    about = {
        "iri": TYPES["iri"],
        "title": TYPES["langtext"],
        "version": TYPES["text"],
        "modified": TYPES["date"],
        "licence": TYPES["iri"],
    }
    link = {"label": TYPES["langtext"], "url": TYPES["iri"], "host": TYPES["text"]}
    head: Json = {
        "$schema": SCHEMA_BASE,
        "$id": f"{cards.model.base}schema/{word}-projects.json",
        "title": cards.label(f"{word}-projects").get(lang, word),
        "description": cards.description(f"{word}-projects").get(lang, ""),
    }
    named = {k: _told(cards, k, v, lang) for k, v in told.items()}
    return {
        **head,
        **_closed(named, [k for k in told if k != "region"]),
        "$defs": {
            "project": _closed({k.name: _key(k, lang) for k in cards.keys}, [k.name for k in cards.keys if k.required]),
            "thing": _closed(
                {
                    k: _told(cards, k, TYPES["langtext" if k == "name" else "iri" if k == "iri" else "text"], lang)
                    for k in ("id", "iri", "name")
                }
            ),
            "area": _closed({k: _told(cards, k, named[k], lang) for k in ("code", "number", "iri", "name")}),
            "link": _closed({k: _told(cards, k, v, lang) for k, v in link.items()}, []),
            "dataset": _closed({k: _told(cards, k, v, lang) for k, v in about.items()}, ["iri"]),
            "text": {
                "type": "object",
                "properties": {x: {"type": "string"} for x in cards.dataset.languages},
                "additionalProperties": False,
            },
        },
    }


def _closed(properties: dict[str, Json], required: list[str] | None = None) -> Json:
    needed = list(properties) if required is None else required
    return {"type": "object", "properties": properties, "required": needed, "additionalProperties": False}


def _told(cards: Cards, name: str, kind: Json, lang: str) -> Json:
    return {"title": cards.label(name).get(lang, name), "description": cards.description(name).get(lang, ""), **kind}


def _key(key: Key, lang: str) -> Json:
    kind: Json = TYPES.get(key.kind, {"type": "string"})
    if key.kind == "thing":
        assert key.target is not None
        kind = {"$ref": "#/$defs/area" if key.target.identified_by else "#/$defs/thing"}
    if key.many:
        kind = {"type": "array", "items": kind}
    return {"title": key.label.get(lang, key.name), "description": key.description.get(lang, ""), **kind}
