"""docs/benchmarks.md from the results of the last runs: machine, goals and whether they are met, tables, plots.

python bench/report.py [--results bench/results] [--docs docs]
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from measuring import RESULTS, ROOT, Found, is_numeric, mebibytes, read
from plots import svg

FIRST = (
    "commits",
    "mapping",
    "validation",
    "reports",
    "engines",
    "publication",
    "queries",
    "serving",
    "large",
    "site",
    "startup",
)
"""The order of benchmarks on the page; others follow by name."""
HEAD = """# Benchmarks

What hankelod costs beside other tools that do the same, each measured side by side in one run: medians, and ratios
rather than times. `make bench` runs it all again and writes this page out of `bench/results/`; nothing here is typed in
by hand. The records are synthetic (`bench/generator.py`): about 52 triples each, 3,000 organisations, the 308
municipalities, texts in Finnish, Swedish and English.
"""


def page(benchmarks: list[tuple[str, dict[str, Any], Found]], docs: Path) -> str:
    """The page; writes the plots beside it."""
    out = [HEAD]
    goals = [(found.title, goal) for _, _, found in benchmarks for goal in found.goals]
    if goals:
        out.append("## Goals\n")
        rows = [
            ["goal", "bound", "found", ""],
            *([f"{title}: {g.what}", g.goal, g.found, "met" if g.met else "**missed**"] for title, g in goals),
        ]
        out.append(markdown(rows))
    for name, ran, found in benchmarks:
        out.append(f"## {found.title}\n\n{described(ran)}\n")
        out += [f"{capital(table.title)}.\n\n{markdown(table.rows)}" for table in found.tables]
        for n, plot in enumerate(found.plots, 1):
            if any(plot.series.values()):
                file = f"benchmark-{name}-{n}.svg"
                (docs / file).write_text(svg(plot), "utf-8")
                out.append(f"![{plot.title}]({file})\n")
    return "\n".join(out)


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def described(ran: dict[str, Any]) -> str:
    """The date, versions and machine of a run."""
    m = ran["machine"]
    return (
        f"Run on {ran['date']} with hankelod {ran['hankelod']}: {m['processor']}, {m['cores']} cores, "
        f"{mebibytes(m['memory'])} of memory, {m['system']}, {m['python']}; "
        f"{m['load']} processes waited for a core at its end."
    )


def markdown(rows: list[list[str]]) -> str:
    rule = ["--:" if is_numeric(rows, n) else "---" for n in range(len(rows[0]))]
    return "".join(
        f"| {' | '.join(c.replace('|', chr(92) + '|') for c in row)} |\n" for row in (rows[0], rule, *rows[1:])
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--docs", type=Path, default=ROOT / "docs")
    given = parser.parse_args()
    order = {name: n for n, name in enumerate(FIRST)}
    files = sorted(given.results.glob("*.json"), key=lambda p: (order.get(p.stem, len(order)), p.stem))
    (given.docs / "benchmarks.md").write_text(page([(p.stem, *read(p)) for p in files], given.docs), "utf-8")


if __name__ == "__main__":
    main()
