"""The previous publication as it is read for the history, and the files of releases, piece by piece."""

from __future__ import annotations

import http.server
import itertools
import json
import threading
from functools import partial
from pathlib import Path

import pytest

from hankelod.messages.refusal import CannotPublish
from hankelod.publication.files import to_json
from hankelod.publication.history import changes, releases
from hankelod.publication.history.diff import Change, FieldChange, InFile, Things, as_json
from hankelod.publication.history.feed import page_path, release_path
from hankelod.publication.history.previous import Folder, RemoteOrigin, read, read_graph
from hankelod.publication.history.releases import Release, Span
from hankelod.publication.manifest import BadManifest, manifest
from hankelod.rdf import dumps
from hankelod.records.dataset import Dataset
from support.publishing import BASE, SMALL, edit, published, small

THINGS = Things(Dataset(SMALL).model)
DUMP = dumps.dump("small", ".nt")
CHANGES = (
    Change(f"{BASE}id/project/a", "create"),
    Change(f'{BASE}id/project/"å\\', "create"),
    Change(
        f"{BASE}id/project/b",
        "update",
        (FieldChange("x", None, "1\n  },\n  {"), FieldChange('"changes": [', "2", None)),
    ),
    Change(f"{BASE}id/project/c", "delete", (), (("en", "Line\u2028"), ("fi", "]\n}\n"))),
    Change(f"{BASE}id/project/d", "update"),
)


@pytest.fixture
def publication(tmp_path: Path) -> Path:
    """A publication of three releases, on four pages."""
    folder, out = small(tmp_path / "small"), tmp_path / "dist"
    published(folder, out, only=("dumps",))
    for old, new in (("1000", "1100"), ("1100", "1200")):
        edit(folder, "projects/eka.yml", f"totalCost: {old}", f"totalCost: {new}")
        published(folder, out, only=("dumps",))
    return out


def change_manifest(out: Path, path: str, content: bytes | None) -> None:
    """Replace a file with its entry in the manifest, or remove both."""
    import hashlib

    listed = json.loads((out / "manifest.json").read_text("utf-8"))["files"]
    if content is None:
        del listed[path]
        (out / path).unlink()
    else:
        (out / path).write_bytes(content)
        listed[path] |= {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    (out / "manifest.json").write_bytes(manifest(listed))


def graph(lines) -> list[bytes]:
    return list(itertools.chain.from_iterable(lines.blocks()))


### Release files


@pytest.mark.parametrize("count", range(len(CHANGES) + 1))
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_release_file_is_json_and_read_in_pieces(count, size):
    some = CHANGES[:count]
    pages = (
        Span(4, 1, 100, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.100Z"),
        Span(5, 101, 102, "2026-01-01T00:00:00.101Z", "2026-01-01T00:00:00.102Z"),
    )
    release = Release(3, BASE, "1.0", "2026-01-01", pages, some, ("x",))
    content = b"".join(releases.release_file(release, map(releases.entry, some)))
    whole = {
        "release": 3,
        "base": BASE,
        "version": "1.0",
        "modified": "2026-01-01",
        "pages": [
            {"page": page_path(4), "first": 1, "last": 100, "from": pages[0].since, "to": pages[0].until},
            {"page": page_path(5), "first": 101, "last": 102, "from": pages[1].since, "to": pages[1].until},
        ],
        "forgotten": ["x"],
        "changes": [as_json(change) for change in some],
    }
    assert content == to_json(whole, 1)
    again = releases.release(release_path(3), lambda: (content[n : n + size] for n in range(0, len(content), size)))
    assert again._replace(changes=()) == release._replace(changes=())
    assert len(again.changes) == count
    assert tuple(again.changes) == tuple(again.changes) == some


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b'{\n "changes": [',
        b'{\n "release": 1,\n "changes": []\n}\n',
        b"\xff",
        b"[" * 100_000,
        b'x\n "changes": [\n  {\n  }\n ]\n}\n',
    ],
)
def test_what_is_no_release_file_is_refused(content):
    with pytest.raises(BadManifest, match=r"changes/releases/1\.json"):
        releases.release(release_path(1), lambda: (content,))


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ('"2026-01-01"', '"2026-02-31"'),
        ('"2026-01-01"', '"zzzz"'),
        ('"2026-01-01"', "null"),
        ('00.001Z"', '00.001Z\\" . <x> <y> <z> . \\""'),
        ('00.001Z"', '00"'),
    ],
)
def test_days_and_times_of_a_release_file_are_such(good, bad):
    """They go on into the feed."""
    pages = (Span(1, 1, 1, "2026-01-01T00:00:00.001Z", "2026-01-01T00:00:00.001Z"),)
    release = Release(1, BASE, "1.0", "2026-01-01", pages, (), ())
    content = b"".join(releases.release_file(release, ()))
    assert releases.release(release_path(1), lambda: (content,)).pages == pages
    damaged = content.replace(good.encode(), bad.encode(), 1)
    assert damaged != content
    with pytest.raises(BadManifest, match=r"changes/releases/1\.json"):
        releases.release(release_path(1), lambda: (damaged,))


