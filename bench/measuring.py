"""What the benchmarks share: processes measured alone, the machine, tables on the terminal, results in JSON.

Processor time is what ways on one core are compared by: it is the time that they take on a quiet machine, and other work
on the machine disturbs it less than the clock. What uses more than one core is compared by the clock.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results"
OTHERS = {"morph_kgc": ROOT / ".venv/morph-kgc/bin/python"}
"""Interpreters of ways that cannot live in one environment with hankelod."""


class Run(NamedTuple):
    """One process that ran alone."""

    said: dict[str, Any]
    """What it printed: JSON on its last line."""
    peak: int
    """The most memory it had at once, in bytes: resident, of the largest process where there were several."""


class Failed(Exception):
    """A measured process ended badly; the message is the end of what it said."""


def environment() -> dict[str, str]:
    """The environment of measured processes: this checkout, byte code kept, one thread for libraries that start many."""
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    path = os.pathsep.join((*filter(None, [kept.get("PYTHONPATH")]), str(ROOT / "src"), str(ROOT / "bench")))
    threads = dict.fromkeys(("POLARS_MAX_THREADS", "RAYON_NUM_THREADS", "OMP_NUM_THREADS"), "1")
    return kept | {"PYTHONPATH": path} | threads


def alone(arguments: Sequence[str], python: str | Path = sys.executable, cores: int = 1) -> Run:
    """Run Python with these arguments on so many cores and wait for its end. Raises Failed."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as wrong:
        process = subprocess.Popen([str(python), *arguments], stdout=out, stderr=wrong, env=environment())
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(process.pid, sorted(os.sched_getaffinity(0))[-cores:])
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        wrong.seek(0)
        lines = out.read().decode().splitlines()
        if process.returncode or not lines:
            raise Failed(wrong.read().decode()[-2000:])
    scale = 1 if sys.platform == "darwin" else 1024
    return Run(json.loads(lines[-1]), usage.ru_maxrss * scale)


def script(name: str, *arguments: object) -> str:
    """What a script of this folder prints. Raises Failed.

    Whatever takes memory is left to such scripts: a process inherits the peak of the one that starts it.
    """
    done = subprocess.run([sys.executable, str(Path(__file__).with_name(name)), *map(str, arguments)], env=environment(), capture_output=True, text=True)  # fmt: skip
    if done.returncode:
        raise Failed(done.stderr[-2000:])
    return done.stdout


def present(package: str, python: str | Path = sys.executable) -> bool:
    """Whether a distribution is installed for an interpreter."""
    ask = f"import importlib.metadata as m; m.version({package!r})"
    return Path(python).exists() and subprocess.run([str(python), "-c", ask], capture_output=True).returncode == 0


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def machine() -> dict[str, Any]:
    """What the measurements were made on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 0
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "memory": memory,
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "load": round(os.getloadavg()[0], 2),
    }


def processor() -> str:
    """The processor's name, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def save(name: str, found: dict[str, Any], results: Path = RESULTS) -> Path:
    """Write the results of one benchmark's last run."""
    results.mkdir(exist_ok=True)
    path = results / f"{name}.json"
    head = {"benchmark": name, "date": time.strftime("%Y-%m-%d", time.gmtime()), "machine": machine(), "hankelod": importlib.metadata.version("hankelod")}  # fmt: skip
    path.write_text(json.dumps(head | found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return path


def show(rows: Sequence[Sequence[object]]) -> None:
    """A plain table: the first row is its head; what looks like a number stands on the right."""
    cells = [[str(c) for c in row] for row in rows]
    widths = [max(len(row[n]) for row in cells) for n in range(len(cells[0]))]
    for row in cells:
        print("  ".join(c.rjust(w) if c[:1].isdigit() or (n and row is cells[0]) else c.ljust(w) for n, (c, w) in enumerate(zip(row, widths, strict=True))).rstrip())  # fmt: skip


def mebibytes(count: float) -> str:
    return f"{count / 2**20:,.0f} MiB"


def thousands(count: float) -> str:
    return f"{count:,.0f}"
