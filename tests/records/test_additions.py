"""Additions of a dataset to the model: fields and lists in short form, and Turtle over the package's.

A folder of `cases/additions` is laid over the dataset `datasets/english`; its `expect:` line is what the refusal says.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from hankelod.messages.languages import LANGUAGES
from hankelod.records.dataset import Dataset
from hankelod.records.folder import NotADataset
from support.checking import check_all
from support.folders import CASES, TESTS

ENGLISH = TESTS / "datasets" / "english"

REFUSED = sorted(folder.name for folder in (CASES / "additions").iterdir())


@pytest.fixture
def english(tmp_path: Path) -> Path:
    """A copy of the dataset in English, with a list and three fields of its own."""
    shutil.copytree(ENGLISH, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_used_is_refused_at_its_place(english: Path, name: str) -> None:
    folder = CASES / "additions" / name
    shutil.copytree(folder, english, dirs_exist_ok=True)
    texts = (f.read_text("utf-8") for f in folder.rglob("*") if f.is_file())
    expected = next(m[1] for text in texts if (m := re.search(r"(?m)^(?:# )?expect: (.*)$", text)))
    with pytest.raises(NotADataset) as refusal:
        Dataset(english)
    assert expected in refusal.value.texts["en"]
    assert set(refusal.value.texts) == set(LANGUAGES) and all(refusal.value.texts.values())


def test_all_faults_of_all_files_are_named_at_once(english: Path) -> None:
    (english / "lists/other.csv").write_text("code,label_en\n,Nothing\nb,\n", "utf-8")
    (english / "fields.yml").write_text("project:\n  Bad: {label: x}\n  good: {kind: text}\n", "utf-8")
    with pytest.raises(NotADataset) as refusal:
        Dataset(english)
    assert len(refusal.value.texts["en"].splitlines()) == 1 + 4


def test_own_fields_are_fields_like_others(english: Path) -> None:
    dataset = Dataset(english)
    project, grant = dataset.model.main, dataset.model.by_name("Grant")
    axis, visits, call = project.field("priorityAxis"), project.field("visits"), grant.field("openCall")
    assert axis and visits and call
    assert (axis.required, axis.many, axis.kind.name, visits.kind.name, call.kind.name) == (
        True,
        False,
        "reference",
        "integer",
        "boolean",
    )
    assert axis.path == "https://grants.example.org/def#priorityAxis" and axis.label == {"en": "Priority axis"}
    assert list(dataset.model.concepts[str(axis.target)]) == ["p1", "p1a", "p2"]
    assert dataset.own_model


def test_own_lists_carry_codes_and_broader_concepts(english: Path) -> None:
    ontology = Dataset(english).model.ontology
    solar = "https://grants.example.org/id/concept/priorities/p1a"
    assert ontology.value(solar, "http://www.w3.org/2004/02/skos/core#notation") == "P1a"
    assert ontology.iri(solar, "http://www.w3.org/2004/02/skos/core#broader") == solar[:-1]


def test_a_value_that_breaks_an_own_field_is_told_at_its_line(english: Path) -> None:
    record = english / "data/projects/solar.yml"
    record.write_text(record.read_text("utf-8").replace("visits: 12", "visits: many").replace("p1a", "p9"), "utf-8")
    report, _ = check_all(Dataset(english))
    found = {(p.line, p.code) for p in report.problems if p.file == "data/projects/solar.yml"} - {(1, "Project-area")}
    assert found == {(3, "unknown-reference"), (4, "Project-visits")}


def test_a_list_of_the_package_takes_members_of_the_dataset(english: Path) -> None:
    (english / "lists/themes.csv").write_text("code,label_en\nsolar,Solar power\n", "utf-8")
    dataset = Dataset(english)
    theme = dataset.model.by_name("Theme")
    assert dataset.model.concepts[theme.iri] == {"solar": {"en": "Solar power"}}


def test_a_concept_of_the_dataset_is_held_to_its_shape(english: Path) -> None:
    """The shapes of concepts hold for those in `model/` too: this one has no label."""
    (english / "model").mkdir()
    (english / "model/themes.ttl").write_text(
        "@prefix hanke: <https://w3id.org/hankelod/def#> .\n\n<id/concept/theme/heat> a hanke:Theme .\n", "utf-8"
    )
    report, _ = check_all(Dataset(english))
    (problem,) = [p for p in report.problems if p.code == "Concept-prefLabel"]
    assert (problem.file, problem.line, problem.severity) == ("model/themes.ttl", 3, "violation")


def test_a_shape_is_changed_by_naming_it(english: Path) -> None:
    """A parameter replaces the earlier one, a text that of its language, and `sh:property` adds."""
    (english / "model").mkdir()
    (english / "model/own.ttl").write_text(
        """@prefix s:  <https://w3id.org/hankelod/shapes#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix own: <https://grants.example.org/terms#> .

s:Project-totalCost sh:minCount 1 ; sh:message "Write the budget."@en .
s:Project sh:property own:shape .
own:shape a sh:PropertyShape ; sh:path own:mood ; sh:codeIdentifier "mood" ; sh:datatype xsd:string ; sh:maxCount 1 ;
    sh:name "mood"@en ; sh:description "The mood."@en ; sh:message "Write it."@en ; s:why "We ask."@en .
""",
        "utf-8",
    )
    dataset = Dataset(english)
    cost, mood = dataset.model.main.field("totalCost"), dataset.model.main.field("mood")
    assert cost and cost.required and not cost.many and cost.limits == {"minInclusive": "0"}
    assert dataset.model.check(cost).fix["en"] == "Write the budget." and "fi" in dataset.model.check(cost).fix
    assert mood and dataset.model.check(mood).fix == {"en": "Write it."}
    report, _ = check_all(dataset)
    assert ("data/projects/solar.yml", "Project-totalCost") in {(p.file, p.code) for p in report.problems}


def test_a_profile_of_the_dataset_is_found(english: Path) -> None:
    folder = english / "shapes/profiles/strict"
    folder.mkdir(parents=True)
    (folder / "profile.yml").write_text("name: {en: strict}\ncurrency: CHF\n", "utf-8")
    (folder / "shapes.ttl").write_text(
        "@prefix s: <https://w3id.org/hankelod/shapes#> .\n@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
        "s:Project-summary sh:minCount 1 .\n",
        "utf-8",
    )
    settings = english / "data/dataset.yml"
    settings.write_text(settings.read_text("utf-8").replace("currency: GBP", "profile: strict"), "utf-8")
    dataset = Dataset(english)
    summary = dataset.model.main.field("summary")
    assert dataset.setting("currency") == "CHF" and summary and summary.required


def test_an_unknown_profile_is_refused(english: Path) -> None:
    settings = english / "data/dataset.yml"
    settings.write_text(settings.read_text("utf-8") + "profile: nonesuch\n", "utf-8")
    with pytest.raises(NotADataset) as refusal:
        Dataset(english)
    text = refusal.value.texts["en"]
    assert text.startswith("data/dataset.yml:13: ") and "general, municipal-climate" in text
