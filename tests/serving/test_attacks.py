"""A server under attack: nobody is turned away for the sake of another, and what was lost comes back."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import resource
import shutil
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytest.importorskip("starlette")

from hankelod.serving import admission, connection, held, journal
from hankelod.serving.worker import Unanswered
from support.server import Server

HEALTHY = "SELECT (COUNT(?p) AS ?n) { ?p a hanke:Project }"
PRODUCT = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
linux = pytest.mark.skipif(not shutil.which("prlimit"), reason="prlimit is not installed: it is in util-linux")


def healthy(server: Server, client: str = "203.0.113.1") -> None:
    got = server.get(f"/sparql?query={quote(HEALTHY)}", 60, Accept="text/csv", X_Forwarded_For=client)
    assert (got.status, got.body) == (200, b"n\r\n16\r\n"), got


@contextlib.contextmanager
def opened(server: Server, number: int, sent: bytes):
    """This number of connections that have sent these bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < number + 200:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, number + 1_000), hard))
    with contextlib.ExitStack() as stack:
        connections = []
        for _ in range(number):
            each = stack.enter_context(socket.create_connection((server.host, server.port), 60))
            with contextlib.suppress(OSError):
                each.sendall(sent)
            connections.append(each)
        yield connections


### Connections


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost:",
        b"",
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 50\r\n\r\nSEL",
    ],
    ids=["half-a-head", "nothing", "half-a-body"],
)
def test_those_who_do_not_ask_turn_nobody_away(dist, sent):
    """A thousand and a hundred at once, while others ask."""
    with Server(dist, "--workers", "2") as server, opened(server, 1_100, sent):
        for _ in range(12):
            healthy(server)
        server.stop()
        lines = [line for line in server.log() if "connections" in line]
        assert sum(line["connections"].get("dropped", 0) for line in lines) >= 100


def test_those_who_do_not_read_turn_nobody_away(dist):
    """A thousand and a hundred that ask for a file of some megabytes, and read nothing of it."""
    files = json.loads((dist / "manifest.json").read_text())["files"]
    largest = max((name for name in files if not name.startswith(".")), key=lambda name: files[name]["bytes"])
    asked = f"GET /{largest} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    with Server(dist, "--workers", "2") as server, opened(server, 1_100, asked):
        for _ in range(12):
            healthy(server)


class Fake:
    def __init__(self, peer: str) -> None:
        self.peer, self.dropped = peer, False

    def drop(self) -> None:
        self.dropped = True


def test_the_client_with_most_idle_connections_gives_way():
    room = admission.Admission(10, journal.Journal(io.StringIO()))
    many, few = [Fake("a") for _ in range(7)], [Fake("b") for _ in range(3)]
    for each in (*few, *many):
        assert room.enter(each)
    room.busy(many[0])
    assert room.enter(Fake("c"))
    assert [m.dropped for m in many] == [False, True, *[False] * 5], "the oldest that is idle"
    assert not any(f.dropped for f in few)


def test_busy_connections_are_not_dropped():
    room = admission.Admission(3, journal.Journal(io.StringIO()))
    busy = [Fake("a") for _ in range(3)]
    for each in busy:
        assert room.enter(each)
        room.busy(each)
    assert not room.enter(Fake("b"))
    room.leave(busy[0])
    room.idle(busy[0])  # too late: it has left
    assert room.enter(Fake("b"))
    assert not any(each.dropped for each in busy)


@linux
def test_handles_are_kept_back_for_workers(dist):
    """Idle connections as many as there are handles, and long queries beside them: the server stays whole."""
    with Server(dist, "--workers", "4", "--time-limit", "2", handles=200) as server:
        with opened(server, 250, b""), ThreadPoolExecutor(6) as heavy:
            running = [heavy.submit(server.ask, PRODUCT) for _ in range(6)]
            for _ in range(5):
                healthy(server)
            assert {r.result().status for r in running} <= {503, 429}
        server.wait(lambda: len(server.processes()) == 6 and server.get("/ready").status == 200, 30)
        healthy(server)


@linux
def test_the_server_is_whole_again_after_handles_ran_out(dist):
    with Server(dist, "--workers", "3") as server:
        healthy(server)
        before = set(server.processes())
        whole = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (5, whole[1]))
        for worker in server.processes()[2:]:
            os.kill(worker, signal.SIGKILL)
        server.wait(lambda: any("cannot be started" in line for line in server.said), 30)
        time.sleep(0.5)
        assert len(server.processes()) == 2, "none can be started"
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, whole)
        server.wait(lambda: len(server.processes()) == 5, 30)
        assert len(before & set(server.processes())) == 2, "the graph was not loaded again"
        healthy(server)
        assert server.get("/ready").status == 200
        assert len(server.said) < 10, server.said


