"""`hankelod new` on a terminal and without: datasets, records and own fields that validate and publish at once.

A folder of `cases/own-fields` is one `hankelod new field` over the dataset `datasets/english`: what the options are,
the `fields.yml` before it, and the one after it or the words of the refusal.
"""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

import pytest
import yaml

from hankelod.messages.languages import LANGUAGES
from hankelod.records.dataset import Dataset
from support.checking import check_all
from support.commands import hankelod
from support.folders import CASES, TESTS
from support.terminal import Talk, talk

FIELDS = sorted((CASES / "own-fields").iterdir())

ENDS = {"lf": "\n", "crlf": "\r\n"}
"""Line ends of a `fields.yml` that is there before."""

posix = pytest.mark.skipif(sys.platform == "win32", reason="there are no terminals of this kind")


def text(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


### Datasets


DATASET = {
    "fi": ["", "", "", "Rahaston avustukset", "Mitä rahasto on myöntänyt.", "", "Esimerkkirahasto"],
    "sv": ["", "", "", "Fondens bidrag", "Vad fonden har beviljat.", "", "Exempelfonden"],
    "en": ["1", "en, sv", "none", "Grants of the fund", "", "What it granted.", "", "the-grants", "The fund", "Fonden"],
}
"""Profile, languages, areas, titles, descriptions, id, publisher."""

TERMS = ["EUD", "GBP", "2", "data.example.org", "https://data.example.org/grants/"]
"""Currency, first one that there is not, licence, and the base address, first without its beginning."""

CONTACT = ["", "grants@example.org", "GBR", "2026-02-30", "2026-02-28"]
"""Contact, area covered, and the day of issue, first one that is in no calendar."""


def begin(folder: Path, lang: str) -> Talk:
    return talk(["new", "dataset", "--lang", lang], [*DATASET[lang], *TERMS, *CONTACT], folder)


@posix
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_dataset_begun_on_a_terminal_validates_and_publishes_at_once(tmp_path: Path, lang: str) -> None:
    done = begin(tmp_path, lang)
    assert done.status == 0, done.shown
    assert done.given == len(DATASET[lang]) + len(TERMS) + len(CONTACT)
    said = yaml.safe_load(text(tmp_path / "data/dataset.yml"))
    assert said["languages"] == (["en", "sv"] if lang == "en" else [lang])
    assert said["currency"] == "GBP" and said["licence"].endswith("/zero/1.0/")
    assert said["contact"]["email"] == "mailto:grants@example.org"
    assert said["issued"] == said["modified"] and str(said["issued"]) == "2026-02-28"
    assert text(tmp_path / f"data/organisations/{said['publisher']}.yml").count("\nname:") == 1
    assert "hankelod new programme ID" in done.shown
    validated = hankelod("validate", "--strict", cwd=tmp_path)
    assert validated.returncode == 0, validated.stdout
    published = hankelod("publish", cwd=tmp_path)
    assert published.returncode == 0, published.stderr
    root = text(tmp_path / "dist/index.html")
    assert f'<html lang="{lang}"' in root and said["title"][lang] in root
    assert '"mailto:grants@example.org">grants@example.org<' in text(tmp_path / "dist/about.html")
    assert said["spatial"] == "GBR" and "dcterms:spatial country:GBR" in text(tmp_path / "dist/catalog.ttl")


@posix
def test_what_is_not_valid_is_asked_again_with_the_reason(tmp_path: Path) -> None:
    shown = begin(tmp_path, "en").shown
    assert shown.count("base: ") == 2 and "begins with https:// and ends in a slash" in shown
    assert shown.count("issued: ") == 2 and "a day of the calendar" in shown


@posix
def test_a_dataset_whose_questions_are_left_is_not_begun(tmp_path: Path) -> None:
    done = talk(["new", "dataset"], ["", "en", "", "Grants"], tmp_path)
    assert done.status == 2 and "nothing was changed" in done.shown
    assert list(tmp_path.iterdir()) == []


@posix
def test_a_dataset_that_is_there_is_not_asked_for(tmp_path: Path) -> None:
    assert begin(tmp_path, "en").status == 0
    done = talk(["new", "dataset", "--lang", "en"], [], tmp_path)
    assert (done.status, done.given) == (2, 0) and "there is a dataset here already" in done.shown


@posix
def test_a_profile_is_asked_for_what_it_requires(tmp_path: Path) -> None:
    """Its languages, its area pack, and the keys that it demands of dataset and publisher."""
    answers = ["municipal-climate", "en", "fi, en", "Hankkeet", "", "Kunnan hankkeet.", "", "", "Kunta", "", "nonsense"]
    answers += [
        "municipality",
        "",
        "",
        "https://hankkeet.example.org/",
        "",
        "",
        "",
        "",
        "kunta@example.org",
        "2026-01-01",
    ]
    done = talk(["new", "dataset", "--lang", "en"], answers, tmp_path)
    assert (done.status, done.given) == (0, len(answers)), done.shown
    assert "at least: fi, sv" in done.shown
    validated = hankelod("validate", "--lang", "en", cwd=tmp_path)
    assert validated.returncode == 0, validated.stdout


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_a_terminal_a_dataset_is_a_file_in_the_language_of_messages(tmp_path: Path, lang: str) -> None:
    done = hankelod("new", "dataset", "grants", "--lang", lang, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "data/dataset.yml\n")
    said = yaml.safe_load(text(tmp_path / "data/dataset.yml"))
    assert said["languages"] == [lang] and said["title"] == {lang: None}


def test_without_a_terminal_an_id_is_needed(tmp_path: Path) -> None:
    done = hankelod("new", "dataset", "--lang", "en", cwd=tmp_path)
    assert done.returncode == 2 and "hankelod new dataset ID" in done.stderr


### Records


@posix
def test_records_of_any_dataset_are_asked_for_in_its_languages(tmp_path: Path) -> None:
    """From nothing to a project, with what the commands asked for only."""
    assert begin(tmp_path, "en").status == 0
    programme = talk(["new", "programme", "energy", "--lang", "en"], ["Energy grants", "Energibidrag"], tmp_path)
    answers = ["Solar roofs", "Soltak", "The fund", "the-fund", "energy", "https://data.example.org/list"]
    project = talk(["new", "project", "solar", "--lang", "en"], answers, tmp_path)
    assert (programme.status, project.status) == (0, 0), project.shown
    assert "title (en): " in project.shown and "title (sv): " in project.shown and "(fi)" not in project.shown
    assert [p for p in check_all(Dataset(tmp_path))[0].problems if p.severity == "violation"] == []


@pytest.mark.parametrize("kind", ["project", "organisation", "programme"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_draft_speaks_of_no_other_dataset(english: Path, kind: str, lang: str) -> None:
    done = hankelod("new", kind, "--blank", "new-one", "--lang", lang, cwd=english)
    assert done.returncode == 0, done.stderr
    draft = text(english / done.stdout.strip())
    for word in ("kunnan", "joensuu", "kommunernas", "inkoo", "ingå", "suom", "\n  fi:"):
        assert word not in draft.casefold(), word


### Fields


@pytest.fixture
def english(tmp_path: Path) -> Path:
    """A copy of a dataset in English and Swedish, with a list and without fields of its own."""
    shutil.copytree(TESTS / "datasets/english", tmp_path, dirs_exist_ok=True)
    (tmp_path / "fields.yml").unlink()
    for record in (tmp_path / "data/projects").iterdir():
        lines = text(record).replace(", openCall: true, decided: 2026-05-03", "").splitlines(keepends=True)
        record.write_text("".join(x for x in lines if not x.startswith(("priorityAxis", "visits"))), "utf-8")
    settings = tmp_path / "data/dataset.yml"
    settings.write_text(text(settings).replace("languages: [en]", "languages: [en, sv]"), "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("case", "end"),
    [
        pytest.param(case, end, id=f"{case.name}-{name}")
        for case in FIELDS
        for name, end in ENDS.items()
        if name == "lf" or (case / "before.yml").exists()
    ],
)
def test_a_field_is_put_in_its_place_or_refused(english: Path, case: Path, end: str) -> None:
    fields = english / "fields.yml"
    if (case / "before.yml").exists():
        fields.write_text(text(case / "before.yml"), "utf-8", newline=end)
    before = fields.read_bytes() if fields.exists() else None
    done = hankelod("new", "field", *shlex.split(text(case / "options.txt")), "--lang", "en", cwd=english)
    if (case / "refusal.txt").exists():
        assert done.returncode == 2 and text(case / "refusal.txt").strip() in done.stderr, done.stderr
        assert (fields.read_bytes() if fields.exists() else None) == before
    else:
        assert (done.returncode, done.stdout) == (0, "fields.yml\n"), done.stderr
        assert text(fields) == text(case / "after.yml").replace("\n", end)
        Dataset(english)
    assert [path.name for path in english.iterdir() if path.name.startswith(".")] == []


ANSWERS = {
    "fi": ["1", "Toimintalinja", "Insatsområde", "", "13", "", "Energia", "", "", "", "ei", "kyllä"],
    "sv": ["project", "Toimintalinja", "Insatsområde", "1bad", "", "13", "", "Energia", "", "", "", "nej", "j"],
    "en": ["", "Toimintalinja", "Insatsområde", "title", "", "13", "B c", "", "Energia", "", "e1", "", "", "y"],
}


@posix
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_field_with_a_new_list_is_asked_for_on_a_terminal(english: Path, lang: str) -> None:
    done = talk(["new", "field", "--lang", lang], ANSWERS[lang], english)
    assert (done.status, done.given) == (0, len(ANSWERS[lang])), done.shown
    code = "e1" if lang == "en" else "energia"
    assert text(english / "lists/toimintalinja.csv") == f"code,label_en,label_sv\n{code},Energia,\n"
    field = Dataset(english).model.main.field("toimintalinja")
    assert field is not None and field.required and not field.many and field.label["sv"] == "Insatsområde"
    report = check_all(Dataset(english))[0]
    assert {p.code for p in report.problems if p.severity == "violation"} == {"Project-toimintalinja"}


@posix
def test_a_list_that_is_there_is_offered(english: Path) -> None:
    done = talk(["new", "field", "axis", "--lang", "en"], ["grant", "Axis", "", "12", "y", ""], english)
    assert (done.status, done.given) == (0, 6), done.shown
    field = Dataset(english).model.by_name("Grant").field("axis")
    assert field is not None and field.many and str(field.target).endswith("#Priorities")


@posix
def test_a_list_goes_with_a_field_that_is_refused(english: Path) -> None:
    (english / "fields.yml").write_text("project: {axis: {label: Axis}}\n", "utf-8")
    done = talk(
        ["new", "field", "--lang", "en"], ["", "Kind", "", "", "13", "kinds", "One", "", "", "", "", ""], english
    )
    assert done.status == 2 and "lines cannot be put into this file" in done.shown, done.shown
    assert not (english / "lists/kinds.csv").exists()
