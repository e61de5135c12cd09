"""Intake: a funder's document or a coordinator's spreadsheet becomes records.

sources (a file's lines) → compilation (the layout of the ministry's documents) → drafts (records, with names and
figures resolved) → writing (YAML that tells each field's source line) or reimport (into records that stand already).
"""

from __future__ import annotations
