"""What describes the records as a whole: gathered record by record, and put together from parts of them.

Catalogue, provenance and VoID tell of it; none of it grows with the number of records.
"""

from __future__ import annotations

from collections.abc import Iterable

from hankelod.model.model import Model
from hankelod.records.record import Record, references

SOURCES = 1000
"""The most documents that a publication as a whole is said to be derived from; where there are more, each record tells its own."""


class Summary:
    """The records seen so far.

    `entities` is their number, `examples` the IRI of the first of each class, by name; of projects, `sources` are the
    documents that they rest on (None: too many), `themes` the IRIs of their themes, `first` and `last` their months.
    """

    def __init__(self) -> None:
        self.entities = 0
        self.examples: dict[str, str] = {}
        self.sources: set[str] | None = set()
        self.themes: set[str] = set()
        self.first: str | None = None
        self.last: str | None = None

    def add(self, model: Model, record: Record) -> None:
        """Take in one record of the dump."""
        self.entities += 1
        things = f"{model.base}id/"
        if record.cls.name not in self.examples:
            self.examples[record.cls.name] = f"{things}{record.cls.identifies}{record.id}"
        if record.cls.name != "Project":
            return
        values = record.values
        self._cite({str(values["source"])} if "source" in values else set())
        self.themes |= {
            f"{things}{cls.identifies}{i}" for cls, i in references(model, values, record.cls) if cls.name == "Theme"
        }
        self._reach(
            str(values["start"]) if "start" in values else None, str(values["end"]) if "end" in values else None
        )

    def _cite(self, sources: set[str] | None) -> None:
        self.sources = None if self.sources is None or sources is None else self.sources | sources
        if self.sources is not None and len(self.sources) > SOURCES:
            self.sources = None

    def _reach(self, first: str | None, last: str | None) -> None:
        self.first = min((m for m in (self.first, first) if m is not None), default=None)
        self.last = max((m for m in (self.last, last) if m is not None), default=None)

    def merge(self, other: Summary) -> None:
        """Take in the summary of records that come after these."""
        self.entities += other.entities
        for name, iri in other.examples.items():
            self.examples.setdefault(name, iri)
        self._cite(other.sources)
        self.themes |= other.themes
        self._reach(other.first, other.last)


def summary(model: Model, records: Iterable[Record]) -> Summary:
    """The summary of these records."""
    whole = Summary()
    for record in records:
        whole.add(model, record)
    return whole
