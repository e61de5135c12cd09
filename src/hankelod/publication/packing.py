"""gzip (RFC 1952) in blocks that do not look back on each other, so that several can be packed at once.

It is one member of gzip, as any reader takes it, and the same bytes whatever the number of threads and however the
content comes in: without time, name or system, cut at every megabyte.
"""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future

BLOCK = 2**20

LEVEL = 4
"""Of nine: the sixth gives a tenth less, and takes two thirds longer."""

HEAD = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"

PENDING = 8
"""As many blocks wait to be packed at most."""


def _block(content: bytes, last: bool) -> bytes:
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush(zlib.Z_FINISH if last else zlib.Z_FULL_FLUSH)


class Packer:
    """Content comes in by `feed`, what is packed goes out through `write`; `close` ends it."""

    def __init__(self, write: Callable[[bytes], object], threads: Executor | None = None) -> None:
        self._write, self._threads = write, threads
        self._waiting = bytearray()
        self._pending: deque[Future[bytes]] = deque()
        self._sum = self._size = 0
        write(HEAD)

    def feed(self, content: bytes) -> None:
        """Take in more content."""
        self._sum = zlib.crc32(content, self._sum)
        self._size += len(content)
        self._waiting += content
        # the last block is kept back, since it is packed as the last
        whole = max(0, len(self._waiting) - 1) // BLOCK * BLOCK
        for start in range(0, whole, BLOCK):
            self._pack(bytes(self._waiting[start : start + BLOCK]), False)
        del self._waiting[:whole]

    def _pack(self, content: bytes, last: bool) -> None:
        if self._threads is None:
            self._write(_block(content, last))
            return
        self._pending.append(self._threads.submit(_block, content, last))
        while len(self._pending) > PENDING or (self._pending and self._pending[0].done()):
            self._write(self._pending.popleft().result())

    def close(self) -> None:
        """Pack the rest, and end the file."""
        self._pack(bytes(self._waiting), True)
        while self._pending:
            self._write(self._pending.popleft().result())
        self._write(self._sum.to_bytes(4, "little") + (self._size % 2**32).to_bytes(4, "little"))


def packed(content: bytes) -> bytes:
    """The whole content, packed."""
    out: list[bytes] = []
    packer = Packer(out.append)
    packer.feed(content)
    packer.close()
    return b"".join(out)
