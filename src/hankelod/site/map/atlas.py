"""Atlas: the areas of a dataset as SVG paths in the units of the map."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import log2
from typing import NamedTuple

from hankelod.messages.words import message
from hankelod.records import areas as area_values
from hankelod.records.areas import Area as Place
from hankelod.records.areas import Areas
from hankelod.site.map import boundaries, outlines, projection
from hankelod.site.map.projection import Point, Projection

UNIT = 250.0
"""Metres per unit of the map of a country of EXTENT metres."""

EXTENT = 1_200_000.0
"""Metres from south to north, or west to east, of a map whose unit is UNIT: it is halved or doubled for others."""

MARGIN = 30
"""Margin around the land, in units."""


class Atlas(NamedTuple):
    """Map of the areas: size in units, and SVG paths and centres of areas by their path in IRIs.

    `wide` are the areas that others are in, `mesh` is one path of all others, for the faint lines between them, and
    `land` one path of the wide ones. `official` is True if the boundaries come from a file, False for the mosaic.
    """

    width: int
    height: int
    outlines: dict[str, str]
    wide: frozenset[str]
    middles: dict[str, outlines.GridPoint]
    mesh: str
    land: str
    official: bool


EMPTY = Atlas(1, 1, {}, frozenset(), {}, "", "", False)


class Area(NamedTuple):
    """Area on a map: the path of its page, its title, its outline and centre, and its number of projects."""

    path: str
    title: str
    outline: str
    middle: outlines.GridPoint
    total: int
    wide: bool


class Named(NamedTuple):
    """The areas that projects can name: those of the widest levels first, and those that others are in."""

    places: tuple[Place, ...]
    wide: frozenset[str]
    parents: dict[str, str]

    @property
    def levels(self) -> list[list[str]]:
        """Codes of the areas, level by level, the smallest first."""
        found: dict[str, list[str]] = {}
        for place in reversed(self.places):
            found.setdefault(place.level.name, []).append(place.code)
        return list(found.values())


def named(areas: Areas, places: Iterable[Place]) -> Named:
    """Return the areas that projects can name, and which of them are of a level that others are in."""
    kept = tuple(place for place in places if place.level.key is not None)
    parents = {place.path: parent.path for place in kept if (parent := areas.parent(place)) is not None}
    holding = set(parents.values())
    levels = {place.level.name for place in kept if place.path in holding}
    return Named(kept, frozenset(p.path for p in kept if p.level.name in levels), parents)


def official(of: Named, file: boundaries.Source, plane: Projection) -> boundaries.Areas:
    """Return the boundaries in a dataset's file, by path. Raises NotDrawn if the file cannot be used."""
    by_code: dict[str, list[str]] = {}
    for place in of.places:
        by_code.setdefault(place.code, []).append(place.path)
    found = boundaries.read(file.path, file.within, of.levels, plane)
    areas = {path: rings for code, rings in found.items() for path in by_code.get(code, [code])[-1:]}
    centres = _centres(of.places, plane)
    present = [path for path in centres if path in areas]
    wrong = boundaries.misplaced(areas, centres)
    if len(wrong) * 2 > len(present):
        code = next(place.code for place in of.places if place.path == wrong[0])
        raise projection.NotDrawn(message("boundaries-place", file=file.path.name, code=code))
    return areas


def plane_of(of: Named, code: str | None) -> Projection:
    """Return the projection of the map. Raises NotDrawn for a code that is not known."""
    return projection.of(code, (point for place in of.places if (point := _position(place)) is not None))


def _position(place: Place) -> tuple[float, float] | None:
    """Return latitude and longitude of an area, or None."""
    point = area_values.centre(place.record)
    return (float(point[1]), float(point[0])) if point is not None else None


def _centres(places: Iterable[Place], plane: Projection) -> dict[str, Point]:
    return {place.path: plane.to_plane(*point) for place in places if (point := _position(place)) is not None}


def atlas(areas: Areas, places: Iterable[Place], file: boundaries.Source | None, code: str | None) -> Atlas:
    """Return the atlas of areas; `file` has their boundaries, else they are a mosaic. `code` names the projection.

    Raises NotDrawn if the file cannot be used, NotDrawn for a projection that is not known.
    """
    of = named(areas, places)
    plane = plane_of(of, code)
    small = [place for place in of.places if place.path not in of.wide]
    centres = _centres(small, plane)
    found = official(of, file, plane) if file is not None else boundaries.mosaic(centres)
    points = [p for rings in found.values() for ring in rings for p in ring]
    if not points:
        return EMPTY
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    unit = UNIT * 2.0 ** round(log2(max(east - west, north - south, 1.0) / EXTENT))
    left, top = west - MARGIN * unit, north + MARGIN * unit
    snap_points: dict[outlines.GridPoint, outlines.GridPoint] = {}
    rings = {path: outlines.snapped(each, unit, left, top, snap_points) for path, each in sorted(found.items())}
    whole = _whole(of, rings)
    drawn = {path: each for path, each in whole.items() if each}
    middles = {path: outlines.middle(each) for path, each in drawn.items()}
    for path, centre in centres.items():
        middles[path] = (round((centre[0] - left) / unit), round((top - centre[1]) / unit))
    meshed = [ring for place in small for ring in rings.get(place.path, ())]
    wide = [ring for place in of.places if place.path in of.wide for ring in whole.get(place.path, ())]
    return Atlas(
        round((east - left) / unit) + MARGIN,
        round((top - south) / unit) + MARGIN,
        {path: outlines.path(each) for path, each in drawn.items()},
        of.wide,
        middles,
        outlines.path(meshed),
        outlines.path(wide or outlines.merged(meshed)),
        file is not None,
    )


Rings = dict[str, list[list[outlines.GridPoint]]]


def _whole(of: Named, rings: Rings) -> Rings:
    """Return the outline of each area: of a wide one that of the areas in it, merged, else its own."""
    whole: Rings = {}
    inside: dict[str, list[str]] = {}
    for path, parent in of.parents.items():
        inside.setdefault(parent, []).append(path)
    for place in reversed(of.places):  # the smallest first
        own = rings.get(place.path, [])
        if place.path in of.wide:
            within = [ring for path in inside.get(place.path, ()) for ring in whole.get(path, ())]
            own = outlines.merged(within) or own
        whole[place.path] = own
    return whole


def area(country: Atlas, identifier: str, path: str, title: str, count: int) -> Area:
    """Return an area to draw by its path in IRIs; one without an outline has a centre only."""
    outline = country.outlines.get(identifier, "")
    return Area(path, title, outline, country.middles.get(identifier, (0, 0)), count, identifier in country.wide)


def base_map(country: Atlas) -> str:
    """Return the land in grey as an SVG file, the background of small maps."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {country.width} {country.height}">'
        f'<path d="{country.land}" fill="#7d8b88" fill-opacity=".28" stroke="#7d8b88" stroke-opacity=".55" '
        'stroke-width="9" stroke-linejoin="round"/></svg>\n'
    )


def without(of: Named, found: boundaries.Areas) -> Iterator[list[str]]:
    """Yield the codes of the areas that a file of boundaries lacks, level by level.

    A file may have the areas of some levels alone: a level of which it has none is passed over.
    """
    levels: dict[str, list[Place]] = {}
    for place in reversed(of.places):
        levels.setdefault(place.level.name, []).append(place)
    for places in levels.values():
        lacking = [place.code for place in places if place.path not in found]
        if lacking and len(lacking) < len(places):
            yield lacking
