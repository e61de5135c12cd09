"""Workers of a Dask cluster, on this machine or elsewhere, for the same work as `hankelod.pipeline.workers`.

Workers need hankelod, and see the dataset's folder at the same path; parts go to a folder that all see, or to storage
that fsspec knows. Work that a lost worker had is done again by another, and gives the same part.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from hankelod.messages.refusal import CannotPublish
from hankelod.messages.words import message
from hankelod.pipeline.workers import PROCESSES, Crew, Promise, WorkerLost

if TYPE_CHECKING:
    from distributed import Client

LOCAL = "local"

WAIT = 30
"""Seconds to wait for a scheduler."""


class Cluster:
    """The workers that a client of Dask has."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.size = max(1, sum(client.nthreads().values()))

    def submit(self, work: Callable[..., Any], /, *arguments: Any) -> Promise[Any]:
        return self.client.submit(work, *arguments, pure=False)  # type: ignore[no-any-return]


@contextlib.contextmanager
def cluster(address: str) -> Iterator[Crew]:
    """The workers at the address of a scheduler (`tcp://…`), or processes of Dask here (`local`), for a block.

    Raises CannotPublish where Dask is not installed or the scheduler does not answer, WorkerLost where work was lost
    again and again.
    """
    try:
        from distributed import Client, KilledWorker, LocalCluster
    except ImportError as error:
        raise CannotPublish(message("refusal-dask-library")) from error
    with contextlib.ExitStack() as stack:
        try:
            if address == LOCAL:
                at = stack.enter_context(
                    LocalCluster(n_workers=PROCESSES, threads_per_worker=1, dashboard_address=None)
                )
            else:
                at = address
            client = stack.enter_context(Client(at, timeout=WAIT))
        except (OSError, ValueError) as error:
            raise CannotPublish(message("refusal-dask-silent", address=address, why=error)) from error
        if not client.nthreads():
            raise CannotPublish(message("refusal-dask-workers", address=address))
        try:
            yield Cluster(client)
        except KilledWorker as error:
            raise WorkerLost(message("refusal-dask-lost", address=address)) from error
