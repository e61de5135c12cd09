"""Boundaries of areas: official ones from GeoJSON or TopoJSON, else a mosaic computed from the areas' centres.

An area is a list of rings, holes included; points are in metres of ETRS-TM35FIN.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from hankelod.messages.refusal import Refusal
from hankelod.messages.words import message
from hankelod.site.map.projection import Point, to_plane

Ring = list[Point]

Areas = dict[str, list[Ring]]

CODES = ("code", "kunta", "maakunta", "natcode", "NATCODE", "kuntakoodi")
"""Properties with the code of a feature, in the files of Statistics Finland and the National Land Survey."""


class NotBoundaries(Refusal):
    """Refusal: a file cannot be used as boundaries, for the reason in the message."""


def read(path: Path) -> Areas:
    """Read the areas of a GeoJSON (RFC 7946) or TopoJSON file, by code (three digits or two).

    Coordinates are degrees, or metres in ETRS-TM35FIN as Statistics Finland serves them. Raises NotBoundaries if the
    file cannot be read or has no codes.
    """
    try:
        whole = json.loads(path.read_bytes())
        areas: Areas = {}
        for code, rings in _topology(whole) if whole["type"] == "Topology" else _collection(whole):
            areas.setdefault(code, []).extend(rings)
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise NotBoundaries(message("boundaries-format", file=path.name, why=repr(error))) from error
    if not areas:
        raise NotBoundaries(message("boundaries-codes", file=path.name, keys=", ".join(CODES)))
    return areas


def _code(feature: Mapping[str, object]) -> str | None:
    properties: dict[str, object] = feature.get("properties") or {}  # type: ignore[assignment]
    code = next((properties[k] for k in CODES if properties.get(k) is not None), feature.get("id"))
    text = str(code)
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
    """Return the ring of these arcs; a negative number is an arc in reverse (its ones' complement)."""
    points: Ring = []
    for n in numbers:
        arc = arcs[n] if n >= 0 else arcs[~n][::-1]
        points += arc if not points else arc[1:]
    return points


### Mosaic

SPACING = 30_000
"""Metres between the outer points, which bound the mosaic: sea and neighbouring countries."""

REACH_SOUTH, REACH_NORTH = 50_000, 120_000
"""Metres from a centre to the edge of the land: further in the sparsely populated north."""


def mosaic(centres: dict[str, Point]) -> Areas:
    """Return the Voronoi cell of each centre, bounded by outer points: a schematic map of the country."""
    sites = list(centres.values())
    all_points = sites + _outer_points(sites)
    return {code: [_cell(centre, all_points)] for code, centre in centres.items()}


def _outer_points(sites: list[Point]) -> list[Point]:
    """Return the points of a grid just outside the reach of every centre."""
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
    """Nodes (column, row) of the grid in a square around a point."""
    steps = int(reach / SPACING) + 1
    column, row = round(x / SPACING), round(y / SPACING)
    for r in range(row - steps, row + steps + 1):
        for c in range(column - steps, column + steps + 1):
            yield c, r


def _place(node: tuple[int, int]) -> Point:
    column, row = node
    return (column + row % 2 / 2) * SPACING, float(row * SPACING)


def _reach(north: float) -> float:
    """Return the reach in metres by northing: constant up to Oulu, growing from there to Inari."""
    share = min(1.0, max(0.0, (north - 7_200_000) / 350_000))
    return REACH_SOUTH + share * (REACH_NORTH - REACH_SOUTH)


def _cell(centre: Point, sites: list[Point]) -> Ring:
    """Return the Voronoi cell of a centre: a square cut by half-planes, nearest site first."""
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
    """Return the part of a convex ring where `normal · point <= limit`."""
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
