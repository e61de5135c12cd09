"""Parts: what workers have made, for others to take up; in memory, in a folder, or in any storage that fsspec knows.

Parts are written whole or not at all, and the same part has the same bytes whoever makes it: work that is done twice,
since a worker was lost, changes nothing.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple, Protocol


class Parts(Protocol):
    """A place for parts, by name."""

    def write(self, name: str, content: bytes) -> None: ...

    def read(self, name: str, start: int, size: int) -> bytes: ...

    def remove(self, name: str) -> None: ...


class Memory:
    """Parts of a dataset of one chunk, which this process makes and takes itself."""

    def __init__(self) -> None:
        self._contents: dict[str, bytes] = {}

    def write(self, name: str, content: bytes) -> None:
        self._contents[name] = content

    def read(self, name: str, start: int, size: int) -> bytes:
        return self._contents[name][start : start + size]

    def remove(self, name: str) -> None:
        self._contents.pop(name, None)


class Folder(NamedTuple):
    """A folder that all workers see."""

    path: str

    def write(self, name: str, content: bytes) -> None:
        target = Path(self.path, name)
        beside = target.with_name(f"{name}.{os.getpid()}")
        beside.write_bytes(content)
        beside.replace(target)

    def read(self, name: str, start: int, size: int) -> bytes:
        with Path(self.path, name).open("rb", buffering=0) as file:
            file.seek(start)
            found = bytearray()
            while len(found) < size and (more := file.read(size - len(found))):
                found += more
        return bytes(found)

    def remove(self, name: str) -> None:
        Path(self.path, name).unlink(missing_ok=True)


class Storage(NamedTuple):
    """A place at an address of fsspec (`s3://…`, `memory://…`); what opens it is taken from fsspec's configuration."""

    address: str

    def _place(self, name: str) -> tuple[object, str]:
        import fsspec

        return fsspec.core.url_to_fs(f"{self.address.rstrip('/')}/{name}")  # type: ignore[no-any-return]

    def write(self, name: str, content: bytes) -> None:
        system, path = self._place(name)
        system.pipe_file(path, content)  # type: ignore[attr-defined]

    def read(self, name: str, start: int, size: int) -> bytes:
        system, path = self._place(name)
        return bytes(system.cat_file(path, start=start, end=start + size))  # type: ignore[attr-defined]

    def remove(self, name: str) -> None:
        system, path = self._place(name)
        system.rm_file(path)  # type: ignore[attr-defined]
