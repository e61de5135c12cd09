"""No country, currency, list of languages or subject of one dataset in the code: they come from dataset, profile, pack.

Texts for people (`messages/`) are in languages, and name things of the world; all else is looked at.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.folders import CASES, ROOT

PACKAGE = ROOT / "src/hankelod"

ENDINGS = {".py", ".html", ".css", ".js", ".xml", ".atom", ".svg", ".ttl", ".ebnf"}

LINES = (CASES / "national/words.txt").read_text("utf-8").splitlines()

WORDS = re.compile("|".join(f"(?:{x})" for x in LINES if x and not x.startswith("#")), re.IGNORECASE)

OPEN: set[str] = set()
"""Packages that are not clean yet: one that is has to be taken off, and none is added."""

GRAMMAR = "grammar and nouns of two languages, by which names in running text are found; others are found as written"

EXCEPTIONS: dict[tuple[str, str], str] = {
    ("exports/datasets.ttl", "Finnish"): "the name of a dataset that links lead to, in its own words",
    ("query/answer.py", "EUR"): "what an example answers over the repository's own dataset",
    ("records/record.py", "Finnish"): "the check digit that the shapes of a profile ask for, with its source",
    ("query/data.py", 'lang="sv"'): "what an example asks of the repository's own dataset",
    ("intake/documents/compilation.py", 'LANGUAGE = "fi"'): "the language of the one layout of documents that is read",
    ("intake/documents/reading.py", "Finnish"): "why an old encoding is read",
    ("intake/documents/symbols.py", "€"): "a glyph of the typeface Symbol",
    ("site/map/projection.py", "SWEREF"): "names of two reference systems in a note on their common formula",
    ("site/map/projection.py", "TM35FIN"): "the same",
    ("site/map/projection.py", "3067"): "codes of the register EPSG, by which a pack names its projection",
}
"""Words that stay, by file and word, with the reason."""

GRAMMARS = {
    f"intake/names/{name}.py": GRAMMAR
    for name in ("cases", "gazetteer", "listed", "nouns", "organisation_names", "place_names")
}
"""Files that stay as they are, with the reason."""


def sources(package: str) -> list[Path]:
    vendor = PACKAGE / "site/assets/vendor"
    return sorted(p for p in (PACKAGE / package).rglob("*") if p.suffix in ENDINGS and not p.is_relative_to(vendor))


def found(package: str) -> list[tuple[str, int, str]]:
    """The words in the files of a package: file, line and word."""
    hits = []
    for path in sources(package):
        name = path.relative_to(PACKAGE).as_posix()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            hits += [(name, number, m[0]) for m in WORDS.finditer(line)]
    return [hit for hit in hits if (hit[0], hit[2]) not in EXCEPTIONS and hit[0] not in GRAMMARS]


PACKAGES = sorted(p.name for p in PACKAGE.iterdir() if p.is_dir() and p.name not in ("messages", "__pycache__"))


@pytest.mark.parametrize("package", PACKAGES)
def test_nothing_national(package):
    hits = found(package)
    if package in OPEN:
        assert hits, f"{package} is clean: take it off the list of open packages"
    else:
        assert not hits


def test_the_list_of_open_packages_only_shrinks():
    assert set(PACKAGES) >= OPEN


@pytest.mark.parametrize("text", ["in Finland", '("fi", "sv")', "amount in euros", "5 €", "climate projects", "`GBP`"])
def test_the_words_are_found(text):
    assert WORDS.search(text)


@pytest.mark.parametrize("text", ["finish", '("fi",)', "neuroscience", "define", "the emitter", "EURIO", "clim"])
def test_other_words_are_not(text):
    assert not WORDS.search(text)


def test_every_exception_is_one():
    assert all(WORDS.search((PACKAGE / name).read_text("utf-8")) for name in GRAMMARS)
    for (name, word), why in EXCEPTIONS.items():
        assert why and re.search(word, (PACKAGE / name).read_text("utf-8")), (name, word)
