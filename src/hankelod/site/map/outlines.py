"""Rings of points as the paths of an SVG: whole numbers, outlines of areas that lie together, few bytes."""

from __future__ import annotations

from collections.abc import Iterable

from hankelod.site.map.boundaries import Ring

Spot = tuple[int, int]
"""A point of the map in its own units, y downwards."""


def snapped(rings: Iterable[Ring], unit: float, left: float, top: float, known: dict[Spot, Spot]) -> list[list[Spot]]:
    """Rings in whole units of `unit` metres from the map's upper left corner, repeated points dropped.

    `known` holds the points so far: a point next to one of them becomes that one, so that neighbours share their border
    although each was computed by itself.
    """
    done = []
    for ring in rings:
        spots: list[Spot] = []
        for x, y in ring:
            spot = _known((round((x - left) / unit), round((top - y) / unit)), known)
            if not spots or spot != spots[-1]:
                spots.append(spot)
        if len(spots) > 1 and spots[0] == spots[-1]:
            spots.pop()
        if len(spots) > 2:
            done.append(spots)
    return done


def _known(spot: Spot, known: dict[Spot, Spot]) -> Spot:
    found = known.get(spot)
    if found is None:
        x, y = spot
        around = ((x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1))
        found = next((known[n] for n in around if n in known), spot)
        known[spot] = found
    return found


def merged(rings: Iterable[list[Spot]]) -> list[list[Spot]]:
    """The outline of areas that lie together: a border that two of them share is none."""
    edges: dict[tuple[Spot, Spot], tuple[Spot, Spot] | None] = {}
    for ring in rings:
        for n, spot in enumerate(ring):
            before = ring[n - 1]
            key = (before, spot) if before < spot else (spot, before)
            edges[key] = None if key in edges else (before, spot)
    following: dict[Spot, list[Spot]] = {}
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


def path(rings: Iterable[list[Spot]]) -> str:
    """The `d` of an SVG path, closed rings in relative moves."""
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


def middle(rings: Iterable[list[Spot]]) -> Spot:
    """The middle of the box around an area."""
    spots = [s for ring in rings for s in ring]
    xs, ys = [x for x, _ in spots], [y for _, y in spots]
    return (min(xs) + max(xs)) // 2, (min(ys) + max(ys)) // 2
