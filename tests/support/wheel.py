"""Environment of a command that runs from an installed wheel."""

from __future__ import annotations

import os
from pathlib import Path

import pyoxigraph


def dependencies_only() -> dict[str, str]:
    """Return the environment in which hankelod's dependencies are found, and hankelod itself only in the wheel."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    environment["PYTHONPATH"] = str(Path(pyoxigraph.__file__).parents[1])
    return environment
