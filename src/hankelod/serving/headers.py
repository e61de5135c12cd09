"""Headers of responses, and the responses that consist of little else."""

from __future__ import annotations

import re
from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.responses import Response

from hankelod.exports.hosting import EXPOSED, described_by
from hankelod.serving.documents import Resolution
from hankelod.serving.rejection import rejected

READ = ("GET", "HEAD", "OPTIONS")
"""Methods allowed for files."""

ASK = ("GET", "HEAD", "POST", "OPTIONS")
"""Methods allowed for the endpoint."""

USUAL = ("Accept", "Accept-Language", "Content-Type", "If-None-Match", "If-Modified-Since", "Range")
"""Headers that pages of another origin may always send."""

LISTS = frozenset(
    (b"accept", b"accept-language", b"accept-encoding", b"if-none-match", b"access-control-request-headers")
)
"""Headers of requests that are lists."""

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")

REVALIDATE = "public, no-cache"
"""Caches revalidate every time, at the cost of a 304, so that no client gets an old publication for the new one."""

OWN = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
"""Content security policy of the pages made here; the files of the publication carry that of `hosting`."""

INERT = "default-src 'none'; frame-ancestors 'none'"
"""Content security policy of responses that are not pages."""

ALWAYS = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", EXPOSED.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"cross-origin-resource-policy", b"cross-origin"),
]
"""Headers of every response, as ASGI writes them; they are set only here."""


def allow(method: str, methods: tuple[str, ...]) -> None:
    """Raise Rejected if a method is not among these."""
    if method not in methods:
        raise rejected(405, "method", headers={"allow": ", ".join(methods)}, method=method[:20])


def options(methods: tuple[str, ...], headers: Headers) -> Response:
    """The response to OPTIONS: the allowed methods, also for pages of another origin, with any headers (CORS).

    The headers that a browser asks for are named one by one: `*` would not include `Authorization`.
    """
    allowed = ", ".join(methods)
    asked = [name.strip() for name in headers.get("access-control-request-headers", "").split(",")]
    named = [name for name in asked if _NAME.fullmatch(name)]
    return Response(
        status_code=204,
        headers={
            "allow": allowed,
            "access-control-allow-methods": allowed,
            "access-control-allow-headers": ", ".join(dict.fromkeys((*USUAL, *named))),
            "access-control-max-age": "86400",
            "vary": "Access-Control-Request-Headers",
        },
    )


def combined(raw: Iterable[tuple[bytes, bytes]]) -> Headers:
    """The headers of a request, with the lines of each list made one (RFC 9110, section 5.3)."""
    lines: dict[bytes, list[bytes]] = {}
    for name, value in raw:
        lines.setdefault(name, []).append(value)
    return Headers(raw=[(n, b", ".join(v) if n in LISTS else v[0]) for n, v in lines.items()])


def text(status: int, words: str, headers: dict[str, str] | None = None) -> Response:
    """A response of plain text, which caches must revalidate."""
    return Response(
        words, status, {"content-type": "text/plain; charset=utf-8", "cache-control": "no-cache", **(headers or {})}
    )


def links(resolution: Resolution, at: str) -> dict[str, str]:
    """The Link header (RFC 8288): alternate formats, and what describes a table; no header if there are none."""
    found = [f'<{at}/{e.path}>; rel="alternate"; type="{e.media_type}"' for e in resolution.others]
    found += [described_by(f"{at}/{resolution.columns.path}")] if resolution.columns else []
    return {"link": ", ".join(found)} if found else {}
