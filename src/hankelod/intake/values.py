"""Parsers for the amounts, schedules and links in the fields of a document.

Nothing is guessed: a text that is not in a known form gives None, and the caller reports it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from hankelod.model.amounts import money
from hankelod.model.spoken import month, month_names
from hankelod.records.slug import slug

_MONTH = (
    r"(?P<{0}m>0?[1-9]|1[0-2])\s*[/.]\s*(?P<{0}y>(?:19|20)[0-9][0-9])"
    rf"|(?P<{{0}}n>(?:{'|'.join(month_names())})[^\W\d]*)\s+(?P<{{0}}ny>(?:19|20)[0-9][0-9])"
    r"|(?P<{0}iy>(?:19|20)[0-9][0-9])-(?P<{0}im>0[1-9]|1[0-2])(?![0-9])"
)
"""A month with its year; the names of the groups begin with `{0}`, to be replaced by a letter."""

_DAY = r"(?:(?:0?[1-9]|[12][0-9]|3[01])\s*\.\s*(?=[0-9]{1,2}\s*\.))?"

_DASH = r"\s*(?:-|–|—|−|‒|\.\.\.?|…|asti|→)\s*"

SPAN = re.compile(
    _DAY + "(?:" + _MONTH.replace("{0}", "a") + ")" + _DASH + _DAY + "(?:" + _MONTH.replace("{0}", "b") + r")\.?"
)

SHORT = re.compile(r"(?P<a>0?[1-9]|1[0-2])\s*[-–—]\s*(?P<b>0?[1-9]|1[0-2])\s*/\s*(?P<y>(?:19|20)[0-9][0-9])")


def amount(text: str) -> str | None:
    """Parse an amount of money in a document, where it may be emphasised; return decimal text or None."""
    return money(text.strip("*_ \u00a0"))


def schedule(text: str) -> tuple[str, str] | None:
    """Parse first and last month; return them as `2021-05`, `2022-11`, or None.

    Days are ignored. A bare year or a single month gives None.
    """
    text = text.strip(" \u00a0*_")
    span = SPAN.fullmatch(text)
    if span:
        return _month(span, "a"), _month(span, "b")
    short = SHORT.fullmatch(text)
    if short:
        return f"{short['y']}-{int(short['a']):02}", f"{short['y']}-{int(short['b']):02}"
    return None


def _month(match: re.Match[str], prefix: str) -> str:
    """The month in the groups whose names begin with `prefix`, as `2021-05`."""
    if match[prefix + "m"]:
        return f"{match[prefix + 'y']}-{int(match[prefix + 'm']):02}"
    if match[prefix + "n"]:
        return f"{match[prefix + 'ny']}-{month(match[prefix + 'n']):02}"
    return f"{match[prefix + 'iy']}-{match[prefix + 'im']}"


class Link(NamedTuple):
    """A link of a record: its `url`, or only a `host`, or the document's text where that is no URL (`as_written`)."""

    label: str | None
    url: str | None = None
    host: str | None = None
    as_written: str | None = None


NAMED = re.compile(r"\[(?P<text>(?:[^\[\]\\]|\\.)*)\]\((?P<address>[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)\)")

AUTO = re.compile(r"<?(?P<address>https?://[^\s<>]+)>?")

HOST = re.compile(r"(?:[\w-]+\.)+[a-zåäö]{2,}", re.I)

BRACKETED = re.compile(r"\s*\((?P<inner>[^()]*)\)")

FIELD_LINK = "Linkki hankkeeseen"


def links(text: str, label: str = FIELD_LINK) -> list[Link] | None:
    """Parse the links of one line; return [] for a text that means none, None for a text that is no link.

    `label` is the label of the field, used for a link without a text of its own.
    """
    if re.fullmatch(r"[-–—]{1,3}|ei( linkkiä)?\.?", text.strip(), re.I):
        return []
    links: list[Link] = []
    rest = text
    while (named := NAMED.search(rest)) is not None:
        before, rest = rest[: named.start()], rest[named.end() :]
        if re.search(r"\w", before) and not links:
            return None
        bracket = BRACKETED.match(rest)
        note = bracket["inner"].strip() if bracket else ""
        rest = rest[bracket.end() :] if bracket else rest
        links.append(_named(named["text"], named["address"], note, label))
    if links:
        return links if not re.search(r"\w", rest) else None
    addresses = [m["address"].rstrip(".,;)") for m in AUTO.finditer(text)]
    words = AUTO.sub("", text).strip(" ,;:-–()")
    if addresses:
        return [_address(a, words or label, label) for a in addresses]
    bare = text.strip(" ()<>.")
    if HOST.fullmatch(bare):
        return [Link(label, host=bare.casefold())]
    if re.fullmatch(r"www\.\S+|(?:[\w-]+\.)+[a-z]{2,}/\S+", bare, re.I):
        return [Link(label, as_written=bare)]
    return None


def _named(text: str, address: str, note: str, label: str) -> Link:
    """A link `[text](address) (note)`; the note, or brackets that end the text, may hold the host of the real page."""
    words = re.sub(r"\\(.)", r"\1", text).strip()
    host = note if HOST.fullmatch(note) else None
    inner = re.search(r"\s*\(([^()]*)\)$", words)
    if host is None and inner and HOST.fullmatch(inner.group(1)):
        host, words = inner.group(1), words[: inner.start()].strip()
    if note and host is None:
        words = f"{words} ({note})"
    text = label if words.casefold() in ("hankkeeseen", "linkki", "tästä", "", address.casefold()) else words
    if not re.match(r"https?://", address):
        return Link(text, host=host.casefold()) if host else Link(text, as_written=address or words)
    return _address(address, words, label, text, host)


def _address(address: str, words: str, label: str, text: str | None = None, host: str | None = None) -> Link:
    """A link to an address.

    Where the host begins with the link's own words, a conversion of the document has run the two together: only the
    rest of the host is kept.
    """
    site = re.sub(r"^https?://", "", address).split("/")[0].split(":")[0].casefold()
    first, _, rest = site.partition(".")
    if first == slug(words) and "." in rest:
        return Link(text or words, host=(host or rest).casefold(), as_written=address)
    if not re.fullmatch(r"https?://[^\s<>\"{}|\\^`]+", address) or not HOST.fullmatch(site):
        return Link(text or words, host=host, as_written=address)
    return Link(text or words or label, url=address)
