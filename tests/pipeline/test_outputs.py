"""Another output is one class and one line: it is found wherever a publication names its files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.folders import ROOT
from support.publishing import small, triples

MODULE = '''
"""Names: the id of each project on a line."""

from __future__ import annotations

from hankelod.exports.export import Stream
from hankelod.mapping.batch import Batch


class Names(Stream):
    """The ids of the projects as text."""

    path = "dump/ids.txt"

    def make(self, batch: Batch) -> bytes:
        return b"".join(f"{r.id}\\n".encode() for r in batch.records if r.cls is self.basis.main)
'''


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A publication by a copy of hankelod that has one class and one line more."""
    place = tmp_path_factory.mktemp("outputs")
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("src", "ontology", "shapes", "data"):
        shutil.copytree(ROOT / name, place / name, symlinks=True, ignore=ignored)
    (place / "src/hankelod/exports/ids.py").write_text(MODULE, "utf-8")
    outputs = place / "src/hankelod/pipeline/outputs.py"
    text = outputs.read_text("utf-8").replace("    Points,\n", "    Points,\n    Names,\n")
    imported = "from hankelod.exports.making import"
    outputs.write_text(text.replace(imported, f"from hankelod.exports.ids import Names\n{imported}"), "utf-8")
    dataset = small(place / "dataset")
    done = subprocess.run(
        [sys.executable, "-m", "hankelod", "publish", "-C", str(dataset), "--out", str(place / "dist")],
        env={**os.environ, "PYTHONPATH": str(place / "src")},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return place / "dist"


def test_it_is_written(out):
    ids = sorted((out / "dump/ids.txt").read_text("utf-8").split())
    assert ids == sorted(p.stem for p in (out / "doc/project").glob("*.ttl"))


def test_it_is_in_the_manifest_and_verified(out):
    listed = json.loads((out / "manifest.json").read_text("utf-8"))["files"]
    assert listed["dump/ids.txt"]["mediaType"] == "text/plain"
    done = subprocess.run([sys.executable, "-m", "hankelod", "verify", str(out)], capture_output=True)
    assert done.returncode == 0, done.stderr


def test_it_is_in_the_catalogue(out):
    addresses = {t.object.value for t in triples(out / "catalog.ttl") if t.predicate.value.endswith("#downloadURL")}
    assert any(address.endswith("dump/ids.txt") for address in addresses)


@pytest.mark.parametrize("folder", ["", "sv/", "en/"])
def test_it_is_on_the_page_of_downloads(out, folder):
    assert 'dump/ids.txt"' in (out / folder / "downloads.html").read_text("utf-8")
