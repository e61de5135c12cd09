"""`hankelod explain`: every code, in every language, without a network and without a dataset."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hankelod.cli.explain import as_text
from hankelod.messages.languages import LANGUAGES
from hankelod.messages.problem import codes
from hankelod.records.dataset import Dataset
from hankelod.validation.explanation import Explanation, all_codes, of_package, of_shapes
from support.publishing import small


def explained(dataset: Dataset, code: str) -> Explanation:
    return of_package(code) if code in codes() else of_shapes(dataset.model, code)


def test_every_code_is_explained_in_every_language(dataset: Dataset):
    """With what to do about it, and no placeholder left open."""
    lists = {cls.name for cls in dataset.model.classes.values() if cls.concept}
    for code in all_codes(dataset.model):
        texts = {lang: as_text(explained(dataset, code), lang, dataset.base) for lang in LANGUAGES}
        assert len(set(texts.values())) == len(LANGUAGES), code
        for text in texts.values():
            assert text.startswith(f"{code} (") and not re.search(r"\{\w+\}", text), text
        found = explained(dataset, code)
        if code not in lists:  # their shapes only gather others, and report nothing
            assert all(found.fix.get(lang) and found.why.get(lang) for lang in LANGUAGES), code


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("Project-start", ("start: 2021-05", "yyyy-mm", "shapes#Project-start", "Timelines")),
        ("[Project-start]", ("start: 2021-05",)),
        ("https://w3id.org/hankelod/doc/problem/yaml-tab", ("Replace the tab",)),
        ("left-out-reference", ("left out of the publication",)),
    ],
)
def test_a_code_is_taken_as_reports_write_it(code: str, words: tuple[str, ...], run):
    done = run("--lang", "en", "explain", code)
    assert done.returncode == 0 and all(word in done.stdout for word in words), done.stdout + done.stderr


def test_without_a_dataset_the_codes_are_the_packages(tmp_path: Path, run):
    (tmp_path / "data").mkdir()
    (tmp_path / "data/dataset.yml").write_text("base: [", "utf-8")
    for folder in (tmp_path, tmp_path / "data"):
        done = run("--lang", "en", "explain", "Project-title", cwd=folder)
        assert done.returncode == 0 and "Project-title (error)" in done.stdout, done.stderr


def test_a_rule_of_ones_own_is_explained(tmp_path: Path, run):
    folder = small(tmp_path / "dataset")
    (folder / "fields.yml").write_text(
        "project:\n  priorityAxis: {label: {fi: Toimintalinja, sv: Insatsområde, en: Priority axis}}\n", "utf-8"
    )
    done = run("-C", str(folder), "explain", "--list")
    own = [code for code in done.stdout.split() if "priorityAxis" in code]
    assert done.returncode == 0 and own, done.stderr
    assert "priority axis" in run("-C", str(folder), "--lang", "en", "explain", own[0]).stdout.lower()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("Project-strat", "Did you mean Project-start?"),
        ("project-start", "Did you mean Project-start?"),
        ("yaml-tabs", "Did you mean yaml-tab?"),
        ("entirely else", "--list shows all"),
        ("\x1b[31m", "--list shows all"),
    ],
)
def test_an_unknown_code_has_a_suggestion(given: str, words: str, run):
    done = run("--lang", "en", "explain", given)
    assert done.returncode == 2 and words in done.stderr and "\x1b" not in done.stderr and not done.stdout


def test_without_a_code_it_says_what_to_give(run):
    done = run("--lang", "en", "explain")
    assert done.returncode == 2 and "--list" in done.stderr
