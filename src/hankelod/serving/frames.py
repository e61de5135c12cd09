"""Messages between the server and a worker: a head as JSON, a body of bytes, each with its length before it."""

from __future__ import annotations

import json
import os
from struct import Struct
from typing import Any

LENGTHS = Struct(">II")

Head = dict[str, Any]


def packed(head: Head, body: bytes = b"") -> bytes:
    """A message as bytes."""
    said = json.dumps(head).encode()
    return LENGTHS.pack(len(said), len(body)) + said + body


def opened(read: bytearray) -> tuple[Head, int, bytes] | None:
    """The head of a message, the size of its body, and what of that is here; None where the head is not whole yet."""
    if len(read) < LENGTHS.size:
        return None
    said, size = LENGTHS.unpack_from(read)
    end = LENGTHS.size + said
    return (json.loads(read[LENGTHS.size : end]), size, bytes(read[end:])) if len(read) >= end else None


def received(handle: int) -> tuple[Head, bytes]:
    """The next message from a file handle. Raises EOFError at the end."""
    said, size = LENGTHS.unpack(_exactly(handle, LENGTHS.size))
    return json.loads(_exactly(handle, said)), _exactly(handle, size)


def send(handle: int, message: bytes) -> None:
    """Write a message to a file handle, all of it."""
    view = memoryview(message)
    while view:
        view = view[os.write(handle, view) :]


def _exactly(handle: int, size: int) -> bytes:
    pieces = []
    while size:
        piece = os.read(handle, min(size, 1 << 20))
        if not piece:
            raise EOFError
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)
