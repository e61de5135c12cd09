"""The published JSON Schemas, in validators that others wrote: Ajv in its defaults, and jsonschema."""

from __future__ import annotations

import json
import shutil

import jsonschema
import pytest

from hankelod.model.schema import example, schema
from support.folders import CLIENTS
from support.pages import node

KEYWORDS = {
    *("$schema", "$id", "$ref", "$defs", "title", "description", "examples", "deprecated"),
    *("type", "const", "enum", "anyOf", "properties", "required", "additionalProperties", "minProperties"),
    *("items", "minItems", "pattern", "minLength", "maxLength"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
}
"""Keywords of JSON Schema 2020-12 that the schemas use; `format` is none, since validators know few of its words."""


def keywords(value: object, names: bool = False) -> set[str]:
    """The keywords in a schema; with `names`, the keys at hand are names of properties or definitions."""
    if isinstance(value, list):
        return set().union(*map(keywords, value)) if value else set()
    if not isinstance(value, dict):
        return set()
    found = set() if names else set(value)
    for key, each in value.items():
        if names:
            found |= keywords(each)
        elif key in ("properties", "$defs"):
            found |= keywords(each, True)
        elif key not in ("examples", "const", "enum"):
            found |= keywords(each)
    return found


def published(dist):
    return [p for p in sorted((dist / "schema").rglob("*.json")) if p.parent.name != "editor"]


def editors(dist):
    return sorted((dist / "schema/editor").glob("*.json"))


def ajv(jobs: list, folder):
    if shutil.which("node") is None or not (CLIENTS / "node_modules/ajv/dist/2020.js").exists():
        pytest.skip("the npm packages of tests/clients are not installed: make test installs them")
    job = folder / "job.json"
    job.write_text(json.dumps(jobs), "utf-8")
    return node("check_json.mjs", str(job))


def test_there_is_a_schema_of_each_class(dist, dataset):
    assert len(published(dist)) == 2 * len(dataset.model.entries()) + 2
    assert len(editors(dist)) == 3 * len(dataset.model.entries())


def test_only_those_for_editors_have_a_keyword_of_their_own(dist):
    for path in published(dist):
        assert keywords(json.loads(path.read_text("utf-8"))) <= KEYWORDS, path
    for path in editors(dist):
        found = keywords(json.loads(path.read_text("utf-8")))
        assert found <= KEYWORDS | {"errorMessage"}, path
    assert "errorMessage" in found


def test_ajv_compiles_all_and_accepts_every_record(dist, dataset, root, tmp_path):
    of_class = {f"schema/{cls.segment}.json": cls for cls in dataset.model.entries()}
    jobs = []
    for path in published(dist):
        cls = of_class.get(path.relative_to(dist).as_posix())
        files = []
        if cls is not None:
            files = dataset.files(cls) if cls.folder else [dataset.data / cls.file] if cls.file.endswith(".yml") else []
        jobs.append([str(path), [str(f) for f in files]])
    bad = tmp_path / "bad.yml"
    bad.write_text("title: {fi: x}\nthemes: [no-such]\n", "utf-8")
    *verdicts, damaged = ajv([*jobs, [str(dist / "schema/project.json"), [str(bad)]]], tmp_path)
    assert [v["errors"] for v in verdicts] == [[]] * len(verdicts)
    assert sum(v["count"] for v in verdicts) == len(
        [f for f in (root / "data").rglob("*.yml") if "areas" not in f.parts]
    )
    assert len(damaged["errors"]) == 1


def examples(whole: dict):
    """Each example of a schema, with the schema of its own that it is an example of."""

    def walk(value: object):
        if isinstance(value, list):
            for each in value:
                yield from walk(each)
        elif isinstance(value, dict):
            for shown in value["examples"] if isinstance(value.get("examples"), list) else ():
                yield shown, {"$defs": whole.get("$defs", {}), **value}
            for each in value.values():
                yield from walk(each)

    yield from walk(whole)


def test_every_example_is_valid_against_its_own_schema(dist, tmp_path):
    count, jobs = 0, []
    for n, path in enumerate(published(dist)):
        for m, (shown, own) in enumerate(examples(json.loads(path.read_text("utf-8")))):
            assert not list(jsonschema.Draft202012Validator(own).iter_errors(shown)), (path.name, shown)
            schema_file, value = tmp_path / f"{n}-{m}.schema.json", tmp_path / f"{n}-{m}.json"
            schema_file.write_text(json.dumps(own), "utf-8")
            value.write_text(json.dumps(shown), "utf-8")
            jobs.append([str(schema_file), [str(value)]])
            count += 1
    assert count > 50
    assert [v["errors"] for v in ajv(jobs, tmp_path)] == [[]] * count


def test_no_example_of_ours_is_left_out(dataset):
    """Each example in shapes/ is YAML of the field's kind."""
    for cls in dataset.model.classes.values():
        for field in cls.fields:
            assert (example(dataset.model, field) is None) == (field.example is None), field.code


def field_of(dataset, name: str, key: str):
    return dataset.model.by_name(name).field(key)


@pytest.mark.parametrize(
    ("name", "key", "written", "shown"),
    [
        ("Project", "totalCost", "75000", 75000),
        ("Call", "maxGrantRate", "0.70", 0.7),
        ("Project", "totalCost", "much", None),
        ("Project", "morePartners", "true", True),
        ("Project", "themes", "networks", ["networks"]),
        ("Project", "title", "{fi: x}", {"fi": "x"}),
        ("Project", "title", "x", None),
        ("Project", "lead", "[a, b]", None),
        ("Project", "lead", "{", None),
        ("Project", "grants", "[{amount: 5, more: x}]", [{"amount": 5, "more": "x"}]),
        ("Project", "partners", "[&a [x, x], *a]", None),
        ("Municipality", "code", '"005"', "005"),
    ],
)
def test_an_example_is_typed_by_its_field(dataset, name, key, written, shown):
    assert example(dataset.model, field_of(dataset, name, key)._replace(example=written)) == shown


def test_the_message_is_in_the_description(dataset):
    told = schema(dataset.model, dataset.model.by_name("Project"), "fi")["properties"]
    for key in ("totalCost", "lead"):
        fix = dataset.model.checks[f"https://w3id.org/hankelod/shapes#Project-{key}"].fix["fi"]
        assert told[key]["description"].endswith(fix)
    fix = dataset.model.checks["https://w3id.org/hankelod/shapes#Project-themes"].fix["fi"]
    assert told["themes"]["items"]["description"] == fix
