"""Import by a mapping file: time and memory of one command by format and number of rows, then checked and published.

    python bench/imports.py [--sizes 2000,20000]

Rows are synthetic: fourteen columns, a recipient for every third row, dates, numbers and codes in forms of their own.
Each command is run as people run it, in a process of its own, into an empty dataset.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from measuring import ROOT, Failed, Found, Goal, Table, launched, mebibytes, report, thousands

DATASET = ROOT / "tests/datasets/english"

MAPPING = """
constants: {source: "https://example.org/list", sourceLanguage: en}
project:
  id: {from: Code, do: [slug]}
  identifiers: [{scheme: XX-LIST, value: Code}]
  title: {en: Name}
  summary: {en: Abstract}
  start: {from: Begins, date: d.M.yyyy}
  end: {from: Ends, date: d.M.yyyy}
  status: {from: State, values: {open: ongoing, closed: ended}}
  lead: {from: Recipient, organisation: {kind: company, identifiers: [{scheme: XX-REG, value: Register}]}}
  totalCost: {from: Total, number: "1 234,56"}
  priorityAxis: {from: Priority, do: [lower]}
  visits: {from: Visits, number: "1 234"}
  grants:
    - programme: {from: Fund, programme: {}}
      amount: {from: Granted, number: "1 234,56", zero: omit}
ignore: [Notes]
"""

SECONDS = 20
"""Most seconds of the processor for the largest number of rows from CSV."""

MEMORY = 500 * 2**20
"""Most bytes of memory for it."""

LINEAR = 2
"""Most times that a row may cost among many as among few."""


def rows(count: int) -> list[dict[str, str]]:
    """Return so many synthetic rows."""
    return [
        {
            "Code": f"G-{n:06}",
            "Name": f"Project {n}: a hall, a road and a school",
            "Abstract": f"What project {n} does, in a sentence or two. It has été to say, with accents.",
            "Begins": f"{n % 28 + 1}.{n % 12 + 1}.{2010 + n % 12}",
            "Ends": f"{n % 28 + 1}.{n % 12 + 1}.{2022 + n % 4}",
            "State": "open" if n % 2 else "closed",
            "Recipient": f"Recipient {n // 3} Ltd",
            "Register": f"{n // 3:07}",
            "Fund": f"Fund {n % 9}",
            "Granted": f"{n % 90 + 1} 500,{n % 100:02}",
            "Total": f"{n % 900 + 100} 000",
            "Priority": f"P{n % 2 + 1}",
            "Visits": f"{n % 9 + 1} 200",
            "Notes": "a note",
        }
        for n in range(count)
    ]


def as_csv(some: list[dict[str, str]], path: Path) -> None:
    """Write rows as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, some[0].keys())
        out.writeheader()
        out.writerows(some)


def as_xlsx(some: list[dict[str, str]], path: Path) -> None:
    """Write rows as a workbook."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    page = book.add_worksheet()
    page.write_row(0, 0, list(some[0]))
    for n, row in enumerate(some, 1):
        page.write_row(n, 0, list(row.values()))
    book.close()


def as_json(some: list[dict[str, str]], path: Path) -> None:
    """Write rows as JSON."""
    path.write_text(json.dumps({"rows": some}), "utf-8")


def as_lines(some: list[dict[str, str]], path: Path) -> None:
    """Write rows as JSON Lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in some), "utf-8")


def as_xml(some: list[dict[str, str]], path: Path) -> None:
    """Write rows as XML."""
    inner = "\n".join(f"<r>{''.join(f'<{k}>{escape(v)}</{k}>' for k, v in row.items())}</r>" for row in some)
    path.write_text(f"<list>{inner}</list>", "utf-8")


FORMATS: dict[str, Callable[[list[dict[str, str]], Path], None]] = {
    "csv": as_csv,
    "xlsx": as_xlsx,
    "json": as_json,
    "jsonl": as_lines,
    "xml": as_xml,
}


class Cost(NamedTuple):
    """The cost of a command: seconds of the processor, and the most memory of one process in bytes."""

    cpu: float
    peak: int


def run(folder: Path, *arguments: str) -> Cost:
    """Run a command on a dataset. Raises Failed."""
    command = [sys.executable, "-m", "hankelod", "-C", str(folder), *arguments]
    ended = launched(command)
    if ended.status:
        raise Failed(f"{' '.join(command)}: {ended.wrong[-2000:]}")
    return Cost(ended.cpu, ended.peak)


def measure(sizes: list[int]) -> dict[str, dict[str, Cost]]:
    """Return the cost by command and number of rows."""
    costs: dict[str, dict[str, Cost]] = {}
    for size in sizes:
        some = rows(size)
        for form, write in FORMATS.items():
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                for part in ("data/dataset.yml", "data/organisations", "fields.yml", "lists"):
                    copy = shutil.copytree if (DATASET / part).is_dir() else shutil.copy
                    (folder / part).parent.mkdir(parents=True, exist_ok=True)
                    copy(DATASET / part, folder / part)
                (folder / "m.yml").write_text(MAPPING, "utf-8")
                write(some, folder / f"list.{form}")
                command = ["import", f"list.{form}", "--mapping", "m.yml", "--to", "."]
                costs.setdefault(f"import, {form}", {})[str(size)] = run(folder, *command)
                if form == "csv":
                    costs.setdefault("the same again, csv", {})[str(size)] = run(folder, *command)
                    costs.setdefault("validate", {})[str(size)] = run(folder, "validate")
                    costs.setdefault("publish, dumps", {})[str(size)] = run(folder, "publish", "--only", "dumps")
    return costs


def found_of(costs: dict[str, dict[str, Cost]]) -> Found:
    """Return the table and the goals."""
    sizes = list(next(iter(costs.values())))
    head = ["command", *(f"{thousands(int(n))} rows: {what}" for n in sizes for what in ("seconds", "memory"))]
    table = [head]
    for name, by_size in costs.items():
        cells = [(f"{by_size[n].cpu:.1f}", mebibytes(by_size[n].peak)) for n in sizes]
        table.append([name, *(x for pair in cells for x in pair)])
    few, many = costs["import, csv"][sizes[0]], costs["import, csv"][sizes[-1]]
    growth = (many.cpu / int(sizes[-1])) / (few.cpu / int(sizes[0]))
    rows_shown = thousands(int(sizes[-1]))
    goals = [
        Goal(
            f"{rows_shown} rows of CSV, seconds of the processor",
            f"≤ {SECONDS}",
            f"{many.cpu:.1f}",
            many.cpu <= SECONDS,
        ),
        Goal(f"{rows_shown} rows of CSV, memory", f"≤ {mebibytes(MEMORY)}", mebibytes(many.peak), many.peak <= MEMORY),
        Goal("a row among many beside one among few", f"≤ {LINEAR} ×", f"{growth:.1f} ×", growth <= LINEAR),
    ]
    measured: dict[str, Any] = {name: {n: list(cost) for n, cost in sizes.items()} for name, sizes in costs.items()}
    title = "seconds of the processor and the memory of the largest process"
    return Found("Importing by a mapping file", [Table(title, table)], goals, [], measured)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="2000,20000")
    parser.add_argument("--results", type=Path, help="the folder of results (bench/results)")
    given = parser.parse_args()
    report("imports", found_of(measure([int(n) for n in given.sizes.split(",")])), given.results)


if __name__ == "__main__":
    main()
