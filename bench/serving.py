"""What asking costs, beside bare pyoxigraph doing the same in the same run.

    python bench/serving.py cold                      each named query from the shell, cold
    python bench/serving.py warm [--seconds 5]        requests a second, and the 95th percentile
    python bench/serving.py large [--triples 5000000] a graph on disk: load, open, ask, memory

`large` makes its graph out of the published one, its projects repeated under other ids, and keeps it in --folder.
Each part writes its figures into `bench/figures/serving.json`, in the place of those of its last run.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from hankelod.manifests import build_id  # noqa: E402
from hankelod.queries import Catalogue, Query  # noqa: E402
from server import Server  # noqa: E402

BASE = "https://w3id.org/hankelod/"
FIGURES = ROOT / "bench/figures/serving.json"
RUNS = 5
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
    return Catalogue(ROOT / "ontology/queries").all()


def published(folder: Path) -> Path:
    """The real dataset's dumps."""
    out = folder / "dist"
    subprocess.run([sys.executable, "-m", "hankelod", "publish", "--out", str(out), "--only", "dumps"], cwd=ROOT, check=True, env=environment(), capture_output=True)  # fmt: skip
    return out


def environment() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | {"PYTHONPATH": str(ROOT / "src")}


### Cold


def cold(dist: Path) -> dict[str, object]:
    """Milliseconds of each named query from the shell, the median of some runs, ours and bare."""
    dump = dist / "dump/hankelod.nt"
    print(f"{'query, cold':32} {'hankelod ms':>12} {'bare ms':>9} {'ratio':>6}")
    found = []
    for query in queries():
        form = "ntriples" if "CONSTRUCT" in query.text else "csv"
        commands = (
            [sys.executable, "-m", "hankelod", "query", query.name or "", "--from", str(dist), "--format", form],
            [sys.executable, "-c", BARE, str(dump), str(ROOT / f"ontology/queries/{query.name}.rq")],
        )
        times: list[list[float]] = [[], []]
        for _ in range(RUNS + 1):
            for n, command in enumerate(commands):
                start = time.perf_counter()
                subprocess.run(command, cwd=ROOT, env=environment(), check=True, capture_output=True)
                times[n].append(time.perf_counter() - start)
        ours, bare = (statistics.median(t[1:]) * 1000 for t in times)
        found.append(
            {"query": query.name, "ms": round(ours, 1), "bare ms": round(bare, 1), "ratio": round(ours / bare, 2)}
        )
        print(f"{query.name:32} {ours:12.0f} {bare:9.0f} {ours / bare:6.2f}")
    worst = max(f["ratio"] for f in found)
    print(f"the worst ratio is {worst:.2f}; the limit is 3")
    return {"limit": 3, "worst ratio": worst, "queries": found}


### Warm


def warm(dist: Path, seconds: float) -> dict[str, object]:
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

    found = []
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
            figures = {"clients": clients, "requests/s": round(statistics.median(rates)), "of bare": round(statistics.median(ratios), 2), "median ms": round(middle, 1), "95th percentile ms": round(high, 1), "MiB": server.memory() >> 20}  # fmt: skip
        print(figures)
        found.append(figures)
    return {"least of bare": 0.5, "served": found}


def load(host: str, port: int, texts: list[str], clients: int, seconds: float) -> list[float]:
    """Ask by so many connections that stay open; the seconds that each request took."""
    import selectors

    requests = [f"GET /sparql?query={quote(t)} HTTP/1.1\r\nHost: {host}\r\nAccept: application/sparql-results+json\r\n\r\n".encode() for t in texts]  # fmt: skip
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


def large(dist: Path, folder: Path, wanted: int) -> dict[str, object]:
    """A graph on disk: seconds to load and to open again, what the named queries take, memory."""
    out = folder / f"large-{wanted}"
    if not out.is_dir():
        enlarged(dist, out, wanted)
    dump = out / "dump/hankelod.nt"
    with dump.open("rb") as file:
        figures: dict[str, object] = {"triples": sum(1 for _ in file), "dump MiB": dump.stat().st_size >> 20}
    stores = folder / "stores"
    shutil.rmtree(stores, ignore_errors=True)
    for what in ("load and open", "open again"):
        start = time.perf_counter()
        with Server(out, "--store", str(stores), "--time-limit", "60", "--result-limit", "256", wait=3600) as server:
            figures[f"{what}: s"] = round(time.perf_counter() - start, 1)
            figures[f"{what}: MiB"] = server.memory() >> 20
            print(figures)
            if what == "open again":
                figures["queries"] = [answered(server, query) for query in queries()]
                figures["after that: MiB"] = server.memory() >> 20
    figures["on disk MiB"] = sum(f.stat().st_size for f in stores.rglob("*") if f.is_file()) >> 20
    print({name: value for name, value in figures.items() if name != "queries"})
    return figures


def answered(server: Server, query: Query) -> dict[str, object]:
    """What one query takes."""
    start = time.perf_counter()
    got = server.ask(query.text, accept="*/*", timeout=120)
    figures = {
        "query": query.name,
        "status": got.status,
        "s": round(time.perf_counter() - start, 2),
        "bytes": len(got.body),
    }
    print(f"  {figures}", flush=True)
    return figures


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
    files = {"dump/hankelod.nt": {"sha256": "0" * 64, "bytes": (out / "dump/hankelod.nt").stat().st_size, "mediaType": "application/n-triples"}}  # fmt: skip
    (out / "manifest.json").write_text(json.dumps({"build": build_id(files), "files": files}))


def kept(part: str, figures: dict[str, object]) -> None:
    """Write the figures of a part beside those of the others, with what they were measured on."""
    known = json.loads(FIGURES.read_text("utf-8")) if FIGURES.exists() else {}
    measured = {
        "python": platform.python_version(),
        "pyoxigraph": ox.__version__,
        "system": platform.platform(),
        "processors": os.cpu_count(),
    }
    FIGURES.parent.mkdir(exist_ok=True)
    FIGURES.write_text(json.dumps({**known, part: {"measured on": measured, **figures}}, indent=1) + "\n", "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=("cold", "warm", "large"))
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--triples", type=int, default=5_000_000)
    parser.add_argument("--folder", type=Path, help="where the large graph is kept")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        dist = published(Path(name))
        if given.part == "cold":
            figures = cold(dist)
        elif given.part == "warm":
            figures = warm(dist, given.seconds)
        else:
            figures = large(dist, given.folder or Path(name), given.triples)
    kept(given.part, figures)


if __name__ == "__main__":
    main()
