"""How long the everyday commands take from a cold start, beside bare Python in the same run.

    python bench/startup.py

Medians of fifteen runs each, interleaved; bytecode is cached by a first run that is not counted. Both the time on the
clock and the time of the processor, which other work on the machine disturbs less.
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
ONE = "hankelod validate (one record)"
COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "hankelod --help": ["-m", "hankelod", "--help"],
    ONE: ["-m", "hankelod", "validate", "data/projects/inkoo-hiilineutraali.yml"],
    "hankelod validate (the dataset)": ["-m", "hankelod", "validate"],
}
TIMES = 10
"""How many times the start of bare Python the check of one record may take: it stands before a commit."""


def once(arguments: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Seconds on the clock, and of the processor, of one run in a process of its own."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    clock = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"{' '.join(arguments)}: failed")
    return clock, used.ru_utime + used.ru_stime


def main() -> int:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    for arguments in COMMANDS.values():
        once(arguments, environment)
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in COMMANDS}
    for _ in range(RUNS):
        for name, arguments in COMMANDS.items():
            times[name].append(once(arguments, environment))
    medians = {name: [statistics.median(each) for each in zip(*runs, strict=True)] for name, runs in times.items()}
    bare = medians["python -c pass"]
    print(f"{'command':34} {'clock ms':>9} {'x bare':>7} {'processor ms':>13} {'x bare':>7}")
    for name, (clock, used) in medians.items():
        print(f"{name:34} {clock * 1000:9.1f} {clock / bare[0]:7.1f} {used * 1000:13.1f} {used / bare[1]:7.1f}")
    limit = 2 * bare[0] + 0.060
    helped = medians["hankelod --help"][0]
    ratio = medians[ONE][1] / bare[1]
    print(f"--help: {helped * 1000:.0f} ms, the limit is twice bare Python + 60 ms = {limit * 1000:.0f} ms")
    print(f"one record: {ratio:.1f} times the processor time of bare Python, the limit is {TIMES}")
    return 0 if helped <= limit and ratio <= TIMES else 1


if __name__ == "__main__":
    sys.exit(main())
