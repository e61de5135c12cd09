"""A call in a child: its result, its refusals, and its end at the limits of time and memory."""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
import time
from pathlib import Path

import pytest

from hankelod.messages.refusal import CannotRun, Refusal
from hankelod.rdf import child
from hankelod.rdf.child import Ended, Limits

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
SOON = Limits(20, 2**28)


def test_a_result_is_handed_over():
    assert child.call(lambda: {"a": [1, "ä", Path("x")]}, SOON) == {"a": [1, "ä", Path("x")]}
    assert len(child.call(lambda: "x" * 5_000_000, SOON)) == 5_000_000


def test_a_refusal_is_raised_here():
    def work():
        raise CannotRun({"fi": "ei", "sv": "nej", "en": "no"})

    with pytest.raises(CannotRun) as caught:
        child.call(work, SOON, (Refusal,))
    assert caught.value.text("sv") == "nej"


def spin():
    while True:
        pass


@pytest.mark.parametrize(
    ("work", "why"),
    [
        (spin, "time"),
        (lambda: time.sleep(60), "time"),
        (lambda: bytearray(2**30), "memory"),
        (lambda: os.kill(os.getpid(), signal.SIGKILL), "crash"),
        (lambda: os._exit(3), "crash"),
        (lambda: {}["x"], "fault"),
        (lambda: os.write(tempfile.mkstemp()[0], b"x"), "fault"),
    ],
)
def test_each_end(work, why):
    start = time.monotonic()
    with pytest.raises(Ended) as caught:
        child.call(work, Limits(1, 2**26))
    assert caught.value.why == why
    assert time.monotonic() - start < 10


def test_no_child_is_left():
    def children() -> set[str]:
        """The processes that this one has begun, those of other tests too."""
        return {pid for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()}

    if not Path("/proc/self/task").is_dir():
        pytest.skip("the system does not list the children of a process")
    before = children()
    for work in (spin, lambda: 1):
        with contextlib.suppress(Ended):
            child.call(work, Limits(0.2))
    assert children() <= before


class Evil:
    def __reduce__(self):
        return os.system, ("true",)


def test_a_result_calls_nothing_here():
    import pickle

    with pytest.raises((pickle.UnpicklingError, Ended)):
        child.call(lambda: Evil(), SOON)