@linux
def test_a_publication_that_comes_while_handles_are_out_is_loaded_later(dist, tmp_path):
    shutil.copytree(dist, tmp_path / "dist")
    with Server(tmp_path / "dist", "--workers", "2") as server:
        nursery = server.processes()[1]
        whole = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (5, whole[1]))
        os.kill(nursery, signal.SIGKILL)
        server.wait(lambda: any("cannot be loaded" in line for line in server.said), 30)
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, whole)
        server.wait(lambda: len(server.processes()) == 4 and server.get("/ready").status == 200, 60)
        healthy(server)


def test_workers_that_are_killed_again_and_again(dist):
    """Whoever asks meanwhile gets an answer, or is told to come again; then all is as before."""
    with Server(dist, "--workers", "3") as server:
        done = threading.Event()
        statuses = set()

        def asking() -> None:
            while not done.is_set():
                statuses.add(server.ask(HEALTHY).status)

        with ThreadPoolExecutor(4) as clients:
            running = [clients.submit(asking) for _ in range(4)]
            for _ in range(15):
                for worker in server.processes()[2:]:
                    with contextlib.suppress(OSError):
                        os.kill(worker, signal.SIGKILL)
                time.sleep(0.1)
            done.set()
            for each in running:
                each.result()
        assert statuses <= {200, 503}
        server.wait(lambda: len(server.processes()) == 5)
        healthy(server)


def test_a_worker_that_cannot_be_forked_has_ended(monkeypatch, tmp_path):
    """The process that workers are forked from tells of it, and goes on."""
    from hankelod.serving import nursery

    reads, writes = os.pipe()
    ours, theirs = socket.socketpair()
    with ours, theirs, open(reads) as notices:  # noqa: PTH123
        parent = nursery.Nursery(nursery.Settings(0, writes, "", "", None, [1, 1, 1]))
        parent.sockets.append(os.dup(theirs.fileno()))
        monkeypatch.setattr(os, "fork", lambda: (_ for _ in ()).throw(BlockingIOError(11, "no more processes")))
        parent.fork(None, 7, theirs)
        os.close(writes)
        assert [json.loads(line) for line in notices] == [{"ended": 7, "signal": 0}]
        assert not parent.workers and not parent.sockets


### Answers that wait


def test_answers_that_wait_are_bounded_by_client_and_in_all():
    waiting = held.Held(most=100, own=40)
    waiting.check("a")
    release = waiting.hold("a", 40)
    with pytest.raises(Unanswered, match="held"):
        waiting.check("a")
    for client in "bc":
        waiting.check(client)
        waiting.hold(client, 30)
    with pytest.raises(Unanswered, match="busy"):
        waiting.check("e")
    release()
    waiting.check("a")
    waiting.check("e")


def test_a_client_that_does_not_read_its_answers_gets_no_more(dist):
    """Of 25 MiB each, until an eighth of a gigabyte waits; another client is answered all the while."""
    big = "SELECT ?a ?b ?c ?d ?f { ?a ?b ?c . ?d a hanke:Project ; hanke:lead ?f } LIMIT 40000"
    asked = f"GET /sparql?query={quote(big)} HTTP/1.1\r\nHost: x\r\nAccept: application/sparql-results+json\r\n"
    asked += "X-Forwarded-For: 198.51.100.7\r\n\r\n"
    with Server(dist, "--workers", "2", "--time-limit", "60") as server, contextlib.ExitStack() as stack:
        statuses = []
        for _ in range(12):
            each = stack.enter_context(socket.create_connection((server.host, server.port), 120))
            each.sendall(asked.encode())
            statuses.append(each.recv(12)[-3:])
            healthy(server)
            if statuses[-1] == b"429":
                break
        assert statuses[-1] == b"429", statuses
        assert set(statuses[:-1]) == {b"200"}
        stack.close()
        server.wait(lambda: server.get("/sparql?query=ASK%7B%7D", X_Forwarded_For="198.51.100.7").status == 200, 30)


