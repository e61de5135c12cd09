"""The access log: a JSON object a line for each request. It tells how the service is used, not who uses it.

No address, no user agent, no query text: a query is told by a hash, by which the same one is known again. A thread
writes the lines, so that a reader of the log that stands still never stops the service: then lines are lost, and
counted.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import deque
from typing import TextIO

HELD = 10_000
"""Lines that wait to be written."""

EACH = 0.2
"""Seconds between writes: a thread that woke for each line would slow the service down."""


class Journal:
    """Lines on their way to a stream."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._lines: deque[str] = deque()
        self._lost = 0
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._write, name="journal", daemon=True)
        self._thread.start()

    def say(self, **what: object) -> None:
        """Add a line with the time in UTC."""
        if len(self._lines) >= HELD:
            self._lost += 1
            return
        clock = time.time()
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(clock)) + f".{int(clock % 1 * 1000):03}Z"
        line = {"time": stamp, **{name: value for name, value in what.items() if value is not None}}
        if self._lost:
            line["lost"], self._lost = self._lost, 0
        self._lines.append(json.dumps(line) + "\n")

    def close(self) -> None:
        """Write what waits, for no longer than a second."""
        self._closing.set()
        self._thread.join(1.0)

    def _write(self) -> None:
        try:
            last = False
            while not last:
                last = self._closing.wait(EACH)
                lines = [self._lines.popleft() for _ in range(len(self._lines))]
                if lines:
                    self._stream.write("".join(lines))
                    self._stream.flush()
        except (OSError, ValueError):
            return  # nobody reads: the service goes on
