"""The access log: one line for each request, a JSON object. It shows how the service is used, not by whom.

It has no address, no user agent and no query text: a query is identified by a hash. A thread writes the lines, so that
a blocked reader of the log never blocks the service; lines are lost then, and counted.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import deque
from typing import TextIO

PENDING = 10_000
"""Most lines that wait to be written."""

INTERVAL = 0.2
"""Seconds between writes: a thread that wakes for each line would slow the service down."""


class Journal:
    """Lines of the log, written to a stream (standard output unless given)."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._lines: deque[str] = deque()
        self._lost = 0
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

    def close(self) -> None:
        """Write the waiting lines, for at most a second."""
        self._closing.set()
        self._thread.join(1.0)

    def _write(self) -> None:
        try:
            last = False
            while not last:
                last = self._closing.wait(INTERVAL)
                lines = [self._lines.popleft() for _ in range(len(self._lines))]
                if lines:
                    self._stream.write("".join(lines))
                    self._stream.flush()
        except (OSError, ValueError):
            return  # the log has no reader: the service goes on
