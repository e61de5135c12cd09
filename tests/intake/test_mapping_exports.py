"""Exports of mappings: YARRRML run by morph-kgc, CSVW metadata read by csvw, beside what the import makes."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

import csvw
import pyoxigraph as ox
import pytest
import yaml

from hankelod.cli.parser import main
from hankelod.intake.mappings import shipped
from hankelod.intake.mappings.statements import bare
from hankelod.records.slug import slug
from support.folders import CASES
from support.lists import dataset, dump

HOME = CASES / "exported"

MORPH = Path(sys.prefix) / ("Scripts/python.exe" if os.name == "nt" else "morph-kgc/bin/python")
"""The Python of morph-kgc, which has an environment of its own."""

SHARED = os.environ.get("HANKELOD_SHARED")

RDF_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


class Case(NamedTuple):
    """A source that was imported and published: its folder, its file, and the triples of the dump."""

    name: str
    folder: Path
    source: Path
    store: ox.Store

    def exported(self, form: str, capsys: pytest.CaptureFixture[str]) -> str:
        capsys.readouterr()
        given = ["import", self.source.name, "--mapping", "mapping.yml", "--export", form]
        assert main(["-C", str(self.folder), "--lang", "en", *given]) == 0
        return capsys.readouterr().out


@pytest.fixture(scope="module", params=sorted(p.name for p in HOME.iterdir() if p.is_dir()))
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = tmp_path_factory.mktemp(request.param)
    dataset(folder, "en", "GBP")
    shutil.copytree(HOME / request.param, folder, dirs_exist_ok=True)
    source = next(folder.glob("source.*"))
    assert main(["-C", str(folder), "import", source.name, "--mapping", "mapping.yml", "--to", "."]) == 0
    assert main(["-C", str(folder), "publish", "--only", "dumps"]) == 0
    return Case(request.param, folder, source, dump(folder))


### YARRRML


def materialised(case: Case, rules: str) -> ox.Store:
    """Triples that morph-kgc makes by a mapping."""
    (case.folder / "rules.yml").write_text(rules, "utf-8")
    settings = (
        "[CONFIGURATION]\noutput_file=out.nt\nlogging_level=ERROR\nnumber_of_processes=1\n[List]\nmappings=rules.yml\n"
    )
    (case.folder / "morph.ini").write_text(settings, "utf-8")
    done = subprocess.run([MORPH, "-m", "morph_kgc", "morph.ini"], cwd=case.folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    store = ox.Store()
    store.bulk_load(path=str(case.folder / "out.nt"), format=ox.RdfFormat.N_TRIPLES)
    return store


def named(term: Any) -> str:
    """A term as text, with the id of a thing as the import makes it of a cell."""
    things = "https://example.org/list/id/"
    if isinstance(term, ox.NamedNode) and term.value.startswith(things):
        kind, id, *part = term.value.removeprefix(things).split("/")
        return "/".join([kind, slug(unquote(id)), *part])
    return str(term)


def statements(store: ox.Store) -> dict[str, set[tuple[str, str]]]:
    """The predicates and objects of each thing."""
    found: dict[str, set[tuple[str, str]]] = {}
    for quad in store:
        found.setdefault(named(quad.subject), set()).add((quad.predicate.value, named(quad.object)))
    return found


@pytest.mark.skipif(not MORPH.exists(), reason="morph-kgc is not here: make test installs it")
def test_morph_kgc_makes_the_values_of_the_import(case: Case, capsys: pytest.CaptureFixture[str]):
    """Each thing has the same values of every property that the export has for its class."""
    made, ours = statements(materialised(case, case.exported("yarrrml", capsys))), statements(case.store)
    properties: dict[str, set[str]] = {}
    for its in made.values():
        for kind in (o for p, o in its if p == RDF_TYPE.value):
            properties.setdefault(kind, set()).update(p for p, _ in its if p != RDF_TYPE.value)
    assert made
    for thing, its in made.items():
        kinds = [o for p, o in its if p == RDF_TYPE.value]
        assert its <= ours[thing]
        assert {(p, o) for p, o in ours[thing] if any(p in properties[kind] for kind in kinds)} <= its


@pytest.mark.skipif(not MORPH.exists(), reason="morph-kgc is not here: make test installs it")
@pytest.mark.skipif(not SHARED, reason="HANKELOD_SHARED is not set: it has the lists of the publishers")
def test_morph_kgc_reads_a_public_list_as_the_import_does(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """The literals are the same; those of things that are made of names stand at other ids."""
    dataset(tmp_path, "fi", "EUR")
    list_ = Path(str(SHARED)) / "publishers" / "finland-2014-2020.csv"
    shutil.copy(list_, tmp_path / "source.csv")
    (tmp_path / "mapping.yml").write_text(shipped.path("eura2014", tmp_path).read_text("utf-8"), "utf-8")
    assert main(["-C", str(tmp_path), "import", "source.csv", "--mapping", "eura2014", "--to", "."]) == 0
    assert main(["-C", str(tmp_path), "publish", "--only", "dumps"]) == 0
    case = Case("list", tmp_path, tmp_path / "source.csv", dump(tmp_path))
    made, ours = literals(materialised(case, case.exported("yarrrml", capsys))), literals(case.store)
    assert len(made) > 600
    assert made <= ours


def literals(store: ox.Store) -> set[tuple[str, str, str | None]]:
    """The literals by property, without invisible characters; names in capitals and not are one organisation's."""
    quads = [q for q in store if isinstance(q.object, ox.Literal)]
    return {(q.predicate.value, bare(q.object.value).casefold(), q.object.language) for q in quads}


