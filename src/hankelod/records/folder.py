"""Dataset folder: finding it, its model files, and the folders in the package."""

from __future__ import annotations

import os
from pathlib import Path

from hankelod.messages.catalogue import in_language
from hankelod.messages.problem import Problem
from hankelod.messages.refusal import Refusal
from hankelod.messages.words import message
from hankelod.rdf import files
from hankelod.rdf.graph import not_readable

BASE = "https://w3id.org/hankelod/"

DATASET = "dataset.yml"

PROFILES = "profiles"
"""Folder of profiles among the shapes."""


class NotADataset(Refusal):
    """The folder cannot be used as a dataset; the message says why and what to do."""


def refused(at: Problem) -> NotADataset:
    """Return the refusal of a file that cannot be read: the problem with its place and how to mend it."""
    place = f"{at.file}:{at.line}:{at.column}"
    return NotADataset({lang: f"{place}: {text} {in_language(at.fix, lang)}" for lang, text in at.message.items()})


def find(start: Path) -> Path | None:
    """Return the nearest dataset folder at or above `start`, or None."""
    for folder in (start, *start.parents):
        if (folder / "data" / DATASET).exists():
            return folder
    return None


def shipped(name: str) -> Path:
    """Return a folder of the package: `ontology`, `shapes` or `data`, in a wheel or in a checkout."""
    package = Path(__file__).parent
    inside = package / "shipped" / name
    return inside if inside.is_dir() else package.parents[2] / name


def turtle_files(folder: Path) -> list[Path]:
    """Return the Turtle files of a folder, in the order of their paths, but for those of profiles.

    Raises NotReadable if one is a link out of the dataset, since its target would be published.
    """
    found = []
    for path, folders, names in os.walk(folder):
        folders[:] = [n for n in folders if not files.is_hidden(n) and (n != PROFILES or path != str(folder))]
        found += [Path(path, n) for n in (*folders, *names) if n.endswith(".ttl") and not files.is_hidden(n)]
    outside = next((f for f in (folder, *sorted(found)) if files.leads_out(f, folder.parent)), None)
    if outside is not None:
        raise not_readable(outside, message("file-outside-dataset"))
    return sorted(found)


def query_folders(root: Path, profile: Path, pack: Path) -> list[Path]:
    """Return the folders of named queries: the dataset's own, else the package's; that of profile and of area pack."""
    own = root / "ontology" / QUERIES
    return [own if own.is_dir() else shipped("ontology") / QUERIES, profile / QUERIES, pack / QUERIES]


QUERIES = "queries"
"""Folder of named queries."""