def test_a_response_has_a_least_speed(monkeypatch):
    """A reader that takes each piece in time, but all of them too slowly, is given up."""
    monkeypatch.setattr(connection, "SLACK", 0.3)
    monkeypatch.setattr(connection, "SPEED", 1_000_000)
    pieces = 0

    async def slow(message: dict) -> None:
        nonlocal pieces
        pieces += 1
        await asyncio.sleep(0.05)

    async def sending() -> None:
        exchange = connection.Exchange(None, slow, None, False)
        await exchange.send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(1_000):
            await exchange.send({"type": "http.response.body", "body": b"x" * 1_000, "more_body": True})

    with pytest.raises(TimeoutError):
        asyncio.run(sending())
    assert 2 <= pieces < 100


MANY = " ".join(f"(?c AS ?c{n})" for n in range(100))

FORMS = [
    f"SELECT {MANY} {{ ?a dcterms:abstract ?c . ?d a hanke:Municipality }} LIMIT 1000",
    "SELECT ?c { ?a dcterms:abstract ?c0 BIND(CONCAT(?c0, ?c0, ?c0, ?c0, ?c0, ?c0, ?c0, ?c0) AS ?c) ?d ?e ?f }",
    "CONSTRUCT { ?d <a:p> ?c } { ?a dcterms:abstract ?c0 BIND(CONCAT(?c0, ?c0, ?c0, ?c0) AS ?c) ?d a ?e }",
    "CONSTRUCT { ?d <a:p> ?c } { ?a dcterms:abstract ?c . ?d a hanke:Municipality FILTER(LANG(?c) = 'fi') }",
    "DESCRIBE * { ?s ?p ?o }",
]


@pytest.mark.parametrize("query", FORMS)
def test_every_form_of_an_answer_is_bounded(dist, query):
    """The page is for people, and the same for all; others have the limit of `--result-limit`, or are refused."""
    rows = query.startswith("SELECT")
    accepted = ["text/csv", "application/sparql-results+xml"] if rows else ["application/ld+json", "text/turtle"]
    with Server(dist, "--workers", "1", "--result-limit", "1", "--time-limit", "60") as server:
        before = server.memory()
        for accept in accepted:
            got = server.ask(query, accept)
            assert (got.status, len(got.body) <= 2**20) in ((200, True), (400, True), (503, True)), got.body[:99]
        got = server.ask(query, "text/html")
        assert got.status in (200, 503)
        assert len(got.body) < 6 * 2**20
        assert server.memory() - before < 200 * 2**20
        healthy(server)


### Requests


LONG = 60_000


