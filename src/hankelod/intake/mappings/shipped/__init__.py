"""Mapping files of the package, by name: lists whose columns are public."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent


def names() -> tuple[str, ...]:
    """Return the names of the mapping files in the package."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yml")))


def path(given: str, working: Path) -> Path:
    """Return the mapping file that `--mapping` names: one of the package by its name alone, else that in `working`."""
    return FOLDER / f"{given}.yml" if given in names() else working / given
