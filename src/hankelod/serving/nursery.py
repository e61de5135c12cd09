"""The process that workers are forked from: it opens the graph once, and knows nothing of HTTP.

    python -m hankelod.serving.nursery SETTINGS

Forked workers share the memory of a store that was loaded before, so a new one is there in milliseconds. It takes
commands from one socket, a JSON object a line: `{"fork": 7}` with the socket of worker 7 passed along, `{"kill": 7}`;
and tells by another handle what happened: `{"ready": …}` or `{"failed": "…"}`, then `{"forked": 7, "process": 1234}` and
`{"ended": 7, "signal": 14}`. When
the command socket closes, it ends, and its workers with it.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import socket
import sys
from collections import deque
from pathlib import Path
from typing import Any, NamedTuple

import pyoxigraph as ox

from hankelod.query.data import Data, catalogue
from hankelod.query.store import Opened, load_dump, opened, root
from hankelod.rdf.sparql import CannotAsk
from hankelod.serving import answering, confinement, store
from hankelod.serving.answering import Bounds

WITHDRAWN = """PREFIX hanke: <https://w3id.org/hankelod/def#>
SELECT ?thing WHERE { ?thing a hanke:Withdrawn FILTER(isIRI(?thing)) }"""


class Settings(NamedTuple):
    """What the server tells the nursery: handles, the dump, where the store goes on disk (None: in memory), limits."""

    commands: int
    notices: int
    dump: str
    working: str
    store: str | None
    bounds: list[float]

    def written(self) -> str:
        """As one argument of a command line."""
        return json.dumps(self)


class Nursery:
    """Forks workers, kills them and tells of their end."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.workers: dict[int, int] = {}
        """Numbers of workers by process id."""
        self.passed: deque[int] = deque()
        """Sockets that came and wait for their fork."""

    def tell(self, **notice: Any) -> None:
        """Tell the server."""
        with contextlib.suppress(BrokenPipeError):
            os.write(self.settings.notices, json.dumps(notice).encode() + b"\n")

    def fork(self, data: Data | None, number: int, commands: socket.socket) -> None:
        """Fork a worker that answers by the socket that came first."""
        handle = self.passed.popleft()
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        process = os.fork()
        if process:
            self.workers[process] = number
            self.tell(forked=number, process=process)
            os.close(handle)
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            return
        try:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            confinement.die_with_parent()
            commands.close()
            for other in (self.settings.notices, *self.passed):  # held here, another's socket would never seem closed
                os.close(other)
            # An engine that aborts writes a trace; the server tells why a worker ended.
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            answering.work(data or self.on_disk(), handle, Bounds(*self.settings.bounds))  # type: ignore[arg-type]
        finally:
            answering.end()

    def kill(self, number: int) -> None:
        """Kill a worker. It has not been waited for, so its process id is still its own."""
        for process, known in list(self.workers.items()):
            if known == number:
                os.kill(process, signal.SIGKILL)

    def reap(self, *_: object) -> None:
        """Tell of the workers that have ended."""
        while self.workers:
            try:
                process, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not process:
                return
            number = self.workers.pop(process, None)
            if number is not None:
                self.tell(ended=number, signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0)

    ### The graph

    def load(self) -> Data | None:
        """The graph, where it is held in memory; None where each worker opens it on disk. Raises CannotAsk, OSError."""
        if self.settings.store is None:
            held = ox.Store()
            load_dump(held, Path(self.settings.dump), self.settings.dump)
            return self.data(opened(held, self.settings.dump, Path(self.settings.working)))
        place = Path(self.settings.store)
        # Another process loads: an engine that has written keeps threads and memory, and none of them may be forked.
        process = os.fork()
        if not process:
            status = 1
            confinement.die_with_parent()
            try:
                store.load(Path(self.settings.dump), place)
                status = 0
            except (CannotAsk, OSError) as error:
                self.tell(failed=str(error))
            finally:
                os._exit(status)
        if os.waitpid(process, 0)[1] != 0:
            raise CannotAsk(f"{self.settings.dump}: could not be loaded into {place}")
        store.clear(place.parent, place)
        return None

    def on_disk(self) -> Data:
        """The graph on disk, opened by the worker that calls this."""
        assert self.settings.store is not None
        held = ox.Store.read_only(self.settings.store)
        return self.data(opened(held, self.settings.dump, Path(self.settings.working)))

    def data(self, graph: Opened) -> Data:
        working = Path(self.settings.working)
        return Data(graph, catalogue(root(working)), working)

    def about(self, data: Data) -> dict[str, Any]:
        """What the server needs to know of the graph."""
        things = data.answer(WITHDRAWN).rows
        withdrawn = sorted(str(row["thing"]).removeprefix(data.base) for row in things)
        return {"base": data.base, "triples": len(data), "withdrawn": withdrawn, "prefixes": data.prefixes}

    def told(self) -> dict[str, Any]:
        """`about` the graph on disk, out of a process that opens it and ends."""
        reads, writes = os.pipe()
        process = os.fork()
        if not process:
            try:
                confinement.die_with_parent()
                os.close(reads)
                with os.fdopen(writes, "w") as file:
                    json.dump(self.about(self.on_disk()), file)
            finally:
                os._exit(0)
        os.close(writes)
        with os.fdopen(reads) as file:
            text = file.read()
        os.waitpid(process, 0)
        if not text:
            raise CannotAsk(f"{self.settings.store}: the store on disk cannot be opened")
        return dict(json.loads(text))


def run(settings: Settings) -> None:
    """Load the graph, then do what the server says until it closes the socket."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; the server ends us
    confinement.die_with_parent()
    held = confinement.isolate()
    nursery = Nursery(settings)
    with contextlib.ExitStack() as stack:
        try:
            if settings.store is not None:
                stack.enter_context(store.held(Path(settings.store)))
            data = nursery.load()
            about = nursery.about(data) if data is not None else nursery.told()
        except (CannotAsk, OSError) as error:
            nursery.tell(failed=str(error))
            return
        gc.collect()
        gc.freeze()  # what is loaded stays: no collection touches, and so copies, its pages in every worker
        signal.signal(signal.SIGCHLD, nursery.reap)
        nursery.tell(ready={**about, "confined": held})
        listen(nursery, data, socket.socket(fileno=settings.commands))
        for process in list(nursery.workers):
            os.kill(process, signal.SIGKILL)


def listen(nursery: Nursery, data: Data | None, commands: socket.socket) -> None:
    """Do what comes by the socket until it closes."""
    rest = b""
    while True:
        text, passed, _, _ = socket.recv_fds(commands, 65_536, 64)
        nursery.passed.extend(passed)
        if not text:
            return
        *lines, rest = (rest + text).split(b"\n")
        for line in lines:
            command = json.loads(line)
            if "fork" in command:
                nursery.fork(data, command["fork"], commands)
            else:
                nursery.kill(command["kill"])


if __name__ == "__main__":
    run(Settings(*json.loads(sys.argv[1])))
