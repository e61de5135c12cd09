"""From projects in JSON Lines to N-Triples: hankelod beside what else there is, in one run.

    python bench/mapping.py [--records 20000] [--runs 3] [--growth 1000,10000,100000] [--million]

Every way runs in a process of its own on one core, the ways taking turns; what it writes is compared with what hankelod
writes. Ways whose library is not installed are named as absent. Tools that map tables start from tables that hankelod
makes; that is part of their way from JSON Lines, and told apart. Then hankelod in two processes, and how it grows.
"""

from __future__ import annotations

import argparse
import filecmp
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from measuring import (
    OTHERS,
    Failed,
    Found,
    Goal,
    Plot,
    Run,
    Table,
    alone,
    mebibytes,
    median,
    present,
    report,
    script,
    thousands,
)

WAYS = {
    "hankelod": "hankelod",
    "by_hand": "f-strings by hand",
    "oxigraph": "pyoxigraph, streamed",
    "maplib_templates": "maplib",
    "morph_kgc": "morph-kgc",
    "rdflib_graph": "rdflib",
    "copying": "copying the bytes",
}
"""The modules of `ways`, and what they are called in tables."""
PACKAGE = {
    "by_hand": "msgspec",
    "maplib_templates": "maplib",
    "morph_kgc": "morph-kgc",
    "oxigraph": "pyoxigraph",
    "rdflib_graph": "rdflib",
}
TABLES = ("maplib_templates", "morph_kgc")
"""Ways that start from the flat tables."""
GOALS = {"by_hand": 0.6, "rdflib_graph": 20, "morph_kgc": 8, "maplib_templates": 4, "oxigraph": 2}
"""hankelod's speed over the other's, at least."""
GOAL_TWO = 1.7
"""Two processes over one."""
GOAL_TIME, GOAL_MEMORY = 1.15, 1.3
"""Of growth: time a record over that at 10,000 records, memory over that at 100,000."""


def dataset(folder: Path, records: int) -> Path:
    """A synthetic dataset in a folder of its own."""
    script("generator.py", records, folder)
    return folder


def once(way: str, folder: Path, tables: Path, out: Path, cores: int = 1) -> Run:
    python = OTHERS.get(way, Path(sys.executable))
    return alone([str(Path(__file__).with_name("alone.py")), way, str(folder), str(tables), str(out)], python, cores)


def flattening(folder: Path, tables: Path) -> float:
    """Make the tables; the processor time that they took."""
    return float(alone([str(Path(__file__).with_name("flattening.py")), str(folder), str(tables)]).said["cpu"])


def side_by_side(work: Path, records: int, runs: int, ways: list[str]) -> dict[str, Any]:
    """All ways, taking turns; by way: times, memory, versions, and how the triples differ."""
    folder, tables = dataset(work / "data", records), work / "tables"
    found: dict[str, Any] = {}
    flattened = [flattening(folder, tables)]
    for turn in range(1, runs):
        flattened.append(flattening(folder, work / f"tables-{turn}"))
        shutil.rmtree(work / f"tables-{turn}")
    for way in ways:
        if way in PACKAGE and not present(PACKAGE[way], OTHERS.get(way, Path(sys.executable))):
            found[way] = {"absent": f"{PACKAGE[way]} is not installed"}
    for turn in range(runs):
        for way in ways:
            if way in found and ("absent" in found[way] or "failed" in found[way]):
                continue
            out = work / f"{way}.nt"
            try:
                run = once(way, folder, tables, out)
            except Failed as error:
                found[way] = {"failed": str(error).strip().splitlines()[-1] if str(error).strip() else "no word"}
                continue
            each = found.setdefault(
                way,
                {
                    "cpu": [],
                    "seconds": [],
                    "peak": 0,
                    "versions": run.said["versions"],
                    "prepared": run.said["prepared"],
                },
            )
            each["cpu"].append(run.said["cpu"])
            each["seconds"].append(run.said["seconds"])
            each["peak"] = max(each["peak"], run.peak)
            if way in TABLES:
                each["flattened"] = flattened
            if not turn:
                each["output"] = json.loads(script("comparing.py", tables / "expected.nt", out))
            out.unlink()
    return found


def two_processes(work: Path, runs: int) -> dict[str, Any]:
    """One process and two, by the clock, taking turns."""
    folder, tables = work / "data", work / "tables"
    clock: dict[str, list[float]] = {"hankelod": [], "hankelod_two": []}
    for _ in range(runs):
        for way, times in clock.items():
            out = work / f"{way}.nt"
            times.append(once(way, folder, tables, out, cores=2).said["seconds"])
            assert filecmp.cmp(out, tables / "expected.nt", shallow=False), f"{way}: other bytes"
    return {"one": clock["hankelod"], "two": clock["hankelod_two"]}


def growth(work: Path, sizes: list[int], runs: int) -> list[dict[str, Any]]:
    """Time and memory of hankelod by the number of records."""
    rows = []
    for records in sizes:
        folder = dataset(work / f"grown-{records}", records)
        taken = [once("hankelod", folder, work, work / "grown.nt") for _ in range(runs)]
        rows.append({"records": records, "cpu": [r.said["cpu"] for r in taken], "peak": max(r.peak for r in taken)})
    return rows


