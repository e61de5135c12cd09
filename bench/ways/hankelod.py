"""hankelod: records read and typed, then written by the compiled writer."""

from __future__ import annotations

from pathlib import Path

from hankelod.dataset import Dataset
from hankelod.mapping import Mapping

PACKAGES = ["hankelod"]
PREPARED = None


def prepare(folder: Path, tables: Path) -> Dataset:
    return Dataset(folder)


def run(dataset: Dataset, out: Path) -> None:
    """The straight public way from a file of records to triples: change it here where there is a better one."""
    cls = dataset.model.by_name("Project")
    mapping = Mapping(dataset.model)
    with out.open("w", encoding="utf-8", newline="\n", buffering=1 << 20) as file:
        for record in dataset.read_bulk(cls):
            file.writelines(mapping.ntriples(record))
