"""The folder of a publication: refused where it holds other files, locked while it is written, replaced as a whole."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from hankelod.messages import words
from hankelod.messages.refusal import CannotPublish
from hankelod.publication import exchange, manifest
from hankelod.publication.manifest import MANIFEST, BadManifest


@contextlib.contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold the lock of a folder in which a publication may be put. Raises CannotPublish."""
    _refuse_foreign(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with exchange.locked(out):
            yield
    except OSError as error:
        raise CannotPublish(words.told("refusal-out", out=out, why=error)) from error


@contextlib.contextmanager
def replacing(out: Path) -> Iterator[Path]:
    """A new folder to fill, which takes the place of `out` when the block ends well. Raises CannotPublish."""
    with locked(out), exchange.replacing(out) as building:
        yield building


LITTER = frozenset((".DS_Store", "Thumbs.db", "desktop.ini"))
"""What file managers leave behind: nobody misses it."""


def _is_empty(path: Path) -> bool:
    """Whether this is a folder with nothing but folders in it."""
    return path.is_dir() and not path.is_symlink() and all(_is_empty(inner) for inner in path.iterdir())


def _refuse_foreign(out: Path) -> None:
    """A publication takes the place of the whole folder, so there must be nothing in it that hankelod did not write.

    A folder with a `manifest.json` may be somebody's web application, or a checkout with its `.git`.
    Raises CannotPublish.
    """
    refusal = CannotPublish(words.told("refusal-not-publication", out=out))
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise refusal
    if not out.exists() or not any(out.iterdir()):
        return
    try:
        found = manifest.read(manifest.content(out, MANIFEST, manifest.LARGEST))
    except (BadManifest, OSError) as error:
        raise refusal from error
    strangers = (path for path in manifest.foreign(out, found) if path.rpartition("/")[2] not in LITTER)
    stranger = next((path for path in strangers if not _is_empty(out / path)), None)
    if stranger is not None:
        raise CannotPublish(words.told("refusal-stranger", out=out, stranger=repr(stranger)))
