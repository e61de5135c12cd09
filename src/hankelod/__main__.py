"""The `hankelod` command as a process of its own; also `python -m hankelod`."""

import gc
import sys

from hankelod.cli.parser import main


def run() -> None:
    """Run one command, and end the process with its exit status.

    A command keeps what it reads until it ends, so that looking for garbage early and often finds none, and a last look
    at the end is for nothing: both would be a tenth of the time of checking one record.
    """
    gc.set_threshold(200_000, 10, 10)
    status = main()
    gc.freeze()
    sys.exit(status)


if __name__ == "__main__":
    run()
