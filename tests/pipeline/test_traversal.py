"""The traversal: the same bytes and the same problems in chunks of any size, by whoever works on them."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hankelod.mapping.mapping import Mapping
from hankelod.pipeline import chunk, findings, traversal
from hankelod.pipeline.traversal import Published, Unsound, check, publish
from hankelod.pipeline.workers import Crew, InProcess, WorkerLost, processes
from hankelod.publication import reading, runs
from hankelod.publication.building import SCRATCH
from hankelod.publication.parts import Storage
from hankelod.publication.verification import verify
from hankelod.records.dataset import Dataset
from hankelod.validation import kinds
from hankelod.validation.report import as_json
from support.publishing import contents, edit, small

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
                file.write(re.sub(rf'("|/project/){record.id}(?=["/])', rf"\g<0>-{n}", text) + "\n")
    for path in (folder / "data/projects").iterdir():
        if path.stem != kept:
            path.unlink()
    return folder


@pytest.fixture(scope="module")
def crew() -> Iterator[Crew]:
    with processes() as crew:
        yield crew


def written(folder: Path, out: Path, crew: Crew, records: int = CHUNK, **given) -> Published:
    return publish(Dataset(folder), out, crew=crew, records=records, only=given.pop("only", ("dumps",)), **given)


def test_the_chunks_do_not_show(many: Path, tmp_path: Path, crew: Crew, monkeypatch: pytest.MonkeyPatch):
    """Nor do the workers: every file has the same bytes, documents and pages too."""
    every = traversal.PARTS
    written(many, tmp_path / "one", InProcess(), 10_000, only=every)
    monkeypatch.setattr(runs, "FAN_IN", 3)
    monkeypatch.setattr(runs, "READ", 100)
    written(many, tmp_path / "two", crew, 7, only=every)
    written(many, tmp_path / "three", InProcess(), CHUNK, only=every)
    assert contents(tmp_path / "one") == contents(tmp_path / "two") == contents(tmp_path / "three")


def test_the_publication_of_files_and_of_lines_is_the_same(tmp_path: Path, root: Path):
    """A record may be a file or a line: whoever reads the publication cannot tell."""
    for name in ("files", "lines"):
        for each in ("data", "ontology", "shapes"):
            shutil.copytree(root / each, tmp_path / name / each)
    dataset = Dataset(root)
    with (tmp_path / "lines/data/projects.jsonl").open("w", encoding="utf-8", newline="\n") as file:
        for record in dataset.read(dataset.model.by_name("Project")):
            file.write(json.dumps(record.values, ensure_ascii=False) + "\n")
    shutil.rmtree(tmp_path / "lines/data/projects")
    for name in ("files", "lines"):
        publish(Dataset(tmp_path / name), tmp_path / f"{name}-dist", only=("dumps", "documents"))
    ours, theirs = contents(tmp_path / "files-dist"), contents(tmp_path / "lines-dist")
    differing = {path for path in ours | theirs if ours.get(path) != theirs.get(path)}
    assert differing <= {"provenance.ttl", "report.ttl", "manifest.json", "catalog.ttl", "catalog.jsonld"}, differing


def test_a_record_is_mapped_twice_at_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path):
    """Once to N-Triples and once to Turtle; what only labels a thing elsewhere is no mapping of its record."""
    counts: Counter[tuple[str, str]] = Counter()

    def counting(name: str) -> None:
        real = getattr(Mapping, name)

        def counted(self, *arguments):
            cls, values = (arguments[0].cls, arguments[0].values) if len(arguments) == 1 else arguments
            if cls.folder == "projects":
                counts[f"{cls.name}/{values['id']}", name] += "source" in values
            return real(self, *arguments)

        monkeypatch.setattr(Mapping, name, counted)

    for name in ("text", "turtle"):
        counting(name)
    publish(Dataset(root), tmp_path / "dist")
    projects = {key: n for key, n in counts.items() if key[0].startswith("Project/")}
    assert set(projects.values()) == {1} and len(projects) == 32


def test_it_is_whole(many: Path, tmp_path: Path, crew: Crew, run):
    written(many, tmp_path / "dist", crew)
    done = run("verify", str(tmp_path / "dist"))
    assert done.returncode == 0, done.stdout


def test_every_damage_is_found(many: Path, tmp_path: Path, crew: Crew, monkeypatch: pytest.MonkeyPatch):
    """In files that are larger than what is held: every kind of file, and every kind of damage."""
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


def test_a_large_publication_carries_what_makes_its_documents(
    many: Path, tmp_path: Path, crew: Crew, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(chunk, "MOST", 100)
    dist = tmp_path / "dist"
    done = publish(Dataset(many), dist, crew=crew)
    assert done.left_out == traversal.LARGE
    assert not (dist / "doc").exists() and not (dist / "index.html").exists()
    listed = json.loads((dist / "manifest.json").read_text("utf-8"))
    assert {f"dump/{name}" for name in ("organisations.jsonl", "programmes.jsonl", "model.ttl", "settings.json")} < set(
        listed["files"]
    )
    assert "doc/{class}/{id}.ttl" in listed["onDemand"]
    rows = [line.split("\t") for line in (dist / "dump/projects.index").read_text("utf-8").splitlines()]
    lines = (dist / "dump/projects.jsonl").read_bytes()
    for identifier, start, size in (rows[0], rows[7], rows[-1]):
        assert json.loads(lines[int(start) : int(start) + int(size)])["id"] == identifier
    assert [row[0] for row in rows] == sorted(row[0] for row in rows) and len(rows) == COPIES * 16 + 1
    assert (dist / "changes/feed.trig").exists() and (dist / "dump/projects.xlsx").exists()


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


### History


def test_the_history_goes_on_whatever_the_chunks(tmp_path: Path, crew: Crew, monkeypatch: pytest.MonkeyPatch):
    """Two releases, a withdrawal and a record that is forgotten: the same files by chunks of two as in one piece."""
    for name, workers, records in (("one", InProcess(), 1000), ("two", crew, 2)):
        folder, out = small(tmp_path / name), tmp_path / f"{name}-dist"
        written(folder, out, workers, records)
        edit(folder, "dataset.yml", 'version: "1.0.0"', 'version: "1.1.0"')
        edit(folder, "projects/eka.yml", "totalCost: 1000", "totalCost: 1200")
        written(folder, out, workers, records)
        edit(folder, "dataset.yml", 'version: "1.1.0"', 'version: "1.2.0"')
        written(folder, out, workers, records, forget=["project/eka"])
        monkeypatch.setattr(chunk, "FILES", 1)
    assert contents(tmp_path / "one-dist") == contents(tmp_path / "two-dist")
    assert (tmp_path / "one-dist/changes/releases/3.json").exists()


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
    ours, theirs = (
        json.loads(as_json(check(Dataset(tmp_path / "data"), crew=workers, records=size, details=True), "en"))
        for workers, size in ((crew, CHUNK), (InProcess(), 10_000))
    )
    assert ours["problems"] == theirs["problems"]
    assert {**ours, "problems": 0} == {**theirs, "problems": 0}
    assert len({p["code"] for p in ours["problems"]}) > 10 and ours["rules"]


def test_a_dataset_may_be_checked_again(many: Path, tmp_path: Path, crew: Crew):
    damaged(many, tmp_path / "data")
    (tmp_path / "data/data/regions.csv").write_text("code,name_fi\nx,\n", "utf-8")
    dataset = Dataset(tmp_path / "data")
    first, second = (
        as_json(check(dataset, crew=workers, records=CHUNK), "en") for workers in (InProcess(), InProcess())
    )
    assert first == second


def test_nothing_unsound_is_published(many: Path, tmp_path: Path, crew: Crew):
    damaged(many, tmp_path / "data")
    written(many, tmp_path / "dist", crew)
    before = contents(tmp_path / "dist")
    with pytest.raises(Unsound) as caught:
        written(tmp_path / "data", tmp_path / "dist", crew)
    assert not caught.value.report.conforms()
    assert contents(tmp_path / "dist") == before
    assert not list(tmp_path.glob(".dist*"))


def test_too_many_problems_are_counted(many: Path, tmp_path: Path, crew: Crew, monkeypatch: pytest.MonkeyPatch):
    damaged(many, tmp_path / "data")
    expected = check(Dataset(tmp_path / "data"), crew=crew, records=CHUNK)
    monkeypatch.setattr(findings, "KEPT", 3)
    monkeypatch.setattr(kinds, "SHOWN", 3)
    found = check(Dataset(tmp_path / "data"), crew=crew, records=CHUNK)
    assert found.counts() == expected.counts()
    every, kept = (Counter((p.severity, p.code) for p in report.problems) for report in (expected, found))
    assert kept == {kind: min(number, 3) for kind, number in every.items()}
    assert len({kind for kind in every if every[kind] > 3 and kind[0] == "violation"}) > 5
    assert {kind: kept[kind] + number for kind, number in found.beyond.items()} == {
        kind: number for kind, number in every.items() if number > 3
    }


### Workers


class Killing:
    """Workers of which one is killed when some work has been handed in."""

    def __init__(self, crew: Crew, kill: Callable[[], object], after: int) -> None:
        self.crew, self.kill, self.left, self.size = crew, kill, after, crew.size

    def submit(self, work, /, *arguments):
        self.left -= 1
        if self.left == 0:
            self.kill()
        return self.crew.submit(work, *arguments)


def test_a_worker_that_is_killed(many: Path, tmp_path: Path):
    """The built-in processes stop, and nothing is changed."""
    with pytest.raises(WorkerLost, match="killed"), processes() as crew:
        kill = lambda: os.kill(next(iter(crew._pool._processes)), signal.SIGKILL)  # noqa: E731
        written(many, tmp_path / "dist", Killing(crew, kill, 6))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", ["file", "memory"])
def test_parts_in_storage(place: str, many: Path, tmp_path: Path, crew: Crew):
    """Parts that go through fsspec give the same bytes, and are taken away again."""
    fsspec = pytest.importorskip("fsspec")
    address = f"file://{tmp_path}/parts" if place == "file" else "memory://hankelod-parts"
    (tmp_path / "parts").mkdir()
    written(many, tmp_path / "here", crew)
    written(many, tmp_path / "there", InProcess(), parts=Storage(address))
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
    killed: list[int] = []

    def kill() -> None:
        killed.extend(dask.client.run(os.getpid).values())
        os.kill(killed[0], signal.SIGKILL)

    written(many, tmp_path / "there", Killing(dask, kill, 7), 20)
    assert len(killed) == 2
    assert contents(tmp_path / "here") == contents(tmp_path / "there")


KILLED = """
import sys
from pathlib import Path
from hankelod.pipeline.traversal import publish
from hankelod.pipeline.workers import processes
from hankelod.records.dataset import Dataset
if __name__ == "__main__":
    with processes() as crew:
        publish(Dataset(Path(sys.argv[1])), Path(sys.argv[2]), crew=crew, records=2, only=("dumps",))
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
        parts = tmp_path / ".dist.building" / SCRATCH
        until(lambda: parts.is_dir() and len(list(parts.glob("lines-*"))) > 2)
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
