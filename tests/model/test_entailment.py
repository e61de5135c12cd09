"""Entailment: what follows from the ontology is stated, so that questions by standard classes are answered."""

from __future__ import annotations

import pyoxigraph as ox
import pyshacl
import pytest
import rdflib
from rdflib import OWL, RDF, RDFS, SKOS

from hankelod.model import entailment
from hankelod.model.shapes import load
from hankelod.rdf.graph import Index, indexed
from support.publishing import published, small, triples

HANKE = rdflib.Namespace("https://w3id.org/hankelod/def#")
ID = "https://w3id.org/hankelod/id/"


@pytest.fixture(scope="module")
def dump(dist) -> rdflib.Graph:
    return rdflib.Graph().parse(dist / "dump/hankelod.nt", format="nt")


@pytest.mark.parametrize(
    ("cls", "count"),
    [
        ("http://www.w3.org/ns/org#Organization", 49),
        ("http://xmlns.com/foaf/0.1/Project", 16),
        ("https://schema.org/MonetaryGrant", 16),
        (SKOS.Concept, 109),
        (HANKE.Outcome, 101),
        (HANKE.Area, 599),
        ("http://purl.org/dc/terms/Location", 599),
        ("http://www.w3.org/2003/01/geo/wgs84_pos#SpatialThing", 599),
    ],
)
def test_standard_classes_answer(dump, cls, count):
    assert len(set(dump.subjects(RDF.type, rdflib.URIRef(cls)))) == count


def test_every_super_class_is_stated(dump):
    """By rdflib, which infers nothing: the types of each thing are closed under the axioms of the dump."""
    for thing, cls in dump.subject_objects(RDF.type):
        for each in dump.transitive_objects(cls, RDFS.subClassOf):
            assert (thing, RDF.type, each) in dump, (thing, cls, each)


def test_documents_state_them_too(dist):
    graph = rdflib.Graph().parse(dist / "doc/project/joensuu-ilmastokumppanuus.jsonld", format="json-ld")
    outcomes = set(graph.subjects(RDF.type, HANKE.Result)) | set(graph.subjects(RDF.type, HANKE.Permanence))
    assert outcomes == set(graph.subjects(RDF.type, HANKE.Outcome))
    assert outcomes
    assert (rdflib.URIRef(ID + "municipality/167"), RDF.type, HANKE.Area) in graph


def test_code_lists_have_top_concepts_and_their_documents_hold_them(dist, dump):
    schemes = set(dump.subjects(RDF.type, SKOS.ConceptScheme))
    assert len(schemes) == 12
    for scheme in schemes:
        concepts = set(dump.subjects(SKOS.inScheme, scheme))
        top = set(dump.objects(scheme, SKOS.hasTopConcept))
        assert top == set(dump.subjects(SKOS.topConceptOf, scheme))
        assert top == {c for c in concepts if not list(dump.objects(c, SKOS.broader))}
        document = rdflib.Graph().parse(dist / f"doc/{str(scheme).removeprefix(ID)}.ttl")
        assert set(document.subjects(RDF.type, SKOS.Concept)) >= concepts
        for concept in concepts:
            assert set(document.predicate_objects(concept)) == set(dump.predicate_objects(concept))
    for narrow, broad in dump.subject_objects(SKOS.broader):
        assert (broad, SKOS.narrower, narrow) in dump


def test_every_term_is_defined_by_the_ontology(dist):
    terms = rdflib.Graph().parse(dist / "def.ttl")
    head = rdflib.URIRef("https://w3id.org/hankelod/def")
    own = {s for s in terms.subjects(RDF.type) if str(s).startswith(str(HANKE))}
    assert own == set(terms.subjects(RDFS.isDefinedBy, head))
    for term in own:
        assert set(terms.objects(term, RDFS.comment)) == set(terms.objects(term, SKOS.definition)) != set(), term
    for name in ("issued", "modified", "license"):
        assert list(terms.objects(head, rdflib.DCTERMS[name])), name
    for name in ("creator", "publisher"):  # names, so that no IRI of one dataset stands in all
        assert list(terms.objects(head, rdflib.DC[name])), name
    assert {t.language for t in terms.objects(head, RDFS.label)} == {"fi", "sv", "en"}


def test_no_thing_is_of_two_disjoint_classes(dump):
    pairs = set(dump.subject_objects(OWL.disjointWith))
    assert len(pairs) > 50
    for one, other in pairs:
        assert not set(dump.subjects(RDF.type, one)) & set(dump.subjects(RDF.type, other)), (one, other)
        for each in (one, other):
            assert (each, RDF.type, OWL.Class) in dump or (None, RDFS.subClassOf, each) in dump, each
        assert one not in set(dump.transitive_objects(other, RDFS.subClassOf)), "it would be empty"
        assert other not in set(dump.transitive_objects(one, RDFS.subClassOf)), "it would be empty"


