"""What asking costs, beside bare pyoxigraph doing the same in the same run.

    python bench/serving.py cold                      each named query from the shell, cold
    python bench/serving.py warm [--seconds 5]        requests a second, and the 95th percentile
    python bench/serving.py large [--triples 5000000] a graph on disk: load, open, ask, memory

`large` makes its graph out of the published one, its projects repeated under other ids, and keeps it in --folder.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
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


def cold(dist: Path) -> None:
    dump = dist / "dump/hankelod.nt"
    print(f"{'query, cold':32} {'hankelod ms':>12} {'bare ms':>9} {'ratio':>6}")
    ratios = []
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
        ratios.append(ours / bare)
        print(f"{query.name:32} {ours:12.0f} {bare:9.0f} {ours / bare:6.2f}")
    print(f"the worst ratio is {max(ratios):.2f}; the limit is 3")


### Warm


def warm(dist: Path, seconds: float) -> None:
    store = ox.Store()
    store.bulk_load(path=str(dist / "dump/hankelod.nt"), format=ox.RdfFormat.N_TRIPLES)
    texts = [q.text for q in queries() if "CONSTRUCT" not in q.text]
    done, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        store.query(texts[done % len(texts)], base_iri=BASE).serialize(format=ox.QueryResultsFormat.JSON)  # type: ignore[union-attr]
        done += 1
    bare = done / (time.perf_counter() - start)
    print(f"bare pyoxigraph, in process, one thread: {bare:.0f} queries/s")
    for clients in (1, 4, 16):
        with Server(dist) as server:
            with multiprocessing.Pool(1) as pool:
                times = pool.apply(load, (server.host, server.port, texts, clients, seconds))
            rate = len(times) / seconds
            times.sort()
            print(f"hankelod serve, {clients:2} clients: {rate:.0f} requests/s ({rate / bare:.2f} of bare), median {times[len(times) // 2] * 1000:.1f} ms, 95th percentile {times[len(times) * 95 // 100] * 1000:.1f} ms, {server.memory() / 2**20:.0f} MiB")  # fmt: skip


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


def large(dist: Path, folder: Path, wanted: int) -> None:
    out = folder / f"large-{wanted}"
    if not out.is_dir():
        enlarged(dist, out, wanted)
    dump = out / "dump/hankelod.nt"
    with dump.open("rb") as file:
        triples = sum(1 for _ in file)
    print(f"{triples} triples, {dump.stat().st_size / 2**20:.0f} MiB of N-Triples")
    stores = folder / "stores"
    shutil.rmtree(stores, ignore_errors=True)
    for what in ("load and open", "open again"):
        start = time.perf_counter()
        with Server(out, "--store", str(stores), "--time-limit", "60") as server:
            print(f"{what}: ready after {time.perf_counter() - start:.1f} s; {server.memory() / 2**20:.0f} MiB")
            if what != "open again":
                continue
            for query in queries():
                start = time.perf_counter()
                got = server.ask(query.text, accept="*/*")
                print(f"  {query.name:32} {got.status} {(time.perf_counter() - start) * 1000:8.0f} ms {len(got.body):10} bytes")  # fmt: skip
            print(f"  memory of the server and its workers after that: {server.memory() / 2**20:.0f} MiB")
    size = sum(f.stat().st_size for f in stores.rglob("*") if f.is_file())
    print(f"on disk: {size / 2**20:.0f} MiB")


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
            cold(dist)
        elif given.part == "warm":
            warm(dist, given.seconds)
        else:
            large(dist, given.folder or Path(name), given.triples)


if __name__ == "__main__":
    main()