def test_what_yarrrml_leaves_out_is_said(case: Case, capsys: pytest.CaptureFixture[str]):
    """Every column that the mapping file names is referred to, or named in a comment."""
    rules = case.exported("yarrrml", capsys)
    comments = [line for line in rules.splitlines() if line.strip().startswith("#")]
    mapping = yaml.safe_load((case.folder / "mapping.yml").read_text("utf-8"))
    text = case.source.read_text("utf-8")
    table = case.source.suffix == ".csv"
    columns = re.split("[,;]", text.splitlines()[0]) if table else list(json.loads(text)["items"][0])
    for column in columns:
        if column not in mapping.get("ignore", ()):
            assert f"$({column})" in rules or any(column in line for line in comments), column
    assert yaml.safe_load(rules)["mappings"]


### CSVW


def test_csvw_reads_the_cells_as_the_import_does(case: Case, capsys: pytest.CaptureFixture[str]):
    if case.source.suffix != ".csv":
        given = ["import", case.source.name, "--mapping", "mapping.yml", "--export", "csvw"]
        assert main(["-C", str(case.folder), *given]) == 2
        return
    metadata = json.loads(case.exported("csvw", capsys))
    described = case.folder / "source.csv-metadata.json"
    described.write_text(json.dumps(metadata), "utf-8")
    table = csvw.CSVW(str(described), validate=True)
    assert table.is_valid, [str(w.message) for w in table.warnings]
    columns = [c for c in metadata["tableSchema"]["columns"] if not c.get("virtual")]
    assert all("datatype" in c for c in columns)
    assert all(c.get("suppressOutput") or c["propertyUrl"] for c in columns)
    rows = list(table.tables[0].iterdicts())
    for column in columns:
        if "propertyUrl" not in column or any("values:" in note for note in column.get("rdfs:comment", ())):
            continue
        quads = case.store.quads_for_pattern(None, ox.NamedNode(column["propertyUrl"]), None)
        ours = {comparable(q.object.value) for q in quads}
        assert {comparable(row[column["name"]]) for row in rows if row[column["name"]] is not None} <= ours, column


def comparable(value: Any) -> str:
    """A value as text: a day, an address, a number without zeros that say nothing, or the text itself."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    text = value.unsplit() if hasattr(value, "unsplit") else str(value)
    return f"{Decimal(text).normalize():f}" if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) else text


### The file itself


def test_a_mapping_of_the_package_is_written_as_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["-C", str(tmp_path), "import", "--mapping", "360giving", "--export", "yml"]) == 0
    assert capsys.readouterr().out == shipped.path("360giving", tmp_path).read_text("utf-8")


@pytest.mark.parametrize("given", [["--export", "csvw"], ["--mapping", "360giving", "--export", "yarrrml"]])
def test_an_export_needs_a_mapping_and_a_source(given: list[str], tmp_path: Path):
    assert main(["-C", str(tmp_path), "import", *given]) == 2
