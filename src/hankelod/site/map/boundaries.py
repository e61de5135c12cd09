"""Boundaries of areas: official ones from GeoJSON or TopoJSON, else a mosaic computed from the areas' centres.

An area is a list of rings, holes included; points are in metres of ETRS-TM35FIN.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import Any

from hankelod.messages.refusal import Refusal
from hankelod.messages.words import message
from hankelod.rdf import files
from hankelod.site.map.projection import Point, to_plane

Ring = list[Point]

Areas = dict[str, list[Ring]]

CODES = ("code", "kunta", "maakunta", "natcode", "NATCODE", "kuntakoodi")
"""Properties with the code of a feature, in the files of Statistics Finland and the National Land Survey."""


LARGEST = 2**28
"""Most bytes of a file of boundaries."""

LONGEST_CODE = 12
"""Most digits of a code."""

NEAR = 100_000
"""Metres that the centre of an area may lie outside of it: some have islands, or a centre of another year."""


class NotBoundaries(Refusal):
    """Refusal: a file cannot be used as boundaries, for the reason in the message."""


DEGREES = frozenset(("CRS84", "CRS84H", "4326", "4258", "4937", "4979"))
"""Reference systems of longitude and latitude: WGS 84 and ETRS89, by the last part of their names."""

METRES = frozenset(("3067", "25835"))
"""Reference systems of ETRS-TM35FIN, and of the zone that it is an extension of."""


def read(path: Path, within: Path | None = None, levels: Sequence[Collection[str]] = ()) -> Areas:
    """Read the areas of a GeoJSON (RFC 7946) or TopoJSON file in the folder `within`, by code.

    `levels` are the codes of municipalities and of regions: a file that has them as numbers, or without their zeros,
    is read by the level that it fits. An area without a geometry, or whose rings enclose nothing, is left out.
    Coordinates are degrees, or metres in ETRS-TM35FIN as Statistics Finland serves them. Raises NotBoundaries.
    """
    try:
        whole = json.loads(files.content(path, within, LARGEST).decode("utf-8-sig"))
    except files.Unfit as error:
        raise _refused(path, files.why(error)) from error
    except (ValueError, RecursionError) as error:
        raise _refused(path, message("boundaries-json")) from error
    kind = whole.get("type") if isinstance(whole, dict) else None
    if kind not in ("Topology", "FeatureCollection", "Feature"):
        raise _refused(path, message("boundaries-kind"))
    plane = _plane_of(path, whole)
    number = 0
    found: list[tuple[object, list[Ring]]] = []
    try:
        for number, feature in enumerate(_features(whole), 1):  # noqa: B007 - the number is for the message
            rings = [[plane(p) for p in ring] for ring in feature["rings"]]
            found.append((_code(feature), [ring for ring in rings if _encloses(ring)]))
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError, RecursionError) as error:
        raise _refused(path, message("boundaries-feature", number=number + 1)) from error
    areas: Areas = {}
    for code, (_, rings) in zip(_codes([c for c, _ in found], levels), found, strict=True):
        if code is not None and rings:
            areas.setdefault(code, []).extend(rings)
    if not areas:
        raise NotBoundaries(message("boundaries-codes", file=path.name, keys=", ".join(CODES)))
    return areas


def _encloses(ring: Ring) -> bool:
    """Tell whether a ring encloses as much as a square metre; a line or a point is no area."""
    around = zip(ring, [*ring[1:], *ring[:1]], strict=True)
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in around)) >= 2


def _refused(path: Path, why: object) -> NotBoundaries:
    return NotBoundaries(message("boundaries-format", file=path.name, why=why))


### Codes


def _code(feature: Mapping[str, Any]) -> object:
    properties = feature.get("properties") or {}
    return next((properties[k] for k in CODES if properties.get(k) is not None), feature.get("id"))


def _codes(written: list[object], levels: Sequence[Collection[str]]) -> list[str | None]:
    """Return the codes that a file means, None for what is none.

    Those without their zeros are of the level that most of them fit, as a number alone does not tell 20, a region,
    from 020, a municipality.
    """
    texts = [_digits(code) for code in written]
    known = {code for level in levels for code in level}
    if not known:
        return [t if t and len(t) in (2, 3) else None for t in texts]
    best = max(levels, key=lambda level: sum(_filled(t, level) in level for t in texts if t))
    width = max(map(len, best), default=0)
    numbers = any(t and not isinstance(c, str) for c, t in zip(written, texts, strict=True))
    if not numbers and all(t is None or t in known or len(t) >= width for t in texts):
        return texts
    return [_filled(t, best) if t and _filled(t, best) in best else t for t in texts]


def _filled(text: str, level: Collection[str]) -> str:
    return text.zfill(max(map(len, level), default=0))


def _digits(code: object) -> str | None:
    """Return the digits of a code, which a program may have made a number: 91, 91.0."""
    if isinstance(code, bool) or not isinstance(code, int | float | str):
        return None
    if isinstance(code, float):
        code = int(code) if code.is_integer() else ""
    text = str(code).strip()
    return text if text.isascii() and text.isdigit() and len(text) <= LONGEST_CODE else None


### Coordinates


def _plane_of(path: Path, whole: Mapping[str, Any]) -> Callable[[Any], Point]:
    """Return what converts a position to metres. Raises NotBoundaries for a reference system that is not read."""
    crs = whole.get("crs")
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if crs is None:
        return _plane
    code = re.split(r"[:/#]", str(name))[-1].upper()
    if code in DEGREES:
        return _plane_of_degrees
    if code in METRES:
        return _metres
    raise NotBoundaries(message("boundaries-projection", file=path.name, crs=str(name or crs)[:80]))


def _metres(position: Any) -> Point:
    x, y = float(position[0]), float(position[1])
    if not (isfinite(x) and isfinite(y)):
        raise ValueError(position)
    return x, y


def _plane_of_degrees(position: Any) -> Point:
    x, y = _metres(position)
    if abs(x) > 180 or abs(y) > 90:
        raise ValueError(position)
    return to_plane(y, x)


def _plane(position: Any) -> Point:
    x, y = _metres(position)
    return to_plane(y, x) if abs(x) <= 180 and abs(y) <= 90 else (x, y)


### Features


def _features(whole: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the features of a file, each with its `rings` of positions: none without a geometry."""
    if whole["type"] == "Topology":
        arcs = _arcs(whole)
        for layer in whole["objects"].values():
            for geometry in layer["geometries"] if layer.get("type") == "GeometryCollection" else [layer]:
                rings = [_joined(ring, arcs) for polygon in _polygons(geometry, "arcs") for ring in polygon]
                yield {**geometry, "rings": rings}
        return
    for feature in whole["features"] if whole["type"] == "FeatureCollection" else [whole]:
        rings = [ring for polygon in _polygons(feature.get("geometry"), "coordinates") for ring in polygon]
        yield {**feature, "rings": rings}


