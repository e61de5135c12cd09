"""Shared code of the benchmarks: processes measured alone, the machine, tables on the terminal, results in JSON.

Ways on one core are compared by processor time: it is the time that they take on an idle machine, and other work on the
machine disturbs it less than the clock. Ways on several cores are compared by the clock.
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
    """The JSON on the last line that it printed."""
    peak: int
    """The most memory it had at once, in bytes: resident, of the largest process where there were several."""


LAUNCHER = """
import json, os, sys
process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(process, 0)
print(json.dumps([os.waitstatus_to_exitcode(status), usage.ru_maxrss, usage.ru_utime + usage.ru_stime]))
"""
"""Starts the process that is measured: one inherits the peak of what starts it, and this is as small as Python gets."""


class Failed(Exception):
    """A measured process ended badly; the message is the end of what it said."""


def environment() -> dict[str, str]:
    """The environment of measured processes: this checkout, cached byte code, one thread for libraries with several."""
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    path = os.pathsep.join((*filter(None, [kept.get("PYTHONPATH")]), str(ROOT / "src"), str(ROOT / "bench")))
    threads = dict.fromkeys(("POLARS_MAX_THREADS", "RAYON_NUM_THREADS", "OMP_NUM_THREADS"), "1")
    return kept | {"PYTHONPATH": path} | threads


class Ended(NamedTuple):
    """A process that has ended: its exit status, what it printed and what it complained of; the most memory that one of
    its processes had at once, in bytes, and the seconds of the processor of all of them."""

    status: int
    said: str
    wrong: str
    peak: int
    cpu: float


def launched(command: Sequence[str], cores: int | None = None) -> Ended:
    """Run a command on so many cores, or on all, and wait for its end."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as wrong:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", LAUNCHER, *command], stdout=out, stderr=wrong, env=environment()
        )
        if cores is not None and hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(process.pid, sorted(os.sched_getaffinity(0))[-cores:])
        process.wait()
        out.seek(0)
        wrong.seek(0)
        said, _, ended = out.read().decode().rstrip("\n").rpartition("\n")
        status, peak, cpu = json.loads(ended) if ended else (1, 0, 0.0)
        return Ended(status, said, wrong.read().decode(), peak * (1 if sys.platform == "darwin" else 1024), cpu)


def alone(arguments: Sequence[str], python: str | Path = sys.executable, cores: int = 1) -> Run:
    """Run Python with these arguments on so many cores and wait for its end. Raises Failed."""
    ended = launched([str(python), *arguments], cores)
    if ended.status or not ended.said:
        raise Failed(ended.wrong[-2000:])
    return Run(json.loads(ended.said.rpartition("\n")[2]), ended.peak)


def script(name: str, *arguments: object) -> str:
    """Run a script of this folder and return its output. Raises Failed."""
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name(name)), *map(str, arguments)],
        env=environment(),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise Failed(done.stderr[-2000:])
    return done.stdout


def present(package: str, python: str | Path = sys.executable) -> bool:
    """Tell whether a distribution is installed for an interpreter."""
    ask = f"import importlib.metadata as m; m.version({package!r})"
    return Path(python).exists() and subprocess.run([str(python), "-c", ask], capture_output=True).returncode == 0


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def machine() -> dict[str, Any]:
    """The machine and its load, for the report of a run."""
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


class Table(NamedTuple):
    """A table for people, on the terminal and in the docs: texts only, the first row is its head."""

    title: str
    rows: list[list[str]]


class Goal(NamedTuple):
    """A goal of a benchmark, the result, and whether the goal is met."""

    what: str
    goal: str
    found: str
    met: bool


class Plot(NamedTuple):
    """A plot for the docs: lines over a logarithmic x (`lines`), or bars on a logarithmic scale (`bars`)."""

    kind: str
    title: str
    x: str
    y: str
    series: dict[str, list[tuple[float, float]]]
    """By name: points of a line; one point, its x unused, for a bar."""


class Found(NamedTuple):
    """The outcome of one benchmark."""

    title: str
    tables: list[Table]
    goals: list[Goal]
    plots: list[Plot]
    measured: dict[str, Any]
    """The figures that the tables are made from."""


def report(name: str, found: Found, results: Path | None = None) -> None:
    """Print what a benchmark found, and keep it as the results of its last run."""
    print(found.title)
    for table in found.tables:
        print(f"\n{table.title}")
        show(table.rows)
    if found.goals:
        print()
        show(
            [
                ["goal", "bound", "found", ""],
                *([g.what, g.goal, g.found, "met" if g.met else "missed"] for g in found.goals),
            ]
        )
    results = results or RESULTS
    results.mkdir(parents=True, exist_ok=True)
    head = {
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "machine": machine(),
        "hankelod": importlib.metadata.version("hankelod"),
    }
    parts = {
        k: [e._asdict() for e in v] if k in ("tables", "goals", "plots") else v for k, v in found._asdict().items()
    }
    (results / f"{name}.json").write_text(json.dumps(head | parts, ensure_ascii=False, indent=1) + "\n", "utf-8")


def read(path: Path) -> tuple[dict[str, Any], Found]:
    """The results of a last run: what it ran on, and what it found."""
    kept = json.loads(path.read_text("utf-8"))
    tables = [Table(**t) for t in kept["tables"]]
    found = Found(
        kept["title"], tables, [Goal(**g) for g in kept["goals"]], [Plot(**p) for p in kept["plots"]], kept["measured"]
    )
    return {k: kept[k] for k in ("date", "machine", "hankelod")}, found


def show(rows: Sequence[Sequence[str]]) -> None:
    """A plain table; columns of numbers stand on the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    right = [is_numeric(rows, n) for n in range(len(widths))]
    for row in rows:
        print("  ".join(c.rjust(w) if r else c.ljust(w) for c, w, r in zip(row, widths, right, strict=True)).rstrip())


def is_numeric(rows: Sequence[Sequence[str]], column: int) -> bool:
    """Tell whether a column of a table holds numbers."""
    return all(row[column][:1].isdigit() or row[column] in ("", "–") for row in rows[1:])


def mebibytes(count: float) -> str:
    return f"{count / 2**20:,.0f} MiB"


def thousands(count: float) -> str:
    return f"{count:,.0f}"
