"""`hankelod new`: a commented record in every language that is right once it is filled in."""

from __future__ import annotations

import re

import pytest
import yaml

from hankelod.cli import prompts
from hankelod.cli.parser import KINDS
from hankelod.cli.questions import Questions
from hankelod.pipeline.checking import check_files
from hankelod.records import drafts
from hankelod.records.dataset import Dataset
from support.checking import check_all
from support.folders import DATASETS

LANGUAGES = ("fi", "sv", "en")
GOOD = {
    "title": {"fi": "Hanke", "sv": "Projekt", "en": "Project"},
    "name": {"fi": "Nimi", "sv": "Namn", "en": "Name"},
    "lead": "joensuun-kaupunki",
    "municipalities": ["167"],
    "start": "2021-05",
    "end": "2022-11",
    "totalCost": "75000",
    "grants": [{"programme": "kuntien-ilmastoratkaisut", "amount": "50000"}],
    "source": "https://ym.fi/kuntien-hankkeet",
    "kind": "municipality",
    "funder": "ymparistoministerio",
    "startYear": "2018",
}
"""A good value for every required field of the kinds of records."""


def test_the_kinds_are_the_models(dataset):
    assert set(KINDS) == {c.segment for c in dataset.model.entries() if c.folder}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_filled_in_it_validates(copy, kind, lang):
    dataset = Dataset(copy)
    begun = drafts.draft(dataset, kind, "uusi-tietue")
    begun.path.write_text(drafts.write(dataset, begun, lang, GOOD), "utf-8")
    report = check_files(Dataset(copy), [begun.path])
    assert report.problems == []
    assert report.records == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_left_blank_every_required_key_is_asked_for(copy, kind, lang):
    dataset = Dataset(copy)
    begun = drafts.draft(dataset, kind, "uusi-tietue")
    begun.path.write_text(drafts.write(dataset, begun, lang, {}), "utf-8")
    report = check_files(Dataset(copy), [begun.path])
    missing = {re.split(r"[.\[]", p.field)[0] for p in report.problems if p.severity == "violation"}
    assert missing == {f.key for f in drafts.required(dataset, begun.cls)}


def test_a_list_without_codes_is_not_offered():
    dataset = Dataset(DATASETS / "abroad")
    text = drafts.write(dataset, drafts.draft(dataset, "project", "new-project"), "en", {})
    assert "# status:" in text and "# themes:" not in text and "# targetGroups:" not in text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_key_is_there_with_its_comment_required_first(dataset, kind, lang):
    begun = drafts.draft(dataset, kind, "uusi-tietue")
    text = drafts.write(dataset, begun, lang, {})
    lines = text.splitlines()
    assert lines[0].startswith("# yaml-language-server: $schema=")
    for field in begun.cls.fields:
        if field.deprecated:
            assert f"{field.key}:" not in re.findall(r"^(?:# )?(\w+:)", text, re.M), field.key
        elif field.filled is None:
            assert re.search(rf"^(# )?{field.key}:", text, re.M), field.key
            assert field.label[lang].casefold() in text.casefold()
    keys = [
        (line.startswith("# "), line.removeprefix("# ").split(":")[0])
        for line in lines
        if re.match(r"(# )?[a-z]\w*:", line)
    ]
    fields = {f.key for f in begun.cls.fields}
    commented = [c for c, key in keys if key in fields and not key[0].isupper()]
    assert commented == sorted(commented), "optional keys come after required ones"
    assert set(yaml.safe_load(text)) == {f.key for f in drafts.required(dataset, begun.cls)}


DESCRIPTION = {
    "title": {"fi": "Hankkeet"},
    "description": {"fi": "Kaupungin hankkeet."},
    "version": "1.0.0",
    "issued": "2026-11-01",
    "modified": "2026-11-01",
    "licence": "https://creativecommons.org/licenses/by/4.0/",
    "publisher": "kaupunki",
    "base": "https://data.example.fi/hankkeet/",
    "languages": ["fi"],
}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_dataset_begins_in_an_empty_folder(run, tmp_path, lang):
    done = run("new", "dataset", "hankkeet", "--lang", lang, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "data/dataset.yml\n")
    file = tmp_path / "data/dataset.yml"
    assert yaml.safe_load(file.read_text("utf-8"))["id"] == "hankkeet"
    assert run("new", "dataset", "muut", cwd=tmp_path).returncode == 2, "what stands there is not overwritten"
    dataset = Dataset(tmp_path, alone=True)
    file.unlink()
    begun = drafts.draft(dataset, "dataset", "hankkeet")
    file.write_text(drafts.write(dataset, begun, lang, DESCRIPTION), "utf-8")
    organisation = tmp_path / "data/organisations/kaupunki.yml"
    organisation.parent.mkdir()
    organisation.write_text("name: {fi: Kaupunki}\nkind: municipality\n", "utf-8")
    assert [p for p in check_all(Dataset(tmp_path))[0].problems if p.severity != "info"] == []


