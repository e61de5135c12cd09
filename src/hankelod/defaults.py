"""What the package carries: an ontology, shapes and areas for datasets without their own."""

from __future__ import annotations

from pathlib import Path


def shipped(name: str) -> Path:
    """A folder that the package ships: `ontology`, `shapes` or `data`, in a wheel or in a checkout."""
    inside = Path(__file__).parent / "shipped" / name
    return inside if inside.is_dir() else Path(__file__).parents[2] / name


def turtle_files(folder: Path) -> list[Path]:
    """The Turtle files of a folder, in the order of their paths."""
    return sorted(folder.rglob("*.ttl"))


def query_folder(root: Path) -> Path:
    """The folder of the named queries of a dataset folder: its own, else the one that the package ships."""
    own = root / "ontology" / "queries"
    return own if own.is_dir() else shipped("ontology") / "queries"


def differ(files: list[Path], name: str) -> bool:
    """Whether these files are others than those that the package carries in the folder of this name."""
    return [f.read_bytes() for f in files] != [f.read_bytes() for f in turtle_files(shipped(name))]
