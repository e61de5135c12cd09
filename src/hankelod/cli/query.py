"""`hankelod query`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from hankelod.messages.refusal import CannotRun
from hankelod.messages.words import message, note, say


def run(given: argparse.Namespace, working: Path, lang: str) -> int:
    """Evaluate a SPARQL query or a named query, and write the results to standard output.

    `--list` lists the named queries instead; `--explain` writes the algebra and the matches of each pattern.

    Exit status: 0, also without results. Raises Refusal (2) where the query or the data cannot be read, or the query is
    refused.
    """
    from hankelod.query import data as sources
    from hankelod.query import named
    from hankelod.rdf.sparql import LIMITS

    catalogue = sources.catalogue(working)
    if given.list:
        sys.stdout.write(named.listing(catalogue, lang))
        return 0
    if not given.query:
        raise CannotRun(message("refusal-query-none"))
    chosen = named.read(_standard_input(named.decoded)) if given.query == "-" else catalogue.find(given.query, working)
    values: dict[str, list[str]] = {}
    for pair in given.set:
        name, value = _pair(pair)
        values.setdefault(name, []).append(value)
    for parameter in chosen.parameters:
        if parameter.kind == named.LANGUAGE:
            values.setdefault(parameter.name, [lang])
    limits = LIMITS if given.max_length is None else LIMITS._replace(length=given.max_length)
    data = sources.open_data(given.source or ".", limits, working)
    if data.unread:
        note(say("note-unread", lang, count=data.unread))
    text = data.text(chosen, values)
    answer = data.ask(text)
    for each in answer.notes:
        note(each[lang])
    if given.explain:
        from hankelod.query.algebra import explain

        sys.stdout.write(explain(data, text))
        return 0
    text = answer.text(given.format, _terminal_width())
    sys.stdout.reconfigure(newline="")  # type: ignore[union-attr] # a line of CSV ends in CR LF, on every system
    sys.stdout.write(text)
    if given.format == "table" and answer.kind == "rows" and not answer.terms:
        note(say("note-no-rows", lang))
    return 0


def _standard_input(decoded: Callable[[bytes], str]) -> str:
    """Read the query from standard input. Raises CannotRun if it is not UTF-8."""
    try:
        return decoded(sys.stdin.buffer.read())
    except UnicodeDecodeError as error:
        raise CannotRun(message("refusal-stdin")) from error


def _terminal_width() -> int | None:
    """The columns of the terminal; None if standard output is not a terminal."""
    if not sys.stdout.isatty():
        return None
    import shutil

    return shutil.get_terminal_size().columns


def _pair(text: str) -> tuple[str, str]:
    """Split `NAME=VALUE`. Raises CannotRun if there is no `=`."""
    name, sign, value = text.partition("=")
    if not sign:
        raise CannotRun(message("refusal-set", value=text))
    return name, value
