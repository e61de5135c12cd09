"""Publication as it is written: files put into a folder, whole or piece by piece, and their manifest entries."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import BinaryIO

from hankelod.publication import exchange
from hankelod.publication.files import Entries, File
from hankelod.publication.manifest import MANIFEST, entry, manifest
from hankelod.publication.packing import Packer
from hankelod.validation.leftout import NOTHING, LeftOut

SCRATCH = ".scratch"
"""Folder in a publication that is being written, for what is removed when it is done."""


class Output:
    """One file that is written piece by piece, and with `packed` also the file of the same name and `.gz`."""

    listed = True
    """Whether it is part of the publication."""

    def __init__(self, building: Building, path: str, packed: bool, threads: Executor | None) -> None:
        self.path = path
        self._building = building
        self._files: dict[str, BinaryIO] = {}
        self._hashes = {p: hashlib.sha256() for p in ([path, f"{path}.gz"] if packed else [path])}
        self._sizes = dict.fromkeys(self._hashes, 0)
        for each in self._hashes:
            target = building.folder / each
            target.parent.mkdir(parents=True, exist_ok=True)
            self._files[each] = building.opened(target)
        self._packer = Packer(lambda content: self._put(f"{path}.gz", content), threads) if packed else None

    @property
    def file(self) -> Path:
        """The file itself."""
        return self._building.folder / self.path

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
            if self.listed:
                (self._building.folder / path).chmod(exchange.FILE_MODE)
                self._building.entries[path] = entry(path, self._hashes[path].hexdigest(), self._sizes[path], triples)


class Building:
    """The folder of a publication that is being written; `entries` are those of its manifest, by path."""

    def __init__(self, folder: Path, threads: Executor | None = None) -> None:
        """`threads` pack files; without them, packing is done as the content comes."""
        self.folder = folder
        self.entries: Entries = {}
        self._threads = threads
        self._open: list[BinaryIO] = []

    @property
    def scratch(self) -> Path:
        """A folder for what is removed when the publication is done; not part of it."""
        folder = self.folder / SCRATCH
        folder.mkdir(exist_ok=True)
        return folder

    def aside(self, name: str) -> Output:
        """Begin a file that is written piece by piece and is no part of the publication."""
        output = self.open(f"{SCRATCH}/{name}")
        output.listed = False
        return output

    def reserve(self, path: str) -> Path:
        """Return where a file of the publication is to be written by somebody else, who then calls `adopt`."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def adopt(self, path: str, triples: int | None = None) -> None:
        """Take up a file that was written by somebody else."""
        target = self.folder / path
        target.chmod(exchange.FILE_MODE)
        with target.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        self.entries[path] = entry(path, digest, target.stat().st_size, triples)

    def discard(self, path: str) -> None:
        """Take a whole file out of the publication again."""
        (self.folder / path).unlink()
        del self.entries[path]

    def open(self, path: str, packed: bool = False) -> Output:
        """Begin a file that is written piece by piece."""
        return Output(self, path, packed, self._threads)

    def beside(self, work: Callable[[], object]) -> Future[object]:
        """Do work in a thread if there are some, else now."""
        if self._threads is not None:
            return self._threads.submit(work)
        done: Future[object] = Future()
        done.set_result(work())
        return done

    def opened(self, target: Path) -> BinaryIO:
        """Open a file to be written, which is closed with all others at the end, whatever happens before."""
        file = target.open("wb", buffering=0)
        self._open.append(file)
        return file

    def add(self, files: Iterable[File]) -> None:
        """Write whole files."""
        for file in files:
            exchange.write(self.folder / file.path, file.content)
            digest = hashlib.sha256(file.content).hexdigest()
            self.entries[file.path] = entry(file.path, digest, len(file.content), file.triples)

    def finish(self, on_demand: Sequence[str] = (), left: LeftOut = NOTHING) -> int:
        """Write the manifest, and remove the scratch folder.

        It has the patterns of paths that are made `on_demand`, and what is `left` out of the data.

        Returns the number of all files.
        """
        shutil.rmtree(self.folder / SCRATCH, ignore_errors=True)
        exchange.write(self.folder / MANIFEST, manifest(self.entries, on_demand, left))
        return len(self.entries) + 1

    def close(self) -> None:
        """Close all files, also those that will not be finished."""
        for file in self._open:
            file.close()
