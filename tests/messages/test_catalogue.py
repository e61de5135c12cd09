"""The catalogue of texts: every language says the same, and another language is one more file."""

from __future__ import annotations

import pickle
import shutil
import string
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
import tomli

import hankelod
from hankelod.intake.documents.lines import CannotImport
from hankelod.messages.catalogue import Entry, Phrase, in_language
from hankelod.messages.languages import LANGUAGES
from hankelod.messages.problem import LESSER, codes
from hankelod.messages.refusal import Refusal
from hankelod.messages.words import message
from hankelod.rdf.child import Ended
from hankelod.rdf.files import Unfit
from hankelod.rdf.sparql import CannotAsk, Refused
from support.folders import ROOT


def texts(lang: str) -> dict[tuple[str, ...], str]:
    """All texts of a language by the steps to them."""

    def walk(value: object, steps: tuple[str, ...]) -> dict[tuple[str, ...], str]:
        if isinstance(value, dict):
            return {path: text for key, each in value.items() for path, text in walk(each, (*steps, key)).items()}
        assert isinstance(value, str)
        return {steps: value}

    return walk(tomli.loads((files("hankelod.messages") / f"{lang}.toml").read_text("utf-8")), ())


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name} - {"n"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_has_every_text_with_the_same_placeholders(lang):
    ours, others = texts(lang), texts(LANGUAGES[0])
    assert list(ours) == list(others)
    assert all(text and text.strip() == text for text in ours.values())
    # The parsers' messages are keys, which may hold braces.
    apart = [s for s in ours if s[0] != "parser" and placeholders(ours[s]) != placeholders(others[s])]
    assert apart == []


def test_every_lesser_severity_is_that_of_a_code():
    assert set().union(*LESSER.values()) <= set(codes())


def test_a_message_is_rendered_when_it_is_shown():
    missing = message("refusal-publication-folder", folder=FileNotFoundError(2, "No such file"))
    assert len({missing[lang] for lang in LANGUAGES}) == len(LANGUAGES)
    again = pickle.loads(pickle.dumps(missing))
    assert dict(again) == dict(missing)
    nested = Phrase({"en": "{label}: {inner}", "fi": "{label}! {inner}"}, {"label": "x", "inner": missing})
    assert nested["fi"] == f"X! {missing['fi']}"
    assert list(nested) == ["en", "fi"]
    with pytest.raises(KeyError):
        nested["sv"]


def test_a_text_that_is_not_there_is_empty():
    none = Entry("problem", "no-such-code", "says")
    assert (bool(none), len(none), list(none), none.get("fi")) == (False, 0, [], None)


ESTONIAN = {
    'fix = "Fix"': 'fix = "Paranda"',
    '"{label}: missing': '"{label}: puudub',
    'report-fine = "all is well"': 'report-fine = "kõik on korras"',
    'draft-example = "For example"': 'draft-example = "Näiteks"',
    'yes = "yes y on"': 'yes = "jah"',
    'money = "EUR=€ EUR=eur': 'money = "EUR=raha EUR=€ EUR=eur',
    'own = "English"\n': 'own = "Eesti"\n',
    'changelog = "Changes"': 'changelog = "Muudatused"',
}
"""Words by which another language replaces English."""


@pytest.fixture(scope="module")
def estonian(tmp_path_factory):
    """Run the commands of a copy of the package that has one file more, `messages/et.toml`, in a copy of the dataset
    that has the language too."""
    place = tmp_path_factory.mktemp("language")
    package = Path(hankelod.__file__).parent
    ignored = shutil.ignore_patterns("vendor", "__pycache__")
    copy = Path(shutil.copytree(package, place / "src" / "hankelod", ignore=ignored))
    for name in ("ontology", "shapes", "data"):
        shutil.copytree(ROOT / name, place / name)
    text = (package / "messages/en.toml").read_text("utf-8")
    for english, other in ESTONIAN.items():
        assert english in text, english
        text = text.replace(english, other, 1)
    (copy / "messages/et.toml").write_text(text, "utf-8")

    def run(*arguments: str, folder: Path = place) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "hankelod", "-C", str(folder), "--lang", "et", *arguments]
        environment = {"PYTHONPATH": str(place / "src"), "PATH": ""}
        return subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, check=False)

    run.place = place
    return run


