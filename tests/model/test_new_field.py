"""A new field on a reused term is one edit of a shape: it is found wherever fields are."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path

import openpyxl
import pyoxigraph as ox
import pytest

import hankelod
from hankelod.pipeline.traversal import publish
from hankelod.records.dataset import Dataset
from support.checking import check_all
from support.commands import hankelod as run
from support.folders import ROOT

FIELD = """
s:Project-keywords a sh:PropertyShape ;
    sh:path <http://www.w3.org/ns/dcat#keyword> ; sh:codeIdentifier "keywords" ; sh:order 6 ; sh:group s:group-basics ;
    sh:name "avainsanat"@fi, "nyckelord"@sv, "keywords"@en ;
    sh:description "Sanoja, joilla hanke löytyy."@fi, "Ord som projektet hittas med."@sv,
        "Words to find the project by."@en ;
    sh:datatype xsd:string ; sh:minLength 2 ; skos:example "heat" ;
    sh:message "Kirjoita avainsana."@fi, "Skriv ett nyckelord."@sv, "Write a keyword."@en ;
    s:why "Hanke löytyy."@fi, "Projektet hittas."@sv, "The project is found."@en .
"""

ID = "inkoo-hiilineutraali"

KEYWORD = "http://www.w3.org/ns/dcat#keyword"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the dataset with the edit, and its publication."""
    folder = tmp_path_factory.mktemp("field")
    for name in ("data", "ontology", "shapes"):
        shutil.copytree(ROOT / name, folder / name)
    shape = folder / "shapes" / "project.ttl"
    edited = shape.read_text("utf-8").replace("s:Project-themes,", "s:Project-themes, s:Project-keywords,", 1) + FIELD
    shape.write_text(edited, "utf-8")
    record = folder / "data" / "projects" / f"{ID}.yml"
    record.write_text(record.read_text("utf-8") + "keywords: [VISI, ranta]\n", "utf-8")
    publish(Dataset(folder), folder / "dist")
    return folder


def published(folder: Path, path: str) -> str:
    return (folder / "dist" / path).read_text("utf-8")


def test_a_rule_of_it_is_checked(folder: Path, tmp_path: Path) -> None:
    for name in ("data", "ontology", "shapes"):
        shutil.copytree(folder / name, tmp_path / name)
    record = tmp_path / "data" / "projects" / f"{ID}.yml"
    record.write_text(record.read_text("utf-8").replace("[VISI, ranta]", "[VISI, x]"), "utf-8")
    report, _ = check_all(Dataset(tmp_path))
    violations = [p for p in report.problems if p.severity == "violation"]
    assert [(p.code, p.field, p.value) for p in violations] == [("Project-keywords", "keywords[1]", "x")]
    assert violations[0].fix["en"].startswith("Write a keyword.")


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("dump/hankelod.nt", ox.RdfFormat.N_TRIPLES),
        ("dump/hankelod.ttl", ox.RdfFormat.TURTLE),
        ("dump/hankelod.jsonld", ox.RdfFormat.JSON_LD),
        (f"doc/project/{ID}.ttl", ox.RdfFormat.TURTLE),
        (f"doc/project/{ID}.jsonld", ox.RdfFormat.JSON_LD),
    ],
)
def test_triples(folder: Path, path: str, form: ox.RdfFormat) -> None:
    content = (folder / "dist" / path).read_bytes()
    values = {q.object for q in ox.parse(content, form) if q.predicate.value == KEYWORD}
    assert {ox.Literal("VISI"), ox.Literal("ranta")} == values


def test_records_and_their_context(folder: Path) -> None:
    [line] = [x for x in published(folder, "dump/projects.jsonl").splitlines() if f'"id":"{ID}"' in x]
    assert json.loads(line)["keywords"] == ["VISI", "ranta"]
    context = json.loads(published(folder, "context.jsonld"))["@context"]
    assert context["Project"]["@context"]["keywords"] == {"@id": "dcat:keyword"}
    assert [p["keywords"] for p in json.loads(published(folder, "doc/municipality/149.json"))["projects"]] == [
        ["VISI", "ranta"]
    ]


