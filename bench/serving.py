"""Cost of queries, beside plain pyoxigraph doing the same in the same run.

    python bench/serving.py                           the first two of:
    python bench/serving.py cold                      each named query from the shell, cold
    python bench/serving.py warm [--seconds 5]        requests a second, and the 95th percentile
    python bench/serving.py large [--triples 5000000] a graph on disk: load, open, ask, memory

`large` makes its graph out of the published one, its projects repeated under other ids, and keeps it in --folder.
Each part keeps its own results.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyoxigraph as ox

from hankelod.publication.manifest import build_id
from hankelod.query.data import catalogue
from hankelod.query.named import Query
from measuring import ROOT, Found, Goal, Table, environment, median, report, thousands

sys.path.append(str(ROOT / "tests"))

from support.server import Server

BASE = "https://w3id.org/hankelod/"
RUNS = 5
LIMIT_COLD = 3
"""Times that a query may take from the shell, of what bare pyoxigraph takes."""
LEAST_WARM = 0.5
"""Requests a second, of what bare pyoxigraph answers in process."""
BARE = """
import sys, pyoxigraph as ox
store = ox.Store()
store.bulk_load(path=sys.argv[1], format=ox.RdfFormat.N_TRIPLES)
result = store.query(open(sys.argv[2], encoding="utf-8").read(), base_iri="https://w3id.org/hankelod/")
if isinstance(result, ox.QueryTriples):
    sys.stdout.buffer.write(ox.serialize(result, format=ox.RdfFormat.N_TRIPLES))
else:
    sys.stdout.buffer.write(result.serialize(format=ox.QueryResultsFormat.CSV))
"""


def queries() -> list[Query]:
    return catalogue(ROOT).all()


def _file(query: Query) -> Path:
    """The file of a query, which other engines read."""
    return next(f for folder in catalogue(ROOT).folders if (f := folder / f"{query.name}.rq").exists())


def published(folder: Path) -> Path:
    """The real dataset's dumps."""
    out = folder / "dist"
    subprocess.run(
        [sys.executable, "-m", "hankelod", "publish", "--out", str(out), "--only", "dumps"],
        cwd=ROOT,
        check=True,
        env=environment(),
        capture_output=True,
    )
    return out


### Cold


def cold(dist: Path) -> Found:
    """Each named query from the shell, ours and bare, taking turns."""
    dump = dist / "dump/hankelod.nt"
    seconds: dict[str, list[list[float]]] = {}
    for query in queries():
        form = "ntriples" if "CONSTRUCT" in query.text else "csv"
        commands = (
            [sys.executable, "-m", "hankelod", "query", query.name or "", "--from", str(dist), "--format", form],
            [sys.executable, "-c", BARE, str(dump), str(_file(query))],
        )
        times: list[list[float]] = [[], []]
        for _ in range(RUNS + 1):
            for n, command in enumerate(commands):
                start = time.perf_counter()
                subprocess.run(command, cwd=ROOT, env=environment(), check=True, capture_output=True)
                times[n].append(time.perf_counter() - start)
        seconds[str(query.name)] = [t[1:] for t in times]
    rows, worst = [["query", "hankelod, ms", "bare pyoxigraph, ms", "times"]], 0.0
    for name, (ours, bare) in seconds.items():
        ratio = median(ours) / median(bare)
        worst = max(worst, ratio)
        rows.append([name, f"{median(ours) * 1000:.0f}", f"{median(bare) * 1000:.0f}", f"{ratio:.2f}"])
    goal = Goal(
        "the slowest of the named queries over bare pyoxigraph, times at most",
        str(LIMIT_COLD),
        f"{worst:.2f}",
        worst <= LIMIT_COLD,
    )
    table = Table(f"each in a process of its own, start and loading included, medians of {RUNS} taking turns", rows)
    return Found("Named queries from the shell, cold", [table], [goal], [], {"seconds": seconds})


### Warm


