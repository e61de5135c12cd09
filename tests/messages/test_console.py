"""The filter before terminal and log: no escape, no turned text, no command of a runner gets through."""

from __future__ import annotations

import ast
import json
import re
import unicodedata

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hankelod.messages import console
from hankelod.messages.problem import Place, problem
from hankelod.validation.alerts import as_github, as_sarif
from hankelod.validation.report import as_json, as_turtle, report
from hankelod.validation.text import as_text
from support.commands import hankelod
from support.folders import ROOT

HARM = [
    "\x1b[31mred",
    "\x1b]0;title\x07",
    "\x9b31m",
    "\u202eturned",
    "\u2066x",
    "\u200b",
    "a\rb",
    "\x08",
    "\x85",
    "\u2028",
    "##[error]x",
    "text ##[add-mask]y",
    "##vso[task.setvariable]z",
    "##teamcity[x]",
    "::error::x",
    "  ::stop-commands::x",
    "\n::error::x",
    "\x1b\n  ::warning file=a::x\u202e",
]

COMMAND = re.compile(r"##[\w.]*\[|^\s*::", re.M)


def is_safe(text: str) -> bool:
    kinds = {unicodedata.category(c) for c in text if c not in "\n\t"}
    return not kinds & {"Cc", "Cf", "Cs", "Zl", "Zp"} and not COMMAND.search(text)


@pytest.mark.parametrize("text", HARM, ids=ascii)
def test_each_harm(text):
    assert is_safe(console.part(text)) and "\n" not in console.part(text)
    assert is_safe(console.lines(text))


@given(st.text() | st.text(st.sampled_from("#[:\n\r\t \x1b\u202e\x9bab")))
def test_any_text(text):
    assert is_safe(console.part(text))
    assert is_safe(console.lines(text).replace("\r\n", "\n").removesuffix("\r"))


@given(st.text(st.characters(categories=("L", "N", "P", "Zs"), exclude_characters="#:")))
def test_ordinary_words_stay(text):
    assert console.part(text) == text


def test_lines_of_csv_keep_their_ends():
    assert console.lines("a,b\r\n1,2\r\n") == "a,b\r\n1,2\r\n"


@given(st.dictionaries(st.text(max_size=5), st.text() | st.sampled_from(HARM)))
def test_json_keeps_its_values(values):
    written = console.data(json.dumps(values, ensure_ascii=False, indent=2))
    assert json.loads(written, strict=False) == values
    assert not re.search(r"##\[", written)


@pytest.mark.parametrize("text", HARM, ids=ascii)
def test_turtle_keeps_its_values(text):
    quad = ox.Quad(ox.NamedNode("http://a.example/"), ox.NamedNode("http://b.example/"), ox.Literal(text))
    written = ox.serialize([quad], format=ox.RdfFormat.N_QUADS).decode()
    assert list(ox.parse(console.data(written, astral=True).encode(), format=ox.RdfFormat.N_QUADS)) == [quad]


@pytest.mark.parametrize("text", HARM, ids=ascii)
def test_each_form_of_a_report(text):
    found = problem("unknown-key", Place(f"data/{text}.yml", 1, 1), text, text, text, key=text, label={"en": text})
    outcome = report([found], 1, "https://a.example/")
    assert is_safe(as_text(outcome, "en"))
    github = as_github(outcome, "en").splitlines()
    assert sum(line.lstrip().startswith("::") for line in github) == 1
    assert all(is_safe(line.replace("::error", "", 1)) for line in github)
    assert is_safe(console.data(as_json(outcome, "en")))
    assert is_safe(console.data(as_sarif(outcome, "en")))
    assert is_safe(console.data(as_turtle(outcome, {}), astral=True))


WRITERS = {"print", "write"}

ALLOWED = {
    "cli/parser.py": "the version, of the package",
    "cli/validate.py": "reports, each safe by itself",
    "cli/verify.py": "reports, each safe by itself",
    "cli/publish.py": "reports, each safe by itself",
    "cli/import_.py": "a report, safe by itself",
    "cli/query.py": "results, filtered unless they are data",
    "cli/diff.py": "data with escapes",
    "cli/resolve.py": "data with escapes",
    "cli/new.py": "a file",
    "cli/new_dataset.py": "texts of files",
    "cli/progress.py": "progress, by tqdm",
}


def test_every_way_out_is_known():
    folder = ROOT / "src/hankelod"
    found = set()
    for path in sorted((folder / "cli").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            called = node.func if isinstance(node, ast.Call) else None
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name in WRITERS:
                found.add(path.relative_to(folder).as_posix())
    assert found <= ALLOWED.keys()


@pytest.mark.parametrize("text", ["a\x1b[31m", "::error::x", "##[error]y", "a\u202eb"], ids=ascii)
def test_arguments_come_back_clean(tmp_path, text):
    for arguments in (
        ["validate", text],
        ["query", "--from", text, "ASK {}"],
        ["verify", text],
        ["diff", text, text],
        ["import", text, "--to", str(tmp_path / "d")],
    ):
        done = hankelod(*arguments, cwd=tmp_path)
        assert done.returncode == 2
        assert is_safe(done.stdout + done.stderr), (arguments, done.stderr)
