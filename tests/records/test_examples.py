"""Examples of fields: values of the dataset's own records, as YAML that is good."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from hankelod.model import schema
from hankelod.records import examples
from hankelod.records.dataset import Dataset
from support.checking import check_all
from support.folders import DATASETS
from support.publishing import published

ABROAD = DATASETS / "abroad"


@pytest.fixture(scope="module")
def found(dataset) -> dict[str, str]:
    return examples.examples(dataset.model, check_all(dataset)[1])


def test_they_are_yaml_of_the_kind_of_their_field(dataset, found):
    model = examples.in_model(dataset.model, found)
    for cls in model.classes.values():
        for field in cls.fields:
            if field.code in found:
                assert yaml.load(f"{field.key}: {found[field.code]}", Loader=yaml.BaseLoader), field.code
                assert schema.example(model, field) is not None, field.code


def test_they_are_of_the_first_record_that_has_one():
    dataset = Dataset(ABROAD)
    of = examples.examples(dataset.model, check_all(dataset)[1])
    assert of["Project-lead"] == "river-trust"
    assert of["Project-start"] == "2021", "the first project by its id"
    assert of["Project-end"] == "2023-05-12", "the first that has an end"
    assert "Project-grants" not in of, "the fields of a part have their own"


def test_a_text_is_cut_and_an_address_is_not(found):
    text = yaml.safe_load(found["Project-summary"])
    assert all(len(each) <= examples.LONGEST + 1 for each in text.values())
    assert "…" not in found["Project-source"]


def test_the_first_project_is_read_without_its_problems(tmp_path):
    dataset = Dataset(ABROAD)
    before = len(dataset.reader.problems)
    assert [r.id for r in examples.first(dataset)] == ["community-garden-2021"]
    assert len(dataset.reader.problems) == before


def test_schemas_show_them(tmp_path):
    out: Path = tmp_path / "dist"
    published(ABROAD, out, only=("dumps",))
    of_project = json.loads((out / "schema/project.json").read_text("utf-8"))
    assert of_project["properties"]["lead"]["examples"] == ["river-trust"]
