"""Files of a dataset: the one place that opens and lists them.

A dataset may come from a stranger: a link could pass off another file of this machine as part of it, and a pipe or a
device would never end. So what is opened is a plain file, inside the dataset, of bounded size.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from hankelod.messages.words import message

LARGEST = 50_000_000
"""Most bytes of a file that is read as a whole, where its reader has no limit of its own."""

LITTER = frozenset((".DS_Store", "Thumbs.db", "ehthumbs.db", "desktop.ini", "__MACOSX", "Icon\r"))
"""Files and folders that file managers and archivers put beside others."""


class Unfit(Exception):
    """A path that is not opened. `code` says why: `outside-dataset`, `not-a-file`, `too-large` or `unreadable`.

    `size` is that of a file that is too large, `error` the system's error for one that cannot be read.
    """

    def __init__(self, path: Path, code: str, size: int = 0, error: OSError | None = None) -> None:
        super().__init__(path, code, size, error)
        self.path, self.code, self.size, self.error = path, code, size, error

    def __str__(self) -> str:
        return f"{self.path}: {self.error.strerror if self.error else self.code}"


def why(error: Unfit) -> object:
    """Return the reason for a message: the system's error, or words in every language."""
    return error.error or message(f"file-{error.code}")


def is_hidden(name: str) -> bool:
    """Tell whether a name is that of a file which systems and editors make for themselves, and which is no record.

    Hidden files (AppleDouble `._x.yml`, locks of Emacs and LibreOffice, swap files of Vim), backups of editors
    (`x.yml~`, `#x.yml#`, `~$x.xlsx`) and the litter of file managers.
    """
    return name.startswith((".", "~$", "#")) or name.endswith(("~", "#")) or name in LITTER


def listed(folder: Path, *endings: str) -> list[str]:
    """Return the names in a folder with one of these endings, sorted, hidden ones left out; none without a folder."""
    if not folder.is_dir():
        return []
    return sorted(n for n in os.listdir(folder) if n.endswith(endings) and not is_hidden(n))


def leads_out(path: Path, folder: Path) -> bool:
    """Tell whether a path leads out of a folder, by a link anywhere on the way."""
    return not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def opened(path: Path, within: Path | None = None, largest: int | None = None, buffer: int = 2**16) -> BinaryIO:
    """Open a plain file to be read: it lies in the folder `within`, and has at most `largest` bytes. Raises Unfit."""
    try:
        if within is not None and leads_out(path, within):
            raise Unfit(path, "outside-dataset")
        if not stat.S_ISREG(path.stat().st_mode):  # opening a device can have an effect by itself
            raise Unfit(path, "not-a-file")
        # what stands there may have been exchanged since: a pipe must not be waited for
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise Unfit(path, "unreadable", error=error) from error
    except ValueError as error:  # a name with a NUL
        raise Unfit(path, "unreadable", error=OSError(errno.ENOENT, os.strerror(errno.ENOENT))) from error
    file = os.fdopen(handle, "rb", buffering=buffer)
    status = os.fstat(handle)
    code = "not-a-file" if not stat.S_ISREG(status.st_mode) else "too-large"
    if code == "not-a-file" or (largest is not None and status.st_size > largest):
        file.close()
        raise Unfit(path, code, status.st_size)
    return file


def content(path: Path, within: Path | None = None, largest: int = LARGEST) -> bytes:
    """Return the bytes of a file that is opened as by `opened`. Raises Unfit."""
    with opened(path, within, largest) as file:
        try:
            whole = file.read(largest + 1)
        except OSError as error:
            raise Unfit(path, "unreadable", error=error) from error
    if len(whole) > largest:  # it grew since
        raise Unfit(path, "too-large", len(whole))
    return whole
