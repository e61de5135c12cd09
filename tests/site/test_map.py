"""The map: the projection, boundaries out of files, the mosaic without them, and outlines of areas together."""

from __future__ import annotations

import gzip
import json
import re
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hankelod.records.areas import Areas
from hankelod.site.map import boundaries, outlines
from hankelod.site.map.atlas import EMPTY, atlas
from hankelod.site.map.projection import NotDrawn, of
from support import reference
from support.commands import hankelod
from support.pages import read

FINLAND = of("EPSG:3067", ())


def records(dataset, name):
    return list(dataset.rows(dataset.model.by_name(name)).values())


@pytest.fixture(scope="module")
def municipalities(dataset):
    return records(dataset, "Municipality")


@pytest.fixture(scope="module")
def regions(dataset):
    return records(dataset, "Region")


def drawn(dataset, *some, file=None):
    """The atlas of these areas, with the boundaries in a file."""
    by_id = {(r.cls.iri, r.id): r for each in some for r in each}
    areas = Areas(dataset.model, lambda iri, identifier: by_id.get((iri, identifier)))
    source = boundaries.Source(file, None) if file else None
    return atlas(areas, [areas.of(r) for r in by_id.values()], source, "EPSG:3067")


def outline(atlas, segment):
    return {path.split("/")[1]: drawn for path, drawn in atlas.outlines.items() if path.startswith(f"{segment}/")}


@pytest.mark.parametrize(
    ("latitude", "longitude", "east", "north"),
    [  # computed with PROJ 9 (EPSG:4258 to EPSG:3067)
        (60.1695, 24.9525, 386392.1107, 6672049.5043),
        (60.38514811, 25.7, 428336.6387, 6695012.3511),
        (69.0, 20.6, 244432.8405, 7667705.1042),
    ],
)
def test_projection(latitude, longitude, east, north):
    x, y = FINLAND.to_plane(latitude, longitude)
    assert abs(x - east) < 0.001 and abs(y - north) < 0.001


### The mosaic


@pytest.fixture(scope="module")
def schematic(dataset, municipalities, regions):
    return drawn(dataset, regions, municipalities)


def test_the_mosaic_has_every_area(schematic, municipalities, regions):
    assert not schematic.official
    assert set(outline(schematic, "municipality")) == {m.id for m in municipalities}
    assert all(schematic.outlines.values())
    assert set(outline(schematic, "region")) == {r.id for r in regions}
    assert schematic.wide == {f"region/{r.id}" for r in regions}


def ring_of(path: str) -> list[tuple[int, int]]:
    """The first ring of an SVG path of ours."""
    numbers = [int(n) for n in re.findall(r"-?\d+", path.split("z")[0])]
    x = y = 0
    points = []
    for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
        x, y = x + dx, y + dy
        points.append((x, y))
    return points


def inside(point, ring) -> bool:
    x, y = point
    hit = False
    for n, (x2, y2) in enumerate(ring):
        x1, y1 = ring[n - 1]
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            hit = not hit
    return hit


def test_a_centre_lies_in_its_own_tile(schematic):
    for code, path in outline(schematic, "municipality").items():
        assert inside(schematic.middles[f"municipality/{code}"], ring_of(path)), code


def test_the_mosaic_is_the_same_every_time(dataset, municipalities, regions, schematic):
    assert drawn(dataset, regions, municipalities) == schematic


def test_no_areas_no_map(dataset):
    assert drawn(dataset) == EMPTY


### Outlines


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, unique=True))
def test_squares_that_lie_together_have_one_outline(cells):
    squares = [[(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)] for x, y in cells]
    rings = outlines.merged(squares)

    def area(ring):
        return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True)) / 2

    assert sum(area(r) for r in rings) == len(cells)


def test_neighbours_share_their_border():
    known: dict = {}
    one = outlines.snapped([[(0, 0), (1000.4, 0), (1000.4, 1000)]], 1, 0, 0, known)
    two = outlines.snapped([[(1000.6, 0.3), (2000, 0), (1000.4, 999.6)]], 1, 0, 0, known)
    assert len({*one[0]} & {*two[0]}) == 2


def test_a_path_of_several_rings():
    path = outlines.path([[(10, 10), (20, 10), (20, 20)], [(5, 5), (6, 5), (6, 6)]])
    assert path == "m10 10 10 0 0 10zm-5-5 1 0 0 1z"


### Official boundaries


FILES = ["municipalities_2025.geojson", "areas_2025.topojson", "municipalities_2024_nls.geojson"]


