"""Points: the projects as GeoJSON (RFC 7946), one feature for each pair of a project and an area that it names.

Maps and joins work on single rows, so a project in two municipalities is two features. Licence and credits are in the
file, as a member of its own (section 6.1 of the RFC), since files are passed on alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import cached_property

from hankelod.exports.areas import NAMED, Json, about_dataset, json_value, number
from hankelod.exports.export import Place, Stream
from hankelod.exports.summaries import Card, Cards, Key
from hankelod.exports.tables import Column, cell
from hankelod.mapping.batch import Batch


class Points(Stream):
    """The projects as a collection of features, with the columns of the table as properties."""

    path = "dump/projects.geojson"

    def head(self) -> bytes:
        about = json.dumps(about_dataset(self.basis.cards), ensure_ascii=False)
        return f'{{\n "type": "FeatureCollection",\n "dataset": {about},\n "features": ['.encode()

    def end(self) -> bytes:
        return b"\n ]\n}\n" if self._any else b"]\n}\n"

    def begin(self, place: Place) -> None:
        self._any = False
        super().begin(place)

    def feed(self, made: bytes) -> None:
        super().feed(made if self._any else made[1:])  # the first feature has no comma before it
        self._any = self._any or bool(made)

    def make(self, batch: Batch) -> bytes:
        return self._converter.of(self.basis.cards_of(batch), self.basis.values_of(batch))

    @cached_property
    def _converter(self) -> Features:
        return Features(self.basis.cards, self.basis.header)


class Features:
    """Converter of cards to features: the locations of areas, and the table columns copied to the properties."""

    def __init__(self, cards: Cards, header: list[Column]) -> None:
        centres = _centres(cards)
        self._places = {"municipality": centres, "region": _region_centres(cards, centres)}
        wanted = ((n, c) for n, c in enumerate(header) if c.name not in ("id", "iri"))
        self._columns = [(n, c.name) for n, c in wanted if not c.many or _listed(c.key)]

    def of(self, cards: Iterable[Card], values: Iterable[Sequence[object]]) -> bytes:
        """Return the features of these projects, whose columns have these values, each preceded by a comma."""
        return b"".join([b",\n  " + _indented(each) for each in self._features(cards, values)])

    def _features(self, cards: Iterable[Card], values: Iterable[Sequence[object]]) -> Iterator[Json]:
        for card, of_card in zip(cards, values, strict=True):
            attributes = {name: _flat(of_card[n]) for n, name in self._columns}
            for kind, key in NAMED:
                for area in card.get(key, []):  # type: ignore[attr-defined]
                    point = self._places[kind].get(str(area["code"]))
                    names = {f"area_name_{lang}": name for lang, name in area["name"].items()}
                    yield {
                        "type": "Feature",
                        "id": f"{card['id']}/{kind}/{area['code']}",
                        "geometry": {"type": "Point", "coordinates": [number(point[0]), number(point[1])]}
                        if point
                        else None,
                        "properties": {
                            "project": card["id"],
                            "iri": card["iri"],
                            "area": kind,
                            "area_code": area["code"],
                            "area_number": area.get("number"),
                            **names,
                            **attributes,
                        },
                    }


def _indented(feature: Json) -> bytes:
    import msgspec

    return msgspec.json.format(msgspec.json.encode(feature), indent=1).replace(b"\n", b"\n  ")


def _listed(key: Key) -> bool:
    """Tell a key whose values are from a code list, by which maps are filtered."""
    return key.target is not None and key.target.concept


def _flat(item: object | None) -> object | None:
    """Return a value as JSON without structure: those of a list in one text, as in a cell of the table."""
    if item.__class__ is str:
        return item
    return (cell(item) or None) if isinstance(item, list) else json_value(item)


Point = tuple[Decimal, Decimal]
"""Longitude and latitude in degrees (WGS 84)."""


def _centres(cards: Cards) -> dict[str, Point]:
    """Return the administrative centres of municipalities, by code."""
    return {
        r.id: (Decimal(str(r.values["long"])), Decimal(str(r.values["lat"])))
        for r in cards.areas("Municipality")
        if "long" in r.values and "lat" in r.values
    }


def _region_centres(cards: Cards, centres: dict[str, Point]) -> dict[str, Point]:
    """Return the mean of the centres of each region's municipalities, by code: a position for a map marker only."""
    inside: dict[str, list[Point]] = {}
    for record in cards.areas("Municipality"):
        if record.id in centres:
            inside.setdefault(str(record.values.get("region")), []).append(centres[record.id])
    degree = Decimal("0.0001")
    return {
        code: (
            (sum((p[0] for p in members), Decimal()) / len(members)).quantize(degree),
            (sum((p[1] for p in members), Decimal()) / len(members)).quantize(degree),
        )
        for code, members in inside.items()
    }
