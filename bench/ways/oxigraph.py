"""pyoxigraph: quads streamed through its serialiser, no store in between."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from hankelod.records.dataset import Dataset
from ways.statements import QUDT, Terms, writer

PACKAGES = ["pyoxigraph"]
PREPARED = None


def prepare(folder: Path, tables: Path) -> tuple[Path, Any]:
    terms = Terms(
        ox.NamedNode, ox.Literal, lambda t, lang: ox.Literal(t, language=lang), lambda t, d: ox.Literal(t, datatype=d)
    )
    return folder / "data/projects.jsonl", writer(terms, Dataset(folder).model.units[f"{QUDT}hasUnit"])


def run(prepared: tuple[Path, Any], out: Path) -> None:
    path, statements = prepared

    def quads() -> Iterator[ox.Triple]:
        with path.open("rb") as lines:
            for line in lines:
                for s, p, o in statements(json.loads(line)):
                    yield ox.Triple(s, p, o)

    ox.serialize(quads(), str(out), format=ox.RdfFormat.N_TRIPLES)
