"""Amounts, schedules and links of a document's fields, as records have them. Nothing is guessed: what does not read as
one of these gives None, and the caller tells so."""

from __future__ import annotations

import re
from typing import NamedTuple

from hankelod.intake.identifiers import slug

SPACES = "[ \u00a0\u2007\u2009\u202f']"

MONEY = re.compile(
    rf"(?:€|EUR)?\s*(?P<whole>\d{{1,3}}(?:{SPACES}\d{{3}})+|\d{{1,3}}(?:\.\d{{3}})+(?!\d)|\d+)(?P<cents>[,.]\d{{1,2}})?(?!\d)\s*(?:,-|:-)?\s*(?:€|e|eur(?:oa|o)?)?\.?",
    re.I,
)

MONTHS = {
    name: n
    for n, name in enumerate(
        ["tammi", "helmi", "maalis", "huhti", "touko", "kesä", "heinä", "elo", "syys", "loka", "marras", "joulu"], 1
    )
}

_MONTH = rf"(?P<{{0}}m>0?[1-9]|1[0-2])\s*[/.]\s*(?P<{{0}}y>(?:19|20)\d\d)|(?P<{{0}}n>{'|'.join(MONTHS)})kuu(?:ta)?\s+(?P<{{0}}ny>(?:19|20)\d\d)|(?P<{{0}}iy>(?:19|20)\d\d)-(?P<{{0}}im>0[1-9]|1[0-2])(?!\d)"

_DAY = r"(?:(?:0?[1-9]|[12]\d|3[01])\s*\.\s*(?=\d{1,2}\s*\.))?"

_DASH = r"\s*(?:-|–|—|−|‒|\.\.\.?|…|asti|→)\s*"

SPAN = re.compile(
    _DAY + "(?:" + _MONTH.replace("{0}", "a") + ")" + _DASH + _DAY + "(?:" + _MONTH.replace("{0}", "b") + r")\.?"
)

SHORT = re.compile(r"(?P<a>0?[1-9]|1[0-2])\s*[-–—]\s*(?P<b>0?[1-9]|1[0-2])\s*/\s*(?P<y>(?:19|20)\d\d)")


def amount(text: str) -> str | None:
    """An amount of euros as decimal text (`83300`, `95250.50`), or None.

    Thousands stand apart by a space of any kind, or by dots; cents come after a comma (or a dot, two digits).
    """
    found = MONEY.fullmatch(text.strip(" \u00a0\u2007\u202f*_"))
    if found is None:
        return None
    whole = re.sub(r"\D", "", found["whole"]).lstrip("0") or "0"
    cents = (found["cents"] or "")[1:]
    if cents:
        cents = cents.ljust(2, "0")
    return f"{whole}.{cents}" if cents and cents != "00" else whole


def schedule(text: str) -> tuple[str, str] | None:
    """First and last month (`2021-05`, `2022-11`), or None. A day is read over; neither a bare year nor
    a single month makes another up."""
    text = text.strip(" \u00a0*_")
    found = SPAN.fullmatch(text)
    if found:
        return _month(found, "a"), _month(found, "b")
    short = SHORT.fullmatch(text)
    if short:
        return f"{short['y']}-{int(short['a']):02}", f"{short['y']}-{int(short['b']):02}"
    return None


def _month(found: re.Match[str], which: str) -> str:
    if found[which + "m"]:
        return f"{found[which + 'y']}-{int(found[which + 'm']):02}"
    if found[which + "n"]:
        return f"{found[which + 'ny']}-{MONTHS[found[which + 'n'].casefold()]:02}"
    return f"{found[which + 'iy']}-{found[which + 'im']}"


class Link(NamedTuple):
    """A link of a record: `url`, or only the `host` that the document names, or what it has instead (`as_written`)."""

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
    """The links of one line of the field; [] where it says that there is none, None where it is no link.

    `label` is what the field itself is called: it names a link that has no words of its own.
    """
    if re.fullmatch(r"[-–—]{1,3}|ei( linkkiä)?\.?", text.strip(), re.I):
        return []
    found: list[Link] = []
    rest = text
    while (named := NAMED.search(rest)) is not None:
        before, rest = rest[: named.start()], rest[named.end() :]
        if re.search(r"\w", before) and not found:
            return None
        bracket = BRACKETED.match(rest)
        note = bracket["inner"].strip() if bracket else ""
        rest = rest[bracket.end() :] if bracket else rest
        found.append(_named(named["text"], named["address"], note, label))
    if found:
        return found if not re.search(r"\w", rest) else None
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
    """`[text](address) (note)`: the note, or brackets in the text, may be the host of the page that is meant."""
    words = re.sub(r"\\(.)", r"\1", text).strip()
    host = note if HOST.fullmatch(note) else None
    inner = re.search(r"\s*\(([^()]*)\)$", words)
    if host is None and inner and HOST.fullmatch(inner.group(1)):
        host, words = inner.group(1), words[: inner.start()].strip()
    if note and host is None:
        words = f"{words} ({note})"
    told = label if words.casefold() in ("hankkeeseen", "linkki", "tästä", "", address.casefold()) else words
    if not re.match(r"https?://", address):
        return Link(told, host=host.casefold()) if host else Link(told, as_written=address or words)
    return _address(address, words, label, told, host)


def _address(address: str, words: str, label: str, told: str | None = None, host: str | None = None) -> Link:
    """An address; one whose host begins with the link's own words was glued together by a conversion: only the host is kept."""
    site = re.sub(r"^https?://", "", address).split("/")[0].split(":")[0].casefold()
    first, _, rest = site.partition(".")
    if first == slug(words) and "." in rest:
        return Link(told or words, host=(host or rest).casefold(), as_written=address)
    if not re.fullmatch(r"https?://[^\s<>\"{}|\\^`]+", address) or not HOST.fullmatch(site):
        return Link(told or words, host=host, as_written=address)
    return Link(told or words or label, url=address)
