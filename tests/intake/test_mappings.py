"""Mapping files: sources with their mappings and the records that they make, as folders of data."""

from __future__ import annotations

import io
import json
import re
import shutil
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml

from hankelod.cli.parser import main
from hankelod.messages.problem import codes, entry
from support.folders import CASES, DATASETS

HOME = CASES / "mappings"


def records(data: Path) -> dict[str, dict[str, Any]]:
    """All records of a dataset as plain data, by folder and id."""
    found: dict[str, dict[str, Any]] = {}
    for file in sorted(data.glob("*/*.yml")):
        found.setdefault(file.parent.name, {})[file.stem] = yaml.load(file.read_text("utf-8"), yaml.BaseLoader)
    for file in sorted(data.glob("*.jsonl")):
        for line in file.read_text("utf-8").splitlines():
            values = json.loads(line)
            found.setdefault(file.stem, {})[values.pop("id")] = values
    return found


def imported(case: Path, folder: Path) -> dict[str, Any]:
    """The outcome of the import of a case into a copy of its dataset."""
    name = (case / "dataset").read_text().strip() if (case / "dataset").exists() else "english"
    shutil.copytree(DATASETS / name, folder, dirs_exist_ok=True)
    if (case / "data").exists():
        shutil.copytree(case / "data", folder / "data", dirs_exist_ok=True)
    for file in (next(case.glob("source.*")), case / "mapping.yml"):
        shutil.copy(file, folder)
    before = records(folder / "data")
    source = next(folder.glob("source.*")).name
    out = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)
    with redirect_stdout(out), redirect_stderr(out):
        status = main(["-C", str(folder), "--lang", "en", "import", source, "--mapping", "mapping.yml", "--to", "."])
    after = records(folder / "data")
    new = {
        kind: {id: values for id, values in its.items() if id not in before.get(kind, {})}
        for kind, its in after.items()
    }
    assert all(after[kind][id] == values for kind, its in before.items() for id, values in its.items())
    told = [line for line in out.buffer.getvalue().decode().splitlines() if line]
    return {"exit": status, "told": told, "records": {kind: its for kind, its in new.items() if its}}


@pytest.mark.parametrize("case", sorted(p.name for p in HOME.iterdir() if p.is_dir()))
def test_a_source_becomes_records(case: str, tmp_path: Path):
    assert imported(HOME / case, tmp_path) == yaml.safe_load((HOME / case / "expected.yml").read_text("utf-8"))


CODES = [code for code in codes() if code.startswith(("mapping-", "source-"))]
"""Codes of what is wrong with a mapping file or in a source."""


@pytest.mark.parametrize("code", CODES)
def test_each_problem_has_a_case(code: str):
    """Some case expects the message of each code; what stands in its holes is the case's own."""
    says = "(.+)".join(map(re.escape, re.split(r"\{\w+\}", entry(code).says["en"])))
    told = (line for case in HOME.glob("*/expected.yml") for line in yaml.safe_load(case.read_text("utf-8"))["told"])
    assert any(re.search(f": {says}( |$)", line) for line in told)


if __name__ == "__main__":
    for chosen in sys.argv[1:]:
        with TemporaryDirectory() as scratch:
            outcome = imported(HOME / chosen, Path(scratch))
        text = yaml.safe_dump(outcome, allow_unicode=True, sort_keys=False, width=1000)
        (HOME / chosen / "expected.yml").write_text(text, "utf-8")
