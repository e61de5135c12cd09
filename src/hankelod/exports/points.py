"""Points: the GeoJSON of the projects, one point for each area that a project names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from hankelod.exports.areas import NAMED, Json, _json, number
from hankelod.exports.summaries import Card, Cards, Key
from hankelod.exports.tables import columns, value
from hankelod.publication.files import File, Files

### Points


def points(cards: Cards) -> Files:
    """`dump/projects.geojson`: a point for each project and area that it names."""
    found = Points(cards).of(cards.cards)
    yield File("dump/projects.geojson", POINTS_HEAD + found.removeprefix(b",") + (POINTS_END if found else b"]\n}\n"))


POINTS_HEAD = b'{\n "type": "FeatureCollection",\n "features": ['

POINTS_END = b"\n ]\n}\n"


class Points:
    """Projects as points on a map: where areas are, and which columns of the table a point tells."""

    def __init__(self, cards: Cards) -> None:
        centres = _centres(cards)
        self._places = {"municipality": centres, "region": _middles(cards, centres)}
        self._told = [c for c in columns(cards) if not c.many and c.name not in ("id", "iri") and not _long(c.key)]

    def of(self, cards: Iterable[Card]) -> bytes:
        """The features of these projects, each with a comma before it."""
        return b"".join(b",\n  " + _indented(each) for each in self._features(cards))

    def _features(self, cards: Iterable[Card]) -> Iterator[Json]:
        for card in cards:
            single = {c.name: _json(value(card, c)) for c in self._told}
            for kind, key in NAMED:
                for area in card.get(key, []):  # type: ignore[attr-defined]
                    at = self._places[kind].get(str(area["code"]))
                    names = {f"area_name_{lang}": name for lang, name in area["name"].items()}
                    yield {
                        "type": "Feature",
                        "id": f"{card['id']}/{kind}/{area['code']}",
                        "geometry": {"type": "Point", "coordinates": [number(at[0]), number(at[1])]} if at else None,
                        "properties": {
                            "project": card["id"],
                            "iri": card["iri"],
                            "area": kind,
                            "area_code": area["code"],
                            "area_number": area.get("number"),
                            **names,
                            **single,
                        },
                    }


def _indented(feature: Json) -> bytes:
    import msgspec

    return msgspec.json.format(msgspec.json.encode(feature), indent=1).replace(b"\n", b"\n  ")


def _long(key: Key) -> bool:
    return key.field is not None and key.field.long


Point = tuple[Decimal, Decimal]
"""Longitude and latitude in degrees (WGS 84)."""


def _centres(cards: Cards) -> dict[str, Point]:
    """The administrative centres of municipalities, by code."""
    return {
        r.id: (Decimal(str(r.values["long"])), Decimal(str(r.values["lat"])))
        for r in cards.areas("Municipality")
        if "long" in r.values and "lat" in r.values
    }


def _middles(cards: Cards, centres: dict[str, Point]) -> dict[str, Point]:
    """For each region the mean of its municipalities' centres: a place for its mark, no statement of where it is."""
    inside: dict[str, list[Point]] = {}
    for record in cards.areas("Municipality"):
        if record.id in centres:
            inside.setdefault(str(record.values.get("region")), []).append(centres[record.id])
    degree = Decimal("0.0001")
    return {
        code: (
            (sum((p[0] for p in all_), Decimal()) / len(all_)).quantize(degree),
            (sum((p[1] for p in all_), Decimal()) / len(all_)).quantize(degree),
        )
        for code, all_ in inside.items()
    }
