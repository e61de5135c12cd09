"""Files of boundaries as programs write them: codes, reference systems, missing geometries, topologies."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hankelod.records.areas import Areas
from hankelod.records.dataset import Dataset
from hankelod.site.map import atlas, boundaries
from hankelod.site.map.projection import NotDrawn, of
from support.checking import check_all
from support.corpus import dataset_with

CENTRES = {"020": (23.86, 61.17), "049": (24.66, 60.21), "091": (24.95, 60.17), "092": (25.04, 60.29)}
LEVELS = ([*CENTRES, "853", "002"], ["01", "02", "04", "20"])


FINLAND = of("EPSG:3067", ())


def areas_in(file):
    return boundaries.read(file, None, LEVELS, FINLAND)


def square(x: float, y: float, size: float = 0.1) -> list:
    return [[[x, y], [x + size, y], [x + size, y + size], [x, y + size], [x, y]]]


def feature(code: object, geometry: object = ..., key: str = "kunta") -> dict:
    at = CENTRES.get(str(code).split(".")[0].zfill(3), (25.0, 61.0))
    made = {"type": "Polygon", "coordinates": square(*at)} if geometry is ... else geometry
    return {"type": "Feature", "properties": {key: code}, "geometry": made}


def written(tmp_path, features: list, **others: object):
    file = tmp_path / "b.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features, **others}))
    return file


@pytest.mark.parametrize("form", [str, int, float, lambda c: str(int(c)), lambda c: f" {c} "])
def test_codes_in_each_form(tmp_path, form):
    file = written(tmp_path, [feature(form(code)) for code in CENTRES])
    assert set(areas_in(file)) == set(CENTRES)


def test_numbers_of_regions(tmp_path):
    file = written(tmp_path, [feature(n, key="maakunta") for n in (1, 2, 4)])
    assert set(areas_in(file)) == {"01", "02", "04"}


def test_both_levels_in_one_file(tmp_path):
    file = written(tmp_path, [feature("091"), feature("01"), feature("20")])
    assert set(areas_in(file)) == {"091", "01", "20"}


@pytest.mark.parametrize("code", [True, None, [], {}, "x", 1.5, "9" * 50, -91])
def test_what_is_no_code(tmp_path, code):
    assert set(areas_in(written(tmp_path, [feature("091"), feature(code)]))) == {"091"}


SYSTEMS = {
    "urn:ogc:def:crs:OGC:1.3:CRS84": True,
    "urn:ogc:def:crs:EPSG::4326": True,
    "EPSG:4258": True,
    "urn:ogc:def:crs:EPSG::3857": False,
    "EPSG:2393": False,
    "EPSG:3879": False,
    "urn:ogc:def:crs:EPSG::32636": False,
    "somewhere": False,
}


@pytest.mark.parametrize(("name", "read"), SYSTEMS.items())
def test_reference_systems(tmp_path, name, read):
    file = written(tmp_path, [feature("091")], crs={"type": "name", "properties": {"name": name}})
    if read:
        assert set(areas_in(file)) == {"091"}
    else:
        with pytest.raises(NotDrawn, match="reference system"):
            areas_in(file)


@pytest.mark.parametrize("crs", [{}, {"type": "link"}, "x", 3, {"properties": None}])
def test_a_reference_system_without_a_name(tmp_path, crs):
    with pytest.raises(NotDrawn):
        areas_in(written(tmp_path, [feature("091")], crs=crs))


@pytest.fixture(scope="module")
def municipalities(dataset):
    return list(dataset.read(dataset.model.by_name("Municipality")))


ELSEWHERE = {
    "web mercator": [[2_777_000, 8_437_000], [2_787_000, 8_437_000], [2_787_000, 8_447_000], [2_777_000, 8_437_000]],
    "swapped": [[60.1, 24.9], [60.2, 24.9], [60.2, 25.0], [60.1, 24.9]],
    "national grid of another year": [[3385000, 6672000], [3386000, 6672000], [3386000, 6673000], [3385000, 6672000]],
    "another country": [[2.3, 48.8], [2.4, 48.8], [2.4, 48.9], [2.3, 48.8]],
}


@pytest.mark.parametrize("ring", ELSEWHERE.values(), ids=ELSEWHERE)
def test_coordinates_that_lie_elsewhere_without_a_word(tmp_path, dataset, municipalities, ring):
    file = written(tmp_path, [feature("091", {"type": "Polygon", "coordinates": [ring]})])
    areas = Areas(dataset.model, lambda iri, identifier: None)
    named = atlas.named(areas, [areas.of(m) for m in municipalities])
    with pytest.raises(NotDrawn, match="not where their centres are"):
        atlas.official(named, boundaries.Source(file, None), FINLAND)


MISSING = [None, {}, {"type": "Point", "coordinates": [24, 60]}, {"type": "GeometryCollection", "geometries": []}]


@pytest.mark.parametrize("geometry", MISSING, ids=str)
def test_a_feature_without_an_area_is_passed_over(tmp_path, geometry):
    assert set(areas_in(written(tmp_path, [feature("020", geometry), feature("091")]))) == {"091"}


def test_a_collection_of_geometries(tmp_path):
    inner = [{"type": "Point", "coordinates": [24, 60]}, {"type": "Polygon", "coordinates": square(24, 60)}]
    file = written(tmp_path, [feature("091", {"type": "GeometryCollection", "geometries": inner})])
    assert len(areas_in(file)["091"]) == 1


def topology(transform: dict | None, arcs: list) -> dict:
    geometries = [{"type": "Polygon", "arcs": [[0]], "properties": {"kunta": "091"}}]
    made = {
        "type": "Topology",
        "objects": {"k": {"type": "GeometryCollection", "geometries": geometries}},
        "arcs": arcs,
    }
    return made if transform is None else {**made, "transform": transform}


def test_a_topology_with_and_without_steps(tmp_path):
    plain, steps = tmp_path / "plain.topojson", tmp_path / "steps.topojson"
    plain.write_text(json.dumps(topology(None, square(24.0, 60.0, 1))))
    transform = {"scale": [1, 1], "translate": [24, 60]}
    steps.write_text(json.dumps(topology(transform, [[[0, 0], [1, 0], [0, 1], [-1, 0], [0, -1]]])))
    assert areas_in(plain) == areas_in(steps)


BROKEN = [
    "",
    "{",
    "[" * 100_000,
    "[]",
    "3",
    '{"type": "FeatureCollection"}',
    '{"type": "Topology"}',
    '{"type": "Topology", "arcs": 3, "objects": 4}',
    json.dumps({"type": "FeatureCollection", "features": [feature("091", {"type": "Polygon"})]}),
    json.dumps({"type": "FeatureCollection", "features": [feature("091", {"type": "Polygon", "coordinates": 3})]}),
    json.dumps({"type": "FeatureCollection", "features": [3]}),
    json.dumps(topology({}, [])),
    json.dumps(topology(None, [])),
    json.dumps({"type": "FeatureCollection", "features": [feature("091")]}).replace("24.95", "1e400"),
    json.dumps({"type": "FeatureCollection", "features": [feature("091")]}).replace("24.95", "NaN"),
    json.dumps({"type": "FeatureCollection", "features": [feature("091")]}).replace("24.95", "9" * 5000),
]


@pytest.mark.parametrize("content", BROKEN, ids=lambda c: c[:60])
def test_what_is_broken_is_told_in_words(tmp_path, content):
    file = tmp_path / "b.geojson"
    file.write_text(content)
    with pytest.raises(NotDrawn) as caught:
        areas_in(file)
    for lang in ("fi", "sv", "en"):
        assert not any(word in caught.value.text(lang) for word in ("Error", "NoneType", "subscript"))


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.sampled_from(["Polygon", "Topology"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["type", "features", "geometry", "coordinates", "arcs", "crs", "id"]), inner
            )
        ),
        max_leaves=20,
    )
)
def test_any_json(tmp_path_factory, content):
    file = tmp_path_factory.getbasetemp() / "any.geojson"
    file.write_text(json.dumps(content))
    with pytest.raises(NotDrawn):
        areas_in(file)


def test_validate_tells_of_the_file(tmp_path):
    root = dataset_with(tmp_path)
    (root / "data/b.geojson").write_text("{}")
    settings = root / "data/dataset.yml"
    settings.write_text(settings.read_text("utf-8") + "boundaries: b.geojson\n", "utf-8")
    found, _ = check_all(Dataset(root))
    assert [p.code for p in found.problems] == ["unusable-boundaries"]
    dataset = Dataset(root)
    first, second, *_ = dataset.read(dataset.model.by_name("Municipality"))
    at = {"type": "Polygon", "coordinates": square(float(first.values["long"]), float(first.values["lat"]))}
    written(root / "data", [feature(int(first.id), at), feature(int(second.id), None)])
    found, _ = check_all(Dataset(root))
    assert [p.code for p in found.problems] == ["areas-without-boundary"]
    assert second.id in found.problems[0].message["fi"]


### Areas that are none, and maps of another shape


@pytest.mark.parametrize(
    "ring", [[], [[25, 60]], [[25, 60], [25.1, 60]], [[25, 60]] * 5, [[25, 60], [26, 60], [25, 60]]]
)
def test_a_ring_that_encloses_nothing_is_left_out(tmp_path, ring):
    bad = feature("092", {"type": "Polygon", "coordinates": [ring]})
    assert set(areas_in(written(tmp_path, [feature("091"), bad]))) == {"091"}
    with pytest.raises(NotDrawn):
        areas_in(written(tmp_path, [bad]))
