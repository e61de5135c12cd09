"""Atlas: the areas of the country as SVG paths in the units of the map."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from hankelod.messages.words import message
from hankelod.records.record import Record
from hankelod.site.map import boundaries, outlines
from hankelod.site.map.projection import Point, to_plane

UNIT = 250
"""Metres per unit of the map."""

MARGIN = 30
"""Margin around the land, in units."""


class Atlas(NamedTuple):
    """Map of the country: size in units, and SVG paths and centres of areas by code.

    `mesh` is one path of all municipalities, for the faint lines between them; `land` is one path of all regions.
    `official` is True if the boundaries come from a file, False for the mosaic.
    """

    width: int
    height: int
    municipalities: dict[str, str]
    regions: dict[str, str]
    middles: dict[str, outlines.GridPoint]
    mesh: str
    land: str
    official: bool


class Area(NamedTuple):
    """Area on a map: the path of its page, its title, its outline and centre, and its number of projects."""

    path: str
    title: str
    outline: str
    middle: outlines.GridPoint
    total: int
    region: bool


def official(municipalities: list[Record], regions: list[Record], file: Path, within: Path | None) -> boundaries.Areas:
    """Return the areas of a dataset's file of boundaries. Raises NotBoundaries if the file cannot be used."""
    areas = boundaries.read(file, within, ([m.id for m in municipalities], [r.id for r in regions]))
    centres = _centres(municipalities)
    known = [code for code in centres if code in areas]
    wrong = boundaries.misplaced(areas, centres)
    if len(wrong) * 2 > len(known):
        raise boundaries.NotBoundaries(message("boundaries-place", file=file.name, code=wrong[0]))
    return areas


def _centres(municipalities: list[Record]) -> dict[str, Point]:
    return {
        m.id: to_plane(float(str(m.values["lat"])), float(str(m.values["long"])))
        for m in municipalities
        if "lat" in m.values and "long" in m.values
    }


def atlas(municipalities: list[Record], regions: list[Record], file: Path | None, within: Path | None = None) -> Atlas:
    """Return the atlas of areas; `file` is the dataset's file of boundaries in `within`, or None for the mosaic.

    Raises NotBoundaries if the file cannot be used.
    """
    centres = _centres(municipalities)
    areas = official(municipalities, regions, file, within) if file is not None else boundaries.mosaic(centres)
    points = [p for rings in areas.values() for ring in rings for p in ring]
    if not points:
        return Atlas(1, 1, {}, {}, {}, "", "", False)
    left, top = min(x for x, _ in points) - MARGIN * UNIT, max(y for _, y in points) + MARGIN * UNIT
    snap_points: dict[outlines.GridPoint, outlines.GridPoint] = {}
    rings_by_code = {
        code: outlines.snapped(rings, UNIT, left, top, snap_points) for code, rings in sorted(areas.items())
    }
    own = {m.id for m in municipalities}
    region_rings = {r.id: _region_rings(r.id, municipalities, rings_by_code) for r in regions}
    middles = {code: outlines.middle(rings) for code, rings in {**rings_by_code, **region_rings}.items() if rings}
    for code, centre in centres.items():
        middles[code] = (round((centre[0] - left) / UNIT), round((top - centre[1]) / UNIT))
    width = round((max(x for x, _ in points) - left) / UNIT) + MARGIN
    height = round((top - min(y for _, y in points)) / UNIT) + MARGIN
    return Atlas(
        width,
        height,
        {code: outlines.path(rings) for code, rings in rings_by_code.items() if code in own},
        {code: outlines.path(rings) for code, rings in region_rings.items()},
        middles,
        outlines.path(ring for code, rings in rings_by_code.items() if code in own for ring in rings),
        outlines.path(ring for rings in region_rings.values() for ring in rings),
        file is not None,
    )


def _region_rings(
    region: str, municipalities: list[Record], rings_by_code: dict[str, list[list[outlines.GridPoint]]]
) -> list[list[outlines.GridPoint]]:
    """Return a region's outline: that of its municipalities merged, else its own."""
    rings = [ring for m in municipalities if m.values.get("region") == region for ring in rings_by_code.get(m.id, [])]
    return outlines.merged(rings) or rings_by_code.get(region, [])


def area(country: Atlas, code: str, path: str, title: str, count: int) -> Area:
    """Return an area to draw; one without an outline has a centre only."""
    outline = country.municipalities.get(code) or country.regions.get(code, "")
    return Area(path, title, outline, country.middles.get(code, (0, 0)), count, code in country.regions)


def base_map(country: Atlas) -> str:
    """Return the country in grey as an SVG file, the background of small maps."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {country.width} {country.height}">'
        f'<path d="{country.land}" fill="#7d8b88" fill-opacity=".28" stroke="#7d8b88" stroke-opacity=".55" '
        'stroke-width="9" stroke-linejoin="round"/></svg>\n'
    )
