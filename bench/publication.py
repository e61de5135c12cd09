"""Publishing many projects: how long, in how much memory, and how both grow; beside what it is made of, in one run.

    python bench/publication.py [RECORDS ...] [--runs N] [--compare N] [--folder FOLDER] [--few N] [--results FOLDER]

Each number of records (10,000 and 100,000 unless given; three runs of a million take an hour, and 45 GB) is published
chunk by chunk, as `publish --only dumps` does from 20,000 on, in processes of its own; the largest sum of memory of all
of them at one time is told. For one number (`--compare`: 100,000, or the largest below), on one core and one after the
other: mapping from JSON Lines to N-Triples, validation of the same triples by the engine `shacl` in chunks, copying the
bytes that were written. And the same with one worker, with Dask's, and by rdflib and pySHACL for FEW records.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import generator
from measuring import Found, Goal, Plot, Table, mebibytes, report, thousands

EVERY = 0.05
"""Seconds between two looks at the memory."""

Figures = dict[str, float]


### Processes


def _descendants(root: int) -> list[int]:
    """A process and all that come from it (Linux)."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                text = Path(f"/proc/{name}/stat").read_text()
            except OSError:
                continue
            children.setdefault(int(text.rpartition(")")[2].split()[1]), []).append(int(name))
    found, waiting = [], [root]
    while waiting:
        each = waiting.pop()
        found.append(each)
        waiting += children.get(each, [])
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        return 0


def measured(command: list[str]) -> Figures:
    """Run a command: its seconds, and the peak resident memory of its processes in bytes, with shared pages."""
    start, peak = time.perf_counter(), 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        while process.poll() is None:
            peak = max(peak, sum(map(_resident, _descendants(process.pid))))
            time.sleep(EVERY)
        took = time.perf_counter() - start
        assert process.stdout is not None
        said = process.stdout.read()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}\n{said}")
    return {"seconds": took, "peak": peak}


def median(runs: list[Figures]) -> Figures:
    return {key: statistics.median(run[key] for run in runs) for key in runs[0]}


