"""Time of the everyday commands from a cold start, beside plain Python in the same run.

    python bench/startup.py [--runs 15]

Medians of the runs, which take turns; bytecode is cached by a first run that is not counted.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

from measuring import Found, Goal, Table, median, report

ROOT = Path(__file__).parents[1]
RUNS = 15
BARE = "python -c pass"
HELP = "hankelod --help"
ONE = "hankelod validate (one record)"
COMMANDS = {
    BARE: ["-c", "pass"],
    HELP: ["-m", "hankelod", "--help"],
    ONE: ["-m", "hankelod", "validate", "data/projects/inkoo-hiilineutraali.yml"],
    "hankelod validate (the dataset)": ["-m", "hankelod", "validate"],
}
TIMES = 10
"""Most time for the check of one record, in starts of plain Python: it runs before each commit."""

Seconds = tuple[float, float]
"""On the clock, and of the processor."""


def once(arguments: list[str], environment: dict[str, str]) -> Seconds:
    """One run in a process of its own."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    clock = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"{' '.join(arguments)}: failed")
    return clock, used.ru_utime + used.ru_stime


def measure(runs: int) -> dict[str, list[Seconds]]:
    """By command: so many runs."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    for arguments in COMMANDS.values():
        once(arguments, environment)
    times: dict[str, list[Seconds]] = {name: [] for name in COMMANDS}
    for _ in range(runs):
        for name, arguments in COMMANDS.items():
            times[name].append(once(arguments, environment))
    return times


def found_of(times: dict[str, list[Seconds]]) -> Found:
    medians = {name: (median([c for c, _ in runs]), median([u for _, u in runs])) for name, runs in times.items()}
    bare_clock, bare_used = medians[BARE]
    rows = [["command", "ms on the clock", "bare Python's, times", "ms of the processor", "bare Python's, times"]]
    for name, (clock, used) in medians.items():
        rows.append(
            [name, f"{clock * 1000:.1f}", f"{clock / bare_clock:.1f}", f"{used * 1000:.1f}", f"{used / bare_used:.1f}"]
        )
    limit, helped, ratio = 2 * bare_clock + 0.060, medians[HELP][0], medians[ONE][1] / bare_used
    goals = [
        Goal(
            "--help, at most twice bare Python + 60 ms",
            f"{limit * 1000:.0f} ms",
            f"{helped * 1000:.0f} ms",
            helped <= limit,
        ),
        Goal("one record, processor time beside bare Python's", f"≤ {TIMES} ×", f"{ratio:.1f} ×", ratio <= TIMES),
    ]
    title = f"from a cold start, medians of {len(times[BARE])}, taking turns"
    return Found("Starting the everyday commands", [Table(title, rows)], goals, [], {"seconds": times})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--results", type=Path, help="the folder of results (bench/results)")
    given = parser.parse_args()
    report("startup", found_of(measure(given.runs)), given.results)


if __name__ == "__main__":
    main()
