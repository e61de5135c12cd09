"""Mapping files of the package: small sources in the form of public lists, each column found again in the RDF."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pyoxigraph as ox
import pytest
import yaml

from hankelod.cli.parser import MAPPINGS, main
from hankelod.intake.mappings import importing, reading, shipped, sources
from hankelod.intake.mappings.things import Things
from support.folders import CASES, ROOT
from support.lists import dataset, dump

HOME = CASES / "shipped"

NAMES = shipped.names()


class Shipped(NamedTuple):
    """A case that was imported and published: its expectations, its folder, and the triples of the dump."""

    name: str
    expected: dict[str, Any]
    folder: Path
    store: ox.Store

    def values(self, predicate: str) -> set[str]:
        """The values of a property: things by the end of their IRI and whole, texts with language, days with type."""
        prefix, name = predicate.split(":")
        iri = ox.NamedNode(Things(target(self.folder)).model.prefixes[prefix] + name)
        found: set[str] = set()
        for quad in self.store.quads_for_pattern(None, iri, None):
            value = quad.object
            if isinstance(value, ox.NamedNode):
                found |= {value.value, value.value.rsplit("/", 1)[-1]}
            elif isinstance(value, ox.Literal):
                day = f"^{value.datatype.value.rsplit('#')[-1]}" if value.datatype.value.endswith("#date") else ""
                found.add(value.value + (f"@{value.language}" if value.language else day))
        return found


def target(folder: Path) -> Any:
    from hankelod.intake.importing import target
    from hankelod.records.dataset import Dataset

    return target(folder, Dataset(folder, folder), folder)


@pytest.fixture(scope="module", params=NAMES)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Shipped:
    home = HOME / request.param
    expected = yaml.safe_load((home / "expected.yml").read_text("utf-8"))
    folder = tmp_path_factory.mktemp(request.param)
    dataset(folder, expected["lang"], expected["currency"])
    source = str(next(home.glob("source.*")))
    given = ["--mapping", request.param, "--document", "https://example.org/source", "--to", "."]
    assert main(["-C", str(folder), "import", source, *given]) == 0
    assert main(["-C", str(folder), "validate"]) == 0
    assert main(["-C", str(folder), "publish", "--only", "dumps"]) == 0
    return Shipped(request.param, expected, folder, dump(folder))


def test_every_mapped_column_is_found_again(case: Shipped):
    for column, found in case.expected["columns"].items():
        for predicate, values in found.items():
            assert set(map(str, values)) <= case.values(predicate), (column, predicate, case.values(predicate))
    assert case.values("schema:currency") == set(case.expected["currencies"])


def test_the_expectations_are_of_all_mapped_columns(case: Shipped):
    things = Things(target(case.folder))
    path = shipped.path(case.name, Path())
    mapping, problems = reading.read(path.read_bytes(), path.name, importing.setting(things))
    assert mapping is not None and not problems
    source = next((HOME / case.name).glob("source.*"))
    columns = sources.read(source, source.name, mapping.source).columns
    mapped = {name for value in mapping.values() for name in value.columns}
    assert set(case.expected["columns"]) == {c for name in mapped for c in columns.named(name)}


def test_what_is_left_out_is_nowhere(case: Shipped):
    literals = {q.object.value for q in case.store if isinstance(q.object, ox.Literal)}
    assert not literals & set(case.expected["absent"])


def test_every_mapping_file_has_a_case():
    assert sorted(p.name for p in HOME.iterdir() if p.is_dir()) == list(NAMES)
    for name in NAMES:
        assert shipped.path(name, Path()).read_text("utf-8").startswith("# ")


def test_help_and_documentation_name_them_all():
    section = (ROOT / "docs/importing.md").read_text("utf-8").split("### Mapping files in the package\n")[1]
    assert NAMES == MAPPINGS
    assert all(f"| `{name}` |" in section for name in NAMES)


def test_a_file_beside_is_not_one_of_the_package(tmp_path: Path):
    assert shipped.path("mapping.yml", tmp_path) == tmp_path / "mapping.yml"
    assert shipped.path("./eura2014", tmp_path) == tmp_path / "eura2014"
