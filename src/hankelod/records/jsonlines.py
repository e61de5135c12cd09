"""JSON Lines files of any size: their lines, one at a time, each bounded; plain, gzip or zstd."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from hankelod.messages.problem import Place
from hankelod.records.tree import MAX_BYTES, Unreadable, refuse

UNPACKED = 100_000_000
"""Bytes that any packed file may hold; a shorter line than LINE counts as one of that length: each takes its time."""

LINE = 100

BUFFER = 2**18
"""Bytes that are read at once."""

RATIO = 250
"""How many times its own size a larger packed file may hold: records that repeat each other come to a hundred."""


def _open(path: Path) -> BinaryIO:
    if path.name.endswith(".gz"):
        import gzip

        return io.BufferedReader(gzip.open(path, "rb"))  # type: ignore[arg-type] # its own lines are read in Python
    if path.name.endswith(".zst"):
        import zstandard

        return zstandard.open(path, "rb")  # type: ignore[no-any-return]
    return path.open("rb", buffering=BUFFER)


def lines(path: Path, name: str) -> Iterator[tuple[int, bytes | Unreadable]]:
    """The lines of a JSON Lines file with their numbers; blank ones are passed over.

    A line longer than the limit comes as the problem that it is, and is skipped without being held in memory. So does
    the place where a file cannot be read any further: one that is cut short, or no file.
    """
    try:
        file = _open(path)
    except Exception as error:
        yield 1, _broken(error, name, 1)
        return
    limit = None if path.suffix == ".jsonl" else max(UNPACKED, RATIO * path.stat().st_size)
    with file:
        yield from numbered(file, name, limit=limit)


def numbered(
    file: BinaryIO, name: str, first: bytes = b"", limit: int | None = None
) -> Iterator[tuple[int, bytes | Unreadable]]:
    """The lines of an open file with their numbers.

    `first` is what was read of it before: its first line, or what the limit of a line let through of it. Past `limit`
    bytes in all, the file is read no further.
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
            if not line.isspace():
                yield number, line
    except Exception as error:
        yield number + 1, _broken(error, name, number + 1)


def _broken(error: Exception, name: str, number: int) -> Unreadable:
    """An error of reading as the problem that it is. Raises it again where it is another."""
    if not _of_reading(error):
        raise error
    detail = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return refuse("not-a-file", Place(name, number, 1), detail=detail)


def _of_reading(error: Exception) -> bool:
    """Whether an error comes from a file, or from what unpacks it: zlib and zstandard have errors of their own."""
    return isinstance(error, (OSError, EOFError, ImportError)) or type(error).__module__ in ("zlib", "zstd")
