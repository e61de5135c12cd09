"""The command line as its contract has it: exit status, streams, languages, where global options may stand."""

from __future__ import annotations

import json
import shutil

import pytest


def test_validate_the_real_dataset(run):
    done = run("validate", "--format", "json")
    report = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert report["conforms"] is True
    assert report["counts"]["violation"] == report["counts"]["warning"] == 0
    keys = {"file", "line", "column", "record", "field", "value", "code", "constraint", "severity", "message", "why", "fix", "related", "help"}  # fmt: skip
    assert all(set(p) == keys for p in report["problems"])


@pytest.mark.parametrize("before", [True, False])
def test_global_options_work_on_both_sides(run, tmp_path, root, before):
    place = ["-C", str(root), "--lang", "fi"]
    done = run(*place, "validate", cwd=tmp_path) if before else run("validate", *place, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "tietuetta" in done.stdout


@pytest.mark.parametrize(("environment", "word"), [({"LC_ALL": "sv_FI.UTF-8"}, "poster"), ({"LC_ALL": "de_DE.UTF-8"}, "records")])  # fmt: skip
def test_the_language_is_the_locales(run, environment, word):
    assert word in run("validate", **environment).stdout


def test_a_bad_record_is_exit_1_and_the_rest_is_reported(run, copy):
    (copy / "data/projects/broken.yml").write_text("title: [\n", "utf-8")
    (copy / "data/projects/inkoo-hiilineutraali.yml").write_text("titel: {fi: x}\n", "utf-8")
    done = run("validate", "--format", "json", "-C", str(copy))
    codes = {(p["record"], p["code"]) for p in json.loads(done.stdout)["problems"]}
    assert done.returncode == 1
    assert ("broken", "yaml-syntax") in codes
    assert ("inkoo-hiilineutraali", "unknown-key") in codes


def test_warnings_count_only_when_strict(run, copy):
    record = copy / "data/projects/inkoo-hiilineutraali.yml"
    record.write_text(record.read_text("utf-8").replace("end: 2022-06", "end: 2025-06"), "utf-8")
    assert run("validate", "-C", str(copy)).returncode == 0
    strict = run("validate", "--strict", "--format", "json", "-C", str(copy))
    assert strict.returncode == 1
    assert json.loads(strict.stdout)["conforms"] is False


@pytest.mark.parametrize(
    "arguments",
    [
        ["validate", "no-such-file.yml"],
        ["validate", "--format", "no-such-format"],
        ["-C", "/no/such/folder", "validate"],
        ["no-such-command"],
        [],
    ],
)
def test_what_cannot_run_is_exit_2(run, arguments):
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("damage", ["dataset", "base", "ontology", "shapes", "none"])
def test_a_dataset_that_cannot_be_used_is_exit_2(run, copy, damage):
    if damage == "dataset":
        (copy / "data/dataset.yml").write_text("base: [\n", "utf-8")
    elif damage == "base":
        (copy / "data/dataset.yml").write_text("base: file:///etc/\n", "utf-8")
    elif damage == "none":
        shutil.rmtree(copy / "data")
    else:
        (copy / damage / "broken.ttl").write_text("<a> <b> .\n", "utf-8")
    done = run("validate", "-C", str(copy))
    assert done.returncode == 2, done.stdout
    assert "Traceback" not in done.stderr
    if damage in ("ontology", "shapes"):
        assert "broken.ttl:1:" in done.stderr


def test_both_engines_say_the_same_of_the_real_dataset(run):
    reports = [json.loads(run("validate", "--format", "json", "--engine", e).stdout) for e in ("shacl", "pyshacl")]
    assert reports[0] == reports[1]


def test_no_colour_off_a_terminal(run):
    assert "\x1b[" not in run("validate").stdout


def test_version(run):
    from hankelod import __version__

    assert run("--version").stdout.strip() == f"hankelod {__version__}"
