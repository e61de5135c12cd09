"""Publication: the same graph in every syntax, the same bytes everywhere, as a whole or not at all."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import subprocess

import pyld
import pyoxigraph as ox
import pytest
import rdflib

from hankelod.messages.refusal import CannotPublish
from hankelod.pipeline.traversal import publish
from hankelod.records.dataset import Dataset
from support.checking import check_all
from support.publishing import contents, parsed, published, small, triples
from support.wheel import dependencies_only


def test_dumps_are_one_graph(dist):
    want = triples(dist / "dump/hankelod.nt")
    assert triples(dist / "dump/hankelod.ttl") == want
    assert triples(dist / "dump/hankelod.jsonld") == want
    assert len(want) == len((dist / "dump/hankelod.nt").read_text("utf-8").splitlines())


def test_rdflib_reads_the_dumps(dist):
    lines = set((dist / "dump/hankelod.nt").read_text("utf-8").splitlines())
    for name in ("hankelod.nt", "hankelod.ttl"):
        graph = rdflib.Graph().parse(dist / "dump" / name)
        assert len(graph) == len(lines), name
    graph = rdflib.Graph().parse(dist / "dump/hankelod.ttl")
    assert triples_of(graph.serialize(format="nt")) == triples(dist / "dump/hankelod.nt")


def triples_of(text: str) -> set:
    return {q.triple for q in ox.parse(text, format=ox.RdfFormat.N_TRIPLES)}


def test_pyld_reads_the_dump(dist):
    document = json.loads((dist / "dump/hankelod.jsonld").read_text("utf-8"))
    quads = pyld.jsonld.to_rdf(document, {"format": "application/n-quads"})
    got = {q.triple for q in ox.parse(quads, format=ox.RdfFormat.N_QUADS)}
    assert got == triples(dist / "dump/hankelod.nt")


def test_no_blank_node(dist):
    for path in (dist / "dump/hankelod.nt", dist / "def.ttl", *sorted((dist / "doc/project").glob("*.ttl"))):
        for triple in triples(path):
            assert not isinstance(triple.subject, ox.BlankNode), path
            assert not isinstance(triple.object, ox.BlankNode), path


def test_sorted(dist):
    lines = (dist / "dump/hankelod.nt").read_bytes().split(b"\n")[:-1]
    assert lines == sorted(lines)


def test_documents_are_the_dump_in_parts(dist):
    """All documents together hold each triple of the dump that is about a thing, and nothing else but what they say of
    themselves."""
    base = "https://w3id.org/hankelod/id/"
    everything = {t for p in (dist / "doc").rglob("*.ttl") for t in triples(p)}
    everything = {t for t in everything if not t.subject.value.startswith("https://w3id.org/hankelod/doc/")}
    assert everything == {t for t in triples(dist / "dump/hankelod.nt") if t.subject.value.startswith(base)}
    for path in sorted((dist / "doc").rglob("*.ttl")):
        assert triples(path) == triples(path.with_suffix(".jsonld")), path


def test_a_document_tells_what_points_to_its_thing(dist):
    """A municipality's document leads to its projects and organisations, a programme's to what it funds."""
    hanke, doc = "https://w3id.org/hankelod/def#", dist / "doc"
    inkoo = rdflib.Graph().parse(doc / "municipality/149.ttl")
    this = rdflib.URIRef("https://w3id.org/hankelod/id/municipality/149")
    projects = list(inkoo.subjects(rdflib.URIRef(hanke + "municipality"), this))
    assert [str(p).rsplit("/", 1)[-1] for p in projects] == ["inkoo-hiilineutraali"]
    assert {t.language for t in inkoo.objects(projects[0], rdflib.DCTERMS.title)} == {"fi", "sv", "en"}
    assert not list(inkoo.objects(projects[0], rdflib.URIRef(hanke + "totalCost")))
    programme = rdflib.Graph().parse(doc / "programme/kuntien-ilmastoratkaisut.ttl")
    assert len(list(programme.subjects(rdflib.URIRef(hanke + "grant"), None))) == 16


def test_compressed_dumps_are_the_dumps(dist):
    for path in sorted((dist / "dump").glob("*.gz")):
        assert gzip.decompress(path.read_bytes()) == path.with_suffix("").read_bytes()
        assert path.read_bytes()[4:8] == bytes(4), "a time in the header would change the bytes"


def test_a_document_names_what_it_points_to(dist):
    graph = rdflib.Graph().parse(dist / "doc/project/joensuu-ilmastokumppanuus.jsonld", format="json-ld")
    rows = list(
        graph.query(
            """SELECT ?name WHERE { ?project <https://w3id.org/hankelod/def#lead> ?lead .
            ?lead <http://www.w3.org/2004/02/skos/core#prefLabel> ?name FILTER (LANG(?name) = "fi") }"""
        )
    )
    assert [str(r[0]) for r in rows] == ["Joensuun kaupunki"]


