"""Benchmarks: each runs at a tiny size, and reports on the triples of other tools correctly; no time is judged."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from hankelod.records.dataset import Dataset
from support.commands import hankelod
from support.folders import ROOT

BENCH = ROOT / "bench"
sys.path.append(str(BENCH))

import comparing  # noqa: E402
import faults  # noqa: E402
import mapping  # noqa: E402
import measuring  # noqa: E402
import plots  # noqa: E402
from measuring import Plot  # noqa: E402

INSTALLED = "hankelod,by_hand,oxigraph,rdflib_graph,copying"
"""The ways whose libraries the tests bring along."""


def run(script: str, *arguments: object) -> str:
    done = subprocess.run(
        [sys.executable, BENCH / script, *map(str, arguments)],
        env=measuring.environment(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


OPTIONAL = {"maplib", "morph_kgc", "shacl_rust"}
"""Libraries that only `make bench` installs."""


@pytest.mark.parametrize("path", sorted([*BENCH.glob("*.py"), *BENCH.glob("ways/*.py")]), ids=lambda p: p.stem)
def test_every_benchmark_can_be_imported(path: Path):
    """No name that a benchmark uses has moved away. A library that is not installed is one of the known few."""
    name = ".".join(path.relative_to(BENCH).with_suffix("").parts)
    code = f"import sys; sys.path.insert(0, {str(BENCH)!r}); import {name}"
    done = subprocess.run([sys.executable, "-c", code], env=measuring.environment(), capture_output=True, text=True)
    missing = re.search(r"ModuleNotFoundError: No module named '(\w+)", done.stderr)
    assert done.returncode == 0 or (missing and missing[1] in OPTIONAL), done.stderr


def test_make_bench_runs_what_there_is():
    """Each benchmark that `make bench` runs is a script, and each script that reports is run by it."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    listed = set(re.findall(r"^BENCHMARKS := (.*)$", makefile, re.M)[0].split())
    reporting = {p.stem for p in BENCH.glob("*.py") if re.search(r"^ +report\(", p.read_text("utf-8"), re.M)}
    assert listed == reporting - {"measuring"}


