"""`hankelod validate`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hankelod.cli import datasets
from hankelod.cli.progress import coloured, watched
from hankelod.messages.refusal import CannotRun
from hankelod.messages.words import message

TYPE_CHECKING = False  # type checkers read it as True; importing it from `typing` would cost start-up
if TYPE_CHECKING:
    pass


def run(given: argparse.Namespace, working: Path, lang: str) -> int:
    """Check the whole dataset, or the given files against it, and write the report to standard output.

    Exit status: 0 if there are no violations (with `--strict`, no warnings either); 1 otherwise. Raises Refusal (2)
    where a path does not exist, the dataset cannot be read, or a library is missing.
    """
    from hankelod.cli.rendering import render
    from hankelod.pipeline.checking import check_all, check_files

    paths = [None if p == "-" else working / p for p in given.paths]
    missing = [p for p, path in zip(given.paths, paths, strict=True) if path is not None and not path.exists()]
    if missing:
        raise CannotRun(message("refusal-path", path=missing[0]))
    dataset = datasets.of_paths(paths, working)
    if not paths or paths == [dataset.root]:
        from hankelod.cli import large

        if large.is_large(dataset, lang):
            report = large.check(dataset, given.engine, lang)
        else:
            report, _ = check_all(dataset, given.engine, watched)
    else:
        report = check_files(dataset, paths, given.engine, watched)
    sys.stdout.write(render(report, dataset, given.format, lang, given.strict, coloured(sys.stdout)))
    return 0 if report.conforms(given.strict) else 1
