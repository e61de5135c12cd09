"""Folders of the repository that tests use."""

from __future__ import annotations

from pathlib import Path

TESTS = Path(__file__).parents[1]
ROOT = TESTS.parent
CASES = TESTS / "cases"
"""Data that people extend: bad and good records, questions with their answers, documents to import."""
DATASETS = TESTS / "datasets"
"""Small complete datasets."""
CLIENTS = TESTS / "clients"
"""Clients in JavaScript, and the npm packages that they use."""
