"""The hook, the action and the workflow that repositories use: they parse, and call what there is."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys

import pytest
import yaml

from hankelod.cli.parser import parser

SECRETS = re.compile(r"secrets\.|GITHUB_TOKEN|pull_request_target|permissions:\s*write-all|: write\b")


def load(root, name: str) -> dict:
    return yaml.load((root / name).read_text("utf-8"), yaml.BaseLoader)


def commands(text: str) -> list[list[str]]:
    """The calls of hankelod in a script, with variables as placeholders and redirections cut off."""
    found = []
    for line in text.splitlines():
        called = re.match(r'\s*"?\$?\{?hankelod\}?"? (.*)', line)
        if called:
            words = shlex.split(
                re.split(r"\s+(?:>|\|\|)\s", called[1])[0]
                .replace('"${options[@]}"', "--strict")
                .replace("$MESSAGES", "fi")
                .replace("$FOLDER", ".")
            )
            found.append(words)
    return found


def test_the_hook_calls_what_there_is(root):
    (hook,) = load(root, ".pre-commit-hooks.yaml")
    assert hook["id"] == "hankelod-validate"
    program, *arguments = shlex.split(hook["entry"])
    assert program == "hankelod"
    assert parser().parse_args(arguments).command == "validate"
    pattern = re.compile(hook["files"])
    assert pattern.search("data/projects/turku-iklu.yml")
    assert not pattern.search("README.md")


def test_the_action_calls_what_there_is(root):
    action = load(root, "action.yml")
    assert action["runs"]["using"] == "composite"
    run = next(step["run"] for step in action["runs"]["steps"] if step.get("id") == "validate")
    calls = commands(run)
    assert len(calls) == 2
    for call in calls:
        assert parser().parse_args(call).command == "validate"
    assert calls[-1][-3:] == ["--format", "github", "--strict"]


def test_no_input_becomes_part_of_a_command(root):
    """Expressions stand in `env` and `with` only: text from outside is never pasted into a script."""
    for step in load(root, "action.yml")["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
    for job in load(root, ".github/workflows/contributions.yml")["jobs"].values():
        for step in job["steps"]:
            assert "${{" not in step.get("run", "")


def test_the_workflow_runs_on_forks_without_secrets(root):
    text = (root / ".github/workflows/contributions.yml").read_text("utf-8")
    workflow = load(root, ".github/workflows/contributions.yml")
    assert set(workflow["on"]) == {"pull_request"}
    assert workflow["permissions"] == {"contents": "read"}
    code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    assert not SECRETS.search(code)
    inputs = set(load(root, "action.yml")["inputs"])
    steps = [s for job in workflow["jobs"].values() for s in job["steps"]]
    local = next(s for s in steps if s.get("uses") == "./")
    assert set(local["with"]) <= inputs
    assert all("persist-credentials" in s.get("with", {}) for s in steps if "checkout" in s.get("uses", ""))


@pytest.mark.skipif(sys.platform == "win32", reason="a script in bash")
@pytest.mark.parametrize(("damage", "status"), [(False, 0), (True, 1)])
def test_the_script_of_the_action_does_its_work(root, copy, tmp_path_factory, damage, status):
    """The action's own script, run here with what GitHub's runner would set."""
    if damage:
        path = copy / "data/projects/turku-iklu.yml"
        path.write_text(path.read_text("utf-8") + "titel: x\n", "utf-8")
    temp = tmp_path_factory.mktemp("runner")
    (temp / "hankelod/bin").mkdir(parents=True)
    program = temp / "hankelod/bin/hankelod"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m hankelod "$@"\n', "utf-8")
    program.chmod(0o755)
    run = next(s["run"] for s in load(root, "action.yml")["runs"]["steps"] if s.get("id") == "validate")
    environment = {
        **os.environ,
        "RUNNER_TEMP": str(temp),
        "GITHUB_OUTPUT": str(temp / "output"),
        "GITHUB_WORKSPACE": str(copy.parent),
        "FOLDER": str(copy),
        "MESSAGES": "sv",
        "STRICT": "true",
    }
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", run], env=environment, cwd=copy, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == status, done.stderr
    assert (temp / "report.html").read_text("utf-8").startswith("<!doctype html>")
    assert f"report={temp}/report.html" in (temp / "output").read_text("utf-8")
    if damage:
        assert f"::error file={copy.name}/data/projects/turku-iklu.yml" in done.stdout
