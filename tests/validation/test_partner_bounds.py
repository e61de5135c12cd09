"""Rules on dates in other people's RDF, which need not carry the bounds that hankelod fills in."""

from __future__ import annotations

import json

import pytest

from hankelod.mapping.mapping import Mapping
from hankelod.records.dataset import Dataset
from support.folders import ROOT


@pytest.mark.parametrize("bounds", [True, False])
@pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
def test_an_end_before_the_start_is_found(tmp_path, run, bounds, engine):
    dataset = Dataset(ROOT)
    record = next(r for r in dataset.read(dataset.model.by_name("Project")) if r.id == "inkoo-hiilineutraali")
    lines = Mapping(dataset.model).ntriples(record)
    text = "".join(line for line in lines if bounds or not ("earliestStart>" in line or "latestEnd>" in line))
    assert text.count("2022-06") == (2 if bounds else 1)
    (tmp_path / "partner.nt").write_text(text.replace("2022-06", "2019-06"), "utf-8")
    done = run("-C", str(ROOT), "validate", str(tmp_path / "partner.nt"), "--format", "json", "--engine", engine)
    found = {(p["code"], p["severity"]) for p in json.loads(done.stdout)["problems"]}
    assert ("Project-end-order", "violation") in found
    (tmp_path / "partner.nt").write_text(text, "utf-8")
    done = run("-C", str(ROOT), "validate", str(tmp_path / "partner.nt"), "--format", "json", "--engine", engine)
    assert not [p for p in json.loads(done.stdout)["problems"] if p["severity"] == "violation"]
