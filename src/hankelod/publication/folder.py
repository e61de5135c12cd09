"""The folder of a publication: refused if it holds other files, locked while it is written, replaced as a whole."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path

from hankelod.messages import words
from hankelod.messages.refusal import CannotPublish
from hankelod.publication import exchange, manifest
from hankelod.publication.manifest import MANIFEST, BadManifest


@contextlib.contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold the lock of a folder that may be replaced by a publication. Raises CannotPublish."""
    try:
        _refuse_foreign(out)
        if out.is_mount():
            raise CannotPublish(words.message("refusal-mount", out=out))
        out.parent.mkdir(parents=True, exist_ok=True)
        with exchange.locked(out):
            yield
    except OSError as error:
        name = {errno.EBUSY: "refusal-mount", errno.EXDEV: "refusal-layer"}.get(error.errno or 0, "refusal-out")
        raise CannotPublish(words.message(name, out=out, why=error)) from error


@contextlib.contextmanager
def replacing(out: Path) -> Iterator[Path]:
    """A new folder to fill, which replaces `out` when the block ends without an error. Raises CannotPublish."""
    with locked(out), exchange.replacing(out) as building:
        yield building


LITTER = frozenset((".DS_Store", "Thumbs.db", "desktop.ini"))
"""Files that file managers create; they may be replaced."""


def _is_empty(path: Path) -> bool:
    """Tell whether this is a folder that contains no files, at any depth."""
    return path.is_dir() and not path.is_symlink() and all(_is_empty(inner) for inner in path.iterdir())


def _refuse_foreign(out: Path) -> None:
    """Refuse a folder with files that hankelod did not write, since a publication replaces the whole folder.

    A `manifest.json` alone is no proof: web applications have one too, and a checkout has its `.git`. Raises
    CannotPublish.
    """
    refusal = CannotPublish(words.message("refusal-not-publication", out=out))
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise refusal
    if not out.exists() or not any(out.iterdir()):
        return
    try:
        listed = manifest.read(manifest.content(out, MANIFEST, manifest.LARGEST))
    except (BadManifest, OSError) as error:
        raise refusal from error
    unknown = (path for path in manifest.foreign(out, listed) if path.rpartition("/")[2] not in LITTER)
    first = next((path for path in unknown if not _is_empty(out / path)), None)
    if first is not None:
        raise CannotPublish(words.message("refusal-stranger", out=out, stranger=repr(first)))
