"""One folder takes the place of another, whole or not at all, whatever happens on the way.

A lock keeps a second publisher out. The new folder is built beside the old one, put on disk, and exchanged with it:
in one step where the system can (Linux, renameat2(2) with RENAME_EXCHANGE), else by two renames and a journal. What a
killed run left behind, the next one finishes and clears away.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from hankelod.messages.refusal import CannotPublish
from hankelod.messages.words import told

FOLDER_MODE, FILE_MODE = 0o755, 0o644
"""A publication is for all to read, whatever the umask."""

PATIENCE = 1.0
"""Seconds to wait for the process that has the lock to say its name."""


def beside(out: Path, what: str) -> Path:
    """The path beside `out` for one of `building`, `old`, `journal`, `lock`."""
    return out.with_name(f".{out.name}.{what}")


def write(path: Path, content: bytes) -> None:
    """Write a file of the folder that is being built, with the folders that it stands in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(FILE_MODE)


### The lock


@contextlib.contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold the lock of this publication; what a killed run left is cleared away first.

    Raises CannotPublish naming the process that has it, OSError where the folder cannot be written.
    """
    path = beside(out, "lock")
    handle = _take(path, out)
    try:
        recover(out)
        yield
    finally:
        with contextlib.suppress(OSError):  # Windows does not let go of an open file: the next run takes it over
            path.unlink()
        os.close(handle)


def _take(path: Path, out: Path) -> int:
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), FILE_MODE)
        try:
            if not _flock(handle):
                raise CannotPublish(told("refusal-locked", out=out, process=_owner(handle)))
            if _is_same(handle, path):
                os.ftruncate(handle, 0)
                os.pwrite(handle, str(os.getpid()).encode(), 0) if hasattr(os, "pwrite") else None
                return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)  # the one before removed this file between our opening and our locking it


def _flock(handle: int) -> bool:
    """Take the lock if nobody has it. The system lets go of it when the process ends, however it ends."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES, errno.EDEADLK):
            return False
        raise
    return True


def _is_same(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def _owner(handle: int) -> str:
    """The number of the process that has the lock; it writes it just after it took it."""
    for _ in range(20):
        os.lseek(handle, 0, os.SEEK_SET)
        number = os.read(handle, 20)
        if number:
            return number.decode("ascii", "replace")
        time.sleep(PATIENCE / 20)
    return "unknown"


### The exchange


@contextlib.contextmanager
def replacing(out: Path) -> Iterator[Path]:
    """A new folder to fill. It takes the place of `out` when the block ends well; else `out` stays as it is.

    To be used under the lock. Raises OSError, and then nothing was changed.
    """
    building = beside(out, "building")
    try:
        building.mkdir()
        yield building
        for folder, _, _ in os.walk(building):
            os.chmod(folder, FOLDER_MODE)  # noqa: PTH101
        _sync(building)
        _exchange(building, out)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def recover(out: Path) -> None:
    """Finish or undo what a killed run left. Then `out` is the old folder or the new one, with nothing beside it."""
    building, old, journal = (beside(out, what) for what in ("building", "old", "journal"))
    if not out.exists():
        if journal.exists() and building.is_dir():  # killed between the two renames: the new folder is whole
            building.rename(out)
        elif old.is_dir():
            old.rename(out)
    for leftover in (building, old):
        if leftover.exists():
            shutil.rmtree(leftover)
    journal.unlink(missing_ok=True)


def _exchange(building: Path, out: Path) -> None:
    if not out.exists():
        building.rename(out)
    elif not _renameat2(building, out):
        _two_renames(building, out)
    with contextlib.suppress(OSError):  # it has happened: what cannot be made sure now will be so in a moment
        _sync_folder(out.parent)


def _two_renames(building: Path, out: Path) -> None:
    """The exchange where the system knows no better. The journal says that the new folder is whole."""
    old, journal = beside(out, "old"), beside(out, "journal")
    try:
        journal.write_bytes(b"")
        _sync_folder(out.parent)
        out.rename(old)
        try:
            building.rename(out)
        except OSError:
            old.rename(out)
            raise
        shutil.rmtree(old, ignore_errors=True)
    finally:
        journal.unlink(missing_ok=True)


def _renameat2(one: Path, other: Path) -> bool:
    """Exchange two paths in one step. False where that is not to be had."""
    exchange, here = 2, -100
    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    if call(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0:
        return True
    number = ctypes.get_errno()
    if number in (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP):
        return False
    raise OSError(number, os.strerror(number))


### Onto the disk


def _sync(folder: Path) -> None:
    """Have everything in a folder on disk before it is shown: in one call where the system has it."""
    if _syncfs(folder):
        return
    for where, _, files in os.walk(folder):
        for name in files:
            with open(os.path.join(where, name), "rb+") as file:  # noqa: PTH118, PTH123
                os.fsync(file.fileno())
        _sync_folder(Path(where))


def _sync_folder(folder: Path) -> None:
    if sys.platform == "win32":
        return  # folders cannot be opened there
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _syncfs(folder: Path) -> bool:
    """Write out the file system that a folder is on (Linux, syncfs(2)). False where there is no such call."""
    try:
        call = ctypes.CDLL(None, use_errno=True).syncfs
    except (AttributeError, OSError, TypeError):
        return False
    handle = os.open(folder, os.O_RDONLY)
    try:
        if call(handle) == 0:
            return True
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    finally:
        os.close(handle)
