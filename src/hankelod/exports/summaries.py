"""Cards: summaries of projects as portals show them, with names resolved and sums computed.

Tables, map points and the files of areas are written from cards. Keys are those of the record, in the order of the
Model, and some computed ones; labels of the former are in `shapes/`, of the latter in `summaries.ttl`.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import NamedTuple

from hankelod.exports.sums import Sums, amount_of, merged
from hankelod.messages.catalogue import Text
from hankelod.model.kinds.addresses import IRI
from hankelod.model.kinds.kind import Kind
from hankelod.model.kinds.numbers import DECIMAL, INTEGER
from hankelod.model.kinds.texts import TEXT
from hankelod.model.model import SHAPES, Class, Field
from hankelod.rdf import graph
from hankelod.rdf.graph import RDFS, SKOS
from hankelod.records.areas import Areas, code_of
from hankelod.records.areas import Kind as AreaKind
from hankelod.records.dataset import Dataset
from hankelod.records.record import Record, Values

KEYS = "https://w3id.org/hankelod/keys#"
"""Namespace of the computed keys in `summaries.ttl`."""

Card = dict[str, object]
"""Values by key: str, text by language, bool, int, Decimal; things and links as dictionaries; lists of these."""


THING = Kind("thing")
"""Kind of a thing with its name."""

LINK = Kind("link", summary={"$ref": "#/$defs/link"}, csvw="anyURI")
"""Kind of a part with an address."""


CODE = Kind("code")
"""Kind of a code in the system of others: `GB-CHC:1234567`."""


class Key(NamedTuple):
    """Key of a card. `kind` is that of a Field or of the computed value, THING (of class `target`), LINK or CODE.

    `field` is None for computed keys.
    """

    name: str
    kind: Kind
    many: bool
    required: bool
    label: Text
    description: Text
    field: Field | None
    target: Class | None


class OwnField(NamedTuple):
    """A field of the dataset's own in parts of projects: its name in cards, the key and the class of the parts."""

    name: str
    key: str
    part: Class
    field: Field


