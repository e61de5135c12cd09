"""Dataset folder: finding it, the settings in `data/dataset.yml`, and the folders in the package."""

from __future__ import annotations

import os
from importlib import resources
from pathlib import Path

from hankelod.messages.catalogue import in_language
from hankelod.messages.languages import LANGUAGES
from hankelod.messages.refusal import Refusal
from hankelod.messages.words import message
from hankelod.rdf import files
from hankelod.rdf.graph import not_readable
from hankelod.records import tree, yamltree

BASE = "https://w3id.org/hankelod/"

DATASET = "dataset.yml"

PACK = "finland"
"""Area pack of a dataset that names none."""


class NotADataset(Refusal):
    """The folder cannot be used as a dataset; the message says why and what to do."""


def settings(file: Path, name: str) -> tuple[str, tuple[str, ...], str]:
    """Read base IRI, languages and area pack from a `dataset.yml`, which messages call `name`; it is validated later.

    Raises NotADataset.
    """
    if not os.path.lexists(file):
        raise NotADataset(message("refusal-no-dataset", file=name))
    try:
        node = yamltree.read_yaml(tree.read_bytes(file, name, within=file.parent), name, [])
    except tree.Unreadable as error:
        at = error.problem
        raise NotADataset(
            {
                lang: f"{at.file}:{at.line}:{at.column}: {text} {in_language(at.fix, lang)}"
                for lang, text in at.message.items()
            }
        ) from error
    pairs = node.value if node.kind == "mapping" else []
    top = {str(key.value): value for key, value in pairs}  # type: ignore[attr-defined]
    base = top.get("base")
    text = str(base.value) if base is not None and base.kind == "text" else ""
    if not text.endswith("/") or not text.startswith(("http://", "https://")) or not _iri(text):
        line = base.line if base is not None else 1
        raise NotADataset(message("refusal-base", file=name, line=line, example=BASE))
    listed = top.get("languages")
    codes = listed.value if listed is not None and listed.kind == "list" else []
    languages = [str(n.value) for n in codes if n.kind == "text"]  # type: ignore[attr-defined]
    areas = top.get("areas")
    named = str(areas.value) if areas is not None and areas.kind == "text" and areas.value else PACK
    return text, tuple(languages) or LANGUAGES, named


def _iri(text: str) -> bool:
    from hankelod.model.kinds.addresses import is_iri

    return is_iri(text) and "?" not in text and "#" not in text


def find(start: Path) -> Path | None:
    """Return the nearest dataset folder at or above `start`, or None."""
    for folder in (start, *start.parents):
        if (folder / "data" / DATASET).exists():
            return folder
    return None


def shipped(name: str) -> Path:
    """Return a folder of the package: `ontology`, `shapes` or `data`, in a wheel or in a checkout."""
    package = Path(str(resources.files(__package__)))
    inside = package / "shipped" / name
    return inside if inside.is_dir() else package.parents[2] / name


def turtle_files(folder: Path) -> list[Path]:
    """Return the Turtle files of a folder, in the order of their paths.

    Raises NotReadable if one is a link out of the dataset, since its target would be published.
    """
    found = sorted(f for f in folder.rglob("*.ttl") if not any(map(files.is_hidden, f.relative_to(folder).parts)))
    outside = next((f for f in (folder, *found) if files.leads_out(f, folder.parent)), None)
    if outside is not None:
        raise not_readable(outside, message("file-outside-dataset"))
    return found


def shape_files(folder: Path) -> list[Path]:
    """Return the Turtle files of a folder of shapes without the pattern of areas, which area packs are made of."""
    return [f for f in turtle_files(folder) if f.name != PATTERN or b"s:Area " not in files.content(f)]


PATTERN = "area.ttl"
"""File of the pattern of areas."""


def query_folder(root: Path) -> Path:
    """Return the folder of named queries: the dataset's own, else the package's."""
    own = root / "ontology" / "queries"
    return own if own.is_dir() else shipped("ontology") / "queries"


def differ(own: Path, name: str) -> bool:
    """Check if the Turtle files of a folder differ from those in the package folder of this name."""
    return [files.content(f) for f in turtle_files(own)] != [files.content(f) for f in turtle_files(shipped(name))]
