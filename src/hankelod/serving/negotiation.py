"""What a client accepts: `Accept`, `Accept-Language` and `Accept-Encoding` (RFC 9110, section 12.5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_RANGE = re.compile(r"\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+(?:/[!#$%&'*+.^_`|~0-9A-Za-z-]+)?)\s*((?:;[^,]*)?)")

_QUALITY = re.compile(r";\s*q\s*=\s*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*(?:;|$)", re.IGNORECASE)

MOST = 100
"""Ranges of one header that are looked at; no client needs more."""


class Range(NamedTuple):
    """One thing that a client accepts: a media range, language range or coding in lower case, and how much it likes it."""

    name: str
    quality: float


def ranges(header: str | None) -> list[Range]:
    """The ranges of a header; what is not well-formed is passed over, as most servers do."""
    found = []
    for part in (header or "").split(",")[:MOST]:
        match = _RANGE.fullmatch(part.rstrip())
        if match is None:
            continue
        quality = _QUALITY.search(match.group(2))
        found.append(Range(match.group(1).lower(), float(quality.group(1)) if quality else 1.0))
    return found


def quality(accepted: Sequence[Range], media_type: str) -> float:
    """How much a media type is liked, by the most specific range that fits it; 0 where none does."""
    essence = media_type.partition(";")[0].strip().lower()
    best, liked = -1, 0.0
    for name, q in accepted:
        if name == essence:
            specific = 2
        elif name == essence.partition("/")[0] + "/*":
            specific = 1
        elif name in ("*/*", "*"):
            specific = 0
        else:
            continue
        if specific > best:
            best, liked = specific, q
    return liked


def choose(header: str | None, offers: Iterable[str]) -> int | None:
    """The index of the media type that a client likes best, the first of those liked alike; None where it likes none.

    A client that does not say what it accepts takes the first.
    """
    offered = list(offers)
    if not header or not header.strip():
        return 0 if offered else None
    accepted = ranges(header)
    liked = [quality(accepted, o) for o in offered]
    best = max(liked, default=0.0)
    return liked.index(best) if best > 0 else None


def language(header: str | None, offers: Sequence[str]) -> str:
    """The language that a client likes best among these (two letters each), the first where it likes none."""
    liked: dict[str, float] = {}
    for name, q in ranges(header):
        code = name.partition("-")[0]
        if code in offers:
            liked[code] = max(liked.get(code, 0.0), q)
    best = max(liked.values(), default=0.0)
    return next((o for o in offers if best > 0 and liked.get(o) == best), offers[0])


def takes_gzip(header: str | None) -> bool:
    """Whether a client wants gzip."""
    accepted = {r.name: r.quality for r in ranges(header)}
    return accepted.get("gzip", accepted.get("x-gzip", accepted.get("*", 0.0))) > 0
