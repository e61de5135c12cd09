"""hankelod: records read and typed, then written by the compiled writer."""

from __future__ import annotations

from pathlib import Path

from hankelod.mapping.mapping import Mapping
from hankelod.records.dataset import Dataset

PACKAGES = ["hankelod"]
PREPARED = None


def prepare(folder: Path, tables: Path) -> Dataset:
    return Dataset(folder)


def run(dataset: Dataset, out: Path) -> None:
    """As `publish`, `validate` and `query` go from a file of records to triples."""
    cls = dataset.model.by_name("Project")
    mapping = Mapping(dataset.model)
    with out.open("wb", buffering=1 << 20) as file:
        file.writelines(mapping.text(cls, record.values).encode() for record in dataset.read_bulk(cls))
