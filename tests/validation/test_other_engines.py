"""The published shapes in engines that others wrote: they give the verdicts of hankelod on good and on damaged data."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest
import rdflib
from rdflib.compare import isomorphic

from hankelod.mapping.mapping import Mapping
from hankelod.model import effective
from hankelod.model.model import Model
from hankelod.rdf.graph import RDFS, SH
from hankelod.validation.checker import background, referenced
from hankelod.validation.engines import engine
from support import judges
from support.corpus import BAD, GOOD, cases, isolated
from support.damage import damaged, parsed, renamed
from support.judges import PySHACL, Verdict

MUTANTS = 100

DAYS = ("#Dataset-issued", "#Dataset-modified", "#Withdrawn-date", "#Call-opened")
"""Shapes of dates: engines in JavaScript take 30 February for a day."""

ANY_PRECISION = ("#Project-start", "#Project-end", "#Grant-awarded")
"""Shapes of dates as years, months or days, whose lexical forms engines know as they know those of days."""

SPARQL = "SPARQLConstraintComponent"

JUDGES = [("shacl-engine", "shapes"), ("shacl-engine", "shapes-core"), ("rdf-validate-shacl", "shapes-core")]


class Evidence(NamedTuple):
    """Data in files of N-Triples, and hankelod's verdicts on each."""

    files: list[Path]
    each: list[set[Verdict]]

    @property
    def verdicts(self) -> set[Verdict]:
        return {v for verdicts in self.each for v in verdicts}


@pytest.fixture(scope="module")
def model(dataset) -> Model:
    return dataset.model


@pytest.fixture(scope="module")
def shapes(model, tmp_path_factory) -> dict[str, Path]:
    """The published files of shapes, by name."""
    folder = tmp_path_factory.mktemp("shapes")
    texts = {"shapes": effective.shapes(model), "shapes-core": effective.core(model)}
    for name, text in texts.items():
        (folder / f"{name}.ttl").write_text(text, "utf-8")
    return {name: folder / f"{name}.ttl" for name in texts}


@pytest.fixture(scope="module")
def evidence(dataset, checked, tmp_path_factory) -> dict[str, Evidence]:
    """The sixteen, the corpus of records, and good records damaged at random: a file for each record of the last two,
    since engines ask the queries of the shapes once for each node."""
    mapping = Mapping(dataset.model)
    records = [r for r in checked[1] if r.cls.file != "dataset.yml"]
    projects = [r for r in records if r.cls.folder == "projects"]
    chance = Random(16)
    mutants = []
    for n in range(MUTANTS):
        project = chance.choice(projects)
        others = [line for r in referenced(dataset, [project]) for line in mapping.ntriples(r)]
        spoilt = damaged(parsed(mapping.ntriples(project)), chance)
        mutants.append(others + renamed(spoilt, project.id, f"m{n}"))
    data = {
        "sixteen": [[line for r in records for line in mapping.ntriples(r)]],
        "corpus": [isolated(case, n) for n, case in enumerate([*cases(BAD), *cases(GOOD)])],
        "damaged": mutants,
    }
    judge = engine("shacl", dataset.model)
    found = {}
    for name, contents in data.items():
        folder = tmp_path_factory.mktemp(name)
        files, each = [], []
        for n, lines in enumerate(contents):
            text = "".join([*background(dataset.model), *lines])
            files.append(folder / f"{n}.nt")
            files[-1].write_text(text, "utf-8")
            each.append(judges.of(judge(text)))
        found[name] = Evidence(files, each)
    return found


def test_the_evidence_is_rich(evidence):
    """What the engines are compared on shows nearly every kind of constraint at work."""
    assert {v.severity for v in evidence["sixteen"].verdicts} == {"Info"}
    components = {v.component for name in ("corpus", "damaged") for v in evidence[name].verdicts}
    assert len(components) >= 12
    assert SPARQL in components
    assert all(len(evidence[name].verdicts) > 80 for name in ("corpus", "damaged"))


def test_the_shapes_are_those_of_the_model(model, shapes):
    """`shapes.ttl` is the graph of the shapes and sub-class axioms of the ontology, and nothing else."""
    published = rdflib.Graph().parse(shapes["shapes"])
    sub_class = rdflib.URIRef(RDFS + "subClassOf")
    axioms = set(published.triples((None, sub_class, None)))
    stated = {(str(s), str(o)) for s, _, o in axioms}
    assert ("http://www.w3.org/ns/org#OrganizationalUnit", "http://www.w3.org/ns/org#Organization") in stated
    assert all(o in model.ontology.objects(s, RDFS + "subClassOf") for s, o in stated)
    for axiom in axioms:
        published.remove(axiom)
    source = rdflib.Graph().parse(data="".join(f"{quad.triple} .\n" for quad in model.shapes.quads), format="nt")
    assert isomorphic(published, source)


