"""Two commits of hankelod side by side: what `validate`, `publish` and `verify` cost a record, in one run.

    python bench/commits.py [OLD] [--records 2000,8000,10000,30000] [--runs 3] [--results FOLDER]

OLD is any commit (149729e, before there was one traversal). Its source is taken from git and run by the interpreter
of this benchmark, so that the libraries are the same. The commits take turns; a cost is the processor time of all
processes of a command, the clock that of the whole command. A record is one of any class that is checked: synthetic
datasets have thousands of organisations and areas beside their projects. They are the same at each size and cost less
than a project, so the cost of a further project is given too. Each commit publishes its own sixteen projects, since
shapes and data change with the code.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import measuring
from measuring import ROOT, Failed, Found, Goal, Table, mebibytes, median, report, script, thousands

OLD = "149729e"
SAME_COST, FASTER_CHECK, FASTER_PUBLISH, VERIFY = 1.25, 2.5, 2.0, 0.25
"""Dearest over cheapest cost a record; speed of validating and of publishing over the old commit's; time of verifying
over that of publishing."""

TITLE = (
    "processor time a record, and the clock, two cores"
    " (beyond 20,000 projects, the old commit wrote no change feed; the new one does)"
)

TRIPLES = "processor time of publishing a triple: a project states more of them than it did in the old commit"

FURTHER = (
    "processor time of each project beyond the fewest: the other records are as many at every size and cost less than"
    " a project, so that the mean of all records rises with the share of projects, and this does not"
)

PROFILE = "municipal-climate"
"""Profile of the generated datasets; the old commit knew no other model."""

COMPARED = 10_000
"""Projects at which the commits are compared by the clock: the old one had another, poorer way beyond 20,000."""


class Taken(NamedTuple):
    """What a command took: seconds of the clock and of the processor, and the peak of one process in bytes."""

    clock: float
    cpu: float
    peak: int


def source(commit: str, folder: Path) -> Path:
    """Take the files of a commit out of git. Raises Failed."""
    done = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True)
    if done.returncode:
        raise Failed(done.stderr.decode())
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(folder, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    vendor = ROOT / "src/hankelod/site/assets/vendor"
    if vendor.is_dir():
        inside = folder / "src/hankelod"
        place = inside / "site/assets/vendor" if (inside / "site/assets").is_dir() else inside / "assets/vendor"
        shutil.copytree(vendor, place)
    return folder


def run(code: Path, *arguments: str) -> Taken:
    """Run a command of hankelod with this source. Raises Failed."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = str(code / "src")
    try:
        start = time.perf_counter()
        ended = measuring.launched([sys.executable, "-m", "hankelod", *arguments])
        took = time.perf_counter() - start
    finally:
        os.environ.pop("PYTHONPATH")
        if before is not None:
            os.environ["PYTHONPATH"] = before
    if ended.status:
        raise Failed(f"{' '.join(arguments)}: {ended.wrong[-2000:]}")
    return Taken(took, ended.cpu, ended.peak)


def commands(folder: Path, out: Path) -> dict[str, list[str]]:
    """The commands that are compared, by name; each finds what the one before it left."""
    return {
        "validate": ["-C", str(folder), "validate"],
        "publish": ["-C", str(folder), "publish", "--only", "dumps", "--out", str(out)],
        "verify": ["verify", str(out)],
    }


def measure(old: str, sizes: list[int], runs: int) -> dict[str, Any]:
    """By number of projects, commit and command: medians of the clock, the processor and the peak."""
    found: dict[str, Any] = {"old": old, "sizes": {}, "sixteen": {}}
    with tempfile.TemporaryDirectory(prefix="hankelod-bench-") as name:
        work = Path(name)
        code = {"old": source(old, work / "old"), "new": source("HEAD", work / "new")}
        for size in sizes:
            folder = work / f"d{size}"
            script("generator.py", size, folder)
            found["sizes"][str(size)] = _side_by_side(code, folder, work / "dist", runs)
            shutil.rmtree(folder)
        for who, place in code.items():
            times = []
            for _ in range(2 * runs + 1):
                shutil.rmtree(work / "dist", ignore_errors=True)
                times.append(run(place, "-C", str(place), "publish", "--out", str(work / "dist")))
            times.pop(0)  # Python compiled the modules in this one
            verified = run(place, "verify", str(work / "dist"))
            cpu, clock = (median([getattr(t, key) for t in times]) for key in ("cpu", "clock"))
            found["sixteen"][who] = {"cpu": cpu, "clock": clock, "verify": verified.clock}
    return found


