"""Sorted runs: whatever is cut into whatever blocks, all lines come back in order, each once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hankelod.publication import runs
from hankelod.publication.parts import Folder

LINES = st.lists(st.binary(min_size=1, max_size=6).filter(lambda b: b"\n" not in b), max_size=200)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=LINES, size=st.integers(1, 9), fan=st.integers(2, 5), read=st.integers(1, 40))
def test_lines_come_back_in_order(lines, size, fan, read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(runs, "FAN_IN", fan)
    monkeypatch.setattr(runs, "READ", read)
    parts = Folder(str(tmp_path))
    names = runs.sorted_runs(lines, size, "part", parts)
    assert [line for block in runs.all_of(names, "merged", parts) for line in block] == sorted(set(lines))
    assert os.listdir(tmp_path) == []


def test_a_run_that_is_cut_short_is_an_error(tmp_path: Path):
    parts = Folder(str(tmp_path))
    runs.write([b"%06d" % n for n in range(5000)], "run", parts)
    file = tmp_path / "run"
    file.write_bytes(file.read_bytes()[:-40])
    with pytest.raises(EOFError):
        list(runs.read("run", parts))
