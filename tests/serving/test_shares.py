"""Shares of the workers: which query gets one, which makes room, and by whose address clients are told apart."""

from __future__ import annotations

import statistics
import time
from concurrent.futures import Future, ThreadPoolExecutor
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("starlette")

from hankelod.serving import shares
from hankelod.serving.shares import Full, Job, Shares
from support.server import Server

HEALTHY = "SELECT (COUNT(?p) AS ?n) { ?p a hanke:Project }"
PRODUCT = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


### Clients


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("2001:DB8:1:2::1", "[2001:db8:1:2::7]", True),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("unix", "unix", True),
        ("", "unknown", False),
    ],
)
def test_clients_by_address(left, right, same):
    assert (shares.client(left) == shares.client(right)) is same


@given(st.text(max_size=200))
def test_any_address_is_a_client(address):
    assert len(shares.client(address)) <= shares.LONGEST_NAME


### Turns


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class Room:
    """A pool without processes: queries are started and ended by hand."""

    def __init__(self, size: int, most: int = 128) -> None:
        self.clock = Clock()
        self.shares = Shares(size, most, self.clock)
        self.size = size
        self.running: list[Job] = []
        self.refused: list[Job] = []
        self.turns: dict[Job, Future] = {}

    def ask(self, client: str, long: bool = False) -> Job:
        job = Job(client)
        job.long = long
        self.wait(job)
        return job

    def wait(self, job: Job) -> None:
        self.shares.arrive(job.client)
        turn: Future = Future()
        try:
            self.shares.wait(job, turn)
        except Full:
            self.refused.append(job)
            return
        self.turns[job] = turn
        self.assign()

    def assign(self) -> None:
        while len(self.running) < self.size:
            chosen = self.shares.next()
            if chosen is None:
                return
            self.running.append(chosen[0])
        stopped = self.shares.excess(0)
        for job in stopped:
            self.running.remove(job)
            self.shares.end(job)
        for job in stopped:
            self.wait(job)

    def end(self, job: Job) -> None:
        self.running.remove(job)
        self.shares.end(job)
        self.assign()

    def lengthen(self) -> None:
        """All that runs has run for long."""
        for job in self.running:
            job.long = True
        self.assign()

    def clients(self) -> list[str]:
        return sorted(j.client for j in self.running)


def test_one_client_may_use_all_until_another_waits():
    room = Room(4)
    for _ in range(64):
        room.ask("a")
    assert room.clients() == ["a"] * 4
    first = list(room.running)
    healthy = room.ask("b")
    assert healthy not in room.running, "short queries are let run"
    room.lengthen()
    assert healthy in room.running
    assert set(first[:2]) <= set(room.running), "the youngest make room"
    room.end(healthy)
    for _ in range(10):
        again = room.ask("b")
        assert again in room.running, "at once, while its client is present"
        room.end(again)
    room.clock.now += shares.PRESENT + 1
    room.assign()
    assert room.clients() == ["a"] * 4, "all again, when it has gone"


def test_turns_go_over_clients():
    room = Room(1)
    order = [room.ask(client) for client in "aaaabbc"]
    seen = []
    for _ in order:
        seen.append(room.running[0].client)
        room.end(room.running[0])
    assert "".join(seen) == "aabcaba", "the first one runs before anybody waits"


def test_long_queries_have_half_of_the_workers():
    room = Room(8)
    old = [room.ask(f"long-{n}") for n in range(8)]
    room.lengthen()
    assert room.running == old
    new = [room.ask(f"short-{n}") for n in range(6)]
    assert all(job in room.running for job in new[:4])
    assert [job for job in old if job in room.running] == old[:4]
    for job in new[:4]:
        room.end(job)
    assert all(job in room.running for job in new[4:]), "before the long ones that wait"
    for job in new[4:]:
        room.end(job)
    assert sorted(room.clients()) == sorted(j.client for j in old), "all run again"


def test_a_full_queue_has_room_for_others():
    room = Room(1, most=8)
    flood = [room.ask(client) for client in "a" * 5 + "b" * 4]
    assert len(flood) == 9 and not room.refused, "one runs, eight wait"
    room.ask("a")
    assert room.refused[-1].client == "a", "half of the queue is the most"
    other = room.ask("c")
    assert other not in room.refused
    displaced = [job for job, turn in room.turns.items() if turn.done() and turn.exception() is not None]
    assert len(displaced) == 1 and displaced[0].client in "ab"


@settings(max_examples=200, deadline=None)
@given(
    st.integers(1, 8),
    st.lists(st.tuples(st.sampled_from(["ask", "end", "lengthen", "pass"]), st.integers(0, 5)), max_size=80),
)
def test_whatever_comes(size, steps):
    """No more run than there are workers, none is lost or runs twice, and all come to their end."""
    room = Room(size, most=16)
    asked: list[Job] = []
    for step, n in steps:
        if step == "ask":
            asked.append(room.ask(f"client-{n}"))
        elif step == "end" and room.running:
            room.end(room.running[n % len(room.running)])
        elif step == "lengthen":
            room.lengthen()
        elif step == "pass":
            room.clock.now += n
            room.assign()
        assert len(room.running) <= size
        assert len(set(room.running)) == len(room.running)
    for _ in range(len(asked) * 3):
        room.clock.now += shares.PRESENT + 1
        room.assign()
        if room.running:
            room.end(room.running[0])
    assert not room.running, "all come to their end"


### The server


def ask(server: Server, query: str, client: str, timeout: float = 600):
    return server.get(
        f"/sparql?query={quote(query)}", timeout, Accept="application/sparql-results+json", X_Forwarded_For=client
    )


def test_beside_64_heavy_queries_of_one_client_all_of_another_are_answered(dist):
    """The heavy ones would hold all four workers for a minute, and the queue; half a second is many times a turn."""
    with Server(dist, "--workers", "4", "--time-limit", "60") as server, ThreadPoolExecutor(64) as heavy:
        running = [heavy.submit(ask, server, PRODUCT, "2001:db8::1") for _ in range(64)]
        server.wait(lambda: server.long() == 4)
        took = []
        for n in range(30):
            began = time.monotonic()
            got = ask(server, HEALTHY, f"2001:db8:0:1::{n}")
            took.append(time.monotonic() - began)
            assert got.status == 200
            time.sleep(0.05)
        assert server.long() >= 1, "heavy ones are at it all the while"
        assert not any(r.done() and r.result().status == 200 for r in running)
        assert statistics.median(took) < 0.5, took
        server.stop(9)
        for r in running:
            assert r.exception() is not None or r.result().status in (429, 503)


def test_addresses_count_only_from_a_trusted_proxy(dist):
    """What a client claims of itself does not make it another one."""
    with (
        Server(dist, "--workers", "1", "--time-limit", "3", FORWARDED_ALLOW_IPS="192.0.2.9") as server,
        ThreadPoolExecutor(100) as clients,
    ):
        got = list(clients.map(lambda n: ask(server, PRODUCT, f"198.51.100.{n}"), range(100)))
        assert any(g.status == 429 for g in got), "all of them are one client"
