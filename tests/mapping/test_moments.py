"""Years, months and days in one field: each has the datatype of its precision in every form, and bounds beside it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pyld
import pyoxigraph as ox
import pytest
import rdflib

from hankelod.model.schema import schema
from hankelod.records.dataset import Dataset
from support.publishing import edit, published, triples

HANKE = "https://w3id.org/hankelod/def#"
XSD = "http://www.w3.org/2001/XMLSchema#"
MONTHS = '    sh:datatype xsd:gYearMonth ;\n    sh:pattern "^[0-9]{4}-(0[1-9]|1[0-2])$" ;\n'
"""Constraints of the profile for start and end, beyond those of the shapes of all."""

DATES = {
    "inkoo-hiilineutraali": ("2021", "2022"),
    "joensuu-ilmastokumppanuus": ("2021-05-03", "2022-11-30"),
    "turku-iklu": ("2021-06", "2023"),
}
"""Start and end by project; the others keep their months."""


@pytest.fixture
def mixed(copy: Path) -> Path:
    """The real dataset with shapes that take any precision."""
    shapes = copy / "shapes/profiles/municipal-climate/shapes.ttl"
    text = shapes.read_text("utf-8")
    assert text.count(MONTHS) == 2
    shapes.write_text(text.replace(MONTHS, ""), "utf-8")
    for project, (start, end) in DATES.items():
        file = copy / f"data/projects/{project}.yml"
        lines = file.read_text("utf-8").splitlines()
        new = {"start": start, "end": end}
        kept = [f"{k}: {new[k]}" if (k := line.partition(":")[0]) in new else line for line in lines]
        file.write_text("\n".join(kept) + "\n", "utf-8")
    return copy


def dates(path: Path, project: str) -> dict[str, tuple[str, str]]:
    found = {}
    for triple in triples(path):
        if triple.subject.value.endswith(f"/id/project/{project}") and triple.predicate.value.startswith(HANKE):
            name = triple.predicate.value.removeprefix(HANKE)
            if name in ("start", "end", "earliestStart", "latestEnd"):
                found[name] = (triple.object.value, triple.object.datatype.value.removeprefix(XSD))
    return found


def test_every_form_says_how_precise_a_date_is(mixed):
    published(mixed, mixed / "dist", only=("dumps", "documents"))
    dump = mixed / "dist/dump"
    for ending in ("nt", "ttl", "jsonld"):
        assert dates(dump / f"hankelod.{ending}", "inkoo-hiilineutraali") == {
            "start": ("2021", "gYear"),
            "earliestStart": ("2021-01-01", "date"),
            "end": ("2022", "gYear"),
            "latestEnd": ("2022-12-31", "date"),
        }
        assert dates(dump / f"hankelod.{ending}", "joensuu-ilmastokumppanuus") == {
            "start": ("2021-05-03", "date"),
            "earliestStart": ("2021-05-03", "date"),
            "end": ("2022-11-30", "date"),
            "latestEnd": ("2022-11-30", "date"),
        }
        assert dates(dump / f"hankelod.{ending}", "turku-iklu") == {
            "start": ("2021-06", "gYearMonth"),
            "earliestStart": ("2021-06-01", "date"),
            "end": ("2023", "gYear"),
            "latestEnd": ("2023-12-31", "date"),
        }
    want = triples(dump / "hankelod.nt")
    assert triples(dump / "hankelod.ttl") == triples(dump / "hankelod.jsonld") == want
    projects = {t for t in want if t.subject.value.startswith("https://w3id.org/hankelod/id/project/")}
    context = json.loads((mixed / "dist/context.jsonld").read_text("utf-8"))["@context"]
    records = [json.loads(line) for line in (dump / "projects.jsonl").read_text("utf-8").splitlines()]
    document = {"@context": context, "@graph": records}
    read = {q.triple for q in ox.parse(json.dumps(document), format=ox.RdfFormat.JSON_LD)}
    assert read == projects
    quads = pyld.jsonld.to_rdf(document, {"format": "application/n-quads"})
    assert {q.triple for q in ox.parse(quads, format=ox.RdfFormat.N_QUADS)} == projects
    graph = rdflib.Graph().parse(data=json.dumps(document), format="json-ld").serialize(format="nt")
    assert {q.triple for q in ox.parse(graph, format=ox.RdfFormat.N_TRIPLES)} == projects


def test_complete_records_are_taken_back(mixed):
    published(mixed, mixed / "dist", only=("dumps",))
    lines = (mixed / "dist/dump/projects.jsonl").read_text("utf-8")
    assert '"start":{"@value":"2021","@type":"xsd:gYear"}' in lines
    assert '"start":"2021-06","earliestStart":"2021-06-01"' in lines
    for file in (mixed / "data/projects").glob("*.yml"):
        file.unlink()
    (mixed / "data/projects.jsonl").write_text(lines, "utf-8")
    published(mixed, mixed / "again", only=("dumps",))
    assert (mixed / "again/dump/hankelod.nt").read_bytes() == (mixed / "dist/dump/hankelod.nt").read_bytes()


def test_named_queries_and_pages_take_every_precision(mixed, run):
    """Rows in the order of the bounds, and pages that say what the record says."""
    published(mixed, mixed / "dist")
    assert run("verify", str(mixed / "dist")).returncode == 0
    done = run("query", "funding-by-start-year", "--from", str(mixed / "dist"), "--format", "csv")
    assert [line.split(",")[:2] for line in done.stdout.splitlines()[1:]] == [
        ["2019", "1"],
        ["2020", "1"],
        ["2021", "11"],
        ["2022", "3"],
    ]
    page = (mixed / "dist/en/doc/project/joensuu-ilmastokumppanuus.html").read_text("utf-8")
    assert "3 May 2021" in page
    assert "2021–2022" in (mixed / "dist/en/doc/project/inkoo-hiilineutraali.html").read_text("utf-8")


@pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
@pytest.mark.parametrize(
    ("start", "end", "codes"),
    [
        ("2021", "2020-12", {"Project-end-order"}),
        ("2021-05-03", "2021-05-02", {"Project-end-order"}),
        ("2021-05-03", "2021-05", set()),
        ("2021-05", "2021", set()),
        ("2021-02-30", "2022", {"Project-start"}),
        ("2021-13", "2022", {"Project-start"}),
        ("spring", "2022", {"Project-start"}),
    ],
)
def test_rules_compare_what_is_known(mixed, run, engine, start, end, codes):
    file = mixed / "data/projects/inkoo-hiilineutraali.yml"
    edit(mixed, "projects/inkoo-hiilineutraali.yml", "start: 2021\n", f"start: {start}\n")
    edit(mixed, "projects/inkoo-hiilineutraali.yml", "end: 2022\n", f"end: {end}\n")
    done: subprocess.CompletedProcess[str] = run(
        "-C", str(mixed), "validate", str(file), "--format", "json", "--engine", engine
    )
    problems = json.loads(done.stdout)["problems"]
    assert {p["code"] for p in problems if p["severity"] == "violation"} == codes, problems
    for p in problems:
        assert p["severity"] != "violation" or p["code"] != "Project-start" or start in p["message"], p["message"]


def test_editors_take_every_precision(mixed):
    model = Dataset(mixed).model
    start = schema(model, model.by_name("Project"), "en")["properties"]["start"]
    import jsonschema

    for value in (2021, "2021", "2021-05", "2021-05-03"):
        jsonschema.validate(value, start)
    for value in ("2021-5", "spring", "2021-13"):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(value, start)
