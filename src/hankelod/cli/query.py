"""`hankelod query`: from its arguments to its exit status."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hankelod.messages.refusal import CannotRun
from hankelod.messages.words import note, say, told


def query(given: argparse.Namespace, working: Path, lang: str) -> int:
    from hankelod.query import data as sources
    from hankelod.query import named
    from hankelod.rdf.sparql import LIMITS

    catalogue = sources.catalogue(working)
    if given.list:
        sys.stdout.write(named.listing(catalogue, lang))
        return 0
    if not given.query:
        raise CannotRun(told("refusal-query-none"))
    asked = named.read(_standard_input()) if given.query == "-" else catalogue.find(given.query, working)
    values: dict[str, list[str]] = {}
    for pair in given.set:
        name, value = _pair(pair)
        values.setdefault(name, []).append(value)
    for parameter in asked.parameters:
        if parameter.kind == named.LANGUAGE:
            values.setdefault(parameter.name, [lang])
    limits = LIMITS if given.max_length is None else LIMITS._replace(length=given.max_length)
    data = sources.open_data(given.source or ".", limits, working)
    if data.unread:
        note(say("note-unread", lang, count=data.unread))
    text = data.text(asked, values)
    answer = data.ask(text)
    for each in answer.notes:
        note(each)
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


def _standard_input() -> str:
    try:
        return sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError as error:
        raise CannotRun(told("refusal-stdin")) from error


def _terminal_width() -> int | None:
    """The columns of the terminal that results go to; None where they go elsewhere."""
    if not sys.stdout.isatty():
        return None
    import shutil

    return shutil.get_terminal_size().columns


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise CannotRun(told("refusal-set", value=text))
    return name, value
