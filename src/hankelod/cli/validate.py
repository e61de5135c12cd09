"""`hankelod validate`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hankelod.cli import datasets
from hankelod.cli.progress import coloured, note_more, watch
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
    from hankelod.cli.rendering import DETAILED, render

    paths = [None if p == "-" else working / p for p in given.paths]
    missing = [p for p, path in zip(given.paths, paths, strict=True) if path is not None and not path.exists()]
    if missing:
        raise CannotRun(message("refusal-path", path=missing[0]))
    dataset = datasets.of_paths(paths, working)
    details = given.format in DETAILED
    if not paths or paths == [dataset.root]:
        from hankelod.pipeline.traversal import check

        report = check(dataset, given.engine, details=details, watch=watch(lang))
        note_more(report, lang)
    else:
        from hankelod.pipeline.checking import check_files

        report = check_files(dataset, paths, given.engine, details=details)
    sys.stdout.write(render(report, dataset, given.format, lang, given.strict, coloured(sys.stdout), given.all))
    return 0 if report.conforms(given.strict) else 1