@pytest.fixture(scope="module")
def synthetic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of two hundred synthetic projects."""
    folder = tmp_path_factory.mktemp("synthetic") / "sound"
    run("generator.py", 200, folder)
    return folder


def projects(folder: Path) -> list[str]:
    return (folder / "data/projects.jsonl").read_text("utf-8").splitlines()


### Generated datasets


def test_generated_records_are_in_order(synthetic: Path):
    done = hankelod("-C", str(synthetic), "validate", "--format", "json")
    assert json.loads(done.stdout)["problems"] == []


def test_the_same_records_come_first_whatever_their_number(synthetic: Path, tmp_path: Path):
    run("generator.py", 20, tmp_path / "few")
    assert projects(tmp_path / "few") == projects(synthetic)[:20]


def test_records_are_the_same_on_every_machine(synthetic: Path):
    """A change here makes results of before and after incomparable: change it knowingly."""
    digest = hashlib.sha256((synthetic / "data/projects.jsonl").read_bytes()).hexdigest()
    assert digest == "86a455b204dedecc9db27e9884947cd45dcfafd035e4dd78920f05fc94f93090"


def test_generated_ids_are_not_in_order(synthetic: Path):
    ids = [json.loads(line)["id"] for line in projects(synthetic)]
    assert len(set(ids)) == 200
    assert ids != sorted(ids)


NOT_GENERATED = {
    "Project": {"identifiers", "otherFunding", "outputs", "remarks", "status", "targetGroups", "unnamedPerson"},
    "Grant": {"awarded", "fund", "funder", "paid", "purpose", "rate", "requested"},
    "Observation": {"max", "min", "realisation", "year"},
}
"""Keys without values: the model got them after the first results, which other records would not compare with. Their
values are of the kinds that other keys have: texts, concepts, references, amounts, moments, lists of parts."""


def test_generated_records_use_the_whole_model(synthetic: Path, tmp_path: Path):
    """Values are generated for every field but those listed, since one without values would not be measured."""
    model = Dataset(synthetic).model
    run("generator.py", 3000, tmp_path / "many")
    used: dict[str, set[str]] = {}

    def look(name: str, record: dict) -> None:
        used.setdefault(name, set()).update(record.keys() - {"id"})
        for field in model.by_name(name).fields:
            if field.kind.nested:
                for part in record.get(field.key, ()):
                    look(model.target(field).name, part)

    for line in projects(tmp_path / "many"):
        look("Project", json.loads(line))
    for name, keys in used.items():
        fields = {f.key for f in model.by_name(name).fields if f.filled is None and not f.passed_on}
        assert NOT_GENERATED.get(name, set()) == fields - keys, name
        assert keys <= fields, name


def test_planted_faults_are_found_where_they_are_and_no_others(tmp_path: Path):
    run("generator.py", 200, tmp_path / "faulty", "--faults", 0.1)
    planted = [json.loads(line) for line in (tmp_path / "faulty/faults.jsonl").read_text("utf-8").splitlines()]
    assert {p["code"] for p in planted} == {f.code for f in faults.FAULTS}
    done = hankelod("-C", str(tmp_path / "faulty"), "validate", "--format", "json")
    found = json.loads(done.stdout)["problems"]
    assert sorted((p["line"], p["code"], p["field"]) for p in found) == sorted(
        (p["line"], p["code"], p["field"]) for p in planted
    )


### Benchmarks


def test_mapping_side_by_side(tmp_path: Path):
    out = run("mapping.py", "--records", 300, "--runs", 1, "--growth", 10, "--ways", INSTALLED, "--results", tmp_path)
    measured = measuring.read(tmp_path / "mapping.json")[1].measured
    same = {way: each["output"]["same"] for way, each in measured["ways"].items()}
    assert same == {
        "hankelod": "bytes",
        "by_hand": "bytes",
        "oxigraph": "triples",
        "rdflib_graph": "triples",
        "copying": "bytes",
    }
    assert measured["triples"] > 300 * 45
    assert "speed over rdflib" in out


def test_goals_and_ways_that_are_not_installed():
    assert measuring.present("pyoxigraph")
    assert not measuring.present("no-such-library")
    assert not measuring.present("pyoxigraph", "no-such-python")
    way = {"cpu": [1.0], "peak": 2**20, "output": {"same": "bytes"}, "prepared": None, "versions": {}}
    measured = {
        "records": 1,
        "triples": 50,
        "ways": {
            "hankelod": way,
            "maplib_templates": {"absent": "maplib is not installed"},
            "morph_kgc": {"failed": "KeyError"},
        },
        "processes": {"one": [2.0], "two": [1.0]},
        "growth": [{"records": n, "cpu": [n * (1 + n / 1e6)], "peak": 1} for n in (10_000, 100_000, 1_000_000)],
    }
    found = mapping.found_of(measured)
    column = found.tables[0].rows[0].index("its triples")
    said = {row[0]: row[column] for row in found.tables[0].rows[1:]}
    assert said == {"hankelod": "the same bytes", "maplib": "maplib is not installed", "morph-kgc": "KeyError"}
    assert [(g.what, g.met) for g in found.goals] == [
        ("two processes over one, by the clock, at least", True),
        ("time a record at 1,000,000 over that at 10,000, at most", False),
        ("memory at 1,000,000 over that at 100,000, at most", True),
    ]


def test_engines_on_the_same_triples(tmp_path: Path):
    run("engines.py", "--sizes", "60", "--pyshacl", 0, "--runs", 1, "--results", tmp_path)
    engines = measuring.read(tmp_path / "engines.json")[1].measured["sizes"][0]["engines"]
    assert all(e["same"] for e in engines.values())
    assert engines["shacl"]["results"] > 0


def test_pyshacl_among_the_engines(tmp_path: Path):
    run("engines.py", "--sizes", "2", "--pyshacl", 2, "--runs", 1, "--results", tmp_path)
    engines = measuring.read(tmp_path / "engines.json")[1].measured["sizes"][0]["engines"]
    assert engines["pyshacl"]["same"]


def test_validation_finds_what_was_planted(tmp_path: Path):
    run("validation.py", "--records", 200, "--beside", 1, "--runs", 1, "--no-hostile", "--results", tmp_path)
    found = measuring.read(tmp_path / "validation.json")[1]
    assert found.measured["many"]["planted"] > 0
    assert found.measured["many"]["wrong"] == []
    assert found.goals[0].met


def test_reports_are_cut(tmp_path: Path):
    run("reports.py", "--records", 400, "--results", tmp_path)
    forms = measuring.read(tmp_path / "reports.json")[1].measured["forms"]
    assert forms["text"]["bytes"] < forms["text, all"]["bytes"] < forms["json"]["bytes"]


@pytest.mark.parametrize(("part", "results"), [("warm", ["serving"]), ("large", ["large"])])
def test_asking_a_server(tmp_path: Path, part: str, results: list[str]):
    run("serving.py", part, "--seconds", 0.1, "--triples", 20_000, "--results", tmp_path)
    assert sorted(p.stem for p in tmp_path.iterdir()) == results


def test_two_commits_side_by_side(tmp_path: Path):
    """With itself, at tiny sizes: what it measures is what both commits have."""
    if not (ROOT / ".git").exists():
        pytest.skip("no git repository: there are no commits to compare")
    run("commits.py", "HEAD", "--records", "10,20,40", "--runs", 1, "--results", tmp_path)
    kept = json.loads((tmp_path / "commits.json").read_text("utf-8"))
    assert set(kept["measured"]["sizes"]) == {"10", "20", "40"} and len(kept["goals"]) == 9


def test_publishing_at_two_sizes(tmp_path: Path):
    run("publication.py", 30, 60, "--runs", 1, "--compare", 30, "--few", 4, "--folder", tmp_path, "--results", tmp_path)
    kept = json.loads((tmp_path / "publication.json").read_text("utf-8"))
    assert {"30", "60", "mapping", "validation", "copying", "reference"} <= kept["measured"].keys()


def test_weight_and_growth_of_the_site(tmp_path: Path):
    run("sites.py", "--sizes", "20", "--results", tmp_path)
    found = measuring.read(tmp_path / "site.json")[1]
    assert [goal.met for goal in found.goals] == [True, True]
    assert found.measured["growth"][0]["files"] > 500


def test_startup_and_the_page_of_results(tmp_path: Path):
    run("startup.py", "--runs", 1, "--results", tmp_path)
    run("report.py", "--results", tmp_path, "--docs", tmp_path)
    page = (tmp_path / "benchmarks.md").read_text("utf-8")
    assert "| hankelod --help |" in page
    assert "--help, at most twice bare Python + 60 ms" in page


def test_the_page_is_that_of_the_kept_results(tmp_path: Path):
    run("report.py", "--docs", tmp_path)
    kept = {p.name: p.read_text("utf-8") for p in (ROOT / "docs").glob("benchmark*")}
    assert {p.name: p.read_text("utf-8") for p in tmp_path.iterdir()} == kept


### What they rest on


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ('<a:s> <a:p> "1"^^<D> .\n<a:s> <a:p> "x" .\n', "bytes"),
        ('<a:s> <a:p> "x" .\n<a:s> <a:p> "1"^^<D> .\n', "triples"),
        ('<a:s>  <a:p> "\\u0078" .\n<a:s> <a:p> "1"^^<D> .\n', "triples"),
        ('<a:s> <a:p> "x" .\n<a:s> <a:p> "1.0"^^<D> .\n', "values"),
        ('<a:s> <a:p> "x" .\n<a:s> <a:p> "2"^^<D> .\n', "no"),
        ('<a:s> <a:p> "x" .\n', "no"),
        ('<a:s> <a:p> "1"^^<D> .\n<a:s> <a:p> "x" .\n<a:s> <a:p> "y" .\n', "no"),
    ],
)
def test_triples_are_compared_by_what_they_say(tmp_path: Path, other: str, same: str):
    decimal = "http://www.w3.org/2001/XMLSchema#decimal"
    for name, text in (("a.nt", '<a:s> <a:p> "1"^^<D> .\n<a:s> <a:p> "x" .\n'), ("b.nt", other)):
        (tmp_path / name).write_text(text.replace("<D>", f"<{decimal}>"), "utf-8")
    assert comparing.difference(tmp_path / "a.nt", tmp_path / "b.nt")["same"] == same


def test_a_process_that_fails_says_why():
    with pytest.raises(measuring.Failed, match="ZeroDivisionError"):
        measuring.alone(["-c", "1 / 0"])


def test_memory_is_that_of_the_process_alone():
    small = measuring.alone(["-c", "print(1)"]).peak
    large = measuring.alone(["-c", "x = b'x' * 2**27; print(1)"]).peak
    assert large - small > 100 * 2**20


@pytest.mark.parametrize("kind", ["bars", "lines"])
@pytest.mark.parametrize("values", [[(10.0, 2.0)], [(10.0, 2.0), (1000.0, 3.0)], [(1.0, 0.01), (1e6, 5e6)]])
def test_plots_are_svg(kind: str, values: list[tuple[float, float]]):
    plot = Plot(kind, "a < b & c", "records", "µs", {"one <x>": values, "two": values})
    tree = ElementTree.fromstring(plots.svg(plot))
    assert tree.findtext("{http://www.w3.org/2000/svg}title") == "a < b & c"
    texts = [t.text for t in tree.iter("{http://www.w3.org/2000/svg}text")]
    assert "one <x>" in texts
