"""`hankelod diff`: from its arguments to its exit status."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def diff(given: argparse.Namespace, working: Path, lang: str) -> int:
    from hankelod.publication.history import comparison

    found = comparison.of(given.old, given.new, working)
    write = {"text": comparison.text, "json": comparison.json}
    sys.stdout.write(comparison.sparql(found) if given.format == "sparql" else write[given.format](found, lang))
    return 0
