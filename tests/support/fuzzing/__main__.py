"""Trial by hand: `PYTHONPATH=tests python -m support.fuzzing COUNT [READER…]`.

Gives COUNT inputs to the readers by their shares, at least LEAST to each, and says reader by reader how many it took,
how fast, and what does harm. The same COUNT is the same inputs; `READER/NUMBER` gives a single one, and shows it.
"""

from __future__ import annotations

import faulthandler
import hashlib
import os
import sys
import tempfile
import time
from pathlib import Path

from support.fuzzing.readers import READERS
from support.fuzzing.trial import AGAIN, Reader, fault, inputs

LEAST = 2_000
"""Fewest inputs of a reader."""

HANGING = 600.0
"""Seconds for a hundred inputs, after which a call that Python cannot interrupt ends the trial, with its place."""

TRACE = Path(tempfile.gettempdir()) / "fuzzing.trace"
"""File with the name of the present input: whatever ends the process, that one did."""


def counts(total: int, names: list[str]) -> dict[str, int]:
    """Return the number of inputs of each reader, `total` in all: its share of what remains above the least numbers."""
    least = min(LEAST, total // len(names))
    shares = sum(READERS[name].share for name in names) or 1
    planned = {name: least + (total - least * len(names)) * READERS[name].share // shares for name in names}
    return {**planned, names[0]: planned[names[0]] + total - sum(planned.values())}


def try_reader(name: str, reader: Reader, count: int, trace: int) -> int:
    """Try the inputs of a reader, and print what does harm and the figures. Returns how many did harm."""
    start, bad, slowest, digest = time.process_time(), 0, (0.0, 0), hashlib.sha256()
    seen: dict[str, int] = {}
    for number, content in enumerate(inputs(name, reader, count)):
        os.pwrite(trace, f"{name}/{number}\n".ljust(60).encode(), 0)
        if number % 100 == 0:
            faulthandler.dump_traceback_later(HANGING, exit=True)
        began = time.process_time()
        wrong, outcome = fault(reader, content, number % AGAIN == 0)
        slowest = max(slowest, (time.process_time() - began, number))
        digest.update(outcome.encode("utf-8", "surrogatepass"))
        if wrong:
            bad += 1
            kind = wrong.rpartition("(")[2] or wrong[:60]
            seen[kind] = seen.get(kind, 0) + 1
            if seen[kind] <= 3:
                print(f"  {name}/{number}: {wrong}", file=sys.stderr, flush=True)
    took = time.process_time() - start
    print(
        f"{name}: {count:,} inputs, {bad} did harm, {took:.0f} s, {1000 * took / max(count, 1):.2f} ms each, the"
        f" slowest {slowest[0]:.2f} s ({name}/{slowest[1]}), {digest.hexdigest()[:16]}",
        flush=True,
    )
    return bad


def main(arguments: list[str]) -> int:
    """Run a trial by hand."""
    if "/" in arguments[0]:
        name, _, number = arguments[0].partition("/")
        content = next(inputs(name, READERS[name], 1, int(number)))
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        print(f"\n{fault(READERS[name], content)}", file=sys.stderr)
        return 0
    names = arguments[1:] or list(READERS)
    trace = os.open(TRACE, os.O_CREAT | os.O_RDWR)
    start = time.perf_counter(), time.process_time()
    planned = counts(int(arguments[0]), names)
    bad = sum(try_reader(name, READERS[name], planned[name], trace) for name in names)
    print(
        f"{sum(planned.values()):,} inputs, {bad} did harm, {time.process_time() - start[1]:.0f} s of a processor"
        f" in {time.perf_counter() - start[0]:.0f} s"
    )
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
