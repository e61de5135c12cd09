"""A publication as it is written: files put into a folder, whole or piece by piece, with their entries in the manifest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from concurrent.futures import Executor
from pathlib import Path
from typing import BinaryIO

from hankelod.publication import exchange
from hankelod.publication.files import Entries, File
from hankelod.publication.manifest import MANIFEST, entry, manifest
from hankelod.publication.packing import Packer


class Output:
    """One file that is written piece by piece, and with `packed` also the file of the same name and `.gz`."""

    def __init__(self, building: Building, path: str, packed: bool, threads: Executor | None) -> None:
        self.path = path
        self._building = building
        self._files: dict[str, BinaryIO] = {}
        self._hashes = {p: hashlib.sha256() for p in ([path, f"{path}.gz"] if packed else [path])}
        self._sizes = dict.fromkeys(self._hashes, 0)
        for each in self._hashes:
            target = building.folder / each
            target.parent.mkdir(parents=True, exist_ok=True)
            self._files[each] = target.open("wb", buffering=0)
        self._packer = Packer(lambda content: self._put(f"{path}.gz", content), threads) if packed else None

    def _put(self, path: str, content: bytes) -> None:
        self._files[path].write(content)
        self._hashes[path].update(content)
        self._sizes[path] += len(content)

    def write(self, content: bytes) -> None:
        """Write the next bytes."""
        self._put(self.path, content)
        if self._packer is not None:
            self._packer.feed(content)

    def close(self, triples: int | None = None) -> None:
        """End the file; `triples` is the number of its triples, None for what is not RDF."""
        if self._packer is not None:
            self._packer.close()
        for path, file in self._files.items():
            file.close()
            (self._building.folder / path).chmod(exchange.FILE_MODE)
            self._building.entries[path] = entry(path, self._hashes[path].hexdigest(), self._sizes[path], triples)

    def abandon(self) -> None:
        """Close what is open, of a file that will not be finished."""
        for file in self._files.values():
            file.close()


class Building:
    """The folder of a publication that is being written; `entries` are those of its manifest, by path."""

    def __init__(self, folder: Path, threads: Executor | None = None) -> None:
        """`threads` pack files; without them, packing is done as the content comes."""
        self.folder = folder
        self.entries: Entries = {}
        self._threads = threads
        self._open: list[Output] = []

    def open(self, path: str, packed: bool = False) -> Output:
        """Begin a file that is written piece by piece."""
        self._open.append(Output(self, path, packed, self._threads))
        return self._open[-1]

    def add(self, files: Iterable[File]) -> None:
        """Write whole files."""
        for file in files:
            exchange.write(self.folder / file.path, file.content)
            digest = hashlib.sha256(file.content).hexdigest()
            self.entries[file.path] = entry(file.path, digest, len(file.content), file.triples)

    def finish(self) -> int:
        """Write the manifest. Returns the number of all files."""
        exchange.write(self.folder / MANIFEST, manifest(self.entries))
        return len(self.entries) + 1

    def close(self) -> None:
        """Close all files, also those that will not be finished."""
        for output in self._open:
            output.abandon()
