"""Names of the dump in a publication: the whole dataset in each syntax, `dump/<id of the dataset><ending>`.

A publication of another dataset, or of an older version, has its own name: readers find it among the files.
"""

from __future__ import annotations

from collections.abc import Collection

from hankelod.rdf.syntaxes import DUMPS, TRIPLES

FOLDER = "dump"

MODEL = f"{FOLDER}/model.ttl"
"""Vocabulary and rules, which stand beside the dump of a large publication."""

PACKED = ".gz"


def dump(identifier: str, ending: str) -> str:
    """Return the path of the dump of the dataset with this id in the syntax of an ending (`.nt`)."""
    return f"{FOLDER}/{identifier}{ending}"


def forms(paths: Collection[str]) -> list[str]:
    """Return the forms of the dump among the files of a publication, unpacked ones first, the fastest to read first."""
    for ending in DUMPS:
        for packed in ("", PACKED):
            for path in sorted(paths):
                if path.startswith(f"{FOLDER}/") and path.endswith(ending + packed) and path != MODEL + packed:
                    start = path.removesuffix(ending + packed)
                    each = (start + end + gz for gz in ("", PACKED) for end in DUMPS)
                    return [form for form in each if form in paths]
    return []


def sorted_form(paths: Collection[str]) -> str | None:
    """Return the dump in N-Triples, whose lines are sorted, among the files of a publication; None without one."""
    first = next(iter(forms(paths)), "")
    return first if first.endswith(next(iter(TRIPLES))) else None
