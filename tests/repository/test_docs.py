"""The documentation against what it documents."""

from __future__ import annotations

import re
import shlex

import pytest

from hankelod.cli.parser import parser
from support.commands import hankelod
from support.folders import ROOT

README = (ROOT / "README.md").read_text("utf-8")
ENDLESS = {"serve"}
"""Commands that run until they are stopped: their own tests start them."""
EXAMPLES = [
    line.split("#")[0].strip()
    for block in re.findall(r"```sh\n(.*?)```", README, re.S)
    for line in block.splitlines()
    if line.startswith("hankelod ")
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_runs(example, copy):
    arguments = shlex.split(example)[1:]
    if arguments[:2] == ["new", "dataset"]:
        (copy / "data/dataset.yml").unlink()
    if {"dist", "--forget"} & set(arguments) and "--out" not in arguments:  # it is about a publication that is there
        assert hankelod("publish", cwd=copy).returncode == 0
    done = hankelod(*arguments, cwd=copy)
    assert done.returncode == 0, done.stderr


def test_every_command_has_an_example():
    commands = next(a for a in parser()._actions if a.dest == "command").choices
    for command in set(commands) - ENDLESS:
        assert any(e.startswith(f"hankelod {command}") for e in EXAMPLES), command
    for command in ENDLESS:
        assert f"hankelod {command}" in README, command


def test_every_module_is_told_of():
    told = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", README, re.M)
    named = {n for row in told for n in re.findall(r"`(\w+)`", row)}
    modules = {p.stem for p in (ROOT / "src/hankelod").glob("*.py") if not p.stem.startswith("__")}
    assert modules - named <= {"bulk", "guesses", "suggestions"}, modules - named
    assert named <= modules, named - modules


def test_links_lead_somewhere():
    for name in ("README.md", "CONTRIBUTING.md"):
        for target in re.findall(r"\]\(([^)#]+)\)", (ROOT / name).read_text("utf-8")):
            if not target.startswith("http"):
                assert (ROOT / target).exists(), (name, target)


def test_the_repository_stands_alone():
    """No address of a package registry, and no path of somebody's machine."""
    bad = re.compile("registry\\.npm" + "js|files\\.python" + "hosted|pypi\\.org/simple|/ho" + "me/\\w|/Us" + "ers/\\w")
    for path in ROOT.rglob("*"):
        if path.is_file() and not {".git", ".venv", "node_modules", "dist"} & set(path.relative_to(ROOT).parts):
            try:
                text = path.read_text("utf-8")
            except UnicodeDecodeError:
                continue
            assert not bad.search(text), path
