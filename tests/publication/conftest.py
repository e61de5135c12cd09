"""Shared fixtures of the tests of publications: the small dataset to change, and where it is published."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.publishing import small


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small(tmp_path / "small")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out/dist"
