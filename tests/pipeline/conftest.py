"""Fixtures of whole publications: an environment with the built wheel."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def wheel_environment(root, tmp_path_factory) -> Path:
    """A virtual environment with the built wheel and nothing of the checkout."""
    place = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", place, root],
        check=True,
        capture_output=True,
    )
    wheel = next(place.glob("*.whl"))
    subprocess.run([sys.executable, "-m", "venv", "--system-site-packages", place / "venv"], check=True)
    python = place / "venv/bin/python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", wheel], check=True, capture_output=True)
    return python
