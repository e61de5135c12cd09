"""Boundaries of areas: official ones from GeoJSON or TopoJSON, else a mosaic computed from the areas' centres.

An area is a list of rings, holes included; points are in metres of the map's projection.
"""

from __future__ import annotations

import json
import re
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from heapq import nsmallest
from math import isfinite, sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from hankelod.messages.words import message
from hankelod.rdf import files
from hankelod.site.map.projection import NotDrawn, Point, Projection, same

if TYPE_CHECKING:
    from hankelod.records.dataset import Dataset

Ring = list[Point]

Areas = dict[str, list[Ring]]

ID = "id"
"""Name for the id of a feature beside its properties."""


LARGEST = 2**28
"""Most bytes of a file of boundaries."""

LONGEST_CODE = 40
"""Most characters of a code."""

NEAR = 100_000
"""Metres that the centre of an area may lie outside of it: some have islands, or a centre of another year."""


DEGREES = frozenset(("CRS84", "CRS84H", "4326", "4258", "4937", "4979"))
"""Reference systems of longitude and latitude: WGS 84 and ETRS89, by the last part of their names."""


class Source(NamedTuple):
    """The file of boundaries of a dataset, in a folder that it must not lead out of."""

    path: Path
    within: Path | None


def source(dataset: Dataset) -> Source | None:
    """Return the file of boundaries that a dataset names in its settings, else that of its area pack, or None."""
    settings = dataset.settings()
    named = settings.values.get("boundaries") if settings else None
    if named:
        return Source(dataset.data / str(named), dataset.data)
    own = dataset.pack.boundaries
    return Source(own, dataset.pack.within) if own is not None else None


def read(path: Path, within: Path | None, levels: Sequence[Collection[str]], projection: Projection) -> Areas:
    """Read the areas of a GeoJSON (RFC 7946) or TopoJSON file in the folder `within`, by code.

    `levels` are the codes of the areas, level by level: the code of a feature is its id or the property that fits them
    best, in any case. A file that has codes as numbers, or without their zeros, is read by the level that it fits. An
    area without a geometry, or whose rings enclose nothing, is left out. Coordinates are degrees, or metres in the
    projection. Raises NotDrawn.
    """
    try:
        raw = files.content(path, within, LARGEST)
        whole = json.loads((_unpacked(raw) if path.suffix == ".gz" else raw).decode("utf-8-sig"))
    except (OSError, EOFError, zlib.error) as error:
        raise _refused(path, message("boundaries-json")) from error
    except files.Unfit as error:
        raise _refused(path, files.why(error)) from error
    except (ValueError, RecursionError) as error:
        raise _refused(path, message("boundaries-json")) from error
    kind = whole.get("type") if isinstance(whole, dict) else None
    if kind not in ("Topology", "FeatureCollection", "Feature"):
        raise _refused(path, message("boundaries-kind"))
    plane = _plane_of(path, whole, projection)
    number = 0
    found: list[tuple[Mapping[str, object], list[Ring]]] = []
    try:
        for number, feature in enumerate(_features(whole), 1):  # noqa: B007 - the number is for the message
            rings = [[plane(p) for p in ring] for ring in feature["rings"]]
            found.append((_named(feature), [ring for ring in rings if _encloses(ring)]))
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError, RecursionError) as error:
        raise _refused(path, message("boundaries-feature", number=number + 1)) from error
    areas: Areas = {}
    for code, (_, rings) in zip(_codes([names for names, _ in found], levels), found, strict=True):
        if code is not None and rings:
            areas.setdefault(code, []).extend(rings)
    if not areas:
        keys = sorted({key for names, _ in found for key in names})
        raise NotDrawn(message("boundaries-codes", file=path.name, keys=", ".join(keys)[:200]))
    return areas


def _unpacked(raw: bytes) -> bytes:
    """Unpack gzip up to LARGEST bytes. Raises OSError, EOFError, zlib.error."""
    import gzip
    import io

    with gzip.GzipFile(fileobj=io.BytesIO(raw)) as file:
        return file.read(LARGEST)


def _encloses(ring: Ring) -> bool:
    """Tell whether a ring encloses as much as a square metre; a line or a point is no area."""
    around = zip(ring, [*ring[1:], *ring[:1]], strict=True)
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in around)) >= 2


def _refused(path: Path, why: object) -> NotDrawn:
    return NotDrawn(message("boundaries-format", file=path.name, why=why))


### Codes


def _named(feature: Mapping[str, Any]) -> Mapping[str, object]:
    """Return the properties of a feature that could be its code, by name, and its id."""
    properties = feature.get("properties") or {}
    return {key: value for key, value in {ID: feature.get("id"), **properties}.items() if _text(value)}


