"""What the server writes: the access log on standard output, and complaints on standard error.

The access log has one line for each request, a JSON object. It shows how the service is used, not by whom: it has no
address, no user agent and no query text; a query is identified by a hash. Connections that end without a request are
counted, and told of once a minute. A thread writes the lines, so that a blocked reader of the log never blocks the
service; lines are lost then, and counted.

Complaints are lines of printable text, few of each kind: no stranger can fill a disk with them, nor reach a terminal.
"""

from __future__ import annotations

import json
import logging
import math
import sys
import threading
import time
from collections import Counter, deque
from typing import TextIO

from hankelod.messages import console

PENDING = 10_000
"""Most lines that wait to be written."""

INTERVAL = 0.2
"""Seconds between writes: a thread that wakes for each line would slow the service down."""


TOLD = 60.0
"""Seconds between lines about connections without a request, and between complaints of the same kind."""

KINDS = 100
"""Most kinds of complaints that are told apart."""

LONGEST = 4_000
"""Most characters of a complaint."""


class Complaints(logging.Handler):
    """Messages for standard error: one of each kind a minute, with the number of those that were left out."""

    def __init__(self) -> None:
        super().__init__()
        self._told: dict[str, tuple[float, int]] = {}

    def tell(self, text: str, kind: str | None = None) -> None:
        """Write a message, unless one of its kind (its text unless given) has been written in the last minute."""
        kind, now = (kind or text)[:200], time.monotonic()
        since, left_out = self._told.get(kind, (-math.inf, 0))
        if len(self._told) >= KINDS:
            self._told = {k: v for k, v in self._told.items() if now - v[0] < TOLD}
        if now - since < TOLD or len(self._told) >= KINDS:
            if kind in self._told:
                self._told[kind] = (since, left_out + 1)
            return
        self._told[kind] = (now, 0)
        more = f" ({left_out} more like this)" if left_out else ""
        console.note(f"{text[:LONGEST]}{more}")

    def emit(self, record: logging.LogRecord) -> None:
        """Write what a library logs."""
        self.tell(self.format(record), f"{record.name} {record.msg}")


_complaints = Complaints()


def complain(text: str, kind: str | None = None) -> None:
    """Write a message to standard error, few of each kind."""
    _complaints.tell(text, kind)


def complaints_of_libraries() -> None:
    """Write what libraries log (warnings and errors) as complaints."""
    logging.basicConfig(level=logging.WARNING, handlers=[_complaints], force=True)
    # Requests that are no HTTP are the client's fault, and counted by the journal.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)


class Journal:
    """Lines of the log, written to a stream (standard output unless given)."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._lines: deque[str] = deque()
        self._lost = 0
        self._ended: Counter[str] = Counter()
        self._told = time.monotonic()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._write, name="journal", daemon=True)
        self._thread.start()

    def record(self, **fields: object) -> None:
        """Add a line with these fields, except those that are None, and the time in UTC."""
        if len(self._lines) >= PENDING:
            self._lost += 1
            return
        clock = time.time()
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(clock)) + f".{int(clock % 1 * 1000):03}Z"
        line = {"time": stamp, **{name: value for name, value in fields.items() if value is not None}}
        if self._lost:
            line["lost"], self._lost = self._lost, 0
        self._lines.append(json.dumps(line) + "\n")

    def connection(self, why: str) -> None:
        """Count a connection that ended without a request: its status, or `dropped`."""
        self._ended[why] += 1

    def _connections(self, last: bool) -> None:
        """Add a line about connections that ended without a request, once a minute and at the end."""
        if self._ended and (last or time.monotonic() - self._told >= TOLD):
            ended, self._ended, self._told = self._ended, Counter(), time.monotonic()
            self.record(connections=dict(sorted(ended.items())))

    def close(self) -> None:
        """Write the waiting lines, for at most a second."""
        self._closing.set()
        self._thread.join(1.0)

    def _write(self) -> None:
        try:
            last = False
            while not last:
                last = self._closing.wait(INTERVAL)
                self._connections(last)
                lines = [self._lines.popleft() for _ in range(len(self._lines))]
                if lines:
                    self._stream.write("".join(lines))
                    self._stream.flush()
        except (OSError, ValueError):
            return  # the log has no reader: the service goes on
