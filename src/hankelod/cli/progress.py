"""Progress bars on standard error, and the choice of coloured output."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

TYPE_CHECKING = False  # type checkers read it as True; importing it from `typing` would cost start-up
if TYPE_CHECKING:
    from hankelod.validation.report import Report

DELAY = 0.5
"""Seconds before a progress bar appears."""


def coloured(stream: object) -> bool:
    """Tell whether output to this stream may be coloured: a terminal, and NO_COLOR is not set (no-color.org)."""
    return "NO_COLOR" not in os.environ and stream.isatty()  # type: ignore[attr-defined, no-any-return]


def watch(lang: str) -> Callable[[str, int | None], AbstractContextManager[Callable[[int], object]]]:
    """Return a maker of progress bars, which names the work in a language."""
    from hankelod.messages.words import say

    return lambda name, size: progress(say(f"work-{name}", lang), size)


@contextmanager
def progress(name: str, size: int | None) -> Iterator[Callable[[int], object]]:
    """Show progress with its rate, and the time left if the size is known.

    The function given to the block adds an amount of work done.
    """
    if not sys.stderr.isatty():
        yield lambda done: None
        return
    from tqdm import tqdm

    with tqdm(total=size, desc=name, unit="", delay=DELAY, leave=False, file=sys.stderr) as bar:
        yield bar.update


def note_more(report: Report, lang: str) -> None:
    """Say how many problems of each severity the report counts but does not list."""
    from hankelod.messages.console import note
    from hankelod.messages.words import say

    for severity, count in report.more.items():
        if count:
            from hankelod.validation.text import number

            kept = sum(p.severity == severity for p in report.problems)
            note(say("note-more", lang, more=number(count, severity, lang), kept=kept))
