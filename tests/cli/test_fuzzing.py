"""Readers and importers take any input: words in place of a traceback, no raw control character, an end."""

from __future__ import annotations

import pytest

from support import fuzzing
from support.fuzzing import CORPUS, KINDS, harm, inputs

COUNT = {"docx": 15, "xlsx": 15, "pdf": 15}
"""Inputs of the kinds that are slow to read; 40 of each other one. `support/fuzzing.py` tries more by hand."""


@pytest.mark.parametrize("kind", KINDS)
def test_changed_inputs(tmp_path, kind):
    found = {n: harm(kind, content, tmp_path) for n, content in enumerate(inputs(kind, COUNT.get(kind, 40)))}
    assert {n: wrong for n, wrong in found.items() if wrong} == {}


FILES = sorted(f for f in CORPUS.iterdir() if f.suffix[1:] in KINDS)


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.name)
def test_the_corpus(tmp_path, file):
    assert harm(file.suffix[1:], file.read_bytes(), tmp_path) is None


def test_inputs_are_the_same_in_every_run():
    assert list(inputs("yml", 20)) == list(inputs("yml", 20))


def test_what_does_harm_is_found(tmp_path, monkeypatch):
    def broken(arguments: list[str]) -> int:
        raise ValueError("x")

    monkeypatch.setattr(fuzzing, "main", broken)
    assert harm("yml", b"", tmp_path) == "ValueError: x"
    monkeypatch.setattr(fuzzing, "main", lambda arguments: print("a\x1b[31m") or 0)
    assert "control characters" in str(harm("yml", b"", tmp_path))
