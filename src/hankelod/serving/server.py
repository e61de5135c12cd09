"""The HTTP server of `hankelod serve`, from its options to its end by a signal."""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import signal
import socket
from functools import partial
from pathlib import Path

import uvicorn

from hankelod.messages.console import note
from hankelod.messages.words import message, say
from hankelod.publication.manifest import MANIFEST, BadManifest
from hankelod.query import data, store
from hankelod.rdf.sparql import LIMITS, CannotAsk
from hankelod.serving.admission import Admission, most
from hankelod.serving.answering import Bounds
from hankelod.serving.app import Service
from hankelod.serving.connection import Connection
from hankelod.serving.documents import Documents
from hankelod.serving.editions import Editions, Options
from hankelod.serving.journal import Journal, complaints_of_libraries

QUEUE = 128
"""Most queries that wait for a worker."""

BACKLOG = 2_048
"""Most connections that wait to be accepted."""

ACCEPTED = 32
"""Most connections that are accepted before one is admitted, so that a flood of them does not take all file handles."""

STOPPING = 30
"""Most seconds for requests to end after a signal to stop."""


def serve(given: argparse.Namespace, working: Path, lang: str) -> None:
    """Serve until SIGTERM or SIGINT. Raises CannotAsk if there is no publication, or the address cannot be used."""
    folder = working / given.dist
    if not (folder / MANIFEST).is_file():
        raise CannotAsk(message("refusal-serve-nothing", folder=given.dist))
    bounds = Bounds(given.time_limit, given.memory_limit * 2**20, given.result_limit * 2**20)
    options = Options(
        folder,
        working,
        given.workers or max(4, 2 * (os.cpu_count() or 1)),
        bounds,
        QUEUE,
        working / given.store if given.store else None,
    )
    try:
        store.dump_file(folder, given.dist)
        Documents(folder).close()
        listening = _listening(given.host, given.port)
    except BadManifest as error:
        raise CannotAsk(message("refusal-serve-publication", folder=given.dist, why=error)) from error
    except OSError as error:
        raise CannotAsk(message("refusal-serve-address", host=given.host, port=given.port, why=error)) from error
    _more_handles()
    complaints_of_libraries()
    journal = Journal()
    service = Service(lambda: Editions(options), data.catalogue(store.root(working)), LIMITS, journal)
    config = uvicorn.Config(
        service,
        loop="asyncio",  # not uvloop, even if it is installed: only this loop is tested
        http=partial(Connection, admission=Admission(most(options.workers), journal)),  # type: ignore[arg-type]
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        backlog=ACCEPTED,
        timeout_graceful_shutdown=STOPPING,
    )
    host, port = listening.getsockname()[:2]
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
    note(say("note-serving", lang, folder=given.dist, address=address))
    # uvicorn stops gracefully at these signals, then raises them again: then there is nothing left to stop.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    with contextlib.suppress(KeyboardInterrupt):
        Accepting(config).run([listening])


class Accepting(uvicorn.Server):
    """The server of uvicorn, which accepts few connections in one step, while many may wait for that."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to accept; the backlog of uvicorn is for both."""
        await super().startup(sockets)
        for listening in sockets or []:
            with contextlib.suppress(OSError):
                listening.listen(BACKLOG)


def _listening(host: str, port: int) -> socket.socket:
    """Open the listening socket, so that the port is known, or an error reported, before anything is loaded."""
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listening = socket.socket(family, kind, protocol)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(address)
        listening.listen(BACKLOG)  # clients wait while the graph is loaded, and are not refused
    except OSError:
        listening.close()
        raise
    return listening


def _more_handles() -> None:
    """Raise the limit of open files to the most that the system allows: each connection is one."""
    _, hard_limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard_limit, hard_limit))