def warm(dist: Path, seconds: float) -> Found:
    """Requests a second, and how long they take, for some numbers of clients that ask without a pause.

    Bare and served take turns, and the ratio is the median of the rounds: other work on the machine weighs on both.
    """
    store = ox.Store()
    store.bulk_load(path=str(dist / "dump/hankelod.nt"), format=ox.RdfFormat.N_TRIPLES)
    texts = [q.text for q in queries() if "CONSTRUCT" not in q.text]

    def bare() -> float:
        done, start = 0, time.perf_counter()
        while time.perf_counter() - start < seconds:
            store.query(texts[done % len(texts)], base_iri=BASE).serialize(format=ox.QueryResultsFormat.JSON)  # type: ignore[union-attr]
            done += 1
        return done / (time.perf_counter() - start)

    rows = [["clients", "requests/s", "of bare pyoxigraph", "median ms", "95th percentile ms", "server's memory, MiB"]]
    measured, least = [], 1e9
    for clients in (1, 4, 16):
        rates, ratios, times = [], [], []
        with Server(dist) as server, multiprocessing.Pool(1) as pool:
            for _ in range(3):
                alone = bare()
                took = pool.apply(load, (server.host, server.port, texts, clients, seconds))
                rates.append(len(took) / seconds)
                ratios.append(len(took) / seconds / alone)
                times += took
            times.sort()
            middle, high = (times[len(times) * n // 100] * 1000 for n in (50, 95))
            memory = server.memory() >> 20
        least = min(least, median(ratios)) if clients > 1 else least  # one alone waits on the way, not on the server
        rows.append(
            [str(clients), f"{median(rates):.0f}", f"{median(ratios):.2f}", f"{middle:.1f}", f"{high:.1f}", str(memory)]
        )
        measured.append({"clients": clients, "rates": rates, "ratios": ratios})
    goal = Goal(
        "requests of 4 and of 16 clients served over bare pyoxigraph in process, at least",
        str(LEAST_WARM),
        f"{least:.2f}",
        least >= LEAST_WARM,
    )
    table = Table(f"clients that ask without a pause, three rounds of {seconds:g} s in turn with bare pyoxigraph", rows)
    return Found("Named queries served, warm", [table], [goal], [], {"served": measured})


def load(host: str, port: int, texts: list[str], clients: int, seconds: float) -> list[float]:
    """Ask by so many connections that stay open; the seconds that each request took."""
    import selectors

    requests = [
        (
            f"GET /sparql?query={quote(t)} HTTP/1.1\r\nHost: {host}\r\nAccept: application/sparql-results+json\r\n\r\n"
        ).encode()
        for t in texts
    ]
    selector = selectors.DefaultSelector()
    times: list[float] = []
    sent: dict[socket.socket, float] = {}
    buffers: dict[socket.socket, bytes] = {}
    asked = 0

    def ask(connection: socket.socket) -> None:
        nonlocal asked
        sent[connection], buffers[connection] = time.perf_counter(), b""
        connection.sendall(requests[asked % len(requests)])
        asked += 1

    for _ in range(clients):
        connection = socket.create_connection((host, port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(connection, selectors.EVENT_READ)
        ask(connection)
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for key, _ in selector.select(1):
            at = key.fileobj
            assert isinstance(at, socket.socket)
            buffers[at] += at.recv(1 << 18)
            head, blank, body = buffers[at].partition(b"\r\n\r\n")
            if not blank:
                continue
            assert head.startswith(b"HTTP/1.1 200"), head
            length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
            if len(body) >= length:
                times.append(time.perf_counter() - sent[at])
                ask(at)
    return times


### Large


def large(dist: Path, folder: Path, wanted: int) -> Found:
    """A graph on disk: seconds to load and to open again, what the named queries take, memory."""
    out = folder / f"large-{wanted}"
    if not out.is_dir():
        enlarged(dist, out, wanted)
    dump = out / "dump/hankelod.nt"
    with dump.open("rb") as file:
        triples = sum(1 for _ in file)
    stores = folder / "stores"
    shutil.rmtree(stores, ignore_errors=True)
    opened: dict[str, list[float]] = {}
    for what in ("load and open", "open again"):
        start = time.perf_counter()
        with Server(out, "--store", str(stores), "--time-limit", "300", "--result-limit", "256", wait=3600) as server:
            opened[what] = [time.perf_counter() - start, server.memory() >> 20]
            if what == "open again":
                asked = [answered(server, query) for query in queries()]
                opened["after the queries"] = [0.0, server.memory() >> 20]
    disk = sum(f.stat().st_size for f in stores.rglob("*") if f.is_file()) >> 20
    first, again = opened["load and open"][0], opened["open again"][0]
    tables = [
        Table(
            f"{thousands(triples)} triples, {dump.stat().st_size >> 20:,} MiB of N-Triples, {disk:,} MiB on disk",
            [
                ["what", "seconds", "server's memory, MiB"],
                *([w, f"{s:.1f}" if s else "–", f"{m:.0f}"] for w, (s, m) in opened.items()),
            ],
        ),
        Table(
            "one after the other, the first time; whole lists of all projects, sorted on disk, take longest",
            [
                ["query", "status", "seconds", "bytes"],
                *([a["query"], str(a["status"]), f"{a['seconds']:.2f}", thousands(a["bytes"])] for a in asked),
            ],
        ),
    ]
    answers = sum(a["status"] == 200 for a in asked)
    goals = [
        Goal("opening again over loading", "< 1", f"{again / first:.2f}", again < first),
        Goal("named queries that answer", str(len(asked)), str(answers), answers == len(asked)),
    ]
    return Found("A large graph on disk", tables, goals, [], {"opened": opened, "queries": asked})


def answered(server: Server, query: Query) -> dict[str, Any]:
    """Measure one query."""
    start = time.perf_counter()
    got = server.ask(query.text, accept="*/*", timeout=400)
    return {
        "query": query.name,
        "status": got.status,
        "seconds": time.perf_counter() - start,
        "bytes": len(got.body),
    }


def enlarged(dist: Path, out: Path, wanted: int) -> None:
    """A publication whose projects come again and again, until there are so many triples."""
    lines = (dist / "dump/hankelod.nt").read_text("utf-8").splitlines(keepends=True)
    projects = "".join(line for line in lines if line.startswith(f"<{BASE}id/project/"))
    each = projects.count("\n")
    (out / "dump").mkdir(parents=True)
    with (out / "dump/hankelod.nt").open("w", encoding="utf-8") as file:
        file.writelines(lines)
        for n in range(max(0, wanted - len(lines)) // each):
            file.write(projects.replace(f"<{BASE}id/project/", f"<{BASE}id/project/n{n}-"))
    files = {
        "dump/hankelod.nt": {
            "sha256": "0" * 64,
            "bytes": (out / "dump/hankelod.nt").stat().st_size,
            "mediaType": "application/n-triples",
        }
    }
    (out / "manifest.json").write_text(json.dumps({"build": build_id(files), "files": files}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", nargs="?", choices=("cold", "warm", "large"))
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--triples", type=int, default=5_000_000)
    parser.add_argument("--folder", type=Path, help="where the large graph is kept")
    parser.add_argument("--results", type=Path, help="the folder of results (bench/results)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        dist = published(Path(name))
        if given.part in ("cold", None):
            report("queries", cold(dist), given.results)
        if given.part in ("warm", None):
            report("serving", warm(dist, given.seconds), given.results)
        if given.part == "large":
            report("large", large(dist, given.folder or Path(name), given.triples), given.results)


if __name__ == "__main__":
    main()
