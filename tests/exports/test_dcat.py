"""The catalogue before the shapes of DCAT-AP 3.0.1 (pySHACL); VoID and provenance against the files."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import shutil

import jsonschema
import pyoxigraph as ox
import pyshacl
import pytest
import rdflib
from rdflib import DCTERMS, FOAF, PROV, RDF, SKOS, VOID

from hankelod.pipeline import chunk
from hankelod.pipeline.traversal import publish
from hankelod.publication import formats
from hankelod.publication.files import Edition
from hankelod.records.dataset import Dataset
from support import publishing, reference
from support.folders import CASES, ROOT

EU = "http://publications.europa.eu/resource/authority/"
BASE = "https://w3id.org/hankelod/"
DATASET = rdflib.URIRef(BASE + "id/dataset/hankelod")
DCAT = rdflib.Namespace("http://www.w3.org/ns/dcat#")  # rdflib's own knows DCAT 2
DCATAP = rdflib.Namespace("http://data.europa.eu/r5r/")
SPDX = rdflib.Namespace("http://spdx.org/rdf/terms#")


@pytest.fixture(scope="module")
def shapes() -> rdflib.Graph:
    return rdflib.Graph().parse(reference.dcat_shapes())


@pytest.fixture(scope="module")
def graph(dist) -> rdflib.Graph:
    return rdflib.Graph().parse(dist / "catalog.ttl")


def copied(graph: rdflib.Graph) -> rdflib.Graph:
    other = rdflib.Graph()
    for triple in graph:
        other.add(triple)
    return other


AVAILABLE = EU + "planned-availability/STABLE"


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> rdflib.Graph:
    """The catalogue of a later edition of a ministry that keeps an endpoint and promises that files stay."""
    folder = tmp_path_factory.mktemp("served")
    for part in ("data", "ontology", "shapes"):
        shutil.copytree(ROOT / part, folder / part)
    settings = folder / "data/dataset.yml"
    text = settings.read_text("utf-8").replace("publisher: hankelod", "publisher: ymparistoministerio")
    more = "endpoint: https://data.example.org/sparql\n" + f"availability: {AVAILABLE}\n"
    settings.write_text(text.replace("contact:\n", 'contact:\n  email: "mailto:data@example.org"\n') + more, "utf-8")
    publish(Dataset(folder), folder / "dist", Edition(previous="0.0.9"), only=("dumps", "documents"))
    return rdflib.Graph().parse(folder / "dist/catalog.ttl")


def test_it_conforms_to_dcat_ap(graph, shapes):
    conforms, _, text = pyshacl.validate(graph, shacl_graph=shapes)
    assert conforms, text


def test_a_catalogue_with_a_service_conforms_too(served, shapes):
    """The official shape of services names two property shapes that its file does not have: pySHACL raises on them."""
    mended = copied(shapes)
    missing = [
        t for t in shapes.triples((None, rdflib.SH.property, None)) if (t[2], rdflib.SH.path, None) not in shapes
    ]
    assert {str(s).rpartition(":")[2] for s, _, _ in missing} == ({"DataServiceShape"} if reference.SHARED else set())
    for triple in missing:
        mended.remove(triple)
    conforms, _, text = pyshacl.validate(served, shacl_graph=mended)
    assert conforms, text
    broken = copied(served)
    broken.remove((None, DCAT.endpointURL, None))
    assert not pyshacl.validate(broken, shacl_graph=mended)[0]


WRONG = {
    "no title": lambda g: g.remove((DATASET, DCTERMS.title, None)),
    "no publisher's name": lambda g: g.remove((None, FOAF.name, None)),
    "no access address": lambda g: g.remove((None, DCAT.accessURL, None)),
    "sizes that are no numbers": lambda g: g.set(
        (rdflib.URIRef(BASE + "id/distribution/hankelod.nt"), DCAT.byteSize, rdflib.Literal("big"))
    ),
    "a theme that is not typed": lambda g: g.remove((rdflib.URIRef(EU + "data-theme/ENVI"), RDF.type, None)),
    "a language that is not typed": lambda g: g.remove((rdflib.URIRef(EU + "language/FIN"), RDF.type, None)),
    "a media type that is not typed": lambda g: g.remove((None, RDF.type, DCTERMS.MediaType)),
    "two publishers": lambda g: g.add((DATASET, DCTERMS.publisher, rdflib.URIRef(BASE + "x"))),
    "no checksum's value": lambda g: g.remove((None, SPDX.checksumValue, None)),
}


@pytest.mark.parametrize("name", WRONG)
def test_the_judge_finds_what_is_wrong(graph, shapes, name):
    broken = copied(graph)
    WRONG[name](broken)
    assert not pyshacl.validate(broken, shacl_graph=shapes)[0]


def test_both_syntaxes_are_one_graph_without_blank_nodes(dist):
    one = {q.triple for q in ox.parse((dist / "catalog.ttl").read_bytes(), format=ox.RdfFormat.TURTLE)}
    other = {q.triple for q in ox.parse((dist / "catalog.jsonld").read_bytes(), format=ox.RdfFormat.JSON_LD)}
    assert one == other
    for triple in one:
        assert not isinstance(triple.subject, ox.BlankNode) and not isinstance(triple.object, ox.BlankNode)


def test_a_distribution_for_every_dump(dist, graph):
    files = {f.relative_to(dist).as_posix() for f in (dist / "dump").iterdir() if not f.name.endswith("-metadata.json")}
    found = {}
    for distribution in graph.objects(DATASET, DCAT.distribution):
        assert graph.value(distribution, DCTERMS.license) == rdflib.URIRef(
            "https://creativecommons.org/licenses/by/4.0/"
        )
        for told in (DCTERMS.title, DCTERMS.description):
            assert {t.language for t in graph.objects(distribution, told)} == {"fi", "sv", "en"}, distribution
        assert str(graph.value(distribution, DCTERMS["format"])).startswith(EU + "file-type/")
        address = graph.value(distribution, DCAT.downloadURL)
        if address is not None:
            found[str(address).removeprefix(BASE)] = distribution
    assert set(found) == {*files, "changes/feed.trig"}
    for path, distribution in found.items():
        content = (dist / path).read_bytes()
        assert int(graph.value(distribution, DCAT.byteSize)) == len(content)
        checksum = graph.value(distribution, SPDX.checksum)
        assert str(graph.value(checksum, SPDX.checksumValue)).lower() == hashlib.sha256(content).hexdigest()
        media = graph.value(distribution, DCAT.mediaType)
        assert media is not None or path.endswith(".jsonl"), "JSON Lines has no media type at IANA"


def test_the_files_of_areas_are_a_distribution(dist, graph):
    for kind in ("municipality", "region"):
        this = rdflib.URIRef(f"{BASE}id/distribution/{kind}-projects")
        assert (DATASET, DCAT.distribution, this) in graph
        assert graph.value(this, DCTERMS.conformsTo) == rdflib.URIRef(f"{BASE}schema/{kind}-projects.json")
        assert graph.value(this, DCAT.accessURL) == graph.value(DATASET, DCAT.landingPage)
        assert list((dist / "doc" / kind).glob("*.json"))


def test_what_it_conforms_to_is_published(dist, graph):
    """Files, the ontology that `def.ttl` describes, and the address of the shapes."""
    files = {p.relative_to(dist).as_posix() for p in dist.rglob("*")}
    ontology = rdflib.Graph().parse(dist / "def.ttl")
    standards = {str(s) for s in graph.objects(None, DCTERMS.conformsTo)}
    assert len(standards) > 6
    for standard in standards:
        assert (rdflib.URIRef(standard), RDF.type, DCTERMS.Standard) in graph
        assert graph.value(rdflib.URIRef(standard), DCTERMS.title), standard
        if standard.startswith(BASE):
            name = standard.removeprefix(BASE)
            known = name in files or (rdflib.URIRef(standard), RDF.type, rdflib.OWL.Ontology) in ontology
            assert known or (name == "shapes" and f"{name}.ttl" in files), standard


def warnings(graph: rdflib.Graph) -> set[tuple[str, str]]:
    """The recommendations that a catalogue does not follow: class and property, with prefixes."""
    shapes = rdflib.Graph().parse(CASES / "dcat/recommended.ttl")
    _, report, _ = pyshacl.validate(graph, shacl_graph=shapes)
    found = set()
    for result in report.subjects(RDF.type, rdflib.SH.ValidationResult):
        shape = next(shapes.subjects(rdflib.SH.property, report.value(result, rdflib.SH.sourceShape)), None)
        path = report.value(result, rdflib.SH.resultPath)
        assert shape is not None
        found.add(tuple(shapes.namespace_manager.qname(t) for t in (shapes.value(shape, rdflib.SH.targetClass), path)))
    return found


def test_each_recommendation_that_is_not_followed_has_its_reason(graph, served):
    rows = list(csv.DictReader((CASES / "dcat/reasons.csv").read_text("utf-8").splitlines()))
    reasons = {(row["class"], row["property"]): row["reason"] for row in rows}
    assert all(reasons.values())
    assert warnings(graph) == set(reasons)
    assert {cls for cls, _ in warnings(served)} == {"dcterms:Location"}, "a publisher who says all"


def test_what_a_publisher_says_of_itself(served, graph):
    publisher = served.value(DATASET, DCTERMS.publisher)
    national = rdflib.URIRef("http://purl.org/adms/publishertype/NationalAuthority")
    assert served.value(publisher, DCTERMS.type) == national
    assert (national, RDF.type, SKOS.Concept) in served
    for distribution in served.objects(DATASET, DCAT.distribution):
        assert served.value(distribution, DCATAP.availability) == rdflib.URIRef(AVAILABLE)
    assert served.value(DATASET, DCATAP.availability) is None, "it is said of distributions"
    contact = served.value(DATASET, DCAT.contactPoint)
    vcard = rdflib.Namespace("http://www.w3.org/2006/vcard/ns#")
    assert served.value(contact, vcard.hasEmail) == rdflib.URIRef("mailto:data@example.org")
    assert graph.value(graph.value(DATASET, DCTERMS.publisher), DCTERMS.type) is None, "its kind is not specified"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("availability", "stable"),
        ("availability", EU + "planned-availability/FOREVER"),
        ("endpoint", "data.example.org/sparql"),
        ("endpoint", "javascript:alert(1)"),
    ],
)
def test_what_a_dataset_cannot_say(copy, run, key, value):
    settings = copy / "data/dataset.yml"
    settings.write_text(settings.read_text("utf-8") + f'{key}: "{value}"\n', "utf-8")
    done = run("validate", "-C", str(copy))
    assert done.returncode == 1
    assert "data/dataset.yml" in done.stdout
    assert key in done.stdout


def test_every_version_stays_described(tmp_path):
    folder = publishing.small(tmp_path / "small")
    settings = folder / "data/dataset.yml"
    first = re.search(r'version: "?([0-9.]+)', settings.read_text("utf-8"))[1]
    versions = [first, "7.0.0", "8.0.0"]
    for n, version in enumerate(versions):
        text = re.sub(r'version: "?[0-9.]+"?', f'version: "{version}"', settings.read_text("utf-8"))
        settings.write_text(re.sub(r"modified: [0-9-]+", f"modified: 2031-01-0{n + 1}", text), "utf-8")
        publishing.published(folder, tmp_path / "dist", only=("dumps",))
    graph = rdflib.Graph().parse(tmp_path / "dist/catalog.ttl")
    dataset = graph.value(predicate=RDF.type, object=DCAT.Dataset)
    for n, version in enumerate(versions):
        this = rdflib.URIRef(f"{dataset}/version/{version}")
        assert (this, DCAT.isVersionOf, dataset) in graph
        assert str(graph.value(this, DCTERMS.issued)) == f"2031-01-0{n + 1}"
    assert graph.value(dataset, DCAT.previousVersion) == rdflib.URIRef(f"{dataset}/version/7.0.0")


def test_every_eu_term_is_typed_and_named(graph):
    used = {o for o in graph.objects() if isinstance(o, rdflib.URIRef) and str(o).startswith(EU)}
    assert len(used) > 10
    for term in used:
        assert (term, RDF.type, None) in graph, term
        assert graph.value(term, SKOS.prefLabel) or graph.value(term, DCTERMS.title), term


def test_every_file_type_has_its_term():
    known = rdflib.Graph().parse(ROOT / "src/hankelod/exports/dcat.ttl", publicID=BASE)
    for each in formats.FORMATS:
        if each.ending in (".nt", ".ttl", ".jsonld", ".trig", ".json", ".jsonl", ".csv", ".xlsx", ".geojson", ".index"):
            assert (rdflib.URIRef(f"{EU}file-type/{each.file_type}"), RDF.type, None) in known, each


def test_what_the_dataset_says_of_itself(graph, checked):
    themes = {str(t).rsplit("/", 1)[-1] for t in graph.objects(DATASET, DCAT.theme)}
    assert "ENVI" in themes and "AGRI" in themes
    projects = [r.values for r in checked[1] if r.cls.name == "Project"]
    period = graph.value(DATASET, DCTERMS.temporal)
    assert str(graph.value(period, DCAT.startDate)) == min(p["start"] for p in projects)
    assert str(graph.value(period, DCAT.endDate)) == max(p["end"] for p in projects)
    languages = {str(x).rsplit("/", 1)[-1] for x in graph.objects(DATASET, DCTERMS.language)}
    assert languages == {"FIN", "SWE", "ENG"}
    assert str(graph.value(DATASET, DCAT.version)) == "0.3.0"
    assert not list(graph.objects(DATASET, DCAT.previousVersion)), "a first edition has none"
    assert not list(graph.subjects(RDF.type, DCAT.DataService)), "plain files answer no queries"


def test_a_later_edition_that_is_served(served):
    assert str(served.value(DATASET, DCAT.previousVersion)) == f"{DATASET}/version/0.0.9"
    assert str(served.value(DATASET, DCAT.hasCurrentVersion)) == f"{DATASET}/version/0.3.0"
    service = served.value(predicate=RDF.type, object=DCAT.DataService)
    assert str(served.value(service, DCAT.endpointURL)) == "https://data.example.org/sparql"
    assert served.value(service, DCAT.servesDataset) == DATASET
    assert {t.language for t in served.objects(service, DCTERMS.title)} == {"fi", "sv", "en"}
    assert served.value(service, DCAT.endpointDescription) is not None
    assert served.value(service, DCAT.contactPoint) == served.value(DATASET, DCAT.contactPoint)
    assert str(served.value(DATASET, VOID.sparqlEndpoint)) == "https://data.example.org/sparql"


def test_addresses_follow_the_site(copy, run):
    settings = copy / "data/dataset.yml"
    settings.write_text(settings.read_text("utf-8") + "site: https://data.example.org/hankkeet/\n", "utf-8")
    done = run("publish", "-C", str(copy), "--only", "dumps")
    assert done.returncode == 0, done.stderr
    graph = rdflib.Graph().parse(copy / "dist/catalog.ttl")
    addresses = {str(o) for o in graph.objects(None, DCAT.downloadURL)}
    assert addresses and all(a.startswith("https://data.example.org/hankkeet/") for a in addresses)
    assert (DATASET, RDF.type, DCAT.Dataset) in graph, "IRIs stay under the base"
    assert "https://data.example.org/hankkeet/doc/project/" in (copy / "dist/dump/projects.csv").read_text("utf-8")


### VoID


def test_void_counts_what_the_dump_holds(dist):
    told = rdflib.Graph().parse(dist / ".well-known/void", format="turtle")
    store = ox.Store()
    store.load(path=dist / "dump/hankelod.nt", format=ox.RdfFormat.N_TRIPLES)

    def asked(query: str) -> int:
        return int(next(iter(store.query(query)))["n"].value)

    for name, query in {
        "triples": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
        "distinctSubjects": "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }",
        "distinctObjects": "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }",
        "properties": "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }",
        "classes": "SELECT (COUNT(DISTINCT ?c) AS ?n) { ?s a ?c }",
    }.items():
        assert int(told.value(DATASET, VOID[name])) == asked(query), name
    parts = list(told.objects(DATASET, VOID.classPartition))
    assert len(parts) == int(told.value(DATASET, VOID.classes))
    for part in parts:
        assert int(told.value(part, VOID.entities)) == asked(
            f"SELECT (COUNT(*) AS ?n) {{ ?s a <{told.value(part, VOID['class'])}> }}"
        )
    parts = list(told.objects(DATASET, VOID.propertyPartition))
    assert sum(int(told.value(p, VOID.triples)) for p in parts) == int(told.value(DATASET, VOID.triples))
    examples = list(told.objects(DATASET, VOID.exampleResource))
    assert examples
    for example in examples:
        assert next(iter(store.query(f"SELECT * {{ <{example}> ?p ?o }} LIMIT 1")), None)
    for dump in told.objects(DATASET, VOID.dataDump):
        assert (dist / str(dump).removeprefix(BASE)).exists()
    spaces = {str(v) for v in told.objects(DATASET, VOID.vocabulary)}
    assert {"https://w3id.org/hankelod/def#", "http://purl.org/dc/terms/"} <= spaces


def test_void_and_catalogue_agree(dist, graph):
    told = rdflib.Graph().parse(dist / ".well-known/void", format="turtle")
    for name in (VOID.uriSpace, DCTERMS.license, DCTERMS.modified):
        assert told.value(DATASET, name) == graph.value(DATASET, name) is not None
    space = str(told.value(DATASET, VOID.uriSpace))
    dump = rdflib.Graph().parse(dist / "dump/hankelod.nt")
    assert int(told.value(DATASET, VOID.entities)) == len(set(dump.subjects()))
    for example in told.objects(DATASET, VOID.exampleResource):
        assert str(example).startswith(space)


def test_link_sets_count_the_links_to_other_datasets(dist):
    told = rdflib.Graph().parse(dist / ".well-known/void", format="turtle")
    dump = rdflib.Graph().parse(dist / "dump/hankelod.nt")
    seen = {}
    for part in told.objects(DATASET, VOID.subset):
        assert (part, RDF.type, VOID.Linkset) in told
        assert told.value(part, VOID.subjectsTarget) == DATASET
        target, predicate = told.value(part, VOID.objectsTarget), told.value(part, VOID.linkPredicate)
        space = str(told.value(target, VOID.uriSpace))
        links = [o for o in dump.objects(None, predicate) if str(o).startswith(space)]
        assert int(told.value(part, VOID.triples)) == len(links) > 0
        seen[str(target)] = len(links)
    assert set(seen) == {"https://www.wikidata.org/", "http://www.yso.fi/onto/yso/"}
    for space, name in (
        ("http://www.wikidata.org/entity/", "https://www.wikidata.org/"),
        ("http://www.yso.fi/onto/yso/",) * 2,
    ):
        assert seen[name] == sum(str(o).startswith(space) for o in dump.objects()), "no link is left out"


def test_void_names_the_endpoint_where_there_is_one(copy, dist):
    told = rdflib.Graph().parse(dist / ".well-known/void", format="turtle")
    assert told.value(DATASET, VOID.sparqlEndpoint) is None
    settings = copy / "data/dataset.yml"
    settings.write_text(settings.read_text("utf-8") + "endpoint: https://data.example.org/sparql\n", "utf-8")
    publish(Dataset(copy), copy / "dist", only=("dumps",))
    told = rdflib.Graph().parse(copy / "dist/.well-known/void", format="turtle")
    assert str(told.value(DATASET, VOID.sparqlEndpoint)) == "https://data.example.org/sparql"


### Provenance


def test_provenance_names_every_file_with_its_checksum(dist, root):
    told = rdflib.Graph().parse(dist / "provenance.ttl")
    work = told.value(DATASET, PROV.wasGeneratedBy)
    used = {str(told.value(f, rdflib.RDFS.label)): f for f in told.objects(work, PROV.used)}
    files = {
        p.relative_to(root).as_posix()
        for part in ("data", "ontology", "shapes")
        for p in (root / part).rglob("*")
        if p.suffix in (".yml", ".csv", ".ttl") or p.name == "credits"
    }
    unused = ("data/areas/none/", "shapes/profiles/general/")  # another pack and another profile
    assert set(used) == {name for name in files if not name.startswith(unused)}
    for name, file in used.items():
        value = told.value(told.value(file, SPDX.checksum), SPDX.checksumValue)
        assert str(value).lower() == hashlib.sha256((root / name).read_bytes()).hexdigest()
    assert (DATASET, PROV.wasDerivedFrom, rdflib.URIRef("https://ym.fi/kuntien-hankkeet")) in told
    agent = told.value(work, PROV.wasAssociatedWith)
    assert (agent, RDF.type, PROV.SoftwareAgent) in told
    project = rdflib.URIRef(BASE + "id/project/inkoo-hiilineutraali")
    assert str(told.value(project, PROV.wasDerivedFrom)).endswith("data/projects/inkoo-hiilineutraali.yml")


def test_a_commit_only_where_it_is_named(dist, dataset, checked, tmp_path):
    assert "revision" not in (dist / "provenance.ttl").read_text("utf-8")
    publish(dataset, tmp_path / "dist", Edition(revision="4f2a9c1"), only=("dumps",))
    told = rdflib.Graph().parse(tmp_path / "dist/provenance.ttl")
    revision = rdflib.URIRef(BASE + "id/revision/4f2a9c1")
    assert str(told.value(revision, DCTERMS.identifier)) == "4f2a9c1"
    assert (None, PROV.used, revision) in told


@pytest.mark.parametrize("revision", ["a b", "x>y", "../x", "", "-x"])
def test_a_revision_is_an_id(copy, run, revision):
    done = run("publish", "-C", str(copy), f"--revision={revision}")
    assert (done.returncode, (copy / "dist").exists()) == ((2, False) if revision else (0, True)), done.stderr
    assert "Traceback" not in done.stderr


def test_texts_stand_in_three_languages():
    known = rdflib.Graph().parse(ROOT / "src/hankelod/exports/dcat.ttl", publicID=BASE)
    for subject in set(known.subjects()):
        if str(subject).startswith(BASE) and not re.search(r"/void$", str(subject)):
            if "/distribution/" in str(subject):
                assert {t.language for t in known.objects(subject, DCTERMS.description)} == {"fi", "sv", "en"}, subject
            titles = {t.language for t in known.objects(subject, DCTERMS.title)}
            assert titles == {"fi", "sv", "en"}, subject


def test_a_large_publication_is_described_as_well(dataset, shapes, tmp_path, monkeypatch):
    """What it carries for making documents on demand is a distribution too, and its records meet their schemas."""
    monkeypatch.setattr(chunk, "MOST", 3)
    done = publish(dataset, tmp_path / "dist")
    assert done.left_out
    graph = rdflib.Graph().parse(tmp_path / "dist/catalog.ttl")
    conforms, _, text = pyshacl.validate(graph, shacl_graph=shapes)
    assert conforms, text
    promised = 0
    for distribution in graph.objects(DATASET, DCAT.distribution):
        for told in (DCTERMS.title, DCTERMS.description):
            assert {t.language for t in graph.objects(distribution, told)} == {"fi", "sv", "en"}, distribution
        file = tmp_path / "dist" / str(graph.value(distribution, DCAT.downloadURL)).removeprefix(BASE)
        standard = str(graph.value(distribution, DCTERMS.conformsTo, default="")).removeprefix(BASE)
        if file.suffix == ".jsonl":
            validator = jsonschema.Draft202012Validator(json.loads((tmp_path / "dist" / standard).read_text("utf-8")))
            for line in file.read_text("utf-8").splitlines():
                assert validator.is_valid(json.loads(line)), (file.name, line)
                promised += 1
    assert promised > 600


def test_every_type_of_publisher_has_its_term(dataset):
    """Kinds of organisations are mapped to types that the catalogue can state with their class."""
    known = rdflib.Graph().parse(ROOT / "src/hankelod/exports/dcat.ttl", publicID=BASE)
    triples = dataset.model.ontology.triples
    used = {str(o) for by in triples.values() for objects in by.values() for o in objects}
    types = {o for o in used if o.startswith("http://purl.org/adms/publishertype/")}
    assert len(types) > 4
    for each in types:
        assert (rdflib.URIRef(each), RDF.type, SKOS.Concept) in known, each