def _codes(written: list[Mapping[str, object]], levels: Sequence[Collection[str]]) -> list[str | None]:
    """Return the codes that the features of a file mean, None for what is none.

    A feature's code is that of its properties which fits the most codes of the areas, each counted once: the code of
    the area around it, which many features share, is not theirs. Codes without their zeros are of the level that most
    of them fit, as a number alone does not tell 20 from 020.
    """
    known = {code.casefold(): code for level in levels for code in level}
    numbers = {code.lstrip("0") for code in known if code.isdecimal()}
    fits: Counter[str] = Counter()
    for key, text in {(key, _text(value).casefold()) for names in written for key, value in names.items()}:
        fits[key] += 2 * (text in known) + (text.isdecimal() and text.lstrip("0") in numbers)
    keys = sorted((key for key, fit in fits.items() if fit), key=lambda key: (-fits[key], key))
    values = [next((names[key] for key in keys if key in names), None) for names in written]
    texts = [known.get(_text(v).casefold(), _text(v)) if v is not None else None for v in values]
    digits = [level for level in levels if any(code.isdecimal() for code in level)]
    if not digits:
        return [t if t and t.casefold() in known else None for t in texts]
    best = max(digits, key=lambda level: sum(_filled(t, level) in level for t in texts if t))
    width = max(map(len, best), default=0)
    as_numbers = any(t and not isinstance(v, str) for v, t in zip(values, texts, strict=True))
    if as_numbers or not all(t is None or t.casefold() in known or len(t) >= width for t in texts):
        texts = [_filled(t, best) if t and _filled(t, best) in best else t for t in texts]
    return [t if t and t.casefold() in known else None for t in texts]


def _filled(text: str, level: Collection[str]) -> str:
    return text.zfill(max(map(len, level), default=0)) if text.isdecimal() else text


def _text(code: object) -> str:
    """Return a code as text, which a program may have made a number: 91, 91.0; empty for what is none."""
    if isinstance(code, bool) or not isinstance(code, int | float | str):
        return ""
    if isinstance(code, float):
        code = int(code) if code.is_integer() else ""
    text = str(code).strip()
    return text if len(text) <= LONGEST_CODE else ""


### Coordinates


def _plane_of(path: Path, whole: Mapping[str, Any], projection: Projection) -> Callable[[Any], Point]:
    """Return what converts a position to metres. Raises NotDrawn for a reference system that is not read."""
    crs = whole.get("crs")
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None

    def of_degrees(position: Any) -> Point:
        x, y = _metres(position)
        if abs(x) > 180 or abs(y) > 90:
            raise ValueError(position)
        return projection.to_plane(y, x)

    def of_either(position: Any) -> Point:
        x, y = _metres(position)
        return projection.to_plane(y, x) if abs(x) <= 180 and abs(y) <= 90 else (x, y)

    if crs is None:
        return of_either if projection.code is not None else of_degrees
    code = re.split(r"[:/#]", str(name))[-1].upper()
    if code in DEGREES:
        return of_degrees
    if projection.code is not None and same(code, projection.code):
        return _metres
    own = projection.code or "–"
    raise NotDrawn(message("boundaries-projection", file=path.name, crs=str(name or crs)[:80], own=own))


def _metres(position: Any) -> Point:
    x, y = float(position[0]), float(position[1])
    if not (isfinite(x) and isfinite(y)):
        raise ValueError(position)
    return x, y


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

ALONE = 30_000.0
"""Metres that the land reaches from a centre that is the only one."""

NEIGHBOURS = 4
"""Number of nearest centres whose mean distance says how far the land reaches: further where areas are large."""

LEAST, MOST = 1.3, 6.0
"""Bounds of that reach, as multiples of its median: coasts have some width, and a far island does not fill the sea."""


def mosaic(centres: dict[str, Point]) -> Areas:
    """Return the Voronoi cell of each centre, bounded by outer points: a schematic map of the land.

    The outer points, which stand for sea and neighbouring countries, are a grid beyond the reach of every centre.
    """
    sites = list(centres.values())
    reaches = _reaches(sites)
    spacing = 0.6 * min(reaches, default=ALONE)
    all_points = sites + _outer_points(sites, reaches, spacing)
    return {
        code: [_cell(centre, all_points, 2 * (reach + spacing))]
        for (code, centre), reach in zip(centres.items(), reaches, strict=True)
    }


def _reaches(sites: list[Point]) -> list[float]:
    """Return how far the land reaches from each centre, in metres."""
    means = []
    for here in sites:
        near = nsmallest(NEIGHBOURS + 1, ((x - here[0]) ** 2 + (y - here[1]) ** 2 for x, y in sites))[1:]
        means.append(sum(map(sqrt, near)) / len(near) if near else ALONE)
    middle = sorted(means)[len(means) // 2] if means else ALONE
    middle = middle or ALONE
    return [min(max(mean, LEAST * middle), MOST * middle) for mean in means]


def _outer_points(sites: list[Point], reaches: list[float], spacing: float) -> list[Point]:
    """Return the points of a grid just outside the reach of every centre."""
    inside: set[tuple[int, int]] = set()
    beside: set[tuple[int, int]] = set()
    for (x, y), reach in zip(sites, reaches, strict=True):
        for node in _nodes(x, y, 1.7 * reach + spacing, spacing):
            px, py = _place(node, spacing)
            near = (px - x) ** 2 + (py - y) ** 2 <= reach * reach
            (inside if near else beside).add(node)
    return [_place(node, spacing) for node in sorted(beside - inside)]


def _nodes(x: float, y: float, reach: float, spacing: float) -> Iterator[tuple[int, int]]:
    """Nodes (column, row) of the grid in a square around a point."""
    steps = int(reach / spacing) + 1
    column, row = round(x / spacing), round(y / spacing)
    for r in range(row - steps, row + steps + 1):
        for c in range(column - steps, column + steps + 1):
            yield c, r


def _place(node: tuple[int, int], spacing: float) -> Point:
    column, row = node
    return (column + row % 2 / 2) * spacing, float(row * spacing)


def _cell(centre: Point, sites: list[Point], side: float) -> Ring:
    """Return the Voronoi cell of a centre: a square cut by half-planes, nearest site first."""
    x, y = centre
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