@pytest.mark.parametrize("name", FILES)
def test_official_boundaries(dataset, municipalities, regions, tmp_path, name):
    file = reference.boundaries(name, municipalities, tmp_path)
    found = drawn(dataset, regions, municipalities, file=file)
    assert found.official
    missing = {m.id for m in municipalities} - set(outline(found, "municipality"))
    assert len(missing) <= 2, missing  # a division of another year
    assert all(outline(found, "region")[r.id] for r in regions)
    for code in ("091", "853", "698"):
        longest = max((ring_of("m" + p) for p in found.outlines[f"municipality/{code}"].split("m") if p), key=len)
        assert longest


def test_regions_merge_to_official_ones(dataset, municipalities, regions, tmp_path):
    """The outline put together from municipalities is about as long as the official one of the region."""

    def official(name):
        return reference.boundaries(f"{name}_2025.geojson", municipalities, tmp_path)

    together = drawn(dataset, regions, municipalities, file=official("municipalities"))
    single = drawn(dataset, regions, file=official("regions"))
    for code, path in single.outlines.items():
        assert abs(together.outlines[code].count(" ") - path.count(" ")) < 0.7 * path.count(" ") + 40, code


def test_a_dataset_with_boundaries(municipalities, copy, tmp_path_factory):
    made = reference.boundaries("areas_2025.topojson", municipalities, tmp_path_factory.mktemp("boundaries"))
    shutil.copy(made, copy / "data/boundaries.topojson")
    settings = copy / "data/dataset.yml"
    settings.write_text(settings.read_text("utf-8") + "boundaries: boundaries.topojson\n", "utf-8")
    done = hankelod("publish", "-C", str(copy), "--only", "site")
    assert done.returncode == 0, done.stderr
    front = (copy / "dist/index.html").read_text("utf-8")
    assert "Tilastokeskus" in front  # in the credits of the pack
    needed = ("index.html", "assets/site.css", "assets/site.js", "assets/map.js", "assets/icon.svg")
    assert sum(len(gzip.compress((copy / "dist" / p).read_bytes(), 6)) for p in needed) < 150_000
    page = ("doc/project/uusimaa-luoto.html", "assets/site.css", "assets/site.js", "assets/areas.svg")
    assert sum(len(gzip.compress((copy / "dist" / p).read_bytes(), 6)) for p in page) < 60_000


SQUARE = [[[24.0, 60.0], [25.0, 60.0], [25.0, 61.0], [24.0, 60.0]]]


def test_a_small_geojson(tmp_path):
    feature = {
        "type": "Feature",
        "properties": {"kunta": "091"},
        "geometry": {"type": "Polygon", "coordinates": SQUARE},
    }
    plane = {
        "type": "Feature",
        "properties": {"natcode": "049"},
        "geometry": {
            "type": "MultiPolygon",
            "coordinates": [[[[386000, 6672000], [387000, 6672000], [387000, 6673000], [386000, 6672000]]]],
        },
    }
    stranger = {
        "type": "Feature",
        "properties": {"name": "sea"},
        "geometry": {"type": "Polygon", "coordinates": SQUARE},
    }
    file = tmp_path / "small.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature, plane, stranger]}))
    areas = boundaries.read(file, None, [["091", "049"]], FINLAND)
    assert set(areas) == {"091", "049"}
    assert areas["049"][0][0] == (386000, 6672000)  # already in metres
    assert areas["091"][0][0] == FINLAND.to_plane(60.0, 24.0)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"type": "FeatureCollection"}',
        '{"type": "FeatureCollection", "features": []}',
        '{"type": "Topology", "arcs": []}',
        '{"type": "FeatureCollection", "features": [{"properties": {"code": "091"}, '
        '"geometry": {"type": "Polygon", "coordinates": [["x"]]}}]}',
    ],
)
def test_what_is_no_boundaries_is_refused(tmp_path, content):
    file = tmp_path / "bad.geojson"
    file.write_text(content)
    with pytest.raises(NotDrawn, match=r"bad\.geojson"):
        boundaries.read(file, None, [["091"]], FINLAND)


@pytest.mark.parametrize("name", ["missing.geojson", "../../../../etc/passwd"])
def test_boundaries_that_are_not_there_stop_the_publication(copy, name):
    settings = copy / "data/dataset.yml"
    settings.write_text(settings.read_text("utf-8") + f"boundaries: {name}\n", "utf-8")
    done = hankelod("publish", "-C", str(copy))
    assert done.returncode == 1, done.stderr
    assert "[unusable-boundaries]" in done.stderr
    assert not (copy / "dist").exists()


def test_pages_name_no_picture_that_is_not_there(dist):
    page = read(dist / "sv/doc/project/turku-reivi.html")
    told = {m["property"] for m in page.all("meta") if "property" in m}
    assert "og:title" in told
    assert not any(name.startswith("og:image") for name in told)
    assert not list(dist.rglob("*.png"))
