"""The store that workers ask: in memory, or on disk where the dump is large.

On disk, a store is kept by the publication's build id: it is loaded once, beside its place and moved there when it is
whole, and opened read-only by each worker. Whoever uses one holds a shared lock on it; stores that nobody uses are
cleared away when another build is loaded.
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
"""Bytes of N-Triples above which a store goes on disk: some 400,000 triples, which take 200 MB of memory."""

FORMAT = ox.__version__.rpartition(".")[0]
"""Stores of another minor release of the engine are not read."""


def cache() -> Path:
    """Where stores are kept if nobody says otherwise: systemd's cache folder of the unit, else the user's."""
    given = os.environ.get("CACHE_DIRECTORY", "").partition(":")[0]
    if given:
        return Path(given)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hankelod"


def place(folder: Path, build: str) -> Path:
    """Where the store of a build stands."""
    return folder / f"{build[:32]}-{FORMAT}"


@contextlib.contextmanager
def held(store: Path) -> Iterator[None]:
    """Keep a store from being cleared away while it is used, by this process or its children."""
    store.parent.mkdir(parents=True, exist_ok=True)
    with _lock(store).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield


def load(dump: Path, store: Path) -> None:
    """Load a dump into a store at this place, unless it stands there already. Raises CannotAsk, OSError."""
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
    """Remove the stores of other builds that nobody holds."""
    for store in sorted(p for p in folder.iterdir() if p.is_dir() and p != keep and not p.name.startswith(".")):
        lock = _lock(store)
        if not lock.exists():
            continue  # no store of ours
        with lock.open("a") as handle:
            if _free(handle):
                shutil.rmtree(store, ignore_errors=True)
                lock.unlink(missing_ok=True)


def _free(handle: IO[str]) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lock(store: Path) -> Path:
    return store.with_name(f".{store.name}.lock")
