"""What the shell completes beyond the options that argparse knows: the names of queries, and of their parameters.

The shell starts the command for each completion, by way of argcomplete (extra `completion`); in bash:

    eval "$(register-python-argcomplete hankelod)"
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import argcomplete

from hankelod.query import data
from hankelod.query.named import LANGUAGE
from hankelod.rdf.sparql import CannotAsk


def complete(parser: argparse.ArgumentParser) -> None:
    """Tell the shell what may follow, and exit; return where it is not the shell that asks."""
    commands: Any = next(a for a in parser._actions if a.dest == "command").choices
    for action in commands["query"]._actions:
        if action.dest == "query":
            action.completer = _queries
        elif action.dest == "set":
            action.completer = _parameters
    argcomplete.autocomplete(parser, always_complete_options="long")


def _queries(parsed_args: argparse.Namespace, **_: object) -> list[str]:
    """The names of the queries; `.rq` files are the shell's own business."""
    return data.catalogue(Path(parsed_args.folder or ".")).names()


def _parameters(parsed_args: argparse.Namespace, **_: object) -> list[str]:
    """The parameters of the query that is written already, without the language, which has an option of its own."""
    try:
        query = data.catalogue(Path(parsed_args.folder or ".")).named(parsed_args.query or "")
    except (CannotAsk, OSError, ValueError):
        return []
    return [f"{p.name}=" for p in query.parameters if p.kind != LANGUAGE]
