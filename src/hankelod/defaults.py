"""What the package carries: an ontology, shapes and areas for datasets without their own."""

from __future__ import annotations

from pathlib import Path

from hankelod.graph import NotReadable


def shipped(name: str) -> Path:
    """A folder that the package ships: `ontology`, `shapes` or `data`, in a wheel or in a checkout."""
    inside = Path(__file__).parent / "shipped" / name
    return inside if inside.is_dir() else Path(__file__).parents[2] / name


def turtle_files(folder: Path) -> list[Path]:
    """The Turtle files of a folder, in the order of their paths.

    Raises NotReadable where one is a link out of the dataset: what stands there would be published.
    """
    files = sorted(folder.rglob("*.ttl"))
    inside = folder.parent.resolve()
    outside = next((f for f in files if f.is_symlink() and not f.resolve().is_relative_to(inside)), None)
    if outside is not None:
        raise NotReadable(f"{outside}: this is a link out of the dataset; put the file itself here")
    return files


def query_folder(root: Path) -> Path:
    """The folder of the named queries of a dataset folder: its own, else the one that the package ships."""
    own = root / "ontology" / "queries"
    return own if own.is_dir() else shipped("ontology") / "queries"


def differ(files: list[Path], name: str) -> bool:
    """Whether these files are others than those that the package carries in the folder of this name."""
    return [f.read_bytes() for f in files] != [f.read_bytes() for f in turtle_files(shipped(name))]
