"""Responses of bytes or files, with validators, gzip and ranges.

RFC 9110: conditional requests (section 13), ranges (section 14), content codings (section 8.4).
"""

from __future__ import annotations

import asyncio
import gzip
import os
import re
import zlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator, Mapping
from email.utils import formatdate, parsedate_to_datetime
from typing import IO, NamedTuple

from starlette.responses import Response, StreamingResponse

from hankelod.serving import negotiation

SMALL = 2**20
"""Most bytes of a body that is compressed as a whole, and cached."""

LEAST = 512
"""Least bytes of a body that is compressed."""

KEPT = 32 * 2**20
"""Most bytes of the cache of compressed bodies."""

PIECE = 2**16
"""Bytes that are read from a file at a time."""

PACKED = frozenset(
    (
        "application/gzip",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "image/png",
        "image/jpeg",
        "image/webp",
        "font/woff2",
        "application/zip",
    )
)
"""Media types that are compressed already."""

_BYTES = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


class Body(NamedTuple):
    """The body of a response: an open file, its size and its strong or weak entity tag.

    `changed` is the time of the last change (seconds since 1970, 0 if unknown), `packed` an open file of the same bytes
    in gzip with its size, or None.
    """

    file: IO[bytes]
    size: int
    tag: str | None = None
    changed: float = 0.0
    packed: tuple[IO[bytes], int] | None = None

    def close(self) -> None:
        """Close the files."""
        self.file.close()
        if self.packed is not None:
            self.packed[0].close()


class Packed:
    """A cache of compressed bodies by entity tag; the least recently used are dropped first."""

    def __init__(self) -> None:
        self._bodies: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0

    def of(self, tag: str | None, content: bytes) -> bytes:
        """The content in gzip, from the cache if it has a tag."""
        if tag is not None and tag in self._bodies:
            self._bodies.move_to_end(tag)
            return self._bodies[tag]
        compressed = gzip.compress(content, 6, mtime=0)
        if tag is not None:
            self._bodies[tag] = compressed
            self._bytes += len(compressed)
            while self._bytes > KEPT:
                self._bytes -= len(self._bodies.popitem(last=False)[1])
        return compressed


def unchanged(headers: Mapping[str, str], tag: str | None, changed: float) -> bool:
    """Tell whether the client has the current version, by entity tag, else by time of change."""
    header = headers.get("if-none-match")
    if header is not None:
        tags = {t.strip().removeprefix("W/").replace('-gzip"', '"') for t in header.split(",")}
        return "*" in tags or (tag is not None and tag.removeprefix("W/") in tags)
    since = headers.get("if-modified-since")
    if since is None or not changed:
        return False
    try:
        return int(changed) <= parsedate_to_datetime(since).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return False


def respond(
    body: Body,
    status: int,
    method: str,
    media: str,
    request_headers: Mapping[str, str],
    headers: dict[str, str],
    packed: Packed,
) -> Response:
    """The response with a body, by the request headers: 304, a range, in gzip or whole. Closes the body."""
    headers = {**headers, "content-type": media}
    if body.changed:
        headers["last-modified"] = formatdate(body.changed, usegmt=True)
    packs = media.partition(";")[0] not in PACKED and body.size >= LEAST
    if packs:
        headers["vary"] = ", ".join(filter(None, (headers.get("vary"), "Accept-Encoding")))
    if status == 200 and method in ("GET", "HEAD") and unchanged(request_headers, body.tag, body.changed):
        body.close()
        return Response(status_code=304, headers=_tagged(headers, body.tag))
    part = request_headers.get("range") if status == 200 and method == "GET" else None
    if part and body.tag and not body.tag.startswith("W/") and request_headers.get("if-range", body.tag) == body.tag:
        ranged = _ranged(body, part, headers)
        if ranged is not None:
            return ranged
    if packs and negotiation.takes_gzip(request_headers.get("accept-encoding")):
        return _in_gzip(body, status, method, headers, packed)
    headers = _tagged(headers, body.tag)
    if body.tag and not body.tag.startswith("W/"):
        headers["accept-ranges"] = "bytes"
    return _sent(body, body.file, body.size, status, method, headers)


def _tagged(headers: dict[str, str], tag: str | None) -> dict[str, str]:
    return {**headers, "etag": tag} if tag else headers


def _in_gzip(body: Body, status: int, method: str, headers: dict[str, str], packed: Packed) -> Response:
    headers = _tagged({**headers, "content-encoding": "gzip"}, body.tag[:-1] + '-gzip"' if body.tag else None)
    if body.packed is not None:
        return _sent(body, *body.packed, status, method, headers)
    if body.size <= SMALL:
        content = packed.of(body.tag, body.file.read())
        body.close()
        return _whole(content, status, method, headers)
    if method == "HEAD":
        body.close()
        return Response(status_code=status, headers=headers)
    return StreamingResponse(_packing(body), status, headers)


def _ranged(body: Body, part: str, headers: dict[str, str]) -> Response | None:
    """The response with one range of a body; None if the header is not one range, so that the whole is sent."""
    match = _BYTES.fullmatch(part.strip())
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    start = int(first) if first else max(0, body.size - int(last))
    end = min(int(last), body.size - 1) if first and last else body.size - 1
    if start > end or start >= body.size:
        body.close()
        return Response(
            status_code=416, headers={**_tagged(headers, body.tag), "content-range": f"bytes */{body.size}"}
        )
    body.file.seek(start)
    response_headers = {
        **_tagged(headers, body.tag),
        "content-range": f"bytes {start}-{end}/{body.size}",
        "accept-ranges": "bytes",
    }
    return _sent(body, body.file, end - start + 1, 206, "GET", response_headers)


def _sent(body: Body, file: IO[bytes], size: int, status: int, method: str, headers: dict[str, str]) -> Response:
    if method == "HEAD" or size <= PIECE:
        content = b"" if method == "HEAD" else file.read(size)
        body.close()
        return _whole(content, status, method, headers, size)
    return StreamingResponse(_reading(body, file, size), status, {**headers, "content-length": str(size)})


def _whole(content: bytes, status: int, method: str, headers: dict[str, str], size: int | None = None) -> Response:
    response_headers = {**headers, "content-length": str(len(content) if size is None else size)}
    return Response(b"" if method == "HEAD" else content, status, response_headers)


async def _reading(body: Body, file: IO[bytes], size: int) -> AsyncIterator[bytes]:
    try:
        while size:
            piece = file.read(min(size, PIECE))
            if not piece:
                raise OSError("the file is shorter than it was")
            size -= len(piece)
            yield piece
    finally:
        body.close()


async def _packing(body: Body) -> AsyncIterator[bytes]:
    """Compress a large body piece by piece, in another thread."""
    pieces = _compressed(body.file)
    try:
        while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
            if piece:
                yield piece
    finally:
        body.close()


def _compressed(file: IO[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(4, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    while piece := file.read(4 * PIECE):
        yield packer.compress(piece)
    yield packer.flush()


def opened(handle: int) -> IO[bytes]:
    """Open a handle as an unbuffered file."""
    return os.fdopen(handle, "rb", buffering=0)
