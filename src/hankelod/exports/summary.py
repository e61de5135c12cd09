"""Summary of all records, for catalogue, provenance and VoID: gathered record by record, mergeable across workers.

Its size does not depend on the number of records.
"""

from __future__ import annotations

from collections.abc import Iterable

from hankelod.model.model import Model
from hankelod.records.record import Record, references

SOURCES = 1000
"""Most source documents of a publication as a whole; with more, sources are given in the records only."""


class Summary:
    """Summary of the records added so far.

    `entities` is their number, `examples` the IRI of the first record of each class by class name. Of the projects,
    `sources` are the IRIs of the cited documents (None if more than SOURCES), `themes` the IRIs of the themes, and
    `first` and `last` the earliest start and latest end as months (`2021-05`); `open` says that one has no end.
    """

    def __init__(self) -> None:
        self.entities = 0
        self.examples: dict[str, str] = {}
        self.sources: set[str] | None = set()
        self.themes: set[str] = set()
        self.first: str | None = None
        self.last: str | None = None
        self.open = False

    def add(self, model: Model, record: Record) -> None:
        """Add one record."""
        self.entities += 1
        if record.cls.name not in self.examples:
            self.examples[record.cls.name] = model.iri(record.cls, record.id)
        if not record.cls.main:
            return
        values = record.values
        self._add_sources({str(values["source"])} if "source" in values else set())
        self.themes |= {model.iri(cls, i) for cls, i in references(model, values, record.cls) if cls.name == "Theme"}
        self.open = self.open or "latestEnd" not in values
        self._extend_period(
            str(values["earliestStart"])[:7] if "earliestStart" in values else None,
            str(values["latestEnd"])[:7] if "latestEnd" in values else None,
        )

    def _add_sources(self, sources: set[str] | None) -> None:
        self.sources = None if self.sources is None or sources is None else self.sources | sources
        if self.sources is not None and len(self.sources) > SOURCES:
            self.sources = None

    def _extend_period(self, first: str | None, last: str | None) -> None:
        self.first = min((m for m in (self.first, first) if m is not None), default=None)
        self.last = max((m for m in (self.last, last) if m is not None), default=None)

    def merge(self, other: Summary) -> None:
        """Add the summary of records that follow these."""
        self.entities += other.entities
        for name, iri in other.examples.items():
            self.examples.setdefault(name, iri)
        self._add_sources(other.sources)
        self.themes |= other.themes
        self._extend_period(other.first, other.last)
        self.open = self.open or other.open


def summary(model: Model, records: Iterable[Record]) -> Summary:
    """Return the summary of the records."""
    whole = Summary()
    for record in records:
        whole.add(model, record)
    return whole
