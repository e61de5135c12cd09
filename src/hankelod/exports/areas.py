"""Projects by area: a JSON file for each municipality and region, and the JSON Schema of these files."""

from __future__ import annotations

from decimal import Decimal
from itertools import groupby

from hankelod.exports.export import Basis, Export
from hankelod.exports.summaries import THING, Cards, Key
from hankelod.exports.sums import amount_of, merged
from hankelod.mapping.batch import Batch
from hankelod.model.kinds.addresses import IRI
from hankelod.model.kinds.dates import DATE
from hankelod.model.kinds.numbers import DECIMAL, INTEGER
from hankelod.model.kinds.texts import LANGTEXT, TEXT
from hankelod.model.schema import SCHEMA_BASE
from hankelod.publication import runs
from hankelod.publication.files import File, Files, to_json
from hankelod.records.record import Record

Json = dict[str, object]

KINDS = (("Municipality", "municipality", "municipalities"), ("Region", "region", "allRegions"))
"""Kinds of area: class, name in paths, and key of a card with all areas of the project (its regions completed)."""

NAMED = (("municipality", "municipalities"), ("region", "regions"))
"""Kinds of area: name, and key of a card with the areas that the project itself names."""


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
    """Files `doc/municipality/<code>.json` and `doc/region/<code>.json`, one for every area, and their two schemas.

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
            areas = [f"{kind}/{area['code']}" for _, kind, key in KINDS for area in card.get(key, [])]  # type: ignore[attr-defined]
            lines += [area.encode() + order + content for area in areas]
        return runs.packed(sorted(lines))

    def feed(self, made: bytes) -> None:
        self._runs.append(f"areas-{len(self._runs)}")
        self.place.parts.write(self._runs[-1], made)

    def finish(self, triples: int) -> None:
        self.place.building.add(self._files())

    def _files(self) -> Files:
        cards = self.basis.cards
        areas = {kind: {r.id: r for r in cards.areas(name)} for name, kind, _ in KINDS}
        lines = (
            line.split(b"\t", 2)
            for block in runs.all_of(self._runs, "areas", self.place.parts, self.place.merge)
            for line in block
        )
        for path, group in groupby(lines, key=lambda fields: fields[0]):
            kind, code = path.decode().split("/", 1)
            record = areas[kind].pop(code, None)
            if record is not None:
                yield _area(cards, record, kind, [self._changed(_decode(content)) for _, _, content in group])
        for kind, left in areas.items():
            yield from (_area(cards, record, kind, []) for record in left.values())
        for name, kind, _ in KINDS:
            if cards.areas(name):
                yield File(schema_path(kind), to_json(schema(cards, kind), 2))

    def _changed(self, project: Json) -> Json:
        """A project with the day on which its record last changed."""
        day = self.place.days.of(str(project["iri"]))
        return project if day is None else {**project, "modified": day}


def schema_path(kind: str) -> str:
    """Return the path of the JSON Schema of the files of one kind of area."""
    return f"schema/{kind}-projects.json"


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


def _area(cards: Cards, record: Record, kind: str, projects: list[Json]) -> File:
    """The file of one area; `projects` are the cards of its projects as JSON."""
    content: Json = {"kind": kind, **cards.thing(record.cls, record.id)}
    if kind == "municipality":
        region = record.values.get("region")
        target = next((c for c in cards.model.classes.values() if c.name == "Region"), None)
        if region is not None and target is not None:
            content["region"] = cards.thing(target, str(region))
    else:
        inside = [r for r in cards.areas("Municipality") if r.values.get("region") == record.id]
        content["municipalities"] = [cards.thing(r.cls, r.id) for r in inside]
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


def schema(cards: Cards, kind: str, lang: str = "en") -> Json:
    """Return the JSON Schema (2020-12) of the file of one area; it is the contract of the keys."""
    properties: dict[str, Json] = {"kind": {"const": kind}, "code": TEXT.summary, "number": INTEGER.summary}
    properties |= {"iri": IRI.summary, "name": LANGTEXT.summary}
    if kind == "municipality":
        properties["region"] = {"$ref": "#/$defs/area"}
    else:
        properties["municipalities"] = {"type": "array", "items": {"$ref": "#/$defs/area"}}
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
        "$id": f"{cards.model.base}{schema_path(kind)}",
        "title": cards.label(f"{kind}-projects").get(lang, kind),
        "description": cards.description(f"{kind}-projects").get(lang, ""),
    }
    described = {k: _described(cards, k, v, lang) for k, v in properties.items()}
    return {
        **head,
        **_closed(described, [k for k in properties if k not in ("region", *SUMS)]),
        "$defs": {
            "project": _closed(project, [*(k.name for k in cards.keys if k.required), "modified"]),
            "thing": _closed(
                {
                    k: _described(cards, k, {"name": LANGTEXT, "iri": IRI}.get(k, TEXT).summary, lang)
                    for k in ("id", "iri", "name")
                }
            ),
            "area": _closed({k: _described(cards, k, described[k], lang) for k in ("code", "number", "iri", "name")}),
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


def _closed(properties: dict[str, Json], required: list[str] | None = None) -> Json:
    needed = list(properties) if required is None else required
    return {"type": "object", "properties": properties, "required": needed, "additionalProperties": False}


def _described(cards: Cards, name: str, json_type: Json, lang: str) -> Json:
    return {
        "title": cards.label(name).get(lang, name),
        "description": cards.description(name).get(lang, ""),
        **json_type,
    }


def _key(key: Key, lang: str) -> Json:
    kind = key.kind.summary
    if key.kind is THING:
        assert key.target is not None
        kind = {"$ref": "#/$defs/area" if key.target.identified_by else "#/$defs/thing"}
    if key.many:
        kind = {"type": "array", "items": kind}
    return {"title": key.label.get(lang, key.name), "description": key.description.get(lang, ""), **kind}
