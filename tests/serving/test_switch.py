"""A server in the course of time: publications change under it, workers die, and it is told to stop."""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
import time
from pathlib import Path

import pytest

from hankelod.publication.manifest import build_id
from support.commands import hankelod
from support.folders import ROOT
from support.server import Server

COUNT = "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?p a hanke:Project }"
RECORD = "tests/datasets/dataset/data/projects/hyva.yml"


@pytest.fixture
def changing(tmp_path):
    """A dataset that can be published again and again, and the folder that its publication goes to."""
    shutil.copytree(ROOT / "tests/datasets/dataset", tmp_path / "set")

    def publish(projects: int) -> None:
        for n in range(1, projects):
            shutil.copy(ROOT / RECORD, tmp_path / f"set/data/projects/hyva-{n}.yml")
        done = hankelod("-C", str(tmp_path / "set"), "publish", "--out", str(tmp_path / "dist"))
        assert done.returncode == 0, done.stderr

    publish(1)
    return tmp_path / "dist", publish


def count(server: Server) -> int:
    return int(server.ask(COUNT).json()["results"]["bindings"][0]["n"]["value"])


def test_a_new_publication_without_a_lost_request(changing):
    dist, publish = changing
    with Server(dist, "--workers", "2") as server:
        assert count(server) == 1
        stop, lost, seen = threading.Event(), [], set()

        def visit() -> None:
            while not stop.is_set():
                try:
                    for path in (
                        "/id/project/hyva",
                        "/doc/project/hyva.ttl",
                        "/dump/koeaineisto.nt",
                        "/def",
                        "/manifest.json",
                    ):
                        got = server.get(path)
                        if got.status not in (200, 303):
                            lost.append((path, got.status))
                    seen.add(count(server))
                except Exception as error:
                    lost.append(repr(error))

        visitors = [threading.Thread(target=visit) for _ in range(3)]
        for visitor in visitors:
            visitor.start()
        for projects in (2, 3):
            before = server.get("/ready").json()["graph"]
            publish(projects)
            server.wait(lambda before=before: server.get("/ready").json()["graph"] not in (None, before))
            assert count(server) == projects
            server.wait(lambda projects=projects: projects in seen)
        stop.set()
        for visitor in visitors:
            visitor.join()
        assert not lost
        assert seen == {1, 2, 3}
        ready = server.get("/ready").json()
        assert ready["publication"] == ready["graph"]
        assert server.get("/doc/project/hyva-2.ttl").status == 200


def test_a_publication_that_cannot_be_loaded_leaves_the_old_graph(changing):
    dist, _ = changing
    with Server(dist, "--workers", "1") as server:
        (dist / "dump/koeaineisto.nt").write_text("this is no triple\n")
        files = json.loads((dist / "manifest.json").read_text())["files"]
        files["dump/koeaineisto.nt"]["bytes"] = 18
        (dist / "manifest.json").write_text(json.dumps({"build": build_id(files), "files": files}))
        server.wait(lambda: any("cannot be loaded" in line for line in server.said))
        assert count(server) == 1
        assert server.get("/ready").status == 503
        assert server.get("/health").status == 200


def test_workers_and_nursery_that_die_are_replaced(changing):
    dist, _ = changing
    with Server(dist, "--workers", "2") as server:
        first = server.processes()
        for worker in first[2:]:
            os.kill(worker, signal.SIGKILL)
        server.wait(lambda: len(server.processes()) == 4 and not set(first[2:]) & set(server.processes()))
        assert count(server) == 1
        os.kill(first[1], signal.SIGKILL)
        server.wait(lambda: len(server.processes()) == 4 and first[1] not in server.processes())
        server.wait(lambda: server.get("/ready").status == 200)
        assert count(server) == 1


def test_stop_lets_requests_end(dist):
    """SIGTERM in the midst of a query: it is answered, new connections are not taken, and nothing is left running."""
    with Server(dist, "--workers", "2", "--time-limit", "10") as server:
        processes = server.processes()
        answers = []
        slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
        asking = threading.Thread(target=lambda: answers.append(server.ask(slow)))
        asking.start()
        server.wait(lambda: server.long() == 1)
        assert server.stop(signal.SIGTERM) == 0
        asking.join()
        assert answers[0].status == 503
        assert "time limit" in answers[0].text
        with pytest.raises(OSError):
            server.get("/health")
        for process in processes:
            assert not _runs(process)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_no_end_leaves_a_process_behind(changing, number):
    dist, _ = changing
    with Server(dist, "--workers", "2") as server:
        processes = server.processes()
        server.stop(number)
        end = time.monotonic() + 60
        while time.monotonic() < end and any(_runs(p) for p in processes):
            time.sleep(0.05)
        assert not [p for p in processes if _runs(p)]


