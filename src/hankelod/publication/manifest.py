"""The manifest of a publication as others wrote it: read with care, and the files that it names taken with care.

A manifest may come from another machine, so its paths are checked before they touch a file system: they cannot leave
the folder, and no symbolic link is followed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from errno import ENOENT
from pathlib import Path
from typing import NamedTuple

from hankelod.messages.refusal import Refusal
from hankelod.messages.words import told
from hankelod.publication import formats
from hankelod.publication.files import Entries, to_json

MANIFEST = "manifest.json"

LARGEST = 256 * 2**20
"""Bytes of the largest manifest that is read: about a million files."""


class BadManifest(Refusal):
    """The manifest, or a file that it names, is not what it should be; the message says which and why."""


class Entry(NamedTuple):
    """What the manifest says of one file: `bytes` is its size, `triples` None for what is no RDF."""

    sha256: str
    bytes: int
    media_type: str
    triples: int | None


class Manifest(NamedTuple):
    """The build id, and the entry of every file by its path in the publication."""

    build: str
    files: dict[str, Entry]


def is_safe(path: str) -> bool:
    """Whether a path stays in the folder that it is relative to, on every system."""
    bad = any(c < " " or c in '\\:*?"<>|\x7f' or "\ud800" <= c <= "\udfff" for c in path)
    return not bad and 0 < len(path) <= 1024 and all(step not in ("", ".", "..") for step in path.split("/"))


def build_id(files: dict[str, dict[str, object]]) -> str:
    """A hash over the entries of a manifest, in the order of their paths."""
    return hashlib.sha256(json.dumps(dict(sorted(files.items())), sort_keys=True).encode()).hexdigest()


def read(content: bytes) -> Manifest:
    """Read a `manifest.json`. Raises BadManifest."""
    try:
        whole = json.loads(content)
        files = {path: _entry(path, entry) for path, entry in whole["files"].items()}
        build = whole["build"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadManifest(told("damage-unread", path=MANIFEST, why=error)) from error
    if build != build_id(whole["files"]):
        raise BadManifest(told("damage-build"))
    return Manifest(build, files)


def _entry(path: str, entry: dict[str, object]) -> Entry:
    if not is_safe(path) or path == MANIFEST:
        raise BadManifest(told("damage-outside", path=repr(path)))
    sha256, size, media, triples = (entry.get(key) for key in ("sha256", "bytes", "mediaType", "triples"))
    if not (
        isinstance(sha256, str) and isinstance(media, str) and _count(size) and (triples is None or _count(triples))
    ):
        raise BadManifest(told("damage-entry", path=repr(path)))
    return Entry(sha256, size, media, triples)  # type: ignore[arg-type]


def _count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def checked(path: str, entry: Entry, content: bytes) -> bytes:
    """The content of a file, if it is what the manifest says. Raises BadManifest."""
    if len(content) != entry.bytes or hashlib.sha256(content).hexdigest() != entry.sha256:
        raise BadManifest(told("damage-differs", path=path))
    return content


def stays(folder: Path, path: str) -> Path:
    """Where a file in a folder is, through no symbolic link. Raises BadManifest, OSError."""
    assert is_safe(path)
    target = folder
    for step in path.split("/"):
        target = target / step
        if target.is_symlink():
            raise BadManifest(told("damage-link", path=path))
    if not target.is_file():  # a pipe or a device would keep whoever opens it waiting
        raise (
            BadManifest(told("damage-no-file", path=path))
            if target.exists()
            else FileNotFoundError(ENOENT, os.strerror(ENOENT), path)
        )
    return target


def content(folder: Path, path: str, largest: int) -> bytes:
    """The bytes of a file in a folder, through no symbolic link. Raises BadManifest, OSError."""
    target = stays(folder, path)
    if target.stat().st_size > largest:
        raise BadManifest(told("damage-larger", path=path))
    return target.read_bytes()


def foreign(folder: Path, manifest: Manifest) -> Iterator[str]:
    """What the manifest does not name: files, links, and folders with nothing of the publication in them."""
    known = {MANIFEST, *manifest.files}
    folders = {"/".join(steps[:n]) for path in known if (steps := path.split("/")) for n in range(1, len(steps))}
    for where, inner, files in os.walk(folder):
        here = os.path.relpath(where, folder).replace(os.sep, "/")
        start = "" if here == "." else f"{here}/"
        yield from sorted(start + name for name in files if start + name not in known)
        for name in sorted(inner):
            if start + name not in folders or (Path(where) / name).is_symlink():
                inner.remove(name)
                yield start + name


def entry(path: str, sha256: str, size: int, triples: int | None) -> dict[str, object]:
    """A file's entry in the manifest: `triples` is None for what is no RDF."""
    told: dict[str, object] = {"sha256": sha256, "bytes": size, "mediaType": formats.of(path).media_type}
    return told if triples is None else {**told, "triples": triples}


def manifest(entries: Entries) -> bytes:
    """`manifest.json`: every file but itself; the build id is a hash over the entries."""
    return to_json({"build": build_id(entries), "files": dict(sorted(entries.items()))}, 2)
