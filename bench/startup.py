"""How long the everyday commands take from a cold start, beside bare Python in the same run.

    python bench/startup.py

Medians of fifteen runs each, interleaved; bytecode is cached by a first run that is not counted.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

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


def main() -> None:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    for arguments in COMMANDS.values():
        once(arguments, environment)
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(RUNS):
        for name, arguments in COMMANDS.items():
            times[name].append(once(arguments, environment))
    bare = statistics.median(times["python -c pass"])
    print(f"{'command':34} {'median ms':>10} {'x bare Python':>14}")
    for name, each in times.items():
        median = statistics.median(each)
        print(f"{name:34} {median * 1000:10.1f} {median / bare:14.1f}")
    limit = 2 * bare + 0.060
    helped = statistics.median(times["hankelod --help"])
    print(f"--help: {helped * 1000:.0f} ms, the limit is twice bare Python + 60 ms = {limit * 1000:.0f} ms")


if __name__ == "__main__":
    main()
