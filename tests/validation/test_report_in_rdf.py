"""The report in RDF is that of SHACL: the results of pySHACL on the same data, with the messages of the shapes."""

from __future__ import annotations

import warnings
from random import Random

import pyoxigraph as ox
import pytest
import rdflib

from hankelod.mapping.mapping import Mapping
from hankelod.messages.problem import Problem
from hankelod.records.dataset import Dataset
from hankelod.validation.checker import Checker
from hankelod.validation.foreign import check, with_bounds
from hankelod.validation.report import as_turtle, report
from support import judges
from support.damage import damaged, parsed, renamed
from support.folders import ROOT
from support.judges import PySHACL

MUTANTS = 25


@pytest.fixture
def literals_as_written():
    """rdflib changes no lexical form."""
    before, rdflib.NORMALIZE_LITERALS = rdflib.NORMALIZE_LITERALS, False
    yield
    rdflib.NORMALIZE_LITERALS = before


def messages(graph: rdflib.Graph) -> dict[judges.Verdict, set[object]]:
    """The messages of each result."""
    found: dict[judges.Verdict, set[object]] = {}
    for result in graph.subjects(rdflib.RDF.type, rdflib.SH.ValidationResult):
        (verdict,) = judges.reported(graph.cbd(result) + sorts(result))
        found.setdefault(verdict, set()).update(graph.objects(result, rdflib.SH.resultMessage))
    return found


def sorts(result) -> rdflib.Graph:
    return rdflib.Graph().add((result, rdflib.RDF.type, rdflib.SH.ValidationResult))


def test_the_published_report_is_that_of_pyshacl(dist):
    """The same results, and messages, as `pyshacl -s shapes.ttl` on the dump; and it does not conform."""
    ours = rdflib.Graph().parse(dist / "report.ttl")
    theirs = PySHACL(dist / "shapes.ttl").report(rdflib.Graph().parse(dist / "dump/hankelod.nt"))
    assert judges.reported(ours) == judges.reported(theirs)
    assert len(judges.reported(ours)) == 15
    assert messages(ours) == messages(theirs)
    (node,) = ours.subjects(rdflib.RDF.type, rdflib.SH.ValidationReport)
    assert [c.toPython() for c in ours.objects(node, rdflib.SH.conforms)] == [False]
    assert all(m.language in ("fi", "sv", "en") for m in ours.objects(None, rdflib.SH.resultMessage))


def test_a_report_conforms_without_results_only(dataset):
    checks = dataset.model.checks
    assert "sh:conforms true ." in as_turtle(report([], 0, "https://example.org/"), checks)
    texts = dict.fromkeys(("fi", "sv", "en"), "x")
    for severity in ("violation", "warning", "info"):
        problem = Problem("f.yml", 1, 1, None, None, None, "unknown-key", None, severity, texts, texts, texts)
        assert "sh:conforms false" in as_turtle(report([problem], 1, "https://example.org/"), checks)
        more = report([], 1, "https://example.org/", more={severity: 1})
        assert "sh:conforms false ." in as_turtle(more, checks)


def test_a_file_in_rdf_has_the_results_of_pyshacl(dist, tmp_path, literals_as_written):
    """Damaged descriptions of projects: each result is in the report, those on one value too, with term and message."""
    dataset = Dataset(ROOT)
    checker, mapping, chance = Checker(dataset), Mapping(dataset.model), Random(18)
    judge = PySHACL(dist / "shapes.ttl")
    projects = list(dataset.read(dataset.model.by_name("Project")))
    subjects = {f"<{mapping.subject(p)}>" for p in projects}
    rest = [
        line
        for line in (dist / "dump/hankelod.nt").read_text("utf-8").split("\n")
        if line and not line.split(" ")[0].startswith(tuple(s[:-1] for s in subjects))
    ]
    lines: list[str] = []
    for n in range(MUTANTS):
        project = chance.choice(projects)
        lines += renamed(damaged(parsed(mapping.ntriples(project)), chance), project.id, f"m{n}")
    path = tmp_path / "damaged.nt"
    path.write_text("".join(lines) + "\n".join(rest) + "\n", "utf-8")
    problems, things = check(checker, path)
    found = report(problems, things, dataset.base)
    text = as_turtle(found, dataset.model.checks)
    ours = rdflib.Graph().parse(data=text, format="turtle")
    given = [q.triple for q in ox.parse(path=path, format=ox.RdfFormat.N_TRIPLES)]
    theirs = judge.report(rdflib.Graph().parse(data="".join(with_bounds(dataset.model, given)), format="nt"))
    assert judges.reported(ours) ^ judges.reported(theirs) == set()
    assert len(judges.reported(ours)) > MUTANTS
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # about damaged numbers
        values, mine = (
            {str(v.n3()) for v in graph.objects(None, rdflib.SH.value) if not isinstance(v, rdflib.BNode)}
            for graph in (theirs, ours)
        )
    assert values == mine
    told, said = messages(ours), messages(theirs)
    differing = {v for v in told if told[v] != said[v] and v.component != "SPARQLConstraintComponent"}
    assert differing == set()


def test_records_have_the_results_of_pyshacl(dist, tmp_path, literals_as_written):
    """Records whose values are read, and break rules: one problem for each value, and all results in the report."""
    from support.corpus import BAD, cases, checked

    judge = PySHACL(dist / "shapes.ttl")
    compared = 0
    for case in cases(BAD)[::6]:
        dataset, told, records = checked(case)
        if any(record.marred for record in records) or not any(p.results for p in told.problems):
            continue  # a value that the reader refuses is not in the data that an engine sees
        if any(not p.results for p in told.problems if p.severity == "violation"):
            continue
        mapping, checker = Mapping(dataset.model), Checker(dataset)
        data = "".join([*checker.background, *(line for r in records for line in mapping.ntriples(r))])
        ours = rdflib.Graph().parse(data=as_turtle(told, dataset.model.checks), format="turtle")
        rdflib.NORMALIZE_LITERALS = False  # pySHACL turns it on again
        theirs = judge.verdicts(rdflib.Graph().parse(data=data, format="nt"))
        mine = {v for v in judges.reported(ours) if v.shape is not None}
        assert mine ^ theirs == set(), case.name
        compared += 1
    assert compared >= 8
