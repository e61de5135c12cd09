"""Stores on disk, for the graphs of large dumps; others are held in memory.

A store is named by the build id of its publication. It is loaded once, under a temporary name, renamed when it is
complete, and opened read-only by each worker. A process that uses a store holds a shared lock on it; unused stores are
removed when another build is loaded.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pyoxigraph as ox

from hankelod.query.store import load_dump

LARGE = 64 * 2**20
"""Bytes of N-Triples above which a store is kept on disk: about 400,000 triples, which take 200 MB of memory."""

FORMAT = ox.__version__.rpartition(".")[0]
"""The minor release of the engine, in the name of a store: stores of other releases are not read."""


def cache() -> Path:
    """The default folder of stores: the cache folder of the systemd unit, else that of the user."""
    folder = os.environ.get("CACHE_DIRECTORY", "").partition(":")[0]
    if folder:
        return Path(folder)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hankelod"


def place(folder: Path, build: str) -> Path:
    """The path of the store of a build."""
    return folder / f"{build[:32]}-{FORMAT}"


@contextlib.contextmanager
def in_use(store: Path) -> Iterator[None]:
    """Keep a store from being removed while this process or its children use it, by a shared lock."""
    store.parent.mkdir(parents=True, exist_ok=True)
    with _lock(store).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield


def load(dump: Path, store: Path) -> None:
    """Load a dump into a store at this path, unless it exists already. Raises CannotAsk, OSError."""
    if store.is_dir():
        return
    with store.with_name(f".{store.name}.loading").open("a") as one:
        fcntl.flock(one, fcntl.LOCK_EX)
        if store.is_dir():
            return
        building = store.with_name(f".{store.name}.new")
        shutil.rmtree(building, ignore_errors=True)
        try:
            new = ox.Store(building)
            load_dump(new, dump, str(dump))
            new.flush()
            del new
            building.rename(store)
        finally:
            shutil.rmtree(building, ignore_errors=True)


def clear(folder: Path, keep: Path) -> None:
    """Remove the stores of other builds that no process uses."""
    for store in sorted(p for p in folder.iterdir() if p.is_dir() and p != keep and not p.name.startswith(".")):
        lock = _lock(store)
        if not lock.exists():
            continue  # not made by this program
        with lock.open("a") as handle:
            if _free(handle):
                shutil.rmtree(store, ignore_errors=True)
                lock.unlink(missing_ok=True)


def _free(handle: IO[str]) -> bool:
    """Take the exclusive lock, or return False if the store is in use."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lock(store: Path) -> Path:
    return store.with_name(f".{store.name}.lock")
