"""Every file of a syntax is read alike by a parser that nobody here wrote: N3.js for RDF, check-geojson for GeoJSON."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from support.folders import CLIENTS

NODE = shutil.which("node")

RDF = (".ttl", ".nt", ".trig", "/void")


def read(reader: str, folder: Path, paths: list[str]) -> dict[str, int]:
    if NODE is None or not (CLIENTS / "node_modules/n3").is_dir():
        pytest.skip("the JavaScript clients are not installed: npm install --prefix tests/clients")
    done = subprocess.run(
        [NODE, "read_syntaxes.mjs", reader, str(folder), *paths], cwd=CLIENTS, capture_output=True, encoding="utf-8"
    )
    assert not done.returncode, done.stderr
    return {found["path"]: found["found"] for found in map(json.loads, done.stdout.splitlines())}


def test_rdf_has_as_many_triples_as_the_manifest_says(dist):
    files = json.loads((dist / "manifest.json").read_text("utf-8"))["files"]
    wanted = {path: entry["triples"] for path, entry in files.items() if path.endswith(RDF)}
    assert {".ttl", ".nt", ".trig"} <= {Path(path).suffix for path in wanted}
    assert read("n3", dist, list(wanted)) == wanted


def test_geojson_is_as_rfc_7946_has_it(dist):
    paths = [p.relative_to(dist).as_posix() for p in dist.rglob("*.geojson")]
    wanted = {path: len(json.loads((dist / path).read_text("utf-8"))["features"]) for path in paths}
    assert any(wanted.values())
    assert read("geojson", dist, paths) == wanted
