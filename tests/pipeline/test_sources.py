"""A dataset that says all that its sources say, published: each key in triples, JSON, tables, pages, forms, drafts."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
from pathlib import Path

import jsonschema
import pyld
import pyoxigraph as ox
import pytest
import rdflib

from hankelod.mapping.mapping import Mapping
from hankelod.model import context as vocabulary
from hankelod.pipeline.traversal import publish
from hankelod.records import drafts
from hankelod.records.dataset import Dataset
from support.checking import check_all
from support.folders import CASES, DATASETS
from support.judges import PySHACL
from support.pages import read

BASE = "https://river.example.org/id/"
TRIPLES = (CASES / "riverside" / "triples.ttl").read_text("utf-8")
"""Triples that records of the dataset must become."""


@pytest.fixture(scope="module")
def river() -> Dataset:
    return Dataset(DATASETS / "riverside")


@pytest.fixture(scope="module")
def records(river):
    report, records = check_all(river)
    assert report.problems == []
    return [r for r in records if not r.cls.of_dataset]


@pytest.fixture(scope="module")
def out(river, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("riverside") / "dist"
    publish(river, folder)
    return folder


def text_of(page: Path) -> str:
    """The text of a page, without runs of spaces."""
    return " ".join("".join(read(page).text).split())


def triples(text: str, form: ox.RdfFormat) -> set[ox.Triple]:
    return {q.triple for q in ox.parse(text, format=form, base_iri="http://base.invalid/")}


### Triples


def test_each_key_is_its_triples(out):
    dump = triples((out / "dump/riverside.nt").read_text("utf-8"), ox.RdfFormat.N_TRIPLES)
    wanted = triples(TRIPLES, ox.RdfFormat.TURTLE)
    assert len(wanted) > 40
    assert wanted - dump == set()


def test_a_remark_stands_on_the_part_whose_value_it_is_about(out):
    dump = rdflib.Graph().parse(out / "dump/riverside.nt")
    hanke = rdflib.Namespace("https://w3id.org/hankelod/def#")
    remark = rdflib.URIRef(f"{BASE}project/green-banks/remark/sum")
    holders = {str(s).removeprefix(BASE) for s in dump.subjects(hanke.remark, remark)}
    assert holders == {"project/green-banks", "project/green-banks/grant/first"}
    assert dump.value(remark, hanke.about) == hanke.amount


@pytest.mark.parametrize("judge", ["pyoxigraph", "pyld", "rdflib"])
def test_complete_records_are_the_same_triples(judge, river, records):
    mapping = Mapping(river.model)
    expected = triples("".join(line for r in records for line in mapping.ntriples(r)), ox.RdfFormat.N_TRIPLES)
    complete = [mapping.complete(r.cls, r.values) for r in records]
    document = json.dumps({"@context": vocabulary.context(river.model), "@graph": complete})
    if judge == "pyoxigraph":
        found = triples(document, ox.RdfFormat.JSON_LD)
    elif judge == "rdflib":
        text = rdflib.Graph().parse(data=document, format="json-ld").serialize(format="nt")
        found = triples(text, ox.RdfFormat.N_TRIPLES)
    else:
        quads = pyld.jsonld.to_rdf(json.loads(document), {"format": "application/n-quads"})
        found = triples(quads, ox.RdfFormat.N_QUADS)
    assert found == expected


def test_jsonld_js_reads_the_same(river, records, root, tmp_path):
    node = shutil.which("node")
    if not node or not (root / "tests/clients/node_modules/jsonld").is_dir():
        pytest.skip("node or jsonld.js is not here: npm install --prefix tests/clients")
    mapping = Mapping(river.model)
    complete = [mapping.complete(r.cls, r.values) for r in records]
    document = tmp_path / "document.jsonld"
    document.write_text(json.dumps({"@context": vocabulary.context(river.model), "@graph": complete}), "utf-8")
    done = subprocess.run(
        [node, "to_rdf.mjs", document], cwd=root / "tests/clients", capture_output=True, encoding="utf-8", check=True
    )
    expected = triples("".join(line for r in records for line in mapping.ntriples(r)), ox.RdfFormat.N_TRIPLES)
    assert triples(done.stdout, ox.RdfFormat.N_QUADS) == expected


def test_dumps_are_one_graph(out):
    texts = {form: (out / f"dump/riverside.{form}").read_text("utf-8") for form in ("nt", "ttl", "jsonld")}
    graphs = [
        triples(texts["nt"], ox.RdfFormat.N_TRIPLES),
        triples(texts["ttl"], ox.RdfFormat.TURTLE),
        triples(texts["jsonld"], ox.RdfFormat.JSON_LD),
    ]
    assert graphs[0] == graphs[1] == graphs[2]


@pytest.mark.parametrize("name", ["project/green-banks", "organisation/angling-club"])
def test_documents_conform_by_themselves(name, out):
    judge = PySHACL(out / "shapes.ttl")
    turtle = rdflib.Graph().parse(out / f"doc/{name}.ttl")
    assert judge.verdicts(turtle) == set()
    assert triples((out / f"doc/{name}.jsonld").read_text("utf-8"), ox.RdfFormat.JSON_LD) == triples(
        (out / f"doc/{name}.ttl").read_text("utf-8"), ox.RdfFormat.TURTLE
    )


### JSON and tables


def test_complete_records_are_taken_back(out, river, tmp_path):
    """Fed back in, they give the same dump; the schemas of both forms accept them."""
    shutil.copytree(DATASETS / "riverside", tmp_path / "again")
    shutil.rmtree(tmp_path / "again/data/projects")
    lines = (out / "dump/projects.jsonl").read_text("utf-8")
    (tmp_path / "again/data/projects.jsonl").write_text(lines, "utf-8")
    publish(Dataset(tmp_path / "again"), tmp_path / "dist", only=("dumps",))
    assert (tmp_path / "dist/dump/riverside.nt").read_bytes() == (out / "dump/riverside.nt").read_bytes()
    complete = json.loads((out / "schema/complete/project.json").read_text("utf-8"))
    for line in lines.splitlines():
        jsonschema.validate(json.loads(line), complete)


def test_the_schema_knows_each_key(out):
    schema = json.loads((out / "schema/project.json").read_text("utf-8"))
    keys = {"status", "targetGroups", "identifiers", "otherFunding", "outputs", "remarks"}
    assert keys <= schema["properties"].keys()
    grant, figure = schema["$defs"]["Grant"], schema["$defs"]["Observation"]
    assert {"funder", "fund", "requested", "paid", "rate", "awarded", "purpose"} <= grant["properties"].keys()
    assert {"realisation", "year", "min", "max"} <= figure["properties"].keys()
    assert "property" not in schema["$defs"]["Remark"]["properties"], "what is filled in is not written"


def test_the_table_has_them(out):
    text = (out / "dump/projects.csv").read_text("utf-8")
    row = next(r for r in csv.DictReader(io.StringIO(text, newline="")) if r["id"] == "green-banks")
    assert row["status"] == "interrupted" and row["status_name_sv"] == "avbrutet"
    assert row["targetGroups"] == "anglers|schools"
    assert row["identifiers"] == "RIVER:GB-2021/7|LEDGER.2:a7"
    assert row["outputs"] == "https://river.example.org/guide"
    assert (row["outputCount"], row["remarkCount"]) == ("4", "6")


### Pages, forms and drafts


def test_the_page_shows_them(out):
    page = out / "doc/project/green-banks.html"
    shown = text_of(page)
    for text in (
        "interrupted",
        "Guide to planting",
        "video.example.org",
        "www.river/shade",
        "Town of Rivermouth: 10,000",
        "GB-2021/7",
        "10–20 planned",
        "40 2024 proposed",
        "Rate of the grant40%",
        "Awarded15 April 2021",
        "PurposeTrees and stakes",
    ):
        assert text in shown, text
    assert '<a href="https://river.example.org/guide" rel="external">Guide to planting</a>' in page.read_text("utf-8")


def test_a_remark_is_beside_its_value(out):
    whole = (out / "doc/project/green-banks.html").read_text("utf-8")
    page = re.sub(r"<script\b.*?</script>", "", whole, flags=re.S)  # the record for the form has the remarks as well
    places = {
        "Another page says 2022.": '<section aria-labelledby="schedule">',
        "The decision says 21,000.": '<section aria-labelledby="money">',
        "Said in passing.": '<section aria-labelledby="figures">',
        "The guide is being rewritten.": '<section aria-labelledby="outputs">',
        "Our translation.": '<header class="title">',
        "Not in the decision.": "<dt>Target groups</dt>",
    }
    for remark, place in places.items():
        assert page.count(remark) == 1, remark
        before = page[: page.index(remark)]
        opened = [m[0] for m in re.finditer(r'<section[^>]*>|<header class="title">|<dt>Target groups</dt>', before)]
        assert opened[-1] == place, remark


def test_organisations_show_theirs(out):
    shown = text_of(out / "doc/organisation/angling-club.html")
    assert (
        "8020000001" in shown and "The register calls it a company." in shown and "Taken from an old letter." in shown
    )


def test_a_measure_says_that_its_figures_must_not_be_summed(out):
    words = "must not be added up"
    assert words in (out / "doc/concept/measure/content.html").read_text("utf-8")
    assert words not in (out / "doc/concept/measure/trees.html").read_text("utf-8")


def test_forms_and_drafts_ask_for_them(out, river, tmp_path):
    form = (out / "contribute.html").read_text("utf-8")
    new = drafts.draft(river, "project", "new-one")
    draft = drafts.write(river, new, "en", {})
    for key in ("status", "targetGroups", "identifiers", "otherFunding", "outputs", "remarks"):
        assert f'"{key}"' in form, key
        assert f"# {key}:" in draft, key


def test_the_vocabulary_page_has_the_terms(out):
    page = (out / "def.html").read_text("utf-8")
    for term in (
        "status",
        "targetGroup",
        "output",
        "Output",
        "otherFunding",
        "remark",
        "Remark",
        "realisation",
        "notAdditive",
    ):
        assert f'id="{term}"' in page, term


def test_a_spreadsheet_carries_them_there_and_back(run, records, tmp_path):
    """Also into a dataset with a model of its own, whose rules an engine checks within a confined process."""
    again = tmp_path / "again"
    shutil.copytree(DATASETS / "riverside", again)
    assert run("import", "--template", tmp_path / "filled.xlsx", "--filled", cwd=again).returncode == 0
    for folder in ("projects", "organisations", "programmes"):
        shutil.rmtree(again / "data" / folder)
    done = run("import", tmp_path / "filled.xlsx", "--to", again, cwd=again)
    assert done.returncode == 0, done.stderr
    taken = {(r.cls.name, r.id): r.values for r in check_all(Dataset(again))[1] if not r.cls.of_dataset}
    assert taken == {(r.cls.name, r.id): r.values for r in records}