@pytest.mark.parametrize("path", ["project.json", "editor/project.json", "complete/project.json"])
def test_schemas(folder: Path, path: str) -> None:
    assert "keywords" in json.loads(published(folder, f"schema/{path}"))["properties"]
    texts = json.loads(published(folder, "schema/project.json"))["properties"]["keywords"]
    assert texts["description"] == "Words to find the project by."


def test_shapes_and_vocabulary(folder: Path) -> None:
    for path in ("shapes.ttl", "shapes-core.ttl", "shapes.jsonld"):
        assert "Project-keywords" in published(folder, path)
    assert "Words to find the project by." in published(folder, "en/def.html")
    assert "Write a keyword." in published(folder, "en/doc/problem/Project-keywords.html")


def test_tables(folder: Path) -> None:
    rows = {r["id"]: r for r in csv.DictReader(published(folder, "dump/projects.csv").splitlines())}
    assert re.split(r"\W+", rows[ID]["keywords"]) == ["VISI", "ranta"]
    columns = json.loads(published(folder, "dump/projects.csv-metadata.json"))["tableSchema"]["columns"]
    assert [c["separator"] for c in columns if c["name"] == "keywords"] == ["|"]
    for lang in ("fi", "sv"):
        assert "VISI" in published(folder, f"dump/projects.{lang}.csv")
    sheets = openpyxl.load_workbook(folder / "dist" / "dump" / "projects.xlsx", read_only=True)
    cells = [str(cell) for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    assert any("keywords" in cell for cell in cells) and any("VISI" in cell for cell in cells)


@pytest.mark.parametrize(("place", "label"), [("", "Avainsanat"), ("sv/", "Nyckelord"), ("en/", "Keywords")])
def test_pages_and_forms(folder: Path, place: str, label: str) -> None:
    page = published(folder, f"{place}doc/project/{ID}.html")
    assert label.lower() in page.lower() and "ranta" in page
    form = published(folder, f"{place}contribute.html")
    assert label.lower() in form.lower() and "keywords" in form


def test_drafts_and_templates(folder: Path, tmp_path: Path) -> None:
    done = run("--lang", "en", "-C", str(folder), "new", "project", "uusi")
    assert done.returncode == 0, done.stderr
    draft = (folder / "data" / "projects" / "uusi.yml").read_text("utf-8")
    (folder / "data" / "projects" / "uusi.yml").unlink()
    assert "# keywords:" in draft and "Words to find the project by." in draft
    template = tmp_path / "template.xlsx"
    done = run("--lang", "en", "-C", str(folder), "import", "--template", str(template), "--filled")
    assert done.returncode == 0, done.stderr
    cells = [
        str(c) for sheet in openpyxl.load_workbook(template) for row in sheet.iter_rows(values_only=True) for c in row
    ]
    assert any("[keywords]" in cell for cell in cells) and any("VISI" in cell for cell in cells)


def test_queries(folder: Path) -> None:
    text = "SELECT ?word WHERE { ?project dcat:keyword ?word } ORDER BY ?word"
    for place in (folder, folder / "dist"):
        assert [row["word"] for row in hankelod.open(place).query(text).rows] == ["VISI", "ranta"]


def test_what_changes_of_it_is_told(folder: Path, tmp_path: Path) -> None:
    for name in ("data", "ontology", "shapes"):
        shutil.copytree(folder / name, tmp_path / name)
    record = tmp_path / "data" / "projects" / f"{ID}.yml"
    record.write_text(record.read_text("utf-8").replace("[VISI, ranta]", "[VISI, meri]"), "utf-8")
    done = run("--lang", "en", "diff", str(folder), str(tmp_path))
    assert "keywords" in done.stdout and "meri" in done.stdout, done.stderr
