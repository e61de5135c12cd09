"""Publishing many projects: how long, in how much memory, and how both grow; beside what it is made of, in one run.

    python bench/publication.py [RECORDS ...] [--runs N] [--folder FOLDER] [--few N] [--dask]

For each number of records (10,000 and 100,000 unless given) `publish --only dumps` is run in processes of its own, and
the largest sum of memory of all its processes at one time is told. For the second number, on one core and one after the
other: mapping from JSON Lines to N-Triples, validation of the same triples by the engine `shacl` in chunks, copying the
bytes that were written; and the same with one worker, and with Dask. rdflib and pySHACL do the same work for FEW records.
Prints a table; with `--json FILE`, writes the figures.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import generator

ROOT = Path(__file__).parents[1]
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
    """Run a command. Seconds, and the largest sum of resident memory of its processes in bytes, shared pages and all."""
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


def publish(folder: Path, out: Path, *options: str) -> Figures:
    shutil.rmtree(out, ignore_errors=True)
    return measured([sys.executable, "-m", "hankelod", "-C", str(folder), "publish", "--only", "dumps", "--out", str(out), *options])  # fmt: skip


def part(name: str, *arguments: object) -> Figures:
    """Run one of the functions below in a process of its own; it prints the seconds that count."""
    done = subprocess.run([sys.executable, __file__, "--part", name, *map(str, arguments)], capture_output=True, text=True)  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stderr)
    return {"seconds": float(done.stdout.split()[-1])}


### What it is made of, each alone


def mapping(folder: str, out: str) -> float:
    """JSON Lines to N-Triples on one core."""
    from hankelod.dataset import Dataset
    from hankelod.mapping import Mapping, texts

    dataset = Dataset(Path(folder))
    written = Mapping(dataset.model)
    start = time.perf_counter()
    with Path(out).open("w", encoding="utf-8", newline="\n", buffering=1 << 20) as file:
        file.writelines(texts(dataset, written, dataset.model.by_name("Project")))
    return time.perf_counter() - start


def validation(folder: str) -> float:
    """What the engine `shacl` takes for all shapes, in chunks with the records that they refer to."""
    from hankelod.dataset import Dataset
    from hankelod.mapping import Mapping
    from hankelod.validation import CHUNK, background, engine, referenced

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

    from hankelod.dataset import Dataset
    from hankelod.validation import background
    from hankelod.vocabulary import context

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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", nargs="*", type=int, default=[10_000, 100_000])
    parser.add_argument("--runs", type=int, default=3, help="runs of which the median is told, up to 100,000 records")
    parser.add_argument("--few", type=int, default=200, help="records for rdflib and pySHACL (default: 200)")
    parser.add_argument("--folder", type=Path, help="where to work (default: a temporary folder)")
    parser.add_argument("--dask", action="store_true", help="measure Dask too")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--part", nargs="+", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.part:
        print(PARTS[given.part[0]](*given.part[1:]))
        return
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        figures = run(Path(folder), given)
    if given.json:
        given.json.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")


def dataset(folder: Path, count: int) -> Path:
    made = folder / f"d{count}"
    if not made.exists():
        generator.write(made, count)
    return made


def run(folder: Path, given: argparse.Namespace) -> dict[str, Figures]:
    out = folder / "dist"
    found: dict[str, Figures] = {}
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}")
    for count in given.records:
        made = dataset(folder, count)
        runs = given.runs if count <= 100_000 else 1
        told = found[f"publish {count}"] = median([publish(made, out) for _ in range(runs)])
        print(f"{count:>9} records: {told['seconds']:.1f} s, {told['seconds'] / count * 1e6:.0f} µs a record, {told['peak'] / 2**20:.0f} MiB at most", flush=True)  # fmt: skip
        if count != given.records[min(1, len(given.records) - 1)]:
            shutil.rmtree(out)
            if count > 100_000:
                shutil.rmtree(made)
            continue
        alone = {"mapping": (made, folder / "alone.nt"), "validation": (made,), "copying": (out,)}
        for name, arguments in alone.items():
            found[name] = median([part(name, *arguments) for _ in range(given.runs)])
            print(f"{'':>10}{name} alone, one core: {found[name]['seconds']:.1f} s", flush=True)
        added = sum(found[name]["seconds"] for name in alone)
        print(f"{'':>10}publish takes {told['seconds'] / added:.2f} times as long as these added (goal: at most 2.5)")
        one = found["one worker"] = median([measured([sys.executable, "-c", ONE, str(made), str(out)]) for _ in range(min(2, given.runs))])  # fmt: skip
        print(f"{'':>10}with one worker: {one['seconds']:.1f} s; two are {one['seconds'] / told['seconds']:.2f} times as fast")  # fmt: skip
        if given.dask:
            dask = found["dask"] = publish(made, out, "--dask", "local")
            print(f"{'':>10}with Dask's two: {dask['seconds']:.1f} s, {dask['seconds'] / told['seconds']:.2f} times as long as without")  # fmt: skip
        slow = found["reference"] = part("reference", dataset(folder, given.few))
        each = slow["seconds"] / given.few
        print(f"{'':>10}rdflib and pySHACL: {each * 1e6:.0f} µs a record ({given.few} records); {each * count / told['seconds']:.0f} times as long (goal: at least 50)")  # fmt: skip
        shutil.rmtree(out, ignore_errors=True)
    _growth(found, given.records)
    return found


def _growth(found: dict[str, Figures], records: list[int]) -> None:
    if len(records) > 1:
        first, last = (found[f"publish {n}"]["seconds"] / n for n in (records[0], records[-1]))
        print(f"time per record from {records[0]} to {records[-1]}: {last / first:.2f} times (goal: at most 1.15)")
        before, after = (found[f"publish {n}"]["peak"] for n in records[-2:])
        print(
            f"memory from {records[-2]} to {records[-1]}: {after / before:.2f} times (goal: at most 1.3, and 1.5 GiB)"
        )


ONE = """
import sys
from pathlib import Path
from hankelod import large
from hankelod.catalogue import Edition
from hankelod.crews import processes
from hankelod.dataset import Dataset
from hankelod.largepublication import publish
from hankelod.streaming import Stream
if __name__ == "__main__":
    dataset = Dataset(Path(sys.argv[1]))
    with processes(1) as crew:
        publish(lambda parts: Stream(dataset, None, crew, parts), Path(sys.argv[2]), Edition())
"""

if __name__ == "__main__":
    main()
