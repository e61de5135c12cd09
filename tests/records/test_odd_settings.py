"""Settings, credits and shapes of strangers that no one would write on purpose: words in place of a traceback."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from hankelod.records.dataset import Dataset
from hankelod.records.folder import NotADataset
from support.checking import check_all
from support.folders import DATASETS


@pytest.fixture
def english(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DATASETS / "english", tmp_path / "english"))


@pytest.fixture
def britain(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DATASETS / "britain", tmp_path / "britain"))


def speaks(root: Path, languages: str) -> Dataset:
    file = root / "data" / "dataset.yml"
    text = re.sub(r"(?m)^languages:.*\n", "", file.read_text("utf-8"))
    file.write_text(f"{text}languages: {languages}\n", "utf-8")
    return Dataset(root)


@pytest.mark.parametrize(
    "languages", ["en", '["x y"]', "[1]", "[{a: b}]", '["zzzzzzzzzzz"]', '["en-GB-x-é"]', '["", en]']
)
def test_languages_that_are_none_are_told_of_and_not_used(english, languages):
    dataset = speaks(english, languages)
    assert dataset.languages == ("en",)
    found, _ = check_all(dataset)
    assert {p.field.partition("[")[0] for p in found.problems if p.severity == "violation" and p.field} >= {"languages"}


@pytest.mark.parametrize("languages", ["[]", "[en, en]"])
def test_languages_that_say_nothing_new_change_nothing(english, languages):
    assert speaks(english, languages).languages == ("en",)


@pytest.mark.parametrize("tag", ["en-GB", "zh-Hant", "class", "de-CH-1996"])
def test_lines_in_languages_whose_tags_are_no_words_of_a_program(english, tag):
    shutil.rmtree(english / "lists")
    (english / "fields.yml").unlink()
    line = {"id": "one", "title": {tag: "One"}, "source": "https://a.example/", "totalCost": 1, "unnamedPerson": True}
    (english / "data" / "projects.jsonl").write_text(json.dumps(line) + "\n", "utf-8")
    dataset = speaks(english, f"[{tag}]")
    project = dataset.model.main
    assert dataset.decoders.of(project)(json.dumps(line, separators=(",", ":")).encode()) is not None
    record = next(r for r in dataset.read(project) if r.id == "one")
    assert record.values["title"] == {tag: "One"}
    check_all(dataset)


@pytest.mark.parametrize("content", [b"k\xe4\n", b"a\x1b[31m\n", "a\u202eb\n".encode()])
@pytest.mark.parametrize("name", ["credits", "credits.sv"])
def test_credits_that_cannot_be_read_are_told_of(britain, content, name):
    (britain / "data" / "areas" / "uk" / name).write_bytes(content)
    with pytest.raises(NotADataset, match=rf"areas/uk/{name}:1:"):
        Dataset(britain)


def test_a_table_with_a_cell_that_no_one_reads_is_told_of(britain):
    table = britain / "data" / "areas" / "uk" / "areas.csv"
    table.write_bytes(b'"' + b"x" * 140_000 + b'"\n' + table.read_bytes())
    found, _ = check_all(Dataset(britain))
    assert "csv-syntax" in {p.code for p in found.problems}


HEAD = """@prefix s: <https://w3id.org/hankelod/shapes#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix dash: <http://datashapes.org/dash#> .
@prefix e: <https://example.org/def#> .
s:Project sh:property s:Project-has .
s:Project-has a sh:PropertyShape ; sh:path e:has ; sh:codeIdentifier "has" ; sh:order 200 ; sh:class e:Part ;
    dash:composite true ; sh:name "has"@en ; sh:message "x"@en ; s:why "x"@en .
"""


@pytest.mark.parametrize("name", ["My-Part", "part", "Out", "None", "2Parts", "Part.x", "A(a=1)"])
def test_names_of_node_shapes_under_which_no_function_can_be_made_are_refused(english, name):
    (english / "model").mkdir()
    shape = (
        f'<https://w3id.org/hankelod/shapes#{name}> a sh:NodeShape ; sh:targetClass e:Part ; sh:codeIdentifier "has"'
    )
    (english / "model" / "x.ttl").write_text(f"{HEAD}{shape} .\n", "utf-8")
    with pytest.raises(NotADataset, match=rf"the name {re.escape(name)}: letters and digits only"):
        Dataset(english)


@pytest.mark.parametrize(
    ("columns", "cells"),
    [
        ("key,class", "#REF!,https://a.example/def#Kind"),
        ("key,class", "a\U000e0041,https://a.example/def#Kind"),
        ("key,class", "a\\uD800,https://a.example/def#Kind"),
        ("key,class", "id,https://a.example/def#Kind\U000e0041"),
        ("key,class", "kinds,https://a.example/def#K<>"),
        ("key,class,property", "kinds,https://a.example/def#Kind,https://a.example/\U000e0041"),
    ],
)
def test_levels_of_which_no_terms_can_be_made_are_refused(britain, columns, cells):
    table = britain / "data" / "areas" / "uk" / "levels.csv"
    table.write_text(f"level,name_en,name_sv,{columns}\nkind,kind,slag,{cells}\n", "utf-8")
    with pytest.raises(NotADataset, match=r"levels\.csv:2:1: "):
        Dataset(britain)
