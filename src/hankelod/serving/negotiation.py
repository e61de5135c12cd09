"""Content negotiation: `Accept`, `Accept-Language` and `Accept-Encoding` (RFC 9110, section 12.5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple

_ELEMENT = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*+"?)++')
"""One element of a list: a comma in a quoted string belongs to it. A string without its end goes to the end."""

_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"

_NAME = re.compile(rf"{_WORD}(?:/{_WORD})?")

_PARAMETER = re.compile(r';((?:[^;"]|"(?:[^"\\]|\\.)*+"?)*+)')

_QUALITY = re.compile(r"[0-9]++(?:\.[0-9]*+)?|\.[0-9]++")
"""A quality as clients write it: RFC 9110 with, besides, `.5` and more than three digits."""

LEAST = 0.001
"""Least quality above 0. A range whose quality cannot be read has it: it is accepted after all others."""

MOST = 100
"""Most ranges of one header that are read; no client needs more."""

ALIASES = {"text/html": "application/xhtml+xml", "application/ld+json": "application/json"}
"""Media types by which clients name another one: they are served that one, unless there is a file of the alias."""


class Range(NamedTuple):
    """A media range, language range or coding in lower case, with its quality (0 to 1)."""

    name: str
    quality: float


def ranges(header: str | None) -> list[Range]:
    """The ranges of a header. Those whose names are not well-formed are ignored, as in most servers.

    Empty elements count for nothing (RFC 9110, section 5.6.1).
    """
    result: list[Range] = []
    elements = (text for match in _ELEMENT.finditer(header or "") if (text := match.group().strip()))
    for element in islice(elements, MOST):
        name, _, rest = element.partition(";")
        name = name.strip().lower()
        if _NAME.fullmatch(name):
            result.append(Range(name, _weight(";" + rest)))
    return result


def _weight(parameters: str) -> float:
    """The quality among the parameters of a range; 1 without one, and for more than 1."""
    for match in _PARAMETER.finditer(parameters):
        name, _, value = match.group(1).partition("=")
        if name.strip().lower() == "q":
            text = value.strip()
            return min(1.0, float(text)) if _QUALITY.fullmatch(text) else LEAST
    return 1.0


def quality(accepted: Sequence[Range], media_type: str, alias: bool = True) -> float:
    """The quality of a media type, by the most specific range that matches it; 0 if none does.

    Parameters of ranges count for nothing: the offers have none.
    """
    essence = media_type.partition(";")[0].strip().lower()
    other = ALIASES.get(essence) if alias else None
    best, result = -1, 0.0
    for name, q in accepted:
        if name in (essence, other):
            specific = 2
        elif name == essence.partition("/")[0] + "/*":
            specific = 1
        elif name in ("*/*", "*"):
            specific = 0
        else:
            continue
        if specific > best or (specific == best and q > result):
            best, result = specific, q
    return result


def choose(header: str | None, offers: Iterable[str]) -> int | None:
    """The index of the media type that a client prefers, the first of equal ones; None if it accepts none.

    Without the header it is the first.
    """
    offered = list(offers)
    if not header or not header.strip():
        return 0 if offered else None
    accepted = ranges(header)
    names = {o.partition(";")[0].strip().lower() for o in offered}
    qualities = [quality(accepted, o, ALIASES.get(o.partition(";")[0].strip().lower()) not in names) for o in offered]
    best = max(qualities, default=0.0)
    return qualities.index(best) if best > 0 else None


def accepted_language(header: str | None, offers: Sequence[str]) -> str | None:
    """The language that a client prefers among these (two letters each); None if it accepts none of them."""
    accepted = ranges(header)
    qualities: dict[str, float] = {}
    for name, q in accepted:
        code = name.partition("-")[0]
        if code in offers:
            qualities[code] = max(qualities.get(code, 0.0), q)
    others = max((r.quality for r in accepted if r.name == "*"), default=0.0)
    best = max((qualities.get(o, others) for o in offers), default=0.0)
    return next((o for o in offers if best > 0 and qualities.get(o, others) == best), None)


def language(header: str | None, offers: Sequence[str]) -> str:
    """The language that a client prefers among these; the first if it accepts none."""
    return accepted_language(header, offers) or offers[0]


def takes_gzip(header: str | None) -> bool:
    """Tell whether a client accepts gzip, and does not prefer a body as it is."""
    accepted = {r.name: r.quality for r in ranges(header)}
    wanted = accepted.get("gzip", accepted.get("x-gzip", accepted.get("*", 0.0)))
    return wanted > 0 and wanted >= accepted.get("identity", 0.0)
