"""The map: areas as paths in the map's own units, and which of them have projects."""

from __future__ import annotations

from typing import NamedTuple

from hankelod.records.record import Record
from hankelod.site.map import boundaries, outlines
from hankelod.site.map.projection import to_plane

UNIT = 250
"""Metres in a unit of the map."""

MARGIN = 30
"""Units around the land."""


class Atlas(NamedTuple):
    """The country: the box of the map, paths and middles by code, and whether the boundaries are official ones.

    `mesh` is all municipalities in one path, for the faint lines between them; `land` all regions.
    """

    width: int
    height: int
    municipalities: dict[str, str]
    regions: dict[str, str]
    middles: dict[str, outlines.Spot]
    mesh: str
    land: str
    official: bool


class Area(NamedTuple):
    """An area on the map: where its page is, what to say of it, and how it is drawn."""

    path: str
    title: str
    outline: str
    middle: outlines.Spot
    total: int
    region: bool


def atlas(municipalities: list[Record], regions: list[Record], file: object) -> Atlas:
    """The atlas of these areas; `file` is the dataset's file of boundaries (a Path), or None for the mosaic.

    Raises NotBoundaries.
    """
    centres = {
        m.id: to_plane(float(str(m.values["lat"])), float(str(m.values["long"])))
        for m in municipalities
        if "lat" in m.values and "long" in m.values
    }
    areas = boundaries.read(file) if file is not None else boundaries.mosaic(centres)  # type: ignore[arg-type]
    points = [p for rings in areas.values() for ring in rings for p in ring]
    if not points:
        return Atlas(1, 1, {}, {}, {}, "", "", False)
    left, top = min(x for x, _ in points) - MARGIN * UNIT, max(y for _, y in points) + MARGIN * UNIT
    known: dict[outlines.Spot, outlines.Spot] = {}
    drawn = {code: outlines.snapped(rings, UNIT, left, top, known) for code, rings in sorted(areas.items())}
    own = {m.id for m in municipalities}
    lands = {r.id: _land(r.id, municipalities, drawn) for r in regions}
    middles = {code: outlines.middle(rings) for code, rings in {**drawn, **lands}.items() if rings}
    for code, centre in centres.items():
        middles[code] = (round((centre[0] - left) / UNIT), round((top - centre[1]) / UNIT))
    width = round((max(x for x, _ in points) - left) / UNIT) + MARGIN
    height = round((top - min(y for _, y in points)) / UNIT) + MARGIN
    return Atlas(
        width,
        height,
        {code: outlines.path(rings) for code, rings in drawn.items() if code in own},
        {code: outlines.path(rings) for code, rings in lands.items()},
        middles,
        outlines.path(ring for code, rings in drawn.items() if code in own for ring in rings),
        outlines.path(ring for rings in lands.values() for ring in rings),
        file is not None,
    )


def _land(
    region: str, municipalities: list[Record], drawn: dict[str, list[list[outlines.Spot]]]
) -> list[list[outlines.Spot]]:
    """A region's outline: that of its municipalities together, else its own."""
    rings = [ring for m in municipalities if m.values.get("region") == region for ring in drawn.get(m.id, [])]
    return outlines.merged(rings) or drawn.get(region, [])


def area(found: Atlas, code: str, path: str, title: str, count: int) -> Area:
    """An area to draw; one without an outline has its middle alone."""
    outline = found.municipalities.get(code) or found.regions.get(code, "")
    return Area(path, title, outline, found.middles.get(code, (0, 0)), count, code in found.regions)


def base_map(found: Atlas) -> str:
    """The country in grey as an SVG file of its own, for the small maps that show where a place is."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {found.width} {found.height}">'
        f'<path d="{found.land}" fill="#7d8b88" fill-opacity=".28" stroke="#7d8b88" stroke-opacity=".55" stroke-width="9" '
        'stroke-linejoin="round"/></svg>\n'
    )