def part(name: str, *arguments: object) -> Figures:
    """Run one of the functions below in a process of its own; it prints the seconds that count."""
    done = subprocess.run(
        [sys.executable, __file__, "--part", name, *map(str, arguments)], capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return {"seconds": float(done.stdout.split()[-1])}


### What it is made of, each alone


def mapping(folder: str, out: str) -> float:
    """JSON Lines to N-Triples on one core."""
    from hankelod.mapping.mapping import Mapping
    from hankelod.records.dataset import Dataset

    dataset = Dataset(Path(folder))
    written = Mapping(dataset.model)
    start = time.perf_counter()
    with Path(out).open("wb", buffering=1 << 20) as file:
        file.writelines(
            written.text(r.cls, r.values).encode() for r in dataset.read_bulk(dataset.model.by_name("Project"))
        )
    return time.perf_counter() - start


def validation(folder: str) -> float:
    """The time of the engine `shacl` for all shapes, in chunks with the records that they refer to."""
    from hankelod.mapping.mapping import Mapping
    from hankelod.records.dataset import Dataset
    from hankelod.validation.checker import CHUNK, background, referenced
    from hankelod.validation.engines import engine

    dataset = Dataset(Path(folder))
    written, judge = Mapping(dataset.model), engine("shacl", dataset.model)
    fixed = "".join(background(dataset.model))
    projects = dataset.model.by_name("Project")
    known = {(r.cls.iri, r.id): r for c in dataset.model.entries() if c is not projects for r in dataset.read(c)}
    took, chunk = 0.0, []

    def judged() -> float:
        told = [line for r in (*chunk, *referenced(dataset, chunk, known)) for line in written.ntriples(r)]
        text = fixed + "".join(told)
        start = time.perf_counter()
        judge(text)
        chunk.clear()
        return time.perf_counter() - start

    for record in dataset.read_bulk(projects):
        chunk.append(record)
        if len(chunk) == CHUNK:
            took += judged()
    return took + (judged() if chunk else 0)


def copying(out: str) -> float:
    """The bytes that were written, copied."""
    files = [p for p in Path(out).rglob("*") if p.is_file()]
    with tempfile.TemporaryDirectory(dir=Path(out).parent) as to:
        start = time.perf_counter()
        for n, path in enumerate(files):
            with path.open("rb") as source, Path(to, str(n)).open("wb") as target:
                while block := source.read(1 << 20):
                    target.write(block)
        return time.perf_counter() - start


def reference(folder: str) -> float:
    """The same by rdflib and pySHACL: JSON-LD into a graph, validated, written in three syntaxes."""
    import pyshacl
    import rdflib

    from hankelod.model.context import context
    from hankelod.records.dataset import Dataset
    from hankelod.validation.checker import background

    dataset = Dataset(Path(folder))
    told = {"@context": context(dataset.model)}
    others = [r.values for c in dataset.model.entries() if c.folder != "projects" for r in dataset.read(c)]
    records = [r.values for r in dataset.read(dataset.model.by_name("Project"))]
    shapes = rdflib.Graph().parse(data=dataset.model.shapes_text, format="turtle", publicID=dataset.base)

    def run(values: list[dict[str, object]]) -> float:
        start = time.perf_counter()
        graph = rdflib.Graph().parse(data=json.dumps({**told, "@graph": values}), format="json-ld")
        graph.parse(data="".join(background(dataset.model)), format="nt")
        pyshacl.validate(graph, shacl_graph=shapes, inference="none", advanced=False, meta_shacl=False)
        for syntax in ("turtle", "nt", "json-ld"):
            graph.serialize(format=syntax)
        return time.perf_counter() - start

    return run(others + records) - run(others)


PARTS = {f.__name__: f for f in (mapping, validation, copying, reference)}


### The run

WORKERS = """
import sys
from pathlib import Path
from hankelod.pipeline.traversal import publish
from hankelod.pipeline.workers import processes
from hankelod.records.dataset import Dataset
if __name__ == "__main__":
    dataset, out, who = Dataset(Path(sys.argv[1])), Path(sys.argv[2]), sys.argv[3]
    if who == "dask":
        from hankelod.pipeline.cluster import cluster
    with cluster("local") if who == "dask" else processes(int(who)) as crew:
        publish(dataset, out, only=("dumps",), crew=crew)
"""
"""Publishes by so many workers; `hankelod publish` itself takes two."""


def publish(script: Path, folder: Path, out: Path, who: str | None = None) -> Figures:
    """Publish the dumps by the command itself, or by these workers."""
    shutil.rmtree(out, ignore_errors=True)
    if who is not None:
        return measured([sys.executable, str(script), str(folder), str(out), who])
    command = ["-m", "hankelod", "-C", str(folder), "publish", "--only", "dumps", "--out", str(out)]
    return measured([sys.executable, *command])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", nargs="*", type=int, default=[10_000, 100_000])
    parser.add_argument("--runs", type=int, default=3, help="runs of which the median is told")
    parser.add_argument(
        "--compare", type=int, default=100_000, help="the number of records that is compared with its parts"
    )
    parser.add_argument("--few", type=int, default=200, help="records for rdflib and pySHACL (default: 200)")
    parser.add_argument("--folder", type=Path, help="where to work (default: a temporary folder)")
    parser.add_argument("--results", type=Path, help="the folder of results (bench/results)")
    parser.add_argument("--part", nargs="+", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.part:
        print(PARTS[given.part[0]](*given.part[1:]))
        return
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        report(
            "publication", run(Path(folder), sorted(given.records), given.runs, given.few, given.compare), given.results
        )


def dataset(folder: Path, count: int) -> Path:
    made = folder / f"d{count}"
    if not made.exists():
        generator.write(made, count)
    return made


def run(folder: Path, records: list[int], runs: int, few: int, compare: int) -> Found:
    out, script = folder / "dist", folder / "workers.py"
    script.write_text(WORKERS, "utf-8")
    found: dict[str, Figures] = {}
    compared = max([n for n in records if n <= compare], default=records[0])
    rows = [["records", "runs", "seconds", "µs a record", "peak memory of all processes"]]
    goals: list[Goal] = []
    alone = [["what, 1 core unless said", "seconds"]]
    for count in reversed(
        records
    ):  # what takes longest is first, where other work on the machine tells least in our favour
        made = dataset(folder, count)
        told = found[str(count)] = median([publish(script, made, out) for _ in range(runs)])
        rows.insert(
            1,
            [
                thousands(count),
                str(runs),
                f"{told['seconds']:.1f}",
                f"{told['seconds'] / count * 1e6:.0f}",
                mebibytes(told["peak"]),
            ],
        )
        print("  ".join(rows[1]), file=sys.stderr, flush=True)
        if count == compared:
            goals += _compared(folder, count, runs, few, found, alone)
        if count > compared:
            shutil.rmtree(made)
    shutil.rmtree(out, ignore_errors=True)
    return Found(
        "Publishing many projects, chunk by chunk",
        [
            Table("dumps, tables and catalogue, by two processes", rows),
            Table(f"what {thousands(compared)} records take", alone),
        ],
        goals + _growth(found, records),
        [
            Plot(
                "lines",
                "Time per record",
                "records",
                "µs",
                {"publish": [(n, found[str(n)]["seconds"] / n * 1e6) for n in records]},
            )
        ],
        found,
    )


def _compared(
    folder: Path, count: int, runs: int, few: int, found: dict[str, Figures], rows: list[list[str]]
) -> list[Goal]:
    """The times of other ways for this number of records, and the goals about them."""
    out, made, told = folder / "dist", dataset(folder, count), found[str(count)]["seconds"]
    each = {"mapping": (made, folder / "alone.nt"), "validation": (made,), "copying": (out,)}
    for name, arguments in each.items():
        found[name] = median([part(name, *arguments) for _ in range(runs)])
        rows.append([f"{name} alone", f"{found[name]['seconds']:.1f}"])
    added = sum(found[name]["seconds"] for name in each)
    rows.append(["these three added", f"{added:.1f}"])
    for name, who in (("publish, 1 worker", "1"), ("publish, 2 workers of Dask", "dask")):
        found[name] = publish(folder / "workers.py", made, out, who)
        rows.append([name, f"{found[name]['seconds']:.1f}"])
    rows.append(["publish, 2 workers", f"{told:.1f}"])
    found["reference"] = part("reference", dataset(folder, few))
    slow = found["reference"]["seconds"] / few * count
    rows.append([f"rdflib and pySHACL ({few} records, multiplied)", f"{slow:.0f}"])
    return [
        Goal(
            f"{thousands(count)} records beside mapping, validation and copying added",
            "≤ 2.5",
            f"{told / added:.2f}",
            told <= 2.5 * added,
        ),
        Goal("times as fast as rdflib and pySHACL", "≥ 50", f"{slow / told:.0f}", slow >= 50 * told),
    ]


def _growth(found: dict[str, Figures], records: list[int]) -> list[Goal]:
    if len(records) == 1:
        return []
    time_ = found[str(records[-1])]["seconds"] / records[-1] / (found[str(records[0])]["seconds"] / records[0])
    before, after = (found[str(n)]["peak"] for n in records[-2:])
    return [
        Goal(
            f"time per record from {thousands(records[0])} to {thousands(records[-1])}",
            "≤ 1.15",
            f"{time_:.2f}",
            time_ <= 1.15,
        ),
        Goal(
            f"memory from {thousands(records[-2])} to {thousands(records[-1])}",
            "≤ 1.3",
            f"{after / before:.2f}",
            after <= 1.3 * before,
        ),
        Goal("memory", "< 1,536 MiB", mebibytes(after), after < 1.5 * 2**30),
    ]


if __name__ == "__main__":
    main()