def _side_by_side(code: dict[str, Path], folder: Path, out: Path, runs: int) -> dict[str, Any]:
    taken: dict[str, dict[str, list[Taken]]] = {who: {} for who in code}
    triples: dict[str, int] = {}
    for _ in range(runs):
        for who, place in code.items():
            _settle(folder, place)
            shutil.rmtree(out, ignore_errors=True)
            for name, arguments in commands(folder, out).items():
                taken[who].setdefault(name, []).append(run(place, *arguments))
            triples[who] = _triples(out)
    shutil.rmtree(out)
    return {
        "records": _records(folder),
        "triples": triples,
        **{
            who: {
                name: {
                    "clock": median([t.clock for t in each]),
                    "cpu": median([t.cpu for t in each]),
                    "peak": max(t.peak for t in each),
                }
                for name, each in by_name.items()
            }
            for who, by_name in taken.items()
        },
    }


def _settle(folder: Path, place: Path) -> None:
    """Have a generated dataset name its profile, but for a commit that had none: the same rules hold for both."""
    file = folder / "data/dataset.yml"
    settings = {**json.loads(file.read_bytes()), "profile": PROFILE}
    if not (place / "shapes/profiles").is_dir():
        del settings["profile"]
    file.write_text(json.dumps(settings, ensure_ascii=False, indent=2), "utf-8")


def _triples(out: Path) -> int:
    """The number of triples of a publication's dump, by its manifest."""
    files = json.loads((out / "manifest.json").read_bytes())["files"]
    return next(int(entry["triples"]) for path, entry in files.items() if path.endswith(".nt"))


def _records(folder: Path) -> int:
    """The number of all records of a generated dataset, but its own."""
    lines = (folder / "data/projects.jsonl").read_bytes().count(b"\n")
    files = sum(1 for _ in (folder / "data").rglob("*.yml")) - 1
    tables = sum(path.read_bytes().count(b"\n") - 1 for path in (folder / "data").glob("*.csv"))
    return lines + files + tables


