"""Endings of a command: its exit status, or a message in place of a traceback."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable

from hankelod.messages.console import note
from hankelod.messages.refusal import Refusal

TRACEBACK = "HANKELOD_TRACEBACK"
"""Environment variable: where it is set, a fault of hankelod shows its traceback."""


class Terminated(KeyboardInterrupt):
    """The process was asked to end by SIGTERM: it cleans up as after an interrupt from the keyboard."""


def ended(run: Callable[[str], int], lang: str, command: str) -> int:
    """Run a command with messages in a language, and return its exit status."""
    if command != "serve":  # the server has its own way to end
        with contextlib.suppress(ValueError):  # in a thread, which gets no signals
            signal.signal(signal.SIGTERM, _terminate)
    try:
        return run(lang)
    except Refusal as error:
        note(error.text(lang))
    except BrokenPipeError:
        sys.stdout = None
        return 0
    except KeyboardInterrupt as interrupt:
        return _interrupted(interrupt, lang)
    except OSError as error:
        from hankelod.messages.words import say

        name = error.filename if isinstance(error.filename, str) else ""
        note(say("refusal-system", lang, file=f"{name}: " if name else "", why=error))
    except RecursionError:
        from hankelod.messages.words import say

        note(say("refusal-deep", lang))
    except MemoryError:
        from hankelod.messages.words import say

        note(say("refusal-memory", lang))
    except Exception as error:  # a fault of hankelod: people get words, and those who mend it the traceback
        if os.environ.get(TRACEBACK):
            raise
        from hankelod.messages.words import say

        note(say("refusal-fault", lang, why=_fault(error), variable=TRACEBACK))
    return 2


def _terminate(number: int, frame: object) -> None:
    raise Terminated


def _interrupted(interrupt: KeyboardInterrupt, lang: str) -> int:
    from hankelod.messages.words import say

    out = getattr(interrupt, "out", None)
    if out is not None:  # the publication had been exchanged
        note(say("note-interrupted", lang, out=out))
        return 0
    note(say("refusal-interrupted", lang))
    return 2


def _fault(error: Exception) -> str:
    """Return the kind of an error, and where it arose."""
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    at = f" ({os.path.basename(frames[-1].filename)}:{frames[-1].lineno})" if frames else ""  # noqa: PTH119
    return f"{type(error).__name__}: {error}{at}"
