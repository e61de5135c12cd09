"""Sheets: the table of projects as files, one row for each: CSV for programs, CSV for Finnish spreadsheets."""

from __future__ import annotations

from hankelod.exports import tables
from hankelod.exports.export import Stream
from hankelod.mapping.batch import Batch


class Csv(Stream):
    """The table as CSV for programs."""

    path = "dump/projects.csv"
    finnish = False

    def head(self) -> bytes:
        return tables.csv_head(self.basis.header, self.finnish)

    def make(self, batch: Batch) -> bytes:
        return tables.csv_rows(self.basis.rows_of(batch), self.basis.header, self.finnish)


class SpreadsheetCsv(Csv):
    """The table as CSV for Finnish spreadsheets: semicolons, decimal commas, a byte order mark."""

    path = "dump/projects.fi.csv"
    finnish = True
