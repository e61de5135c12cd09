"""The headers that responses carry, and the responses that are little else."""

from __future__ import annotations

from starlette.responses import Response

from hankelod.serving.documents import Found
from hankelod.serving.protocol import Rejected

READ = ("GET", "HEAD", "OPTIONS")

ASK = ("GET", "HEAD", "POST", "OPTIONS")
"""Methods that files may be asked with, and the endpoint."""

REVALIDATE = "public, no-cache"
"""What may be kept must be asked for again, which costs a 304: nobody reads an old publication as the new one."""

OWN = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

INERT = "default-src 'none'; frame-ancestors 'none'"
"""Policies of the pages made here, and of what is no page. The publication's files carry that of `hosting`."""

ALWAYS = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"Content-Location, ETag, Last-Modified, Link, Location, Retry-After"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"cross-origin-resource-policy", b"cross-origin"),
]
"""What every response carries, as ASGI writes it; nothing else sets these."""


def allow(method: str, methods: tuple[str, ...]) -> None:
    """Raise Rejected where a method is not among these."""
    if method not in methods:
        raise Rejected(405, "method", f"{method[:20]} is not allowed here", allow=", ".join(methods))


def options(methods: tuple[str, ...]) -> Response:
    """The answer to OPTIONS: what may be asked, also from a page of another site."""
    allowed = ", ".join(methods)
    return Response(
        status_code=204,
        headers={
            "allow": allowed,
            "access-control-allow-methods": allowed,
            "access-control-allow-headers": "Accept, Accept-Language, Content-Type, If-None-Match, If-Modified-Since, Range",
            "access-control-max-age": "86400",
        },
    )


def text(status: int, words: str, headers: dict[str, str] | None = None) -> Response:
    """A few words for people; kept no longer than they hold."""
    return Response(
        words, status, {"content-type": "text/plain; charset=utf-8", "cache-control": "no-cache", **(headers or {})}
    )


def links(found: Found, at: str) -> dict[str, str]:
    """What tells the same in other forms, as a Link header (RFC 8288)."""
    others = ", ".join(f'<{at}/{e.path}>; rel="alternate"; type="{e.media_type}"' for e in found.others)
    return {"link": others} if others else {}
