"""`hankelod verify`: from its arguments to its exit status."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hankelod.cli.progress import coloured
from hankelod.messages.refusal import CannotRun
from hankelod.messages.words import told


def verify(given: argparse.Namespace, working: Path, lang: str) -> int:
    from hankelod.publication import verification
    from hankelod.validation import report

    if not (working / given.dist).is_dir():
        raise CannotRun(told("refusal-publication-folder", folder=given.dist))
    found = verification.verify(working / given.dist, given.dist)
    if given.format == "json":
        sys.stdout.write(report.as_json(found, lang))
    else:
        sys.stdout.write(report.as_text(found, lang, coloured(sys.stdout), "file"))
    return 0 if found.conforms() else 1
