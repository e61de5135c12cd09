"""Answers that wait to be read by their clients: how many bytes of them there may be, and of one client."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from hankelod.serving.worker import Unanswered

MOST = 512 * 2**20
"""Most bytes of answers that wait, in memory and in temporary files."""

OWN = MOST // 4
"""Most bytes of answers of one client that wait."""


class Held:
    """The answers that wait, in bytes by client."""

    def __init__(self, most: int = MOST, own: int = OWN) -> None:
        self._most, self._own = most, own
        self._bytes: Counter[str] = Counter()

    def check(self, client: str) -> None:
        """Raise Unanswered if no more answers may wait, of all clients or of this one."""
        if self._bytes[client] >= self._own:
            raise Unanswered("held")
        if self._bytes.total() >= self._most:
            raise Unanswered("busy")

    def hold(self, client: str, size: int) -> Callable[[], None]:
        """Count an answer; call the result when it has been read, or given up."""
        self._bytes[client] += size

        def release() -> None:
            self._bytes[client] -= size
            if self._bytes[client] <= 0:
                del self._bytes[client]

        return release