### The previous publication


def test_a_folder_is_read_in_place(publication, tmp_path):
    spool = tmp_path / "spool"
    spool.mkdir()
    before = read(THINGS, Folder(publication), "x", spool)
    assert isinstance(before.lines, InFile)
    assert graph(before.lines) == (publication / DUMP).read_bytes().split(b"\n")[:-1]
    assert [len(r.changes) for r in before.releases][1:] == [1, 1]
    for number in range(1, 5):
        assert before.page(number).content == (publication / page_path(number)).read_bytes()
    assert not list(spool.iterdir())


def test_an_address_is_fetched_once(publication, tmp_path):
    asked = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            super().do_GET()

        def log_message(self, *given):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=publication)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        spool = tmp_path / "spool"
        spool.mkdir()
        before = read(THINGS, RemoteOrigin(f"http://127.0.0.1:{server.server_port}/"), "x", spool)
        server.shutdown()
    for number in range(1, 5):
        assert before.page(number).content == (publication / page_path(number)).read_bytes()
    assert [c.change for c in before.releases[1].changes] == ["update"]
    assert graph(before.lines) == (publication / DUMP).read_bytes().split(b"\n")[:-1]
    assert len(asked) == len(set(asked)) == 1 + len(list((publication / "changes").glob("*/*"))) + 1


def test_a_dump_that_is_not_sorted_is_sorted(publication, tmp_path):
    lines = (publication / DUMP).read_bytes().split(b"\n")[:-1]
    change_manifest(publication, DUMP, b"\n".join([*reversed(lines), lines[0]]))
    before = read(THINGS, Folder(publication), "x", tmp_path)
    assert graph(before.lines) == lines


def test_without_a_dump_the_feed_gives_the_graph(publication, tmp_path):
    lines = (publication / DUMP).read_bytes().split(b"\n")[:-1]
    change_manifest(publication, DUMP, None)
    for number, spool in enumerate((tmp_path / "a", tmp_path / "b")):
        spool.mkdir()
        found = (
            read_graph(Folder(publication), spool) if number else read(THINGS, Folder(publication), "x", spool).lines
        )
        assert graph(found) == lines


