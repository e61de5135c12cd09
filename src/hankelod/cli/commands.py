"""Dispatch: the module of each command, by the name of the command.

Its `run` takes the parsed arguments, the working folder and the language of messages, and returns the exit status.
"""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path

from hankelod.messages.refusal import CannotRun
from hankelod.messages.words import message

MODULES = {
    "validate": "hankelod.cli.validate",
    "explain": "hankelod.cli.explain",
    "new": "hankelod.cli.new",
    "publish": "hankelod.cli.publish",
    "query": "hankelod.cli.query",
    "import": "hankelod.cli.import_",
    "resolve": "hankelod.cli.resolve",
    "diff": "hankelod.cli.diff",
    "verify": "hankelod.cli.verify",
    "serve": "hankelod.cli.serve",
}


def run(given: argparse.Namespace, lang: str) -> int:
    """Run the command that the arguments name and return its exit status. Raises Refusal (exit status 2)."""
    working = Path(given.folder or ".").absolute()
    if not working.is_dir():
        raise CannotRun(message("refusal-folder", folder=given.folder))
    return int(import_module(MODULES[given.command]).run(given, working, lang))
