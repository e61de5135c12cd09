"""Requests over HTTP that are fuzzed: heads and bodies as the server takes them, headers, ranges and forms."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import io
import logging
from functools import cache, partial
from typing import Any
from unittest.mock import Mock

import httptools
import uvicorn
from uvicorn.server import ServerState

from hankelod.query import data
from hankelod.rdf.sparql import LIMITS
from hankelod.serving import headers as of_headers
from hankelod.serving import negotiation, protocol, responses
from hankelod.serving.admission import Admission
from hankelod.serving.answering import Bounds
from hankelod.serving.app import Service
from hankelod.serving.connection import Connection
from hankelod.serving.editions import Editions, Options
from hankelod.serving.journal import Journal
from hankelod.serving.rejection import Rejected
from support.fuzzing.graphs import publication
from support.fuzzing.ground import seeds
from support.fuzzing.mutation import mixed, of_bytes, of_tokens
from support.fuzzing.trial import SECONDS, Reader

### Headers


def read_accept(raw: bytes) -> object:
    """Read a header as each of those of preferences: qualities are between 0 and 1, choices among the offers."""
    header = raw.decode("latin-1")
    ranges = negotiation.ranges(header)
    assert all(0 <= r.quality <= 1 and r.name == r.name.lower() for r in ranges)
    offers = ("text/html", "text/turtle", "application/ld+json")
    chosen = negotiation.choose(header, offers)
    assert chosen is None or negotiation.quality(ranges, offers[chosen]) >= 0
    spaced = negotiation.ranges(header.replace(",", " , ")) if '"' not in header else ranges
    assert spaced == ranges, "spaces around a comma count"
    lang = negotiation.language(header, ("fi", "sv", "en"))
    assert lang in ("fi", "sv", "en")
    asked = of_headers.combined([(b"access-control-request-headers", raw)])
    answered = of_headers.options(of_headers.READ, asked).raw_headers
    assert not any(b"\r" in value or b"\n" in value for _, value in answered)
    return ranges, chosen, lang, negotiation.takes_gzip(header), protocol.media_type(header), answered


CONTENT = bytes(range(256)) * 3


def read_range(raw: bytes) -> object:
    """Read the headers of a conditional or partial request: what is sent is the part of the file that is named."""
    lines = [line.partition(b":") for line in raw.split(b"\n")]
    asked = of_headers.combined([(name.strip().lower(), value.strip()) for name, _, value in lines])
    body = responses.Body(io.BytesIO(CONTENT), len(CONTENT), '"abc"', 1_600_000_000.0)
    answer = responses.respond(body, 200, "GET", "text/turtle", asked, {}, responses.Packed())
    sent = dict(answer.raw_headers)
    if answer.status_code == 206:
        part = sent[b"content-range"].decode().removeprefix("bytes ").partition("/")[0].partition("-")
        assert answer.body == CONTENT[int(part[0]) : int(part[2]) + 1]
    elif answer.status_code == 200 and b"content-encoding" not in sent:
        assert answer.body == CONTENT
    assert answer.status_code in (200, 206, 304, 416)
    return answer.status_code, sorted(sent.items())


def read_form(raw: bytes) -> object:
    """Read the fields of a request, by its first word from the query string or the body, and the question in them."""
    kind, _, content = raw.partition(b"\n")
    post = kind.startswith(b"POST")
    request = protocol.Request(
        "POST" if post else "GET",
        b"" if post else content,
        kind[4:].decode("latin-1").strip() if post else "",
        None,
        content if post else b"",
    )
    fields = protocol.fields(request)
    question = protocol.question(request, fields, LIMITS)
    return fields, question, question.tag("a", "b"), question.head()


### Whole requests


class Transport:
    """The other end of a connection: keeps what the server writes."""

    def __init__(self) -> None:
        self.content = bytearray()
        self.closed = False

    def get_extra_info(self, name: str) -> Any:
        return {"peername": ("192.0.2.1", 50000), "sockname": ("192.0.2.2", 80)}.get(name)

    def write(self, content: bytes) -> None:
        if not self.closed:
            self.content += content

    def close(self) -> None:
        self.closed = True

    abort = close

    def is_closing(self) -> bool:
        return self.closed

    def get_write_buffer_size(self) -> int:
        return 0

    def pause_reading(self) -> None:
        """The client may go on to write."""

    resume_reading = set_write_buffer_limits = set_protocol = lambda self, *given: None


class Server:
    """The application with the files of a publication, and without workers: questions get 503, and no one is asked."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.journal = Mock(spec=Journal)
        options = Options(publication(), publication(), 1, Bounds(1.0, 2**28, 2**20), 10, None)
        service = Service(lambda: Editions(options), data.catalogue(publication()), LIMITS, self.journal)
        atexit.register(self.loop.close)
        service.editions = Editions(options)
        self.config = uvicorn.Config(
            service, http=Connection, ws="none", lifespan="off", log_config=None, access_log=False
        )
        self.config.load()
        self.admission = Admission(100, self.journal)
        self.logger = logging.Logger("fuzzing", logging.CRITICAL)

    def answer(self, raw: bytes) -> bytes:
        """Return what the server writes to a client that sends this and ends."""
        return self.loop.run_until_complete(self._answer(raw))

    async def _answer(self, raw: bytes) -> bytes:
        transport, state = Transport(), ServerState()
        connection = Connection(self.config, state, {}, self.loop, admission=self.admission)
        connection.logger = self.logger
        connection.connection_made(transport)  # type: ignore[arg-type]
        connection.data_received(raw)
        cycle = connection.cycle
        if cycle is not None and not cycle.more_body and state.tasks:
            await asyncio.wait(state.tasks, timeout=SECONDS)
        transport.closed = True
        connection.connection_lost(None)
        if state.tasks:
            await asyncio.wait(state.tasks, timeout=SECONDS)
        if connection.timeout_keep_alive_task is not None:
            connection.timeout_keep_alive_task.cancel()
        return bytes(transport.content)


