"""`hankelod verify`: a publication as it was written is found whole, and every kind of damage is found."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from hankelod.publication import manifest, reading, runs
from hankelod.publication.files import to_json
from hankelod.publication.history.feed import FEED
from hankelod.publication.manifest import BadManifest, is_safe
from hankelod.publication.manifest import manifest as written
from hankelod.publication.verification import verify
from support.publishing import contents, edit, published, small


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A publication with two releases."""
    place = tmp_path_factory.mktemp("sound")
    folder, out = small(place / "small"), place / "dist"
    published(folder, out)
    edit(folder, "projects/eka.yml", "totalCost: 1000", "totalCost: 1200")
    published(folder, out)
    return out


@pytest.fixture
def out(sound: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    return Path(shutil.copytree(sound, tmp_path / "dist"))


def codes(out: Path) -> list[tuple[str, str]]:
    return [(p.code, p.file.removeprefix("dist/")) for p in verify(out, "dist").problems]


@pytest.fixture(params=["held", "streamed"])
def size(request, monkeypatch: pytest.MonkeyPatch) -> str:
    """The way files are read: small ones at once, or all of them as if they were large."""
    if request.param == "streamed":
        for name, value in {"BLOCK": 512, "HELD": 1024, "TRIPLES": 300, "NODES": 3}.items():
            monkeypatch.setattr(reading, name, value)
        monkeypatch.setattr(runs, "FAN_IN", 3)
    return request.param


def declare(out: Path, *paths: str) -> None:
    """Make the manifest agree with what these files are now, so that only the deeper checks can tell."""

    whole = json.loads((out / "manifest.json").read_text("utf-8"))
    for path in paths:
        content = (out / path).read_bytes()
        whole["files"][path] |= {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    (out / "manifest.json").write_bytes(written(whole["files"]))


def replace(out: Path, path: str, old: bytes, new: bytes) -> None:
    content = (out / path).read_bytes()
    assert old in content
    (out / path).write_bytes(content.replace(old, new, 1))


def test_the_real_publication_is_whole(dist, size):
    found = verify(dist, "dist")
    assert found.problems == []
    assert found.records == len(contents(dist)) - 1


def test_a_publication_with_a_history_is_whole(out, size):
    assert codes(out) == []


def test_nothing_is_left_behind(out, tmp_path, monkeypatch, size):
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    assert codes(out) == []
    assert not list((tmp_path / "temporary").iterdir())


NT, TTL = "dump/small.nt", "dump/small.ttl"


@pytest.mark.parametrize(
    ("damage", "code", "path"),
    [
        (lambda out: (out / "def.ttl").unlink(), "file-missing", "def.ttl"),
        (lambda out: (out / "doc/letter.txt").write_text("x"), "file-foreign", "doc/letter.txt"),
        (lambda out: (out / ".hidden").write_text("x"), "file-foreign", ".hidden"),
        (lambda out: (out / "empty").mkdir(), "file-foreign", "empty"),
        (lambda out: (out / "link").symlink_to("/etc"), "file-foreign", "link"),
        (lambda out: replace(out, "def.ttl", b"a", b"b"), "file-changed", "def.ttl"),
        (lambda out: replace(out, "schema/project.json", b" ", b""), "file-changed", "schema/project.json"),
        (lambda out: (out / "schema/project.json").write_text("{"), "file-unreadable", "schema/project.json"),
        (lambda out: (out / "dump/projects.jsonl").write_text("{\n"), "file-unreadable", "dump/projects.jsonl"),
        (lambda out: (out / "def.ttl").write_text("<a> <b>"), "file-unreadable", "def.ttl"),
        (lambda out: (out / "changes/changelog.md").write_bytes(b"\xff"), "file-unreadable", "changes/changelog.md"),
        (lambda out: (out / "manifest.json").write_text("{}"), "manifest-unreadable", "manifest.json"),
        (lambda out: (out / "manifest.json").unlink(), "manifest-unreadable", "manifest.json"),
        (
            lambda out: replace(out, "manifest.json", b'"sha256": "', b'"sha256": "0'),
            "manifest-unreadable",
            "manifest.json",
        ),
    ],
)
def test_damage_is_found(out, damage, code, path, size):
    damage(out)
    assert (code, path) in codes(out)


def test_a_link_in_the_place_of_a_file_is_found(out, tmp_path):
    (tmp_path / "same.ttl").write_bytes((out / "def.ttl").read_bytes())
    (out / "def.ttl").unlink()
    (out / "def.ttl").symlink_to(tmp_path / "same.ttl")
    assert codes(out) == [("file-unreadable", "def.ttl")]


def test_dumps_that_differ_are_found_even_where_the_manifest_agrees(out, size):
    replace(out, TTL, b"1200", b"1300")
    declare(out, TTL)
    assert codes(out) == [("dumps-differ", TTL)]


def test_a_feed_that_does_not_lead_to_the_dump_is_found(out, size):
    page = max((out / "changes/pages").iterdir(), key=lambda p: int(p.stem)).relative_to(out).as_posix()
    replace(out, page, b'"1200"', b'"1300"')
    declare(out, page)
    assert codes(out) == [("dumps-differ", "changes/feed.trig")]


def test_a_gap_in_the_history_is_found(out, size):
    whole = json.loads((out / "manifest.json").read_text("utf-8"))
    del whole["files"]["changes/pages/1.trig"]
    (out / "changes/pages/1.trig").unlink()
    (out / "manifest.json").write_bytes(written(whole["files"]))
    assert codes(out) == [("history-broken", "changes/feed.trig")]


def test_a_wrong_count_is_found(out, size):
    whole = json.loads((out / "manifest.json").read_text("utf-8"))
    whole["files"]["def.ttl"]["triples"] += 1
    (out / "manifest.json").write_bytes(written(whole["files"]))
    assert codes(out) == [("count-wrong", "def.ttl")]


def last(path: str, old: bytes, new: bytes):
    """Damage that replaces the last place of some bytes."""

    def damage(out: Path) -> None:
        content = (out / path).read_bytes()
        at = content.rindex(old)
        (out / path).write_bytes(content[:at] + new + content[at + len(old) :])

    return damage


def shuffled(out: Path) -> None:
    lines = (out / NT).read_bytes().splitlines(keepends=True)
    (out / NT).write_bytes(b"".join([*lines[1:], lines[0]]))


JSONLD = "dump/small.jsonld"

PAGE = "changes/pages/1.trig"


def unsaid(out: Path) -> None:
    """Put the last graph of a page into a text, where it looks the same."""
    content = (out / PAGE).read_bytes()
    name = content.rindex(b"\n<", 0, content.rindex(b"> {\n")) + 1
    end = content.index(b"\n}\n", name) + 3
    text = b'<a:a> <a:b> """\n' + content[name:end] + b'""" .\n'
    (out / PAGE).write_bytes(content[:name] + text + content[end:])
    declare(out, PAGE)


def invalid_in_all(out: Path) -> None:
    """An IRI that is none, in every form of the dump and in the feed."""
    for path in (NT, TTL, JSONLD, PAGE):
        content = (out / path).read_bytes()
        assert b"https://" in content
        (out / path).write_bytes(content.replace(b"https://", b"https:// "))
        declare(out, path)


@pytest.mark.parametrize(
    ("damage", "code", "path"),
    [
        (last(NT, b" .\n", b" \n"), "file-unreadable", NT),
        (shuffled, "file-unreadable", NT),
        (lambda out: (out / NT).write_bytes((out / NT).read_bytes() * 2), "file-unreadable", NT),
        (last(TTL, b" .", b" "), "file-unreadable", TTL),
        (lambda out: (out / TTL).write_bytes((out / TTL).read_bytes() + b"<a:a> <a:b> 1 ."), "dumps-differ", TTL),
        (last(JSONLD, b'{"id"', b'["id"'), "file-unreadable", JSONLD),
        (last(JSONLD, b"]}\n", b""), "file-unreadable", JSONLD),
        (last(JSONLD, b'"fi":"', b'"sv":"'), "dumps-differ", JSONLD),
        (last(NT, b"<http", b"<h ttp"), "file-unreadable", NT),
        (invalid_in_all, "file-unreadable", TTL),
        (invalid_in_all, "file-unreadable", NT),
        (unsaid, "dumps-differ", FEED),
        (last(PAGE, b" .\n}\n", b" . .\n}\n"), "file-unreadable", PAGE),
        (last(PAGE, b" .\n}\n", b" .\n<a:a> <a:b> <a:c> .\n}\n"), "dumps-differ", FEED),
        (last("dump/projects.jsonl", b'{"id"', b'["id"'), "file-unreadable", "dump/projects.jsonl"),
        (last("dump/projects.csv", b",", b";"), "file-unreadable", "dump/projects.csv"),
        (last("dump/projects.geojson", b'"type":', b'"type" '), "file-unreadable", "dump/projects.geojson"),
        (last("dump/projects.xlsx", b"PK\x05\x06", b"PK\x05\x05"), "file-unreadable", "dump/projects.xlsx"),
        (lambda out: os.truncate(out / f"{NT}.gz", 1000), "file-unreadable", f"{NT}.gz"),
        (lambda out: (out / f"{NT}.gz").write_bytes(gzip.compress(b"x")), "dumps-differ", f"{NT}.gz"),
        (lambda out: (out / f"{NT}.gz").write_bytes(gzip.compress(bytes(2**24))), "dumps-differ", f"{NT}.gz"),
    ],
)
def test_damage_that_the_manifest_agrees_with_is_found(out, damage, code, path, size):
    damage(out)
    declare(out, PAGE if path == FEED else path)
    assert (code, path) in codes(out)
    assert "file-changed" not in {code for code, _ in codes(out)}


def test_the_number_of_different_triples_does_not_depend_on_the_size(out, monkeypatch):
    def values() -> list[tuple[str, str | None]]:
        return [(p.code, p.value) for p in verify(out, "dist").problems]

    content = (out / TTL).read_bytes() + b"".join(b"<a:a> <a:b> %d .\n" % n for n in range(50)) * 2
    (out / TTL).write_bytes(content)
    held = values()
    assert ("dumps-differ", "50") in held
    monkeypatch.setattr(reading, "BLOCK", 512)
    monkeypatch.setattr(reading, "TRIPLES", 20)
    assert values() == held


def test_triple_terms_are_counted_as_a_large_file_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "HELD", 1001)
    monkeypatch.setattr(reading, "BLOCK", 1000)
    one = b"<a:a> <a:b> <<( <a:a> <a:b> <a:c> )>> .\n"
    out = declared(tmp_path / "few", {"x.ttl": one * 90}, triples=1)
    assert codes(out) == []
    out = declared(tmp_path / "deep", {"x.ttl": DEEP["x.ttl"], "x.trig": DEEP["x.trig"]})
    assert codes(out) == [("file-unreadable", "x.trig"), ("file-unreadable", "x.ttl")]


def test_a_folder_that_is_a_link_is_found(out, tmp_path):
    (out / "dump").rename(tmp_path / "elsewhere")
    (out / "dump").symlink_to(tmp_path / "elsewhere")
    assert {code for code, path in codes(out) if path.startswith("dump/")} == {"file-unreadable"}


def test_a_file_in_the_place_of_a_folder_is_found(out):
    shutil.rmtree(out / "dump")
    (out / "dump").write_bytes(b"")
    found = codes(out)
    assert ("file-missing", NT) in found
    assert ("file-foreign", "dump") in found


BAD_PATHS = [
    "../x",
    "a/../../x",
    "/etc/passwd",
    "a//b",
    "a/./b",
    "",
    "..",
    "C:\\x",
    "a\\..\\b",
    "C:x",
    "a\x00b",
    "a\nb",
    "x" * 2000,
    "a/",
]


@pytest.mark.parametrize("path", BAD_PATHS)
def test_a_path_cannot_leave_the_folder(out, path):
    assert not is_safe(path)
    whole = json.loads((out / "manifest.json").read_text("utf-8"))
    whole["files"][path] = whole["files"]["def.ttl"]
    with pytest.raises(BadManifest, match="leads out"):
        manifest.read(written(whole["files"]))


@pytest.mark.parametrize("path", ["a", "dump/small.nt", ".well-known/void", ".htaccess", "doc/project/é.ttl", "a..b"])
def test_a_good_path_is_safe(path):
    assert is_safe(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"null",
        b'{"files": []}',
        b'{"build": "x", "files": {"a": 1}}',
        b'{"build": "x", "files": {"a": {"sha256": 1, "bytes": 1, "mediaType": "x"}}}',
        b'{"build": "x", "files": {"a": {"sha256": "x", "bytes": -1, "mediaType": "x"}}}',
        b'{"build": "x", "files": {"a": {"sha256": "x", "bytes": true, "mediaType": "x"}}}',
        b'{"build": "x", "files": {}}',
        b"[" * 100_000,
        b"\xff",
    ],
)
def test_a_manifest_that_is_none_is_refused(content):
    with pytest.raises(BadManifest):
        manifest.read(content)