def test_the_core_has_no_query_and_no_rule(shapes):
    whole, core = (rdflib.Graph().parse(shapes[name]) for name in ("shapes", "shapes-core"))
    used = {str(p) for p in core.predicates()}
    assert not used & {SH + name for name in ("sparql", "select", "rule", "declare", "prefixes", "condition")}
    named = {s for s in core.subjects(rdflib.RDF.type, rdflib.SH.PropertyShape) if isinstance(s, rdflib.URIRef)}
    assert named == {
        s for s in whole.subjects(rdflib.RDF.type, rdflib.SH.PropertyShape) if isinstance(s, rdflib.URIRef)
    }
    referred = set(core.objects())
    assert all(s in referred for s in core.subjects() if isinstance(s, rdflib.BNode)), "nothing is left over"


def lexical(verdict: Verdict, others: set[Verdict]) -> bool:
    """Tell whether a verdict is only about which lexical forms an engine knows: a year or a language that another
    result is about, too, or a day that its month does not have. Dates of any precision have their datatypes in an
    `sh:or`, and a pattern that every engine knows."""
    if verdict.component == "OrConstraintComponent" and str(verdict.shape).endswith(ANY_PRECISION):
        return True
    if verdict.component != "DatatypeConstraintComponent":
        return False
    return str(verdict.shape).endswith(DAYS) or any(
        (o.focus, o.path) == (verdict.focus, verdict.path) and o != verdict and o.severity == "Violation"
        for o in others
    )


@pytest.mark.parametrize("name", ["sixteen", "corpus", "damaged"])
@pytest.mark.parametrize(("judge", "file"), JUDGES)
def test_engines_in_javascript_agree(evidence, shapes, judge, file, name):
    data = evidence[name]
    if file == "shapes":  # queries take their time: the files in which one finds something, and some in which none does
        chosen = [
            n for n, verdicts in enumerate(data.each) if n % 8 == 0 or any(v.component == SPARQL for v in verdicts)
        ]
        data = Evidence([data.files[n] for n in chosen], [data.each[n] for n in chosen])
    found = {v for each in judges.javascript(judge, shapes[file], data.files) for v in each}
    expected = {v for v in data.verdicts if file == "shapes" or v.component != SPARQL}
    assert {v for v in found ^ expected if not lexical(v, found & expected)} == set()
    assert len(found) > 10


@pytest.mark.parametrize("name", ["sixteen", "corpus"])
@pytest.mark.parametrize("advanced", [False, True])
def test_pyshacl_agrees(evidence, shapes, name, advanced):
    """The shapes run as they are, with and without the rules of SHACL Advanced Features."""
    data = evidence[name]
    before, rdflib.NORMALIZE_LITERALS = rdflib.NORMALIZE_LITERALS, False
    try:
        found = PySHACL(shapes["shapes"], advanced).verdicts(union(data.files))
    finally:
        rdflib.NORMALIZE_LITERALS = before
    assert found ^ data.verdicts == set()


def union(files: list[Path]) -> rdflib.Graph:
    """One graph of several files."""
    lines = {line for file in files for line in file.read_text("utf-8").split("\n")}
    return rdflib.Graph().parse(data="\n".join(sorted(lines)), format="nt")


def test_the_rules_infer_what_is_stated(evidence, shapes):
    """The rules of the shapes give each organisation the class that the data states, and no other."""
    graph = union(evidence["sixteen"].files)
    before = len(graph)
    organisations = rdflib.Namespace("http://www.w3.org/ns/org#")
    kinds = [organisations[f"Organizational{k}"] for k in ("Unit", "Collaboration")] + [
        organisations.FormalOrganization
    ]
    assert all(list(graph.subjects(rdflib.RDF.type, kind)) for kind in kinds[1:])
    PySHACL(shapes["shapes"], advanced=True).report(graph)
    assert len(graph) == before
    for kind in kinds:
        graph.remove((None, rdflib.RDF.type, kind))
    stripped = len(graph)
    target = rdflib.URIRef("http://www.w3.org/ns/org#Organization")
    for name in graph.subjects(organisations.classification, None):
        graph.add((name, rdflib.RDF.type, target))
    PySHACL(shapes["shapes"], advanced=True).report(graph)
    assert len(set(graph.subjects(rdflib.RDF.type, target))) == before - stripped
