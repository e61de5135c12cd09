"""Editions: the publication in the served folder, its files and the workers for its graph, and the switch to a new one.

The files of a new publication are served as soon as it is noticed, since those of the old one are gone. Its graph is
queried as soon as it is loaded; until then, and for queries under way, the old graph is used.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from hankelod.publication.manifest import MANIFEST, BadManifest
from hankelod.query.store import dump_file
from hankelod.rdf.sparql import CannotAsk
from hankelod.serving import store
from hankelod.serving.answering import Bounds
from hankelod.serving.documents import Documents, NotThere, Resolution
from hankelod.serving.journal import complain
from hankelod.serving.worker import Unanswered
from hankelod.serving.workers import Pool

INTERVAL = 1.0
"""Seconds between checks of the manifest."""

SETTLE = 0.05
"""Seconds between attempts while the folder is being replaced by two renames."""

TRIES = 40
"""Most attempts to open a file."""

PATIENT = 60.0
"""Most seconds until a graph that could not be loaded is tried again."""

LINGER = 60.0
"""Seconds that the handle of an old publication stays open, for files that are being sent."""


class Options(NamedTuple):
    """Options of the server.

    `folder` is that of the publication, `working` the working folder, `workers` their number, `bounds` the limits of a
    query, `queue` the most queries that wait, `store` the folder of stores on disk (None: the cache, and only for large
    dumps).
    """

    folder: Path
    working: Path
    workers: int
    bounds: Bounds
    queue: int
    store: Path | None


class Editions:
    """The publication that is served at present, replaced when another appears in the folder."""

    def __init__(self, options: Options) -> None:
        """Raises OSError, BadManifest if there is no publication."""
        self.options = options
        self._seen = self._look()
        self.documents = Documents(options.folder)
        self.pool: Pool | None = None
        self.build: str | None = None
        """The build id of the graph that is queried."""
        self._failures = 0
        """Attempts in a row to load the graph that failed."""
        self._looking = asyncio.Lock()
        self._loading: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def withdrawn(self) -> frozenset[str]:
        """The withdrawn things, relative to the base; empty until the graph is loaded."""
        graph = self.pool.graph if self.pool else None
        return graph.withdrawn if graph else frozenset()

    @property
    def ready(self) -> bool:
        """Tell whether queries are answered from the graph of the publication that is served."""
        return self.pool is not None and self.pool.alive and self.build == self.documents.build

    async def start(self, patience: float) -> None:
        """Start loading the graph, wait for it at most `patience` seconds, and watch for new publications."""
        self._loading = asyncio.create_task(self._load())
        await asyncio.wait({self._loading}, timeout=patience)
        self._watching = asyncio.create_task(self._watch())

    async def close(self) -> None:
        """End the workers after they have answered."""
        for task in (self._watching, self._loading):
            if task is not None:
                task.cancel()
        if self.pool is not None:
            await self.pool.close()
        for closing in self._closing:
            closing.cancel()

    ### Files

    async def find(self, path: str, headers: Mapping[str, str]) -> tuple[Resolution, int | None, float]:
        """Resolve a path, with the handle of its file or None, and the time of its last change. Raises NotThere."""
        for n in range(TRIES):
            documents = self.documents
            resolution = documents.find(path, headers, self.withdrawn)
            if resolution.entry is None or resolution.location is not None:
                return resolution, None, 0.0
            try:
                handle, status = documents.open(resolution.entry)
            except NotThere:
                if n + 1 == TRIES:
                    raise
                await self.look()
                if documents is self.documents:
                    await asyncio.sleep(SETTLE)
                continue
            return resolution, handle, status.st_mtime
        raise NotThere(path)

    ### New publications

    def _look(self) -> tuple[int, int, int]:
        """The identity of the manifest: inode, time of change in nanoseconds, size. Raises OSError."""
        status = (self.options.folder / MANIFEST).stat()
        return status.st_ino, status.st_mtime_ns, status.st_size

    async def look(self) -> None:
        """Serve another publication if the folder has a new one."""
        async with self._looking:
            try:
                seen = self._look()
                if seen == self._seen:
                    return
                new = await asyncio.to_thread(Documents, self.options.folder)
            except (OSError, BadManifest, RuntimeError):  # RuntimeError: no thread can be started
                return  # being replaced, or gone: the present one is served on
            self._seen = seen
            old, self.documents = self.documents, new
            asyncio.get_running_loop().call_later(LINGER, old.close)
            if new.build != old.build:
                complain(f"a new publication: {new.build[:12]}")
                self._failures = 0
                if self._loading is not None:
                    self._loading.cancel()
                self._loading = asyncio.create_task(self._load())

    async def _watch(self) -> None:
        """Check for a new publication again and again, and reload the graph if its workers are lost.

        So it is if it could not be loaded, later each time: for want of memory or file handles, it may be by then.
        """
        waited = 0.0
        while True:
            await asyncio.sleep(INTERVAL)
            await self.look()
            waited += INTERVAL
            lost = self.pool is None or self.pool.graph is None or self.build != self.documents.build
            due = waited >= min(PATIENT, INTERVAL * 2**self._failures)
            if lost and due and (self._loading is None or self._loading.done()):
                waited = 0.0
                self._loading = asyncio.create_task(self._load())

    async def _load(self) -> None:
        """Load the graph of the present publication, and then use it for queries."""
        options, build = self.options, self.documents.build
        pool = Pool(options.workers, options.bounds, options.queue)
        try:
            dump = dump_file(options.folder, str(options.folder))
            stores = options.store or (store.cache() if dump.stat().st_size > store.LARGE else None)
            await pool.start(dump, options.working, store.place(stores, build) if stores else None)
            await pool.ready()
        except (Unanswered, CannotAsk, OSError) as error:
            self._failures = min(self._failures + 1, 6)
            complain(f"the graph cannot be loaded: {pool.failed or error}")
            await pool.close()
            return
        except asyncio.CancelledError:
            await pool.close()
            raise
        self._failures = 0
        old, self.pool, self.build = self.pool, pool, build
        if old is not None:
            closing = asyncio.create_task(old.close())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)
