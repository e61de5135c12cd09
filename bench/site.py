"""What a page weighs, and how the site grows: memory, time, and how soon a reader of 10,000 projects has results.

    python bench/site.py [RECORDS…]

First this repository's own dataset is published, and pages of each kind are weighed with everything that they load,
each file compressed by gzip as web servers do. Then sites of synthetic datasets are written, each in a process of its
own, 1,000, 2,000 and 10,000 projects unless told otherwise; of each it is told how much memory the records take, and
how much the site adds to it. Where Chromium is there, the list of the largest is opened in it, searched and filtered.
The figures of the last run stand in bench/results/site.json.
"""

from __future__ import annotations

import functools
import gzip
import http.server
import json
import platform
import re
import resource
import subprocess
import sys
import tempfile
import threading
import time
from html.parser import HTMLParser
from pathlib import Path

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "bench/results/site.json"
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
Figures = dict[str, object]


### Weight


class Loaded(HTMLParser):
    """What a browser loads with a page: scripts, styles, icons and drawings."""

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
    """Compressed bytes of a page and all that it loads; the list's script loads the index of its language as well."""
    text = (folder / page).read_text("utf-8")
    here = (folder / page).parent
    loaded = {here / address for address in Loaded(text).found}
    for head in re.findall(r'data-index="([^"]+)"', text):
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


def build(folder: Path, out: Path) -> Figures:
    """Writes the site of a dataset, in this process; its records are read first, and what they take is told apart."""
    from hankelod import site
    from hankelod.dataset import Dataset
    from hankelod.reports import report

    def peak() -> float:
        """Mebibytes of memory that this process had at most; Linux tells kibibytes, macOS bytes."""
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most / (1024 * 1024 if sys.platform == "darwin" else 1024)

    dataset = Dataset(folder, folder)
    records = [record for cls in dataset.model.entries() for record in dataset.read(cls)]
    read, start = peak(), time.perf_counter()
    count = total = 0
    for file in site.files(dataset, records, report([], records, dataset.base), {}):
        target = out / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.content)
        count, total = count + 1, total + len(file.content)
    return {
        "files": count,
        "bytes": total,
        "seconds": round(time.perf_counter() - start, 1),
        "memory of the records": round(read),
        "memory at most": round(peak()),
        "memory that the site adds": round(peak() - read),
    }


def grown(counts: list[int], scratch: Path) -> dict[int, Figures]:
    found = {}
    for count in counts:
        folder, out = scratch / f"data-{count}", scratch / f"site-{count}"
        subprocess.run([sys.executable, ROOT / "bench/generator.py", str(count), folder], check=True, stdout=subprocess.DEVNULL)  # fmt: skip
        done = subprocess.run([sys.executable, __file__, "--build", folder, out], check=True, capture_output=True)
        found[count] = json.loads(done.stdout)
        print(f"{count:6} projects: {found[count]}", flush=True)
    return found


### Use


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        pass


def used(folder: Path) -> Figures | None:
    """Milliseconds until the reader of a list sees results, as Chromium tells; None where it is not here."""
    if not (ROOT / "tests/node/node_modules/playwright-core").is_dir():
        return None
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_address[1]}/"
        done = subprocess.run(["node", "time_list.mjs", base], cwd=ROOT / "tests/node", capture_output=True, encoding="utf-8")  # fmt: skip
        server.shutdown()
    if done.returncode:
        print(done.stderr, file=sys.stderr)
        return None
    figures: Figures = json.loads(done.stdout)
    return figures


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--build"]:
        json.dump(build(Path(arguments[1]), Path(arguments[2])), sys.stdout)
        return 0
    counts = [int(a) for a in arguments] or [1000, 2000, 10_000]
    with tempfile.TemporaryDirectory(prefix="hankelod-site-") as made:
        scratch = Path(made)
        subprocess.run([sys.executable, "-m", "hankelod", "publish", "--out", scratch / "dist"], cwd=ROOT, check=True, capture_output=True)  # fmt: skip
        weighed = weights(scratch / "dist")
        for name, size in weighed.items():
            limit = f", the limit is {LIMITS[name] / 1000:.0f}" if name in LIMITS else ""
            print(f"{name:34} {size / 1000:8.1f} kB{limit}")
        sizes = grown(counts, scratch)
        largest = max(counts)
        told = used(scratch / f"site-{largest}")
        print(f"the list of {largest} in Chromium: {told}")
        big = weight(scratch / f"site-{largest}", "projects.html")
        figures = {
            "machine": {"system": platform.platform(), "python": platform.python_version()},
            "compressed bytes of a page with all that it loads": weighed,
            "sites by number of projects": sizes,
            "list": {"projects": largest, "compressed bytes": big, "milliseconds": told},
        }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", "utf-8")
    return 0 if all(weighed[name] <= limit for name, limit in LIMITS.items()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
