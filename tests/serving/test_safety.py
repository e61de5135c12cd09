"""Strangers at the endpoint: what must be refused is, what is heavy is stopped, and the others get their answers."""

from __future__ import annotations

import http.client
import random
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import pytest

from support.server import Server

HEALTHY = "SELECT (COUNT(?p) AS ?n) { ?p a hanke:Project }"
PRODUCT = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
SORT = "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f ?a"
CONCAT = (
    f'SELECT ?x {{ BIND({"CONCAT(" * 40}"{"x" * 4000}"{", STR(1))" * 40} AS ?y0) '
    + " ".join(f"BIND(CONCAT({', '.join([f'?y{n}'] * 40)}) AS ?y{n + 1})" for n in range(4))
    + " BIND(?y4 AS ?x) }"
)
LONG = "SELECT * { ?a ?b ?c . ?d ?e ?f }"


def healthy(server, timeout: float = 60) -> None:
    got = server.ask(HEALTHY)
    assert got.status == 200, got
    assert got.json()["results"]["bindings"][0]["n"]["value"] == "16"


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://127.0.0.1:{port}/> { ?s ?p ?o } }",
        "SELECT * { SERVICE SILENT <http://127.0.0.1:{port}/> { ?s ?p ?o } }",
        "SELECT * { ?s a ?t OPTIONAL { SERVICE <http://127.0.0.1:{port}/> { ?s ?p ?o } } }",
        "SELECT * { { SELECT ?s { service <http://127.0.0.1:{port}/> { ?s ?p ?o } } } }",
        "SELECT * { BIND(<http://127.0.0.1:{port}/> AS ?e) SERVICE ?e { ?s ?p ?o } }",
        "SELECT * { \\u0053ERVICE <http://127.0.0.1:{port}/> { ?s ?p ?o } }",
        "LOAD <http://127.0.0.1:{port}/>",
        "INSERT DATA { <a:a> <a:b> <a:c> }",
        "PREFIX a: <a:> DELETE WHERE { ?s ?p ?o }",
        "DROP ALL",
    ],
)
def test_what_calls_out_or_writes_is_refused(server, query):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        got = server.ask(query.replace("{port}", str(listener.getsockname()[1])))
        assert got.status == 400
        assert got.text.startswith(("query-service:", "query-update:"))
        with pytest.raises(TimeoutError):
            listener.accept()


def test_from_an_address_fetches_nothing(server):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        assert server.ask(f"SELECT * FROM <{address}> {{ ?s ?p ?o }}").status == 400
        assert server.ask("SELECT * { ?s ?p ?o }", **{"default-graph-uri": address}).status == 400
        with pytest.raises(TimeoutError):
            listener.accept()


def test_words_that_only_look_like_it_are_answered(server):
    assert server.ask('SELECT ("SERVICE" AS ?s) { OPTIONAL { ?x <http://example.org/service> "LOAD" } }').status == 200


def test_updates_change_nothing(server, dist):
    before = sha256((dist / "dump/hankelod.nt").read_bytes()).hexdigest()
    for path, kind, body in (
        ("/sparql", "application/sparql-update", b"DROP ALL"),
        ("/sparql", "application/x-www-form-urlencoded", b"update=DROP+ALL"),
        ("/sparql?update=DROP+ALL", "application/sparql-query", b"ASK {}"),
        ("/update", "application/sparql-update", b"DROP ALL"),
    ):
        assert server.request("POST", path, body, Content_Type=kind).status in (403, 405), (path, kind)
    assert server.get("/sparql?update=DROP+ALL").status == 403
    healthy(server)
    assert sha256((dist / "dump/hankelod.nt").read_bytes()).hexdigest() == before


HEAVY = {
    "product": (PRODUCT, {503}),
    "sort": (SORT, {503}),
    "concat": (CONCAT, {400, 503}),
    "blank-nodes": ("SELECT * { " + "[ ?c " * 200 + "?o" + " ]" * 200 + " }", {400}),
    "brackets": ("SELECT * { FILTER(" + "(" * 5000 + "1" + ")" * 5000 + ") }", {400}),
    "too-long": ("SELECT * { ?s ?p '" + "x" * 20_000 + "' }", {414}),
    "result": (LONG, {400, 503}),
    "path": ("SELECT * { ?a (!<a:a>|^!<a:a>)* ?b . ?c (!<a:b>|^!<a:b>)* ?d }", {503, 400}),
}


@pytest.mark.parametrize("name", HEAVY)
def test_heavy_queries_are_stopped_and_the_next_is_answered(server, name):
    query, statuses = HEAVY[name]
    got = server.ask(query)
    assert got.status in statuses, (got.status, got.body[:200])
    if got.status == 503:
        assert int(got.headers["Retry-After"]) >= 1
    healthy(server)


def test_heavy_queries_do_not_hold_up_the_others(dist):
    """Two of four workers are at it; ten healthy queries are answered in the meantime."""
    with Server(dist, "--workers", "4", "--time-limit", "600") as server, ThreadPoolExecutor(2) as heavy:
        running = [heavy.submit(server.ask, PRODUCT, timeout=600) for _ in range(2)]
        server.wait(lambda: server.long() == 2)
        for _ in range(10):
            healthy(server)
        assert not any(r.done() for r in running)
        server.stop(9)
        for r in running:
            with pytest.raises((OSError, http.client.HTTPException)):
                r.result()