def test_a_dataset_left_blank_is_asked_for_its_base(run, tmp_path):
    run("new", "dataset", "hankkeet", cwd=tmp_path)
    done = run("validate", cwd=tmp_path)
    assert done.returncode == 2
    assert "base must be an IRI" in done.stderr


def test_questions_of_a_new_dataset_take_a_publisher_that_has_no_record_yet(tmp_path):
    dataset = Dataset(tmp_path, alone=True)
    cls = drafts.draft(dataset, "dataset", "hankkeet").cls
    typed = iter(
        [
            "Hankkeet",
            "",
            "",
            "Kaupungin hankkeet.",
            "",
            "",
            "1.0.0",
            "2026-11-01",
            "2026-11-01",
            DESCRIPTION["licence"],
            "kaupunki",
            DESCRIPTION["base"],
        ]
    )
    questions = Questions("fi", lambda prompt: next(typed), lambda text: None)
    assert prompts.answers(dataset, cls, questions) == {k: v for k, v in DESCRIPTION.items() if k != "languages"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_optional_keys_are_right_once_the_comment_sign_is_taken_away(dataset, lang):
    """The text behind `# key:` is YAML of the right kind."""
    begun = drafts.draft(dataset, "project", "uusi-hanke")
    text = drafts.write(dataset, begun, lang, GOOD)
    keys = "|".join(f.key for f in begun.cls.fields)
    opened = re.sub(rf"^# (?=(?:{keys}):)", "", text, flags=re.M)
    opened = re.sub(r"^# (?= )", "", opened, flags=re.M)
    assert set(yaml.safe_load(opened)) == {f.key for f in begun.cls.fields if not f.derived}


@pytest.mark.parametrize("identifier", ["Uusi hanke", "../x", "a>b", "", "-a", "ä", "a" * 200])
def test_a_bad_id_is_refused(run, copy, identifier):
    done = run("new", "project", "--blank", "--", identifier, cwd=copy)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("identifier", ["con", "com1", "lpt9"])
def test_a_reserved_id_is_told_for_what_it_is(run, copy, identifier):
    done = run("new", "project", identifier, "--lang", "sv", cwd=copy)
    assert done.returncode == 2 and "Windows" in done.stderr and f"{identifier}-1" in done.stderr


def test_nothing_is_overwritten(run, copy):
    path = copy / "data/projects/turku-iklu.yml"
    before = path.read_bytes()
    assert run("new", "project", "turku-iklu", cwd=copy).returncode == 2
    assert path.read_bytes() == before
    assert run("new", "project", "uusi", cwd=copy).returncode == 0
    assert run("new", "project", "uusi", cwd=copy).returncode == 2


def test_a_withdrawn_id_is_not_used_again(run, copy):
    (copy / "data/withdrawn.yml").write_text(
        "- id: project/vanha\n  date: 2026-01-01\n  reason: {fi: a, sv: a, en: a}\n", "utf-8"
    )
    done = run("new", "project", "vanha", cwd=copy)
    assert done.returncode == 2
    assert "withdrawn" in done.stderr


def test_questions_take_what_fits_and_explain_what_does_not(copy):
    dataset = Dataset(copy)
    begun = drafts.draft(dataset, "project", "uusi")
    typed = iter(
        [
            "Hanke",
            "",
            "",  # title
            "Joensuun kaupunk",
            "joensuun-kaupunki",  # lead, misspelt first
            "Joensuu",
            "167",
            "",  # municipalities
            "5/2021",
            "2021-05",
            "2022-11",
            "75 000 €",
            "75000",
            "kuntien-ilmastoratkaisut",
            "50000",
            "",  # source: later
        ]
    )
    told: list[str] = []
    answers = prompts.answers(dataset, begun.cls, Questions("fi", lambda prompt: next(typed), told.append))
    assert answers == {k: v for k, v in GOOD.items() if k in answers} | {"title": {"fi": "Hanke"}}
    assert set(answers) == {"title", "lead", "municipalities", "start", "end", "totalCost", "grants"}
    assert [t for t in told if "Tarkoititko" in t] and len([t for t in told if "Tarkoititko" in t]) == 4
    begun.path.write_text(drafts.write(dataset, begun, "fi", answers), "utf-8")
    report = check_files(Dataset(copy), [begun.path])
    assert {p.field for p in report.problems if p.severity == "violation"} == {"source"}
