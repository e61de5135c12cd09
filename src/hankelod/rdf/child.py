"""Child: a call in a confined process of its own, which ends at its limits whatever the call does.

Parsers and engines of others work on strangers' files, and can crash, hang or take all memory on a small one. Where a
system cannot fork (Windows), the call is made in this process, without limits.
"""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import select
import signal
import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn, TypeVar

Result = TypeVar("Result")

BLOCK = 2**20
"""Bytes of a result that are read at a time."""


_confined: list[bool] = []
"""Not empty in a child."""


class Limits(NamedTuple):
    """Seconds on the clock, and bytes of memory beside what this process has; None: no limit of memory."""

    seconds: float
    memory: int | None = None


class Ended(Exception):
    """A call that gave no result. `why` is `time`, `memory` or `crash`, or `fault` for an error, told in `detail`."""

    def __init__(self, why: str, detail: str = "") -> None:
        super().__init__(why, detail)
        self.why, self.detail = why, detail


def call(work: Callable[[], Result], limits: Limits, passed: tuple[type[Exception], ...] = ()) -> Result:
    """Return the result of a call, made in a child. Raises what it raises of the classes `passed`, else Ended.

    A call within a child is made there, since that is confined already and starts no process.
    """
    if _confined or not hasattr(os, "fork"):
        return _here(work, passed)
    sys.stdout.flush()
    sys.stderr.flush()
    reads, writes = os.pipe()
    process = os.fork()
    if not process:
        os.close(reads)
        _work(work, writes, limits, passed)
    os.close(writes)
    status = None
    try:
        content = _received(reads, time.monotonic() + limits.seconds)
        if content is None:
            raise Ended("time")
        status = os.waitpid(process, 0)[1]
    finally:
        os.close(reads)
        if status is None:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
    if not content or os.WIFSIGNALED(status):
        raise Ended("time" if status and os.WTERMSIG(status) == signal.SIGXCPU else "crash")
    kind, value = _Reader(io.BytesIO(content)).load()
    if kind == "value":
        return value  # type: ignore[no-any-return]
    if kind == "passed":
        kind_of_error, arguments, state = value
        error: Exception = kind_of_error.__new__(kind_of_error, *arguments)
        vars(error).update(state)
        raise error
    raise Ended(kind, value)


def _here(work: Callable[[], Result], passed: tuple[type[Exception], ...]) -> Result:
    try:
        return work()
    except passed:
        raise
    except MemoryError as error:
        raise Ended("memory") from error
    except Exception as error:
        raise Ended("fault", _told(error)) from error


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]


def _received(reads: int, end: float) -> bytes | None:
    """Return what the child wrote until it ended, None if it did not end in time."""
    content = bytearray()
    while True:
        left = end - time.monotonic()
        if left <= 0 or not select.select([reads], [], [], left)[0]:
            return None
        block = os.read(reads, BLOCK)
        if not block:
            return bytes(content)
        content += block


def _work(work: Callable[[], Any], writes: int, limits: Limits, passed: tuple[type[Exception], ...]) -> NoReturn:
    """Make the call in the child, write its outcome, and end."""
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what libraries say of a fault is in no language of ours
        _confine(limits)
        _confined.append(True)
        try:
            outcome: tuple[str, Any] = ("value", work())
        except passed as error:
            outcome = ("passed", (type(error), error.args, vars(error)))
        except MemoryError:
            outcome = ("memory", "")
        except Exception as error:
            outcome = ("fault", _told(error))
        with os.fdopen(writes, "wb") as file:
            file.write(pickle.dumps(outcome))
    except MemoryError:
        with contextlib.suppress(OSError, MemoryError):
            os.write(writes, pickle.dumps(("memory", "")))
    finally:
        os._exit(0)


def _confine(limits: Limits) -> None:
    import resource

    from hankelod.rdf import confinement

    confinement.die_with_parent()
    confinement.isolate()
    confinement.bound(limits.memory)
    seconds = int(limits.seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))


class _Reader(pickle.Unpickler):
    """Reads a result: only values of hankelod's own classes and plain ones, as the child may have been taken over."""

    def find_class(self, module: str, name: str) -> Any:
        plain = {"pathlib", "decimal", "datetime", "collections"}
        found = super().find_class(module, name) if module in plain or module.split(".")[0] == "hankelod" else None
        if module == "builtins" and name in ("set", "frozenset", "bytearray"):
            found = getattr(__import__("builtins"), name)
        if not isinstance(found, type):
            raise pickle.UnpicklingError(f"{module}.{name}")
        return found
