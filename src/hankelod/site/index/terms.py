"""Terms: the words of a text in the form in which the index has them, stemmed and without diacritics.

The search in a page makes them of a query in the same way (`search.js`), and with the same stemmers: those of the
Snowball project (https://snowballstem.org/), generated from one source in Python and in JavaScript.
"""

from __future__ import annotations

import csv
import importlib
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from unicodedata import category, normalize

from hankelod.site.engine import VENDOR

LONGEST = 60
"""Most characters of a word: the rest of a longer one is left out."""

FOLDS: Mapping[str, str] = MappingProxyType(
    {"ß": "ss", "æ": "ae", "ð": "d", "ø": "o", "þ": "th", "đ": "d", "ħ": "h", "ı": "i", "ł": "l", "œ": "oe", "ŧ": "t"}
)
"""Letters that Unicode does not decompose, with the letters that stand for them."""

Stem = Callable[[str], str]


class _Separators(dict[int, int]):
    """Table for `str.translate` that puts a space in place of all but letters, marks and numbers."""

    def __missing__(self, code: int) -> int:
        kept = self[code] = code if category(chr(code))[0] in "LMN" else 0x20
        return kept


class _Folds(dict[int, str | None]):
    """Table for `str.translate` that leaves combining diacritical marks out, and replaces FOLDS."""

    def __missing__(self, code: int) -> str | None:
        kept = None if 0x300 <= code <= 0x36F else FOLDS.get(chr(code), chr(code))
        self[code] = kept
        return kept


_SEPARATORS = _Separators()
_FOLDS = _Folds()


def words(text: str) -> list[str]:
    """Return the words of a text, in lower case: stretches of letters, marks and numbers (`H₂O, Größe`: h2o, größe)."""
    return [word[:LONGEST] for word in normalize("NFKC", text).lower().translate(_SEPARATORS).split()]


def folded(word: str) -> str:
    """Return a word without diacritics: `ä` as `a`, `ø` as `o`."""
    return word if word.isascii() else normalize("NFC", normalize("NFD", word).translate(_FOLDS))


def stemmers_built() -> bool:
    """Return True if the package has the stemmers for pages."""
    return (VENDOR / script("base")).is_file()


@cache
def algorithm(code: str) -> str | None:
    """Return the name of the stemmer of a language; None if there is none, or none for pages was built."""
    table = (files(__package__) / "stemmers.csv").read_text("utf-8")
    names = {row["code"]: row["algorithm"] for row in csv.DictReader(table.splitlines())}
    name = names.get(code.partition("-")[0])
    return name if name and (VENDOR / script(name)).is_file() else None


def script(name: str) -> str:
    """Return the name of the file with a stemmer for pages; that of `base` is what the others need."""
    return f"{name}-stemmer.js"


def constructor(name: str) -> str:
    """Return the name of a stemmer as a class: in its module, and as a global name of its script."""
    return f"{name.capitalize()}Stemmer"


@cache
def stem(code: str) -> Stem | None:
    """Return the function from a word of a language to its stem; None if the language has no stemmer."""
    name = algorithm(code)
    if name is None:
        return None
    # the class itself: `snowballstemmer.stemmer` would take PyStemmer, whatever its version, where that is installed
    made = getattr(importlib.import_module(f"snowballstemmer.{name}_stemmer"), constructor(name))()
    return lru_cache(200_000)(made.stemWord)


@lru_cache(200_000)
def term(word: str, code: str) -> str:
    """Return the term of a word of a language: its stem without diacritics."""
    stemmed = stem(code)
    return folded(stemmed(word) if stemmed else word)
