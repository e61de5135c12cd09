"""Outlines: rings of points as compact SVG paths in whole units, and merged outlines of adjacent areas."""

from __future__ import annotations

from collections.abc import Iterable

from hankelod.site.map.boundaries import Ring

GridPoint = tuple[int, int]
"""Point in units of the map, y downwards."""


def snapped(
    rings: Iterable[Ring], unit: float, left: float, top: float, snap_points: dict[GridPoint, GridPoint]
) -> list[list[GridPoint]]:
    """Convert rings to whole units of `unit` metres from the map's upper left corner, without repeated points.

    `snap_points` collects the points so far: a point adjacent to one of them is replaced by it, so that neighbours
    computed independently share their border.
    """
    outlines = []
    for ring in rings:
        points: list[GridPoint] = []
        for x, y in ring:
            point = _snapped_point((round((x - left) / unit), round((top - y) / unit)), snap_points)
            if not points or point != points[-1]:
                points.append(point)
        if len(points) > 1 and points[0] == points[-1]:
            points.pop()
        if len(points) > 2:
            outlines.append(points)
    return outlines


def _snapped_point(point: GridPoint, snap_points: dict[GridPoint, GridPoint]) -> GridPoint:
    match = snap_points.get(point)
    if match is None:
        x, y = point
        around = ((x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1))
        match = next((snap_points[n] for n in around if n in snap_points), point)
        snap_points[point] = match
    return match


def merged(rings: Iterable[list[GridPoint]]) -> list[list[GridPoint]]:
    """Return the outline of adjacent areas together: borders shared by two of them are dropped."""
    edges: dict[tuple[GridPoint, GridPoint], tuple[GridPoint, GridPoint] | None] = {}
    for ring in rings:
        for n, point in enumerate(ring):
            before = ring[n - 1]
            key = (before, point) if before < point else (point, before)
            edges[key] = None if key in edges else (before, point)
    following: dict[GridPoint, list[GridPoint]] = {}
    for edge in edges.values():
        if edge is not None:
            following.setdefault(edge[0], []).append(edge[1])
    outline = []
    for start in sorted(following):
        while following.get(start):
            ring = [start]
            while following.get(ring[-1]):
                ring.append(following[ring[-1]].pop())
            if len(ring) > 3:
                outline.append(ring[:-1] if ring[0] == ring[-1] else ring)
    return outline


def path(rings: Iterable[list[GridPoint]]) -> str:
    """Return the `d` attribute of an SVG path: closed rings in relative coordinates."""
    out = []
    x = y = 0
    for ring in rings:
        steps = []
        for px, py in ring:
            steps.append(f"{px - x} {py - y}")
            x, y = px, py
        x, y = ring[0]
        out.append("m" + " ".join(steps).replace(" -", "-") + "z")
    return "".join(out)


def middle(rings: Iterable[list[GridPoint]]) -> GridPoint:
    """Return the centre of the bounding box of an area."""
    points = [s for ring in rings for s in ring]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return (min(xs) + max(xs)) // 2, (min(ys) + max(ys)) // 2
