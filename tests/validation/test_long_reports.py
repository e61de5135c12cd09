"""Reports on thousands of problems: the kinds first, some of each, all where they are asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hankelod.cli.rendering import render
from hankelod.messages.languages import LANGUAGES
from hankelod.messages.problem import Place, Problem, Result, problem
from hankelod.pipeline import findings
from hankelod.records.dataset import Dataset
from hankelod.validation.kinds import EXAMPLES, SHOWN, kinds
from hankelod.validation.report import Report, report
from support.publishing import small

KINDS = {"unknown-key": 12_000, "unknown-reference": 7_950, "yaml-tab": 21, "replacement-character": 29}
FORMS = ("text", "html", "github", "sarif")
LIMIT = 250_000
"""Bytes of a report that a person opens."""


def made(many: dict[str, int]) -> Report:
    found: list[Problem] = []
    for code, n in many.items():
        for line in range(1, n + 1):
            place = Place("data/projects.jsonl", line, 1)
            found.append(problem(code, place, f"p-{line}", "lead", f"value {line}", label={"en": "Lead"}, key="leed"))
    return report(found, 20_000, "https://data.example.org/")


@pytest.fixture(scope="module")
def thousands() -> Report:
    return made(KINDS)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory) -> Dataset:
    return Dataset(small(tmp_path_factory.mktemp("long") / "dataset"))


@pytest.mark.parametrize("form", FORMS)
def test_twenty_thousand_are_kilobytes(form: str, thousands: Report, dataset: Dataset):
    for lang in LANGUAGES:
        text = render(thousands, dataset, form, lang, False, False)
        assert len(text.encode()) < LIMIT
        for code, n in KINDS.items():
            assert code in text and str(n - SHOWN) in text


def test_the_text_begins_with_the_kinds(thousands: Report, dataset: Dataset):
    """The gravest first, then the most frequent, each with three places and the correction."""
    text = render(thousands, dataset, "text", "en", False, False)
    heads = [line for line in text.splitlines() if " × " in line]
    assert [line.split(":")[0] for line in heads] == [
        "error [unknown-key] × 12000",
        "error [unknown-reference] × 7950",
        "error [yaml-tab] × 21",
        "warning [replacement-character] × 29",
    ]
    assert text.startswith(heads[0])
    assert "\n  Example: data/projects.jsonl:1:1, data/projects.jsonl:2:1, data/projects.jsonl:3:1\n  Fix: " in text
    assert text.count("]\n  ") == len(KINDS) * SHOWN
    assert text.endswith("20000 records: 19971 errors, 29 warnings\n") and "hankelod validate --all" in text


@pytest.mark.parametrize("form", FORMS)
def test_all_are_there_for_the_asking(form: str, dataset: Dataset):
    some = made({"unknown-key": 50, "yaml-tab": 3})
    text = render(some, dataset, form, "en", False, False, True)
    cut = render(some, dataset, form, "en", False, False)
    named = [f"projects.jsonl:{n}:1" if form == "text" else f"p-{n}" for n in range(1, 51)]
    assert all(each in text for each in named) and "--all" not in text
    assert named[49] not in cut and named[19] in cut


@pytest.mark.parametrize("form", FORMS)
def test_a_short_report_has_no_kinds(form: str, dataset: Dataset):
    some = made({"unknown-key": SHOWN})
    assert render(some, dataset, form, "en", False, False) == render(some, dataset, form, "en", False, False, True)
    assert " × " not in render(some, dataset, "text", "en", False, False)


def test_json_and_turtle_have_all(thousands: Report, dataset: Dataset):
    """By their contracts; JSON sums the kinds up as well."""
    told = json.loads(render(thousands, dataset, "json", "en", False, False))
    assert len(told["problems"]) == sum(KINDS.values())
    assert [(kind["code"], kind["count"], len(kind["examples"])) for kind in told["kinds"]] == [
        (code, n, EXAMPLES) for code, n in KINDS.items()
    ]
    some = made({"unknown-key": 50})
    assert render(some, dataset, "turtle", "en", False, False).count("a sh:ValidationResult") == 50


def test_sarif_tells_what_it_leaves_out(thousands: Report, dataset: Dataset):
    run = json.loads(render(thousands, dataset, "sarif", "en", False, False))["runs"][0]
    assert len(run["results"]) == len(KINDS) * SHOWN
    notes = [note["message"]["text"] for note in run["invocations"][0]["toolExecutionNotifications"]]
    assert notes[0] == "11980 more of [unknown-key] are not listed" and len(notes) == len(KINDS) + 1


def test_one_code_of_two_severities_is_two_kinds():
    place = Place("data/projects.jsonl", 1, 1)
    one = problem("yaml-tab", place)._replace(results=(Result("s", None, None, "c", None, "Violation"),))
    both = [one, one._replace(severity="info", line=2)]
    assert [(kind.code, kind.severity, kind.number) for kind in kinds(both)] == [
        ("yaml-tab", "violation", 1),
        ("yaml-tab", "info", 1),
    ]


def test_kinds_count_what_is_not_kept(dataset: Dataset, monkeypatch: pytest.MonkeyPatch):
    """Of a kind that comes last some are kept too."""
    monkeypatch.setattr(findings, "KEPT", 30)
    taken = findings.Findings(dataset)
    taken.note(made({"unknown-key": 100, "yaml-tab": 25}).problems)
    told = taken.report()
    assert {(kind.code, kind.number, len(kind.examples)) for kind in kinds(told.problems, told.beyond)} == {
        ("unknown-key", 100, 3),
        ("yaml-tab", 25, 3),
    }
    assert told.counts()["violation"] == 125 and len(told.problems) < 60
    assert "80 more of [unknown-key] are not listed" in render(told, dataset, "text", "en", False, False)


def test_the_option_reaches_the_command(tmp_path: Path, run):
    folder = small(tmp_path / "dataset")
    text = (folder / "data/projects/eka.yml").read_text("utf-8").replace("2020-12", "2020/12")
    for n in range(25):
        (folder / f"data/projects/p-{n}.yml").write_text(text, "utf-8")
    some = run("-C", str(folder), "--lang", "en", "validate")
    every = run("-C", str(folder), "--lang", "en", "validate", "--all")
    assert (some.returncode, every.returncode) == (1, 1)
    assert "error [Project-end] × 25: " in some.stdout and "5 more of [Project-end] are not listed" in some.stdout
    assert "26 records" in some.stdout or "records: 25 errors" in some.stdout
    assert every.stdout.count(": error: end [Project-end]\n") == 25
