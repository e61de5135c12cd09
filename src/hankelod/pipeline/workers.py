"""Who does the work: processes of this machine, or the workers of a Dask cluster; results come in order.

No more is under way than the workers need to stay busy, so that memory does not grow with the work.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, NamedTuple, Protocol, TypeVar

from hankelod.messages.refusal import Refusal
from hankelod.messages.words import message

PROCESSES = 2

AHEAD = 2
"""Pieces of work for each worker that are under way or waiting."""

GARBAGE = 100_000
"""Objects that a worker makes before it looks for cycles among them: records have none."""

Result = TypeVar("Result", covariant=True)


class WorkerLost(Refusal):
    """A worker was killed from outside; the message says what to do."""


class Promise(Protocol[Result]):
    def result(self) -> Result: ...


class Crew(Protocol):
    """Workers. `size` is how many there are."""

    size: int

    def submit(self, work: Callable[..., Any], /, *arguments: Any) -> Promise[Any]: ...


class InProcess:
    """The publisher itself, for a dataset of few chunks: work is done when it is asked for."""

    size = 1

    def submit(self, work: Callable[..., Any], /, *arguments: Any) -> Promise[Any]:
        return _Result(work(*arguments))


class _Result(NamedTuple):
    value: Any

    def result(self) -> Any:
        return self.value


class Processes:
    """Processes of this machine. They end when this one does, however it ends.

    Where the system can (Linux), they are forked, and so have at once what this process has read; elsewhere each reads
    the dataset itself.
    """

    def __init__(self, size: int = PROCESSES) -> None:
        self.size = size
        self._pool: ProcessPoolExecutor | None = None

    def submit(self, work: Callable[..., Any], /, *arguments: Any) -> Promise[Any]:
        if self._pool is None:  # at the first work, when all are started: what this process did until then counts
            self._pool = _pool(self.size)
        return self._pool.submit(work, *arguments)

    def close(self) -> None:
        """End the workers when what they are at is done; work that waits is dropped.

        A worker that is killed while it hands over a result leaves half of it in the pipe, and whoever reads it waits
        for the rest for good: so none is.
        """
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)


def _pool(size: int) -> ProcessPoolExecutor:
    import multiprocessing

    way = "fork" if sys.platform == "linux" and _threads() == 1 else "spawn"
    return ProcessPoolExecutor(size, multiprocessing.get_context(way), _begin)


def _threads() -> int:
    """Return the number of threads of this process, those of libraries included.

    The engine shacl keeps some once it has had much to judge; a fork, which has none of them, would wait for good.
    """
    return len(os.listdir("/proc/self/task"))


def _begin() -> None:
    """Leave interrupts to the publisher, and end when that is gone."""
    from multiprocessing import parent_process
    from multiprocessing.connection import wait

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    gc.set_threshold(GARBAGE)
    gc.freeze()
    parent = parent_process()

    def follow() -> None:
        if parent is not None:
            wait([parent.sentinel])
            os._exit(1)

    threading.Thread(target=follow, daemon=True).start()


@contextlib.contextmanager
def processes(size: int = PROCESSES) -> Iterator[Crew]:
    """Processes of this machine for the time of a block. Raises WorkerLost if one of them was killed."""
    crew = Processes(size)
    try:
        yield crew
    except BrokenProcessPool as error:
        raise WorkerLost(message("refusal-killed")) from error
    finally:
        crew.close()


def in_order(crew: Crew, work: Callable[..., Result], each: Iterable[tuple[Any, ...]]) -> Iterator[Result]:
    """The results of this work for each of the arguments, in their order."""
    waiting: deque[Promise[Result]] = deque()
    for arguments in each:
        waiting.append(crew.submit(work, *arguments))
        while len(waiting) > crew.size * AHEAD:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def shared(work: Callable[..., Result], each: Sequence[tuple[Any, ...]]) -> Iterator[Result]:
    """The results of this work for each of the arguments, in their order, by processes if there are several.

    All are under way at once: what comes out must be small. Raises WorkerLost.
    """
    if len(each) < PROCESSES:
        yield from (work(*arguments) for arguments in each)
        return
    with processes() as crew:
        for promise in [crew.submit(work, *arguments) for arguments in each]:
            yield promise.result()
