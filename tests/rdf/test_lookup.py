"""The lines of one subject in a sorted file of N-Triples, found by binary search."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hankelod.rdf import lookup

NAMES = ["a", "a1", "a10", "a-b", "a/b", "a/b/1", "b", "ä", "z"]


def line(name: str, value: str) -> bytes:
    return f'<http://e/{name}> <http://e/p> "{value}" .'.encode()


@settings(max_examples=200, deadline=None)
@given(
    st.sets(st.builds(line, st.sampled_from(NAMES), st.text("xyzå ", max_size=40)), max_size=40),
    st.sampled_from([1, 30, 100, lookup.NEAR]),
    st.booleans(),
)
def test_it_is_what_a_reading_of_all_lines_finds(found, near, ended):
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(lookup, "NEAR", near)
        path, lines = Path(folder, "sorted.nt"), sorted(found)
        path.write_bytes(b"\n".join(lines) + (b"\n" if lines and ended else b""))
        for name in (*NAMES, "", "zz"):
            for start in (f"<http://e/{name}> ".encode(), f"<http://e/{name}".encode()):
                assert lookup.lines(path, start) == [x for x in lines if x.startswith(start)]


def test_few_bytes_are_read_of_a_large_file(tmp_path):
    path = tmp_path / "sorted.nt"
    with path.open("wb") as file:
        for n in range(100_000):
            file.write(line(f"{n:06}", "x" * 50) + b"\n")
    steps = []

    class Counting:
        def __init__(self, file):
            self.file = file

        def __getattr__(self, name):
            return getattr(self.file, name)

        def readline(self):
            steps.append(1)
            return self.file.readline()

    with path.open("rb") as file:
        place = lookup._before(Counting(file), b"<http://e/077777> ")
        file.seek(place)
        assert b"<http://e/077777> " in file.read(2 * lookup.NEAR)
    assert len(steps) < 40
