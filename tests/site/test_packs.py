"""Publications with area packs: pages, map, data and credits of Swedish counties, British districts and no areas."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import jsonschema
import pyshacl
import pytest
import rdflib

from hankelod.pipeline.traversal import publish
from hankelod.records.dataset import Dataset
from support.folders import DATASETS

HANKE = rdflib.Namespace("https://w3id.org/hankelod/def#")
FOREIGN = re.compile(r"Finland|Suom|finländ|municipalit|kommun\\b|landskap|maakun", re.I)


def published(name: str, factory: pytest.TempPathFactory) -> Path:
    out = factory.mktemp(name) / "dist"
    publish(Dataset(DATASETS / name), out)
    return out


@pytest.fixture(scope="module")
def sweden(tmp_path_factory) -> Path:
    return published("sweden", tmp_path_factory)


@pytest.fixture(scope="module")
def britain(tmp_path_factory) -> Path:
    return published("britain", tmp_path_factory)


@pytest.fixture(scope="module")
def english(tmp_path_factory) -> Path:
    return published("english", tmp_path_factory)


def test_amounts_in_two_currencies_are_in_charts_of_their_own(tmp_path):
    """Each says of how many projects the sum of an area is."""
    root = tmp_path / "britain"
    shutil.copytree(DATASETS / "britain", root)
    record = (root / "data/projects/in-haringey.yml").read_text("utf-8")
    (root / "data/projects/another.yml").write_text(record.replace("totalCost", "currency: NOK\ntotalCost"), "utf-8")
    publish(Dataset(root), root / "dist")
    page = (root / "dist/areas.html").read_text("utf-8")
    tables = re.findall(r"<caption>([A-Z]{3})\b.*?</table>", page, re.S)
    assert len(tables) == len(set(tables)) == 2 and "NOK" in tables
    norwegian = page[page.index("<caption>NOK") :].partition("</table>")[0]
    assert norwegian.count("<rect") == 1 and "1 project" in norwegian


def dump(out: Path) -> Path:
    return next((out / "dump").glob("*.ttl"))


@pytest.mark.parametrize("name", ["sweden", "britain", "english"])
def test_the_dump_conforms_to_the_shapes_of_the_publication(name, request):
    out = request.getfixturevalue(name)
    conforms, _, text = pyshacl.validate(str(dump(out)), shacl_graph=str(out / "shapes.ttl"), advanced=True)
    assert conforms, text


def test_areas_are_of_every_level_in_rdf(sweden):
    graph = rdflib.Graph().parse(dump(sweden))
    things = rdflib.Namespace("https://example.org/projekt/id/")
    county, country = things["lan/25"], things["area/se"]
    assert (county, rdflib.RDF.type, HANKE.Area) in graph
    assert (county, rdflib.RDF.type, rdflib.URIRef("https://example.org/def#Lan")) in graph
    assert (county, rdflib.SKOS.notation, rdflib.Literal("25")) in graph
    assert (country, HANKE.level, things["concept/area-level/land"]) in graph
    assert (things["concept/area-level/land"], rdflib.SKOS.prefLabel, rdflib.Literal("land", lang="sv")) in graph
    named = {(s.split("/")[-1], o.split("id/")[-1]) for s, o in graph.subject_objects(HANKE.area)}
    assert named == {("ett-projekt", "lan/24"), ("ett-projekt", "lan/25"), ("ett-rikstackande", "area/se")}


def test_notations_keep_their_case(britain):
    graph = rdflib.Graph().parse(dump(britain))
    area = rdflib.URIRef("https://example.org/grants/id/area/ukd3101")
    assert graph.value(area, rdflib.SKOS.notation) == rdflib.Literal("UKD3101")


### Pages


def test_pages_name_levels_as_the_pack_does(britain, sweden):
    assert '<p class="kicker">Local authority</p>' in (britain / "doc/area/ukd3101.html").read_text("utf-8")
    assert '<p class="kicker">Län</p>' in (sweden / "doc/lan/25.html").read_text("utf-8")
    assert '<p class="kicker">County</p>' in (sweden / "en/doc/lan/25.html").read_text("utf-8")


def test_an_area_has_the_projects_of_those_within_it(britain):
    page = (britain / "doc/area/ukd.html").read_text("utf-8")
    assert "doc/area/ukd3101.html" in page.replace("../../", "") and "a-project.html" in page
    assert "a-regional-one.html" in (britain / "doc/area/ukd4307.html").read_text("utf-8")
    assert "in-haringey" not in page


def test_what_was_once_an_area_leads_to_what_is_one_now(britain):
    page = (britain / "doc/area/ukc2201.html").read_text("utf-8")
    assert "ukc2202.html" in page
    assert "Old Tyneside" in (britain / "doc/area/ukc2202.html").read_text("utf-8")


@pytest.mark.parametrize("name", ["sweden", "britain", "english"])
def test_pages_about_areas_speak_of_no_other_country(name, request):
    out = request.getfixturevalue(name)
    pages = [out / p for p in ("index.html", "areas.html", "projects.html", "figures.html", "about.html")]
    pages += [*out.glob("doc/area/*.html"), *out.glob("doc/lan/*.html"), *out.glob("doc/project/*.html")]
    wrong = {p.name: m.group() for p in pages if p.exists() and (m := FOREIGN.search(p.read_text("utf-8")))}
    assert wrong == {}


def test_without_areas_there_is_no_page_map_or_menu_entry(english):
    assert not (english / "areas.html").exists()
    assert not (english / "assets/areas.svg").exists()
    front = (english / "index.html").read_text("utf-8")
    assert "areas.html" not in front and "map-drawing" not in front
    assert not list(english.glob("doc/area/*")) and not list(english.glob("schema/*-projects.json"))
    assert json.loads((english / "dump/projects.geojson").read_text("utf-8"))["features"] == []


def test_the_search_has_a_filter_for_each_level_with_several_areas(britain, sweden):
    page = (britain / "projects.html").read_text("utf-8")
    assert re.findall(r'<select id="(\w+)" name="\w+" data-level>', page) == ["region", "district"]
    index = (britain / "lists/en.js").read_text("utf-8")
    assert '"district":{"ukd3101":"Manchester","ukd3102":"Salford","uki1202":"Haringey"}' in index
    assert re.findall(r'<select id="(\w+)" name="\w+" data-level>', (sweden / "projects.html").read_text("utf-8")) == [
        "lan"
    ]


def test_the_map_has_the_boundaries_of_the_pack(britain, sweden):
    front = (britain / "index.html").read_text("utf-8")
    assert "The boundaries are simplified." in front
    assert front.count("<circle") == 3  # the small areas that projects name
    assert "schematisk" in (sweden / "index.html").read_text("utf-8")


### Data


def test_files_of_areas_are_as_their_schema_says(britain, sweden):
    for out, segment in ((britain, "area"), (sweden, "area"), (sweden, "lan")):
        schema = json.loads((out / f"schema/{segment}-projects.json").read_text("utf-8"))
        files = list((out / f"doc/{segment}").glob("*.json"))
        assert files
        for file in files:
            jsonschema.validate(json.loads(file.read_text("utf-8")), schema)


def test_a_file_of_an_area_has_its_code_and_what_it_is_in(britain):
    content = json.loads((britain / "doc/area/ukd3101.json").read_text("utf-8"))
    assert (content["kind"], content["code"], content["parent"]["code"]) == ("district", "UKD3101", "UKD")
    assert [p["id"] for p in content["projects"]] == ["a-project"]
    wider = json.loads((britain / "doc/area/ukd.json").read_text("utf-8"))
    assert [p["id"] for p in wider["projects"]] == ["a-project", "a-regional-one"]
    assert [a["code"] for a in wider["areas"]] == ["UKD3101", "UKD3102", "UKD4307"]


def test_points_lie_at_the_areas(britain):
    features = json.loads((britain / "dump/projects.geojson").read_text("utf-8"))["features"]
    by_id = {f["id"]: f for f in features}
    assert by_id["in-haringey/area/uki1202"]["geometry"]["coordinates"] == [-0.079, 51.6075]
    wide = by_id["a-regional-one/area/ukd"]  # a region has no position of its own: the middle of its districts
    assert wide["geometry"]["coordinates"] == [-2.4199, 53.5757]
    assert wide["properties"]["area"] == "region"


### Credits


CREDITS = {
    "britain": "Boundaries of districts: the example office, Open Government Licence v3.0.",
    "sweden": "Län och koder: exempelkällan, CC0 1.0.",
}


@pytest.mark.parametrize(("name", "credit"), CREDITS.items())
def test_credits_reach_catalogue_about_page_and_map(name, credit, request):
    out = request.getfixturevalue(name)
    for path in ("catalog.ttl", "about.html", "index.html"):
        assert (out / path).read_text("utf-8").count(credit) >= 1, path
    about = (out / "about.html").read_text("utf-8")
    assert about.count(f"<li>{credit}</li>") == 1


def test_the_catalogue_is_about_the_country_of_the_pack(britain, sweden, english):
    country = "http://publications.europa.eu/resource/authority/country/"
    for out, code in ((britain, "GBR"), (sweden, "SWE"), (english, None)):
        text = (out / "catalog.ttl").read_text("utf-8")
        graph = rdflib.Graph().parse(data=text, format="turtle")
        spatial = {str(o) for o in graph.objects(None, rdflib.DCTERMS.spatial)}
        assert spatial == ({country + code} if code else set())