def test_a_manifest_may_be_read_again():
    entry = {"sha256": "0" * 64, "bytes": 3, "mediaType": "text/turtle", "triples": 1}
    read = manifest.read(written({"b.ttl": entry, "a.ttl": entry}))
    assert list(read.files) == ["a.ttl", "b.ttl"]
    assert read.files["a.ttl"].triples == 1
    assert to_json({}) == b"{}\n"


@pytest.mark.parametrize("lang", ["fi", "sv", "en"])
def test_the_command(out, run, lang):
    assert run("verify", str(out), "--lang", lang).returncode == 0
    os.truncate(out / "def.ttl", 10)
    done = run("verify", str(out), "--lang", lang, "--format", "json")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert not report["conforms"]
    assert "file-changed" in {p["code"] for p in report["problems"]}
    assert all(p["message"] and p["why"] and p["fix"] and "{" not in p["message"] for p in report["problems"])
    assert run("verify", "no-such-folder").returncode == 2


def declared(folder: Path, files: dict[str, bytes], **more: object) -> Path:
    """A folder with these files, and a manifest that names them; `more` goes into each entry."""
    folder.mkdir()
    entries = {}
    for path, content in files.items():
        (folder / path).write_bytes(content)
        entries[path] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content), "mediaType": "", **more}
    (folder / "manifest.json").write_bytes(written(entries))
    return folder


