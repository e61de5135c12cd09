"""The table of content negotiation, and a publication with pages to try it on."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import NamedTuple

from hankelod.exports import hosting
from hankelod.exports.hosting import Deployment
from support.folders import CASES


class Row(NamedTuple):
    path: str
    accept: str
    pages: str
    status: str
    leads_to: str
    why: str


TABLE = [Row(*row) for row in list(csv.reader((CASES / "hosting/negotiation.csv").read_text("utf-8").splitlines()))[1:]]


def with_pages(out: Path, address: str | None) -> None:
    """Give a publication the pages that a site has, and the rules for them."""
    types = {p: e["mediaType"] for p, e in json.loads((out / "manifest.json").read_text("utf-8"))["files"].items()}
    pages = [p.removesuffix(".ttl") + ".html" for p in types if p.startswith("doc/") and p.endswith(".ttl")]
    own = ("index.html", "sv/index.html", "about.html", "downloads.html", "def.html", "changes/changelog.html")
    for page in (*pages, *own):
        types[page] = "text/html"
        (out / page).parent.mkdir(parents=True, exist_ok=True)
        (out / page).write_text("<!DOCTYPE html><title>x</title>")
    site = Deployment(types, ["project/gone"], address)
    for name, write in (
        ("nginx.conf", hosting.nginx),
        (".htaccess", hosting.htaccess),
        ("_redirects", hosting.redirects),
    ):
        (out / name).write_text(write(site))