def test_the_manifest_tells_the_truth(dist):
    manifest = json.loads((dist / "manifest.json").read_text("utf-8"))
    files = contents(dist)
    assert set(manifest["files"]) == set(files) - {"manifest.json"}
    for path, entry in manifest["files"].items():
        assert entry["sha256"] == hashlib.sha256(files[path]).hexdigest(), path
        assert entry["bytes"] == len(files[path]), path
        if "triples" in entry:
            assert entry["triples"] == len(parsed(dist / path)), path


def test_the_report_is_a_validation_report(dist):
    graph = rdflib.Graph().parse(dist / "report.ttl")
    results = list(graph.subjects(rdflib.RDF.type, rdflib.SH.ValidationResult))
    assert results
    for result in results:
        for needed in ("focusNode", "resultSeverity", "sourceConstraintComponent"):
            assert len(list(graph.objects(result, rdflib.SH[needed]))) == 1, needed


def test_projects_jsonl_can_be_fed_back(dist, copy, run):
    shutil.rmtree(copy / "data/projects")
    shutil.copy(dist / "dump/projects.jsonl", copy / "data/projects.jsonl")
    done = run("publish", "--out", str(copy / "again"), "-C", str(copy))
    assert done.returncode == 0, done.stderr
    again, first = contents(copy / "again"), contents(dist)
    assert {k: v for k, v in again.items() if k.startswith(("dump/", "doc/"))} == {
        k: v for k, v in first.items() if k.startswith(("dump/", "doc/"))
    }


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONHASHSEED": "0", "TZ": "Pacific/Kiritimati", "LANG": "fi_FI.UTF-8"},
        {"PYTHONHASHSEED": "1", "TZ": "America/Adak", "LC_ALL": "tr_TR.UTF-8"},
        {"PYTHONHASHSEED": "77", "LC_ALL": "C"},
    ],
)
def test_same_input_same_bytes(dist, copy, run, environment):
    for record in sorted((copy / "data/projects").iterdir(), reverse=True):  # another order in the folder
        content = record.read_bytes()
        record.unlink()
        record.write_bytes(content)
    done = run("publish", "-C", str(copy), **environment)
    assert done.returncode == 0, done.stderr
    assert contents(copy / "dist") == contents(dist)


def test_a_second_publication_changes_no_byte(copy, run):
    assert run("publish", "-C", str(copy)).returncode == 0
    first = contents(copy / "dist")
    assert run("publish", "-C", str(copy)).returncode == 0
    assert contents(copy / "dist") == first


def test_a_violation_publishes_nothing(copy, run):
    record = copy / "data/projects/inkoo-hiilineutraali.yml"
    record.write_text(record.read_text("utf-8").replace("end: 2022-06", "end: 2020-06"), "utf-8")
    done = run("publish", "-C", str(copy))
    assert done.returncode == 1
    assert "Project-end-order" in done.stderr
    assert not (copy / "dist").exists()
    assert not [p for p in copy.iterdir() if p.name.startswith(".dist")]


