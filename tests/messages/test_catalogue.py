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


def test_another_language_is_one_file(tmp_path):
    """Everything that commands print speaks it: problems, reports, refusals, answers about names."""
    package = Path(hankelod.__file__).parent
    copy = Path(shutil.copytree(package, tmp_path / "hankelod", ignore=shutil.ignore_patterns("vendor", "__pycache__")))
    english = (package / "messages/en.toml").read_text("utf-8")
    one = english.replace('fix = "Fix"', 'fix = "Paranda"').replace('"{label}: missing', '"{label}: puudub')
    assert one != english
    (copy / "messages/et.toml").write_text(one, "utf-8")
    for name in ("ontology", "shapes", "data"):
        shutil.copytree(ROOT / name, tmp_path / "set" / name)
    record = tmp_path / "set/data/projects/inkoo-hiilineutraali.yml"
    record.write_text("nonsense: 1\n", "utf-8")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "hankelod", "-C", str(tmp_path / "set"), "--lang", "et", *arguments]
        return subprocess.run(
            command, capture_output=True, text=True, env={"PYTHONPATH": str(tmp_path), "PATH": ""}, check=False
        )

    done = run("validate")
    assert done.returncode == 1, done.stderr
    assert "Paranda:" in done.stdout
    assert all(line.split(":", 1)[-1].strip() for line in done.stdout.splitlines() if line)
    assert "et" in run("--help").stdout
    assert run("verify", "nowhere").returncode == 2


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
