"""The parent process of the workers: opens the graph once and forks them; it has no part in HTTP.

    python -m hankelod.serving.nursery SETTINGS

Forked workers share the memory of the loaded store, so that a new one is ready within milliseconds. Commands arrive at
a socket, one JSON object a line: `{"fork": 7}`, with the socket of worker 7 passed along, and `{"kill": 7}`. Notices go
to another handle: `{"ready": …}` or `{"failed": "…"}`, then `{"forked": 7, "process": 1234}` and
`{"ended": 7, "signal": 14}`. When the command socket closes, the process ends, and its workers with it.
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
from hankelod.rdf import confinement
from hankelod.rdf.sparql import CannotAsk
from hankelod.serving import answering, store
from hankelod.serving.answering import Bounds

WITHDRAWN = """PREFIX hanke: <https://w3id.org/hankelod/def#>
SELECT ?thing WHERE { ?thing a hanke:Withdrawn FILTER(isIRI(?thing)) }"""


class Settings(NamedTuple):
    """Settings from the server: handles for commands and notices, paths, and the limits of a query (`Bounds`).

    `dump` is the N-Triples file, `working` the working folder, `store` the store on disk (None: in memory).
    """

    commands: int
    notices: int
    dump: str
    working: str
    store: str | None
    bounds: list[float]

    def written(self) -> str:
        """Serialise as one argument of a command line."""
        return json.dumps(self)


class Nursery:
    """Forks workers, kills them and reports their end."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.workers: dict[int, int] = {}
        """The numbers of workers, by process id."""
        self.sockets: deque[int] = deque()
        """Received sockets that wait for their worker."""

    def notify(self, **notice: Any) -> None:
        """Send a notice to the server."""
        with contextlib.suppress(BrokenPipeError):
            os.write(self.settings.notices, json.dumps(notice).encode() + b"\n")

    def fork(self, data: Data | None, number: int, commands: socket.socket) -> None:
        """Fork a worker that answers at the first waiting socket; one that cannot be forked has ended at once."""
        handle = self.sockets.popleft()
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        try:
            process = os.fork()
        except OSError:
            os.close(handle)
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            self.notify(ended=number, signal=0)
            return
        if process:
            self.workers[process] = number
            self.notify(forked=number, process=process)
            os.close(handle)
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            return
        try:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            confinement.die_with_parent()
            commands.close()
            for other in (
                self.settings.notices,
                *self.sockets,
            ):  # kept open here, the socket of another worker would never close
                os.close(other)
            # An engine that aborts writes a trace; the server reports why a worker ended.
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            answering.work(data or self.on_disk(), handle, Bounds(*self.settings.bounds))  # type: ignore[arg-type]
        finally:
            answering.end()

    def kill(self, number: int) -> None:
        """Kill a worker. It has not been waited for, so that its process id is not in use by another."""
        for process, of_process in list(self.workers.items()):
            if of_process == number:
                os.kill(process, signal.SIGKILL)

    def reap(self, *_: object) -> None:
        """Report the workers that have ended."""
        while self.workers:
            try:
                process, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not process:
                return
            number = self.workers.pop(process, None)
            if number is not None:
                self.notify(ended=number, signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0)

    ### The graph

    def load(self) -> Data | None:
        """Load the graph into memory; None if each worker opens it on disk. Raises CannotAsk, OSError."""
        if self.settings.store is None:
            graph = ox.Store()
            load_dump(graph, Path(self.settings.dump), self.settings.dump)
            return self.data(opened(graph, self.settings.dump, Path(self.settings.working)))
        folder = Path(self.settings.store)
        # Another process loads: an engine that has written keeps threads and memory, which must not be forked.
        process = os.fork()
        if not process:
            status = 1
            confinement.die_with_parent()
            try:
                store.load(Path(self.settings.dump), folder)
                status = 0
            except (CannotAsk, OSError) as error:
                self.notify(failed=str(error))
            finally:
                os._exit(status)
        if os.waitpid(process, 0)[1] != 0:
            raise CannotAsk(f"{self.settings.dump}: could not be loaded into {folder}")
        store.clear(folder.parent, folder)
        return None

    def on_disk(self) -> Data:
        """Open the graph on disk, in the worker that calls this."""
        assert self.settings.store is not None
        graph = ox.Store.read_only(self.settings.store)
        return self.data(opened(graph, self.settings.dump, Path(self.settings.working)))

    def data(self, graph: Opened) -> Data:
        """The data that queries are answered from, with the named queries of the working folder."""
        working = Path(self.settings.working)
        return Data(graph, catalogue(root(working)), working)

    def about(self, data: Data) -> dict[str, Any]:
        """Facts about the graph for the server: base, number of triples, withdrawn things, prefixes."""
        things = data.answer(WITHDRAWN).rows
        withdrawn = sorted(str(row["thing"]).removeprefix(data.base) for row in things)
        return {"base": data.base, "triples": len(data), "withdrawn": withdrawn, "prefixes": data.prefixes}

    def about_on_disk(self) -> dict[str, Any]:
        """`about` of the graph on disk, from a process that opens it and ends. Raises CannotAsk."""
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
    """Load the graph, then execute the commands of the server until it closes the socket."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole process group; the server ends this process
    confinement.die_with_parent()
    measures = confinement.isolate()
    nursery = Nursery(settings)
    with contextlib.ExitStack() as stack:
        try:
            if settings.store is not None:
                stack.enter_context(store.in_use(Path(settings.store)))
            data = nursery.load()
            about = nursery.about(data) if data is not None else nursery.about_on_disk()
        except (CannotAsk, OSError) as error:
            nursery.notify(failed=str(error))
            return
        gc.collect()
        gc.freeze()  # no collection touches the loaded objects, which would copy their pages in every worker
        signal.signal(signal.SIGCHLD, nursery.reap)
        nursery.notify(ready={**about, "confined": measures})
        listen(nursery, data, socket.socket(fileno=settings.commands))
        for process in list(nursery.workers):
            os.kill(process, signal.SIGKILL)


def listen(nursery: Nursery, data: Data | None, commands: socket.socket) -> None:
    """Execute the commands from the socket until it closes, or the system has no handle for a worker's socket.

    In that case the server starts this process anew: which of the workers a socket belongs to is not known any more.
    """
    rest = b""
    while True:
        text, sockets, flags, _ = socket.recv_fds(commands, 65_536, 64)
        nursery.sockets.extend(sockets)
        if flags & socket.MSG_CTRUNC:
            return
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