def test_another_language_is_one_file(estonian, tmp_path):
    """Everything that commands print speaks it: problems, reports, refusals."""
    record = tmp_path / "inkoo-hiilineutraali.yml"
    record.write_text("nonsense: 1\n", "utf-8")
    done = estonian("validate", str(record))
    assert done.returncode == 1, done.stderr
    assert "Paranda:" in done.stdout and "puudub" in done.stdout
    assert all(line.split(":", 1)[-1].strip() for line in done.stdout.splitlines() if line)
    assert "et" in estonian("--help").stdout
    assert estonian("verify", "nowhere").returncode == 2
    assert "kõik on korras" in estonian("validate", "data/projects/inkoo-hiilineutraali.yml").stdout


def test_another_language_is_read_and_written(estonian, tmp_path):
    """Words of it for yes and for money are read; drafts and reports as a page are written in it."""
    table = tmp_path / "projects.csv"
    cells = {
        "id": "uusi",
        "title.fi": "Uusi",
        "lead": "inkoon-kunta",
        "morePartners": "jah",
        "municipalities": "149",
        "start": "2021-05",
        "end": "2023-04",
        "totalCost": "raha 1 000",
        "grants.1.programme": "kuntien-ilmastoratkaisut",
        "grants.1.amount": "500 raha",
        "source": "https://example.org/",
    }
    table.write_text(f"{','.join(cells)}\n{','.join(cells.values())}\n", "utf-8")
    done = estonian("import", str(table), "--to", str(tmp_path / "new"))
    [file] = (tmp_path / "new").rglob("uusi.yml")
    made = file.read_text("utf-8")
    assert "morePartners: true" in made and "totalCost: 1000\n" in made and "amount: 500\n" in made, done.stdout
    assert estonian("new", "project", "veel-uus").returncode == 0
    draft = estonian.place / "data" / "projects" / "veel-uus.yml"
    assert "Näiteks" in draft.read_text("utf-8")
    draft.unlink()
    assert '<html lang="et"' in estonian("validate", "--format", "html").stdout


def test_another_language_has_pages(estonian, tmp_path):
    """A dataset that names it has its site, its changelog and the schemas of editors in it."""
    settings = estonian.place / "data" / "dataset.yml"
    before = settings.read_text("utf-8")
    settings.write_text(before.replace("languages: [fi, sv, en]", "languages: [fi, sv, en, et]"), "utf-8")
    try:
        done = estonian("publish", "--out", str(tmp_path / "dist"))
    finally:
        settings.write_text(before, "utf-8")
    assert done.returncode == 0, done.stderr
    assert '<html lang="et"' in (tmp_path / "dist/et/index.html").read_text("utf-8")
    assert "Eesti" in (tmp_path / "dist/en/index.html").read_text("utf-8")
    assert "Muudatused" in (tmp_path / "dist/et/changes/changelog.md").read_text("utf-8")
    assert (tmp_path / "dist/schema/editor/project.et.json").is_file()


def test_a_text_in_a_variety_of_a_language_is_one_in_that_language():
    text = {"de": "eins", "fi-FI": "yksi", "sv-FI": "ett"}
    assert [in_language(text, lang) for lang in ("fi", "sv", "en")] == ["yksi", "ett", "eins"]
    assert in_language({"und": "one"}, "fi") == "one" and in_language({}, "fi") == ""
    assert Refusal({"de": "eins"}).text("fi") == str(Refusal({"de": "eins"})) == "eins"


ERRORS = [
    Unfit(Path("a.yml"), "too-large", 3, OSError(13, "Permission denied")),
    Refused("query-syntax", message("refusal-syntax-here"), 1, 2),
    CannotImport("too-large", name="x.pdf"),
    Ended("memory", "x"),
    CannotAsk(message("refusal-query-unread", file="a", why=OSError(2, "x"))),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda e: type(e).__name__)
def test_an_error_goes_from_one_process_to_another(error):
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error) and str(again) == str(error)
    assert vars(again).keys() == vars(error).keys()
