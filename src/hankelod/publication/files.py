"""Files of a publication: their paths, bytes and entries in the manifest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple


class File(NamedTuple):
    """A file of the publication: its path, its bytes, and for RDF the number of distinct triples."""

    path: str
    content: bytes
    triples: int | None = None


Files = Iterator[File]


def to_json(value: object, indent: int | None = None) -> bytes:
    """Serialise to JSON in UTF-8: keys in the given order, a line end last, compact unless `indent` is given."""
    content = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    if indent is not None:
        import msgspec

        content = msgspec.json.format(content, indent=indent)  # json would write it in Python, key by key
    return content + b"\n"


Entries = dict[str, dict[str, object]]
"""The entries of the manifest, by path: `sha256`, `bytes`, `mediaType`, and for RDF `triples`."""


class Edition(NamedTuple):
    """Facts about a publication that are not in its records: all are given, none is read from a clock.

    `previous` is the version of the publication before, `versions` are all versions before this one with the days of
    their change, in order, `revision` is the commit that the records are from.
    """

    previous: str | None = None
    versions: tuple[tuple[str, str], ...] = ()
    revision: str | None = None
