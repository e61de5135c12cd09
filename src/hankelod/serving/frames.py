"""Messages between the server and a worker: a head in JSON and a body of bytes, after the lengths of both."""

from __future__ import annotations

import json
import os
from struct import Struct
from typing import Any

LENGTHS = Struct(">II")
"""The lengths of head and body in bytes."""

HEAD = 16 * 2**20
"""Most bytes of a head: more than the page of an answer has."""

Head = dict[str, Any]


class TooLarge(Exception):
    """A head has more bytes than the limit."""


def packed(head: Head, body: bytes = b"") -> bytes:
    """Serialise a message."""
    text = json.dumps(head).encode()
    return LENGTHS.pack(len(text), len(body)) + text + body


def opened(read: bytearray) -> tuple[Head, int, bytes] | None:
    """The head of a message, the size of its body, and the bytes of it read so far; None if the head is incomplete.

    Raises TooLarge.
    """
    if len(read) < LENGTHS.size:
        return None
    length, size = LENGTHS.unpack_from(read)
    if length > HEAD:
        raise TooLarge(f"a head of {length} bytes")
    end = LENGTHS.size + length
    return (json.loads(read[LENGTHS.size : end]), size, bytes(read[end:])) if len(read) >= end else None


def received(handle: int) -> tuple[Head, bytes]:
    """Read the next message from a file handle. Raises EOFError at the end."""
    length, size = LENGTHS.unpack(_exactly(handle, LENGTHS.size))
    return json.loads(_exactly(handle, length)), _exactly(handle, size)


def send(handle: int, message: bytes) -> None:
    """Write a whole message to a file handle."""
    view = memoryview(message)
    while view:
        view = view[os.write(handle, view) :]


def _exactly(handle: int, size: int) -> bytes:
    """Read this number of bytes. Raises EOFError if there are fewer."""
    pieces = []
    while size:
        piece = os.read(handle, min(size, 1 << 20))
        if not piece:
            raise EOFError
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)