def found_of(measured: dict[str, Any]) -> Found:
    """The tables and goals."""
    head = ["projects", "records", "command", "µs a record, old", "µs a record, new", "clock, old", "clock, new"]
    rows = [[*head, "old over new", "peak of one process"]]
    costs: dict[str, list[float]] = {}
    for size, each in measured["sizes"].items():
        for name in each["new"]:
            old, new = each["old"][name], each["new"][name]
            costs.setdefault(name, []).append(new["cpu"] / each["records"])
            cost = [f"{side['cpu'] / each['records'] * 1e6:.0f}" for side in (old, new)]
            clock = [f"{side['clock']:.1f}" for side in (old, new)]
            ratio = f"{old['clock'] / new['clock']:.2f}"
            counts = [thousands(int(size)), thousands(each["records"])]
            rows.append([*counts, name, *cost, *clock, ratio, mebibytes(new["peak"])])
    goals, tables = [], [Table(TITLE, rows), *_by_triples(measured["sizes"])]
    if len(measured["sizes"]) > 1:
        for name in ("validate", "publish"):
            ratio = max(costs[name]) / min(costs[name])
            what = f"{name}: dearest over cheapest cost a record"
            goals.append(Goal(what, f"≤ {SAME_COST}", f"{ratio:.2f}", ratio <= SAME_COST))
    if len(measured["sizes"]) > 2:
        further = {name: _further(measured["sizes"], name) for name in ("validate", "publish")}
        head = ["projects", *(f"µs a further project, {name}" for name in further)]
        shown = [[size, *(f"{cost:.0f}" for cost in costs)] for size, *costs in zip(*_columns(further), strict=True)]
        tables.append(Table(FURTHER, [head, *shown]))
        for name, by_size in further.items():
            ratio = max(by_size.values()) / min(by_size.values())
            what = f"{name}: dearest over cheapest cost of a further project"
            goals.append(Goal(what, f"≤ {SAME_COST}", f"{ratio:.2f}", ratio <= SAME_COST))
    for size, each in measured["sizes"].items():
        for name, least in (("validate", FASTER_CHECK), ("publish", FASTER_PUBLISH)):
            if int(size) == COMPARED:
                ratio = each["old"][name]["clock"] / each["new"][name]["clock"]
                what = f"{name} of {thousands(int(size))} projects, times as fast as {measured['old']}"
                goals.append(Goal(what, f"≥ {least}", f"{ratio:.2f}", ratio >= least))
        share = each["new"]["verify"]["clock"] / each["new"]["publish"]["clock"]
        what = f"verify over publish, {thousands(int(size))} projects"
        goals.append(Goal(what, f"≤ {VERIFY}", f"{share:.2f}", share <= VERIFY))
    sixteen = measured["sixteen"]
    ratio = sixteen["new"]["cpu"] / sixteen["old"]["cpu"]
    goals.append(Goal("publish of the sixteen, new over old, processor time", "≤ 1.05", f"{ratio:.2f}", ratio <= 1.05))
    share = sixteen["new"]["verify"] / sixteen["new"]["clock"]
    goals.append(Goal("verify over publish, the sixteen", f"≤ {VERIFY}", f"{share:.2f}", share <= VERIFY))
    title = f"At every size, beside commit {measured['old']}"
    return Found(title, tables, goals, [], measured)


def _by_triples(sizes: dict[str, Any]) -> list[Table]:
    """Cost of publishing a triple: each project states more of them than it did in the old commit."""
    counted = {size: each for size, each in sizes.items() if "triples" in each}
    rows = [["projects", "triples, old", "triples, new", "µs a triple, old", "µs a triple, new"]]
    for size, each in counted.items():
        triples = [each["triples"][who] for who in ("old", "new")]
        costs = [each[who]["publish"]["cpu"] / each["triples"][who] * 1e6 for who in ("old", "new")]
        rows.append([thousands(int(size)), *map(thousands, triples), *(f"{cost:.1f}" for cost in costs)])
    return [Table(TRIPLES, rows)] if counted else []


def _further(sizes: dict[str, Any], name: str) -> dict[str, float]:
    """Microseconds of each project beyond the fewest, by number of projects: the same records, whatever the others."""
    fewest = min(map(int, sizes))
    least = sizes[str(fewest)]["new"][name]["cpu"]
    return {
        thousands(int(size)): (each["new"][name]["cpu"] - least) / (int(size) - fewest) * 1e6
        for size, each in sizes.items()
        if int(size) > fewest
    }


def _columns(further: dict[str, dict[str, float]]) -> list[list[Any]]:
    """The sizes, then the costs of each command."""
    return [list(next(iter(further.values()))), *(list(by_size.values()) for by_size in further.values())]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old", nargs="?", default=OLD, help=f"the commit to compare with (default: {OLD})")
    parser.add_argument("--records", default="2000,8000,10000,30000", help="numbers of projects, separated by commas")
    parser.add_argument("--runs", type=int, default=3, help="runs of which the median counts")
    parser.add_argument("--results", type=Path, help="the folder of results (bench/results)")
    given = parser.parse_args()
    sizes = [int(each) for each in given.records.split(",")]
    report("commits", found_of(measure(given.old, sizes, given.runs)), given.results)


if __name__ == "__main__":
    main()
