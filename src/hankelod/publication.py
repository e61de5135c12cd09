"""The whole publication: the order of its steps, and that readers see the old one or the new one, never a mix.

Everything is built in a folder beside the old publication and exchanged with it in one step. A lock keeps a second
publisher out, and what a killed run left behind is cleared away by the next.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from hankelod import areas, dumps, formats, tables
from hankelod.cards import Cards
from hankelod.catalogue import Catalogue, Edition, Entries, catalogue
from hankelod.dataset import Dataset
from hankelod.mapping import Mapping
from hankelod.provenance import provenance
from hankelod.records import Record
from hankelod.reports import Report, as_turtle, triples
from hankelod.void import void

MANIFEST = "manifest.json"
FIRST = Edition()
MEDIA_TYPES = {f.ending: f.media_type for f in formats.FORMATS}
"""By ending: what the manifest and the rules of web servers say of a file."""


class CannotPublish(Exception):
    """Nothing was published; the message says why and what to do."""


def publish(
    dataset: Dataset, records: list[Record], report: Report, out: Path, only: frozenset[str], edition: Edition = FIRST
) -> int:
    """Write the publication of checked records to `out`, whole or not at all. Returns the number of files.

    `only` names the parts to write (`dumps`, `documents`); empty means all. The caller has seen that `report` conforms.
    `edition` tells what the records don't. Raises CannotPublish.
    """
    assert report.conforms(), "a violation must stop a publication before this"
    if out.is_symlink() or (out.exists() and not _is_publication(out)):
        raise CannotPublish(f"{out}: this is no publication of hankelod; --out names a new folder, or one that it wrote")  # fmt: skip
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with _lock(out):
            return _write(dataset, records, report, out, only, edition)
    except OSError as error:
        raise CannotPublish(f"{out}: {error.strerror or error}; nothing was changed") from error


def _write(
    dataset: Dataset, records: list[Record], report: Report, out: Path, only: frozenset[str], edition: Edition
) -> int:
    building = out.with_name(f".{out.name}.building")
    shutil.rmtree(building, ignore_errors=True)
    try:
        building.mkdir()
        entries: Entries = {}
        for file in _files(dataset, records, report, only):
            entries[file.path] = _put(building, file)
        for file in list(_described(dataset, records, entries, building, edition)):
            entries[file.path] = _put(building, file)
        (building / MANIFEST).write_bytes(manifest(entries))
        for folder, _, _ in os.walk(building):
            os.chmod(folder, 0o755)  # noqa: PTH101, S103 - a publication is for all to read, whatever the umask
        _sync(building)
        _exchange(building, out)
        return len(entries) + 1
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _put(building: Path, file: dumps.File) -> dict[str, object]:
    """Write one file; returns its entry in the manifest."""
    target = building / file.path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(file.content)
    return _entry(file)


def _described(
    dataset: Dataset, records: list[Record], entries: Entries, building: Path, edition: Edition
) -> dumps.Files:
    """What describes the files that are written: catalogue, provenance, VoID."""
    mapping = Mapping(dataset.model)
    about = Catalogue(dataset, mapping, records, edition)
    yield from catalogue(about, entries)
    yield from provenance(about)
    dump = building / f"dump/{dumps.NAME}.nt"
    lines = dump.read_bytes() if dump.exists() else dumps.ntriples(dataset, mapping, records)
    yield from void(about, lines.decode().split("\n")[:-1], entries)


def _files(dataset: Dataset, records: list[Record], report: Report, only: frozenset[str]) -> dumps.Files:
    mapping = Mapping(dataset.model)
    cards = Cards(dataset, records)
    if not only or "dumps" in only:
        yield from dumps.dumps(dataset, mapping, records)
        yield from tables.tables(cards)
        yield from areas.points(cards)
    if not only or "documents" in only:
        yield from dumps.documents(dataset, mapping, records)
        yield from areas.documents(cards)
    yield from dumps.descriptions(dataset, mapping)
    yield dumps.File("report.ttl", as_turtle(report).encode(), triples(report))


def _entry(file: dumps.File) -> dict[str, object]:
    entry: dict[str, object] = {
        "sha256": hashlib.sha256(file.content).hexdigest(),
        "bytes": len(file.content),
        "mediaType": formats.of(file.path).media_type,
    }
    return entry if file.triples is None else {**entry, "triples": file.triples}


def manifest(entries: Entries) -> bytes:
    """`manifest.json`: every file but itself; the build id is a hash over the entries."""
    files = dict(sorted(entries.items()))
    build = hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()
    return dumps.to_json({"build": build, "files": files}, 2)


def _is_publication(folder: Path) -> bool:
    return folder.is_dir() and ((folder / MANIFEST).is_file() or not any(folder.iterdir()))


### Atomicity


@contextlib.contextmanager
def _lock(out: Path) -> Iterator[None]:
    """Hold the lock of this publication. Raises CannotPublish naming the process that has it."""
    import fcntl

    path = out.with_name(f".{out.name}.lock")
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise CannotPublish(f"{out}: another publisher is at work (process {file.read().strip()})") from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
        path.unlink()


def _sync(folder: Path) -> None:
    """Have the files on disk before they are shown."""
    for where, _, files in os.walk(folder):
        for name in files:
            with open(Path(where) / name, "rb") as file:  # noqa: PTH123
                os.fsync(file.fileno())
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _exchange(building: Path, out: Path) -> None:
    """Put the new folder in the place of the old one: in one step where the system can, else by two renames."""
    if not out.exists():
        building.rename(out)
        return
    if _renameat2(building, out):
        return
    old = out.with_name(f".{out.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    out.rename(old)
    building.rename(out)
    shutil.rmtree(old, ignore_errors=True)


def _renameat2(one: Path, other: Path) -> bool:
    """Exchange two paths atomically (Linux, renameat2(2) with RENAME_EXCHANGE). False where that is not to be had."""
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
