"""Files of a publication: a path, its bytes, the entry that the manifest has for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

NAME = "hankelod"


class File(NamedTuple):
    """A file of the publication: its path, its bytes, and for RDF the number of its different triples."""

    path: str
    content: bytes
    triples: int | None = None


Files = Iterator[File]


### Whole dumps


def to_json(value: object, indent: int | None = None) -> bytes:
    """JSON as this project writes it: UTF-8, keys in their own order, a line end last."""
    separators = (",", ":") if indent is None else None
    return (json.dumps(value, ensure_ascii=False, indent=indent, separators=separators) + "\n").encode()


Entries = dict[str, dict[str, object]]
"""The files of the publication, as the manifest lists them: by path, with `sha256`, `bytes` and `mediaType`."""


class Edition(NamedTuple):
    """What is known of this publication beyond its records: all of it is given, nothing read from a clock.

    `previous` is the version of the publication before, `service` the address where the dataset answers SPARQL (only
    where it is served), `revision` the commit that the records are from.
    """

    previous: str | None = None
    service: str | None = None
    revision: str | None = None
