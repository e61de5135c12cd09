"""How long the everyday commands take from a cold start, beside bare Python in the same run.

    python bench/startup.py

Medians of fifteen runs each, interleaved; bytecode is cached by a first run that is not counted.
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
COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "hankelod --help": ["-m", "hankelod", "--help"],
    "hankelod validate (one record)": ["-m", "hankelod", "validate", "data/projects/inkoo-hiilineutraali.yml"],
    "hankelod validate (the dataset)": ["-m", "hankelod", "validate"],
}


def once(arguments: list[str], environment: dict[str, str]) -> float:
    """Seconds of one run in a process of its own."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def measure(runs: int) -> dict[str, list[float]]:
    """By command: the seconds of so many runs."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    for arguments in COMMANDS.values():
        once(arguments, environment)
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(runs):
        for name, arguments in COMMANDS.items():
            times[name].append(once(arguments, environment))
    return times


def found_of(times: dict[str, list[float]]) -> Found:
    bare = median(times["python -c pass"])
    rows = [["command", "ms", "bare Python's time, times"]]
    rows += [[name, f"{median(each) * 1000:.1f}", f"{median(each) / bare:.1f}"] for name, each in times.items()]
    limit, helped = 2 * bare + 0.060, median(times["hankelod --help"])
    goal = Goal("--help, at most twice bare Python + 60 ms", f"{limit * 1000:.0f} ms", f"{helped * 1000:.0f} ms", helped <= limit)  # fmt: skip
    title = f"from a cold start, medians of {len(times['python -c pass'])}, taking turns"
    return Found("Starting the everyday commands", [Table(title, rows)], [goal], [], {"seconds": times})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--results", type=Path, help="the folder of results (bench/results)")
    given = parser.parse_args()
    report("startup", found_of(measure(given.runs)), given.results)


if __name__ == "__main__":
    main()
