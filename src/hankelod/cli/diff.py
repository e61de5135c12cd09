"""`hankelod diff`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from hankelod.messages import console


def run(given: argparse.Namespace, working: Path, lang: str) -> int:
    """Write the differences between two publications, datasets or dumps to standard output.

    Exit status: 0, whether or not they differ. Raises Refusal (2) where one of them cannot be read, or where
    `--format sparql` meets blank nodes.
    """
    from hankelod.publication.history import comparison

    write = {"text": comparison.text, "json": comparison.json}
    with tempfile.TemporaryDirectory() as spool:
        differences = comparison.of(given.old, given.new, working, Path(spool))
        text = comparison.sparql(differences) if given.format == "sparql" else write[given.format](differences, lang)
        if given.format == "text":
            console.show(text)
        else:
            sys.stdout.write(console.data(text, astral=given.format == "sparql"))
    return 0
