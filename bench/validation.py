"""Validation of many records: what is found of planted faults, and how long it takes beside pySHACL, in one run.

    python bench/validation.py [RECORDS] [RECORDS_FOR_PYSHACL]

Writes synthetic projects in the likeness of the real ones, damages one in a hundred in a known way, validates them from
the file to the report, and compares what is reported with what was planted: each fault at its line, and nothing else.
Then the same records, fewer of them since pySHACL takes its time, by hankelod and by both engines in turn; and how long
hostile files take. Times are of the processor. Exit status 1 where a goal is missed.
"""

from __future__ import annotations

import gzip
import json
import os
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from hankelod.checking import check_all
from hankelod.dataset import Dataset
from hankelod.mapping import Mapping
from hankelod.validation import background, engine

ROOT = Path(__file__).parents[1]
TESTS = ROOT / "tests"
TIMES = 50
"""How many times faster than pySHACL validation has to be."""
RUNS = 3
PATIENCE = 20
"""Seconds in which any file has to be told of."""

Fault = tuple[str, str, Callable[[dict], None]]


def put(key: str, value: object) -> Callable[[dict], None]:
    return lambda record: record.__setitem__(key, value)


FAULTS: list[Fault] = [
    ("Project-end-order", "end", put("end", "2019-01")),
    ("Project-start", "start", put("start", "2021-13")),
    ("Project-totalCost", "totalCost", put("totalCost", "75 000")),
    ("Project-lead", "lead", lambda record: record.pop("lead")),
    ("unknown-reference", "municipalities[0]", put("municipalities", ["999"])),
    ("unknown-key", "titel", put("titel", {"fi": "x"})),
    ("Grant-amount-cost", "grants[0].amount", lambda record: record["grants"][0].__setitem__("amount", 99_999_999)),
    ("Outcome-kind", "outcomes[0].kind", lambda record: record["outcomes"][0].__setitem__("kind", "tulos")),
    ("Link-url", "links[0].url", put("links", [{"url": "javascript:alert(1)", "label": {"fi": "a", "sv": "a", "en": "a"}}])),
    ("missing-language", "title", put("title", {"fi": "Nimi", "sv": "Namn"})),
]  # fmt: skip
"""Code, field, and the damage that must be reported under them."""


