"""Area packs: what is read from their folders, what is refused, and what records may say of their areas."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml

from hankelod.intake.names import gazetteer, resolver
from hankelod.model.levels import AREA
from hankelod.records.areas import Areas
from hankelod.records.dataset import Dataset
from hankelod.records.folder import NotADataset
from support.checking import check_all
from support.folders import CASES, DATASETS

PACKS = CASES / "packs"
REFUSED = sorted(p.name for p in PACKS.iterdir() if p.is_dir())


def copied(name: str, tmp_path: Path) -> Path:
    shutil.copytree(DATASETS / name, tmp_path / name)
    return tmp_path / name


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


@pytest.mark.parametrize("name", REFUSED)
def test_a_pack_that_cannot_be_used_is_refused_in_words(name, tmp_path):
    root = copied("sweden", tmp_path)
    shutil.rmtree(root / "data/areas")
    shutil.copytree(PACKS / name, root / "data/areas", ignore=shutil.ignore_patterns("refusal.txt"))
    with pytest.raises(NotADataset) as caught:
        Dataset(root)
    for lang in ("fi", "sv", "en"):
        assert caught.value.text(lang)
    assert caught.value.text("en").startswith((PACKS / name / "refusal.txt").read_text("utf-8").strip())


@pytest.mark.parametrize("named", ["nowhere", "../elsewhere", "/etc", "data/nowhere", "x/../../y"])
def test_a_pack_that_is_not_there_is_refused(named, tmp_path):
    root = copied("sweden", tmp_path)
    edit(root / "data/dataset.yml", "areas: data/areas", f"areas: {named}")
    with pytest.raises(NotADataset, match="there is no area pack"):
        Dataset(root)


def test_a_pack_that_leads_out_of_the_dataset_is_refused(tmp_path):
    root = copied("sweden", tmp_path)
    shutil.move(root / "data/areas", tmp_path / "elsewhere")
    (root / "data/areas").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NotADataset, match="there is no area pack"):
        Dataset(root)


### Levels


def test_levels_share_a_class_or_have_their_own():
    country, county = Dataset(DATASETS / "sweden").model.levels
    assert (country.iri, country.key, country.segment) == (AREA, "areas", "area")
    assert (county.iri, county.key, county.segment) == ("https://example.org/def#Lan", "lan", "lan")
    assert county.parent == "land"


def test_a_level_of_its_own_is_a_sub_class_with_a_sub_property():
    model = Dataset(DATASETS / "sweden").model
    ontology = model.ontology
    assert AREA in ontology.objects("https://example.org/def#Lan", "http://www.w3.org/2000/01/rdf-schema#subClassOf")
    assert "https://w3id.org/hankelod/def#area" in ontology.objects(
        "https://example.org/def#lan", "http://www.w3.org/2000/01/rdf-schema#subPropertyOf"
    )


def test_no_areas_and_no_word_of_them():
    model = Dataset(DATASETS / "english").model
    assert model.levels == ()
    assert not any(cls.iri == AREA for cls in model.classes.values())


### Codes


def test_codes_keep_their_case_and_iris_have_none():
    dataset = Dataset(DATASETS / "britain")
    rows = dataset.rows(dataset.model.classes[AREA])
    assert rows["ukd3101"].values["code"] == "UKD3101"
    assert dataset.model.iri(rows["ukd3101"].cls, "ukd3101") == "https://example.org/grants/id/area/ukd3101"


@pytest.mark.parametrize("written", ["UKD3101", "ukd3101", "Ukd3101"])
@pytest.mark.parametrize("form", ["yml", "jsonl"])
def test_records_name_codes_in_any_case(written, form, tmp_path):
    root = copied("britain", tmp_path)
    project = root / "data/projects/in-haringey.yml"
    edit(project, 'areas: ["UKI1202"]', f"areas: [{written}]")
    if form == "jsonl":
        record = {"id": project.stem, **yaml.load(project.read_text("utf-8"), yaml.BaseLoader)}
        record["totalCost"], record["grants"][0]["amount"] = 5000, 2500
        (root / "data/projects.jsonl").write_text(json.dumps(record, ensure_ascii=False) + "\n", "utf-8")
        project.unlink()
    report, records = check_all(Dataset(root))
    assert report.problems == []
    assert next(r for r in records if r.id == "in-haringey").values["areas"] == ["ukd3101"]


def test_two_codes_that_differ_in_case_alone_are_an_error(tmp_path):
    root = copied("britain", tmp_path)
    with (root / "data/areas/uk/areas.csv").open("a", encoding="utf-8") as file:
        file.write("ukd3101,district,Manchester again,,UKD,53.4,-2.2,,\n")
    report, _ = check_all(Dataset(root))
    assert {(p.code, p.file, p.line) for p in report.problems} >= {("duplicate-id", "data/areas/uk/areas.csv", 15)}


def sweden(tmp_path: Path, areas: str, form: str) -> Dataset:
    """Return a dataset with a level that shares `hanke:Area` and one with a key of its own, `lan`."""
    root = copied("sweden", tmp_path)
    project = root / "data/projects/ett-projekt.yml"
    edit(project, 'lan: ["24", "25"]', f'areas: {areas}\nlan: ["24"]')
    if form == "jsonl":
        record = {"id": project.stem, **yaml.load(project.read_text("utf-8"), yaml.BaseLoader)}
        record["totalCost"], record["grants"][0]["amount"] = 600000, 300000
        (root / "data/projects.jsonl").write_text(json.dumps(record, ensure_ascii=False) + "\n", "utf-8")
        for each in (root / "data/projects").iterdir():
            each.unlink()
    return Dataset(root)


@pytest.mark.parametrize("form", ["yml", "jsonl"])
def test_one_key_takes_codes_of_every_level(form, tmp_path):
    report, records = check_all(sweden(tmp_path, "[SE, '25']", form))
    assert report.problems == []
    values = next(r for r in records if r.id == "ett-projekt").values
    assert (values["areas"], values["lan"]) == (["se"], ["24", "25"])
    assert values["namedAreas"] == ["lan/24", "lan/25"]


@pytest.mark.parametrize("form", ["yml", "jsonl"])
@pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
def test_an_area_that_is_named_under_both_keys_is_told_once(form, engine, tmp_path):
    report, records = check_all(sweden(tmp_path, "['25', '24']", form), engine)
    assert [(p.code, p.field) for p in report.problems] == [("duplicate-value", "areas[1]")]
    assert next(r for r in records if r.id == "ett-projekt").values["lan"] == ["24", "25"]


def test_a_code_of_two_levels_is_told(tmp_path):
    root = copied("sweden", tmp_path)
    edit(root / "data/areas/levels.csv", "[A-Z]{2}", "[A-Z0-9]{2}")
    edit(root / "data/areas/areas.csv", "SE,land,Sverige,Sveriges,,,,\n", "SE,land,Sverige,,,,,\n25,land,Norden,,,,,\n")
    edit(root / "data/projects/ett-projekt.yml", 'lan: ["24", "25"]', 'areas: ["25"]')
    report, _ = check_all(Dataset(root))
    (found,) = report.problems
    assert (found.code, found.field) == ("ambiguous-code", "areas[0]")
    assert "areas, lan" in found.fix["en"]


FAULTS = {
    "a code of another form": ("UKC1101,district", "UK-1101,district", "Area-code"),
    "a position off the world": ("54.6854", "154.6854", "Area-latitude"),
    "a parent that is none": ("Hartlepool,,UKC", "Hartlepool,,UKX", "unknown-reference"),
    "a year of three digits": ("2009", "209", "Area-until"),
    "a level that is none": ("UKC1101,district", "UKC1101,parish", "unknown-level"),
    "no level": ("UKC1101,district", "UKC1101,", "unknown-level"),
    "a column that is none": ("successor,until", "successor,since", "unknown-key"),
}


@pytest.mark.parametrize(("old", "new", "code"), FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
def test_what_is_wrong_in_a_table_is_told_at_its_row(old, new, code, engine, tmp_path):
    root = copied("britain", tmp_path)
    edit(root / "data/areas/uk/areas.csv", old, new)
    report, _ = check_all(Dataset(root), engine)
    found = {p.code: p for p in report.problems}
    assert code in found, report.problems
    assert found[code].file == "data/areas/uk/areas.csv"


def test_same_as_is_a_column(tmp_path):
    root = copied("sweden", tmp_path)
    edit(root / "data/areas/areas.csv", "57.6,18.3,", "57.6,18.3,http://www.wikidata.org/entity/Q104231")
    dataset = Dataset(root)
    rows = dataset.rows(dataset.model.classes["https://example.org/def#Lan"])
    assert rows["09"].values["sameAs"] == "http://www.wikidata.org/entity/Q104231"
    assert check_all(dataset)[0].problems == []


### Tables of a dataset's own, for one more version


def test_other_tables_of_the_pack_are_left_out_beside_a_table_of_the_dataset(tmp_path):
    """The pack's former municipalities lead to municipalities that a dataset with its own does not have."""
    root = copied("tiny", tmp_path)
    table = "code,name_fi,region,lat,long\n853,Turku,02,60.4481,22.2662\n"
    (root / "data/municipalities.csv").write_text(table, "utf-8")
    report, records = check_all(Dataset(root))
    assert [p for p in report.problems if p.severity == "violation"] == []
    assert sum(r.cls.name == "Municipality" for r in records) == 1
    assert sum(r.cls.name == "Region" for r in records) == 19
    assert not any(r.cls.name == "FormerMunicipality" for r in records)


