"""One verdict: what the form says of a draft is what validation says of its file, with the same codes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from random import Random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from hankelod.pipeline.checking import check_files
from hankelod.pipeline.traversal import publish
from hankelod.records import tree, yamltree
from hankelod.records.dataset import Dataset
from support.drafts import draft
from support.folders import CLIENTS, ROOT
from support.pages import ENGINE

pytestmark = [
    pytest.mark.skipif(not ENGINE.exists(), reason="the engine is not built: `make assets` fetches it with npm"),
    pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed here"),
]

DRAFTS = 60
"""Drafts that are judged together."""

GENERAL = {
    "data/dataset.yml": """\
id: grants
title: {en: "Grants"}
description: {en: "Grants of a foundation."}
version: "1.0.0"
issued: 2026-01-01
modified: 2026-01-01
licence: https://creativecommons.org/licenses/by/4.0/
publisher: funder
contact: {name: "Foundation", email: "mailto:data@example.org"}
base: https://data.example.org/
languages: [en, de]
currency: GBP
""",
    "data/organisations/funder.yml": 'name: {en: "Foundation"}\n',
    "data/organisations/city-of-example.yml": 'name: {en: "City of Example"}\n',
    "data/programmes/energy-grants.yml": """\
name: {en: "Energy grants"}
funder: funder
startYear: 2020
endYear: 2023
calls:
  - {id: first, name: {en: "First call"}, maxGrantRate: 0.7, maxGrantAmount: 70000, source: {en: "Terms of the call"}}
""",
    "data/projects/solar.yml": """\
title: {en: "Solar roofs", de: "Solardächer"}
lead: city-of-example
start: 2021-05-03
end: 2022
totalCost: 100000
currency: GBP
ticket: AB12
grants:
  - {id: one, programme: energy-grants, call: first, amount: 50000, awarded: 2021-04-15}
outcomes:
  - {id: roofs, kind: result, text: {en: "Roofs were built."}}
links: [{url: "https://example.org/", label: {en: "Project"}}]
source: https://example.org/grants
""",
    "fields.yml": """\
project:
  ticket:
    label: {en: "Ticket", de: "Schein"}
    kind: text
""",
}
"""A dataset of another profile, languages and currency, with a field of its own."""


@pytest.fixture(scope="module", params=["this", "general"])
def place(request, tmp_path_factory) -> tuple[Path, Path]:
    """The folder of a dataset, and its publication."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "this":
        for name in ("data", "ontology", "shapes", "texts"):
            shutil.copytree(ROOT / name, folder / name)
    else:
        for name, text in GENERAL.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, "utf-8")
    publish(Dataset(folder), folder / "dist")
    return folder, folder / "dist"


def judged_by_form(dist: Path, drafts: list[dict]) -> list[dict]:
    """Verdict of the scripts of the form on drafts: the file of each, and its problems."""
    done = subprocess.run(
        ["node", "judge_drafts.mjs", dist],
        cwd=CLIENTS,
        input="\n".join(map(json.dumps, drafts)),
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def judged(folder: Path, drafts: list[dict], files: list[str]) -> dict[str, set[tuple[str, str, str]]]:
    """Problems that validation finds in these files: code, severity and field, by id."""
    paths = []
    for each, text in zip(drafts, files, strict=True):
        paths.append(folder / f"data/projects/{each['id']}.yml")
        paths[-1].write_text(text, "utf-8")
    try:
        report = check_files(Dataset(folder), paths)
    finally:
        for path in paths:
            path.unlink()
    found: dict[str, set[tuple[str, str, str]]] = {each["id"]: set() for each in drafts}
    for p in report.problems:
        if Path(p.file).stem in found:  # not those of the records that drafts refer to
            found[Path(p.file).stem].add((p.code, p.severity, p.field or ""))
    return found


@settings(max_examples=3, deadline=None, derandomize=True, phases=[Phase.generate])
@given(seed=st.integers(0, 1 << 32))
def test_the_form_and_validation_agree(place, seed):
    folder, dist = place
    dataset = Dataset(folder)
    seeds = [written(path) for path in sorted((folder / "data/projects").glob("*.yml"))]
    names = json.loads(re.sub(r"^hankelodNames\(|\);\s*$", "", next(dist.glob("search/names-*.js")).read_text("utf-8")))
    known = {segment: sorted(found)[:60] for segment, found in names.items()}
    chance = Random(seed)
    main = dataset.model.main
    drafts = [{"id": f"draft-{n}", "values": draft(chance, dataset.model, main, known, seeds)} for n in range(DRAFTS)]
    form = judged_by_form(dist, drafts)
    said = judged(folder, drafts, [each["file"] for each in form])
    for each, own in zip(drafts, form, strict=True):
        # a file with such a character is not read at all, so that the form alone knows its place
        problems = {(c, s, "" if c == "forbidden-character" else at) for c, s, at in own["problems"]}
        assert problems == said[each["id"]], own["file"]


def test_what_is_published_has_the_verdict_of_its_report(place):
    folder, dist = place
    drafts = [{"id": p.stem, "values": written(p)} for p in sorted((folder / "data/projects").glob("*.yml"))]
    by_form = judged_by_form(dist, drafts)
    report = check_files(Dataset(folder), [folder / f"data/projects/{d['id']}.yml" for d in drafts])
    said = {(Path(p.file).stem, p.code, p.severity, p.field) for p in report.problems if "/projects/" in p.file}
    assert said == {(d["id"], *p) for d, own in zip(drafts, by_form, strict=True) for p in own["problems"]}


def test_pages_carry_the_record_that_a_correction_begins_with(place, tmp_path):
    """Written anew by the form, the record of each page is the same."""
    folder, dist = place
    drafts = []
    for path in sorted((dist / "doc").glob("*/*.html")):
        found = re.search(r'id="record">(.*?)</script>', path.read_text("utf-8"))
        drafts += [json.loads(found[1])] if found else []
    assert {each["class"] for each in drafts} == {"Project", "Organisation"}
    shutil.copytree(folder, tmp_path / "copy", ignore=shutil.ignore_patterns("dist"))
    before, after = Dataset(folder), Dataset(tmp_path / "copy")
    classes = {c.name: c for c in before.model.classes.values()}
    for each, own in zip(drafts, judged_by_form(dist, drafts), strict=True):
        path = tmp_path / "copy/data" / str(classes[each["class"]].folder) / f"{each['id']}.yml"
        path.write_text(own["file"], "utf-8")
    for each in drafts:
        cls = classes[each["class"]]
        assert after.record(cls, each["id"]).values == before.record(cls, each["id"]).values


def written(path: Path) -> dict:
    """The values of a record file as texts."""
    values = tree.plain_value(yamltree.read_yaml(path.read_bytes(), path.name, []))
    assert isinstance(values, dict)
    values.pop("id", None)
    return values
