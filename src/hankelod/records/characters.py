"""Doubtful characters and addresses: they are valid, but hardly anybody means to write them.

A letter that was lost on the way (U+FFFD), characters that nobody sees, hosts that look like another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from unicodedata import category, name

REPLACEMENT = "\ufffd"

INVISIBLE = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065\u206a-\u206f\u2800\u3164\ufdd0-\ufdef"
    "\uffa0\ufff0-\ufffc\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff\ue000-\uf8ff\U000f0000-\U0010ffff"
    + "".join(chr(plane << 16 | last) for plane in range(1, 14) for last in (0xFFFE, 0xFFFF))
)
"""Characters without a shape of their own: ignorable ones, fillers and blanks, tags, controls of layout, the place of
an object that was lost, and those that no standard gives a meaning (private use, noncharacters), which look different
on every machine."""

DOUBTFUL = re.compile(f"[{REPLACEMENT}{INVISIBLE}]")
"""Characters that may be doubtful; `doubts` looks at what stands around them."""

_JOINERS = ("\u200c", "\u200d")

_JOINED = 0x0600
"""First code point of the scripts that write with joiners."""

_FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f")
"""A flag of a region: tags behind a black flag."""

_HOST = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://(?P<user>[^/?#]*@)?(?P<host>[^/?#@]*?)(?::[0-9]*)?(?:[/?#]|\Z)", re.S)

_DOTS = re.compile("[\u3002\uff0e\uff61]")
"""Characters that browsers read as the dots of a host."""

_PUNYCODE = re.compile(r"(?i)(?<![a-z0-9-])xn--[a-z0-9-]+")

LIKE_LATIN = frozenset("аеорсухіјѕһԁԛԝьгкмнтвпԍӏοαεικνρτυχγηβωαօսոհցԁզյ")
"""Small letters of Cyrillic, Greek and Armenian that look like Latin ones."""


class Doubt(NamedTuple):
    """A doubt about a text: its problem code, and what it is about, for people: `U+200B`, a host."""

    code: str
    about: str


def is_plain(text: str) -> bool:
    """Tell quickly that there can be no doubt about a text: it is ASCII, and no address or part of one."""
    return text.isascii() and "://" not in text and "--" not in text


def doubts(text: str) -> Iterator[Doubt]:
    """Yield the doubts about a text, each once."""
    for character in dict.fromkeys(_doubtful(text)):
        code = "replacement-character" if character == REPLACEMENT else "invisible-character"
        yield Doubt(code, f"U+{ord(character):04X}")


def _doubtful(text: str) -> Iterator[str]:
    if DOUBTFUL.search(text) is None:
        return
    flags = [m.span() for m in _FLAG.finditer(text)]
    for match in DOUBTFUL.finditer(text):
        at = match.start()
        if any(start <= at < end for start, end in flags):
            continue
        if match.group() in _JOINERS and _joins(text[:at], text[at + 1 :]):
            continue
        yield match.group()


def _joins(before: str, after: str) -> bool:
    """Tell whether a joiner has a use: between the parts of an emoji, or in a script that writes with joiners."""
    before = before.rstrip("\ufe0f\ufe0e")
    if not before or not after:
        return False
    previous, following = before[-1], after[0]
    emoji = category(previous) in ("So", "Sk") and category(following) == "So"
    return emoji or (category(previous)[0] in "LM" and ord(previous) >= _JOINED and not _is_latin(previous))


def address_doubts(text: str) -> Iterator[Doubt]:
    """Yield the doubts about an address or the name of a host.

    A host that may be taken for another: letters of several scripts, a label of letters that look like Latin ones,
    characters that are written as others, a user's name before the host.
    """
    if text.isascii() and "@" not in text and "xn--" not in text.lower():
        return
    match = _HOST.match(text)
    host = match["host"] if match else text
    if match and match["user"]:
        yield Doubt("lookalike-host", f"{match['user']}{host}")
        return
    if not match and not _PUNYCODE.search(text):
        return
    if _DOTS.search(host) or any(map(_is_lookalike, _PUNYCODE.sub(_decoded, host).split("."))):
        yield Doubt("lookalike-host", host)


def is_doubtful_address(text: str) -> bool:
    """Tell whether there is a doubt about an address."""
    return next(address_doubts(text), None) is not None


def _decoded(match: re.Match[str]) -> str:
    try:
        return match.group()[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return match.group()


def _is_lookalike(label: str) -> bool:
    if label.isascii():
        return False
    if any(category(c) in ("Cf", "Cc", "Cn", "Co", "Mn", "Me", "Zs") for c in label) or _written_otherwise(label):
        return True
    scripts = {_script(c) for c in label if c.isalpha()}
    whole = scripts <= {"CYRILLIC", "GREEK", "ARMENIAN"} and set(label.lower()) - set("0123456789-") <= LIKE_LATIN
    return ("LATIN" in scripts and len(scripts) > 1) or (bool(scripts) and whole) or len(scripts & _ALPHABETS) > 1


_ALPHABETS = frozenset(("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"))
"""Scripts whose letters are taken for each other's."""


def _written_otherwise(label: str) -> bool:
    """Tell whether the label has other forms of characters, such as full-width or mathematical letters."""
    from unicodedata import normalize

    return normalize("NFKC", label) != normalize("NFC", label)


def _script(character: str) -> str:
    """Return the script of a letter, by the first word of its name."""
    return name(character, "").partition(" ")[0]


def _is_latin(character: str) -> bool:
    return _script(character) == "LATIN"