def _runs(process: int) -> bool:
    """Tell whether a process runs; one that has ended may be listed until the first process of the system reaps it."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_a_store_on_disk_is_loaded_once(changing, tmp_path):
    dist, publish = changing
    folder = tmp_path / "stores"
    with Server(dist, "--workers", "2", "--time-limit", "2", "--store", str(folder)) as server:
        assert count(server) == 1
        (store,) = [p for p in folder.iterdir() if p.is_dir()]
        written = {p: p.stat().st_mtime_ns for p in store.iterdir()}
        assert server.ask("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }").status in (200, 503)
        assert count(server) == 1
    with Server(dist, "--workers", "2", "--store", str(folder)) as server:
        assert count(server) == 1
        sst = {p: t for p, t in written.items() if p.suffix == ".sst"}
        assert sst
        assert {p: p.stat().st_mtime_ns for p in sst} == sst, "loaded again"
        publish(2)
        server.wait(lambda: count(server) == 2)
    with Server(dist, "--workers", "1", "--store", str(folder)) as server:
        server.wait(lambda: not store.exists())
        assert count(server) == 2


def test_the_log_tells_of_requests_not_of_people(dist):
    with Server(dist, "--workers", "1") as server:
        server.get("/doc/project/inkoo-hiilineutraali.ttl", User_Agent="Somebody", Cookie="a=b", Referer="http://me/")
        server.ask("SELECT ('secret' AS ?x) {}")
        server.ask("SELECT nonsense")
        server.stop()
        lines = server.log()
        text = str(lines)
        for private in ("Somebody", "secret", "a=b", "127.0.0.1", "http://me/"):
            assert private not in text
        for line in lines:
            assert {"time", "method", "path", "status", "bytes", "ms"} <= set(line)
        asked = [line for line in lines if "query" in line]
        assert [line["status"] for line in asked] == [200, 400]
        assert asked[1]["code"] == "query-syntax"


def test_a_log_that_nobody_reads_stops_nothing(changing):
    dist, _ = changing
    import subprocess
    import sys

    process = subprocess.Popen(
        [sys.executable, "-m", "hankelod", "serve", str(dist), "--port", "0", "--workers", "1"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        server = Server.__new__(Server)
        url = process.stderr.readline().split(" at ")[1].split(";")[0].rstrip("/")
        server.process, server.said = process, []
        server.host, port = url.removeprefix("http://").rsplit(":", 1)
        server.port = int(port)
        server.wait(lambda: server.get("/health").status == 200)
        for _ in range(1500):
            assert server.get("/health").status == 200
    finally:
        process.terminate()
        process.wait(40)
        process.stdout.close()
        process.stderr.close()


### What cannot be served


def test_no_publication(tmp_path):
    done = hankelod("serve", str(tmp_path / "none"))
    assert done.returncode == 2
    assert "hankelod publish" in done.stderr


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--workers", "0"),
        ("--workers", "-1"),
        ("--time-limit", "0"),
        ("--time-limit", "nan"),
        ("--time-limit", "inf"),
        ("--memory-limit", "0"),
        ("--memory-limit", "x"),
        ("--result-limit", "-5"),
        ("--port", "65536"),
        ("--port", "-1"),
    ],
)
def test_limits_that_limit_nothing(dist, option, value):
    done = hankelod("serve", str(dist), f"{option}={value}")
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert f"argument {option}: {value}: write" in done.stderr


def test_a_port_that_is_taken(changing):
    dist, _ = changing
    with Server(dist, "--workers", "1") as server:
        done = hankelod("serve", str(dist), "--port", str(server.port))
        assert done.returncode == 2
        assert f"127.0.0.1:{server.port}" in done.stderr


def test_another_event_loop_is_left_alone(changing, tmp_path):
    """An installed uvloop, which uvicorn would use, is not used: the sockets of workers are tested on asyncio alone."""
    dist, _ = changing
    (tmp_path / "other").mkdir()
    (tmp_path / "other/uvloop.py").write_text("raise RuntimeError('this loop was not asked for')")
    path = os.pathsep.join((str(tmp_path / "other"), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")))
    with Server(dist, "--workers", "1", PYTHONPATH=path) as server:
        assert count(server) == 1


def test_without_the_extra(changing, tmp_path):
    dist, _ = changing
    (tmp_path / "blocked").mkdir()
    (tmp_path / "blocked/uvicorn.py").write_text("raise ImportError('none', name='uvicorn')")
    path = os.pathsep.join((str(tmp_path / "blocked"), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")))
    done = hankelod("serve", str(dist), PYTHONPATH=path)
    assert done.returncode == 2
    assert "pip install 'hankelod[serve]'" in done.stderr
