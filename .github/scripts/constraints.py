"""Versions and hashes for the action (`action.yml`) and the container (`deploy/Containerfile`), and for these alone.

`python .github/scripts/constraints.py` writes `deploy/constraints.txt` anew, from the ranges in `pyproject.toml`: what
the package, its server and its build need, on every system and each supported Python, with the hashes of all wheels.
It needs `uv` (`pip install uv`). Everybody else installs by the ranges.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILE = ROOT / "deploy/constraints.txt"

HEAD = """\
# For action.yml and deploy/Containerfile alone. Made by: python .github/scripts/constraints.py
"""


def requirements() -> list[str]:
    """What the package, its server and its build need, by `pyproject.toml`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return [
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["serve"],
        *project["build-system"]["requires"],
    ]


def main() -> int:
    """Resolve the requirements and write the file."""
    least = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["requires-python"]
    with tempfile.TemporaryDirectory() as folder:
        asked, made = Path(folder, "asked.in"), Path(folder, "made.txt")
        asked.write_text("\n".join(requirements()) + "\n", "utf-8")
        command = [
            "uv",
            "pip",
            "compile",
            asked,
            "--output-file",
            made,
            "--universal",
            "--upgrade",
            "--generate-hashes",
        ]
        options = ["--no-header", "--no-annotate", "--python-version", least.removeprefix(">="), "--quiet"]
        done = subprocess.run([*command, *options], check=False)
        if done.returncode == 0:
            FILE.write_text(HEAD + made.read_text("utf-8"), "utf-8")
        return done.returncode


if __name__ == "__main__":
    sys.exit(main())
