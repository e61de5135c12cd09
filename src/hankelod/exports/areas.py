"""Projects by area: a JSON file for each area that projects can name, and the JSON Schemas of these files."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import groupby

from hankelod.exports.export import Basis, Export
from hankelod.exports.summaries import THING, Cards, Key
from hankelod.exports.sums import amount_of, merged
from hankelod.mapping.batch import Batch
from hankelod.messages.catalogue import Text, in_language
from hankelod.model.kinds.addresses import IRI
from hankelod.model.kinds.dates import DATE
from hankelod.model.kinds.numbers import DECIMAL, INTEGER
from hankelod.model.kinds.texts import LANGTEXT, TEXT
from hankelod.model.model import Class
from hankelod.model.schema import SCHEMA_BASE
from hankelod.publication import runs
from hankelod.publication.files import File, Files, to_json
from hankelod.records.areas import Area, Kind, code_of
from hankelod.records.record import Record

Json = dict[str, object]


def number(exact: Decimal) -> int | float:
    """Convert a decimal to a JSON number without loss: amounts have at most 15 digits, which a double represents."""
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def json_value(item: object) -> object:
    """Convert the decimals in a value of a card to JSON numbers, at any depth."""
    if isinstance(item, Decimal):
        return number(item)
    if isinstance(item, list):
        return [json_value(i) for i in item]
    return {k: json_value(v) for k, v in item.items()} if isinstance(item, dict) else item


### Files


class AreaDocuments(Export):
    """Files `doc/<name in IRIs>/<code>.json`, one for every area, and a schema for each class of areas.

    The projects of an area are gathered from all records as sorted runs of lines.
    """

    part = "documents"

    def __init__(self, basis: Basis) -> None:
        super().__init__(basis)
        self._runs: list[str] = []

    def make(self, batch: Batch) -> bytes:
        lines = []
        for n, card in enumerate(self.basis.cards_of(batch)):
            content = _encode(json_value(card))
            order = f"\t{batch.number:08}{n:06}\t".encode()
            areas = [
                f"{kind.cls.identifies}{str(area['code']).lower()}"
                for kind in self.basis.cards.areas.kinds
                for area in card.get(kind.whole, [])  # type: ignore[attr-defined]
            ]
            lines += [area.encode() + order + content for area in areas]
        return runs.packed(sorted(lines))

    def feed(self, made: bytes) -> None:
        self._runs.append(f"areas-{len(self._runs)}")
        self.place.parts.write(self._runs[-1], made)

    def finish(self, triples: int) -> None:
        self.place.building.add(self._files())

    def _files(self) -> Files:
        cards = self.basis.cards
        areas = {
            f"{kind.cls.identifies}{record.id}": area
            for kind in cards.areas.kinds
            for record in cards.records_of(kind.cls)
            if (area := cards.areas.of(record)) is not None
        }
        inside = _inside(cards, areas.values())
        lines = (
            line.split(b"\t", 2)
            for block in runs.all_of(self._runs, "areas", self.place.parts, self.place.merge)
            for line in block
        )
        for path, group in groupby(lines, key=lambda fields: fields[0]):
            area = areas.pop(path.decode(), None)
            if area is not None:
                yield _area(cards, area, inside, [self._changed(_decode(content)) for _, _, content in group])
        for area in areas.values():
            yield _area(cards, area, inside, [])
        for kind in cards.areas.kinds:
            if cards.records_of(kind.cls):
                yield File(schema_path(kind.cls), to_json(schema(cards, kind), 2))

    def _changed(self, project: Json) -> Json:
        """A project with the day on which its record last changed."""
        day = self.place.days.of(str(project["iri"]))
        return project if day is None else {**project, "modified": day}


def schema_path(cls: Class) -> str:
    """Return the path of the JSON Schema of the files of one class of areas."""
    return f"schema/{cls.segment}-projects.json"


Inside = dict[str, dict[str, list[Record]]]
"""The areas within each area: by its path, then by the key of projects for them."""


def _inside(cards: Cards, areas: Iterable[Area]) -> Inside:
    """Return the areas within each area."""
    found: Inside = {}
    for area in areas:
        parent = cards.areas.parent(area)
        if parent is not None and area.level.key is not None:
            found.setdefault(parent.path, {}).setdefault(area.level.key, []).append(area.record)
    return found


def _keys_inside(cards: Cards, cls: Class) -> list[str]:
    """Return the keys of projects for the areas that are within areas of a class."""
    names = {level.name for level in cards.model.levels if level.iri == cls.iri}
    return list(dict.fromkeys(level.key for level in cards.model.levels if level.parent in names and level.key))


def _encode(value: object) -> bytes:
    import msgspec

    return msgspec.json.encode(value)


def _decode(content: bytes) -> Json:
    import msgspec

    return msgspec.json.decode(content)  # type: ignore[no-any-return]


def about_dataset(cards: Cards) -> Json:
    """Return what a file says of the dataset that it is made of: its IRI and title, the licence, the credits."""
    told: Json = {"iri": f"{cards.model.base}id/dataset/{cards.about.get('id')}"}
    return told | {k: cards.about[k] for k in ("title", "licence", "attribution") if k in cards.about}


def _area(cards: Cards, area: Area, inside: Inside, projects: list[Json]) -> File:
    """The file of one area; `projects` are the cards of its projects as JSON."""
    record = area.record
    content: Json = {"kind": area.level.name, **cards.thing(record.cls, record.id)}
    key, parent = cards.areas.parent_key(record.cls), cards.areas.parent(area)
    if key is not None and parent is not None:
        content[key] = cards.thing(parent.record.cls, parent.record.id)
    for name in _keys_inside(cards, record.cls):
        content[name] = [cards.thing(r.cls, r.id) for r in inside.get(area.path, {}).get(name, [])]
    content["dataset"] = about_dataset(cards)
    content["projectCount"] = len(projects)
    content |= sums_of(projects)
    content["projects"] = projects
    return File(f"doc/{record.cls.identifies}{record.id}.json", to_json(content, 2))


def sums_of(projects: list[Json]) -> Json:
    """Return the sums of costs and grants by currency, and those of the only currency by themselves.

    A double of at most 15 digits has the digits of the decimal that it was, so that amounts are added exactly.
    """
    costs = [amount_of(project, "totalCost") for project in projects]
    grants = [
        dict(zip(p["grantCurrencies"], (Decimal(str(a)) for a in p["grantTotals"]), strict=True))  # type: ignore[call-overload, attr-defined]
        for p in projects
    ]
    cost, grant = merged(costs), merged(grants)
    sums: list[Json] = [
        {
            "currency": currency,
            "costSum": number(cost.get(currency, Decimal(0))),
            "costCount": sum(currency in each for each in costs),
            "grantSum": number(grant.get(currency, Decimal(0))),
            "grantCount": sum(currency in each for each in grants),
        }
        for currency in sorted({*cost, *grant})
    ]
    only = {key: sums[0][key] for key in ("currency", "costSum", "grantSum")} if len(sums) == 1 else {}
    return {**(only if sums else {"costSum": 0, "grantSum": 0}), "sums": sums}


### JSON Schema

SUMS: dict[str, Json] = {"currency": TEXT.summary, "costSum": DECIMAL.summary, "grantSum": DECIMAL.summary}
"""Keys of the sums in one currency; an area whose projects have several has them in `sums` alone."""

COUNTED: dict[str, Json] = {"costCount": INTEGER.summary, "grantCount": INTEGER.summary}
"""Keys of the numbers of projects of which the sums are known."""


def schema(cards: Cards, kind: Kind, lang: str = "en") -> Json:
    """Return the JSON Schema (2020-12) of the files of one class of areas; it is the contract of the keys."""
    levels = [level for level in cards.model.levels if level.iri == kind.cls.iri]
    names = [level.name for level in levels]
    properties: dict[str, Json] = {"kind": {"const": names[0]} if len(names) == 1 else {"enum": names}}
    properties |= {"code": TEXT.summary, "number": INTEGER.summary, "iri": IRI.summary, "name": LANGTEXT.summary}
    parent, inside = cards.areas.parent_key(kind.cls), _keys_inside(cards, kind.cls)
    texts = {name: (cards.label("inside"), cards.description("inside")) for name in inside}
    if parent is not None:
        field = kind.cls.field(parent)
        assert field is not None
        texts[parent] = (field.label, field.description)
        properties[parent] = {"$ref": "#/$defs/area"}
    for name in inside:
        properties[name] = {"type": "array", "items": {"$ref": "#/$defs/area"}}
    properties["dataset"] = {"$ref": "#/$defs/dataset"}
    properties |= {"projectCount": INTEGER.summary, **SUMS, "sums": {"type": "array", "items": {"$ref": "#/$defs/sum"}}}
    properties["projects"] = {"type": "array", "items": {"$ref": "#/$defs/project"}}
    dataset: dict[str, Json] = {
        "iri": IRI.summary,
        "title": LANGTEXT.summary,
        "licence": IRI.summary,
        "attribution": {"type": "array", "items": TEXT.summary},
    }
    project = {k.name: _key(k, lang) for k in cards.keys}
    project["modified"] = _described(cards, "modified", DATE.summary, lang)
    link = {"label": LANGTEXT.summary, "url": IRI.summary, "host": TEXT.summary}
    head: Json = {
        "$schema": SCHEMA_BASE,
        "$id": f"{cards.model.base}{schema_path(kind.cls)}",
        "title": cards.label("area-projects").get(lang, "").format(area=in_language(kind.cls.label, lang)),
        "description": cards.description("area-projects").get(lang, ""),
    }
    described = {k: _described(cards, k, v, lang, texts.get(k)) for k, v in properties.items()}
    return {
        **head,
        **_closed(
            described, [k for k in properties if k not in (parent, *SUMS) and (k != "number" or _numbered(cards))]
        ),
        "$defs": {
            "project": _closed(project, [*(k.name for k in cards.keys if k.required), "modified"]),
            "thing": _closed(
                {
                    k: _described(cards, k, {"name": LANGTEXT, "iri": IRI}.get(k, TEXT).summary, lang)
                    for k in ("id", "iri", "name")
                }
            ),
            "area": _closed(
                {k: _described(cards, k, described[k], lang) for k in ("code", "number", "iri", "name")},
                None if _numbered(cards) else ["code", "iri", "name"],
            ),
            "sum": _closed({k: _described(cards, k, v, lang) for k, v in (SUMS | COUNTED).items()}),
            "link": _closed({k: _described(cards, k, v, lang) for k, v in link.items()}, []),
            "dataset": _closed({k: _described(cards, k, v, lang) for k, v in dataset.items()}, ["iri"]),
            "text": {
                "type": "object",
                "properties": {x: {"type": "string"} for x in cards.dataset.languages},
                "additionalProperties": False,
            },
        },
    }


def _numbered(cards: Cards) -> bool:
    """Tell whether the codes of all areas that projects name are numbers."""
    return all(code_of(r).isdecimal() for kind in cards.areas.kinds for r in cards.records_of(kind.cls))


def _closed(properties: dict[str, Json], required: list[str] | None = None) -> Json:
    needed = list(properties) if required is None else required
    return {"type": "object", "properties": properties, "required": needed, "additionalProperties": False}


def _described(cards: Cards, name: str, json_type: Json, lang: str, texts: tuple[Text, Text] | None = None) -> Json:
    """Return a type with title and description: `texts`, else those of a computed key."""
    label, description = texts or (cards.label(name), cards.description(name))
    return {"title": label.get(lang, name), "description": description.get(lang, ""), **json_type}


def _key(key: Key, lang: str) -> Json:
    kind = key.kind.summary
    if key.kind is THING:
        assert key.target is not None
        kind = {"$ref": "#/$defs/area" if key.target.identified_by else "#/$defs/thing"}
    if key.many:
        kind = {"type": "array", "items": kind}
    return {"title": key.label.get(lang, key.name), "description": key.description.get(lang, ""), **kind}
