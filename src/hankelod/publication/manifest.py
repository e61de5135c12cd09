"""The manifest of a publication: written, read, and checked against the files that it names.

A manifest may come from another machine, so that its paths are checked before a file is opened: they cannot lead out of
the folder, and no symbolic link is followed.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from errno import ENOENT
from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec

from hankelod.messages.refusal import Refusal
from hankelod.messages.words import message
from hankelod.publication import formats
from hankelod.publication.files import Entries, to_json
from hankelod.validation.leftout import NOTHING, LeftOut

MANIFEST = "manifest.json"

LARGEST = 256 * 2**20
"""Most bytes of a manifest that is read: about a million files."""

_STEP = r'(?!\.{1,2}(?:/|\Z))[^\x00-\x1f\x7f/\\:*?"<>|\ud800-\udfff]+'

_SAFE = re.compile(rf"{_STEP}(?:/{_STEP})*")
"""A path of steps that are valid names on every system, none of them `.` or `..`."""


class BadManifest(Refusal):
    """The manifest is not valid, or a file differs from its entry; the message says which and why."""


class FileEntry(NamedTuple):
    """The entry of one file: `bytes` is its size, `triples` the number of its triples, or None if it is not RDF."""

    sha256: str
    bytes: int
    media_type: str
    triples: int | None


class Manifest(NamedTuple):
    """The build id, and the entry of every file by its path in the publication."""

    build: str
    files: dict[str, FileEntry]


def is_safe(path: str) -> bool:
    """Tell whether a relative path is valid on every system and cannot lead out of its folder."""
    return len(path) <= 1024 and _SAFE.fullmatch(path) is not None


def build_id(files: dict[str, dict[str, object]]) -> str:
    """The SHA-256 of the entries of a manifest, in the order of their paths."""
    return hashlib.sha256(json.dumps(dict(sorted(files.items())), sort_keys=True).encode()).hexdigest()


def read(content: bytes) -> Manifest:
    """Read a `manifest.json`, and check its entries and its build id. Raises BadManifest."""
    try:
        written = msgspec.json.decode(content, type=_Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadManifest(message("damage-unread", path=MANIFEST, why=error)) from error
    outside = next((path for path in written.files if not is_safe(path) or path == MANIFEST), None)
    if outside is not None:
        raise BadManifest(message("damage-outside", path=repr(outside)))
    if written.build != build_id({path: msgspec.to_builtins(entry) for path, entry in written.files.items()}):
        raise BadManifest(message("damage-build"))
    return Manifest(
        written.build,
        {path: FileEntry(e.sha256, e.bytes, e.media_type, e.triples) for path, e in written.files.items()},
    )


_Count = Annotated[int, msgspec.Meta(ge=0)]


class _Entry(msgspec.Struct, omit_defaults=True):
    """An entry as a manifest writes it."""

    sha256: str
    bytes: _Count
    media_type: str = msgspec.field(name="mediaType")
    triples: _Count | None = None


class _Manifest(msgspec.Struct):
    """A manifest as it is written, read into its type: what a stranger's holds beside is passed over, not kept."""

    build: str
    files: dict[str, _Entry]


def checked(path: str, entry: FileEntry, content: bytes) -> bytes:
    """Return the content of a file if size and hash are those of its entry. Raises BadManifest."""
    if len(content) != entry.bytes or hashlib.sha256(content).hexdigest() != entry.sha256:
        raise BadManifest(message("damage-differs", path=path))
    return content


def stays(folder: Path, path: str) -> Path:
    """The path of a file in a folder, reached through no symbolic link. Raises BadManifest, OSError."""
    assert is_safe(path)
    target = folder
    for step in path.split("/"):
        target = target / step
        if target.is_symlink():
            raise BadManifest(message("damage-link", path=path))
    if not target.is_file():  # opening a pipe or a device could block
        raise (
            BadManifest(message("damage-no-file", path=path))
            if target.exists()
            else FileNotFoundError(ENOENT, os.strerror(ENOENT), path)
        )
    return target


def content(folder: Path, path: str, largest: int) -> bytes:
    """The bytes of a file in a folder, at most `largest`, through no symbolic link. Raises BadManifest, OSError."""
    target = stays(folder, path)
    if target.stat().st_size > largest:
        raise BadManifest(message("damage-larger", path=path))
    return target.read_bytes()


def foreign(folder: Path, manifest: Manifest) -> Iterator[str]:
    """The paths that the manifest does not list: files, links, and folders that hold no listed file."""
    listed = {MANIFEST, *manifest.files}
    folders = {"/".join(steps[:n]) for path in listed if (steps := path.split("/")) for n in range(1, len(steps))}
    for parent, inner, files in os.walk(folder):
        here = os.path.relpath(parent, folder).replace(os.sep, "/")
        start = "" if here == "." else f"{here}/"
        yield from sorted(start + name for name in files if start + name not in listed)
        for name in sorted(inner):
            if start + name not in folders or (Path(parent) / name).is_symlink():
                inner.remove(name)
                yield start + name


def entry(path: str, sha256: str, size: int, triples: int | None) -> dict[str, object]:
    """The entry of a file as the manifest writes it; `triples` is None if the file is not RDF."""
    fields: dict[str, object] = {"sha256": sha256, "bytes": size, "mediaType": formats.of(path).media_type}
    return fields if triples is None else {**fields, "triples": triples}


def manifest(entries: Entries, on_demand: Sequence[str] = (), left: LeftOut = NOTHING) -> bytes:
    """The bytes of `manifest.json`: every file except itself, the build id, and how many records are `left` out."""
    whole: dict[str, object] = {"build": build_id(entries), "files": dict(sorted(entries.items()))}
    if on_demand:
        whole["onDemand"] = list(on_demand)
    if left.parts:
        whole["leftOut"] = {
            "records": {part.name: {"leftOut": part.records, "of": part.of} for part in left.parts},
            "problems": dict(left.kinds),
        }
    return to_json(whole, 2)
