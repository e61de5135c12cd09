"""The named queries of the repository and their known answers."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pyoxigraph as ox

from hankelod.query.data import catalogue
from support.folders import CASES, ROOT

FOLDER = ROOT / "ontology" / "queries"
_FILES = {f.stem: f for folder in catalogue(ROOT).folders for f in sorted(folder.glob("*.rq"))}
NAMES = sorted(_FILES)
ELSEWHERE = {f.stem: f for f in sorted((CASES / "queries" / "riverside").glob("*.csv"))}
"""Known answers on the dataset `riverside`, which says what the real one says little of, or not at all."""
ANSWERED = [name for name in NAMES if name not in ELSEWHERE or (CASES / "queries" / f"{name}.csv").exists()]
"""Queries that have a known answer on the real dataset."""
KNOWN = CASES / "queries"
BASE = "https://w3id.org/hankelod/"


def query_file(name: str) -> Path:
    """The file of a named query: of the vocabulary, of the profile or of the area pack."""
    return _FILES[name]


def number(text: str) -> str:
    """A cell with a decimal's trailing zeros cut: engines may write 11900.0 for 11900."""
    return text.rstrip("0").rstrip(".") if re.fullmatch(r"-?\d+\.\d+", text) else text


def known(name: str) -> list[tuple[str, ...]]:
    """The known answer: its rows, or the terms of its triples."""
    triples = KNOWN / f"{name}.nt"
    if triples.exists():
        parsed = ox.parse(triples.read_bytes(), format=ox.RdfFormat.N_TRIPLES)
        return sorted((str(q.subject), str(q.predicate), str(q.object)) for q in parsed)
    return rows(KNOWN / f"{name}.csv")


def rows(file: Path) -> list[tuple[str, ...]]:
    """The rows of a known answer."""
    table = list(csv.reader(io.StringIO(file.read_text("utf-8"))))
    return [tuple(map(number, row)) for row in table[1:]]


def cell(term: object) -> str:
    return number(str(term.value if isinstance(term, ox.NamedNode | ox.Literal) else "" if term is None else term))
