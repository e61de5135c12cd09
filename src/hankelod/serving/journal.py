"""The access log: a JSON object a line for each request. It tells how the service is used, not who uses it.

No address, no user agent, no query text: a query is told by a hash, by which the same one is known again. A thread
writes the lines, so that a reader of the log that stands still never stops the service: then lines are lost, and
counted.
"""

from __future__ import annotations

import json
import queue
import sys
import threading
import time
from typing import TextIO

HELD = 10_000
"""Lines that wait to be written."""


class Journal:
    """Lines on their way to a stream."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._lines: queue.Queue[str | None] = queue.Queue(HELD)
        self._lost = 0
        self._thread = threading.Thread(target=self._write, name="journal", daemon=True)
        self._thread.start()

    def say(self, **what: object) -> None:
        """Add a line with the time in UTC."""
        clock = time.time()
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(clock)) + f".{int(clock % 1 * 1000):03}Z"
        line = {"time": stamp, **{name: value for name, value in what.items() if value is not None}}
        if self._lost:
            line["lost"] = self._lost
        try:
            self._lines.put_nowait(json.dumps(line, ensure_ascii=True) + "\n")
            self._lost = 0
        except queue.Full:
            self._lost += 1

    def close(self) -> None:
        """Write what waits, for no longer than a second."""
        try:
            self._lines.put_nowait(None)
        except queue.Full:
            return
        self._thread.join(1.0)

    def _write(self) -> None:
        try:
            while (line := self._lines.get()) is not None:
                self._stream.write(line)
                if self._lines.empty():
                    self._stream.flush()
        except (OSError, ValueError):
            return  # nobody reads: the service goes on