_server = cache(Server)


class Parsed:
    """Responses as a client reads them: their statuses, headers and bodies."""

    def __init__(self) -> None:
        self.responses: list[tuple[int, list[tuple[bytes, bytes]], bytearray]] = []
        self.parser = httptools.HttpResponseParser(self)

    def on_message_begin(self) -> None:
        self.responses.append((0, [], bytearray()))

    def on_header(self, name: bytes, value: bytes) -> None:
        self.responses[-1][1].append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self.responses[-1] = (self.parser.get_status_code(), *self.responses[-1][1:])

    def on_body(self, body: bytes) -> None:
        self.responses[-1][2].extend(body)


def read_request(raw: bytes) -> object:
    """Send a request to the server: the answer is HTTP, and never an error of the server's own."""
    written = _server().answer(raw)
    statuses = []
    if written and not raw.startswith(b"HEAD"):
        parsed = Parsed()
        with contextlib.suppress(httptools.HttpParserUpgrade):
            parsed.parser.feed_data(written)
        for status, fields, body in parsed.responses:
            assert 100 <= status < 600 and status != 500, (status, bytes(body[:200]))
            statuses.append((status, sorted((n, v) for n, v in fields if n != b"date"), bytes(body[:300])))
        assert parsed.responses, written[:100]
    assert b"HTTP/1.1 500" not in written
    return statuses


def _requests() -> list[bytes]:
    """The seeds, for a server that is ready."""
    _server()
    return seeds("request")


READERS: dict[str, Reader] = {
    "accept": Reader(partial(seeds, "accept"), mixed(of_bytes, of_tokens), read_accept, share=100),
    "range": Reader(partial(seeds, "range"), mixed(of_bytes, of_tokens), read_range, share=80),
    "form": Reader(partial(seeds, "form"), mixed(of_bytes, of_tokens), read_form, (Rejected,), 100),
    "request": Reader(_requests, mixed(of_bytes, of_tokens), read_request, share=30),
}
"""Readers of requests."""
