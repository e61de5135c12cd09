"""Points: the projects as GeoJSON (RFC 7946), one feature for each pair of a project and an area that it names.

Maps and joins work on single rows, so a project in two areas is two features. Licence and credits are in the
file, as a member of its own (section 6.1 of the RFC), since files are passed on alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import cached_property

from hankelod.exports.areas import Json, about_dataset, json_value, number
from hankelod.exports.export import Place, Stream
from hankelod.exports.summaries import Card, Cards, Key
from hankelod.exports.tables import Column, cell
from hankelod.mapping.batch import Batch
from hankelod.records.areas import centre


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
        self._kinds = cards.areas.kinds
        self._areas = cards.areas
        self._centres = _centres(cards)
        wanted = ((n, c) for n, c in enumerate(header) if c.name not in ("id", "iri"))
        self._columns = [(n, c.name) for n, c in wanted if not c.many or _listed(c.key)]

    def of(self, cards: Iterable[Card], values: Iterable[Sequence[object]]) -> bytes:
        """Return the features of these projects, whose columns have these values, each preceded by a comma."""
        return b"".join([b",\n  " + _indented(each) for each in self._features(cards, values)])

    def _features(self, cards: Iterable[Card], values: Iterable[Sequence[object]]) -> Iterator[Json]:
        for card, of_card in zip(cards, values, strict=True):
            attributes = {name: _flat(of_card[n]) for n, name in self._columns}
            for kind in self._kinds:
                for area in card.get(kind.key, []):  # type: ignore[attr-defined]
                    identifier = str(area["code"]).lower()
                    path = f"{kind.cls.identifies}{identifier}"
                    point = self._centres.get(path)
                    known = self._areas.area(kind.cls.iri, identifier)
                    names = {f"area_name_{lang}": name for lang, name in area["name"].items()}
                    yield {
                        "type": "Feature",
                        "id": f"{card['id']}/{path}",
                        "geometry": {"type": "Point", "coordinates": [number(point[0]), number(point[1])]}
                        if point
                        else None,
                        "properties": {
                            "project": card["id"],
                            "iri": card["iri"],
                            "area": known.level.name if known else kind.cls.segment,
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
    """Tell a key whose values are from a code list, by which maps are filtered, or are computed of the project."""
    return key.field is None if key.target is None else key.target.concept


def _flat(item: object | None) -> object | None:
    """Return a value as JSON without structure: those of a list in one text, as in a cell of the table."""
    if item.__class__ is str:
        return item
    return (cell(item) or None) if isinstance(item, list) else json_value(item)


Point = tuple[Decimal, Decimal]
"""Longitude and latitude in degrees (WGS 84)."""


def _centres(cards: Cards) -> dict[str, Point]:
    """Return the positions of areas by path: as their tables have them, else a position for a map marker only.

    That is the mean of those within it which have one, level by level from the smallest.
    """
    records = [record for kind in cards.areas.kinds for record in cards.records_of(kind.cls)]
    areas = [area for record in records if (area := cards.areas.of(record)) is not None]
    centres: dict[str, Point] = {}
    within: dict[str, list[Point]] = {}
    order = {level.name: number for number, level in enumerate(cards.model.levels)}
    for area in sorted(areas, key=lambda a: -order[a.level.name]):
        point = centre(area.record)
        own = (Decimal(point[0]), Decimal(point[1])) if point else _mean(within.get(area.path, []))
        if own is not None:
            centres[area.path] = own
            parent = cards.areas.parent(area)
            if parent is not None:
                within.setdefault(parent.path, []).append(own)
    return centres


def _mean(points: list[Point]) -> Point | None:
    """Return the mean of points, to four decimals; None without any."""
    if not points:
        return None
    degree = Decimal("0.0001")
    x, y = (sum((p[n] for p in points), Decimal()) / len(points) for n in (0, 1))
    return x.quantize(degree), y.quantize(degree)
