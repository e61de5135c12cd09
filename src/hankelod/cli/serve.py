"""`hankelod serve`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hankelod.messages.refusal import CannotRun
from hankelod.messages.words import message


def run(given: argparse.Namespace, working: Path, lang: str) -> int:
    """Serve a publication over HTTP, with a SPARQL endpoint, until SIGTERM or SIGINT.

    Exit status: 0 after either signal. Raises Refusal (2) where the publication cannot be read, the address cannot be
    listened at, or a library is missing.
    """
    try:
        from hankelod.serving import server
    except ImportError as error:
        if sys.platform == "win32":
            raise CannotRun(message("refusal-serve-windows")) from error
        if (error.name or "").startswith("hankelod"):
            raise
        raise CannotRun(message("refusal-serve-library", library=error.name)) from error
    server.serve(given, working, lang)
    return 0
