"""rdflib: a Graph, then serialised as N-Triples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rdflib import Graph, Literal, URIRef

from hankelod.records.dataset import Dataset
from ways.statements import QUDT, Terms, writer

PACKAGES = ["rdflib"]
PREPARED = None


def prepare(folder: Path, tables: Path) -> tuple[Path, Any]:
    terms = Terms(
        URIRef, Literal, lambda t, lang: Literal(t, lang=lang), lambda t, d: Literal(t, datatype=d, normalize=False)
    )
    return folder / "data/projects.jsonl", writer(terms, Dataset(folder).model.units[f"{QUDT}hasUnit"])


def run(prepared: tuple[Path, Any], out: Path) -> None:
    path, statements = prepared
    graph = Graph()
    with path.open("rb") as lines:
        for line in lines:
            for statement in statements(json.loads(line)):
                graph.add(statement)
    graph.serialize(str(out), format="nt", encoding="utf-8")
