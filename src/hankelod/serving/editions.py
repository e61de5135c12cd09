"""Which publication is served: the files of the one that stands there, and the workers that hold its graph.

A new publication's files are served from the moment that they are seen: those of the old one are gone. Its graph is
asked as soon as it is loaded; until then, and for the queries that are under way, the old one answers.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from hankelod.publication.manifest import MANIFEST, BadManifest
from hankelod.query.store import dump_file
from hankelod.rdf.sparql import CannotAsk
from hankelod.serving import store
from hankelod.serving.answering import Bounds
from hankelod.serving.documents import Documents, Found, NotThere
from hankelod.serving.worker import Unanswered
from hankelod.serving.workers import Pool

EACH = 1.0
"""Seconds between looks at the manifest."""

SETTLE = 0.05
"""Seconds between looks while the folder is on its way to its place (two renames, where no exchange is to be had)."""

TRIES = 40

LINGER = 60.0
"""Seconds for which the handle of an old publication stays open, for files that are being sent."""


class Options(NamedTuple):
    """What is served and how: the publication's folder, the working folder, the number of workers, their bounds, the
    length of the queue, and where stores on disk go (None: the cache, and only for large dumps)."""

    folder: Path
    working: Path
    workers: int
    bounds: Bounds
    queue: int
    store: Path | None


class Editions:
    """The publication that is served now."""

    def __init__(self, options: Options) -> None:
        """Raises OSError, BadManifest where there is no publication."""
        self.options = options
        self._seen = self._look()
        self.documents = Documents(options.folder)
        self.pool: Pool | None = None
        self.build: str | None = None
        """The build whose graph is asked."""
        self._looking = asyncio.Lock()
        self._loading: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def withdrawn(self) -> frozenset[str]:
        graph = self.pool.graph if self.pool else None
        return graph.withdrawn if graph else frozenset()

    @property
    def ready(self) -> bool:
        """Whether queries are answered, from the graph of the publication that is served."""
        return self.pool is not None and self.pool.alive and self.build == self.documents.build

    async def start(self, patience: float) -> None:
        """Load the graph, wait for it for so many seconds, and watch for new publications."""
        self._loading = asyncio.create_task(self._load())
        await asyncio.wait({self._loading}, timeout=patience)
        self._watching = asyncio.create_task(self._watch())

    async def close(self) -> None:
        """End the workers when they have answered."""
        for task in (self._watching, self._loading):
            if task is not None:
                task.cancel()
        if self.pool is not None:
            await self.pool.close()
        for closing in self._closing:
            closing.cancel()

    ### Files

    async def find(self, path: str, headers: Mapping[str, str]) -> tuple[Found, int | None, float]:
        """What a path leads to, with the handle of its file and when that was written. Raises NotThere."""
        for n in range(TRIES):
            documents = self.documents
            found = documents.find(path, headers, self.withdrawn)
            if found.entry is None or found.location is not None:
                return found, None, 0.0
            try:
                handle, about = documents.open(found.entry)
            except NotThere:
                if n + 1 == TRIES:
                    raise
                await self.look()
                if documents is self.documents:
                    await asyncio.sleep(SETTLE)
                continue
            return found, handle, about.st_mtime
        raise NotThere(path)

    ### New publications

    def _look(self) -> tuple[int, int, int]:
        """What tells one manifest from another."""
        about = (self.options.folder / MANIFEST).stat()
        return about.st_ino, about.st_mtime_ns, about.st_size

    async def look(self) -> None:
        """See whether another publication stands there, and serve it then."""
        async with self._looking:
            try:
                seen = self._look()
                if seen == self._seen:
                    return
                new = await asyncio.to_thread(Documents, self.options.folder)
            except (OSError, BadManifest):
                return  # on its way, or gone: what was read goes on being served
            self._seen = seen
            old, self.documents = self.documents, new
            asyncio.get_running_loop().call_later(LINGER, old.close)
            if new.build != old.build:
                print(f"hankelod: a new publication: {new.build[:12]}", file=sys.stderr)
                if self._loading is not None:
                    self._loading.cancel()
                self._loading = asyncio.create_task(self._load())

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(EACH)
            await self.look()
            lost = self.pool is not None and self.pool.graph is None
            if lost and (self._loading is None or self._loading.done()):
                self._loading = asyncio.create_task(self._load())

    async def _load(self) -> None:
        """Load the graph of the publication that stands there, and ask it from then on."""
        options, build = self.options, self.documents.build
        pool = Pool(options.workers, options.bounds, options.queue)
        try:
            dump = dump_file(options.folder, str(options.folder))
            kept = options.store or (store.cache() if dump.stat().st_size > store.LARGE else None)
            await pool.start(dump, options.working, store.place(kept, build) if kept else None)
            await pool.ready()
        except (Unanswered, CannotAsk, OSError) as error:
            print(f"hankelod: the graph cannot be loaded: {pool.failed or error}", file=sys.stderr)
            await pool.close()
            return
        except asyncio.CancelledError:
            await pool.close()
            raise
        old, self.pool, self.build = self.pool, pool, build
        if old is not None:
            closing = asyncio.create_task(old.close())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)
