"""The bulk way: the same bytes and the same problems as in memory, whatever happens on the way."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hankelod.cli import large
from hankelod.messages.refusal import CannotPublish
from hankelod.pipeline import largepublication, streaming
from hankelod.pipeline.checking import check_all
from hankelod.pipeline.largepublication import NotSound
from hankelod.pipeline.publication import publish
from hankelod.pipeline.streaming import Stream
from hankelod.pipeline.workers import Crew, processes
from hankelod.publication import reading
from hankelod.publication.files import Edition
from hankelod.publication.parts import Storage
from hankelod.publication.verification import verify
from hankelod.records.dataset import Dataset
from hankelod.validation.report import as_json
from support.publishing import contents

COPIES = 15
CHUNK = 40


@pytest.fixture(scope="module")
def many(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real dataset, its projects many times over in one file of JSON Lines, and one in a file of its own."""
    folder = tmp_path_factory.mktemp("many")
    for name in ("data", "ontology", "shapes"):
        shutil.copytree(root / name, folder / name)
    dataset = Dataset(root)
    kept = "inkoo-hiilineutraali"
    with (folder / "data/projects.jsonl").open("w", encoding="utf-8", newline="\n") as file:
        for n in range(COPIES):
            for record in dataset.read(dataset.model.by_name("Project")):
                text = json.dumps(record.values, ensure_ascii=n % 3 == 0)
                file.write(text.replace(f'"{record.id}', f'"{record.id}-{n}') + "\n")
    for path in (folder / "data/projects").iterdir():
        if path.stem != kept:
            path.unlink()
    return folder


@pytest.fixture(scope="module")
def crew() -> Iterator[Crew]:
    with processes() as crew:
        yield crew


def written(folder: Path, out: Path, crew: Crew, chunk: int = CHUNK) -> None:
    dataset = Dataset(folder)
    largepublication.publish(lambda parts: Stream(dataset, None, crew, parts, records=chunk), out, Edition())


def in_memory(folder: Path, out: Path) -> None:
    dataset = Dataset(folder)
    report, records = check_all(dataset)
    publish(dataset, records, report, out, frozenset(["dumps"]))


def test_the_same_bytes(many: Path, tmp_path: Path, crew: Crew, monkeypatch: pytest.MonkeyPatch):
    """Every file that both ways write is the same, but for those that list or describe what only one has."""
    monkeypatch.setattr(streaming, "RANGE", 2**17)
    written(many, tmp_path / "large", crew)
    in_memory(many, tmp_path / "small")
    ours, theirs = contents(tmp_path / "large"), contents(tmp_path / "small")
    left_out = {path for path in theirs if path not in ours}
    assert all(
        path.startswith(("changes/", "sv/changes/", "en/changes/")) or path == "dump/projects.xlsx" for path in left_out
    )
    listing = {"manifest.json", "catalog.ttl", "catalog.jsonld", "nginx.conf", ".htaccess", "_headers"}
    assert {path for path in ours if ours[path] != theirs.get(path)} <= listing
    told = json.loads(ours["manifest.json"])["files"]
    assert (
        told.items()
        <= {**json.loads(theirs["manifest.json"])["files"], **{p: told[p] for p in listing & set(told)}}.items()
    )


def test_the_chunks_do_not_show(many: Path, tmp_path: Path, crew: Crew, monkeypatch: pytest.MonkeyPatch):
    written(many, tmp_path / "one", crew, 1000)
    monkeypatch.setattr(streaming, "RANGE", 2**16)
    written(many, tmp_path / "two", crew, 7)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_it_is_whole(many: Path, tmp_path: Path, crew: Crew, run):
    written(many, tmp_path / "dist", crew)
    done = run("verify", str(tmp_path / "dist"))
    assert done.returncode == 0, done.stdout


def test_large_files_are_verified(many: Path, tmp_path: Path, crew: Crew, monkeypatch: pytest.MonkeyPatch):
    """Without holding them: every kind of file, and every kind of damage."""
    for name, value in {"BLOCK": 2**14, "HELD": 2**15, "TRIPLES": 3000}.items():
        monkeypatch.setattr(reading, name, value)
    dist = tmp_path / "dist"
    written(many, dist, crew)
    assert verify(dist, "dist").problems == []
    for path, old, new, code in (
        ("hankelod.nt", b"Inkoo", b"Inkou", "file-changed"),
        ("hankelod.ttl", b"Inkoo", b"Inkou", "dumps-differ"),
        ("hankelod.jsonld", b"Inkoo", b"Inkou", "dumps-differ"),
        ("hankelod.ttl", b"hanke:lead", b"hanke:led ", "dumps-differ"),
        ("hankelod.jsonld", b'{"id"', b'["id"', "file-unreadable"),
        ("projects.jsonl", b'{"id"', b'["id"', "file-unreadable"),
        ("projects.csv", b",", b";", "file-unreadable"),
        ("projects.geojson", b'"type": "Feature",', b'"type"  "Feature",', "file-unreadable"),
        ("hankelod.nt.gz", b"\0\0", b"\0\1", "file-changed"),
    ):
        file = dist / "dump" / path
        content = file.read_bytes()
        at = content.rindex(old)
        file.write_bytes(content[:at] + new + content[at + len(old) :])
        found = {(p.file, p.code) for p in verify(dist, "dist").problems}
        assert (f"dist/dump/{path}", "file-changed") in found, path
        assert (f"dist/dump/{path}", code) in found, (path, code, found)
        file.write_bytes(content)
    assert verify(dist, "dist").problems == []


