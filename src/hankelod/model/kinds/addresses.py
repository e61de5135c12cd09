"""Kind of addresses: absolute IRIs."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pyoxigraph as ox

from hankelod.model.kinds.kind import OTHER_KIND, Json, Kind, Rules

ABSOLUTE: Json = {"type": "string", "pattern": r"^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>]+$"}
"""Schema of absolute IRIs. No `format`: validators know `uri` only, which has no letters but those of ASCII."""


_UCS = "".join(
    f"{chr(first)}-{chr(last)}"
    for first, last in (
        (0xA0, 0xD7FF),
        (0xF900, 0xFDCF),
        (0xFDF0, 0xFFEF),
        *((plane << 16, plane << 16 | 0xFFFD) for plane in range(1, 14)),
        (0xE1000, 0xEFFFD),
    )
)
"""Characters beyond ASCII (`ucschar`)."""

_PRIVATE = "".join(
    f"{chr(first)}-{chr(last)}" for first, last in ((0xE000, 0xF8FF), (0xF0000, 0xFFFFD), (0x100000, 0x10FFFD))
)
"""Characters that only a query may have (`iprivate`)."""

_OCTET = "%[0-9A-Fa-f]{2}"

_NAME = f"A-Za-z0-9._~!$&'()*+,;={_UCS}"

_PATH = f"(?:[{_NAME}:@/-]|{_OCTET})*"

FORM = (
    r"[A-Za-z][A-Za-z0-9+.-]*:"
    rf"(?://(?:(?:[{_NAME}:-]|{_OCTET})*@)?(?:\[[0-9A-Fa-f:.]+\]|(?:[{_NAME}-]|{_OCTET})*)(?::[0-9]*)?(?:/{_PATH})?|(?!//){_PATH})"
    rf"(?:[?](?:[{_NAME}{_PRIVATE}:@/?-]|{_OCTET})*)?(?:#(?:[{_NAME}:@/?-]|{_OCTET})*)?"
)
"""The form of an absolute IRI (RFC 3987, section 2.2), for forms, which have no parser of IRIs."""


def is_iri(text: str) -> bool:
    """Check if a text is an absolute IRI (RFC 3987)."""
    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return ":" in text


def _read(text: str) -> object:
    return text if is_iri(text) else OTHER_KIND


def _check(v: str) -> list[str]:
    return [f"if not is_iri({v}): raise Out"]


def _guesses(text: str, rules: Rules) -> Iterator[str]:
    tidy = re.sub(r"(?i)^(https?)(?::/?(?!/)|//|;//|:\\\\)", lambda m: m[1].lower() + "://", text.replace(" ", "%20"))
    if re.match(r"(?i)https?://", tidy):
        tidy = tidy[: tidy.index(":")].lower() + tidy[tidy.index(":") :]
        yield from [tidy] if is_iri(tidy) else []
    elif re.match(r"(www[.])?[a-z0-9-]+([.][a-z0-9-]+)*[.][a-z]{2,}(/|$)", tidy):
        yield from [f"https://{tidy}"] if is_iri(f"https://{tidy}") else []


IRI = Kind(
    "iri",
    term="<{$v}>",
    coerced="@id",
    read=_read,
    check=_check,
    guesses=_guesses,
    schema=ABSOLUTE,
    complete=ABSOLUTE,
    summary=ABSOLUTE,
    csvw="anyURI",
    lexical=FORM,
    example=True,
    shown="address",
)
