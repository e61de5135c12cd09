"""The command line, run in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from support.folders import ROOT


def hankelod(*arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a person would, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "hankelod", *arguments],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )
