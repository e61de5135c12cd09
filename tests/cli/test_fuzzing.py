"""Readers and importers take any input: a refusal in place of a traceback, an end, the same twice, nothing lost.

Each reader is called with inputs of its own; few of them go through a command too, for what surrounds the readers: the
child that an importer runs in, and the control characters that must not reach a terminal. `python -m support.fuzzing`
tries more by hand.
"""

from __future__ import annotations

import os
import subprocess
import sys
from random import Random

import pytest

from support.folders import ROOT, TESTS
from support.fuzzing import commands
from support.fuzzing.commands import KINDS, harm
from support.fuzzing.ground import CORPUS
from support.fuzzing.mutation import of_json, of_yaml
from support.fuzzing.readers import READERS
from support.fuzzing.trial import Reader, fault, inputs, outcome

COUNT = {"model": 4, "document": 30, "md": 40, "pdf": 60, "sheet": 60, "sheets": 60}
"""Inputs of the readers that are slow; OTHERS of each other one."""

OTHERS = 150

COMMANDS = {"docx": 8, "xlsx": 8, "pdf": 8}
"""Inputs of the kinds that are slow to read by a command; 15 of each other one."""


def faults(name: str, contents: object) -> dict[object, str]:
    """Faults in how a reader takes inputs, by their names."""
    found = {key: fault(READERS[name], content)[0] for key, content in contents}  # type: ignore[attr-defined]
    return {key: wrong for key, wrong in found.items() if wrong}


@pytest.mark.parametrize("name", READERS)
def test_changed_inputs(name):
    assert faults(name, enumerate(inputs(name, READERS[name], COUNT.get(name, OTHERS)))) == {}


@pytest.mark.parametrize("name", READERS)
def test_the_corpus(name):
    """Each seed as it is, those that once did harm among them."""
    assert faults(name, enumerate(READERS[name].seeds())) == {}


def test_each_folder_of_the_corpus_has_a_reader():
    assert {f.name for f in CORPUS.iterdir()} <= READERS.keys()


def test_inputs_and_outcomes_are_the_same_in_every_process():
    """Whatever the hashes of a process are, which decide on the order of sets."""
    names = ["project", "lines", "municipalities", "cells", "txt", "names", "turtle", "query", "manifest", "accept"]
    script = (
        "import hashlib\nfrom support.fuzzing.readers import READERS\n"
        "from support.fuzzing.trial import inputs, outcome\n"
        f"for name in {names}:\n    for content in inputs(name, READERS[name], 30):\n"
        "        told = outcome(READERS[name], content).encode('utf-8', 'surrogatepass')\n"
        "        print(name, hashlib.sha256(content).hexdigest(), hashlib.sha256(told).hexdigest())\n"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONPATH": str(TESTS), "PYTHONHASHSEED": seed},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0].count("\n") == 300
    assert runs[0] == runs[1]


### What does harm is seen


def reader(read: object) -> Reader:
    return Reader(lambda: [b"x"], lambda seed, seeds, chance: seed, read, (LookupError,))  # type: ignore[arg-type]


def test_what_a_reader_may_not_do_is_seen(monkeypatch):
    def hangs(content: bytes) -> object:
        while True:
            try:
                pass
            except Exception:  # no reader can go on
                continue

    def raises(error: Exception) -> object:
        def read(content: bytes) -> object:
            raise error

        return read

    monkeypatch.setattr("support.fuzzing.trial.SECONDS", 0.1)
    assert fault(reader(len), b"ab") == (None, "2")
    assert fault(reader(raises(KeyError("a"))), b"")[0] is None  # a refusal
    assert "ValueError: a" in str(fault(reader(raises(ValueError("a"))), b"")[0])
    assert "lost" in str(fault(reader(raises(AssertionError("lost"))), b"")[0])
    assert "more than" in str(fault(reader(hangs), b"")[0])
    numbers = iter(range(9))
    assert "again" in str(fault(reader(lambda content: next(numbers)), b"")[0])


def test_readers_refuse_and_accept():
    """Inputs are no mere noise: of those of each reader some are taken and some refused, or told of."""
    for name, each in READERS.items():
        if name not in COUNT:
            seen = {outcome(each, content) for content in inputs(name, each, 60)}
            assert len(seen) > 1, name


def test_trees_are_changed_within_their_languages():
    import json

    import yaml

    seed = b'{"a": [1, {"b": "c"}], "d": "e"}'
    made = [of_json(seed, [seed], Random(n)) for n in range(60)]
    assert len(set(made)) > 40
    for content in made:
        json.loads(content)
    read = 0
    for n in range(60):
        try:
            yaml.load(of_yaml(b"a: [1, {b: c}]\nd: e\n", [seed], Random(n)), Loader=yaml.BaseLoader)
            read += 1
        except (yaml.YAMLError, UnicodeDecodeError):
            continue
    assert read > 30


### Through the commands


@pytest.mark.parametrize("kind", KINDS)
def test_changed_inputs_of_a_command(tmp_path, kind):
    found = {
        n: harm(kind, content, tmp_path) for n, content in enumerate(commands.inputs(kind, COMMANDS.get(kind, 15)))
    }
    assert {n: wrong for n, wrong in found.items() if wrong} == {}


FILES = sorted(f for f in CORPUS.rglob("*") if f.suffix[1:] in KINDS and f.is_file())


@pytest.mark.parametrize("file", FILES, ids=lambda f: f"{f.parent.name}-{f.name}")
def test_the_corpus_through_a_command(tmp_path, file):
    assert harm(file.suffix[1:], file.read_bytes(), tmp_path) is None


def test_what_does_harm_in_a_command_is_seen(tmp_path, monkeypatch):
    def broken(arguments: list[str]) -> int:
        raise ValueError("x")

    monkeypatch.setattr(commands, "main", broken)
    assert harm("yml", b"", tmp_path) == "ValueError: x"
    monkeypatch.setattr(commands, "main", lambda arguments: print("a\x1b[31m") or 0)
    assert "control characters" in str(harm("yml", b"", tmp_path))
