"""Shares of the workers: which waiting query gets the next one, and which running query makes room for another.

Workers are shared out among clients. A client that is alone may use all of them. As soon as another one is present, it
starts queries on at most half of them, and turns go to the client that has the fewest. A query that runs for long moves
to a lane of its own, which has half of the workers: beyond it long queries run only while no other query waits; then
the youngest one is stopped, and waits to run again.
"""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from functools import lru_cache
from typing import Any

PRESENT = 10.0
"""Seconds since its last query for which a client counts as present."""

LONGEST_NAME = 64
"""Most characters of the name of a client that is no address."""


@lru_cache(1_024)
def client(address: str) -> str:
    """The client of an address: itself, or the network of a subscriber, of which each has 2^64 addresses (IPv6, /64).

    An address that is none, from a proxy, is a client of its own.
    """
    try:
        known = ipaddress.ip_address(address.strip("[]").partition("%")[0])
    except ValueError:
        return address[:LONGEST_NAME]
    if isinstance(known, ipaddress.IPv4Address):
        return str(known)
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return str(ipaddress.ip_network((int(known), 64), strict=False))


class Full(Exception):
    """No more queries may wait. `own` is True if it is the client itself that has too many."""

    def __init__(self, own: bool) -> None:
        super().__init__(own)
        self.own = own


class Job:
    """A query of a client, from its arrival to its end. `long` is True once it has run for long."""

    def __init__(self, client: str) -> None:
        self.client = client
        self.long = False
        self.stop: Callable[[], None] = lambda: None
        """Stop the run, so that the query waits again."""


class Shares:
    """Queries that wait and queries that run. `size` is the number of workers, `most` the most queries that wait."""

    def __init__(self, size: int, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.size, self.most = size, most
        self.lane = max(1, size // 2)
        self._clock = clock
        self._waiting: OrderedDict[Job, asyncio.Future[Any]] = OrderedDict()
        self._running: dict[Job, None] = {}
        """Running queries in the order of their starts."""
        self._taken: Counter[str] = Counter()
        """Running queries by client."""
        self._turns: OrderedDict[str, None] = OrderedDict()
        """Clients with waiting queries, the next one first."""
        self._seen: OrderedDict[str, float] = OrderedDict()
        """Time of the last query of each client that is present."""

    ### Waiting

    def arrive(self, client: str) -> None:
        """Note that a client has a query."""
        self._seen[client] = self._clock()
        self._seen.move_to_end(client)

    def wait(self, job: Job, turn: asyncio.Future[Any]) -> None:
        """Let a query wait; `turn` is resolved with a worker. Raises Full.

        If the queue is full, a client that has much room in it gives some to one that has little: its last query is
        turned away, its `turn` fails with Full.
        """
        by_client = Counter(j.client for j in self._waiting)
        if by_client[job.client] >= max(1, self.most // 2):
            raise Full(own=True)
        if len(self._waiting) >= self.most:
            largest, has = by_client.most_common(1)[0]
            if has <= by_client[job.client] + 1:
                raise Full(own=False)
            last = next(j for j in reversed(self._waiting) if j.client == largest)
            displaced = self._waiting[last]
            self.leave(last)
            displaced.set_exception(Full(own=False))
        self._waiting[job] = turn
        self._turns.setdefault(job.client)

    def leave(self, job: Job) -> None:
        """Take a query out of the queue."""
        self._waiting.pop(job, None)
        if not any(j.client == job.client for j in self._waiting):
            self._turns.pop(job.client, None)

    def dismiss(self) -> None:
        """Take all queries out of the queue: there will be no worker for them."""
        for job, turn in list(self._waiting.items()):
            self.leave(job)
            turn.set_result(None)

    def next(self) -> tuple[Job, asyncio.Future[Any]] | None:
        """Take out the query that gets a free worker: it is running from now on. None if none may have it.

        Short ones first, by turns over clients.
        """
        position = {client: n for n, client in enumerate(self._turns)}
        for jobs in self._by_lane():
            job = min(
                (j for j in jobs if self._taken[j.client] < self._limit(j.client)),
                key=lambda j: (self._taken[j.client], position[j.client]),
                default=None,
            )
            if job is not None:
                turn = self._waiting[job]
                self._turns.move_to_end(job.client)
                self.leave(job)
                self.start(job)
                return job, turn
        return None

    def _by_lane(self) -> tuple[list[Job], list[Job]]:
        """The queries that wait: those that may be short, and those that are long."""
        waiting = list(self._waiting)
        return [j for j in waiting if not j.long], [j for j in waiting if j.long]

    def _limit(self, client: str) -> int:
        """Most queries of a client that run at once."""
        now = self._clock()
        while self._seen and next(iter(self._seen.values())) < now - PRESENT:
            self._seen.popitem(last=False)
        others = len(self._seen) - (client in self._seen) > 0 or any(c != client for c in self._turns)
        return self.lane if others else self.size

    ### Running

    def may_start(self, client: str) -> bool:
        """Tell whether a query of a client may take a free worker without waiting."""
        return not self._waiting and self._taken[client] < self._limit(client)

    def start(self, job: Job) -> None:
        """Count a query as running."""
        self._running[job] = None
        self._taken[job.client] += 1

    def end(self, job: Job) -> None:
        """Count a query as ended, or stopped."""
        if job in self._running:
            del self._running[job]
            self._taken[job.client] -= 1
            if not self._taken[job.client]:
                del self._taken[job.client]

    def excess(self, coming: int) -> list[Job]:
        """The long queries to stop, since others wait and no worker is free; `coming` workers are being started."""
        result: list[Job] = []
        taken = Counter(self._taken)
        long = [j for j in self._running if j.long]
        fair = max(1, self.size // max(1, len({*taken, *self._turns})))
        for job in sorted(self._waiting, key=lambda j: (j.long, self._taken[j.client])):
            limit = self._limit(job.client)
            own = taken[job.client] >= limit
            if taken[job.client] > limit:
                continue  # it may start none even if one of its own stops
            if coming and not own:
                coming -= 1
                taken[job.client] += 1
                continue
            of = [j for j in long if not own or j.client == job.client]
            if job.long or len(long) <= self.lane:
                # A client below its share may have a worker of one above its own.
                of = [j for j in of if taken[job.client] < fair < taken[j.client]]
            if of:
                stopped = self._youngest(of, taken)
                long.remove(stopped)
                taken[stopped.client] -= 1
                taken[job.client] += 1
                result.append(stopped)
        return result

    def _youngest(self, jobs: list[Job], taken: Counter[str]) -> Job:
        """The last to start of these queries, of the client that has most."""
        order = {job: n for n, job in enumerate(self._running)}
        return max(jobs, key=lambda j: (taken[j.client], order[j]))
