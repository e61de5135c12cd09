"""Atomic replacement of a folder by a new one: as a whole or not at all, even if the process is killed.

A lock keeps a second publisher out. The new folder is built beside the old one, written to disk, and exchanged with it:
in one step where the system can (Linux, renameat2(2) with RENAME_EXCHANGE), else by two renames and a journal. The next
run completes or removes what a killed run left behind.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from hankelod.messages.refusal import CannotPublish
from hankelod.messages.words import message

FOLDER_MODE, FILE_MODE = 0o755, 0o644
"""Permissions of folders and files: readable by all, independent of the umask."""

PATIENCE = 0.25
"""Seconds in which the lock of a publisher that has just ended may be taken; another one may be at work for hours."""

WRITING = 1.0
"""Seconds to wait until the process that has the lock has written its id."""


def beside(out: Path, what: str) -> Path:
    """The path beside `out` for one of `building`, `old`, `journal`, `lock`."""
    return out.with_name(f".{out.name}.{what}")


def write(path: Path, content: bytes) -> None:
    """Write a file of the folder being built, and create the folders above it."""
    try:
        path.write_bytes(content)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    path.chmod(FILE_MODE)


@contextlib.contextmanager
def replacing_file(path: Path) -> Iterator[BinaryIO]:
    """Write a file beside its old content, which it replaces at the end of the block, as a whole or not at all.

    Raises OSError.
    """
    building = beside(path, "building")
    try:
        with building.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        building.replace(path)
    finally:
        building.unlink(missing_ok=True)


### The lock


@contextlib.contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold the lock of this publication, after recovery from a killed run.

    Raises CannotPublish, which names the process that has the lock, and OSError if the folder cannot be written.
    """
    from filelock import FileLock, Timeout

    path = beside(out, "lock")
    lock = FileLock(path, mode=FILE_MODE, fallback_to_soft=False)
    try:
        # not at once: the publisher before may remove the file that this one has just opened
        lock.acquire(timeout=PATIENCE, poll_interval=PATIENCE / 5)
    except Timeout:
        raise CannotPublish(message("refusal-locked", out=out, process=_owner(path))) from None
    try:
        path.write_text(str(os.getpid()))
        recover(out)
        yield
    finally:
        with contextlib.suppress(OSError):  # Windows does not remove an open file: the next run takes it over
            path.unlink()
        lock.release()


def _owner(path: Path) -> str:
    """The id of the process that has the lock, which it writes just after it took the lock."""
    for _ in range(20):
        with contextlib.suppress(OSError):
            if number := path.read_bytes()[:20]:
                return number.decode("ascii", "replace")
        time.sleep(WRITING / 20)
    return "unknown"


### The exchange


@contextlib.contextmanager
def replacing(out: Path) -> Iterator[Path]:
    """A new folder to fill, which replaces `out` when the block ends without an error; else `out` is left unchanged.

    To be used under the lock. Raises OSError, and then nothing was changed.
    """
    building = beside(out, "building")
    new = None
    try:
        building.mkdir()
        new = _identity(building)
        yield building
        for folder, _, _ in os.walk(building):
            os.chmod(folder, FOLDER_MODE)  # noqa: PTH101
        _sync(building)
        with _held():
            _exchange(building, out)
            shutil.rmtree(building, ignore_errors=True)
    except KeyboardInterrupt:
        if new is None or new != _identity(out):  # another thread may have taken the signal that is held back here
            raise
        raise InterruptedAfter(out) from None
    finally:
        with contextlib.suppress(KeyboardInterrupt), _held():
            shutil.rmtree(building, ignore_errors=True)


def _identity(folder: Path) -> tuple[int, int] | None:
    """What tells a folder from all others, whatever its name; None if there is none."""
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


class InterruptedAfter(KeyboardInterrupt):
    """An interrupt that came after the exchange: the new publication stands."""

    def __init__(self, out: Path) -> None:
        super().__init__(str(out))
        self.out = out


@contextlib.contextmanager
def _held() -> Iterator[None]:
    """Hold interrupts back until the end of a block."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def recover(out: Path) -> None:
    """Complete or undo a killed run: then `out` is the old folder or the new one, with nothing beside it."""
    building, old, journal = (beside(out, what) for what in ("building", "old", "journal"))
    if not out.exists():
        if journal.exists() and building.is_dir():  # killed between the two renames: the new folder is complete
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
    with contextlib.suppress(OSError):  # the exchange is done, and the system syncs it later in any case
        _sync_folder(out.parent)


def _two_renames(building: Path, out: Path) -> None:
    """Exchange by two renames, if the system has no exchange. The journal marks that the new folder is complete."""
    old, journal = beside(out, "old"), beside(out, "journal")
    try:
        journal.write_bytes(b"")
        _sync_folder(out.parent)
        out.rename(old)
        try:
            building.rename(out)
        except BaseException:
            old.rename(out)
            raise
        shutil.rmtree(old, ignore_errors=True)
    finally:
        journal.unlink(missing_ok=True)


def _renameat2(one: Path, other: Path) -> bool:
    """Exchange two paths in one step; False if the system or the file system does not support it."""
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


### Sync to disk


def _sync(folder: Path) -> None:
    """Sync everything in a folder to disk: in one call where the system has it, else file by file."""
    if _syncfs(folder):
        return
    for path, _, files in os.walk(folder):
        for name in files:
            with open(os.path.join(path, name), "rb+") as file:  # noqa: PTH118, PTH123
                os.fsync(file.fileno())
        _sync_folder(Path(path))


def _sync_folder(folder: Path) -> None:
    if sys.platform == "win32":
        return  # folders cannot be opened there
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _syncfs(folder: Path) -> bool:
    """Sync the file system of a folder (Linux, syncfs(2)); False if there is no such call."""
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
