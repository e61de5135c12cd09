"""Progress bars on standard error, and the choice of coloured output."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

TYPE_CHECKING = False  # type checkers read it as True; importing it from `typing` would cost start-up
if TYPE_CHECKING:
    from typing import Any

DELAY = 0.5
"""Seconds before a progress bar appears."""


def coloured(stream: object) -> bool:
    """Tell whether output to this stream may be coloured: a terminal, and NO_COLOR is not set (no-color.org)."""
    return "NO_COLOR" not in os.environ and stream.isatty()  # type: ignore[attr-defined, no-any-return]


def watched(items: Iterable[Any]) -> Iterable[Any]:
    """Iterate over the items, with a progress bar if standard error is a terminal."""
    if not sys.stderr.isatty():
        return items
    from tqdm import tqdm

    return tqdm(items, delay=DELAY, leave=False, file=sys.stderr, unit="")


@contextmanager
def progress(name: str, size: int) -> Iterator[Callable[[int], object]]:
    """Show a progress bar with rate and time left. The function given to the block adds an amount of work done."""
    if not sys.stderr.isatty():
        yield lambda done: None
        return
    from tqdm import tqdm

    with tqdm(total=size, desc=name, unit="", delay=DELAY, leave=False, file=sys.stderr) as bar:
        yield bar.update
