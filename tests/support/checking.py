"""The check of a whole dataset, and its records."""

from __future__ import annotations

from hankelod.pipeline.traversal import check
from hankelod.records.dataset import Dataset
from hankelod.records.record import Record
from hankelod.validation.report import Report


def check_all(dataset: Dataset, engine: str | None = None) -> tuple[Report, list[Record]]:
    """The report on a dataset, and every record that could be read, in publishing order."""
    report = check(dataset, engine, details=True)
    before = len(dataset.reader.problems)
    records = [record for cls in dataset.model.entries() for record in dataset.read(cls)]
    del dataset.reader.problems[before:]
    return report, records
