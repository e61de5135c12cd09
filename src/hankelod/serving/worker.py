"""One worker as the server sees it: its questions, replies and end."""

from __future__ import annotations

import asyncio
import contextlib
import os
from io import BytesIO
from tempfile import TemporaryFile
from typing import IO, NamedTuple, cast

from hankelod.serving import frames
from hankelod.serving.frames import Head
from hankelod.serving.journal import complain

NICE = 10
"""The niceness of a worker at a long query, so that all others have priority."""

IN_MEMORY = 2**20
"""Most bytes of a result that the server holds in memory; a longer one is kept in an unlinked file."""


class Unanswered(Exception):
    """A query without answer. `code` is the reason: `busy`, `too-many`, `held`, `time`, `memory`, `result`,
    `engine`, `loading`, `gone`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Reply(NamedTuple):
    """The reply of a worker: its head, the bytes of the result, and their number."""

    head: Head
    body: IO[bytes]
    size: int


class Worker(asyncio.Protocol):
    """The connection to one worker: `reply` is its next reply, `ended` the signal that it ended by, or 0."""

    transport: asyncio.Transport

    def __init__(self, number: int) -> None:
        self.number = number
        self.process: int | None = None
        loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[int] = loop.create_future()
        self.reply: asyncio.Future[Reply] = loop.create_future()
        self.long = self.late = self.leaving = False
        self._head: Head | None = None
        self._read = bytearray()
        self._size = self._left = 0
        self._body: IO[bytes] = BytesIO()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def ask(self, question: Head) -> asyncio.Future[Reply]:
        """Send a question; return the future reply, which raises ConnectionError if the worker ends before."""
        self.reply = asyncio.get_running_loop().create_future()
        if self.transport.is_closing():
            self.reply.set_exception(ConnectionResetError())
        else:
            self.transport.write(frames.packed(question))
        return self.reply

    def data_received(self, data: bytes) -> None:
        try:
            if not self._received(data):
                return
        except (OSError, frames.TooLarge) as error:  # no handle or no room for it, or a head beyond all limits
            complain(f"the reply of a worker is given up: {error}")
            if not self.reply.done():
                self.reply.set_exception(Unanswered("busy" if isinstance(error, OSError) else "result"))
            self.transport.abort()
            return
        if not self._left and self._head is not None:
            head, self._head = self._head, None
            self._body.seek(0)
            if not self.reply.done():
                self.reply.set_result(Reply(head, self._body, self._size))

    def _received(self, data: bytes) -> bool:
        """Add data to the reply; tell whether its head is there. Raises OSError, TooLarge."""
        if self._head is None:
            self._read += data
            opened = frames.opened(self._read)
            if opened is None:
                return False
            self._head, self._size, data = opened
            self._left, self._read = self._size, bytearray()
            self._body = BytesIO() if self._size <= IN_MEMORY else cast(IO[bytes], TemporaryFile())  # noqa: SIM115
        self._body.write(data)
        self._left -= len(data)
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.reply.done():
            self.reply.set_exception(ConnectionResetError())
            self.reply.exception()  # marks it as retrieved, since there may be no reader

    def slow(self) -> None:
        """Give other queries priority on the processor."""
        self.long = True
        if self.process is not None:
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, self.process, NICE)
