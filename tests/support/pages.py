"""Pages of a publication, read for tests: their elements, and what a browser needs to see them."""

from __future__ import annotations

import contextlib
import functools
import http.server
import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

from support.folders import CLIENTS, ROOT

NODE_FOLDER = CLIENTS
CHROMIUM = Path("/usr/bin/chromium")

ENGINE = ROOT / "src/hankelod/site/assets/vendor/oxigraph.wasm.gz"

KINDS = [
    "index.html",
    "projects.html",
    "search.html",
    "doc/project/kalajoki-irtiotto-oljysta.html",
    "doc/project/turku-reivi.html",
    "doc/project/etela-karjala-ilmastokumppanit.html",
    "organisations.html",
    "doc/organisation/turun-kaupunki.html",
    "doc/organisation/lappeenrannan-kaupunki.html",
    "doc/organisation/ymparistoministerio.html",
    "areas.html",
    "doc/municipality/853.html",
    "doc/municipality/005.html",
    "doc/region/07.html",
    "doc/former-municipality/004.html",
    "doc/programme/kuntien-ilmastoratkaisut.html",
    "doc/concept/theme.html",
    "doc/concept/theme/networks.html",
    "doc/concept/measure.html",
    "doc/concept/measure/co2-reduction.html",
    "figures.html",
    "downloads.html",
    "def.html",
    "doc/problem/index.html",
    "doc/problem/Grant-amount-rate.html",
    "doc/problem/duplicate-key.html",
    "report.html",
    "changes/changelog.html",
    "about.html",
    "accessibility.html",
    "contribute.html",
    *(["sparql.html"] if ENGINE.exists() else []),
]
"""One page of every kind, in Finnish."""


class Element(NamedTuple):
    name: str
    attributes: dict[str, str]


class Reading(HTMLParser):
    """The elements of a page, and the texts in its scripts."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.scripts: list[str] = []
        self.text: list[str] = []
        self._script = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {k: v or "" for k, v in attrs}))
        self._script = tag == "script"
        if self._script:
            self.scripts.append("")

    handle_startendtag = handle_starttag

    def handle_endtag(self, tag: str) -> None:
        self._script = False

    def handle_data(self, data: str) -> None:
        if self._script:
            self.scripts[-1] += data
        else:
            self.text.append(data)

    def all(self, name: str) -> list[dict[str, str]]:
        return [e.attributes for e in self.elements if e.name == name]

    def data(self) -> list[dict]:
        """The JSON-LD in the page."""
        kinds = [s.get("type") for s in self.all("script")]
        return [json.loads(t) for kind, t in zip(kinds, self.scripts, strict=True) if kind == "application/ld+json"]


def read(path: Path) -> Reading:
    return Reading(path.read_text("utf-8"))


class _Quiet(http.server.SimpleHTTPRequestHandler):
    extensions_map = {
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".svg": "image/svg+xml",
        ".trig": "application/trig",
    }

    def log_message(self, *arguments: object) -> None:
        pass

    def end_headers(self) -> None:
        """As strict servers send what is no page; a worker stands under what comes with its own file."""
        if not self.path.partition("?")[0].endswith(("/", ".html")):
            self.send_header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        super().end_headers()


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address at which a folder is served on this machine alone."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()


def no_browser() -> str | None:
    """The reason why no browser can be started here, or None."""
    if shutil.which("node") is None:
        return "node is not installed here"
    if not (NODE_FOLDER / "node_modules/playwright-core").is_dir():
        return "the npm packages of tests/clients are not installed: make test installs them"
    return None if CHROMIUM.exists() else f"{CHROMIUM} is not here: apt-get install chromium"


def node(script: str, *arguments: str) -> object:
    """Run a script of `tests/clients` and parse its output as JSON."""
    done = subprocess.run(
        ["node", script, *arguments], cwd=NODE_FOLDER, capture_output=True, encoding="utf-8", timeout=400
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
