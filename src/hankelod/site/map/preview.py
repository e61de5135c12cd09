"""Preview image for links to the site (Open Graph): its map as PNG (W3C Portable Network Graphics, third edition).

Services that show such images do not render SVG. The map is the only raster image, so it is drawn without an imaging
library. Edges are anti-aliased by pixel coverage.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from hankelod.site.map.atlas import Atlas

PREVIEW = "assets/preview.png"
"""Path of the image."""

WIDTH, HEIGHT = 1200, 630
"""Size in pixels, as recommended for Open Graph."""

MARGIN = 30
"""Least pixels on each side of the map."""

LINES = 4
"""Scan lines per row of pixels."""

Colour = tuple[int, int, int]

PAPER, LAND, REGION, MUNICIPALITY = (253, 252, 250), (225, 221, 210), (168, 207, 196), (15, 92, 88)
"""Colours of the light scheme in `assets/site.css`."""

Place = tuple[float, float]


class Canvas(NamedTuple):
    """Rows of RGB pixels; the scale from map units to pixels, and the margins in pixels."""

    rows: list[bytearray]
    scale: float
    left: float
    top: float


def picture(atlas: Atlas, regions: Iterable[str], municipalities: Iterable[str]) -> bytes:
    """Return the PNG of the map with these regions (light) and municipalities (dark)."""
    scale = min((HEIGHT - 2 * MARGIN) / atlas.height, (WIDTH - 2 * MARGIN) / atlas.width)
    rows = [bytearray(PAPER * WIDTH) for _ in range(HEIGHT)]
    canvas = Canvas(rows, scale, (WIDTH - atlas.width * scale) / 2, (HEIGHT - atlas.height * scale) / 2)
    _fill(canvas, atlas.land, LAND)
    for colour, outlines, codes in (
        (REGION, atlas.regions, regions),
        (MUNICIPALITY, atlas.municipalities, municipalities),
    ):
        for code in codes:
            _fill(canvas, outlines.get(code, ""), colour)
    return _png(canvas.rows)


def _rings(canvas: Canvas, path: str) -> Iterator[list[Place]]:
    """Rings of a path of `outlines.path`, in pixels across and scan lines down.

    Each `m` is relative to the start of the previous ring.
    """
    x = y = 0
    for ring in path.split("z")[:-1]:
        numbers = [int(n) for n in re.findall(r"-?\d+", ring)]
        places, start = [], None
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            start = start or (x, y)
            places.append((canvas.left + x * canvas.scale, (canvas.top + y * canvas.scale) * LINES))
        if start:
            x, y = start
        yield places


def _fill(canvas: Canvas, path: str, colour: Colour) -> None:
    """Fill the inside of a path by the even-odd rule."""
    crossings: dict[int, list[float]] = {}
    for places in _rings(canvas, path):
        for (x1, y1), (x2, y2) in zip(places, [*places[1:], places[0]], strict=True):
            (x1, y1), (x2, y2) = sorted(((x1, y1), (x2, y2)), key=lambda p: p[1])
            for line in range(int(y1 + 0.5), int(y2 + 0.5)):
                crossings.setdefault(line, []).append(x1 + (line + 0.5 - y1) * (x2 - x1) / (y2 - y1))
    rows: dict[int, dict[int, float]] = {}
    for line, xs in crossings.items():
        steps = rows.setdefault(line // LINES, {})
        for n, x in enumerate(sorted(xs)):
            column, sign = int(x), (-1 if n % 2 else 1) / LINES
            steps[column] = steps.get(column, 0.0) + sign * (column + 1 - x)
            steps[column + 1] = steps.get(column + 1, 0.0) + sign * (x - column)
    for row, steps in rows.items():
        _paint(canvas.rows[row], steps, colour)


def _paint(pixels: bytearray, steps: dict[int, float], colour: Colour) -> None:
    """Paint a row; `steps` holds the change of coverage (-1 to 1) at each column."""
    covered, columns = 0.0, sorted(steps)
    for column, following in zip(columns, [*columns[1:], columns[-1] + 1], strict=True):
        covered += steps[column]
        if covered > 0.999:
            pixels[column * 3 : following * 3] = bytes(colour) * (following - column)
        elif covered > 0.001:
            for at in range(column * 3, following * 3):
                pixels[at] += round((colour[at % 3] - pixels[at]) * covered)


def _png(rows: list[bytearray]) -> bytes:
    """Encode rows of RGB as PNG, without filters: large areas of one colour compress well."""
    lines = b"".join(b"\x00" + row for row in rows)
    head = struct.pack(">IIBBBBB", WIDTH, len(rows), 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
