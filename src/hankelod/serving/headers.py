"""Headers of responses, and the responses that consist of little else."""

from __future__ import annotations

from starlette.responses import Response

from hankelod.exports.hosting import EXPOSED, described_by
from hankelod.serving.documents import Resolution
from hankelod.serving.protocol import Rejected

READ = ("GET", "HEAD", "OPTIONS")
"""Methods allowed for files."""

ASK = ("GET", "HEAD", "POST", "OPTIONS")
"""Methods allowed for the endpoint."""

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
        raise Rejected(405, "method", f"{method[:20]} is not allowed here", allow=", ".join(methods))


def options(methods: tuple[str, ...]) -> Response:
    """The response to OPTIONS: the allowed methods, also for pages of another origin (CORS)."""
    allowed = ", ".join(methods)
    return Response(
        status_code=204,
        headers={
            "allow": allowed,
            "access-control-allow-methods": allowed,
            "access-control-allow-headers": "Accept, Accept-Language, Content-Type, "
            "If-None-Match, If-Modified-Since, Range",
            "access-control-max-age": "86400",
        },
    )


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
