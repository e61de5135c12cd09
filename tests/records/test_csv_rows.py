"""Records in CSV as programs save them: empty rows, hints, separators, encodings."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hankelod.messages.problem import Problem
from hankelod.records import csvtree
from hankelod.records.tree import Unreadable, plain_value

HEADER = ["code", "name_fi", "name_sv"]
ROWS = [["020", "Akaa", "Akas"], ["005", "Alajärvi", "Alajärvi; å"]]
VALUES = [{"code": c, "name": {"fi": fi, "sv": sv}} for c, fi, sv in ROWS]


def written(rows: list[list[str]], separator: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(rows)
    return out.getvalue()


def read(text: str | bytes) -> tuple[list[Any], list[Problem]]:
    problems: list[Problem] = []
    raw = text if isinstance(text, bytes) else text.encode()
    return [plain_value(row) for row in csvtree.rows(raw, "m.csv", problems)], problems


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["", ",,", ",", '"",""']), max_size=4), st.integers(0, 3), st.booleans())
def test_empty_rows_do_not_count_wherever_they_are(empty: list[str], at: int, marked: bool) -> None:
    lines = written([HEADER, *ROWS]).split("\r\n")
    text = "\r\n".join([*lines[:at], *empty, *lines[at:]])
    assert read(("\ufeff" if marked else "") + text) == (VALUES, [])
    assert {("020",), ("005",)} <= set(csvtree.columns(text.encode(), "m.csv", "code"))


def test_places_are_those_of_the_file() -> None:
    problems: list[Problem] = []
    text = "\n,,\n" + written([HEADER, *ROWS])
    rows = list(csvtree.rows(text.encode(), "m.csv", problems))
    assert [row.line for row in rows] == [4, 5]


def test_the_hint_of_a_comma_is_none_of_the_rows() -> None:
    assert read("sep=,\n" + written([HEADER, *ROWS])) == (VALUES, [])


@pytest.mark.parametrize("separator", list(";\t|"))
@pytest.mark.parametrize("before", ["", "\n", "sep={}\n"])
def test_another_separator_is_told_at_its_place(separator: str, before: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(before.format(separator) + written([HEADER, *ROWS], separator))
    problem = caught.value.problem
    assert (problem.code, problem.column) == ("csv-syntax", 5)
    assert problem.line == (2 if before == "\n" else 1)


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "cp850", "mac-roman", "utf-16"])
def test_another_encoding_is_told_at_its_place(encoding: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(written([HEADER, *ROWS]).encode(encoding))
    assert (caught.value.problem.code, caught.value.problem.line) == ("not-utf8", 1 if encoding == "utf-16" else 3)