def test_it_is_asked_and_served(many: Path, tmp_path: Path, crew: Crew, run):
    pytest.importorskip("uvicorn")
    from support.server import Server

    written(many, tmp_path / "dist", crew)
    count = "SELECT (COUNT(*) AS ?n) { ?p a hanke:Project }"
    done = run("query", count, "--from", str(tmp_path / "dist"), "--format", "csv")
    assert done.stdout.split() == ["n", str(COPIES * 16 + 1)]
    with Server(tmp_path / "dist", "--workers", "2", "--store", str(tmp_path / "store")) as server:
        assert server.get("/dump/hankelod.ttl").status == 200
        nothing = server.get("/id/project/inkoo-hiilineutraali")
        assert nothing.status == 404
        assert b"no document for each thing" in nothing.body
        assert b"true" in server.get("/sparql?query=ASK%7B%3Fs%20%3Fp%20%3Fo%7D").body


### Problems

DAMAGES = (
    lambda r: r.update(end="2009-01"),
    lambda r: r.update(start="2021-13"),
    lambda r: r.update(totalCost="75 000"),
    lambda r: r.pop("lead"),
    lambda r: r.update(municipalities=["999"]),
    lambda r: r.update(titel={"fi": "x"}),
    lambda r: r["grants"][0].update(amount=99_999_999),
    lambda r: r["title"].pop("en", None),
    lambda r: r.update(lead="kuntien-ilmastoratkaisut"),
    lambda r: r.update(lead="motiva"),
    lambda r: r.update(start="1999-01"),
    lambda r: r.update(id="Not an id"),
    lambda r: r.update(source="javascript:alert(1)"),
    lambda r: r.update(partners=[r["lead"]]),
    lambda r: r.update(id="adjö"),
)