class Cards:
    """Cards of the projects of a dataset, and its areas."""

    def __init__(self, dataset: Dataset, records: list[Record]) -> None:
        self.dataset = dataset
        self.model = dataset.model
        self.project = self.model.main
        self.records = [r for r in records if r.cls is self.project]
        self._by_thing = {(r.cls.iri, r.id): r for r in records}
        self._things: dict[tuple[str, str], Card] = {}
        self._words = graph.read_resource("hankelod.exports", "summaries.ttl", KEYS)
        settings = dataset.settings()
        self.about: Values = settings.values if settings else {}
        self.site = str(self.about.get("site") or dataset.base)

    ### Keys

    def label(self, name: str) -> Text:
        """Return the label of a computed key by language."""
        return self._words.text(KEYS + name, RDFS + "label")

    def description(self, name: str) -> Text:
        """Return the definition of a computed key by language."""
        return self._words.text(KEYS + name, SKOS + "definition")

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        """Keys of a card, in order."""
        keys = [self._computed("id", TEXT), self._computed("iri", IRI)]
        for field in self.project.fields:
            if field.passed_on or (field.derived and field.kind.relative):
                continue  # stated for queries: the keys of the levels have the same areas with their names
            if field.kind.refers:
                keys.append(self._of_field(field, THING, self.model.target(field)))
            elif not field.kind.nested:
                keys.append(self._of_field(field, field.kind, None))
            elif self.model.target(field).field("url"):
                keys.append(self._of_field(field, LINK, None))
            elif self.model.target(field).field("scheme"):
                keys.append(self._of_field(field, CODE, None))
        keys += [self._of_parts(own) for own in self._own]
        keys += [self._completed(kind) for kind in self.areas.kinds if kind.whole != kind.key]
        keys += [self._computed("programmes", THING, True, self._class("Programme"))]
        keys += [self._computed("grantTotal", DECIMAL, required=False), self._computed("grantCurrencies", TEXT, True)]
        keys += [self._computed("grantTotals", DECIMAL, True), self._computed("grantShare", DECIMAL, required=False)]
        keys += [self._computed(name, INTEGER) for name in COUNTS]
        return (*keys, self._computed("page", IRI))

    @cached_property
    def _own(self) -> tuple[OwnField, ...]:
        """The dataset's own fields of the parts of projects, such as grants: those whose shapes it has itself."""
        return tuple(
            OwnField(f"{whole.key}{field.key[0].upper()}{field.key[1:]}", whole.key, self.model.target(whole), field)
            for whole in self.project.fields
            if whole.kind.nested
            for field in self.model.target(whole).fields
            if not (field.shape.startswith(SHAPES) or field.kind.nested or field.derived)
        )

    def _of_parts(self, own: OwnField) -> Key:
        """Return the key for the values of a field in all parts of a kind."""
        field, part = own.field, own.part.label
        label = {lang: f"{part[lang]}: {text}" if lang in part else text for lang, text in field.label.items()}
        many, target = not field.kind.by_language, self.model.target(field) if field.kind.refers else None
        return Key(own.name, THING if target else field.kind, many, many, label, field.description, None, target)

    def _in_parts(self, own: OwnField, values: Values) -> object | None:
        """Return the values of a field in all parts of a kind, in their order; texts by language are joined."""
        found = [each for part in _parts(values, own.key) for each in _items(part.get(own.field.key))]
        if own.field.kind.by_language:
            languages = dict.fromkeys(lang for text in found for lang in text)  # type: ignore[attr-defined]
            return {lang: " | ".join(text[lang] for text in found if lang in text) for lang in languages} or None  # type: ignore[index, operator]
        if own.field.kind.refers:
            return [self.thing(self.model.target(own.field), str(each)) for each in found]
        return [Decimal(str(each)) for each in found] if own.field.kind.fractional else found

    def _class(self, name: str) -> Class | None:
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> dict[str, Class]:
        return {c.name: c for c in self.model.classes.values()}

    def _of_field(self, field: Field, kind: Kind, target: Class | None) -> Key:
        required = field.required or field.many
        return Key(field.key, kind, field.many, required, field.label, field.description, field, target)

    def _computed(
        self, name: str, kind: Kind, many: bool = False, target: Class | None = None, required: bool = True
    ) -> Key:
        return Key(name, kind, many, required, self.label(name), self.description(name), None, target)

    def _completed(self, kind: AreaKind) -> Key:
        """Return the key for all areas of a kind that a project concerns, also those that others are in."""
        field = self.project.field(kind.key)
        assert field is not None
        labels = field.label
        filled = {lang: text.format(areas=labels[lang]) for lang, text in self.label("all").items() if lang in labels}
        return Key(kind.whole, THING, True, True, filled, self.description("all"), None, kind.cls)

    ### Values

    @cached_property
    def cards(self) -> list[Card]:
        """Cards of all projects, in order of ids. Empty lists are kept; keys without a value are missing."""
        return [self.card(record) for record in self.records]

    def card(self, record: Record) -> Card:
        """Return the card of a project, which need not be among `self.records`."""
        values = record.values
        computed = self._computed_values(record)
        card: Card = {}
        for key in self.keys:
            if key.field is None:
                value = computed.get(key.name)
            elif key.kind is THING:
                assert key.target is not None
                listed = [self.thing(key.target, str(i)) for i in _items(values.get(key.name))]
                value = listed if key.many else listed[0] if listed else None
            elif key.kind is LINK:
                value = [_link(part) for part in _parts(values, key.name)]
            elif key.kind is CODE:
                value = [f"{part.get('scheme', '')}:{part.get('value', '')}" for part in _parts(values, key.name)]
            else:
                value = values.get(key.name, [] if key.many else None)
                value = Decimal(str(value)) if key.kind.fractional and value is not None else value
            if value is not None:
                card[key.name] = value
        return card

    def _computed_values(self, record: Record) -> Values:
        values = record.values
        grants = _parts(values, "grants")
        totals = merged(amount_of(grant, "amount") for grant in grants)
        total = next(iter(totals.values())) if len(totals) == 1 else None
        cost = amount_of(values, "totalCost")
        outcomes = _parts(values, "outcomes")
        figures = [*_parts(values, "observations"), *(o for part in outcomes for o in _parts(part, "observations"))]
        programmes = dict.fromkeys(str(g["programme"]) for g in grants if "programme" in g)
        counts = (
            sum(o.get("kind") == "result" for o in outcomes),
            sum(o.get("kind") == "permanence" for o in outcomes),
            len(figures),
            len(_parts(values, "links")),
            len(_parts(values, "outputs")),
            len(_parts(values, "remarks")),
        )
        programme = self._class("Programme")
        whole = self.areas.whole(values)
        completed = {
            kind.whole: [self.thing(kind.cls, i) for i in sorted(whole.get(kind.cls.iri, ()))]
            for kind in self.areas.kinds
            if kind.whole != kind.key
        }
        return {
            "id": record.id,
            "iri": self.model.iri(record.cls, record.id),
            **{own.name: self._in_parts(own, values) for own in self._own},
            **completed,
            "programmes": [self.thing(programme, p) for p in programmes] if programme else [],
            "grantTotal": total,
            "grantCurrencies": list(totals),
            "grantTotals": list(totals.values()),
            "grantShare": _share(totals, cost),
            **dict(zip(COUNTS, counts, strict=True)),
            "page": f"{self.site}doc/{self.project.identifies}{record.id}.html",
        }

    def thing(self, cls: Class, identifier: str) -> Card:
        """Return a thing as nested in cards: its id, or an area's code and number; its IRI; its name by language."""
        key = (cls.iri, identifier)
        if key not in self._things:
            self._things[key] = self._thing(cls, identifier)
        return self._things[key]

    def _thing(self, cls: Class, identifier: str) -> Card:
        record = self._by_thing.get((cls.iri, identifier))
        code = code_of(record) if record is not None else identifier
        card: Card = {"code": code} if cls.identified_by else {"id": identifier}
        if cls.identified_by and code.isdecimal() and code.isascii():
            card["number"] = int(code)
        card["iri"] = self.model.iri(cls, identifier)
        name = self.model.concepts[cls.iri].get(identifier, {}) if cls.concept else record and record.values.get("name")
        languages = self.dataset.languages
        card["name"] = {lang: name[lang] for lang in languages if lang in name} if isinstance(name, dict) else {}
        return card

    @cached_property
    def areas(self) -> Areas:
        """The areas of the dataset."""
        return Areas(self.model, lambda iri, identifier: self._by_thing.get((iri, identifier)))

    def records_of(self, cls: Class) -> list[Record]:
        """Return the records of a class, in their order."""
        return [r for (iri, _), r in self._by_thing.items() if iri == cls.iri]


COUNTS = ("resultCount", "permanenceCount", "observationCount", "linkCount", "outputCount", "remarkCount")


def _link(part: Values) -> Card:
    """Return a part with an address as nested in cards: its label or name, its address and host."""
    label = part.get("label") or part.get("name")
    return {**({"label": label} if label else {}), **{k: part[k] for k in ("url", "host") if k in part}}


def _share(totals: Sums, cost: Sums) -> Decimal | None:
    """Return the share of grants in a cost to four decimals; None unless both are in one currency and known."""
    if totals.keys() != cost.keys() or not all(cost.values()) or not cost:
        return None
    (total,), (whole,) = totals.values(), cost.values()
    return (total / whole).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _parts(values: Values, key: str) -> list[Values]:
    return values.get(key, [])  # type: ignore[return-value]
