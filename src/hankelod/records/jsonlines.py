"""JSON Lines files of any size, plain, gzip or zstd: a stream of lines of bounded length."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from hankelod.messages.problem import Place
from hankelod.rdf import files
from hankelod.records.tree import MAX_BYTES, Unreadable, refuse, unfit

UNPACKED = 100_000_000
"""Bytes that any compressed file may contain."""

LINE = 100
"""Least bytes counted per line, since each line takes time."""

BUFFER = 2**18
"""Size of the read buffer in bytes."""

RATIO = 250
"""Highest compression ratio of a file that exceeds UNPACKED; repetitive records reach about 100."""


PACKED = 2**11
"""Bytes of zstd that are unpacked at once: the most dense ones hold 64 MiB."""


class _Frames(io.RawIOBase):
    """Content of zstd frames (RFC 8878), one after another.

    The library's own stream ends without a word where a frame is cut off, and does not read lines.
    """

    def __init__(self, packed: BinaryIO) -> None:
        import zstandard

        self._packed, self._library = packed, zstandard
        self._frame: Any = None
        self._left = b""
        self._held = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what fits. Raises EOFError within a frame, OSError for what is none."""
        while not self._held:
            piece = self._left or self._packed.read(PACKED)
            if not piece and self._frame is not None:
                raise EOFError("Compressed file ended before the end-of-stream marker was reached")
            if not piece:
                return 0
            self._unpack(piece)
        part = self._held[: len(buffer)]
        buffer[: len(part)] = part
        self._held = self._held[len(part) :]
        return len(part)

    def _unpack(self, piece: bytes) -> None:
        try:
            if self._frame is None:
                self._frame = self._library.ZstdDecompressor().decompressobj()
            self._held = memoryview(self._frame.decompress(piece))
        except self._library.ZstdError as error:
            raise OSError(str(error)) from error
        self._left = b""
        if self._frame.eof:
            self._left, self._frame = self._frame.unused_data, None


@contextmanager
def _open(path: Path, within: Path | None) -> Iterator[BinaryIO]:
    with files.opened(path, within, buffer=BUFFER) as packed:
        if path.name.endswith(".gz"):
            import gzip

            yield io.BufferedReader(gzip.GzipFile(fileobj=packed))  # type: ignore[arg-type] # GzipFile reads lines in Python
        elif path.name.endswith(".zst"):
            yield io.BufferedReader(_Frames(packed), BUFFER)
        else:
            yield packed


def lines(path: Path, name: str, within: Path | None = None) -> Iterator[tuple[int, bytes | Unreadable]]:
    """Yield the lines of a JSON Lines file in the folder `within`, with their numbers; blank lines are skipped.

    A line longer than the limit is yielded as Unreadable and skipped without being kept in memory. If the file cannot
    be opened or is truncated, the last item is Unreadable too.
    """
    try:
        with _open(path, within) as file:
            limit = None if path.suffix == ".jsonl" else max(UNPACKED, RATIO * path.stat().st_size)
            yield from numbered(file, name, limit=limit)
    except files.Unfit as error:
        yield 1, unfit(error, Place(name, 1, 1))
    except Exception as error:
        yield 1, _broken(error, name, 1)


def count(path: Path, most: int, within: Path | None = None) -> int:
    """Count the line breaks of a file, at least to `most`; 0 if it cannot be read, which whoever reads it reports."""
    number = 0
    try:
        with _open(path, within) as file:
            while number < most and (block := file.read(BUFFER)):
                number += block.count(b"\n") + (not block.endswith(b"\n") and len(block) < BUFFER)
    except Exception as error:
        if not _is_read_error(error):
            raise
    return number


def numbered(
    file: BinaryIO, name: str, first: bytes = b"", limit: int | None = None
) -> Iterator[tuple[int, bytes | Unreadable]]:
    """Yield the lines of an open file with their numbers, as `lines` does.

    `first` is its first line if that is read already (up to the limit of a line). Reading stops after `limit` bytes.
    """
    number = read = 0
    try:
        while line := first or file.readline(MAX_BYTES + 1):
            first = b""
            number += 1
            size = len(line)
            read += size if size > LINE else LINE
            long = size > MAX_BYTES and not line.endswith(b"\n")
            if long:
                while (limit is None or read <= limit) and (rest := file.readline(MAX_BYTES)):
                    read += len(rest)
                    if rest.endswith(b"\n"):
                        break
            if limit is not None and read > limit:
                yield number, refuse("too-large", Place(name, number, 1), value=f"> {limit} B", expected=f"{limit} B")
                return
            if long:
                yield (
                    number,
                    refuse("too-large", Place(name, number, 1), value=f"> {MAX_BYTES} B", expected=f"{MAX_BYTES} B"),
                )
                continue
            if number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            if line and not line.isspace():
                yield number, line
    except Exception as error:
        yield number + 1, _broken(error, name, number + 1)


def _broken(error: Exception, name: str, number: int) -> Unreadable:
    """Turn a read error into Unreadable; re-raise anything else."""
    if not _is_read_error(error):
        raise error
    detail = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return refuse("not-a-file", Place(name, number, 1), detail=detail)


def _is_read_error(error: Exception) -> bool:
    """Check if an error comes from a file or its decompression; zlib has an exception of its own."""
    own = (OSError, EOFError, ImportError, files.Unfit)
    return isinstance(error, own) or type(error).__module__ == "zlib"
