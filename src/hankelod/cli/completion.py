"""Shell completion of values that argparse does not know: names of queries, of their parameters, problem codes.

For each completion the shell starts the command, through argcomplete (extra `completion`). In bash:

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
    """Write the completions and exit; return if the command was not started by the shell for completion."""
    commands: Any = next(a for a in parser._actions if a.dest == "command").choices
    for action in commands["query"]._actions:
        if action.dest == "query":
            action.completer = _queries
        elif action.dest == "set":
            action.completer = _parameters
    for action in commands["explain"]._actions:
        if action.dest == "code":
            action.completer = _codes
    argcomplete.autocomplete(parser, always_complete_options="long")


def _queries(parsed_args: argparse.Namespace, **_: object) -> list[str]:
    """The names of the named queries; the shell itself completes the paths of `.rq` files."""
    return data.catalogue(Path(parsed_args.folder or ".")).names()


def _codes(parsed_args: argparse.Namespace, **_: object) -> list[str]:
    """The problem codes: those of the package and those of the dataset's shapes."""
    from hankelod.cli.explain import dataset_for
    from hankelod.validation.explanation import all_codes

    return all_codes(dataset_for(Path(parsed_args.folder or ".").absolute()).model)


def _parameters(parsed_args: argparse.Namespace, **_: object) -> list[str]:
    """The parameters of the query already on the line, except the language, which is set by `--lang`."""
    try:
        query = data.catalogue(Path(parsed_args.folder or ".")).named(parsed_args.query or "")
    except (CannotAsk, OSError, ValueError):
        return []
    return [f"{p.name}=" for p in query.parameters if p.kind != LANGUAGE]
