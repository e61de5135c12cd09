"""Datasets that commands work on: the one of the working folder, or one around a path."""

from __future__ import annotations

from pathlib import Path

TYPE_CHECKING = False  # type checkers read it as True; importing it from `typing` would cost start-up
if TYPE_CHECKING:
    from hankelod.records.dataset import Dataset


def of_paths(paths: list[Path | None], working: Path) -> Dataset:
    """The dataset that paths are checked against: that of the working folder, else the one around the first path.

    Without either, one that has only the model, so that a path is checked alone. Raises NotADataset if there is no
    path and no dataset.
    """
    from hankelod.records.dataset import Dataset
    from hankelod.records.folder import DATASET, find

    if (working / "data" / DATASET).exists() or not paths:
        return Dataset(working, working)
    around = find(paths[0]) if paths[0] is not None else None
    return Dataset(around, working) if around else Dataset(working, working, alone=True)


def around(working: Path) -> Dataset | None:
    """The dataset at or above the working folder, for the names in it; None if there is none.

    Raises NotADataset if there is one that cannot be used.
    """
    from hankelod.records.dataset import Dataset
    from hankelod.records.folder import find

    root = find(working)
    return Dataset(root, working) if root else None
