"""Content negotiation: `Accept`, `Accept-Language` and `Accept-Encoding` (RFC 9110, section 12.5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_RANGE = re.compile(r"\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+(?:/[!#$%&'*+.^_`|~0-9A-Za-z-]+)?)\s*((?:;[^,]*)?)")

_QUALITY = re.compile(r";\s*q\s*=\s*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*(?:;|$)", re.IGNORECASE)

ALIASES = {"application/xhtml+xml": "text/html"}
"""Media ranges that stand for another type: who asks for XHTML alone gets the page, which is HTML."""

MOST = 100
"""Most ranges of one header that are read; no client needs more."""


class Range(NamedTuple):
    """A media range, language range or coding in lower case, with its quality (0 to 1)."""

    name: str
    quality: float


def ranges(header: str | None) -> list[Range]:
    """The ranges of a header. Those that are not well-formed are ignored, as in most servers."""
    result = []
    for part in (header or "").split(",")[:MOST]:
        match = _RANGE.fullmatch(part.rstrip())
        if match is None:
            continue
        quality = _QUALITY.search(match.group(2))
        name = match.group(1).lower()
        result.append(Range(ALIASES.get(name, name), float(quality.group(1)) if quality else 1.0))
    return result


def quality(accepted: Sequence[Range], media_type: str) -> float:
    """The quality of a media type, by the most specific range that matches it, the best of equal ones; 0 if none."""
    essence = media_type.partition(";")[0].strip().lower()
    best, result = -1, 0.0
    for name, q in accepted:
        if name == essence:
            specific = 2
        elif name == essence.partition("/")[0] + "/*":
            specific = 1
        elif name in ("*/*", "*"):
            specific = 0
        else:
            continue
        if (specific, q) > (best, result):
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
    qualities = [quality(accepted, o) for o in offered]
    best = max(qualities, default=0.0)
    return qualities.index(best) if best > 0 else None


def language(header: str | None, offers: Sequence[str]) -> str:
    """The language that a client prefers among these (two letters each); the first if it accepts none."""
    qualities: dict[str, float] = {}
    for name, q in ranges(header):
        code = name.partition("-")[0]
        if code in offers:
            qualities[code] = max(qualities.get(code, 0.0), q)
    best = max(qualities.values(), default=0.0)
    return next((o for o in offers if best > 0 and qualities.get(o) == best), offers[0])


def takes_gzip(header: str | None) -> bool:
    """Tell whether a client accepts gzip."""
    accepted = {r.name: r.quality for r in ranges(header)}
    return accepted.get("gzip", accepted.get("x-gzip", accepted.get("*", 0.0))) > 0
