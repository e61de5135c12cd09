"""The pool of workers: who waits, who answers, and why one was stopped.

A query waits for a free worker in a short queue; where the queue is full, or one client fills half of it, the query is
turned away at once. A query that runs for longer than a moment gives the processor to those that don't.
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
"""Seconds after which a query counts as long: it gets a lower priority, and its worker is not used again."""

GRACE = 1.0
"""Seconds beyond the time limit after which the server kills a worker that the kernel's alarm did not."""


class Graph(NamedTuple):
    """What the nursery tells of the graph that it opened. `withdrawn` is relative to the base."""

    base: str
    triples: int
    withdrawn: frozenset[str]
    prefixes: dict[str, str]
    confined: tuple[str, ...]


class Pool:
    """The workers of one graph. Start it with `start`, end it with `close`."""

    def __init__(self, size: int, bounds: Bounds, queue: int) -> None:
        self.size, self.bounds, self.queue = size, bounds, queue
        self.graph: Graph | None = None
        self.failed: str | None = None
        self._workers: dict[int, Worker] = {}
        self._idle: deque[Worker] = deque()
        self._waiting: deque[tuple[str, asyncio.Future[Worker]]] = deque()
        self._clients: Counter[str] = Counter()
        self._asked = 0
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
        """Start the nursery; `ready` tells when the graph is there."""
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
        reader = asyncio.StreamReader(limit=2**26)  # one line names all that is withdrawn
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(reads, "rb")
        )
        self._run(self._listen(reader))

    async def ready(self) -> Graph:
        """The graph, when it is there. Raises Unanswered where it cannot be loaded; `failed` tells why."""
        await self._ready.wait()
        if self.graph is None:
            raise Unanswered("loading")
        return self.graph

    @property
    def alive(self) -> bool:
        """Whether there are workers, free or at work."""
        return self.graph is not None and not self._closed and bool(self._workers)

    async def close(self) -> None:
        """End the workers once those at work are done."""
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

    ### Asking

    async def ask(self, question: Head, client: str, gone: Callable[[], Awaitable[None]]) -> Reply:
        """The reply of a worker. `gone` returns when the client has. Raises Unanswered, CancelledError."""
        self._asked += 1
        self._free.clear()
        try:
            worker = await self._turn(client)
            return await self._answered(worker, question, gone)
        finally:
            self._asked -= 1
            if not self._asked:
                self._free.set()

    async def _turn(self, client: str) -> Worker:
        """A free worker, when this client's turn has come."""
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
            if turn.done():  # its turn came in the very moment that it gave up
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
        """Give a worker to who waits first, or let it rest."""
        if self._waiting:
            self._waiting.popleft()[1].set_result(worker)
        else:
            self._idle.append(worker)

    async def _answered(self, worker: Worker, question: Head, gone: Callable[[], Awaitable[None]]) -> Reply:
        reply = worker.ask(question)
        leaving: list[asyncio.Future[None]] = []

        def tarry() -> None:
            """The query is long: it gives way, and ends if the client does not wait for it."""
            worker.slow()
            watching = asyncio.ensure_future(gone())
            leaving.append(watching)
            watching.add_done_callback(
                lambda w: None if w.cancelled() or reply.done() else reply.set_exception(Unanswered("gone"))
            )

        loop = asyncio.get_running_loop()
        long = loop.call_later(LONG, tarry)
        late = loop.call_later(self.bounds.seconds + GRACE, self._overdue, worker)
        last = True
        try:
            found = await reply
            last = found.head["last"] or worker.long
            return found
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
        """Why a worker ended in the midst of a query."""
        try:
            async with asyncio.timeout(GRACE):
                number = await asyncio.shield(worker.ended)
        except TimeoutError:
            return "engine"
        # An engine that is given no memory aborts; the system kills, unasked, where the machine's runs out.
        causes = {signal.SIGALRM: "time", signal.SIGABRT: "memory", signal.SIGKILL: "time" if worker.late else "memory"}
        return causes.get(signal.Signals(number), "engine") if number else "engine"

    ### Workers come and go

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        """Hear what the nursery tells; without it there are no workers, so its end is the pool's."""
        while line := await reader.readline():
            notice = json.loads(line)
            if "ready" in notice:
                about = notice["ready"]
                self.graph = Graph(
                    about["base"],
                    about["triples"],
                    frozenset(about["withdrawn"]),
                    about["prefixes"],
                    tuple(about["confined"]),
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
        if worker in self._idle:  # nobody asked it anything: something outside has ended it
            self._idle.remove(worker)
            await self._fork()

    def _kill(self, worker: Worker) -> None:
        if not worker.ended.done():
            self._command("kill", worker.number)

    def _command(self, what: str, number: int, *handles: int) -> None:
        """Tell the nursery; where it is gone, `_listen` hears of that."""
        assert self._commands is not None
        with contextlib.suppress(OSError):
            socket.send_fds(self._commands, [json.dumps({what: number}).encode() + b"\n"], handles)

    def _overdue(self, worker: Worker) -> None:
        worker.late = True
        self._kill(worker)

    def _replace(self, worker: Worker) -> None:
        """Have a new worker in the place of one that is not used again."""
        self._kill(worker)
        if not self._closed:
            self._run(self._fork())

    def _run(self, task: Awaitable[None]) -> None:
        running = asyncio.ensure_future(task)
        self._tasks.add(running)  # the loop itself holds tasks only weakly
        running.add_done_callback(self._tasks.discard)