def written(folder: Path, count: int) -> list[tuple[int, str, str]]:
    """A dataset of so many projects in one file of JSON Lines; returns the planted faults: line, code and field."""
    for name in ("data/organisations", "data/programmes"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("dataset.yml", "municipalities.csv", "regions.csv", "former-municipalities.csv"):
        shutil.copyfile(ROOT / "data" / name, folder / "data" / name)
    dataset = Dataset(ROOT)
    models = [r.values for r in dataset.read(dataset.model.by_name("Project"))]
    planted = []
    with (folder / "data/projects.jsonl").open("w", encoding="utf-8") as file:
        for n in range(count):
            record = json.loads(
                json.dumps(models[n % len(models)]).replace(f"{models[n % len(models)]['id']}/", f"p{n}/")
            )
            record["id"] = f"p{n}"
            record["links"] = [{"url": "https://example.org/", "label": {"fi": "a", "sv": "a", "en": "a"}}]
            if n % 100 == 50:
                code, field, damage = FAULTS[n // 100 % len(FAULTS)]
                damage(record)
                planted.append((n + 1, code, field))
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    return planted


def seconds(work: Callable[[], object]) -> float:
    """Seconds of the processor."""
    start = time.process_time()
    work()
    return time.process_time() - start


### Many records


def many(count: int) -> bool:
    """Validate so many records from the file to the report: is exactly what was planted found?"""
    with tempfile.TemporaryDirectory() as name:
        planted = written(Path(name), count)
        start = time.process_time()
        report, _ = check_all(Dataset(Path(name)))
        whole = time.process_time() - start
    found = sorted((p.line, p.code, p.field or "") for p in report.problems if p.file.endswith(".jsonl"))
    right = found == sorted(planted)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    judged = "exactly the planted ones, each at its line" if right else "NOT the planted ones"
    print(f"{count} records with {len(planted)} planted faults: {len(found)} reported, {judged}")
    if not right:
        print("\n".join(map(str, sorted(set(found) ^ set(planted))[:20])))
    print(f"  file to report: {whole:.2f} s, {whole / count * 1e3:.2f} ms a record, {memory:.0f} MiB at most")
    return right


### Beside pySHACL


def beside(few: int) -> bool:
    """The same records by hankelod, from the file to the report, and by both engines, from triples to results.

    In turn, three times each, opening and reference data included for all. Is hankelod fast enough?
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        written(folder, few)
        dataset = Dataset(folder)
        mapping = Mapping(dataset.model)
        _, records = check_all(dataset)
        triples = "".join(background(dataset.model) + [line for r in records for line in mapping.ntriples(r)])
        jobs: dict[str, Callable[[], object]] = {
            "hankelod": lambda: check_all(Dataset(folder)),
            "shacl": lambda: engine("shacl", dataset.model)(triples),
            "pySHACL": lambda: engine("pyshacl", dataset.model)(triples),
        }
        times: dict[str, list[float]] = {job: [] for job in jobs}
        for _ in range(RUNS):
            for job, work in jobs.items():
                times[job].append(seconds(work))
    medians = {job: statistics.median(each) for job, each in times.items()}
    slow = medians["pySHACL"]
    print(f"{few} records, medians of {RUNS} runs in turn:")
    for job, median in medians.items():
        print(
            f"  {job:10} {median * 1e3:9.0f} ms {median / few * 1e3:8.2f} ms a record   pySHACL x {median / slow:.4f}"
        )
    ratio = slow / medians["hankelod"]
    print(f"  hankelod is {ratio:.0f} times as fast as pySHACL; the goal is {TIMES}")
    return ratio >= TIMES


### Hostile records


def hostile() -> bool:
    """How long each hostile file takes, in a dataset that is otherwise good. Is each told within a few seconds?"""
    good = (TESTS / "dataset/data/projects/hyva.yml").read_bytes()
    line = json.dumps({"id": "x", "title": {"fi": "a" * 9_000_000}}).encode()
    files = {
        "10,000 lists in lists": ("projects/x.yml", b"outcomes: " + b"[" * 10_000 + b"]" * 10_000),
        "30,000 mappings in mappings": ("projects/x.yml", b"{a: " * 30_000),
        "a billion laughs": ("projects/x.yml", b"a0: &a0 ha\n" + b"".join(b"a%d: &a%d [%s]\n" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 10))),
        "a million values": ("projects/x.yml", b"outcomes: [" + b"a," * 1_000_000 + b"]"),
        "9 MB of one key": ("projects/x.yml", b"a" * 9_000_000 + b": 1\n"),
        "9 MB of one number": ("projects/x.yml", good.replace(b"75000", b"7" * 9_000_000)),
        "9 MB of one host": ("projects/x.yml", good + b"links:\n  - {host: " + b"a-" * 4_000_000 + b"}\n"),
        "10,000 unknown organisations": ("projects/x.yml", good + b"partners: [" + b", ".join(b"naapuri%d" % n for n in range(10_000)) + b"]\n"),
        "quotation marks that never close": ("projects.jsonl", b'"' + b'\\"' * 4_000_000 + b"\n"),
        "9 MB of text in JSON": ("projects.jsonl", line + b"\n"),
        "a gigabyte in one line": ("projects.jsonl", b""),
        "a million empty records": ("projects.jsonl", b"{}\n" * 1_000_000),
        "a gigabyte of empty records, packed": ("projects.jsonl.gz", gzip.compress(b"{}\n" * 333_000_000, 6)),
    }  # fmt: skip
    print("hostile files, each in a dataset of a few records, told in")
    done = True
    for what, (target, content) in files.items():
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            shutil.copytree(TESTS / "dataset/data", folder / "data")
            file = folder / "data" / target
            file.write_bytes(content)
            if not content:
                os.truncate(file, 1_000_000_000)
            start = time.perf_counter()
            report, _ = check_all(Dataset(folder))
            taken = time.perf_counter() - start
        told = sorted({p.code for p in report.problems})
        print(f"  {taken:6.2f} s  {what}: {', '.join(told)}")
        done = done and not report.conforms() and taken < PATIENCE
    return done


def main(count: int = 10_000, few: int = 200) -> int:
    done = [many(count), beside(few), hostile()]
    return 0 if all(done) else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
