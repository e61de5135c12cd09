"""Limits that uvicorn does not set: for clients that send or read slowly, and for endless bodies.

Every step of an exchange has a time limit: the head of a request, its body, each piece of a response, and the response
as a whole, by its size. No step holds more than a few pieces in memory.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from hankelod.serving.admission import Admission
from hankelod.serving.rejection import Rejected, rejected
from hankelod.serving.shares import client

HEAD, BODY, PIECE = 10.0, 10.0, 30.0
"""Most seconds for the head of a request, for its body, and for a client to read a piece of the response."""

SLACK, SPEED = 60.0, 20_000
"""A client has this many seconds for a response, and one more for each so many bytes of it."""

HEAD_BYTES = 2**16
"""Most bytes of the head of a request: enough for the longest query, percent-encoded."""

DRAINED = 16 * 2**20
"""Most bytes of a refused body that are read and discarded, so that the client can read the response."""

DRAINING = 2.0
"""Most seconds for reading a refused body."""


_LENGTH = re.compile("0*+([0-9]{1,18})")


class Connection(HttpToolsProtocol):
    """An HTTP connection with time and size limits on the request head, admitted among the others.

    uvicorn itself sets no limit of time or size on the head, nor of time on reading the last piece of a response.
    """

    late: asyncio.TimerHandle | None = None
    size = 0
    deaf = False
    """True once a further request came before the response to the last one: the connection closes after that."""

    def __init__(self, *given: Any, admission: Admission, **named: Any) -> None:
        super().__init__(*given, **named)
        self.admission = admission
        self.peer = ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.peer = client(self.client[0] if self.client else "")
        self.late = self.loop.call_later(HEAD, self.give_up)
        if not self.admission.enter(self):
            self.refuse("503 Service Unavailable")

    def data_received(self, data: bytes) -> None:
        if self.deaf:
            return
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

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["state"]["drop"] = self.drop

    def on_headers_complete(self) -> None:
        under_way = self.cycle
        super().on_headers_complete()
        if under_way is not None and self.cycle is not under_way and not under_way.response_complete:
            # While one request waits for another, uvicorn does not read, so that it would not see the client leave.
            # The client may ask again on another connection (RFC 9112, section 9.3.2).
            self.pipeline.clear()
            self.cycle, self.deaf = under_way, True
            self.cycle.keep_alive = False
            self.flow.resume_reading()

    def on_body(self, body: bytes) -> None:
        if not self.deaf:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if not self.deaf:
            if not self.cycle.response_complete:
                self.admission.busy(self)
            super().on_message_complete()

    def on_response_complete(self) -> None:
        self.admission.idle(self)
        super().on_response_complete()

    def pause_writing(self) -> None:
        self.admission.idle(self)
        super().pause_writing()

    def resume_writing(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self.admission.busy(self)
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self.rest()
        self.admission.leave(self)
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

    def send_400_response(self, msg: str) -> None:
        self.admission.journal.connection("400")
        super().send_400_response(msg)

    def refuse(self, status: str) -> None:
        """Respond without calling the application, and close the connection."""
        if not self.transport.is_closing():
            self.admission.journal.connection(status[:3])
            self.transport.write(f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".encode())
            self.transport.close()

    def drop(self) -> None:
        """Close the connection without a response, or in the midst of it."""
        self.transport.abort()


class Exchange:
    """One request and its response on the connection, with a time limit for each step; counts the bytes sent."""

    def __init__(self, receive: Receive, send: Send, length: str | None, waits: bool) -> None:
        """`length` is the Content-Length; `waits` is True for a client that sends `Expect: 100-continue`."""
        self._receive, self._send, self._waits = receive, send, waits
        announced = _LENGTH.fullmatch(length or "")
        self._length = int(announced.group(1)) if announced else None
        self._began = 0.0
        self._endings: list[Callable[[], None]] = []
        self.status = 0
        self.sent = 0
        self.refused = False

    def at_end(self, ending: Callable[[], None]) -> None:
        """Call a function when the exchange ends, in whatever way."""
        self._endings.append(ending)

    def end(self) -> None:
        """End the exchange."""
        while self._endings:
            with contextlib.suppress(OSError):
                self._endings.pop()()

    async def body(self, most: int) -> bytes:
        """The body, at most `most` bytes. Raises Rejected, ClientDisconnect."""
        if self._length is not None and self._length > most:
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
            raise rejected(408, "body-slow", seconds=f"{BODY:.0f}") from error
        return bytes(pieces)

    def _too_large(self, most: int) -> Rejected:
        self.refused = True
        return rejected(413, "body-too-large", most=most)

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
        clock = asyncio.get_running_loop().time
        if message["type"] == "http.response.start":
            self.status, self._began = message["status"], clock()
            if self.refused:
                message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
        elif message["type"] == "http.response.body":
            self.sent += len(message.get("body", b""))
            if self.refused and not message.get("more_body"):
                await self._send({**message, "more_body": True})
                await self._drain()
                message = {"type": "http.response.body", "body": b""}
        left = self._began + SLACK + self.sent / SPEED - clock()
        async with asyncio.timeout(max(0.0, min(PIECE, left))):
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