def damaged(folder: Path, to: Path) -> None:
    """A copy of a dataset with faults in every fourth line, lines that are no JSON, and an id that stands twice."""
    shutil.copytree(folder, to)
    path = to / "data/projects.jsonl"
    lines = path.read_text("utf-8").splitlines()
    for n in range(0, len(lines), 4):
        record = json.loads(lines[n])
        DAMAGES[n // 4 % len(DAMAGES)](record)
        lines[n] = json.dumps(record)
    lines.insert(33, '{"id": ')
    lines.insert(50, lines[1])
    lines.append("[]")
    path.write_text("\n".join(lines) + "\n", "utf-8")


def test_the_same_problems(many: Path, tmp_path: Path, crew: Crew):
    damaged(many, tmp_path / "data")
    found = Stream(Dataset(tmp_path / "data"), None, crew, None, records=CHUNK).check()
    expected, _ = check_all(Dataset(tmp_path / "data"))
    ours, theirs = (json.loads(as_json(r, "en")) for r in (found, expected))
    assert ours["problems"] == theirs["problems"]
    assert {**ours, "problems": 0} == {**theirs, "problems": 0}
    assert len({p["code"] for p in ours["problems"]}) > 10


def test_nothing_unsound_is_published(many: Path, tmp_path: Path, crew: Crew):
    damaged(many, tmp_path / "data")
    written(many, tmp_path / "dist", crew)
    before = contents(tmp_path / "dist")
    with pytest.raises(NotSound) as caught:
        written(tmp_path / "data", tmp_path / "dist", crew)
    assert not caught.value.report.conforms()
    assert contents(tmp_path / "dist") == before
    assert not list(tmp_path.glob(".dist*"))


def test_too_many_problems_are_counted(many: Path, tmp_path: Path, crew: Crew, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(streaming, "KEPT", 5)
    damaged(many, tmp_path / "data")
    found = Stream(Dataset(tmp_path / "data"), None, crew, None, records=CHUNK).check()
    expected, _ = check_all(Dataset(tmp_path / "data"))
    assert found.counts() == expected.counts()
    assert sum(p.severity == "violation" for p in found.problems) == 5


### Commands


def test_the_commands_choose(many: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    from hankelod.cli import parser

    monkeypatch.setattr(streaming, "THRESHOLD", 100)
    monkeypatch.setattr(streaming.is_large, "__defaults__", (100,))
    assert parser.main(["-C", str(many), "publish", "--out", str(tmp_path / "dist")]) == 0
    assert "no pages" in capsys.readouterr().err
    assert (tmp_path / "dist/dump/hankelod.nt").exists()
    assert parser.main(["-C", str(many), "validate"]) == 0
    assert parser.main(["-C", str(many), "publish", "--out", str(tmp_path / "dist"), "--previous", "x"]) == 2
    assert "without a history" in capsys.readouterr().err
    assert large.is_large(Dataset(many), "en", ["documents"]) is False
    assert "held in memory" in capsys.readouterr().err


def test_a_worker_that_is_killed(many: Path, tmp_path: Path):
    """The built-in processes stop, and nothing is changed."""
    with pytest.raises(CannotPublish, match="killed"), processes() as crew:
        dataset = Dataset(many)

        def begin(parts):
            stream = Stream(dataset, None, crew, parts, records=CHUNK)
            take = stream.pieces

            def pieces():
                for n, piece in enumerate(take()):
                    if n == 1:
                        os.kill(next(iter(crew._pool._processes)), signal.SIGKILL)
                    yield piece

            stream.pieces = pieces
            return stream

        largepublication.publish(begin, tmp_path / "dist", Edition())
    assert list(tmp_path.iterdir()) == []


### Elsewhere


class Alone:
    """One worker, in this process."""

    size = 1

    def submit(self, work, /, *arguments):
        done = work(*arguments)
        return type("Done", (), {"result": lambda self: done})()


@pytest.mark.parametrize("place", ["file", "memory"])
def test_parts_in_storage(place: str, many: Path, tmp_path: Path, crew: Crew):
    """Parts that go through fsspec give the same bytes, and are taken away again."""
    fsspec = pytest.importorskip("fsspec")
    address = f"file://{tmp_path}/parts" if place == "file" else "memory://hankelod-parts"
    (tmp_path / "parts").mkdir()
    written(many, tmp_path / "here", crew)
    dataset = Dataset(many)
    largepublication.publish(
        lambda parts: Stream(dataset, None, Alone(), parts, records=CHUNK),
        tmp_path / "there",
        Edition(),
        Storage(address),
    )
    assert contents(tmp_path / "here") == contents(tmp_path / "there")
    system, path = fsspec.core.url_to_fs(address)
    assert system.find(path) == []


@pytest.fixture(scope="module")
def dask():
    pytest.importorskip("distributed")
    from hankelod.pipeline.cluster import cluster

    with cluster("local") as crew:
        yield crew


def test_dask_gives_the_same_bytes(many: Path, tmp_path: Path, crew: Crew, dask: Crew):
    written(many, tmp_path / "here", crew)
    written(many, tmp_path / "there", dask)
    assert contents(tmp_path / "here") == contents(tmp_path / "there")


def test_a_worker_of_dask_that_is_killed_changes_nothing(many: Path, tmp_path: Path, crew: Crew, dask: Crew):
    written(many, tmp_path / "here", crew, 20)
    dataset, killed = Dataset(many), []

    def begin(parts):
        stream = Stream(dataset, None, dask, parts, records=20)
        take = stream.pieces

        def pieces():
            for n, piece in enumerate(take()):
                if n == 1:
                    killed.extend(dask.client.run(os.getpid).values())
                    os.kill(killed[0], signal.SIGKILL)
                yield piece

        stream.pieces = pieces
        return stream

    largepublication.publish(begin, tmp_path / "there", Edition())
    assert len(killed) == 2
    assert contents(tmp_path / "here") == contents(tmp_path / "there")


KILLED = """
import sys
from pathlib import Path
from hankelod.pipeline import largepublication
from hankelod.pipeline.streaming import Stream
from hankelod.pipeline.workers import processes
from hankelod.publication.files import Edition
from hankelod.records.dataset import Dataset
if __name__ == "__main__":
    with processes() as crew:
        largepublication.publish(
            lambda p: Stream(Dataset(Path(sys.argv[1])), None, crew, p, records=2), Path(sys.argv[2]), Edition()
        )
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_publisher_that_is_stopped(number: int, many: Path, tmp_path: Path, crew: Crew):
    """The old publication stays, workers go with their publisher, and the next run clears away what is left."""
    out = tmp_path / "dist"
    written(many, out, crew)
    before = contents(out)
    (tmp_path / "run.py").write_text(KILLED, "utf-8")
    with subprocess.Popen(
        [sys.executable, str(tmp_path / "run.py"), str(many), str(out)],
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        parts = tmp_path / ".dist.building" / largepublication.PARTS
        until(lambda: parts.is_dir() and len(list(parts.glob("*.lines"))) > 2)
        os.kill(process.pid, number)
    until(lambda: not group(process.pid))
    assert contents(out) == before
    written(many, out, crew)
    assert contents(out) == before
    assert not list(tmp_path.glob(".dist*"))


def until(condition: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.02)


def group(leader: int) -> bool:
    """Tell whether any process of a session, named by its leader, is left."""
    try:
        os.killpg(leader, 0)
    except ProcessLookupError:
        return False
    return True
