"""Where a dataset begins: the folder that holds `data/dataset.yml`, and what everything else needs out of that file."""

from __future__ import annotations

from pathlib import Path

from hankelod import tree, yamltree

BASE = "https://w3id.org/hankelod/"
DATASET = "dataset.yml"


class NotADataset(Exception):
    """The folder cannot be used as a dataset; the message says why and what to do."""


def settings(file: Path, name: str) -> tuple[str, tuple[str, ...]]:
    """Base IRI and languages out of a `dataset.yml`, which messages call `name`; its own check comes later.

    Raises NotADataset.
    """
    if not file.exists():
        raise NotADataset(f"{name}: there is no dataset here (a dataset is a folder with data/{DATASET}); -C FOLDER names another, `hankelod new dataset ID` begins one")  # fmt: skip
    try:
        node = yamltree.read_yaml(tree.read_bytes(file, name), name, [])
    except tree.Unreadable as error:
        at = error.problem
        raise NotADataset(f"{at.file}:{at.line}:{at.column}: {at.message['en']} {at.fix['en']}") from error
    pairs = node.value if node.kind == "mapping" else []
    top = {str(key.value): value for key, value in pairs}  # type: ignore[attr-defined]
    base = top.get("base")
    text = str(base.value) if base is not None and base.kind == "text" else ""
    if not text.endswith("/") or not text.startswith(("http://", "https://")) or not _iri(text):
        line = base.line if base is not None else 1
        raise NotADataset(f"{name}:{line}: base must be an IRI that begins with https:// and ends in a slash, such as {BASE}")  # fmt: skip
    listed = top.get("languages")
    codes = listed.value if listed is not None and listed.kind == "list" else []
    languages = [str(n.value) for n in codes if n.kind == "text"]  # type: ignore[attr-defined]
    return text, tuple(languages) or ("fi", "sv", "en")


def _iri(text: str) -> bool:
    from hankelod.records import is_iri

    return is_iri(text) and "?" not in text and "#" not in text


def find(start: Path) -> Path | None:
    """The nearest folder at or above `start` that is a dataset, or None."""
    for folder in (start, *start.parents):
        if (folder / "data" / DATASET).exists():
            return folder
    return None