@pytest.mark.parametrize("size", [10**18, 2**63 - 1, 10**30])
def test_a_size_beyond_all_memory_is_no_size(tmp_path, size):
    assert codes(declared(tmp_path / "dist", {"x.txt": b"x"}, bytes=size)) == [("file-changed", "x.txt")]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
@pytest.mark.parametrize(("path", "code"), [("x.txt", "file-unreadable"), ("manifest.json", "manifest-unreadable")])
def test_a_pipe_keeps_nobody_waiting(tmp_path, path, code):
    out = declared(tmp_path / "dist", {"x.txt": b"x"})
    (out / path).unlink()
    os.mkfifo(out / path)
    assert codes(out) == [(code, path)]


def test_a_path_that_no_file_can_have(tmp_path):
    entries = {"x\ud800": {"sha256": "", "bytes": 1, "mediaType": ""}}
    content = json.dumps({"build": manifest.build_id(entries), "files": entries}).encode()
    with pytest.raises(BadManifest, match="cannot be read"):
        manifest.read(content)


DEEP = {
    "x.ttl": b"<a:a> <a:b> " + b"<<( <a:a> <a:b> " * 60_000 + b"<a:c>" + b" )>>" * 60_000 + b" .",
    "x.trig": b"{ <a:a> <a:b> " + b"<<( <a:a> <a:b> " * 60_000 + b"<a:c>" + b" )>>" * 60_000 + b" }",
    "x.jsonld": b'{"@context":{"a":{"@id":"x:y","@context":'
    + b'{"a":{"@id":"x:y","@context":' * 20_000
    + b"{}"
    + b"}}" * 20_000
    + b"}}}",
}


@pytest.mark.parametrize("name", DEEP)
def test_deep_rdf_does_not_end_the_process(tmp_path, name):
    """In a process of its own, since what is refused here overflows the stack of the parser."""
    declared(tmp_path / "dist", {name: DEEP[name]})
    done = subprocess.run(
        [sys.executable, "-m", "hankelod", "-C", str(tmp_path), "verify", "dist"], capture_output=True, text=True
    )
    assert done.returncode == 1, done.stderr
    assert "nested more than 100 deep" in done.stdout
