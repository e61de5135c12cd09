"""One worker as the server sees it: what it is asked, what it replies, and how it ended."""

from __future__ import annotations

import asyncio
import contextlib
import os
from io import BytesIO
from tempfile import TemporaryFile
from typing import IO, NamedTuple, cast

from hankelod.serving import frames
from hankelod.serving.frames import Head

NICE = 10
"""The niceness of a worker at a long query: all others go first."""

IN_MEMORY = 2**20
"""Bytes of a result that the server holds in memory; what is longer waits in an unlinked file for a slow reader."""


class Unanswered(Exception):
    """There is no answer. `code` tells why: `busy`, `too-many`, `time`, `memory`, `result`, `engine`, `loading`,
    `gone`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Reply(NamedTuple):
    """What a worker said: its head, the bytes of the result, and how many they are."""

    head: Head
    body: IO[bytes]
    size: int


class Worker(asyncio.Protocol):
    """One worker, by its number: what comes from it, and how it ended."""

    transport: asyncio.Transport

    def __init__(self, number: int) -> None:
        self.number = number
        self.process: int | None = None
        loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[int] = loop.create_future()
        self.reply: asyncio.Future[Reply] = loop.create_future()
        self.long = self.late = False
        self._head: Head | None = None
        self._read = bytearray()
        self._size = self._left = 0
        self._body: IO[bytes] = BytesIO()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def ask(self, question: Head) -> asyncio.Future[Reply]:
        """Put a question; the reply to come. Its exception is ConnectionError where the worker ends before."""
        self.reply = asyncio.get_running_loop().create_future()
        if self.transport.is_closing():
            self.reply.set_exception(ConnectionResetError())
        else:
            self.transport.write(frames.packed(question))
        return self.reply

    def data_received(self, data: bytes) -> None:
        if self._head is None:
            self._read += data
            opened = frames.opened(self._read)
            if opened is None:
                return
            self._head, self._size, data = opened
            self._left, self._read = self._size, bytearray()
            self._body = BytesIO() if self._size <= IN_MEMORY else cast(IO[bytes], TemporaryFile())  # noqa: SIM115
        self._body.write(data)
        self._left -= len(data)
        if not self._left:
            head, self._head = self._head, None
            self._body.seek(0)
            if not self.reply.done():
                self.reply.set_result(Reply(head, self._body, self._size))

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.reply.done():
            self.reply.set_exception(ConnectionResetError())
            self.reply.exception()  # nobody may be waiting for it

    def slow(self) -> None:
        """Let other queries have the processor first."""
        self.long = True
        if self.process is not None:
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, self.process, NICE)
