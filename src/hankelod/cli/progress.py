"""What people see on standard error while a command works: notes, a bar of progress; and whether a terminal has colour."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

TYPE_CHECKING = False  # type checkers read it as True; importing it from `typing` would cost start-up
if TYPE_CHECKING:
    from typing import Any

DELAY = 0.5
"""Seconds that work has to take before a bar is shown."""


def coloured(stream: object) -> bool:
    """Whether texts for this stream may have colours (no-color.org)."""
    return "NO_COLOR" not in os.environ and stream.isatty()  # type: ignore[attr-defined, no-any-return]


def watched(items: Iterable[Any]) -> Iterable[Any]:
    """The items, with a bar of progress on a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        return items
    from tqdm import tqdm

    return tqdm(items, delay=DELAY, leave=False, file=sys.stderr, unit="")


@contextmanager
def progress(name: str, size: int) -> Iterator[Callable[[int], object]]:
    """A bar for work of this name and size, with its rate and the time left; takes how much more is done."""
    if not sys.stderr.isatty():
        yield lambda done: None
        return
    from tqdm import tqdm

    with tqdm(total=size, desc=name, unit="", delay=DELAY, leave=False, file=sys.stderr) as bar:
        yield bar.update
