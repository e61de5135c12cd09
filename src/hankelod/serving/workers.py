"""The pool of workers: queries are given to workers by the shares of their clients, and workers are replaced.

A query waits for a free worker in a short queue; if the queue is full, or one client fills half of it, the query is
rejected at once. A query that runs longer than `LONG` gets a lower priority than the others.

There are as many workers as there should be: one task starts those that lack, and tries again if the system refuses.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections import deque
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

from hankelod.serving.answering import Bounds
from hankelod.serving.frames import Head
from hankelod.serving.journal import complain
from hankelod.serving.nursery import Settings
from hankelod.serving.shares import Full, Job, Shares
from hankelod.serving.worker import Reply, Unanswered, Worker

LONG = 0.5
"""Seconds after which a query is long: it gets a lower priority, and its worker is not used again."""

FIRST, LAST = 0.1, 5.0
"""Seconds until a start of workers that failed is tried again: at first, and at most."""

TICK = 1.0
"""Seconds after which clients that have gone no longer count."""

GRACE = 1.0
"""Seconds beyond the time limit after which the server kills a worker that the alarm of the kernel has not ended."""


class Stopped(Exception):
    """A long query was stopped, since others wait."""


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
        self.size, self.bounds = size, bounds
        self.shares = Shares(size, queue)
        self.graph: Graph | None = None
        self.failed: str | None = None
        self._workers: dict[int, Worker] = {}
        self._idle: deque[Worker] = deque()
        self._active = 0
        self._numbers = 0
        self._unused = 0
        """Workers in a row that ended without having answered."""
        self._free = asyncio.Event()
        self._free.set()
        self._ready = asyncio.Event()
        self._lack = asyncio.Event()
        self._closed = False
        self._commands: socket.socket | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    ### Start and end

    async def start(self, dump: Path, working: Path, store: Path | None) -> None:
        """Start the nursery, which loads the dump; `ready` waits for it. Raises OSError."""
        with contextlib.ExitStack() as theirs:
            self._commands, commands = socket.socketpair()
            theirs.enter_context(commands)
            reads, writes = os.pipe()
            notices = theirs.enter_context(os.fdopen(writes, "wb"))
            reading = theirs.enter_context(contextlib.ExitStack())
            file = reading.enter_context(os.fdopen(reads, "rb"))
            settings = Settings(
                commands.fileno(),
                notices.fileno(),
                str(dump),
                str(working),
                str(store) if store else None,
                list(self.bounds),
            )
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "hankelod.serving.nursery",
                settings.written(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                pass_fds=(commands.fileno(), notices.fileno()),
            )
            reader = asyncio.StreamReader(limit=2**26)  # one line lists all withdrawn things
            await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), file)
            reading.pop_all()  # the loop closes it
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

    @property
    def _present(self) -> int:
        """The number of workers that are not about to end."""
        return sum(not w.leaving for w in self._workers.values())

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
        """Ask a free worker and return its reply. `gone` returns when the client disconnects. Raises Unanswered.

        A long query that is stopped since others wait is asked again, for as long as two queries may wait and run.
        """
        self._active += 1
        self._free.clear()
        job = Job(client)
        end = asyncio.get_running_loop().time() + 2 * self.bounds.seconds
        try:
            while True:
                worker = await self._turn(job, gone, end)
                try:
                    return await self._answered(job, worker, question, gone)
                except Stopped:
                    continue
        finally:
            self._active -= 1
            if not self._active:
                self._free.set()

    async def _turn(self, job: Job, gone: Callable[[], Awaitable[None]], end: float) -> Worker:
        """Wait for a free worker. Raises Unanswered if the queue is full, the wait too long or the client gone."""
        if self.graph is None or self._closed:
            raise Unanswered("loading")
        self.shares.arrive(job.client)
        if not job.long and self.shares.may_start(job.client):
            worker = self._free_worker()
            if worker is not None:
                self.shares.start(job)
                return worker
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[Any] = loop.create_future()
        leaving = asyncio.ensure_future(gone())
        try:
            self.shares.wait(job, turn)
            self._assign()
            left = min(end - loop.time(), self.bounds.seconds)
            await asyncio.wait({turn, leaving}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            if not turn.done():
                raise Unanswered("gone" if leaving.done() else "busy")
            chosen = turn.result()
            if not isinstance(chosen, Worker):
                raise Unanswered("loading")
            return chosen
        except Full as error:
            raise Unanswered("too-many" if error.own else "busy") from error
        except BaseException:
            self.shares.leave(job)
            if turn.done() and turn.exception() is None and isinstance(turn.result(), Worker):
                self.shares.end(job)  # it got a worker at the last moment
                self._release(turn.result())
            raise
        finally:
            leaving.cancel()

    def _free_worker(self) -> Worker | None:
        """Take an idle worker, or return None if there is none."""
        while self._idle:
            worker = self._idle.popleft()
            if not worker.ended.done() and not worker.leaving:
                return worker
        return None

    def _release(self, worker: Worker) -> None:
        """Mark a worker as idle, and give it to the next query."""
        self._idle.append(worker)
        self._assign()

    def _assign(self) -> None:
        """Give the idle workers to waiting queries; if there are none, stop long queries for the others."""
        while (worker := self._free_worker()) is not None:
            chosen = self.shares.next()
            if chosen is None:
                self._idle.appendleft(worker)
                return
            chosen[1].set_result(worker)
        for job in self.shares.excess(max(0, self.size - self._present)):
            job.stop()

    async def _answered(self, job: Job, worker: Worker, question: Head, gone: Callable[[], Awaitable[None]]) -> Reply:
        reply = worker.ask(question)
        leaving: list[asyncio.Future[None]] = []

        def fail(error: Exception) -> None:
            if not reply.done():
                reply.set_exception(error)

        def mark_long() -> None:
            """Lower the priority of a long query, and stop it when the client disconnects."""
            job.long = True
            worker.slow()
            watching = asyncio.ensure_future(gone())
            leaving.append(watching)
            watching.add_done_callback(lambda w: None if w.cancelled() else fail(Unanswered("gone")))
            self._assign()

        def stop() -> None:
            self._replace(worker)
            self.shares.end(job)
            fail(Stopped())

        job.stop = stop
        loop = asyncio.get_running_loop()
        long = loop.call_later(LONG, mark_long)
        late = loop.call_later(self.bounds.seconds + GRACE, self._overdue, worker)
        last = True
        try:
            answer = await reply
            last = answer.head["last"] or worker.long
            self._unused = 0
            return answer
        except ConnectionError as error:
            if worker.process is None and self.graph is not None:  # it could not be started: another one answers
                self._unused += 1
                raise Stopped from error
            raise Unanswered(await self._cause(worker)) from error
        finally:
            long.cancel()
            late.cancel()
            for watching in leaving:
                watching.cancel()
            self.shares.end(job)
            if last:
                self._replace(worker)
                self._assign()
            else:
                self._release(worker)

    async def _cause(self, worker: Worker) -> str:
        """The code of `Unanswered` for a worker that ended during a query."""
        if self.graph is None:
            return "loading"
        try:
            async with asyncio.timeout(GRACE):
                number = await asyncio.shield(worker.ended)
        except TimeoutError:
            return "engine" if self.graph is not None else "loading"
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
                self._run(self._tend())
            elif "failed" in notice:
                self.failed = notice["failed"]
            elif "forked" in notice and notice["forked"] in self._workers:
                self._workers[notice["forked"]].process = notice["process"]
            elif "ended" in notice:
                await self._ended(notice["ended"], notice["signal"])
        if not self._closed:
            self.failed = self.failed or "the process that workers are forked from has ended"
            self.graph = None
            for worker in self._workers.values():
                worker.transport.abort()
            self.shares.dismiss()
            self._lack.set()
            self._ready.set()

    async def _tend(self) -> None:
        """Keep as many workers as there should be, whatever has ended them, until the pool ends."""
        pause = FIRST
        while self.graph is not None and not self._closed:
            self._lack.clear()
            try:
                if self._unused > self.size:
                    raise OSError("they end before they answer")
                while self._present < self.size:
                    await self._fork()
                pause = FIRST
                self._ready.set()
            except OSError as error:
                complain(f"workers cannot be started, this is tried again: {error.strerror or error}")
                await asyncio.sleep(pause)
                pause = min(2 * pause, LAST)
                self._unused = 0
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK):
                    await self._lack.wait()
            self._assign()

    async def _fork(self) -> None:
        """Start a worker. Raises OSError."""
        ours, theirs = socket.socketpair()
        with theirs:
            self._numbers += 1
            number = self._numbers
            ours.setblocking(False)
            worker = Worker(number)
            try:
                await asyncio.get_running_loop().connect_accepted_socket(lambda: worker, ours)
            except BaseException:
                ours.close()
                raise
            self._workers[number] = worker
            try:
                self._command("fork", number, theirs.fileno())
            except OSError:
                del self._workers[number]
                worker.transport.abort()
                raise
        self._release(worker)

    async def _ended(self, number: int, by: int) -> None:
        worker = self._workers.pop(number, None)
        if worker is None:
            return
        worker.ended.set_result(by)
        worker.transport.close()
        if worker in self._idle:  # it had no query: something outside has ended it, or it could not be started
            self._idle.remove(worker)
            self._unused += 1
        self._lack.set()

    def _kill(self, worker: Worker) -> None:
        if not worker.ended.done():
            with contextlib.suppress(OSError):  # if the nursery has ended, so have its workers
                self._command("kill", worker.number)

    def _command(self, what: str, number: int, *handles: int) -> None:
        """Send a command to the nursery. Raises OSError."""
        assert self._commands is not None
        socket.send_fds(self._commands, [json.dumps({what: number}).encode() + b"\n"], handles)

    def _overdue(self, worker: Worker) -> None:
        worker.late = True
        self._kill(worker)

    def _replace(self, worker: Worker) -> None:
        """End a worker that is not used again; another one is started in its place."""
        worker.leaving = True
        self._kill(worker)
        self._lack.set()

    def _run(self, task: Awaitable[None]) -> None:
        running = asyncio.ensure_future(task)
        self._tasks.add(running)  # the loop itself has only weak references to tasks
        running.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        """Report a task that failed; without its listener or its tending the pool is of no use, and is loaded anew."""
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            complain(f"the pool of workers fails, it is started anew: {type(error).__name__}: {error}")
            self.failed, self.graph = str(error), None
            self._ready.set()
