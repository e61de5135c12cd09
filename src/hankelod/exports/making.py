"""Making on demand: what a publication carries that leaves out the documents and pages of its things.

With these files and the dumps, a server makes each of them when it is asked for: complete records of every class, the
model, the settings of the dataset, and where in `dump/projects.jsonl` each project is.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from hankelod.exports.export import Basis
from hankelod.publication.files import File, Files, to_json
from hankelod.records.record import Record

PATTERNS = ("doc/{class}/{id}.ttl", "doc/{class}/{id}.jsonld", "doc/{class}/{id}.html")
"""Paths of the files that are made on demand."""


def files(basis: Basis) -> Files:
    """Files of the records that are held in memory, of the model and of the settings."""
    by_stem: dict[str, list[Record]] = {}
    for record in basis.others:
        if record.cls.file == "dataset.yml":
            yield File("dump/settings.json", to_json(record.values, 2))
        else:
            by_stem.setdefault(record.cls.folder or Path(str(record.cls.file)).stem, []).append(record)
    for stem, records in by_stem.items():
        yield File(f"dump/{stem}.jsonl", b"".join(to_json(r.values) for r in records))
    model = basis.model
    quads = [*model.ontology.quads, *model.shapes.quads]
    yield File("dump/model.ttl", _model(basis), len({q.triple for q in quads}))


def _model(basis: Basis) -> bytes:
    """Return ontology and shapes as one Turtle file."""
    dataset = basis.dataset
    texts = [path.read_text("utf-8") for path in (*dataset.ontology_files, *dataset.shapes_files)]
    return "\n".join(texts).encode()


def offsets(lines: Iterator[bytes], identifiers: Iterator[str]) -> Iterator[bytes]:
    """Yield a line for each project: its id, and where its record begins and how long it is, in bytes."""
    start = 0
    for line, identifier in zip(lines, identifiers, strict=True):
        yield f"{identifier}\t{start}\t{len(line)}\n".encode()
        start += len(line)