def test_a_client_that_leaves_takes_its_query_along(dist):
    with Server(dist, "--workers", "1", "--time-limit", "600") as server:
        with socket.create_connection((server.host, server.port)) as connection:
            connection.sendall(f"GET /sparql?query={quote(PRODUCT)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            server.wait(lambda: server.long() == 1)
        healthy(server)  # by the one worker, and long before that query's time is over


def test_a_full_queue_turns_away_at_once(dist):
    """One worker that is busy, and more clients than may wait: some get 429 or 503, with a time to come again."""
    with Server(dist, "--workers", "1", "--time-limit", "3") as server, ThreadPoolExecutor(160) as clients:
        got = list(clients.map(lambda _: server.ask(PRODUCT), range(160)))
        assert {g.status for g in got} <= {429, 503}
        assert any(g.status == 429 for g in got)
        assert all(int(g.headers["Retry-After"]) >= 1 for g in got)
        healthy(server)


### HTTP


def test_bodies_that_are_too_large(server):
    got = server.request("POST", "/sparql", b"x" * 2**20, Content_Type="application/sparql-query")
    assert got.status == 413
    head = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
    assert b" 413 " in server.raw(head + b"Content-Length: 1000000000\r\n\r\n" + b"x" * 1000)
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    assert b" 413 " in server.raw(head + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 4)
    healthy(server)


def test_heads_that_are_too_large_or_broken(server):
    for sent in (
        b"GET / HTTP/1.1\r\nHost: x\r\nAccept: " + b"a/b," * 20_000 + b"\r\n\r\n",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nBad Header\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ):
        assert server.raw(sent)[:12] in (b"HTTP/1.1 400", b"HTTP/1.1 408", b"HTTP/1.1 431"), sent[:60]
    healthy(server)


def test_slow_clients_hold_nobody_up(server):
    """200 connections that send their heads a byte at a time, and 20 that begin a body and stop."""
    slow = [socket.create_connection((server.host, server.port)) for _ in range(220)]
    try:
        for n, connection in enumerate(slow):
            connection.sendall(
                b"GET / HT"
                if n < 200
                else b"POST /sparql HTTP/1.1\r\nHost: x\r\n"
                b"Content-Type: application/sparql-query\r\nContent-Length: 50\r\n\r\nSEL"
            )
        for _ in range(20):
            healthy(server)
        for connection in slow:
            connection.settimeout(120)
            assert connection.recv(100)[:12] in (b"HTTP/1.1 408", b""), "the server gives up on it"
    finally:
        for connection in slow:
            connection.close()


### All of it at once

REQUESTS, POISONED = 1000, 10


def poison(server: Server, kind: int) -> None:
    """One request that means harm. Whatever comes back, it is no 500."""
    if kind < 5:
        query = (PRODUCT, SORT, CONCAT, "SELECT * { ?s ?p", HEAVY["brackets"][0])[kind]
        assert server.ask(query).status in (400, 429, 503)
    elif kind == 5:
        with socket.create_connection((server.host, server.port)) as connection:
            connection.sendall(b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nA")
            time.sleep(0.3)
    elif kind == 6:
        assert server.request("POST", "/sparql", b"x" * 2**20, Content_Type="application/sparql-query").status == 413
    elif kind == 7:
        assert b" 404 " in server.raw(b"GET /doc/..%2f..%2fetc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    elif kind == 8:
        assert server.ask("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }").status == 400
    else:
        with socket.create_connection((server.host, server.port)) as connection:
            connection.sendall(
                f"GET /sparql?query={quote('SELECT * { ?s ?p ?o }')} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
            )


def test_a_thousand_requests_one_in_ten_poisoned(dist):
    """All healthy ones are answered right, memory stays bounded, nothing goes out, and the server stands."""
    order = random.Random(20_261_124).sample(range(REQUESTS), REQUESTS)
    with Server(dist, "--workers", "8", "--time-limit", "1", "--memory-limit", "128") as server:
        before, peak, done = server.memory(), 0, threading.Event()

        def watch() -> None:
            nonlocal peak
            while not done.wait(0.3):
                peak = max(peak, server.memory())
                for process in server.processes():
                    assert _strangers(process) == [], process

        def one(n: int) -> None:
            if n % POISONED == 0:
                poison(server, n // POISONED % 10)
                return
            kind = n % 3
            if kind == 0:
                healthy(server)
            elif kind == 1:
                assert b"hanke:Project" in server.get("/doc/project/inkoo-hiilineutraali.ttl").body
            else:
                got = server.get("/id/project/inkoo-hiilineutraali", Accept="application/ld+json")
                assert got.headers["Location"] == "/doc/project/inkoo-hiilineutraali.jsonld"

        with ThreadPoolExecutor(1) as watcher, ThreadPoolExecutor(24) as clients:
            watching = watcher.submit(watch)
            try:
                list(clients.map(one, order))
            finally:
                done.set()
            watching.result()
        healthy(server)
        assert server.get("/ready").status == 200
        assert not [line for line in server.log() if line["status"] == 500]
        # Eight workers may hold 128 MiB each, and the server some pieces of each connection.
        assert peak < before + 8 * 128 * 2**20 + 128 * 2**20, (before, peak)


def _strangers(process: int) -> list[str]:
    """The remote addresses, other than 127.0.0.1, that a process has TCP connections to."""
    sockets = set()
    try:
        for handle in Path(f"/proc/{process}/fd").iterdir():
            sockets.add(str(handle.readlink()))
    except OSError:
        pass
    found = []
    for name, here in (("tcp", ("0100007F", "00000000")), ("tcp6", ("0" * 32, "0000000000000000FFFF00000100007F"))):
        try:
            lines = Path(f"/proc/{process}/net/{name}").read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if f"socket:[{fields[9]}]" in sockets and fields[2].split(":")[0] not in here:
                found.append(fields[2])
    return found
