"""What uvicorn leaves to others: clients that send or read slowly, and bodies that do not end.

Every step of an exchange has a time: the head of a request, its body, and each piece of a response. No step holds more
than a few pieces in memory.
"""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from hankelod.serving.protocol import Rejected

HEAD, BODY, PIECE = 10.0, 10.0, 30.0
"""Seconds for the head of a request, for its body, and for a client to take a piece of the response."""

HEAD_BYTES = 2**16
"""Bytes that the head of a request may have: room for the longest query, percent-encoded."""

DRAINED = 16 * 2**20
"""Bytes of a refused body that are read and thrown away, so that the client gets to read why."""

DRAINING = 2.0
"""Seconds for that."""


class Connection(HttpToolsProtocol):
    """A connection whose client must get on with it, and be brief. uvicorn itself waits for a head as long as the client
    likes and takes one of any size, and waits for a reader of the last piece, too."""

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
        """A request is there whole, or the client is gone: nothing to wait for."""
        if self.late is not None:
            self.late.cancel()
            self.late = None

    def give_up(self) -> None:
        """The head did not come in time."""
        self.late = None
        self.refuse("408 Request Timeout")

    def refuse(self, status: str) -> None:
        """Answer without the application, and close."""
        if not self.transport.is_closing():
            self.transport.write(f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".encode())
            self.transport.close()


class Exchange:
    """One request and its response on the wire, each step with its time; counts what is sent."""

    def __init__(self, receive: Receive, send: Send, length: str | None, waits: bool) -> None:
        """`length` is the Content-Length; `waits` tells a client that asks before it sends its body."""
        self._receive, self._send, self._length, self._waits = receive, send, length, waits
        self.status = 0
        self.sent = 0
        self.refused = False

    async def body(self, most: int) -> bytes:
        """The body, of at most so many bytes. Raises Rejected, ClientDisconnect."""
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
            self._waits = True  # what is so slow is not waited for again
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
        """Return when the client has gone."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def send(self, message: Message) -> None:
        """Send a piece; a client that does not take it in time is left. Raises TimeoutError."""
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
        """Read on for a moment what was refused: a connection closed on a client that writes loses the response."""
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
