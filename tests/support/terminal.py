"""A person at a terminal, who answers what the command asks."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

PROMPT = b": "
"""End of what is shown when an answer is awaited."""

LONGEST = 60
"""Seconds to wait for the command to show something."""


class Talk(NamedTuple):
    """Text that was shown, the exit status, and the number of answers that were given."""

    shown: str
    status: int
    given: int


def talk(arguments: Sequence[str], answers: Sequence[str], cwd: Path) -> Talk:
    """Run the command on a terminal of its own; each prompt gets the next answer, at last the end of input."""
    import pty

    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "dumb", "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "hankelod", *arguments]
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=cwd, env=environment, start_new_session=True
    )
    os.close(theirs)
    shown, given = b"", 0
    try:
        for part in _parts(ours):
            shown += part
            if shown.endswith(PROMPT):
                os.write(ours, f"{answers[given]}\n".encode() if given < len(answers) else b"\x04")
                given += given < len(answers)
        status = process.wait(timeout=LONGEST)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    return Talk(shown.decode("utf-8").replace("\r\n", "\n"), status, given)


def _parts(terminal: int) -> Iterator[bytes]:
    """Yield what is shown, until the command ends or nothing comes."""
    while select.select([terminal], [], [], LONGEST)[0]:
        try:
            part = os.read(terminal, 65536)
        except OSError:  # how Linux tells the end
            return
        if not part:
            return
        yield part
