"""A server to test: `hankelod serve` in a process of its own, and requests byte for byte."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlencode

from support.folders import ROOT


class Got(NamedTuple):
    """A response."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def media(self) -> str:
        return self.headers.get_content_type()

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self):
        return json.loads(self.body)


class Server:
    """`hankelod serve` of a publication at a free port of 127.0.0.1. Use it with `with`."""

    def __init__(
        self,
        dist: Path,
        *options: str,
        ready: bool = True,
        wait: float = 120,
        handles: int | None = None,
        **environment: str,
    ) -> None:
        """Start it; unless `ready` is False, wait until it answers queries, for so many seconds.

        `handles` is the most files that it may have open.
        """
        limited = [] if handles is None else ["prlimit", f"--nofile={handles}:{handles}"]
        self.journal = tempfile.TemporaryFile()  # noqa: SIM115
        self.said: list[str] = []
        self.process = subprocess.Popen(
            [*limited, sys.executable, "-m", "hankelod", "serve", str(dist), "--port", "0", *options],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=self.journal,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        first = self.process.stderr.readline()
        assert "http://" in first, first + self.process.stderr.read()
        self.url = first.split(" at ")[1].split(";")[0].rstrip("/")
        self.host, port = self.url.removeprefix("http://").rsplit(":", 1)
        self.port = int(port)
        self._listener = threading.Thread(target=lambda: self.said.extend(self.process.stderr), daemon=True)
        self._listener.start()
        if ready:
            self.wait(lambda: self.get("/ready").status == 200, wait)

    def wait(self, condition, seconds: float = 120) -> None:
        """Wait until a condition holds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if condition():
                    return
            except OSError:
                pass
            assert self.process.poll() is None, "".join(self.said)
            time.sleep(0.02)
        raise AssertionError("it did not come to hold: " + "".join(self.said))

    def request(self, method: str, path: str, body: bytes | None = None, timeout: float = 120, **headers: str) -> Got:
        """Ask with just these headers, `_` for `-`, beside Host and Content-Length."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout)
        try:
            connection.putrequest(method, path, skip_host="Host" in headers, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name.replace("_", "-"), value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            return Got(response.status, response.headers, response.read())
        finally:
            connection.close()

    def get(self, path: str, timeout: float = 120, **headers: str) -> Got:
        return self.request("GET", path, timeout=timeout, **headers)

    def ask(
        self, query: str, accept: str = "application/sparql-results+json", timeout: float = 120, **fields: str
    ) -> Got:
        """Ask a query by GET."""
        return self.get("/sparql?" + urlencode({"query": query, **fields}, quote_via=quote), timeout, Accept=accept)

    def raw(self, sent: bytes, timeout: float = 60) -> bytes:
        """Send bytes as they are; everything that comes back until the server closes."""
        with socket.create_connection((self.host, self.port), timeout) as connection:
            connection.sendall(sent)
            pieces = []
            while piece := connection.recv(65_536):
                pieces.append(piece)
            return b"".join(pieces)

    def processes(self) -> list[int]:
        """The server and all that it started."""
        found, new = [self.process.pid], [self.process.pid]
        while new:
            children = [
                int(c) for p in new for f in Path(f"/proc/{p}/task").glob("*/children") for c in _read(f).split()
            ]
            found += children
            new = children
        return found

    def long(self) -> int:
        """The number of queries that run for so long that they have a lower priority."""
        found = 0
        for process in self.processes()[2:]:
            with contextlib.suppress(OSError):
                found += os.getpriority(os.PRIO_PROCESS, process) > os.getpriority(os.PRIO_PROCESS, self.process.pid)
        return found

    def memory(self) -> int:
        """Bytes that the server and its workers hold, what they share counted once."""
        return sum(
            int(line.split()[1]) * 1024
            for p in self.processes()
            for line in _read(Path(f"/proc/{p}/smaps_rollup")).splitlines()
            if line.startswith("Pss:")
        )

    def log(self) -> list[dict]:
        """The access log so far."""
        self.journal.seek(0)
        return [json.loads(line) for line in self.journal.read().splitlines()]

    def stop(self, number: int = signal.SIGTERM) -> int:
        """End it; its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        status = self.process.wait(120)
        self._listener.join(5)
        self.process.stderr.close()
        return status

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.journal.close()


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