def measure(records: int, runs: int, sizes: list[int], ways: list[str]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="hankelod-bench-") as name:
        work = Path(name)
        found = side_by_side(work, records, runs, ways)
        return {
            "records": records,
            "triples": found["hankelod"]["output"]["triples"],
            "ways": found,
            "goals": GOALS,
            "processes": two_processes(work, runs) | {"goal": GOAL_TWO},
            "growth": growth(work, sizes, runs),
        }


def found_of(measured: dict[str, Any]) -> Found:
    """The tables, goals and plots."""
    triples, ways = measured["triples"], measured["ways"]
    ours = median(ways["hankelod"]["cpu"])
    rows = [
        [
            "way",
            "triples/s",
            "hankelod's speed over it",
            "its tables made as well",
            "peak memory",
            "its triples",
            "starts from",
            "versions",
        ]
    ]
    goals, bars = [], {}
    for way, each in ways.items():
        if "cpu" not in each:
            rows.append([WAYS[way], "–", "–", "", "–", each.get("absent") or each["failed"], "", ""])
            continue
        took = median(each["cpu"])
        whole = took + (median(each["flattened"]) if "flattened" in each else 0)
        versions = ", ".join(f"{k} {v}" for k, v in each["versions"].items())
        rows.append(
            [
                WAYS[way],
                thousands(triples / took),
                f"{took / ours:.2f}",
                f"{whole / ours:.2f}" if way in TABLES else "",
                mebibytes(each["peak"]),
                told(each["output"]),
                each["prepared"] or "the lines of JSON",
                versions,
            ]
        )
        bars[WAYS[way]] = [(0.0, triples / took)]
        if way in GOALS:
            goals.append(
                Goal(
                    f"speed over {WAYS[way]} from the lines of JSON, at least",
                    f"{GOALS[way]:g}",
                    f"{whole / ours:.2f}",
                    whole / ours >= GOALS[way],
                )
            )
    one, two = (median(measured["processes"][k]) for k in ("one", "two"))
    goals.append(
        Goal(
            "two processes over one, by the clock, at least", f"{GOAL_TWO:g}", f"{one / two:.2f}", one / two >= GOAL_TWO
        )
    )
    grown = [(float(g["records"]), median(g["cpu"]) / g["records"] * 1e6) for g in measured["growth"]]
    growing = [["records", "µs a record", "peak memory"]]
    growing += [
        [thousands(n), f"{each:.1f}", mebibytes(g["peak"])]
        for (n, each), g in zip(grown, measured["growth"], strict=True)
    ]
    goals += growth_goals(grown, {g["records"]: g["peak"] for g in measured["growth"]})
    tables = [
        Table(
            f"{thousands(measured['records'])} records, {thousands(triples)} triples, "
            f"processor time on one core, medians of {len(ways['hankelod']['cpu'])}",
            rows,
        ),
        Table("growth of hankelod with the number of records", growing),
    ]
    plots = [
        Plot("bars", "Mapping to N-Triples, one core", "", "triples a second", bars),
        Plot("lines", "Mapping by the number of records", "records", "µs a record", {"hankelod": grown}),
        Plot(
            "lines",
            "Memory of mapping by the number of records",
            "records",
            "MiB at most",
            {"hankelod": [(g["records"], g["peak"] / 2**20) for g in measured["growth"]]},
        ),
    ]
    return Found("From records to triples", tables, goals, plots, measured)


def growth_goals(grown: list[tuple[float, float]], peaks: dict[int, int]) -> list[Goal]:
    """The goals for growth, for the sizes that were measured: time per record, and memory."""
    each = dict(grown)
    goals = []
    most = int(max(each, default=0))
    if 10_000 in each and most > 10_000:
        ratio = each[most] / each[10_000]
        goals.append(
            Goal(
                f"time a record at {thousands(most)} over that at 10,000, at most",
                f"{GOAL_TIME:g}",
                f"{ratio:.2f}",
                ratio <= GOAL_TIME,
            )
        )
    if 100_000 in peaks and most > 100_000:
        ratio = peaks[most] / peaks[100_000]
        goals.append(
            Goal(
                f"memory at {thousands(most)} over that at 100,000, at most",
                f"{GOAL_MEMORY:g}",
                f"{ratio:.2f}",
                ratio <= GOAL_MEMORY,
            )
        )
    return goals


def told(output: dict[str, Any]) -> str:
    """In words, how a way's triples are to hankelod's."""
    if output["same"] == "no":
        return f"{output['missing']} missing, {output['extra']} others"
    same = {"bytes": "the same bytes", "triples": "the same"}
    return same.get(output["same"]) or f"the same but for {output['extra']} decimals, written otherwise"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=20_000, help="for the ways side by side (20,000)")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--growth", default="1000,10000,100000", help="numbers of records for growth")
    parser.add_argument("--million", action="store_true", help="grow to a million records as well")
    parser.add_argument("--ways", default=",".join(WAYS), help="which ways")
    parser.add_argument("--results", type=Path, help="the folder of results (bench/results)")
    given = parser.parse_args()
    sizes = [int(n) for n in given.growth.split(",") if n] + ([1_000_000] if given.million else [])
    measured = measure(given.records, given.runs, sizes, given.ways.split(","))
    report("mapping", found_of(measured), given.results)


if __name__ == "__main__":
    main()
