"""Responses: bytes or files with their validators, in gzip where the client takes it, in ranges where it wants them.

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
"""Bytes up to which a body is packed in one go, and kept packed."""

LEAST = 512
"""Bytes below which packing gains nothing."""

KEPT = 32 * 2**20
"""Bytes of packed bodies that are kept."""

PIECE = 2**16

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
"""Media types that are packed already."""

_BYTES = re.compile(r"bytes=([0-9]*)-([0-9]*)")


class Body(NamedTuple):
    """What is to be sent: an open file, its size, its strong or weak entity tag, when it was changed (seconds since
    1970, 0 for unknown), and a file of the same bytes in gzip, where there is one, with its size."""

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
    """Packed bodies by their tags, the least used given up first."""

    def __init__(self) -> None:
        self._held: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0

    def of(self, tag: str | None, content: bytes) -> bytes:
        """The content in gzip."""
        if tag is not None and tag in self._held:
            self._held.move_to_end(tag)
            return self._held[tag]
        made = gzip.compress(content, 6, mtime=0)
        if tag is not None:
            self._held[tag] = made
            self._bytes += len(made)
            while self._bytes > KEPT:
                self._bytes -= len(self._held.popitem(last=False)[1])
        return made


def unchanged(headers: Mapping[str, str], tag: str | None, changed: float) -> bool:
    """Whether the client has what it asks for, by its tag, else by the time of its change."""
    given = headers.get("if-none-match")
    if given is not None:
        known = {t.strip().removeprefix("W/").replace('-gzip"', '"') for t in given.split(",")}
        return "*" in known or (tag is not None and tag.removeprefix("W/") in known)
    since = headers.get("if-modified-since")
    if since is None or not changed:
        return False
    try:
        return int(changed) <= parsedate_to_datetime(since).timestamp()
    except (ValueError, TypeError, OverflowError):
        return False


def respond(
    body: Body, status: int, method: str, media: str, asked: Mapping[str, str], headers: dict[str, str], packed: Packed
) -> Response:
    """The response that sends a body as the client wants it. Closes the body's files."""
    headers = {**headers, "content-type": media}
    if body.changed:
        headers["last-modified"] = formatdate(body.changed, usegmt=True)
    packs = media.partition(";")[0] not in PACKED and body.size >= LEAST
    if packs:
        headers["vary"] = ", ".join(filter(None, (headers.get("vary"), "Accept-Encoding")))
    if status == 200 and method in ("GET", "HEAD") and unchanged(asked, body.tag, body.changed):
        body.close()
        return Response(status_code=304, headers=_tagged(headers, body.tag))
    part = asked.get("range") if status == 200 and method == "GET" else None
    if part and body.tag and not body.tag.startswith("W/") and asked.get("if-range", body.tag) == body.tag:
        ranged = _ranged(body, part, headers)
        if ranged is not None:
            return ranged
    if packs and negotiation.takes_gzip(asked.get("accept-encoding")):
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
    """One range of a body; None where what is asked for is not one range, and the whole is sent."""
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
    told = {**_tagged(headers, body.tag), "content-range": f"bytes {start}-{end}/{body.size}", "accept-ranges": "bytes"}
    return _sent(body, body.file, end - start + 1, 206, "GET", told)


def _sent(body: Body, file: IO[bytes], size: int, status: int, method: str, headers: dict[str, str]) -> Response:
    if method == "HEAD" or size <= PIECE:
        content = b"" if method == "HEAD" else file.read(size)
        body.close()
        return _whole(content, status, method, headers, size)
    return StreamingResponse(_reading(body, file, size), status, {**headers, "content-length": str(size)})


def _whole(content: bytes, status: int, method: str, headers: dict[str, str], size: int | None = None) -> Response:
    told = {**headers, "content-length": str(len(content) if size is None else size)}
    return Response(b"" if method == "HEAD" else content, status, told)


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
    """A large body in gzip, packed in another thread, piece by piece."""
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
    """A handle as a file without a buffer of its own."""
    return os.fdopen(handle, "rb", buffering=0)
