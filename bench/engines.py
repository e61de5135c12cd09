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

from measuring import Failed, Found, Plot, Table, alone, mebibytes, median, present, report, script, thousands

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
                        run = alone(
                            [str(Path(__file__).with_name("engine.py")), engine, str(folder), str(data), str(out)]
                        )
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


def found_of(measured: dict[str, Any]) -> Found:
    """The table and the plot."""
    rows = [["records", "engine", "seconds", "records/s", "shacl is faster by", "peak memory", "results", "as shacl's"]]
    lines: dict[str, list[tuple[float, float]]] = {}
    for row in measured["sizes"]:
        engines = row["engines"]
        for name, each in engines.items():
            if "failed" in each:
                rows.append([thousands(row["records"]), name, "–", "–", "–", "–", "–", each["failed"]])
                continue
            took = median(each["cpu"])
            ratio = f"{took / median(engines['shacl']['cpu']):.1f}" if engines.get("shacl", {}).get("cpu") else "–"
            rows.append(
                [
                    thousands(row["records"]),
                    f"{name} {measured['versions'][name]}",
                    f"{took:.2f}",
                    thousands(row["records"] / took),
                    ratio,
                    mebibytes(each["peak"]),
                    str(each["results"]),
                    "yes" if each["same"] else "NO",
                ]
            )
            lines.setdefault(name, []).append((row["records"], took / row["records"] * 1e3))
    rows += [["–", name, "–", "–", "–", "–", "–", "not installed"] for name in measured["absent"]]
    title = "each size in one piece, one fault in fifty records, processor time on one core, medians"
    plot = Plot("lines", "SHACL engines by the number of records in one piece", "records", "ms a record", lines)
    return Found("SHACL engines on the same triples", [Table(title, rows)], [], [plot], measured)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="100,1000,3000", help="numbers of records")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--pyshacl", type=int, default=100, help="pySHACL is asked up to this size")
    parser.add_argument("--results", type=Path, help="the folder of results (bench/results)")
    given = parser.parse_args()
    measured = measure([int(n) for n in given.sizes.split(",")], given.runs, given.pyshacl)
    report("engines", found_of(measured), given.results)


if __name__ == "__main__":
    main()