### Credits and names


def test_credits_of_the_pack_stand_before_those_of_the_dataset(tmp_path):
    root = copied("britain", tmp_path)
    with (root / "data/dataset.yml").open("a", encoding="utf-8") as file:
        file.write('attribution: ["The list: the office."]\n')
    settings = Dataset(root).settings()
    assert settings is not None
    assert settings.values["attribution"] == [
        "Boundaries of districts: the example office, Open Government Licence v3.0.",
        "The list: the office.",
    ]


def test_credits_are_in_the_language_that_is_asked_for():
    pack = Dataset(DATASETS / "sweden").pack
    assert pack.credits(("sv",)) == ("Län och koder: exempelkällan, CC0 1.0.",)
    assert pack.credits(("en",)) == ("Counties and codes: the example source, CC0 1.0.",)


NAMES = {
    ("britain", "Grants in Manchester and Preston"): [("district", "UKD3101"), ("district", "UKD4307")],
    ("britain", "the North West's growth"): [("region", "UKD")],
    ("britain", "once in Old Tyneside"): [("district", "UKC2202")],
    ("sweden", "Projekt i Norrbotten och Uppsalas län"): [("lan", "25"), ("lan", "03")],
}


@pytest.mark.parametrize(("given", "expected"), NAMES.items(), ids=str)
def test_names_of_the_pack_are_found_in_texts(given, expected):
    name, text = given
    matches = resolver.resolve(text, gazetteer.load(Dataset(DATASETS / name)))
    assert [(m.kind, m.id) for m in matches if m.place] == expected


def test_areas_hold_each_other():
    dataset = Dataset(DATASETS / "sweden")
    areas = Areas(dataset.model, lambda iri, i: dataset.rows(dataset.model.classes[iri]).get(i))
    assert areas.whole({"lan": ["24"]}) == {"https://example.org/def#Lan": ["24"], AREA: ["se"]}
