"""Size of pages and growth of the site: memory, time, and the wait of a reader of 10,000 projects for results.

    python bench/sites.py [--sizes 1000,2000,10000]

First this repository's own dataset is published, and pages of each kind are weighed with everything that they load,
each file compressed by gzip as web servers do. Then sites of synthetic datasets are written, each in a process of its
own; of each it is told how much memory the records take, and how much the site adds to it. Where Chromium is there, the
list of the largest is opened in it, searched and filtered.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import http.server
import json
import re
import resource
import subprocess
import sys
import tempfile
import threading
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from measuring import ROOT, Found, Goal, Plot, Table, alone, environment, mebibytes, report, script, thousands

LIMITS = {"front page": 150_000, "project page": 60_000}
"""Compressed bytes that a page and all that it loads may have."""
PAGES = {
    "front page": "index.html",
    "project page": "doc/project/turku-reivi.html",
    "largest project page": None,
    "list of projects": "projects.html",
    "municipality": "doc/municipality/853.html",
    "figures": "figures.html",
    "vocabulary": "def.html",
    "SPARQL page, before it is asked": "sparql.html",
    "form": "contribute.html",
}


### Weight


class Loaded(HTMLParser):
    """The files that a browser loads with a page: scripts, styles, icons and drawings."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        rel = given.get("rel") or ""
        loads = tag in ("use", "image") or rel in ("stylesheet", "icon")
        address = given.get("src") or (given.get("href") if loads else None)
        if address:
            self.found.append(address.partition("#")[0])

    handle_startendtag = handle_starttag


def weight(folder: Path, page: str) -> int:
    """Compressed bytes of a page and all that it loads; the list's script loads all of its rows as well."""
    text = (folder / page).read_text("utf-8")
    here = (folder / page).parent
    loaded = {here / address for address in Loaded(text).found}
    for head in re.findall(r'data-rows="([^"]+)"', text):
        loaded |= {here / head, *(here / head).parent.glob(f"{Path(head).stem}-*.js")}
    files = {folder / page, *(p.resolve() for p in loaded)}
    return sum(len(gzip.compress(p.read_bytes(), 6, mtime=0)) for p in files)


def weights(folder: Path) -> dict[str, int]:
    found = {}
    for name, page in PAGES.items():
        if page is None:
            own = sorted((folder / "doc/project").glob("*.html"), key=lambda p: p.stat().st_size)
            page = own[-1].relative_to(folder).as_posix()
        if (folder / page).exists():
            found[name] = weight(folder, page)
    return found


### Growth


def build(folder: Path, out: Path) -> dict[str, Any]:
    """Writes the site of a dataset, in this process; its records are read first, and what they take is told apart."""
    from hankelod import site
    from hankelod.records.dataset import Dataset
    from hankelod.validation.report import report as reported

    def peak() -> int:
        """The most bytes of memory that this process had so far; Linux tells kibibytes, macOS bytes."""
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

    dataset = Dataset(folder, folder)
    records = [record for cls in dataset.model.entries() for record in dataset.read(cls)]
    read, start, cpu = peak(), time.perf_counter(), time.process_time()
    count = total = 0
    for file in site.files(dataset, records, reported([], records, dataset.base), {}):
        target = out / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.content)
        count, total = count + 1, total + len(file.content)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    return {"files": count, "bytes": total, "seconds": seconds, "cpu": cpu, "peak of the records": read, "peak": peak()}


def growth(sizes: list[int], work: Path) -> list[dict[str, Any]]:
    rows = []
    for size in sizes:
        folder, out = work / f"data-{size}", work / f"site-{size}"
        script("generator.py", size, folder)
        rows.append({"projects": size, **alone([__file__, "--build", str(folder), str(out)]).said})
    return rows


### Use


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        pass


def use(folder: Path) -> dict[str, Any] | None:
    """Milliseconds until the reader of a list sees results, and bytes of its scripts' memory; None without Chromium."""
    if not (ROOT / "tests/clients/node_modules/playwright-core").is_dir():
        return None
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_address[1]}/"
        done = subprocess.run(
            ["node", "time_list.mjs", base], cwd=ROOT / "tests/clients", capture_output=True, text=True
        )
        server.shutdown()
    if done.returncode:
        print(done.stderr[-2000:], file=sys.stderr)
        return None
    told: dict[str, Any] = json.loads(done.stdout)
    return told


### The whole


def measure(sizes: list[int]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="hankelod-bench-") as name:
        work = Path(name)
        publish = [sys.executable, "-m", "hankelod", "publish", "--out", str(work / "dist")]
        subprocess.run(publish, cwd=ROOT, env=environment(), check=True, capture_output=True)
        pages = weights(work / "dist")
        rows = growth(sizes, work)
        largest = work / f"site-{max(sizes)}"
        listed = {"projects": max(sizes), "bytes": weight(largest, "projects.html"), "use": use(largest)}
    return {"pages": pages, "limits": LIMITS, "growth": rows, "list": listed}


def found_of(measured: dict[str, Any]) -> Found:
    pages, grown, listed = measured["pages"], measured["growth"], measured["list"]
    rows = [["projects", "files", "ms a file", "records alone", "with the site", "the site adds"]]
    for g in grown:
        read, whole = g["peak of the records"], g["peak"]
        rows.append(
            [
                thousands(g["projects"]),
                thousands(g["files"]),
                f"{g['cpu'] / g['files'] * 1000:.2f}",
                mebibytes(read),
                mebibytes(whole),
                mebibytes(whole - read),
            ]
        )
    tables = [
        Table(
            "what a page weighs with all that it loads, compressed",
            [["page", "bytes"], *([p, thousands(size)] for p, size in pages.items())],
        ),
        Table("how the site grows", rows),
    ]
    if listed["use"]:
        title = (
            f"the list of {thousands(listed['projects'])} projects in Chromium ({thousands(listed['bytes'])} bytes "
            f"with its rows, {mebibytes(listed['use']['heap'])} of memory for its scripts)"
        )
        until = [[what, f"{taken:.0f}"] for what, taken in listed["use"]["milliseconds"].items()]
        tables.append(Table(title, [["until", "milliseconds"], *until]))
    goals = [
        Goal(f"{page}, compressed bytes at most", thousands(limit), thousands(pages[page]), pages[page] <= limit)
        for page, limit in LIMITS.items()
    ]
    plot = Plot(
        "lines",
        "Memory of writing a site",
        "projects",
        "MiB",
        {
            "records alone": [(float(g["projects"]), g["peak of the records"] / 2**20) for g in grown],
            "with the site": [(float(g["projects"]), g["peak"] / 2**20) for g in grown],
        },
    )
    return Found("The site", tables, goals, [plot], measured)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,2000,10000", help="numbers of projects")
    parser.add_argument("--results", type=Path, help="the folder of results (bench/results)")
    parser.add_argument(
        "--build", nargs=2, type=Path, metavar=("DATASET", "OUT"), help="write one site, in this process"
    )
    given = parser.parse_args()
    if given.build:
        print(json.dumps(build(*given.build)))
        return
    report("site", found_of(measure([int(n) for n in given.sizes.split(",")])), given.results)


if __name__ == "__main__":
    main()
