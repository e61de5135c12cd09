"""`hankelod query`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from hankelod.messages.catalogue import Text, in_language
from hankelod.messages.console import lines, note, show
from hankelod.messages.refusal import CannotRun, Refusal
from hankelod.messages.words import message, say

TYPE_CHECKING = False  # type checkers read it as True; importing it from `typing` would cost start-up
if TYPE_CHECKING:
    from hankelod.query.data import Data


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
        show(named.listing(catalogue, lang))
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
    notes, answer, empty = _answer(data, text, given)
    for each in notes:
        note(in_language(each, lang))
    plain = given.explain or given.format == "table" or sys.stdout.isatty()
    sys.stdout.reconfigure(newline="")  # type: ignore[union-attr] # a line of CSV ends in CR LF, on every system
    sys.stdout.write(lines(answer) if plain else answer)
    if empty and given.format == "table" and not given.explain:
        note(say("note-no-rows", lang))
    return 0


def _answer(data: Data, text: str, given: argparse.Namespace) -> tuple[list[Text], str, bool]:
    """Notes on a query, its answer or explanation as text, and whether it has no rows. Raises CannotAsk.

    A child evaluates it, since a query can take all time, and end its process.
    """
    from hankelod.rdf import child
    from hankelod.rdf.sparql import CannotAsk

    def work() -> tuple[list[Text], str, bool]:
        answer = data.ask(text)
        if given.explain:
            from hankelod.query.algebra import explain

            return answer.notes, explain(data, text), False
        return answer.notes, answer.text(given.format, width), answer.kind == "rows" and not answer.terms

    width = _terminal_width()
    try:
        return child.call(work, child.Limits(given.time_limit), (Refusal,))
    except child.Ended as error:
        if error.why == "time":
            raise CannotAsk(message("refusal-query-time", seconds=f"{given.time_limit:g}")) from error
        raise CannotAsk(message("refusal-query-crash", why=error.detail or error.why)) from error


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
