"""Dispatch: the function of each command, by the name of the command.

Each takes the parsed arguments, the working folder and the language of messages, and returns the exit status.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from hankelod.cli.diff import diff
from hankelod.cli.new import new
from hankelod.cli.publish import publish
from hankelod.cli.query import query
from hankelod.cli.serve import serve
from hankelod.cli.validate import validate
from hankelod.cli.verify import verify
from hankelod.messages.refusal import CannotRun
from hankelod.messages.words import told


def run(given: argparse.Namespace, lang: str) -> int:
    """Run the command that the arguments name and return its exit status. Raises Refusal (exit status 2)."""
    working = Path(given.folder or ".").absolute()
    if not working.is_dir():
        raise CannotRun(told("refusal-folder", folder=given.folder))
    functions = {
        "validate": validate,
        "new": new,
        "publish": publish,
        "query": query,
        "import": import_,
        "resolve": resolve,
        "diff": diff,
        "verify": verify,
        "serve": serve,
    }
    return functions[given.command](given, working, lang)


def import_(given: argparse.Namespace, working: Path, lang: str) -> int:
    """Run `hankelod import`: see `hankelod.cli.intake.import_`."""
    from hankelod.cli import intake

    return intake.import_(given, working, lang)


def resolve(given: argparse.Namespace, working: Path, lang: str) -> int:
    """Run `hankelod resolve`: see `hankelod.cli.intake.resolve`."""
    from hankelod.cli import intake

    return intake.resolve(given, working, lang)
