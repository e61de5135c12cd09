"""Documents of things: each conforms to the shapes by itself, in others' engines too, and is the same graph twice."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

from hankelod.exports import documents
from hankelod.mapping.mapping import Mapping
from support import judges
from support.judges import PySHACL
from support.publishing import SMALL, published, small, triples

RDF_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")

ORGANISATION = "http://www.w3.org/ns/org#Organization"

NOTES = ("Warning", "Info")


@pytest.fixture(scope="module")
def every(dist) -> list[Path]:
    """All documents in Turtle of the sixteen's publication."""
    found = sorted((dist / "doc").rglob("*.ttl"))
    assert len(found) > 700
    return found


@pytest.fixture(scope="module")
def judged(dist, every, tmp_path_factory) -> list[Path]:
    """The documents for engines that look for sub-classes in the data: as they are where the data states every class,
    else with the axioms of the shapes."""
    dump = triples(dist / "dump/hankelod.nt")
    if any(t.predicate == RDF_TYPE and t.object.value == ORGANISATION for t in dump):
        return every
    folder = tmp_path_factory.mktemp("judged")
    axioms = "".join(f"{t} .\n" for t in triples(dist / "shapes.ttl") if t.predicate.value.endswith("#subClassOf"))
    copies = []
    for n, file in enumerate(every):
        copies.append(folder / f"{n}.ttl")
        copies[-1].write_text(f"{file.read_text('utf-8')}\n{axioms}", "utf-8")
    return copies


def violations(verdicts: set[judges.Verdict]) -> set[judges.Verdict]:
    return {v for v in verdicts if v.severity not in NOTES}


def test_documents_conform_in_pyshacl(dist, judged):
    """Each document by itself with `shapes.ttl` alone: no violation, and every note is one of the whole report."""
    judge = PySHACL(dist / "shapes.ttl")
    told = judges.reported(rdflib.Graph().parse(dist / "report.ttl"))
    seen = set()
    for file in judged:
        found = judge.verdicts(rdflib.Graph().parse(file))
        assert violations(found) == set(), file
        assert found <= told, file
        seen |= found
    assert seen == told


@pytest.mark.parametrize("judge", ["shacl-engine", "rdf-validate-shacl"])
def test_documents_conform_in_javascript(dist, judged, judge):
    for file, found in zip(judged, judges.javascript(judge, dist / "shapes-core.ttl", judged), strict=True):
        assert violations(found) == set(), file


def test_projects_conform_to_the_queries_in_javascript(dist, every):
    projects = [file for file in every if file.parent.name == "project"]
    for file, found in zip(projects, judges.javascript("shacl-engine", dist / "shapes.ttl", projects), strict=True):
        assert violations(found) == set(), file


def test_documents_are_the_same_graph_in_both_formats(every):
    for file in every:
        assert triples(file) == triples(file.with_suffix(".jsonld")), file


def test_hankelod_takes_its_own_documents(dist, every, run):
    """The command line finds in a document what the report says of its thing, and no more."""
    chosen = [str(f) for f in every if f.parent.name in ("project", "programme", "region")]
    chosen += [str(f) for f in every if f.parent.name in ("municipality", "organisation", "measure")][::12]
    done = run("validate", *chosen)
    assert done.returncode == 0, done.stderr + done.stdout
    assert "15 notes" in done.stdout + done.stderr


def of(graph: set[ox.Triple], subject: str) -> set[ox.Triple]:
    return {t for t in graph if t.subject.value == subject}


def test_a_project_describes_what_it_refers_to(dist, dataset):
    """Whatever has a class in the document is described as in the dump, and so is all that has to be of a class."""
    dump = triples(dist / "dump/hankelod.ttl")
    whole = triples(dist / "doc/project/joensuu-ilmastokumppanuus.ttl")
    itself = of(whole, "https://w3id.org/hankelod/doc/project/joensuu-ilmastokumppanuus")
    assert len(itself) == 2 and whole - itself <= dump
    typed = {t.subject.value for t in whole if t.predicate == RDF_TYPE}
    for subject in typed:
        assert of(whole, subject) == of(dump, subject), subject
    assert {t.object.value for t in whole if t.predicate.value in dataset.model.class_paths} <= typed
    assert typed >= {
        "https://w3id.org/hankelod/id/organisation/ymparistoministerio",  # the funder of the programme of the grant
        "https://w3id.org/hankelod/id/region/12",  # of the municipality of the lead
        "https://w3id.org/hankelod/id/programme/kuntien-ilmastoratkaisut/call/2022-03",
    }
    measure = triples(dist / "doc/concept/measure/co2-reduction.ttl")
    assert of(measure, "https://w3id.org/hankelod/id/concept/period/year")


def test_what_refers_to_a_thing_has_a_label_and_no_class(dist):
    whole = triples(dist / "doc/municipality/167.ttl")
    project = of(whole, "https://w3id.org/hankelod/id/project/joensuu-ilmastokumppanuus")
    predicates = {t.predicate.value for t in project}
    assert predicates == {"http://purl.org/dc/terms/title", "https://w3id.org/hankelod/def#municipality"}
    programme = triples(dist / "doc/programme/kuntien-ilmastoratkaisut.ttl")
    parts = {t.subject.value for t in programme if "/grant/" in t.subject.value}
    assert len(parts) >= 16
    assert not any(t.predicate == RDF_TYPE for part in parts for t in of(programme, part))


def test_a_document_does_not_depend_on_what_was_described_before(tmp_path, monkeypatch):
    """Descriptions are remembered; the documents are the same where none is."""
    published(SMALL, tmp_path / "all", only=("documents",))
    monkeypatch.setattr(documents, "DESCRIBED", 0)
    published(SMALL, tmp_path / "none", only=("documents",))
    for file in (tmp_path / "all/doc").rglob("*.*"):
        other = tmp_path / "none/doc" / file.relative_to(tmp_path / "all/doc")
        assert file.read_bytes() == other.read_bytes(), file


def test_what_many_refer_to_is_described_once(tmp_path, monkeypatch):
    """The number of times that an organisation is written does not grow with the projects that name it."""
    written: list[str] = []
    turtle = Mapping.turtle
    monkeypatch.setattr(Mapping, "turtle", lambda self, record: written.append(record.id) or turtle(self, record))
    numbers = []
    for projects in (1, 12):
        folder = small(tmp_path / f"small-{projects}")
        for n in range(1, projects):
            shutil.copyfile(folder / "data/projects/eka.yml", folder / f"data/projects/eka-{n}.yml")
        written.clear()
        published(folder, tmp_path / f"out-{projects}", only=("documents",))
        numbers.append(written.count("testila"))
    assert numbers[0] == numbers[1] > 0
