"""Versions in the change feed are looked up in the sorted dump, and pages are taken apart for it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from hankelod.publication.history import feed
from hankelod.publication.history.feed import Member
from hankelod.publication.stretches import Dump, Stretch, cover

LINES = [f"<http://e.example/{name}> <p> {n} ." for name in ("a/1", "a/2", "a1", "a", "b") for n in range(3)]


@pytest.fixture
def dump(tmp_path: Path) -> Iterator[Dump]:
    (tmp_path / "dump.nt").write_text("".join(f"{line}\n" for line in LINES), "utf-8")
    with io.FileIO(tmp_path / "dump.nt") as file:
        yield Dump(file)


def lines(*names: str) -> bytes:
    return "\n".join(line for line in LINES if any(f"/{name}>" in line for name in names)).encode()


def test_lines_are_found_where_they_stand(dump: Dump):
    size = len(LINES[0]) + 1
    assert dump.stretches(lines("a/1", "a/2")) == (Stretch(0, 6 * size),)
    assert dump.stretches(lines("b")) == (Stretch(dump.stretches(lines("b"))[0].start, len("\n".join(LINES)) + 1),)
    assert dump.stretches(lines("a/1")) == (Stretch(0, 3 * size),), "and again before them"


def test_a_thing_may_stand_in_several_places(dump: Dump):
    found = dump.stretches(lines("a/1", "a/2", "a"))
    assert found and len(found) > 1
    assert cover([*found, *dump.stretches(lines("a1")), *dump.stretches(lines("b"))], len("\n".join(LINES)) + 1)


@pytest.mark.parametrize(
    "missing", [b"<http://e.example/a> <p> 4 .", b"<http://e.example/a> <p> 1", b"", b"<z> <p> 1 ."]
)
def test_what_is_no_line_of_the_dump_has_no_place(dump: Dump, missing: bytes):
    assert dump.stretches(missing) is None
    assert dump.stretches(lines("a/1") + b"\n" + missing) is None


def test_stretches_cover_a_dump_only_without_gap_and_overlap():
    assert cover([Stretch(5, 9), Stretch(0, 5)], 9) and cover([], 0)
    assert not cover([Stretch(0, 5)], 9) and not cover([Stretch(1, 9)], 9)
    assert not cover([Stretch(0, 5), Stretch(0, 5), Stretch(5, 9)], 9), "no line twice"


def test_a_page_is_taken_apart_and_has_the_graphs_that_its_parts_say():
    members = [
        Member(1, "http://e.example/a", "Create", feed.time("2026-01-01", 1), 1, (b"<a:a> <a:b> <a:c> .",) * 2),
        Member(2, "http://e.example/b", "Delete", feed.time("2026-01-01", 2), 1, ()),
    ]
    page = feed.page("http://e.example/", 1, members)
    rest, graphs = feed.apart(page.content)
    assert graphs == {"http://e.example/changes/pages/1.trig#1": b"<a:a> <a:b> <a:c> .\n<a:a> <a:b> <a:c> ."}
    parsed = feed.parsed(rest, "http://e.example/")
    assert parsed.properties == feed.parsed(page.content, "http://e.example/").properties
    assert parsed.graphs == {name: {b'<urn:s> <urn:p> "0" .'} for name in graphs}


@pytest.mark.parametrize("content", [b"", b"> {\n", b"> {\n\n}\n", b"\n}\n> {\n", b'<a> "<b> {\n" .\n}\n'])
def test_any_content_can_be_taken_apart(content: bytes):
    rest, graphs = feed.apart(content)
    assert isinstance(rest, bytes) and isinstance(graphs, dict)
