"""Where a dataset begins: the folder that holds `data/dataset.yml`, and what everything else needs out of that file."""

from __future__ import annotations

from pathlib import Path

from hankelod import tree, yamltree
from hankelod.refusals import Refusal
from hankelod.words import told

BASE = "https://w3id.org/hankelod/"
DATASET = "dataset.yml"


class NotADataset(Refusal):
    """The folder cannot be used as a dataset; the message says why and what to do."""


def settings(file: Path, name: str) -> tuple[str, tuple[str, ...]]:
    """Base IRI and languages out of a `dataset.yml`, which messages call `name`; its own check comes later.

    Raises NotADataset.
    """
    if not file.exists():
        raise NotADataset(told("refusal-no-dataset", file=name))
    try:
        node = yamltree.read_yaml(tree.read_bytes(file, name), name, [])
    except tree.Unreadable as error:
        at = error.problem
        raise NotADataset(
            {lang: f"{at.file}:{at.line}:{at.column}: {said} {at.fix[lang]}" for lang, said in at.message.items()}
        ) from error
    pairs = node.value if node.kind == "mapping" else []
    top = {str(key.value): value for key, value in pairs}  # type: ignore[attr-defined]
    base = top.get("base")
    text = str(base.value) if base is not None and base.kind == "text" else ""
    if not text.endswith("/") or not text.startswith(("http://", "https://")) or not _iri(text):
        line = base.line if base is not None else 1
        raise NotADataset(told("refusal-base", file=name, line=line, example=BASE))
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
