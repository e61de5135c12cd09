"""The validation report as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hankelod.messages.catalogue import in_language
from hankelod.messages.console import part
from hankelod.messages.problem import SEVERITIES, Problem, short
from hankelod.messages.words import say
from hankelod.validation.kinds import Kind, kinds, listed, long, unlisted
from hankelod.validation.report import Report

if TYPE_CHECKING:
    from hankelod.validation.excerpts import Excerpts

SHADES = {"violation": "31", "warning": "33", "info": "36"}


def number(count: int, word: str, lang: str) -> str:
    """A count with its noun: one error, two errors. Some languages have another case after any number but one."""
    return f"{count} {say(word if count == 1 else word + 's', lang)}"


def as_text(
    report: Report,
    lang: str,
    colour: bool = False,
    counted: str = "record",
    every: bool = False,
    excerpts: Excerpts | None = None,
) -> str:
    """The report for a terminal: each problem with its message, reason and correction; a summary last.

    A long one begins with the kinds of its problems, and lists some of each kind, or with `every` all. `counted` is the
    noun that the report counts: `record` or `file`. `excerpts` are the lines that the problems are about.
    """

    def paint(code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if colour else text

    lines: list[str] = []
    if long(report.problems):
        for kind in kinds(report.problems, report.beyond):
            head, *more = _of_kind(kind, lang)
            lines += [f"{paint(SHADES[kind.severity], say(kind.severity, lang))} {head}", *more, ""]
    for p in listed(report.problems, every):
        where = part(f"{p.file}:{p.line}:{p.column}")
        field = f" {part(short(p.field))}" if p.field else ""
        lines.append(f"{paint('1', where)}: {paint(SHADES[p.severity], say(p.severity, lang))}:{field} [{p.code}]")
        lines += [f"  {each}" for each in (excerpts.of(p) if excerpts else None) or ()]
        lines.append(f"  {part(in_language(p.message, lang))}")
        lines.append(f"  {say('why', lang)}: {part(in_language(p.why, lang))}")
        lines.append(f"  {say('fix', lang)}: {part(in_language(p.fix, lang))}")
        lines += [part(f"  {say('see', lang)}: {place.file}:{place.line}:{place.column}") for place in p.related]
        lines.append(f"  {say('help', lang)}: {report.help(p)}")
        lines.append("")
    lines += more_of_kinds(report, lang, every)
    lines.append(tally(report, lang, counted))
    return "\n".join(lines) + "\n"


def _of_kind(kind: Kind, lang: str) -> Iterator[str]:
    """Yield the lines on a kind: how many there are, an example in words, places, the correction."""
    first = kind.examples[0]
    yield f"[{kind.code}] × {kind.number}: {part(in_language(first.message, lang))}"
    yield f"  {say('example', lang)}: {', '.join(map(place, kind.examples))}"
    yield f"  {say('fix', lang)}: {part(in_language(first.fix, lang))}"


def place(p: Problem) -> str:
    """The place of a problem as a part of a line."""
    return part(f"{p.file}:{p.line}:{p.column}")


def more_of_kinds(report: Report, lang: str, every: bool) -> list[str]:
    """Lines that say how many problems of each kind are not listed, and how to see them; none if all are."""
    more = unlisted(report.problems, every, report.beyond)
    if not more:
        return []
    return [*(say("more-of-kind", lang, n=n, code=kind.code) for kind, n in more), say("more-shown", lang), ""]


def tally(report: Report, lang: str, counted: str = "record") -> str:
    """One line: the number of records or files checked, and the number of problems of each severity."""
    counts = report.counts()
    problems = ", ".join(number(counts[s], s, lang) for s in SEVERITIES if counts[s])
    return f"{number(report.records, f'report-{counted}', lang)}: {problems or say('report-fine', lang)}"