def test_a_violation_leaves_the_old_publication(copy, run):
    assert run("publish", "-C", str(copy)).returncode == 0
    before = contents(copy / "dist")
    (copy / "data/projects/joensuu-ilmastokumppanuus.yml").write_text("title: {fi: x}\n", "utf-8")
    assert run("publish", "-C", str(copy)).returncode == 1
    assert contents(copy / "dist") == before


def test_a_foreign_folder_is_left_alone(copy, run):
    (copy / "mine").mkdir()
    (copy / "mine/letter.txt").write_text("keep me", "utf-8")
    done = run("publish", "-C", str(copy), "--out", "mine")
    assert done.returncode == 2
    assert (copy / "mine/letter.txt").read_text("utf-8") == "keep me"


def test_a_folder_with_a_manifest_of_its_own_is_left_alone(tmp_path):
    """Web applications have a manifest.json too; `--previous` keeps the history from reading this one."""
    folder, first, mine = small(tmp_path / "small"), tmp_path / "first", tmp_path / "mine"
    published(folder, first)
    mine.mkdir()
    (mine / "manifest.json").write_text('{"name": "app"}', "utf-8")
    (mine / "letter.txt").write_text("keep me", "utf-8")
    with pytest.raises(CannotPublish, match="no publication"):
        published(folder, mine, previous=str(first))
    assert (mine / "letter.txt").read_text("utf-8") == "keep me"


@pytest.mark.parametrize("path", ["CNAME", ".git/HEAD", "id/letter.txt"])
def test_what_others_put_into_a_publication_is_not_lost(tmp_path, path):
    folder, out = small(tmp_path / "small"), tmp_path / "dist"
    published(folder, out)
    (out / path).parent.mkdir(exist_ok=True)
    (out / path).write_text("keep me", "utf-8")
    with pytest.raises(CannotPublish, match=path.partition("/")[0]):
        published(folder, out)
    assert (out / path).read_text("utf-8") == "keep me"


def test_a_second_publisher_is_told(dataset, checked, tmp_path):
    import fcntl

    with (tmp_path / ".dist.lock").open("w") as lock:
        lock.write("4242")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(CannotPublish, match="4242"):
            publish(dataset, tmp_path / "dist")
    assert not (tmp_path / "dist").exists()


def test_only_dumps(dataset, checked, tmp_path):
    publish(dataset, tmp_path / "dist", only=("dumps",))
    assert not (tmp_path / "dist/doc").exists()
    assert (tmp_path / "dist/dump/hankelod.nt").exists()


def test_another_base(copy):
    """Every IRI of a thing follows the base; the vocabulary's stays."""
    settings = copy / "data/dataset.yml"
    settings.write_text(
        settings.read_text("utf-8").replace(
            "base: https://w3id.org/hankelod/", "base: https://data.example.org/climate/"
        ),
        "utf-8",
    )
    dataset = Dataset(copy)
    report, _ = check_all(dataset)
    assert report.conforms()
    publish(dataset, copy / "dist")
    text = (copy / "dist/dump/hankelod.nt").read_text("utf-8")
    assert "https://w3id.org/hankelod/id/" not in text
    assert (
        "<https://data.example.org/climate/id/project/inkoo-hiilineutraali> "
        "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://w3id.org/hankelod/def#Project>" in text
    )


def test_from_the_wheel_in_an_empty_folder(dist, root, wheel_environment, tmp_path):
    shutil.copytree(root / "data", tmp_path / "data")
    shutil.rmtree(tmp_path / "data/areas")
    shutil.copytree(root / "texts", tmp_path / "texts")
    environment = dependencies_only()
    shown = subprocess.run(
        [wheel_environment, "-c", "import hankelod; print(hankelod.__file__)"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert str(wheel_environment.parents[1]) in shown.stdout
    done = subprocess.run(
        [wheel_environment, "-m", "hankelod", "publish"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    assert contents(tmp_path / "dist") == contents(dist)
