"""The ASGI application: routes requests by path.

| path | response |
|---|---|
| `/sparql` | SPARQL 1.1 Protocol; service description; a page for browsers |
| `/health`, `/ready` | status of the server; status of the endpoint (503 until it answers queries) |
| `/id/…` | 303 to the document of a thing |
| all others | files of the publication |
"""

from __future__ import annotations

import asyncio
import json
import math
import time
import traceback
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from hashlib import sha256
from io import BytesIO

import pyoxigraph as ox
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hankelod.exports.hosting import FINISHED, KEPT, POLICY
from hankelod.messages.languages import DEFAULT, LANGUAGES
from hankelod.query.answer import ROWS, TRIPLES
from hankelod.query.named import Catalogue, Query
from hankelod.rdf.sparql import CannotAsk, Limits
from hankelod.serving import negotiation, page, protocol
from hankelod.serving.connection import HEAD_BYTES, Exchange
from hankelod.serving.documents import NotThere, ServedFile
from hankelod.serving.editions import Editions
from hankelod.serving.headers import (
    ALWAYS,
    ASK,
    INERT,
    OWN,
    READ,
    REVALIDATE,
    allow,
    combined,
    links,
    options,
    text,
)
from hankelod.serving.held import Held
from hankelod.serving.journal import Journal, complain
from hankelod.serving.protocol import Question
from hankelod.serving.rejection import Rejected, rejected
from hankelod.serving.responses import Body, Packed, opened, respond, unchanged
from hankelod.serving.shares import client
from hankelod.serving.worker import Unanswered

PATIENCE = 10.0
"""Seconds that the start waits for the graph; then requests are accepted without it."""

UNANSWERED = {
    "busy": 503,
    "too-many": 429,
    "held": 429,
    "loading": 503,
    "time": 503,
    "memory": 503,
    "result": 400,
    "engine": 400,
    "gone": 499,
}
"""Status of a query without answer, by the code of `Unanswered`; the messages are in the catalogue."""

VARIES = "Accept, Accept-Language"
"""The headers by which the answers at the endpoint vary: pages and messages are in a language."""


