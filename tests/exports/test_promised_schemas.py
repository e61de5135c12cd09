"""What the catalogue says that a distribution conforms to: every document of it, by jsonschema and by Ajv."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import jsonschema
import pytest
import rdflib
from rdflib import DCTERMS

from hankelod.model import complete
from support.folders import CLIENTS
from support.pages import node

BASE = "https://w3id.org/hankelod/"
DCAT = rdflib.Namespace("http://www.w3.org/ns/dcat#")


@pytest.fixture(scope="module")
def promised(dist) -> dict[str, list[Path]]:
    """The files of the distributions that conform to a JSON Schema, by the path of the schema."""
    graph = rdflib.Graph().parse(dist / "catalog.ttl")
    found: dict[str, list[Path]] = {}
    for distribution, standard in graph.subject_objects(DCTERMS.conformsTo):
        schema, name = (str(each).removeprefix(BASE) for each in (standard, distribution))
        if schema.startswith("schema/"):
            address = graph.value(distribution, DCAT.downloadURL)
            kind = name.removeprefix("id/distribution/").removesuffix("-projects")
            files = (
                [dist / str(address).removeprefix(BASE)] if address else sorted((dist / "doc" / kind).glob("*.json"))
            )
            found.setdefault(schema, []).extend(files)
    return found


def documents(path: Path) -> list[object]:
    text = path.read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()] if path.suffix == ".jsonl" else [json.loads(text)]


def test_every_document_conforms(dist, promised):
    counts = {}
    for schema, files in promised.items():
        validator = jsonschema.Draft202012Validator(json.loads((dist / schema).read_text("utf-8")))
        validator.check_schema(validator.schema)
        told = [document for file in files for document in documents(file)]
        for document in told:
            assert not [e.message for e in validator.iter_errors(document)]
        counts[schema] = len(told)
    assert counts == {
        "schema/complete/project.json": 16,
        "schema/municipality-projects.json": 308,
        "schema/region-projects.json": 19,
    }


def test_ajv_in_its_defaults_agrees(dist, promised, tmp_path):
    if shutil.which("node") is None or not (CLIENTS / "node_modules/ajv/dist/2020.js").exists():
        pytest.skip("the npm packages of tests/clients are not installed: make test installs them")
    others = {p.relative_to(dist).as_posix(): [] for p in (dist / "schema/complete").glob("*.json")}
    wanted = {**others, **promised}
    bad = tmp_path / "bad.jsonl"
    line = documents(dist / "dump/projects.jsonl")[0]
    bad.write_text(
        json.dumps({**line, "stranger": 1}) + "\n" + json.dumps({**line, "totalCost": 90500}) + "\n", "utf-8"
    )
    job = tmp_path / "job.json"
    jobs = [[str(dist / schema), [str(f) for f in files]] for schema, files in wanted.items()]
    job.write_text(json.dumps([*jobs, [str(dist / "schema/complete/project.json"), [str(bad)]]]), "utf-8")
    *verdicts, damaged = node("check_json.mjs", str(job))
    assert [v["errors"] for v in verdicts] == [[]] * len(verdicts)
    assert sum(v["count"] for v in verdicts) == 16 + 308 + 19
    assert len(damaged["errors"]) == damaged["count"] == 2, "it finds what is wrong"


def test_records_of_every_class_are_what_their_schema_says(dataset, checked):
    seen = set()
    for cls in dataset.model.entries():
        validator = jsonschema.Draft202012Validator(complete.schema(dataset.model, cls))
        for record in checked[1]:
            if record.cls is cls:
                values = json.loads(json.dumps(record.values))
                assert not [e.message for e in validator.iter_errors(values)], record.id
                seen.add(cls.name)
    assert len(seen) > 6


def damaged(change):
    def apply(line):
        change(line)
        return line

    return apply


@pytest.mark.parametrize(
    "change",
    [
        damaged(lambda p: p.pop("id")),
        damaged(lambda p: p.pop("type")),
        damaged(lambda p: p.update(type="Organisation")),
        damaged(lambda p: p.update(totalCost=90500)),
        damaged(lambda p: p.update(totalCost="9e4")),
        damaged(lambda p: p.update(start="2021-13")),
        damaged(lambda p: p.update(themes=["no-such-theme"])),
        damaged(lambda p: p.update(lead=["lappeenrannan-kaupunki"])),
        damaged(lambda p: p.update(municipalities="405")),
        damaged(lambda p: p.update(title={"de": "Projekt"})),
        damaged(lambda p: p["title"].update(fi="")),
        damaged(lambda p: p["grants"][0].pop("amount")),
        damaged(lambda p: p["grants"][0].update(id="Grant 1")),
        damaged(lambda p: p["outcomes"][0].pop("kind")),
        damaged(lambda p: p["outcomes"][0].update(position="1")),
        damaged(lambda p: p["outcomes"][0].pop("position")),
        damaged(lambda p: p.update(source="ym.fi")),
    ],
)
def test_a_damaged_line_does_not_conform(dist, change):
    validator = jsonschema.Draft202012Validator(json.loads((dist / "schema/complete/project.json").read_text("utf-8")))
    line = documents(dist / "dump/projects.jsonl")[0]
    assert validator.is_valid(line)
    assert not validator.is_valid(change(line))


def test_addresses_in_any_script_conform(dist):
    """An IRI has letters of any language, which the format `uri` of validators does not."""
    for schema, path in (
        ("complete/project", "dump/projects.jsonl"),
        ("municipality-projects", "doc/municipality/405.json"),
    ):
        validator = jsonschema.Draft202012Validator(json.loads((dist / f"schema/{schema}.json").read_text("utf-8")))
        told = documents(dist / path)[0]
        project = told if schema.startswith("complete") else told["projects"][0]
        project["source"] = "https://hämeenlinna.fi/päästöt"
        assert validator.is_valid(told)


def test_every_key_of_a_record_is_explained(dataset):
    for cls in dataset.model.entries():
        for lang in ("fi", "sv", "en"):
            told = complete.schema(dataset.model, cls, lang)
            for name, key in told["properties"].items():
                assert name in ("id", "type") or key["title"], (cls.name, name)
