"""Boundaries of areas: the official ones out of GeoJSON or TopoJSON, else a mosaic made from the areas' centres.

Everything here is in metres of ETRS-TM35FIN: by the code of an area, its rings of points, holes among them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from hankelod.messages.refusal import Refusal
from hankelod.messages.words import told
from hankelod.site.map.projection import Point, to_plane

Ring = list[Point]

Areas = dict[str, list[Ring]]

CODES = ("code", "kunta", "maakunta", "natcode", "NATCODE", "kuntakoodi")
"""The property in which a feature's code stands, in the files of Statistics Finland and the National Land Survey."""


class NotBoundaries(Refusal):
    """The file cannot be used as boundaries; the message says why."""


def read(path: Path) -> Areas:
    """The areas of a GeoJSON (RFC 7946) or TopoJSON file, by their code: three digits or two.

    Coordinates are degrees, or metres in ETRS-TM35FIN as Statistics Finland serves them. Raises NotBoundaries.
    """
    try:
        whole = json.loads(path.read_bytes())
        areas: Areas = {}
        for code, rings in _topology(whole) if whole["type"] == "Topology" else _collection(whole):
            areas.setdefault(code, []).extend(rings)
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise NotBoundaries(told("boundaries-format", file=path.name, why=repr(error))) from error
    if not areas:
        raise NotBoundaries(told("boundaries-codes", file=path.name, keys=", ".join(CODES)))
    return areas


def _code(feature: Mapping[str, object]) -> str | None:
    properties: dict[str, object] = feature.get("properties") or {}  # type: ignore[assignment]
    found = next((properties[k] for k in CODES if properties.get(k) is not None), feature.get("id"))
    text = str(found)
    return text if text.isdigit() and len(text) in (2, 3) else None


def _collection(whole: dict[str, list[dict[str, dict[str, object]]]]) -> Iterator[tuple[str, list[Ring]]]:
    for feature in whole["features"]:
        code, geometry = _code(feature), feature["geometry"]
        if code is not None:
            polygons = _polygons(geometry["type"], geometry["coordinates"])
            yield code, [[_plane(p) for p in ring] for polygon in polygons for ring in polygon]  # type: ignore[attr-defined]


def _polygons(kind: object, coordinates: object) -> Iterable[object]:
    if kind == "Polygon":
        return [coordinates]
    if kind == "MultiPolygon":
        return coordinates  # type: ignore[return-value]
    return []


def _plane(position: list[float]) -> Point:
    x, y = float(position[0]), float(position[1])
    return to_plane(y, x) if abs(x) <= 180 and abs(y) <= 90 else (x, y)


def _topology(whole: dict) -> Iterator[tuple[str, list[Ring]]]:  # type: ignore[type-arg]
    (scale_x, scale_y), (move_x, move_y) = whole["transform"]["scale"], whole["transform"]["translate"]
    arcs: list[Ring] = []
    for arc in whole["arcs"]:
        x = y = 0
        points = []
        for dx, dy, *_ in arc:
            x, y = x + dx, y + dy
            points.append(_plane([x * scale_x + move_x, y * scale_y + move_y]))
        arcs.append(points)
    for layer in whole["objects"].values():
        for geometry in layer.get("geometries", []):
            code = _code(geometry)
            if code is not None:
                polygons = _polygons(geometry["type"], geometry["arcs"])
                yield code, [_joined(ring, arcs) for polygon in polygons for ring in polygon]  # type: ignore[attr-defined]


def _joined(numbers: list[int], arcs: list[Ring]) -> Ring:
    """A ring out of its arcs; a negative number is an arc read backwards."""
    points: Ring = []
    for n in numbers:
        arc = arcs[n] if n >= 0 else arcs[~n][::-1]
        points += arc if not points else arc[1:]
    return points


### A mosaic of our own

SPACING = 30_000
"""Metres between the points of the sea and the neighbours, which hem the mosaic in."""

REACH_SOUTH, REACH_NORTH = 50_000, 120_000
"""How far from a centre the mosaic's land goes: in the sparse north further than in the south."""


def mosaic(centres: dict[str, Point]) -> Areas:
    """For each centre its Voronoi cell, hemmed in by points where no centre is near: a schematic map of the country."""
    sites = list(centres.values())
    everything = sites + _hem(sites)
    return {code: [_cell(centre, everything)] for code, centre in centres.items()}


def _hem(sites: list[Point]) -> list[Point]:
    """The points of a grid that are near to no centre, but not far from the nearest."""
    inside: set[tuple[int, int]] = set()
    beside: set[tuple[int, int]] = set()
    for x, y in sites:
        reach = _reach(y)
        for node in _nodes(x, y, 1.7 * reach + SPACING):
            px, py = _place(node)
            near = (px - x) ** 2 + (py - y) ** 2 <= reach * reach
            (inside if near else beside).add(node)
    return [_place(node) for node in sorted(beside - inside)]


def _nodes(x: float, y: float, reach: float) -> Iterator[tuple[int, int]]:
    """The nodes of the grid in a square around a place: column and row."""
    steps = int(reach / SPACING) + 1
    column, row = round(x / SPACING), round(y / SPACING)
    for r in range(row - steps, row + steps + 1):
        for c in range(column - steps, column + steps + 1):
            yield c, r


def _place(node: tuple[int, int]) -> Point:
    column, row = node
    return (column + row % 2 / 2) * SPACING, float(row * SPACING)


def _reach(north: float) -> float:
    """Metres, by the northing: even up to Oulu, growing from there to Inari."""
    share = min(1.0, max(0.0, (north - 7_200_000) / 350_000))
    return REACH_SOUTH + share * (REACH_NORTH - REACH_SOUTH)


def _cell(centre: Point, sites: list[Point]) -> Ring:
    """The points nearer to this centre than to any other site: half-planes cut off a square, the nearest site first."""
    x, y = centre
    side = 2 * REACH_NORTH
    cell = [(x - side, y - side), (x + side, y - side), (x + side, y + side), (x - side, y + side)]
    near = sorted((d, sx, sy) for sx, sy in sites if 0 < (d := (sx - x) ** 2 + (sy - y) ** 2) < side * side * 4)
    for distance, sx, sy in near:
        if distance > 4 * max((px - x) ** 2 + (py - y) ** 2 for px, py in cell):
            break
        cell = _cut(cell, (sx - x, sy - y), ((sx * sx - x * x) + (sy * sy - y * y)) / 2)
    return cell


def _cut(cell: Ring, normal: Point, limit: float) -> Ring:
    """The part of a convex ring where `normal · point <= limit`."""
    kept: Ring = []
    sides = [normal[0] * px + normal[1] * py - limit for px, py in cell]
    for n, (point, side) in enumerate(zip(cell, sides, strict=True)):
        before, other = cell[n - 1], sides[n - 1]
        if (side < 0) != (other < 0):
            t = other / (other - side)
            kept.append((before[0] + t * (point[0] - before[0]), before[1] + t * (point[1] - before[1])))
        if side < 0:
            kept.append(point)
    return kept
