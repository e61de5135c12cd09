"""Validation of many records: what is found of planted faults, and how long it takes beside pySHACL, in one run.

    python bench/validation.py [--records 10000] [--beside 1000] [--runs 3]

Of synthetic projects, one in a hundred is damaged in a known way. `hankelod validate` checks them from the file to the
report, and what it reports is compared with what was planted: each fault at its line, and nothing else. Then fewer
records, since pySHACL takes its time, by hankelod and by both engines in turn; and how long hostile files take.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from hankelod.mapping.mapping import Mapping
from hankelod.records.dataset import Dataset
from hankelod.validation.checker import background
from hankelod.validation.engines import engine
from measuring import (
    ROOT,
    Failed,
    Found,
    Goal,
    Plot,
    Table,
    launched,
    mebibytes,
    median,
    report,
    script,
    thousands,
)

DATASET = ROOT / "tests/datasets/dataset/data"
SHARE = 0.01
TIMES = 50
"""Least speed of validation, in multiples of that of pySHACL."""
PATIENCE = 20
"""Most seconds until any file is reported."""


class Validated(NamedTuple):
    """One `hankelod validate`: seconds of the processor, of all its processes; the peak of one in bytes; its report."""

    cpu: float
    peak: int
    report: dict[str, Any]


def validated(folder: Path) -> Validated:
    """Validate a dataset as people do. Raises Failed."""
    command = [sys.executable, "-m", "hankelod", "-C", str(folder), "validate", "--format", "json"]
    ended = launched(command)
    if ended.status not in (0, 1):
        raise Failed(f"{' '.join(command)}: exit status {ended.status}")
    return Validated(ended.cpu, ended.peak, json.loads(ended.said))


def planted(folder: Path) -> list[tuple[int, str, str]]:
    """The faults planted in a generated dataset: line, code and field."""
    with (folder / "faults.jsonl").open(encoding="utf-8") as file:
        return sorted((f["line"], f["code"], f["field"]) for f in map(json.loads, file))


### Many records


def many(count: int) -> dict[str, Any]:
    """Validate so many records from the file to the report."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "faulty"
        script("generator.py", count, folder, "--faults", SHARE)
        run = validated(folder)
        wanted = planted(folder)
    found = sorted((p["line"], p["code"], p["field"] or "") for p in run.report["problems"])
    wrong = [*(f"missed {f}" for f in wanted if f not in found), *(f"made up {f}" for f in found if f not in wanted)]
    return {
        "records": count,
        "planted": len(wanted),
        "reported": len(found),
        "wrong": wrong[:20],
        "cpu": run.cpu,
        "peak": run.peak,
    }


### Beside pySHACL


