"""Trial of one input by one reader: what may come of it, and what counts as a fault."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from types import FrameType
from typing import NamedTuple

from support.fuzzing.ground import folder
from support.fuzzing.mutation import Change

SECONDS = 2.0
"""Most seconds of a processor that a reader may take for an input, which has a few thousand bytes."""

WAITING = 60.0
"""Most seconds on the clock: no reader waits for anything, but the machine may be busy."""

AGAIN = 10
"""One of so many inputs is read twice, since the second reading must give the same."""


class Reader(NamedTuple):
    """A function that is given inputs.

    `read` returns an outcome whose `repr` shows all of it, and raises AssertionError where it contradicts itself.
    `refusals` are the exceptions that it may raise. `share` is its part of the inputs of a trial by hand.
    """

    seeds: Callable[[], list[bytes]]
    change: Change
    read: Callable[[bytes], object]
    refusals: tuple[type[Exception], ...] = ()
    share: int = 10


class TooSlow(BaseException):
    """An input keeps its reader busy for longer than the bound; no reader can catch it."""


@contextmanager
def bounded(seconds: float) -> Iterator[None]:
    """Raise TooSlow after so many seconds of a processor, or WAITING, as soon as Python regains control."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise TooSlow

    alarms = {signal.SIGPROF: (signal.ITIMER_PROF, seconds), signal.SIGALRM: (signal.ITIMER_REAL, WAITING)}
    before = {number: signal.signal(number, ring) for number in alarms}
    try:
        for timer, most in alarms.values():
            signal.setitimer(timer, most)
        yield
    finally:
        for timer, _ in alarms.values():
            signal.setitimer(timer, 0)
        for number, handler in before.items():
            signal.signal(number, handler)


def outcome(reader: Reader, content: bytes) -> str:
    """Return what a reader makes of an input, or its refusal. Raises anything else that the reader raises."""
    try:
        found = repr(reader.read(content))
    except reader.refusals as refusal:
        found = f"{type(refusal).__name__}: {refusal}"
    return found.replace(str(folder()), "")


def fault(reader: Reader, content: bytes, again: bool = True) -> tuple[str | None, str]:
    """Return what is wrong with how a reader takes an input, None if nothing is, and the outcome."""
    start = time.process_time()
    most = SECONDS * (2 if again else 1)
    result = ""
    try:
        with bounded(most):
            result = outcome(reader, content)
            if again and outcome(reader, content) != result:
                return "not the same when it is read again", result
    except TooSlow:
        return f"more than {most} s", result
    except Exception as error:
        return f"{type(error).__name__}: {str(error)[:300]} ({_place(error)})", result
    took = time.process_time() - start
    return (f"{took:.1f} s" if took > most else None), result


def _place(error: BaseException) -> str:
    """The last place in the package where an error came from, else the last one at all."""
    places = []
    trace = error.__traceback__
    while trace is not None:
        places.append(f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}")
        trace = trace.tb_next
    return next((p for p in reversed(places) if "/hankelod/" in p), places[-1])


def inputs(name: str, reader: Reader, count: int, start: int = 0) -> Iterator[bytes]:
    """Yield as many inputs of a reader; the same ones for the same numbers."""
    seeds = reader.seeds()
    for number in range(start, start + count):
        chance = Random(f"{name}/{number}")
        yield reader.change(chance.choice(seeds), seeds, chance)