@pytest.mark.parametrize("path", [DUMP, page_path(2), release_path(2)])
@pytest.mark.parametrize("way", ["other", "shorter", "gone", "link"])
def test_damage_is_seen_before_anything_is_published(publication, tmp_path, path, way):
    file = publication / path
    content = file.read_bytes()
    if way == "other":
        file.write_bytes(content[:-3] + b"x" + content[-2:])
    elif way == "shorter":
        file.write_bytes(content[: len(content) // 2])
    elif way == "gone":
        file.unlink()
    else:
        file.rename(tmp_path / "elsewhere")
        file.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CannotPublish, match=path if way != "gone" else "cannot be read"):
        read(THINGS, Folder(publication), "x", tmp_path)


@pytest.mark.parametrize("path", [page_path(2), release_path(2)])
def test_a_gap_in_the_history_is_refused(publication, tmp_path, path):
    change_manifest(publication, path, None)
    with pytest.raises(CannotPublish, match="not whole"):
        read(THINGS, Folder(publication), "x", tmp_path)


def test_a_feed_that_is_none_is_refused(publication, tmp_path):
    change_manifest(publication, DUMP, None)
    change_manifest(publication, page_path(2), b"<a> <b>")
    with pytest.raises(CannotPublish, match="feed cannot be read"):
        read(THINGS, Folder(publication), "x", tmp_path)


@pytest.mark.parametrize(
    "line",
    [
        b"<http://e/\xff> <http://e/p> <http://e/o> .",
        b"rivi",
        b"# <http://e/a> <http://e/p> <http://e/o> .",
        b'<http://e/a> <http://e/p> "auki .',
        b"<http://e/a> <http://e/p> <http://e/o> . <http://e/a> <http://e/p> <http://e/q> .",
        b"<http://e/a> <http://e/p> " + b"<<( <http://e/a> <http://e/p> " * 20_000,
    ],
    ids=["no-utf-8", "no-triple", "comment", "open", "two", "deep"],
)
@pytest.mark.parametrize("place", ["first", "last", "unended"])
def test_a_dump_that_is_no_n_triples_is_refused(publication, tmp_path, line, place):
    dump = (publication / DUMP).read_bytes()
    content = {"first": line + b"\n" + dump, "last": dump + line + b"\n", "unended": dump + line}[place]
    change_manifest(publication, DUMP, content)
    with pytest.raises(CannotPublish, match=r"small\.nt cannot be read"):
        read(THINGS, Folder(publication), "x", tmp_path)


### Names and warnings


def test_names_in_the_dump_are_those_of_the_records(publication):
    dataset = Dataset(SMALL)
    records = [record for cls in dataset.model.entries() for record in dataset.read(cls)]
    of_records = changes.named(dataset, records, None)
    of_lines = changes.named(dataset, [], InFile(publication / DUMP))
    subjects = {x.split(b" ", 1)[0].decode().strip("<>") for x in (publication / DUMP).read_bytes().splitlines()}
    for iri in (*subjects, "http://e/none", f"{BASE}id/project/none"):
        assert of_lines(iri) == of_records(iri)
        assert list(of_lines(iri)) == list(of_records(iri))
    assert of_lines(f"{BASE}id/project/eka")["en"] == "First"
    assert of_lines(f"{BASE}id/organisation/testila")


def test_only_records_whose_parts_may_have_moved_are_asked_for(tmp_path):
    dataset = Dataset(SMALL)
    text = FieldChange("outcomes[1].text.fi", "Aivan toinen", "Verkosto")
    some = (
        Change(f"{BASE}id/project/a", "create"),
        Change(f"{BASE}id/project/b", "update", (FieldChange("totalCost", "1", "2"),)),
        Change(f"{BASE}id/project/eka", "update", (text,)),
        Change(f"{BASE}id/project/gone", "update", (text,)),
    )
    history = changes.History(
        tuple(Release(n, BASE, f"{n}", "2026-01-01", (), of, ()) for n, of in ((1, ()), (2, some)))
    )
    settings = dataset.settings()
    settings = settings._replace(values={**settings.values, "modified": "2026-01-02"})
    asked = []
    (eka,) = dataset.read(dataset.model.by_name("Project"))

    def records_of(moved):
        asked.append(moved)
        return {f"{BASE}id/project/eka": eka}

    found = changes.warnings(dataset, THINGS, history, settings, records_of)
    assert asked == [[f"{BASE}id/project/eka", f"{BASE}id/project/gone"]]
    assert [(p.code, p.record) for p in found] == [("part-moved", "eka")]
    nothing = changes.History((history.releases[0], history.releases[1]._replace(changes=some[:2])))
    assert changes.warnings(dataset, THINGS, nothing, settings, records_of) == []
    assert len(asked) == 1
