"""Sheets: the table of projects as files, one row for each: CSV for programs, and CSV for spreadsheets."""

from __future__ import annotations

from functools import cached_property

from hankelod.exports import tables
from hankelod.exports.export import Export, Place, Stream, joined, separated
from hankelod.mapping.batch import Batch


class Csv(Stream):
    """The table as CSV for programs."""

    path = f"dump/{tables.csv_name()}"

    def head(self) -> bytes:
        return tables.csv_head(self.basis.header)

    def make(self, batch: Batch) -> bytes:
        return tables.csv_rows(self.basis.rows_of(batch))


class SpreadsheetCsv(Export):
    """The table as CSV for spreadsheets, a file for each language of the dataset that writes a decimal comma:
    semicolons, decimal commas, names of areas behind their codes, a byte order mark."""

    @cached_property
    def _languages(self) -> list[str]:
        return tables.spreadsheet_languages(self.basis.dataset.languages)

    def make(self, batch: Batch) -> bytes:
        basis = self.basis
        rows, cards = tables.guarded(basis.rows_of(batch), basis.header), basis.cards_of(batch)
        each = (tables.named(rows, cards, basis.header, lang) for lang in self._languages)
        return joined(tables.csv_rows(localised, True) for localised in each)

    def begin(self, place: Place) -> None:
        super().begin(place)
        self._outputs = [place.building.open(f"dump/{tables.csv_name(lang)}", False) for lang in self._languages]
        for output in self._outputs:
            output.write(tables.csv_head(self.basis.header, True))

    def feed(self, made: bytes) -> None:
        for output, content in zip(self._outputs, separated(made), strict=True):
            output.write(content)

    def finish(self, triples: int) -> None:
        for output in self._outputs:
            output.close()
