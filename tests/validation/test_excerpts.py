"""Excerpts: the line that a problem is about, as a terminal shows it, and the caret below the place."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hankelod.messages.problem import Place, problem
from hankelod.pipeline.checking import check_files
from hankelod.records.dataset import Dataset
from hankelod.records.jsonplaces import place
from hankelod.validation.excerpts import BEFORE, WIDTH, Excerpts, drawn
from hankelod.validation.text import as_text
from support.publishing import small


def columns(text: str) -> int:
    """Columns of a terminal."""
    return sum(
        0 if unicodedata.category(c) in ("Mn", "Me") else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def under(text: str, column: int) -> str:
    """Text that a person sees above the caret and after it."""
    shown, caret = drawn(text, column, 7)
    rest, width = shown, caret.index("^")
    while width > 0:
        width -= columns(rest[0])
        rest = rest[1:]
    while rest and columns(rest[0]) == 0:  # marks that belong to the letter before
        rest = rest[1:]
    return rest


@pytest.mark.parametrize(
    ("text", "column", "shown"),
    [
        ("start: 2021/05", 8, "2021/05"),
        ("\t\tstart: 2021/05", 10, "2021/05"),
        ("日本語: 2021/05", 6, "2021/05"),
        ("e\u0301e\u0301: 2021/05", 7, "2021/05"),
        ("\x1b[31m: 2021/05", 8, "2021/05"),
        ("\u202e: 2021/05", 4, "2021/05"),
        ("##[error]: 2021/05", 12, "2021/05"),
        ("\U000e0041: 2021/05", 4, "2021/05"),
        ("x" * 5000 + " 2021/05", 5002, "2021/05"),
        ("日" * 5000 + " 2021/05", 5002, "2021/05"),
        ("2021/05" + "x" * 5000, 1, "2021/05"),
        ("x: ", 4, ""),
    ],
)
def test_the_caret_is_below_the_place(text: str, column: int, shown: str):
    assert under(text, column).startswith(shown)


@given(st.text(max_size=400), st.data())
@example("\t" * 100, None)
def test_any_line_is_one_line_for_a_terminal(text: str, data):
    """Of bounded length, without anything that a terminal or a runner obeys, the caret within it."""
    text = text.replace("\n", "").replace("\r", "")
    column = data.draw(st.integers(1, len(text) + 1)) if data else 50
    shown, caret = drawn(text, column, 123)
    assert shown.isprintable() and caret.strip(" 123|") == "^"
    assert "##[" not in shown and columns(shown) <= len("123 | …") + WIDTH + 1
    assert caret.index("^") <= len("123 | …") + max(BEFORE, WIDTH)


TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abé", min_size=1, max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(TREES, st.booleans(), st.sampled_from([None, 1]))
def test_a_value_in_a_line_of_json_is_found(tree, escaped: bool, indent):
    """At every path, whatever the spaces and escapes."""
    text = json.dumps(tree, ensure_ascii=escaped, separators=None if indent is None else (" , ", "  :  "))

    def visit(value: object, path: str) -> None:
        found, _ = json.JSONDecoder().raw_decode(text, place(text, path))
        assert found == value
        for key, inner in value.items() if isinstance(value, dict) else ():
            visit(inner, f"{path}.{key}" if path else key)
        for n, inner in enumerate(value) if isinstance(value, list) else ():
            visit(inner, f"{path}[{n}]")

    visit(tree, "")


@given(st.text('{}[]":,ab \\', max_size=30), st.text("ab.[]01", max_size=8))
def test_no_json_has_a_place_too(text: str, field: str):
    assert 0 <= place(text, field) <= len(text)


def excerpts(folder: Path, path: str) -> list[str]:
    """The excerpts in the report on a file."""
    dataset = Dataset(folder)
    found = check_files(dataset, [folder / path])
    assert found.problems
    text = as_text(found, "en", excerpts=Excerpts(dataset, found.problems))
    return [line[2:] for line in text.splitlines() if re.match(r"  [0-9]+ \| ", line)]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"], ids=["LF", "CR LF", "CR"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "mark"])
def test_lines_are_those_of_the_reader(end: bytes, mark: bytes, tmp_path: Path):
    folder = small(tmp_path / "dataset")
    file = folder / "data/projects/eka.yml"
    file.write_bytes(mark + file.read_bytes().replace(b"start: 2020-01", b"start: 2020/01").replace(b"\n", end))
    assert excerpts(folder, "data/projects/eka.yml") == ["6 | start: 2020/01"]


def test_a_line_of_json_is_cut_around_the_value(tmp_path: Path):
    folder = small(tmp_path / "dataset")
    record = next(r for r in Dataset(folder).read(Dataset(folder).model.main))
    values = {**record.values, "id": "b", "start": "2020/01"}
    del values["earliestStart"]
    (folder / "data/projects.jsonl").write_text(json.dumps(values, ensure_ascii=False) + "\n", "utf-8")
    (shown,) = {each for each in excerpts(folder, "data/projects.jsonl") if '"start": "2020/01"' in each}
    assert shown.startswith("1 | …") and len(shown) < 90


def test_what_has_no_place_has_no_line(tmp_path: Path):
    """A record that lacks a key at its top, a file that is not there, one that leads out of the dataset."""
    folder = small(tmp_path / "dataset")
    file = folder / "data/projects/eka.yml"
    file.write_text(file.read_text("utf-8").replace("lead: testila\n", ""), "utf-8")
    assert excerpts(folder, "data/projects/eka.yml") == []
    secret = tmp_path / "secret"
    secret.write_text("secret words\n" * 3)
    (folder / "data/projects/link.yml").symlink_to(secret)
    dataset = Dataset(folder)
    for name in ("data/projects/link.yml", "data/projects/gone.yml", "data/projects"):
        told = problem("unknown-key", Place(name, 2, 1), "x", "y", None, key="y")
        assert Excerpts(dataset, [told]).of(told) is None
