"""Admission of connections: how many there may be, and which one gives way to a new one.

A connection is busy from the end of its request to the end of the response, as long as its client reads. All others
(half a request, nothing yet, a client that does not read) may be dropped: the oldest one of the client that has most of
them. So those who send half of a request turn nobody away who sends a whole one.
"""

from __future__ import annotations

import resource
from collections import OrderedDict
from typing import Protocol

from hankelod.serving.journal import Journal

CONNECTIONS = 1_000
"""Most connections at a time."""

KEPT_BACK = 64
"""File handles that are kept for all but connections: workers, logs, stores, publications."""


class Droppable(Protocol):
    """A connection that can be dropped. `peer` is its client."""

    peer: str

    def drop(self) -> None:
        """Close it without a response."""


def most(workers: int) -> int:
    """The most connections that the limit of file handles allows: each may have a file open as well."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit == resource.RLIM_INFINITY:
        return CONNECTIONS
    return max(8, min(CONNECTIONS, (limit - KEPT_BACK - 4 * workers) // 2))


class Admission:
    """The connections of the server, `most` at a time; `journal` counts those that are dropped."""

    def __init__(self, most: int, journal: Journal) -> None:
        self.most, self.journal = most, journal
        self._all: set[Droppable] = set()
        self._idle: dict[str, OrderedDict[Droppable, None]] = {}
        """The connections that may be dropped by client, the oldest first."""

    def enter(self, connection: Droppable) -> bool:
        """Admit a connection, in place of an idle one if there are too many; False if all are busy."""
        if len(self._all) >= self.most and not self._dropped():
            return False
        self._all.add(connection)
        self.idle(connection)
        return True

    def idle(self, connection: Droppable) -> None:
        """Mark a connection as one that may be dropped."""
        if connection not in self._all:
            return
        same = self._idle.setdefault(connection.peer, OrderedDict())
        same[connection] = None
        same.move_to_end(connection)

    def busy(self, connection: Droppable) -> None:
        """Mark a connection as one that may not be dropped."""
        same = self._idle.get(connection.peer)
        if same is not None:
            same.pop(connection, None)
            if not same:
                del self._idle[connection.peer]

    def leave(self, connection: Droppable) -> None:
        """Count a connection as closed."""
        self._all.discard(connection)
        self.busy(connection)

    def _dropped(self) -> bool:
        """Drop the oldest idle connection of the client that has most of them; False if there is none."""
        if not self._idle:
            return False
        same = max(self._idle.values(), key=len)
        connection = next(iter(same))
        self.leave(connection)
        self.journal.connection("dropped")
        connection.drop()
        return True
