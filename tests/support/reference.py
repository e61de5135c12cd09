"""The reference material: whole where `HANKELOD_SHARED` names it, else the repository's own small stand-ins."""

from __future__ import annotations

import csv
import itertools
import json
import os
from collections.abc import Iterable
from pathlib import Path

from shapely.geometry import box, mapping
from shapely.ops import unary_union

from hankelod.records.record import Record
from support.folders import CASES

SHARED = Path(os.environ["HANKELOD_SHARED"]) if os.environ.get("HANKELOD_SHARED") else None
"""The folder of the reference material, None where it is not here."""

HALF = 0.05
"""Degrees from the centre of a municipality to the sides of the box that stands for its boundary."""


def table(name: str) -> list[dict[str, str]]:
    """The rows of a table of areas."""
    folder = SHARED / "reference" if SHARED else CASES / "areas"
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def dcat_shapes() -> Path:
    """The shapes of DCAT-AP 3.0.1: the official ones, or those of its mandatory properties."""
    if SHARED:
        return SHARED / "conformance/dcat-ap-3.0.1/dcat-ap-SHACL.ttl"
    return CASES / "dcat/mandatory.ttl"


def boundaries(name: str, municipalities: Iterable[Record], folder: Path) -> Path:
    """A file of boundaries by its name in the reference material, or a made-up one of the same form."""
    if SHARED:
        return SHARED / "reference" / name
    cells = {m.id: (_cell(m), str(m.values["region"])) for m in municipalities}
    if name.startswith("regions"):
        by_region: dict[str, list[object]] = {}
        for cell, region in cells.values():
            by_region.setdefault(region, []).append(cell)
        shapes = {("maakunta", code): unary_union(found) for code, found in by_region.items()}
    else:
        shapes = {("kunta", code): cell for code, (cell, _) in cells.items()}
    path = folder / name
    if name.endswith(".topojson"):
        path.write_text(json.dumps(_topology(shapes)), "utf-8")
    else:
        features = [
            {"type": "Feature", "properties": {key: code}, "geometry": mapping(shape)}
            for (key, code), shape in shapes.items()
        ]
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


def _cell(municipality: Record) -> object:
    latitude, longitude = (float(str(municipality.values[key])) for key in ("lat", "long"))
    return box(longitude - 2 * HALF, latitude - HALF, longitude + 2 * HALF, latitude + HALF)


def _topology(shapes: dict[tuple[str, str], object]) -> dict[str, object]:
    """The shapes as TopoJSON, a ring of quantised steps for each."""
    scale, arcs, geometries = 0.0001, [], []
    for (key, code), shape in shapes.items():
        points = [(round(x / scale), round(y / scale)) for x, y in shape.exterior.coords]  # type: ignore[attr-defined]
        steps = [points[0]] + [(x - a, y - b) for (a, b), (x, y) in itertools.pairwise(points)]
        geometries.append({"type": "Polygon", "properties": {key: code}, "arcs": [[len(arcs)]]})
        arcs.append(steps)
    return {
        "type": "Topology",
        "transform": {"scale": [scale, scale], "translate": [0, 0]},
        "arcs": arcs,
        "objects": {"municipalities": {"type": "GeometryCollection", "geometries": geometries}},
    }