class Service:
    """The ASGI application, one for a process."""

    def __init__(self, editions: Callable[[], Editions], queries: Catalogue, limits: Limits, journal: Journal) -> None:
        self._opening, self._queries, self._limits, self._journal = editions, queries, limits, journal
        self._packed, self._held = Packed(), Held()
        self._named: list[Query] = []
        self._life = Starlette(lifespan=self._lifespan)
        self.editions: Editions

    @asynccontextmanager
    async def _lifespan(self, _: object) -> AsyncIterator[None]:
        """Open the publication before the first request, close it after the last."""
        self.editions = self._opening()
        self._named = _readable(self._queries)
        await self.editions.start(PATIENCE)
        yield
        await self.editions.close()
        self._journal.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._life(scope, receive, send)
            return
        started = time.perf_counter()
        headers = combined(scope["headers"])
        exchange = Exchange(receive, send, headers.get("content-length"), "expect" in headers)
        logged: dict[str, object] = {}
        try:
            response = await self._respond(scope, headers, exchange, logged)
            response.raw_headers += ALWAYS
            response.headers.setdefault("content-security-policy", INERT)
            await response(scope, receive, exchange.send)
        except (ClientDisconnect, TimeoutError, OSError):  # the client has gone, or reads too slowly
            exchange.status = exchange.status or 499
            scope["state"]["drop"]()
            await asyncio.sleep(0)  # uvicorn learns of it, so that it misses no response
        finally:
            exchange.end()
            took = round((time.perf_counter() - started) * 1000, 1)
            self._journal.record(
                method=scope["method"],
                path=scope["path"][:200],
                status=exchange.status,
                bytes=exchange.sent,
                ms=took,
                **logged,
            )

    async def _respond(self, scope: Scope, headers: Headers, exchange: Exchange, logged: dict[str, object]) -> Response:
        target = len(scope["raw_path"]) + len(scope["query_string"])
        if target + sum(len(name) + len(value) for name, value in scope["headers"]) > HEAD_BYTES:
            return self._error(rejected(431, "head-too-large", most=HEAD_BYTES >> 10), headers)
        path, method = scope["path"].removeprefix(scope.get("root_path", "")).removeprefix("/"), scope["method"]
        try:
            if path in ("sparql", "sparql/"):
                allow(method, ASK)
                if method == "OPTIONS":
                    return options(ASK, headers)
                return await self._sparql(scope, headers, exchange, logged)
            allow(method, READ)
            if method == "OPTIONS":
                return options(READ, headers)
            if path in ("health", "ready"):
                return self._state(path)
            return await self._file(path, scope, headers)
        except Rejected as error:
            logged["code"] = error.code
            return self._error(error, headers)
        except ClientDisconnect:
            raise
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            complain(traceback.format_exc(), f"{type(error).__name__} {place.filename}:{place.lineno}")
            return self._error(rejected(500, "internal"), headers)

    def _error(self, error: Rejected, headers: Headers) -> Response:
        """The response with an error, in the language that the client prefers, in English for programs."""
        lang = negotiation.accepted_language(headers.get("accept-language"), LANGUAGES) or DEFAULT
        varies = {"vary": VARIES, "content-language": lang}
        return text(error.status, f"{error.code}: {error.text(lang)}\n", {**varies, **error.headers})

    ### Queries

    async def _sparql(self, scope: Scope, headers: Headers, exchange: Exchange, logged: dict[str, object]) -> Response:
        body = await exchange.body(3 * self._limits.length + 2**14) if scope["method"] == "POST" else b""
        request = protocol.Request(
            scope["method"], scope["query_string"], headers.get("content-type", ""), headers.get("accept"), body
        )
        fields = protocol.fields(request)
        if request.method != "POST" and not {"query", "update"} & {name for name, _ in fields}:
            return await self._endpoint(scope, headers, dict(fields))
        lang = _language(dict(fields), headers, self.editions.documents.languages)
        browser = negotiation.choose(headers.get("accept"), (*ROWS_FIRST, protocol.HTML)) == len(ROWS_FIRST)
        try:
            question = protocol.question(request, fields, self._limits)
            logged["query"], logged["form"] = (
                sha256(question.text.encode("utf-8", "replace")).hexdigest()[:16],
                question.form,
            )
            return await self._answer(question, scope, headers, exchange, lang)
        except Rejected as error:
            if not browser or request.method == "HEAD":
                raise
            logged["code"] = error.code
            content = page.Content(dict(fields).get("query", ""), problem=error.text(lang))
            return await self._page(content, lang, error.status, error.headers)

    async def _answer(
        self, question: Question, scope: Scope, headers: Headers, exchange: Exchange, lang: str
    ) -> Response:
        pool, method = self.editions.pool, scope["method"]
        common = {"vary": VARIES, "cache-control": REVALIDATE if question.kept and method != "POST" else "no-store"}
        tag = None
        if question.kept and method != "POST":
            tag = question.tag(
                f"{self.editions.build} {lang if question.media_type == protocol.HTML else ''}", ox.__version__
            )
            if unchanged(headers, tag, 0.0):
                return Response(status_code=304, headers={**common, "etag": tag})
        try:
            if pool is None:
                raise Unanswered("loading")
            asking = client(scope["client"][0] if scope.get("client") else "")
            self._held.check(asking)
            reply = await pool.ask(question.head(), asking, exchange.gone)
        except Unanswered as error:
            raise self._unanswered(error.code) from error
        exchange.at_end(self._held.hold(asking, reply.size))
        exchange.at_end(reply.body.close)
        if "refused" in reply.head:
            code, message = reply.head["refused"]
            raise Rejected(400, code, message)
        if "limit" in reply.head:
            raise self._unanswered(reply.head["limit"])
        if "page" in reply.head:
            content = page.Content(question.text, result=reply.head["page"])
            return await self._page(content, lang, 200, {**common, **({"etag": tag} if tag else {})})
        return respond(
            Body(reply.body, reply.size, tag),
            200,
            method,
            protocol.with_charset(question.media_type),
            headers,
            common,
            self._packed,
        )

    def _unanswered(self, code: str) -> Rejected:
        """The rejection for a code of `Unanswered`."""
        status, bounds = UNANSWERED[code], self.editions.options.bounds
        after = {"retry-after": str(math.ceil(bounds.seconds))} if status in (429, 503) else {}
        return rejected(
            status,
            f"query-{code}",
            headers=after,
            seconds=f"{bounds.seconds:g}",
            memory=bounds.memory >> 20,
            result=bounds.result >> 20,
        )

    async def _endpoint(self, scope: Scope, headers: Headers, fields: dict[str, str]) -> Response:
        """The endpoint without a query: a page for browsers, the service description for programs."""
        formats = [*TRIPLES.values()]
        offers = [*(f.media_type for f in formats), protocol.HTML]
        chosen = negotiation.choose(headers.get("accept"), offers)
        if chosen is None:
            raise rejected(406, "not-acceptable", offers=", ".join(offers))
        if offers[chosen] == protocol.HTML:
            named = next((q for q in self._named if q.name == fields.get("name")), None)
            return await self._page(
                page.Content(named.text if named else "", named=named),
                _language(fields, headers, self.editions.documents.languages),
                200,
                {"vary": VARIES},
            )
        host = headers.get("host", "localhost")
        graph = self.editions.pool.graph if self.editions.pool else None
        try:
            endpoint = f"{scope['scheme']}://{host}{scope.get('root_path', '')}/sparql"
            triples = protocol.description(endpoint, graph.triples if graph else 0)
        except ValueError as error:
            raise rejected(400, "host") from error
        content = ox.serialize(triples, format=formats[chosen], prefixes=protocol.PREFIXES) or b""
        media = protocol.with_charset(offers[chosen])
        return respond(
            Body(BytesIO(content), len(content)),
            200,
            scope["method"],
            media,
            headers,
            {"vary": VARIES, "cache-control": REVALIDATE},
            self._packed,
        )

    async def _page(self, content: page.Content, lang: str, status: int, headers: dict[str, str]) -> Response:
        graph = self.editions.pool.graph if self.editions.pool else None
        base = graph.base if graph else ""
        # In a thread, since a page of ten thousand cells takes long enough for others to notice.
        html = await asyncio.to_thread(
            page.sparql, lang, self.editions.documents.languages, content, self._named, [*ROWS, *TRIPLES], base
        )
        return Response(
            html,
            status,
            {
                **headers,
                "vary": VARIES,
                "content-type": "text/html; charset=utf-8",
                "content-language": lang,
                "content-security-policy": OWN,
            },
        )

    ### Files

    async def _file(self, path: str, scope: Scope, headers: Headers) -> Response:
        if path == "sparql.css":
            style = page.style()
            return respond(
                Body(BytesIO(style), len(style)),
                200,
                scope["method"],
                "text/css; charset=utf-8",
                headers,
                {"cache-control": "public, max-age=3600"},
                self._packed,
            )
        try:
            resolution, handle, changed = await self.editions.find(path, headers)
        except NotThere as error:
            raise rejected(503, "publication", headers={"retry-after": "1"}) from error
        varies = {"vary": resolution.varies} if resolution.varies else {}
        at = scope.get("root_path", "")
        policy = {"content-security-policy": POLICY}
        if resolution.location is not None:
            return text(
                resolution.status,
                f"{resolution.location}\n",
                {"location": f"{at}/{resolution.location}", **links(resolution, at), **varies, **policy},
            )
        if resolution.status == 406:
            offers = ", ".join(f"{e.media_type} ({at}/{e.path})" for e in resolution.others)
            raise rejected(406, "not-acceptable", headers=links(resolution, at), offers=offers)
        if resolution.entry is None or handle is None:
            if path == "":
                lang = _language({}, headers, self.editions.documents.languages)
                html = page.front(
                    lang, self.editions.documents.languages, sorted(self.editions.documents.entries.values())
                )
                return Response(
                    html,
                    200,
                    {
                        "content-type": "text/html; charset=utf-8",
                        "content-language": lang,
                        "content-security-policy": OWN,
                        "vary": "Accept-Language",
                    },
                )
            raise rejected(404, "not-found", name=self._nothing(path))
        entry = resolution.entry
        caching = KEPT if entry.path.startswith(FINISHED) else REVALIDATE
        response_headers = {**links(resolution, at), **varies, **policy, "cache-control": caching}
        if entry.path != path:
            response_headers["content-location"] = f"{at}/{entry.path}"
        body = Body(opened(handle), entry.bytes, f'"{entry.sha256[:32]}"', changed, self._packed_file(entry))
        return respond(
            body,
            resolution.status,
            scope["method"],
            protocol.with_charset(entry.media_type),
            headers,
            response_headers,
            self._packed,
        )

    def _nothing(self, path: str) -> str:
        """The name of the message for a path that leads to nothing."""
        if path.startswith(("id/", "doc/")) and not self.editions.documents.has_documents:
            return "no-documents"
        return "not-found"

    def _packed_file(self, entry: ServedFile):  # type: ignore[no-untyped-def]
        """The open file with the same bytes in gzip and its size, or None."""
        packed = self.editions.documents.packed(entry)
        if packed is None:
            return None
        try:
            return opened(self.editions.documents.open(packed)[0]), packed.bytes
        except NotThere:
            return None

    ### State of the server

    def _state(self, path: str) -> Response:
        editions = self.editions
        graph = editions.pool.graph if editions.pool else None
        ready = editions.ready
        state = {
            "status": "ok" if path == "health" or ready else "loading",
            "publication": editions.documents.build,
            "graph": editions.build,
            "triples": graph.triples if graph else None,
            "confined": graph.confined if graph else None,
        }
        status = 200 if path == "health" or ready else 503
        return Response(
            json.dumps(state) + "\n",
            status,
            {
                "content-type": "application/json",
                "cache-control": "no-store",
                **({} if status == 200 else {"retry-after": "1"}),
            },
        )


ROWS_FIRST = (*(f.media_type for f in ROWS.values()), *(f.media_type for f in TRIPLES.values()))
"""The media types of results, those of rows first."""


def _readable(queries: Catalogue) -> list[Query]:
    """The named queries, without those that cannot be read, which are reported on standard error."""
    readable = []
    for name in queries.names():
        try:
            readable.append(queries.named(name))
        except (CannotAsk, OSError, ValueError) as error:
            complain(f"{name}: {error}")
    return readable


def _language(fields: dict[str, str], headers: Headers, languages: Sequence[str]) -> str:
    """The language of a page: the field `lang`, else the one that the client prefers."""
    requested = fields.get("lang", "")
    return requested if requested in languages else negotiation.language(headers.get("accept-language"), languages)
