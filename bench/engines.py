"""SHACL engines over the same triples: what each finds, and how long it takes where it ends.

    python bench/engines.py [--sizes 100,1000,3000] [--runs 3] [--pyshacl 100]

Each engine runs in a process of its own on one core, the engines taking turns. One record in fifty has a fault, and the
engines have to agree on every result: focus node, path, component, source shape and severity. pySHACL is asked up to a
size of its own, since it takes minutes for what the others do in a second.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

from measuring import Failed, alone, mebibytes, median, present, save, script, show, thousands

ENGINES = ("shacl", "pyshacl", "shacl-rust")
FAULTS = 0.02


def measure(sizes: list[int], runs: int, most: int) -> dict[str, Any]:
    """By size and engine: times, memory, the number of results, and whether they are those of `shacl`."""
    here = [name for name in ENGINES if present(name)]
    rows = []
    versions: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="hankelod-bench-") as name:
        for size in sizes:
            folder = Path(name) / str(size)
            script("generator.py", size, folder, "--faults", FAULTS)
            data = folder / "data.nt"
            script("engine.py", "graph", folder, data)
            row: dict[str, Any] = {"records": size, "bytes": data.stat().st_size, "engines": {}}
            asked = [e for e in here if e != "pyshacl" or size <= most]
            for _ in range(runs):
                for engine in asked:
                    each = row["engines"].setdefault(engine, {"cpu": [], "peak": 0})
                    if "failed" in each:
                        continue
                    out = folder / f"{engine}.txt"
                    try:
                        run = alone([str(Path(__file__).with_name("engine.py")), engine, str(folder), str(data), str(out)])  # fmt: skip
                    except Failed as error:
                        each["failed"] = (str(error).strip().splitlines() or ["no word"])[-1]
                        continue
                    versions |= run.said["versions"]
                    each["cpu"].append(run.said["cpu"])
                    each["peak"] = max(each["peak"], run.peak)
                    each["results"] = run.said["results"]
                    each["same"] = out.read_bytes() == (folder / "shacl.txt").read_bytes()
            rows.append(row)
    return {"versions": versions, "absent": [e for e in ENGINES if e not in here], "sizes": rows}


def tell(found: dict[str, Any]) -> None:
    rows = [["records", "engine", "seconds", "records/s", "shacl is", "memory", "results", "agrees"]]
    for row in found["sizes"]:
        engines = row["engines"]
        for name, each in engines.items():
            if "failed" in each:
                rows.append([thousands(row["records"]), name, "–", "–", "–", "–", each["failed"], ""])
                continue
            took = median(each["cpu"])
            ratio = took / median(engines["shacl"]["cpu"]) if engines.get("shacl", {}).get("cpu") else 0
            rows.append([thousands(row["records"]), f"{name} {found['versions'][name]}", f"{took:.2f}", thousands(row["records"] / took), f"{ratio:.1f} ×", mebibytes(each["peak"]), str(each["results"]), "yes" if each["same"] else "NO"])  # fmt: skip
    show(rows)
    for name in found["absent"]:
        print(f"{name} is not installed")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="100,1000,3000", help="numbers of records")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--pyshacl", type=int, default=100, help="pySHACL is asked up to this size")
    parser.add_argument("--results", type=Path, help="the folder of results (bench/results)")
    given = parser.parse_args()
    found = measure([int(n) for n in given.sizes.split(",")], given.runs, given.pyshacl)
    tell(found)
    save("engines", found, *filter(None, [given.results]))


if __name__ == "__main__":
    main()
