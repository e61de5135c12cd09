"""Summary of all records, for catalogue, provenance and VoID: gathered record by record, mergeable across workers.

Its size does not depend on the number of records.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hankelod.model.model import Class, Model
from hankelod.records.record import Record, Values

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

    def add(self, model: Model, record: Record, themes: Ways) -> None:
        """Add one record; `themes` are the ways from it to its themes."""
        self.entities += 1
        if record.cls.name not in self.examples:
            self.examples[record.cls.name] = model.iri(record.cls, record.id)
        if not record.cls.main:
            return
        values = record.values
        self._add_sources({str(values["source"])} if "source" in values else set())
        self.themes |= set(_referred(values, themes))
        self.open = self.open or "latestEnd" not in values
        self._extend_period(
            str(values["earliestStart"])[:7] if "earliestStart" in values else None,
            str(values["latestEnd"])[:7] if "latestEnd" in values else None,
        )

    def _add_sources(self, sources: set[str] | None) -> None:
        if self.sources is not None and sources is not None:
            self.sources |= sources
        if self.sources is None or sources is None or len(self.sources) > SOURCES:
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
    themes = _ways(model, model.main, {})
    for record in records:
        whole.add(model, record, themes)
    return whole


Ways = list[tuple[str, "str | Ways"]]
"""Keys that lead from values to references: each with the beginning of their IRIs, or with the ways on in a part."""


def _ways(model: Model, cls: Class, known: dict[str, Ways]) -> Ways:
    """Return the ways from the records of a class to themes; `known` are those of classes met before, by IRI."""
    if cls.iri not in known:
        ways = known[cls.iri] = []
        for field in cls.fields:
            if field.kind.refers and model.target(field).name == "Theme":
                ways.append((field.key, model.iri(model.target(field), "")))
            elif field.kind.nested:
                ways.append((field.key, _ways(model, model.target(field), known)))
    return known[cls.iri]


def _referred(values: Values, ways: Ways) -> Iterator[str]:
    """Yield the IRIs of what values refer to along these ways."""
    for key, further in ways:
        value = values.get(key)
        for each in value if isinstance(value, list) else [] if value is None else [value]:
            if isinstance(further, str):
                yield further + str(each)
            else:
                yield from _referred(each, further)  # type: ignore[arg-type]