def test_the_rules_of_the_shapes_add_nothing(dist):
    """SHACL Advanced Features, 8: every rule whose conditions hold is run, whatever its order."""
    shapes = rdflib.Graph().parse(dist / "shapes.ttl", format="turtle", publicID="https://w3id.org/hankelod/")
    data = rdflib.Graph()
    for path in (dist / "doc/organisation").glob("*.ttl"):
        data.parse(path)
    data.parse(dist / "def.ttl")
    before = set(data)
    pyshacl.validate(data, shacl_graph=shapes, advanced=True, inplace=True)
    assert set(data) == before


def test_rules_give_the_types_that_records_have(dist):
    """The same rules on organisations whose types are taken away give them back, each one."""
    shapes = rdflib.Graph().parse(dist / "shapes.ttl", format="turtle", publicID="https://w3id.org/hankelod/")
    data, org = rdflib.Graph(), rdflib.Namespace("http://www.w3.org/ns/org#")
    for triple in rdflib.Graph().parse(dist / "dump/hankelod.nt", format="nt"):
        if str(triple[0]).startswith(ID + "organisation/"):
            data.add(triple)
    kinds = (org.FormalOrganization, org.OrganizationalUnit, org.OrganizationalCollaboration)
    want = {t for kind in kinds for t in data.triples((None, RDF.type, kind))}
    assert len(want) == 49
    for triple in want:
        data.remove(triple)
    pyshacl.validate(data, shacl_graph=shapes, advanced=True, inplace=True)
    assert {t for kind in kinds for t in data.triples((None, RDF.type, kind))} == want


### Any ontology


def index(text: str) -> Index:
    prefixes = "@prefix : <http://e/> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . "
    return indexed(list(ox.parse(prefixes + text, format=ox.RdfFormat.TURTLE)), {})


def test_super_classes_of_a_diamond_and_of_a_circle():
    supers = entailment.superclasses(
        index(":a rdfs:subClassOf :b, :c . :b rdfs:subClassOf :d . :c rdfs:subClassOf :d . :d rdfs:subClassOf :a .")
    )
    assert supers["http://e/a"] == ("http://e/b", "http://e/c", "http://e/d")
    assert supers["http://e/d"] == ("http://e/a", "http://e/b", "http://e/c")


def test_stating_twice_changes_nothing():
    text = ":x a :a . :a rdfs:subClassOf :b . :b rdfs:subClassOf :c ."
    once = index(text)
    entailment.complete(once, entailment.superclasses(once))
    assert len(once.quads) == 5
    entailment.complete(once, entailment.superclasses(once))
    assert len(once.quads) == 5


def test_a_class_that_a_dataset_declares_is_stated(copy):
    """The list is the ontology's: a new super-class reaches every form, without a line of code."""
    ontology = copy / "ontology/hankelod.ttl"
    ontology.write_text(
        ontology.read_text("utf-8") + "hanke:Permanence rdfs:subClassOf schema:Thing .\n"
        "schema:Thing rdfs:subClassOf <https://example.org/Anything> .\n",
        "utf-8",
    )
    model = load(sorted((copy / "ontology").rglob("*.ttl")), sorted((copy / "shapes").glob("*.ttl")), "https://e/")
    assert model.by_name("Outcome").written["permanence"][-2:] == ("schema:Thing", "https://example.org/Anything")
    published(copy, copy / "dist", only=("dumps", "documents"))
    want = triples(copy / "dist/dump/hankelod.nt")
    assert triples(copy / "dist/dump/hankelod.jsonld") == triples(copy / "dist/dump/hankelod.ttl") == want
    graph = rdflib.Graph().parse(copy / "dist/dump/hankelod.nt", format="nt")
    things = set(graph.subjects(RDF.type, rdflib.URIRef("https://example.org/Anything")))
    assert things == set(graph.subjects(RDF.type, HANKE.Permanence))


def test_complete_records_are_taken_back_with_their_types(tmp_path):
    """`type` is filled in as a list; a line that says otherwise is told so."""
    published(small(tmp_path / "a"), tmp_path / "dist", only=("dumps",))
    line = (tmp_path / "dist/dump/projects.jsonl").read_text("utf-8")
    assert '"type":["Project","foaf:Project"]' in line
    assert '"kind":"result"' in line
    assert '"type":["result","hanke:Outcome"]' in line
    again = small(tmp_path / "b")
    (again / "data/projects/eka.yml").unlink()
    (again / "data/projects.jsonl").write_text(line, "utf-8")
    published(again, tmp_path / "again", only=("dumps",))
    assert (tmp_path / "again/dump/small.nt").read_bytes() == (tmp_path / "dist/dump/small.nt").read_bytes()
    (again / "data/projects.jsonl").write_text(line.replace('"foaf:Project"', '"foaf:Person"'), "utf-8")
    with pytest.raises(AssertionError, match="type"):
        published(again, tmp_path / "wrong", only=("dumps",))