@pytest.mark.parametrize("start", ["/id/", "/doc/", "/", "/sparql?query=", "/sparql?"])
@pytest.mark.parametrize("piece", ["a/", "/", "a,", "&", "a=&", ";", "%2F", "..%2F", "(", "%22", "%0A", "?a%20"])
def test_no_route_takes_the_square_of_a_request(server, start, piece):
    """Twice as long takes twice as long, or hardly any time."""

    def took(length: int) -> float:
        path = start + (piece * length)[:length].rsplit("%", 1)[0]
        times = []
        for _ in range(3):
            began = time.perf_counter()
            assert server.get(path).status != 500
            times.append(time.perf_counter() - began)
        return min(times)

    assert took(LONG) < 3 * took(LONG // 2) + 0.1


HEADERS = [
    ("Range", "bytes=0-" + "9" * 5_000),
    ("Range", "bytes=-" + "9" * 5_000),
    ("Range", "bytes=" + "1" * 19 + "-"),
    ("Range", "bytes=5-4"),
    ("If-Modified-Since", "Mon, 99 Xyz 99999999999999999999 99:99:99 GMT"),
    ("If-Modified-Since", ","),
    ("If-Modified-Since", "1 Jan 0000 00:00:00 +9999999999"),
    ("If-None-Match", '"' * 5_000),
    ("If-Range", "\xff"),
    ("Accept", '"\\' * 20_000),
    ("Accept", "*/*;q=" + "9" * 5_000),
    ("Accept", "\xe4/\xf6"),
    ("Accept-Language", "-" * 30_000),
    ("Accept-Language", "\xff;q=\xff"),
    ("Accept-Encoding", "gzip;q=1e999"),
    ("X-Forwarded-For", "::1%" + "a" * 5_000),
    ("X-Forwarded-For", "[" * 1_000),
    ("X-Forwarded-For", "," * 30_000),
    ("X-Forwarded-For", "1.2.3.4:" + "9" * 5_000),
    ("X-Forwarded-Proto", "\xff"),
    ("Host", "\xff<>"),
    ("Host", "a" * 5_000),
    ("Access-Control-Request-Headers", "a\x80b, " * 500),
    ("Content-Type", "\xff; charset=" + "\xff" * 500),
    ("Expect", "100-continue"),
    ("Connection", "Upgrade"),
    ("Content-Length", "0" * 5_000),
    ("Content-Length", "0" * 5_000 + "6"),
    ("Transfer-Encoding", "chunked, chunked"),
    ("Upgrade", "websocket"),
    ("Cookie", "\xff" * 5_000),
]

TARGETS = [
    ("GET", "/index.html"),
    ("GET", "/id/project/inkoo-hiilineutraali"),
    ("GET", "/sparql?query=ASK%7B%7D"),
    ("GET", "/sparql"),
    ("OPTIONS", "/sparql"),
    ("POST", "/sparql"),
    ("HEAD", "/none"),
]


def status(server: Server, method: str, path: str, headers: list[tuple[str, str]]) -> int:
    """The status of a request with these headers, byte for byte; 0 if the server closes without one."""
    names = {name for name, _ in headers}
    lines = [f"{method} {path} HTTP/1.1", *(() if "Host" in names else ("Host: x",))]
    lines += [f"{name}: {value}" for name, value in (*headers, ("Connection", "close"))]
    body = "ASK {}" if method == "POST" else ""
    if method == "POST" and "Content-Length" not in names:
        lines.append(f"Content-Length: {len(body)}")
    got = server.raw("\r\n".join((*lines, "", body)).encode("latin-1"))
    return int(got[9:12]) if got.startswith(b"HTTP/1.1 ") else 0


@pytest.mark.parametrize(("name", "value"), HEADERS, ids=[f"{n}-{name}" for n, (name, _) in enumerate(HEADERS)])
def test_no_header_is_a_fault_of_the_server(server, name, value):
    for method, path in TARGETS:
        assert status(server, method, path, [(name, value)]) != 500, (method, path)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(TARGETS),
    st.lists(
        st.tuples(
            st.sampled_from(sorted({name for name, _ in HEADERS} - {"Content-Length", "Transfer-Encoding", "Expect"})),
            st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=60),
        ),
        max_size=4,
    ),
)
def test_no_headers_at_all_are_a_fault_of_the_server(server, target, headers):
    assert status(server, *target, headers) != 500


def test_pipelining_hides_no_client_that_leaves(dist):
    """A second request behind a long query: it is not answered, and when the client leaves, the query ends."""
    with Server(dist, "--workers", "1", "--time-limit", "600") as server:
        first = f"GET /sparql?query={quote(PRODUCT)} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        with socket.create_connection((server.host, server.port)) as client:
            client.sendall(first + b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 30\r\n\r\nASK {}")
            server.wait(lambda: server.long() == 1)
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 1_000)
        healthy(server)
    with Server(dist, "--workers", "1") as server:
        asked = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
        got = server.raw(asked * 3)
        assert got.startswith(b"HTTP/1.1 200"), "the first is answered"
        assert b"onnection: close" in got or got.count(b"HTTP/1.1 200") == 3


### Logs


def test_strangers_do_not_fill_the_logs(dist):
    with Server(dist, "--workers", "1") as server:
        for _ in range(50):
            server.raw(b"\x1b[2JGET \xff\r\n\r\n")
            server.raw(b"GET /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n")
            with socket.create_connection((server.host, server.port)) as client:
                client.sendall(b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nA")
        server.raw(b"GET /%1b%5b2J%c2%9b%e2%80%ae HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        healthy(server)
        server.stop()
        assert server.said == [], "nothing of it is a fault of the server"
        server.journal.seek(0)
        written = server.journal.read().decode()
        assert all(c.isprintable() or c == "\n" for c in written)
        (counted,) = [line["connections"] for line in server.log() if "connections" in line]
        assert counted["400"] >= 50


def test_complaints_are_few_and_printable(capfd):
    told = journal.Complaints()
    for n in range(1_000):
        told.tell(f"a \x1b[2J thing \u202e{n}", "thing")
    for n in range(1_000):
        told.tell(f"kind {n}")
    lines = capfd.readouterr().err.splitlines()
    assert lines[0] == r"hankelod: a \u001b[2J thing \u202e0"
    assert len(lines) <= journal.KINDS
    told._told["thing"] = (told._told["thing"][0] - journal.TOLD, told._told["thing"][1])
    told.tell("again", "thing")
    assert capfd.readouterr().err == "hankelod: again (999 more like this)\n"
