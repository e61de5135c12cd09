"""Projects by area: the JSON files against their schema, the map's points read by shapely and GDAL."""

from __future__ import annotations

import json
from decimal import Decimal

import jsonschema
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from hankelod.exports import areas
from hankelod.exports.summaries import Cards

WORDS = ("municipality", "region")


def load(dist, path):
    return json.loads((dist / path).read_text("utf-8"))


@pytest.mark.parametrize("word", WORDS)
def test_every_file_is_what_its_schema_says(dist, word):
    validator = jsonschema.Draft202012Validator(
        load(dist, f"schema/{word}-projects.json"), format_checker=jsonschema.FormatChecker()
    )
    validator.check_schema(validator.schema)
    files = sorted((dist / f"doc/{word}").glob("*.json"))
    assert len(files) == {"municipality": 308, "region": 19}[word]
    for file in files:
        errors = [e.message for e in validator.iter_errors(json.loads(file.read_text("utf-8")))]
        assert not errors, (file.name, errors)


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.pop("number"),
        lambda d: d["projects"][0].update(totalCost="90500"),
        lambda d: d["projects"][0].pop("page"),
        lambda d: d["projects"][0].update(stranger=1),
        lambda d: d["projects"][0]["municipalities"][0].pop("code"),
        lambda d: d.update(kind="region"),
    ],
)
def test_the_schema_can_fail(dist, change):
    validator = jsonschema.Draft202012Validator(load(dist, "schema/municipality-projects.json"))
    told = load(dist, "doc/municipality/153.json")
    assert validator.is_valid(told)
    change(told)
    assert not validator.is_valid(told)


def test_every_key_of_the_contract_is_told(dist, dataset, checked):
    cards = Cards(dataset, checked[1])
    for lang in ("fi", "sv", "en"):
        for kind in cards.areas.kinds:
            word, schema = kind.cls.segment, areas.schema(cards, kind, lang)
            for node in (schema, *schema["$defs"].values()):
                for name, told in node["properties"].items():
                    if name not in ("fi", "sv", "en"):
                        assert told["title"] and told["description"], (word, name)


def test_the_projects_of_a_municipality(dist):
    told = load(dist, "doc/municipality/153.json")
    assert (told["code"], told["number"], told["name"]["sv"]) == ("153", 153, "Imatra")
    assert told["region"]["code"] == "09"
    assert [p["id"] for p in told["projects"]] == ["etela-karjala-ilmastokumppanit"]
    assert (told["projectCount"], told["costSum"], told["grantSum"]) == (1, 90500, 63350)


def test_a_municipality_without_projects_has_a_file(dist):
    told = load(dist, "doc/municipality/005.json")
    assert told["number"] == 5
    assert (told["projectCount"], told["projects"], told["costSum"]) == (0, [], 0)


def test_a_region_has_its_municipalities_projects(dist):
    """Each project is in the file of every region that it names or that one of its municipalities belongs to."""
    records = [json.loads(x) for x in (dist / "dump/projects.jsonl").read_text("utf-8").splitlines()]
    region_of = {
        f.stem: load(dist, f"doc/municipality/{f.name}")["region"]["code"]
        for f in (dist / "doc/municipality").glob("*.json")
    }
    for file in sorted((dist / "doc/region").glob("*.json")):
        told = json.loads(file.read_text("utf-8"))
        want = {
            r["id"]
            for r in records
            if told["code"] in (*r.get("regions", ()), *(region_of[m] for m in r.get("municipalities", ())))
        }
        assert {p["id"] for p in told["projects"]} == want, file.name
        assert {m["code"] for m in told["municipalities"]} == {m for m, r in region_of.items() if r == told["code"]}
    assert load(dist, "doc/region/01.json")["projectCount"] >= 3


def test_points_are_in_finland(dist):
    whole = load(dist, "dump/projects.geojson")
    assert set(whole) == {"type", "dataset", "features"}, "RFC 7946 knows no crs"
    finland = shapely.box(19, 59, 32, 71)
    found = shapely.get_parts(shapely.from_geojson((dist / "dump/projects.geojson").read_text("utf-8")))
    assert len(found) == len(whole["features"])
    assert shapely.contains(finland, found).all()
    assert (shapely.get_type_id(found) == 0).all()


def test_a_point_for_each_project_and_area(dist):
    features = load(dist, "dump/projects.geojson")["features"]
    records = [json.loads(x) for x in (dist / "dump/projects.jsonl").read_text("utf-8").splitlines()]
    want = {(r["id"], a) for r in records for a in (*r.get("municipalities", ()), *r.get("regions", ()))}
    assert {(f["properties"]["project"], f["properties"]["area_code"]) for f in features} == want
    assert len(features) == len(want) == len({f["id"] for f in features})
    for feature in features:
        told = feature["properties"]
        assert told["area_number"] == int(told["area_code"])
        assert not [v for v in told.values() if isinstance(v, (dict, list))], "flat, for tables of attributes"


def test_points_say_under_which_licence_and_what_of(dist, dataset):
    """The file is passed on alone: licence, credits and the dataset are in it."""
    about = dataset.settings().values
    told = load(dist, "dump/projects.geojson")["dataset"]
    assert told["iri"] == "https://w3id.org/hankelod/id/dataset/hankelod"
    assert (told["licence"], told["attribution"]) == (about["licence"], about["attribution"])
    assert set(told["title"]) == {"fi", "sv", "en"}
    assert load(dist, "doc/region/07.json")["dataset"] == told


def test_points_can_be_filtered_by_theme_and_have_the_summary(dist):
    records = {
        r["id"]: r for r in (json.loads(x) for x in (dist / "dump/projects.jsonl").read_text("utf-8").splitlines())
    }
    for feature in load(dist, "dump/projects.geojson")["features"]:
        told = feature["properties"]
        record = records[told["project"]]
        assert (told["themes"] or "").split("|") == record.get("themes", [""])
        assert len(told["themes_name_sv"].split("|")) == len(record["themes"])
        for lang in ("fi", "sv", "en"):
            assert told[f"summary_{lang}"] == record["summary"][lang]


def test_gdal_opens_it(dist):
    told = pyogrio.read_info(dist / "dump/projects.geojson")
    features = load(dist, "dump/projects.geojson")["features"]
    assert (told["driver"], told["geometry_type"], told["features"]) == ("GeoJSON", "Point", len(features))
    kinds = dict(zip(told["fields"], told["ogr_types"], strict=True))
    assert (kinds["area_code"], kinds["area_number"], kinds["grantShare"]) == ("OFTString", "OFTInteger", "OFTReal")
    assert told["crs"] == "EPSG:4326"


@given(st.decimals(0, Decimal("999999999999.99"), places=2))
def test_amounts_are_exact_in_json(amount):
    assert Decimal(json.dumps(areas.number(amount))) == amount
