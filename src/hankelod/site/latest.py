"""Latest changes: for each page the day on which something that it shows last changed, for the sitemap."""

from __future__ import annotations

from hankelod.records.record import references
from hankelod.site.view import Page, Site

TOOLS = frozenset(("problem.html", "problems.html", "sparql.html", "contribute.html"))
"""Templates of pages that show rules and tools and nothing of the records: the history does not know their changes."""


class Latest:
    """Days of change of pages.

    A page about a thing shows what the thing refers to and what refers to it: its day is the latest of theirs. Other
    pages, but for TOOLS, show something of the whole dataset.
    """

    def __init__(self, site: Site) -> None:
        self.site = site
        self.start = site.model.things
        self._whole = str(site.portfolio.settings.values["modified"])
        self._days: dict[str, str] = {}
        for records in site.portfolio.by_class.values():
            for record in records.values():
                thing = f"{record.cls.identifies}{record.id}"
                for cls, identifier in references(site.model, record.values, record.cls):
                    self._meet(thing, f"{cls.identifies}{identifier}")
        for path, projects in site.portfolio.in_area.items():  # also those of areas within it
            for project in projects:
                self._meet(f"{project.cls.identifies}{project.id}", path)
        for cls in site.model.classes.values():
            if cls.concept:
                for identifier in site.model.concepts[cls.iri]:
                    self._raise(cls.segment, self._days.get(f"{cls.identifies}{identifier}"))

    def day(self, page: Page) -> str | None:
        """The day of a page; None if it is not known."""
        if page.thing is None:
            return None if page.template in TOOLS else self._whole
        thing = page.thing.iri.removeprefix(self.start)
        return max(self._days.get(thing, ""), self.site.days.of(page.thing.iri) or "") or self._whole

    def _meet(self, thing: str, other: str) -> None:
        """Raise the days of two things, one of which refers to the other."""
        self._raise(thing, self.site.days.of(self.start + other))
        self._raise(other, self.site.days.of(self.start + thing))

    def _raise(self, thing: str, day: str | None) -> None:
        if day is not None and day > self._days.get(thing, ""):
            self._days[thing] = day
