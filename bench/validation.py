"""Validation of many records: what is found of planted faults, and how long it takes beside pySHACL, in one run.

    python bench/validation.py [RECORDS] [RECORDS_FOR_PYSHACL]

Writes synthetic projects in the likeness of the real ones, damages one in a hundred in a known way, validates them from
the file to the report, and compares what is reported with what was planted: each fault at its line, and nothing else.
Then both SHACL engines judge the same triples of fewer records, since pySHACL takes its time.
"""

from __future__ import annotations

import json
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
TIMES = 50
"""How many times faster than pySHACL validation has to be."""

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


def seconds(work: Callable[[], object], runs: int = 1) -> float:
    times = []
    for _ in range(runs):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times)


def main(count: int = 10_000, few: int = 300) -> int:
    with tempfile.TemporaryDirectory() as folder:
        planted = written(Path(folder), count)
        start = time.process_time()
        report, records = check_all(Dataset(Path(folder)))
        whole = time.process_time() - start
        found = sorted((p.line, p.code, p.field or "") for p in report.problems if p.file.endswith(".jsonl"))
        right = found == sorted(planted)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{count} records with {len(planted)} planted faults: {len(found)} reported, {'exactly the planted ones, each at its line' if right else 'NOT the planted ones'}")  # fmt: skip
        if not right:
            print("\n".join(map(str, sorted(set(found) ^ set(planted))[:20])))
        print(
            f"file to report: {whole:.2f} s of processor time, {whole / count * 1e6:.0f} µs a record, {memory:.0f} MiB at most"
        )

        dataset = Dataset(Path(folder))
        mapping = Mapping(dataset.model)
        projects = [r for r in records if r.cls.folder == "projects"]
        others = [r for r in records if r.cls.folder != "projects"]
        fixed = background(dataset.model) + [line for r in others for line in mapping.ntriples(r)]

        def triples(some: int) -> str:
            return "".join(fixed + [line for r in projects[:some] for line in mapping.ntriples(r)])

        reference = engine("pyshacl", dataset.model)
        less, more = triples(few // 3), triples(few)
        slow = seconds(lambda: reference(more)) - seconds(lambda: reference(less))
        each_slow = slow / (few - few // 3)
        each = whole / count
        print(f"pySHACL on the same triples: {each_slow * 1e6:.0f} µs a record ({few} records less {few // 3}, so that the start and the reference data are not counted)")  # fmt: skip
        fast = engine("shacl", dataset.model)
        each_fast = (seconds(lambda: fast(more), 5) - seconds(lambda: fast(less), 5)) / (few - few // 3)
        print(
            f"shacl on the same triples: {each_fast * 1e6:.0f} µs a record, {each_slow / each_fast:.0f} times as fast"
        )
        ratio = each_slow / each
        print(
            f"hankelod, from the file to the report, is {ratio:.0f} times as fast as pySHACL alone; the goal is {TIMES}"
        )
    return 0 if right and ratio >= TIMES else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
