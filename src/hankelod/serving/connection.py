"""Limits that uvicorn does not set: for clients that send or read slowly, and for endless bodies.

Every step of an exchange has a time limit: the head of a request, its body, and each piece of a response. No step holds
more than a few pieces in memory.
"""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from hankelod.serving.protocol import Rejected

HEAD, BODY, PIECE = 10.0, 10.0, 30.0
"""Most seconds for the head of a request, for its body, and for a client to read a piece of the response."""

HEAD_BYTES = 2**16
"""Most bytes of the head of a request: enough for the longest query, percent-encoded."""

DRAINED = 16 * 2**20
"""Most bytes of a refused body that are read and discarded, so that the client can read the response."""

DRAINING = 2.0
"""Most seconds for reading a refused body."""


class Connection(HttpToolsProtocol):
    """An HTTP connection with time and size limits on the request head.

    uvicorn itself sets no limit of time or size on the head, nor of time on reading the last piece of a response.
    """

    late: asyncio.TimerHandle | None = None
    size = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.late = self.loop.call_later(HEAD, self.give_up)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self.rest()
            self.size = 0
            return
        self.size += len(data)
        if self.size > HEAD_BYTES:
            self.refuse("431 Request Header Fields Too Large")
        elif self.late is None:
            self.late = self.loop.call_later(HEAD, self.give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        self.rest()
        super().connection_lost(exc)

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        if self.transport.get_write_buffer_size():
            self.loop.call_later(PIECE, self.transport.abort)

    def rest(self) -> None:
        """Stop the timer of the head: it is complete, or the client has gone."""
        if self.late is not None:
            self.late.cancel()
            self.late = None

    def give_up(self) -> None:
        """Refuse a head that did not arrive in time."""
        self.late = None
        self.refuse("408 Request Timeout")

    def refuse(self, status: str) -> None:
        """Respond without calling the application, and close the connection."""
        if not self.transport.is_closing():
            self.transport.write(f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".encode())
            self.transport.close()


class Exchange:
    """One request and its response on the connection, with a time limit for each step; counts the bytes sent."""

    def __init__(self, receive: Receive, send: Send, length: str | None, waits: bool) -> None:
        """`length` is the Content-Length; `waits` is True for a client that sends `Expect: 100-continue`."""
        self._receive, self._send, self._length, self._waits = receive, send, length, waits
        self.status = 0
        self.sent = 0
        self.refused = False

    async def body(self, most: int) -> bytes:
        """The body, at most `most` bytes. Raises Rejected, ClientDisconnect."""
        if self._length is not None and self._length.isdecimal() and int(self._length) > most:
            raise self._too_large(most)
        pieces = bytearray()
        try:
            async with asyncio.timeout(BODY):
                async for piece in self._pieces():
                    pieces += piece
                    if len(pieces) > most:
                        raise self._too_large(most)
        except TimeoutError as error:
            self.refused = True
            self._waits = True  # the rest of a slow body is not read
            raise Rejected(408, "body-slow", f"the body did not come within {BODY:.0f} seconds") from error
        return bytes(pieces)

    def _too_large(self, most: int) -> Rejected:
        self.refused = True
        return Rejected(413, "body-too-large", f"the body may have {most} bytes")

    async def _pieces(self) -> Any:
        more = True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            yield message.get("body", b"")
            more = message.get("more_body", False)

    async def gone(self) -> None:
        """Return when the client has disconnected."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def send(self, message: Message) -> None:
        """Send a piece. Raises TimeoutError if the client does not read it in time."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            if self.refused:
                message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
        elif message["type"] == "http.response.body":
            self.sent += len(message.get("body", b""))
            if self.refused and not message.get("more_body"):
                await self._send({**message, "more_body": True})
                await self._drain()
                message = {"type": "http.response.body", "body": b""}
        async with asyncio.timeout(PIECE):
            await self._send(message)

    async def _drain(self) -> None:
        """Read on for a moment: if the connection closes while the client still writes, it loses the response."""
        if self._waits:
            return
        left = DRAINED
        try:
            async with asyncio.timeout(DRAINING):
                async for piece in self._pieces():
                    left -= len(piece)
                    if left < 0:
                        return
        except (TimeoutError, ClientDisconnect):
            return
