"""`hankelod verify`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hankelod.cli.progress import coloured
from hankelod.messages import console
from hankelod.messages.refusal import CannotRun
from hankelod.messages.words import message


def run(given: argparse.Namespace, working: Path, lang: str) -> int:
    """Recompute all that the manifest of a publication says, and write the report to standard output.

    Exit status: 0 if every file is as the manifest says; 1 otherwise. Raises Refusal (2) where there is no such folder.
    """
    from hankelod.pipeline import workers
    from hankelod.publication import verification
    from hankelod.validation import report, text

    if not (working / given.dist).is_dir():
        raise CannotRun(message("refusal-publication-folder", folder=given.dist))
    outcome = verification.verify(working / given.dist, given.dist, workers.shared)
    if given.format == "json":
        sys.stdout.write(console.data(report.as_json(outcome, lang)))
    else:
        sys.stdout.write(text.as_text(outcome, lang, coloured(sys.stdout), "file"))
    return 0 if outcome.conforms() else 1
