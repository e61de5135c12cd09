"""`hankelod validate`: from its arguments to its exit status."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hankelod.cli.progress import coloured, watched
from hankelod.messages.refusal import CannotRun
from hankelod.messages.words import told

TYPE_CHECKING = False  # type checkers read it as True; importing it from `typing` would cost start-up
if TYPE_CHECKING:
    from hankelod.records.dataset import Dataset


def validate(given: argparse.Namespace, working: Path, lang: str) -> int:
    from hankelod.cli.rendering import render
    from hankelod.pipeline.checking import check_all, check_files

    paths = [None if p == "-" else working / p for p in given.paths]
    missing = [p for p, path in zip(given.paths, paths, strict=True) if path is not None and not path.exists()]
    if missing:
        raise CannotRun(told("refusal-path", path=missing[0]))
    dataset = _dataset_of(paths, working)
    if not paths or paths == [dataset.root]:
        from hankelod.cli import large

        if large.is_large(dataset, lang):
            found = large.check(dataset, given.engine, lang)
        else:
            found, _ = check_all(dataset, given.engine, watched)
    else:
        found = check_files(dataset, paths, given.engine, watched)
    sys.stdout.write(render(found, dataset, given.format, lang, given.strict, coloured(sys.stdout)))
    return 0 if found.conforms(given.strict) else 1


def _dataset_of(paths: list[Path | None], working: Path) -> Dataset:
    """The dataset that paths are checked against: the working folder's, else the one around the first path, else none.

    Raises NotADataset where there is no dataset and no path that could be checked alone.
    """
    from hankelod.records.dataset import Dataset
    from hankelod.records.folder import DATASET, find

    if (working / "data" / DATASET).exists() or not paths:
        return Dataset(working, working)
    around = find(paths[0]) if paths[0] is not None else None
    return Dataset(around, working) if around else Dataset(working, working, alone=True)
