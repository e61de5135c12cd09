"""Two engines, one verdict: good records are damaged at random, as YAML and as RDF, and both must say the same.

pySHACL is slow to start, so many damaged records are judged in one run, each under an id of its own.
"""

from __future__ import annotations

import json
import shutil
from random import Random

import pyoxigraph as ox
import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hankelod.mapping.mapping import Mapping
from hankelod.rdf.graph import indexed
from hankelod.records.dataset import Dataset
from hankelod.validation.checker import background
from hankelod.validation.engines import Result, engine
from support import corpus
from support.checking import check_all
from support.damage import TERMS, damaged, parsed, renamed, steps
from support.folders import CASES, DATASETS

SMALL = DATASETS / "dataset"
MUTANTS = 40
AT_ONCE = settings(
    max_examples=2, deadline=None, phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck)
)


### As RDF


def comparable(results: list[Result]) -> set[tuple[object, ...]]:
    """Results whose values are compared as terms: engines write the same literal with other escapes."""

    def term(text: str | None) -> object:
        if text is None or text.startswith("_:"):
            return text and "_:"
        return str(next(iter(ox.parse(f"<x:s> <x:p> {text} .", format=ox.RdfFormat.TURTLE))).object)

    return {
        (
            term(r.focus),
            term(r.path),
            term(r.value),
            r.component,
            term(r.shape) if r.shape and r.shape.startswith("<") else None,
            r.severity,
        )
        for r in results
    }


class Court:
    """Both engines, the projects as triples, and the data that they point to."""

    def __init__(self, model, records) -> None:
        mapping = Mapping(model)
        self.fast, self.reference = engine("shacl", model), engine("pyshacl", model)
        self.projects = {r.id: parsed(mapping.ntriples(r)) for r in records if r.cls.folder == "projects"}
        self.others = background(model)
        for r in records:
            if r.cls.folder in ("organisations", "programmes") or r.cls.file in ("municipalities.csv", "regions.csv"):
                self.others += mapping.ntriples(r)


@pytest.fixture(scope="module", params=["the sixteen", "every key"])
def court(request, dataset, checked, tmp_path_factory):
    if request.param == "the sixteen":
        return Court(dataset.model, checked[1])
    whole = [case for case in corpus.cases(corpus.GOOD) if case.file.stem == "everything"]
    small = Dataset(corpus.dataset_with(tmp_path_factory.mktemp("everything"), *whole))
    return Court(small.model, [r for r in check_all(small)[1] if r.id in ("everything", "hyva") or not r.cls.main])


@AT_ONCE
@given(seed=st.integers(0, 2**32))
def test_damaged_triples(court, seed):
    pytest.importorskip("shacl")
    chance = Random(seed)
    lines = list(court.others)
    for n in range(MUTANTS):
        project = chance.choice(sorted(court.projects))
        lines += renamed(damaged(court.projects[project], chance), project, f"m{n}")
    data = "".join(lines)
    ours, theirs = comparable(court.fast(data)), comparable(court.reference(data))
    assert ours == theirs, json.dumps(sorted(map(str, ours ^ theirs)), indent=1, ensure_ascii=False)
    assert ours, "nothing was found wrong with forty damaged records: this test shows nothing"


@pytest.mark.parametrize("court", ["the sixteen"], indirect=True)
def test_an_engine_that_misses_a_rule_is_found_out(court, dataset):
    """The comparison can fail: one rule less in the shapes of one engine shows."""
    pytest.importorskip("shacl")
    quads = dataset.model.shapes.quads
    without = [quad for quad in quads if not quad.predicate.value.endswith("/shacl#minExclusive")]
    assert len(without) < len(quads)
    deaf = engine("shacl", dataset.model._replace(shapes=indexed(without, {})))
    project = next(iter(court.projects))
    spoilt = [
        ox.Triple(t.subject, t.predicate, TERMS[1]) if t.predicate.value.endswith("#totalCost") else t
        for t in court.projects[project]
    ]
    data = "".join(court.others + renamed(spoilt, project, "m0"))
    assert comparable(deaf(data)) != comparable(court.fast(data))


### As YAML

SCALARS = [
    None,
    True,
    "",
    "x",
    "-5",
    "0",
    "75 000 €",
    "1e400",
    ".nan",
    "999999999999999999999",
    "2021-13",
    "1999-01",
    "2050-12",
    "javascript:alert(1)",
    "https://example.org/\u00e4",
    "ä\u0301",
    "kaupunki",
    "999",
    "091",
    "\U0001f600",
    "75000.001",
    "a" * 500,
]
DAMAGE = ("drop", "scalar", "list", "mapping", "twice", "key")


def spots(value: object, path: tuple = ()) -> list[tuple]:
    """The paths of all values in a tree."""
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        found += spots(inner, (*path, key))
    return found


def changed(tree: dict, chance: Random) -> dict:
    """A record after this damage."""
    tree = json.loads(json.dumps(tree))
    for what, where, choice in steps(chance, DAMAGE):
        scalar = SCALARS[choice % len(SCALARS)]
        paths = spots(tree)
        if not paths:
            break
        *way, last = paths[where % len(paths)]
        holder = tree
        for key in way:
            holder = holder[key]
        if what == "drop":
            del holder[last]
        elif what == "twice" and isinstance(holder, list):
            holder.append(holder[last])
        elif what == "key" and isinstance(holder, dict):
            holder[f"{last}x"] = holder.pop(last)
        else:
            holder[last] = [scalar] if what == "list" else {"fi": scalar} if what == "mapping" else scalar
    return tree


@AT_ONCE
@given(seed=st.integers(0, 2**32))
def test_damaged_records(tmp_path_factory, seed):
    pytest.importorskip("shacl")
    folder = tmp_path_factory.mktemp("damaged")
    shutil.copytree(SMALL / "data", folder / "data")
    project = yaml.load((CASES / "records/good/projects/everything.yml").read_text("utf-8"), yaml.BaseLoader)
    chance = Random(seed)
    for n in range(MUTANTS):
        text = yaml.safe_dump(changed(project, chance), allow_unicode=True)
        (folder / f"data/projects/m{n}.yml").write_text(text, "utf-8")
    ours, _ = check_all(Dataset(folder), "shacl")
    theirs, _ = check_all(Dataset(folder), "pyshacl")
    assert ours.problems == theirs.problems
    assert len({p.record for p in ours.problems}) > MUTANTS / 2, "most damage must be found"
