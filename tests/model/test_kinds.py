"""A kind of value is one module with its words: every part of hankelod takes it from there."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys

import pyoxigraph as ox
import pytest

from hankelod.model.kinds.kind import Refused
from hankelod.model.kinds.table import BY_DATATYPE, KINDS
from hankelod.records.guesses import meant
from support.folders import ROOT

MODULE = '''"""Kind of durations."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hankelod.model.kinds.kind import Kind, Rules
from hankelod.rdf.graph import XSD

FORM = "P[0-9]+[YMD]"


def _takes(text: str) -> bool:
    return re.fullmatch(FORM, text) is not None


def _guesses(text: str, rules: Rules) -> Iterator[str]:
    months = re.fullmatch("([0-9]+) (kk|mån|months)", text)
    yield from [f"P{months[1]}M"] if months else []


def _of_cell(text: str) -> str:
    return f"P{text}M" if text.isdigit() else text


DURATION = Kind(
    "duration",
    datatype=XSD + "duration",
    coerced=XSD + "duration",
    takes=_takes,
    guesses=_guesses,
    schema={"type": "string", "pattern": f"^{FORM}$"},
    complete={"type": "string", "pattern": f"^{FORM}$"},
    summary={"type": "string", "pattern": f"^{FORM}$"},
    csvw="duration",
    cell=_of_cell,
    plain=FORM,
    lexical=FORM,
    example=True,
)
'''

WORDS = {"fi": "kesto", "sv": "varaktighet", "en": "a duration"}

FIELD = """
s:Project-duration a sh:PropertyShape ;
    sh:path dcterms:extent ; sh:codeIdentifier "duration" ; sh:order 3.5 ; sh:group s:group-basics ;
    sh:name "kesto"@fi, "varaktighet"@sv, "duration"@en ;
    sh:description "Hankkeen kesto."@fi, "Projektets varaktighet."@sv, "How long the project takes."@en ;
    sh:datatype xsd:duration ; sh:maxCount 1 ; skos:example "P12M" ;
    sh:message "Kirjoita kesto."@fi, "Skriv varaktigheten."@sv, "Write the duration."@en ;
    s:why "Hankkeita verrataan keston mukaan."@fi, "Projekt jämförs efter varaktighet."@sv, "It is compared."@en .
"""

ID = "inkoo-hiilineutraali"


def run(folder, *arguments: str, status: int = 0) -> str:
    """Run the copy's command in its folder; return what it writes."""
    environment = {**os.environ, "PYTHONPATH": str(folder / "src"), "PYTHONWARNINGS": "error"}
    command = [sys.executable, "-m", "hankelod", "--lang", "en", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of hankelod and of its data, with one module, its words, and one edit of a shape; and its publication."""
    folder = tmp_path_factory.mktemp("kinds")
    for name in ("data", "ontology", "shapes"):
        shutil.copytree(ROOT / name, folder / name)
    unneeded = shutil.ignore_patterns("__pycache__", "vendor", "node_modules")
    shutil.copytree(ROOT / "src" / "hankelod", folder / "src" / "hankelod", ignore=unneeded)
    package = folder / "src" / "hankelod"
    (package / "model" / "kinds" / "durations.py").write_text(MODULE, "utf-8")
    for lang, word in WORDS.items():
        file = package / "messages" / f"{lang}.toml"
        text = re.sub(r"(?m)^kind-text = ", f'kind-duration = "{word}"\n\\g<0>', file.read_text("utf-8"))
        file.write_text(re.sub(r"(?m)^\[site\.kind\]\n", f'\\g<0>duration = "{word}"\n', text), "utf-8")
    shape = folder / "shapes" / "project.ttl"
    text = shape.read_text("utf-8").replace("s:Project-acronym,", "s:Project-acronym, s:Project-duration,", 1)
    shape.write_text(text + FIELD, "utf-8")
    record = folder / "data" / "projects" / f"{ID}.yml"
    record.write_text(record.read_text("utf-8") + "duration: P18M\n", "utf-8")
    run(folder, "publish")
    return folder


def published(copy, path: str):
    return json.loads((copy / "dist" / path).read_text("utf-8"))


def test_every_kind_has_one_name_and_one_datatype():
    assert all(name == kind.name for name, kind in KINDS.items())
    assert len(BY_DATATYPE) == sum(kind.datatype is not None for kind in KINDS.values())


def test_what_stays_plain_in_yaml_is_read_alike_by_all():
    for kind in KINDS.values():
        if kind.plain is not None:
            for word in ("no", "null", "~", "", "a: b", "# x", "0x10", "1_000", "12:30"):
                assert re.fullmatch(kind.plain, word) is None, (kind.name, word)


@pytest.mark.parametrize("text", ["5/0000", "0000.5", "31.12.0000", "0000-05", "00000501", "0000", "tammikuu 0000"])
def test_what_is_taken_for_a_guess_can_be_read(dataset, text):
    """The year 0 is one for engines, and none for calendars."""
    fields = [f for cls in dataset.model.classes.values() for f in cls.fields]
    for field in fields:
        guess = meant(field, text)
        assert guess is None or not isinstance(field.kind.read(guess), Refused), (field.code, guess)


def test_triples(copy):
    [line] = [x for x in (copy / "dist/dump/hankelod.nt").read_text("utf-8").splitlines() if "/terms/extent>" in x]
    assert line.endswith('"P18M"^^<http://www.w3.org/2001/XMLSchema#duration> .')


@pytest.mark.parametrize("path", [f"doc/project/{ID}.jsonld", f"doc/project/{ID}.ttl", "dump/hankelod.jsonld"])
def test_documents(copy, path):
    content = (copy / "dist" / path).read_bytes()
    form = ox.RdfFormat.JSON_LD if path.endswith("jsonld") else ox.RdfFormat.TURTLE
    values = [q.object for q in ox.parse(content, form) if q.predicate.value == "http://purl.org/dc/terms/extent"]
    assert values == [ox.Literal("P18M", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#duration"))]


def test_json(copy):
    for path in ("schema/project.json", "schema/complete/project.json"):
        assert published(copy, path)["properties"]["duration"]["pattern"] == "^P[0-9]+[YMD]$"
    areas = published(copy, "schema/municipality-projects.json")
    assert areas["$defs"]["project"]["properties"]["duration"]["pattern"] == "^P[0-9]+[YMD]$"
    terms = published(copy, "context.jsonld")["@context"]["Project"]["@context"]
    assert terms["duration"] == {"@id": "dcterms:extent", "@type": "xsd:duration"}


def test_tables(copy):
    columns = published(copy, "dump/projects.csv-metadata.json")["tableSchema"]["columns"]
    [column] = [c for c in columns if c["name"] == "duration"]
    assert (column["datatype"], column["propertyUrl"]) == ("duration", "http://purl.org/dc/terms/extent")
    rows = csv.DictReader((copy / "dist/dump/projects.csv").read_text("utf-8").splitlines())
    assert {r["id"]: r["duration"] for r in rows}[ID] == "P18M"


def test_pages(copy):
    page = (copy / "dist/en/contribute.html").read_text("utf-8")
    [plan] = re.findall(r'<script type="application/json" id="plan">(.*?)</script>', page, re.S)
    assert json.loads(plan)["kinds"]["duration"] == {"lexical": "P[0-9]+[YMD]", "plain": "P[0-9]+[YMD]"}
    assert "a duration" in (copy / "dist/en/def.html").read_text("utf-8")


def test_complete_records_are_read_back(copy, tmp_path):
    for name in ("src", "data", "ontology", "shapes"):
        shutil.copytree(copy / name, tmp_path / name)
    shutil.rmtree(tmp_path / "data" / "projects")
    shutil.copy(copy / "dist" / "dump" / "projects.jsonl", tmp_path / "data" / "projects.jsonl")
    run(tmp_path, "publish", "--only", "dumps")
    names = ("hankelod.nt", "projects.jsonl", "projects.csv")
    for name in names:
        assert (tmp_path / "dist" / "dump" / name).read_bytes() == (copy / "dist" / "dump" / name).read_bytes()


@pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
def test_a_bad_value_has_a_suggestion(copy, tmp_path, engine):
    record = tmp_path / f"{ID}.yml"
    text = (copy / "data" / "projects" / f"{ID}.yml").read_text("utf-8")
    record.write_text(text.replace("duration: P18M", "duration: 18 months"), "utf-8")
    report = json.loads(run(copy, "validate", "--engine", engine, "--format", "json", str(record), status=1))
    [found] = [p for p in report["problems"] if p["severity"] == "violation"]
    assert (found["code"], found["constraint"]) == ("Project-duration", "DatatypeConstraintComponent")
    assert "P18M" in found["fix"]
    record.write_text(text.replace("duration: P18M", "duration: [P18M]"), "utf-8")
    report = json.loads(run(copy, "validate", "--engine", engine, "--format", "json", str(record), status=1))
    [found] = [p for p in report["problems"] if p["severity"] == "violation"]
    assert found["code"] == "wrong-kind" and "a duration" in found["message"]


def test_a_cell_of_a_spreadsheet(copy, tmp_path):
    table = tmp_path / "projects.csv"
    cells = {
        "id": "uusi",
        "title.fi": "Uusi",
        "lead": "inkoon-kunta",
        "municipalities": "149",
        "start": "2021-05",
        "end": "2023-04",
        "totalCost": "1000",
        "grants.1.programme": "kuntien-ilmastoratkaisut",
        "grants.1.amount": "500",
        "source": "https://example.org/",
        "duration": "24",
    }
    table.write_text(f"{','.join(cells)}\n{','.join(cells.values())}\n", "utf-8")
    run(copy, "import", str(table), "--to", str(tmp_path / "new"))
    [file] = (tmp_path / "new").rglob("uusi.yml")
    assert "\nduration: P24M\n" in file.read_text("utf-8")


def test_a_draft_shows_it(copy):
    run(copy, "new", "project", "uusi-hanke")
    text = (copy / "data" / "projects" / "uusi-hanke.yml").read_text("utf-8")
    (copy / "data" / "projects" / "uusi-hanke.yml").unlink()
    assert "# duration:" in text and "P12M" in text
