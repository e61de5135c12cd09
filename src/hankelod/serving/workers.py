"""The pool of workers: the queue of queries, the assignment to workers, and their replacement.

A query waits for a free worker in a short queue; if the queue is full, or one client fills half of it, the query is
rejected at once. A query that runs longer than `LONG` gets a lower priority than the others.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

from hankelod.serving.answering import Bounds
from hankelod.serving.frames import Head
from hankelod.serving.nursery import Settings
from hankelod.serving.worker import Reply, Unanswered, Worker

LONG = 0.5
"""Seconds after which a query is long: it gets a lower priority, and its worker is not used again."""

GRACE = 1.0
"""Seconds beyond the time limit after which the server kills a worker that the alarm of the kernel has not ended."""


class Graph(NamedTuple):
    """Facts about the open graph, from the nursery. `withdrawn` are paths relative to the base."""

    base: str
    triples: int
    withdrawn: frozenset[str]
    prefixes: dict[str, str]
    confined: tuple[str, ...]


class Pool:
    """The workers of one graph; `start` starts them, `close` ends them.

    `size` is the number of workers, `bounds` the limits of a query, `queue` the most queries that wait. `failed` is the
    reason if the graph cannot be loaded.
    """

    def __init__(self, size: int, bounds: Bounds, queue: int) -> None:
        self.size, self.bounds, self.queue = size, bounds, queue
        self.graph: Graph | None = None
        self.failed: str | None = None
        self._workers: dict[int, Worker] = {}
        self._idle: deque[Worker] = deque()
        self._waiting: deque[tuple[str, asyncio.Future[Worker]]] = deque()
        self._clients: Counter[str] = Counter()
        self._active = 0
        self._numbers = 0
        self._free = asyncio.Event()
        self._free.set()
        self._ready = asyncio.Event()
        self._closed = False
        self._commands: socket.socket | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    ### Start and end

    async def start(self, dump: Path, working: Path, store: Path | None) -> None:
        """Start the nursery, which loads the dump; `ready` waits for it."""
        self._commands, theirs = socket.socketpair()
        reads, notices = os.pipe()
        settings = Settings(
            theirs.fileno(), notices, str(dump), str(working), str(store) if store else None, list(self.bounds)
        )
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "hankelod.serving.nursery",
            settings.written(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            pass_fds=(theirs.fileno(), notices),
        )
        theirs.close()
        os.close(notices)
        reader = asyncio.StreamReader(limit=2**26)  # one line lists all withdrawn things
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(reads, "rb")
        )
        self._run(self._listen(reader))

    async def ready(self) -> Graph:
        """Wait for the graph. Raises Unanswered if it cannot be loaded; `failed` is the reason."""
        await self._ready.wait()
        if self.graph is None:
            raise Unanswered("loading")
        return self.graph

    @property
    def alive(self) -> bool:
        """Tell whether there are workers, idle or busy."""
        return self.graph is not None and not self._closed and bool(self._workers)

    async def close(self) -> None:
        """End the workers after the present queries."""
        await self._free.wait()
        self._closed = True
        if self._commands is not None:
            self._commands.close()
        if self._process is not None:
            try:
                async with asyncio.timeout(GRACE):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        for task in self._tasks:
            task.cancel()
        for worker in self._workers.values():
            worker.transport.close()

    ### Queries

    async def ask(self, question: Head, client: str, gone: Callable[[], Awaitable[None]]) -> Reply:
        """Ask a free worker and return its reply. `gone` returns when the client disconnects. Raises Unanswered."""
        self._active += 1
        self._free.clear()
        try:
            worker = await self._turn(client)
            return await self._answered(worker, question, gone)
        finally:
            self._active -= 1
            if not self._active:
                self._free.set()

    async def _turn(self, client: str) -> Worker:
        """Wait for a free worker. Raises Unanswered if the queue is full or the wait too long."""
        if self.graph is None or self._closed:
            raise Unanswered("loading")
        while self._idle:
            worker = self._idle.popleft()
            if not worker.ended.done():
                return worker
        if len(self._waiting) >= self.queue:
            raise Unanswered("busy")
        if self._clients[client] >= max(1, self.queue // 2):
            raise Unanswered("too-many")
        turn: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()
        self._waiting.append((client, turn))
        self._clients[client] += 1
        try:
            async with asyncio.timeout(self.bounds.seconds):
                return await asyncio.shield(turn)
        except BaseException as error:
            if turn.done():  # a worker was assigned at the moment of the timeout
                self._release(turn.result())
            else:
                self._waiting.remove((client, turn))
            if isinstance(error, TimeoutError):
                raise Unanswered("busy") from error
            raise
        finally:
            self._clients[client] -= 1
            if not self._clients[client]:
                del self._clients[client]

    def _release(self, worker: Worker) -> None:
        """Hand the worker to the first waiter, or mark it idle."""
        if self._waiting:
            self._waiting.popleft()[1].set_result(worker)
        else:
            self._idle.append(worker)

    async def _answered(self, worker: Worker, question: Head, gone: Callable[[], Awaitable[None]]) -> Reply:
        reply = worker.ask(question)
        leaving: list[asyncio.Future[None]] = []

        def mark_long() -> None:
            """Lower the priority of a long query, and stop it when the client disconnects."""
            worker.slow()
            watching = asyncio.ensure_future(gone())
            leaving.append(watching)
            watching.add_done_callback(
                lambda w: None if w.cancelled() or reply.done() else reply.set_exception(Unanswered("gone"))
            )

        loop = asyncio.get_running_loop()
        long = loop.call_later(LONG, mark_long)
        late = loop.call_later(self.bounds.seconds + GRACE, self._overdue, worker)
        last = True
        try:
            answer = await reply
            last = answer.head["last"] or worker.long
            return answer
        except ConnectionError as error:
            raise Unanswered(await self._cause(worker)) from error
        finally:
            long.cancel()
            late.cancel()
            for watching in leaving:
                watching.cancel()
            if last:
                self._replace(worker)
            else:
                self._release(worker)

    async def _cause(self, worker: Worker) -> str:
        """The code of `Unanswered` for a worker that ended during a query."""
        try:
            async with asyncio.timeout(GRACE):
                number = await asyncio.shield(worker.ended)
        except TimeoutError:
            return "engine"
        # An engine aborts if it gets no memory; the system kills a process when the machine runs out of memory.
        causes = {signal.SIGALRM: "time", signal.SIGABRT: "memory", signal.SIGKILL: "time" if worker.late else "memory"}
        return causes.get(signal.Signals(number), "engine") if number else "engine"

    ### Start and end of workers

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        """Handle the notices of the nursery. Without it there are no workers, so that the pool ends with it."""
        while line := await reader.readline():
            notice = json.loads(line)
            if "ready" in notice:
                facts = notice["ready"]
                self.graph = Graph(
                    facts["base"],
                    facts["triples"],
                    frozenset(facts["withdrawn"]),
                    facts["prefixes"],
                    tuple(facts["confined"]),
                )
                for _ in range(self.size):
                    await self._fork()
                self._ready.set()
            elif "failed" in notice:
                self.failed = notice["failed"]
            elif "forked" in notice and notice["forked"] in self._workers:
                self._workers[notice["forked"]].process = notice["process"]
            elif "ended" in notice:
                await self._ended(notice["ended"], notice["signal"])
        if not self._closed:
            self.failed = self.failed or "the process that workers are forked from has ended"
            self.graph = None
            self._ready.set()

    async def _fork(self) -> None:
        ours, theirs = socket.socketpair()
        self._numbers += 1
        number = self._numbers
        ours.setblocking(False)
        worker = Worker(number)
        await asyncio.get_running_loop().connect_accepted_socket(lambda: worker, ours)
        self._workers[number] = worker
        with theirs:
            self._command("fork", number, theirs.fileno())
        self._release(worker)

    async def _ended(self, number: int, by: int) -> None:
        worker = self._workers.pop(number, None)
        if worker is None:
            return
        worker.ended.set_result(by)
        worker.transport.close()
        if worker in self._idle:  # it had no query: something outside has ended it
            self._idle.remove(worker)
            await self._fork()

    def _kill(self, worker: Worker) -> None:
        if not worker.ended.done():
            self._command("kill", worker.number)

    def _command(self, what: str, number: int, *handles: int) -> None:
        """Send a command to the nursery; if that has ended, `_listen` handles it."""
        assert self._commands is not None
        with contextlib.suppress(OSError):
            socket.send_fds(self._commands, [json.dumps({what: number}).encode() + b"\n"], handles)

    def _overdue(self, worker: Worker) -> None:
        worker.late = True
        self._kill(worker)

    def _replace(self, worker: Worker) -> None:
        """Start a new worker in place of one that is not used again."""
        self._kill(worker)
        if not self._closed:
            self._run(self._fork())

    def _run(self, task: Awaitable[None]) -> None:
        running = asyncio.ensure_future(task)
        self._tasks.add(running)  # the loop itself has only weak references to tasks
        running.add_done_callback(self._tasks.discard)
