"""Reports on many faults: what `hankelod validate` takes for each format, and how long they are, in one run.

    python bench/reports.py [--records 20000]

All synthetic projects are damaged, each in one of the known ways (`faults.py`). The whole command is measured, from the
files to the report, and beside it the check of the same records without damage. Reports for people and for the tools of
repositories list some faults of each kind; `--all` and JSON list every one.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

from faults import FAULTS
from measuring import Failed, Found, Goal, Table, launched, mebibytes, report, script, thousands

FORMS = {
    "text": (),
    "html": (),
    "github": (),
    "sarif": (),
    "json": (),
    "text, all": ("--all",),
    "html, all": ("--all",),
}
"""Formats, and the options beside them."""

CUT = ("text", "html", "github", "sarif")

KILOBYTES = 500
"""Most kB of a report that a person opens."""

MEMORY = 500
"""Most MiB that a process takes for a report of any format."""


def measured(count: int) -> dict[str, Any]:
    """Report on so many faulty records in every format, and check as many sound ones."""
    with tempfile.TemporaryDirectory() as name:
        faulty, sound = Path(name) / "faulty", Path(name) / "sound"
        script("generator.py", count, faulty, "--faults", 1)
        script("generator.py", count, sound)
        forms = {form: _run(faulty, form.partition(",")[0], *more) for form, more in FORMS.items()}
        return {"records": count, "kinds": len(FAULTS), "sound": _run(sound, "text"), "forms": forms}


def _run(folder: Path, form: str, *more: str) -> dict[str, Any]:
    """Validate a dataset: seconds of the processor of all processes, the peak of one, bytes of the report."""
    command = [sys.executable, "-m", "hankelod", "-C", str(folder), "--lang", "en", "validate", "--format", form, *more]
    ended = launched(command)
    if ended.status not in (0, 1) or not ended.said:
        raise Failed(f"{' '.join(command)}: exit status {ended.status}")
    return {"cpu": ended.cpu, "peak": ended.peak, "bytes": len(ended.said.encode())}


def found_of(figures: dict[str, Any]) -> Found:
    count, forms = figures["records"], figures["forms"]
    rows = [
        ["report", "kB", "seconds of the processor", "peak memory"],
        *([form, f"{f['bytes'] / 1000:,.0f}", f"{f['cpu']:.1f}", mebibytes(f["peak"])] for form, f in forms.items()),
        ["no faults: text", "0", f"{figures['sound']['cpu']:.1f}", mebibytes(figures["sound"]["peak"])],
    ]
    longest = max(forms[form]["bytes"] for form in CUT) / 1000
    peak = max(f["peak"] for f in forms.values())
    goals = [
        Goal(
            f"kB of a report on {thousands(count)} faults, at most",
            f"{KILOBYTES}",
            f"{longest:,.0f}",
            longest <= KILOBYTES,
        ),
        Goal("MiB of a process, at most", f"{MEMORY}", f"{peak / 2**20:,.0f}", peak <= MEMORY * 2**20),
    ]
    title = (
        f"{thousands(count)} records, every one damaged, {figures['kinds']} kinds of faults, from files to the report"
    )
    return Found("Reports on many faults", [Table(title, rows)], goals, [], figures)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--results", type=Path, help="the folder of results (bench/results)")
    given = parser.parse_args()
    report("reports", found_of(measured(given.records)), given.results)


if __name__ == "__main__":
    main()
