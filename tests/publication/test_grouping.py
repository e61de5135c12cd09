"""What differs between two sorted graphs, and the graph that a feed gives: in blocks, as in memory."""

from __future__ import annotations

import tempfile
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hankelod.publication import runs
from hankelod.publication.history import feed, grouping, lines
from hankelod.publication.history.diff import InFile, InMemory, Things, ThingVersions, changed
from hankelod.publication.parts import Folder
from hankelod.records.dataset import Dataset
from support.publishing import BASE, SMALL

THINGS = Things(Dataset(SMALL).model)
IDS = ["a", "a1", "a10", "a11", "a-b", "a.b", "aa", "a0", "ab", "b", "b-a", "ä"]
PARTS = ["", "/grant/1", "/grant/10", "/outcome/a", "/x"]
OTHERS = [f"concept{rest}" for rest in ("", "/theme", "/theme/a", "/theme/networks")] + ["project", "project/"]
SUBJECTS = [
    *(f"{BASE}id/project/{i}{part}" for i in IDS for part in PARTS),
    *(f"{BASE}id/{other}" for other in OTHERS),
    "https://w3id.org/hankelod/def#Project",
    "https://w3id.org/hankelod/def",
    BASE,
]
LINE = st.builds(lambda s, o: f'<{s}> <http://e/p> "{o}" .'.encode(), st.sampled_from(SUBJECTS), st.sampled_from("xyz"))
GRAPH = st.sets(LINE, max_size=60)


def naive(old: set[bytes], new: set[bytes]) -> list[ThingVersions]:
    """The things that differ, with all lines in memory."""
    sides: tuple[dict[str, list[bytes]], ...] = ({}, {})
    for side, graph in zip(sides, (old, new), strict=True):
        for each in sorted(graph):
            side.setdefault(THINGS.of(each), []).append(each)
    things = sorted(sides[0].keys() | sides[1].keys())
    every = (ThingVersions(thing, sides[0].get(thing, []), sides[1].get(thing, [])) for thing in things)
    return [versions for versions in every if versions.old != versions.new]


@pytest.mark.parametrize("few", [0, 3, 1000])
@pytest.mark.parametrize("many", [0, 1000])
@pytest.mark.parametrize("run", [1, 1000, 2**25])
@settings(max_examples=60, deadline=None)
@given(old=GRAPH, new=GRAPH, block=st.sampled_from([1, 2, 7]), piece=st.sampled_from([1, 64, 1000]))
def test_it_is_as_in_memory(few, many, run, old, new, block, piece):
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        for module, name, value in (
            (grouping, "FEW", few),
            (grouping, "MANY", many),
            (grouping, "RUN", run),
            (lines, "BLOCK", block),
            (lines, "READ", piece),
            (runs, "FAN_IN", 3),
        ):
            patch.setattr(module, name, value)
        path = Path(folder, "new.nt")
        path.write_bytes(b"".join(each + b"\n" for each in sorted(new)))
        parts = Path(folder, "parts")
        parts.mkdir()
        found = list(changed(THINGS, InMemory(sorted(old)), InFile(path), Folder(str(parts))))
        assert found == naive(old, new)
        assert not list(parts.iterdir()), "runs are removed"


@settings(max_examples=100, deadline=None)
@given(GRAPH, GRAPH, st.sampled_from([1, 3, 2**15]), st.sampled_from([1, 4, 32]))
def test_differing_lines_come_in_order(old, new, block, short):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "BLOCK", block)
        patch.setattr(lines, "SHORT", short)
        pairs = list(lines.differing(InMemory(sorted(old)), InMemory(sorted(new))))
    assert list(chain.from_iterable(left for left, _ in pairs)) == sorted(old - new)
    assert list(chain.from_iterable(right for _, right in pairs)) == sorted(new - old)


@settings(max_examples=60, deadline=None)
@given(st.lists(GRAPH, min_size=1, max_size=4), st.sampled_from([1, 5, 1000]))
def test_a_feed_replayed_is_the_last_graph(graphs, run):
    members: list[feed.Member] = []
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(feed, "RUN", run)
        parts, before = Folder(folder), InMemory([])
        for number, graph in enumerate(graphs, 1):
            now = InMemory(sorted(graph))
            for versions in changed(THINGS, before, now, parts):
                members += feed.members(THINGS, versions, len(members) + 1, "2026-01-01", number)
            before = now
        found = list(chain.from_iterable(feed.replayed(members, parts)))
        assert found == sorted(graphs[-1])
        assert not list(Path(folder).iterdir())


@pytest.mark.parametrize("subject", [*SUBJECTS[:8], "http://e/none"])
def test_lines_of_a_subject_are_the_same_in_memory_and_in_a_file(tmp_path, subject):
    graph = sorted(f'<{s}> <http://e/{p}> "x" .'.encode() for s in SUBJECTS for p in "pq")
    path = tmp_path / "graph.nt"
    path.write_bytes(b"\n".join(graph) + b"\n")
    for start in (f"<{subject}> ".encode(), f"<{subject}/".encode()):
        want = [each for each in graph if each.startswith(start)]
        assert InMemory(graph).starting(start) == InFile(path).starting(start) == want
