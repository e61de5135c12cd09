"""Kinds of problems: a report of thousands begins with them, and lists some of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from hankelod.messages.problem import SEVERITIES, Problem

Beyond = Mapping[tuple[str, str], int]
"""Numbers of problems that a report counts but does not keep, by severity and code."""

NONE: Beyond = MappingProxyType({})

SHOWN = 20
"""Most problems of a kind that are listed where not all are asked for; with no more in all, a report has no kinds."""

EXAMPLES = 3
"""Places of problems that stand for their kind."""


class Kind(NamedTuple):
    """The problems of one code and severity: their number, and the first of them."""

    code: str
    severity: str
    number: int
    examples: tuple[Problem, ...]


def kinds(problems: Sequence[Problem], beyond: Beyond = NONE) -> list[Kind]:
    """Return the kinds of problems: the gravest first, then the most frequent.

    Those `beyond` what a report keeps are among their number.
    """
    counts = dict(beyond)
    examples: dict[tuple[str, str], list[Problem]] = {}
    for p in problems:
        key = (p.severity, p.code)
        counts[key] = counts.get(key, 0) + 1
        first = examples.setdefault(key, [])
        if len(first) < EXAMPLES:
            first.append(p)
    rank = {severity: n for n, severity in enumerate(SEVERITIES)}
    ordered = sorted(counts, key=lambda key: (rank[key[0]], -counts[key], key[1]))
    return [Kind(key[1], key[0], counts[key], tuple(examples[key])) for key in ordered]


def long(problems: Sequence[Problem]) -> bool:
    """Tell whether a report on these begins with the kinds of its problems."""
    return len(problems) > SHOWN


def listed(problems: Sequence[Problem], every: bool) -> Sequence[Problem]:
    """Return the problems that are listed, in the order of the report: all of them, or SHOWN of each kind."""
    if every or not long(problems):
        return problems
    counts: dict[tuple[str, str], int] = {}
    some = []
    for p in problems:
        key = (p.severity, p.code)
        counts[key] = counts.get(key, 0) + 1
        if counts[key] <= SHOWN:
            some.append(p)
    return some


def unlisted(problems: Sequence[Problem], every: bool, beyond: Beyond = NONE) -> list[tuple[Kind, int]]:
    """Return the kinds of which not all problems are listed, each with the number of the others."""
    if every or not long(problems):
        return []
    return [(kind, kind.number - SHOWN) for kind in kinds(problems, beyond) if kind.number > SHOWN]