def beside(count: int, runs: int) -> dict[str, list[float]]:
    """The same records by hankelod, from the file to the report, and by both engines, from triples to results.

    In turn, opening and reference data included for all. By job: seconds of the processor.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "few"
        script("generator.py", count, folder, "--faults", SHARE)
        dataset = Dataset(folder)
        mapping = Mapping(dataset.model)
        records = [r for cls in dataset.model.entries() for r in dataset.read(cls)]
        triples = "".join(background(dataset.model) + [line for r in records for line in mapping.ntriples(r)])

        def judged(name: str) -> Callable[[], float]:
            return lambda: seconds(lambda: engine(name, dataset.model)(triples))

        jobs = {"hankelod": lambda: validated(folder).cpu, "shacl": judged("shacl"), "pySHACL": judged("pyshacl")}
        times: dict[str, list[float]] = {job: [] for job in jobs}
        for _ in range(runs):
            for job, work in jobs.items():
                times[job].append(work())
    return times


def seconds(work: Callable[[], object]) -> float:
    """Seconds of the processor."""
    start = time.process_time()
    work()
    return time.process_time() - start


### Hostile records


def hostile() -> dict[str, dict[str, Any]]:
    """The report of each hostile file in a dataset that is otherwise good, and its seconds."""
    good = (DATASET / "projects/hyva.yml").read_bytes()
    line = json.dumps({"id": "x", "title": {"fi": "a" * 9_000_000}}).encode()
    files = {
        "10,000 lists in lists": ("projects/x.yml", b"outcomes: " + b"[" * 10_000 + b"]" * 10_000),
        "30,000 mappings in mappings": ("projects/x.yml", b"{a: " * 30_000),
        "a billion laughs": (
            "projects/x.yml",
            b"a0: &a0 ha\n"
            + b"".join(b"a%d: &a%d [%s]\n" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 10)),
        ),
        "a million values": ("projects/x.yml", b"outcomes: [" + b"a," * 1_000_000 + b"]"),
        "9 MB of one key": ("projects/x.yml", b"a" * 9_000_000 + b": 1\n"),
        "9 MB of one number": ("projects/x.yml", good.replace(b"75000", b"7" * 9_000_000)),
        "9 MB of one host": ("projects/x.yml", good + b"links:\n  - {host: " + b"a-" * 4_000_000 + b"}\n"),
        "10,000 unknown organisations": (
            "projects/x.yml",
            good + b"partners: [" + b", ".join(b"naapuri%d" % n for n in range(10_000)) + b"]\n",
        ),
        "quotation marks that never close": ("projects.jsonl", b'"' + b'\\"' * 4_000_000 + b"\n"),
        "9 MB of text in JSON": ("projects.jsonl", line + b"\n"),
        "a gigabyte in one line": ("projects.jsonl", b""),
        "a million empty records": ("projects.jsonl", b"{}\n" * 1_000_000),
        "a gigabyte of empty records, packed": ("projects.jsonl.gz", gzip.compress(b"{}\n" * 333_000_000, 6)),
    }
    told: dict[str, dict[str, Any]] = {}
    for what, (target, content) in files.items():
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            shutil.copytree(DATASET, folder / "data")
            file = folder / "data" / target
            file.write_bytes(content)
            if not content:
                os.truncate(file, 1_000_000_000)
            start = time.perf_counter()
            run = validated(folder)
            taken = time.perf_counter() - start
        codes = sorted({p["code"] for p in run.report["problems"]})
        told[what] = {"seconds": taken, "peak": run.peak, "codes": codes, "conforms": run.report["conforms"]}
    return told


### What was found


def found_of(measured: dict[str, Any]) -> Found:
    whole, times, files = measured["many"], measured["beside"], measured["hostile"]
    few = measured["few"]
    slow = median(times["pySHACL"])
    ratio = slow / median(times["hankelod"])
    judged = "exactly the planted ones, each at its line" if not whole["wrong"] else "; ".join(whole["wrong"])
    tables = [
        Table(
            f"{thousands(whole['records'])} records, one in a hundred damaged",
            [
                ["planted", "reported", "which", "ms a record", "peak memory"],
                [
                    str(whole["planted"]),
                    str(whole["reported"]),
                    judged,
                    f"{whole['cpu'] / whole['records'] * 1000:.2f}",
                    mebibytes(whole["peak"]),
                ],
            ],
        ),
        Table(
            f"{thousands(few)} records and the reference data, seconds of the processor, "
            f"medians of {len(times['pySHACL'])} taking turns",
            [
                ["what", "seconds", "pySHACL's time over it"],
                *([job, f"{median(each):.3f}", f"{slow / median(each):.1f}"] for job, each in times.items()),
            ],
        ),
        Table(
            "hostile files, each in a dataset of a few records",
            [
                ["file", "told after, s", "peak memory", "as"],
                *(
                    [what, f"{f['seconds']:.2f}", mebibytes(f["peak"]), ", ".join(f["codes"])]
                    for what, f in files.items()
                ),
            ],
        ),
    ]
    goals = [
        Goal("planted faults found, and no others", "all", judged, not whole["wrong"]),
        Goal(
            "speed from the file to the report over pySHACL's from triples, at least",
            str(TIMES),
            f"{ratio:.0f}",
            ratio >= TIMES,
        ),
    ]
    if files:
        latest = max(f["seconds"] for f in files.values())
        refused = all(not f["conforms"] for f in files.values())
        goals.append(
            Goal("hostile files told of, s at most", str(PATIENCE), f"{latest:.1f}", refused and latest <= PATIENCE)
        )
    bars = {job: [(0.0, median(each) / few * 1000)] for job, each in times.items()}
    plots = [Plot("bars", "Validation, time of the processor for a record", "", "ms a record", bars)]
    return Found("From files to problems", tables, goals, plots, measured)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--beside", type=int, default=1000, help="records for the comparison with pySHACL")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--no-hostile", action="store_true", help="leave the hostile files out")
    parser.add_argument("--results", type=Path, help="the folder of results (bench/results)")
    given = parser.parse_args()
    measured = {
        "many": many(given.records),
        "few": given.beside,
        "beside": beside(given.beside, given.runs),
        "hostile": {} if given.no_hostile else hostile(),
    }
    report("validation", found_of(measured), given.results)


if __name__ == "__main__":
    main()