def _polygons(geometry: Mapping[str, Any] | None, key: str) -> Iterator[list[Any]]:
    """Yield the polygons of a geometry; it may be missing (RFC 7946, section 3.2), and have no polygons."""
    kind = geometry.get("type") if geometry else None
    if geometry is None or kind is None:
        return
    if kind == "Polygon":
        yield geometry[key]
    elif kind == "MultiPolygon":
        yield from geometry[key]
    elif kind == "GeometryCollection":
        for inner in geometry["geometries"]:
            yield from _polygons(inner, key)


def _arcs(whole: Mapping[str, Any]) -> list[list[Any]]:
    """Return the arcs of a topology as positions: quantised ones are steps from point to point, others absolute."""
    transform = whole.get("transform")
    if transform is None:
        return list(whole["arcs"])
    (scale_x, scale_y), (move_x, move_y) = transform["scale"], transform["translate"]
    arcs: list[list[Any]] = []
    for arc in whole["arcs"]:
        x = y = 0
        points = []
        for dx, dy, *_ in arc:
            x, y = x + dx, y + dy
            points.append((x * scale_x + move_x, y * scale_y + move_y))
        arcs.append(points)
    return arcs


def _joined(numbers: list[int], arcs: list[list[Any]]) -> list[Any]:
    """Return the ring of these arcs; a negative number is an arc in reverse (its ones' complement)."""
    points: list[Any] = []
    for n in numbers:
        arc = arcs[n] if n >= 0 else arcs[~n][::-1]
        points += arc if not points else arc[1:]
    return points


def misplaced(areas: Areas, centres: Mapping[str, Point]) -> list[str]:
    """Return the codes of the areas that do not lie around their centres, as in a projection that is not read."""
    wrong = []
    for code, centre in centres.items():
        points = [p for ring in areas.get(code, ()) for p in ring]
        for n in (0, 1) if points else ():
            least, most = min(p[n] for p in points), max(p[n] for p in points)
            if not least - NEAR <= centre[n] <= most + NEAR:
                wrong.append(code)
                break
    return wrong


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
