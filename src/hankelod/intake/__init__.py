"""Intake: a funder's document or a coordinator's spreadsheet becomes records.

documents/reading (the lines of a file) → documents/compilation (the layout of the ministry's documents) → drafts
(records with names and figures resolved) → writing (YAML with the source line of each field) or reimport (updates of
existing records). Spreadsheets are read by spreadsheets/reading. importing connects the steps.
"""

from __future__ import annotations
