"""RDF, shapes and folders of strangers: nodes without names, escapes, last line ends, rules that hang, hidden files."""

from __future__ import annotations

import json
import os
import shutil

import pytest

from hankelod.model import lint
from hankelod.model.patterns import for_python, in_query_for_python
from hankelod.pipeline.checking import check_files
from hankelod.rdf.places import places
from hankelod.records.dataset import Dataset
from hankelod.records.folder import NotADataset
from hankelod.validation import engines
from hankelod.validation.report import as_turtle
from support.checking import check_all
from support.corpus import BASE, dataset_with
from support.folders import ROOT

HEAD = """@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix hanke: <https://w3id.org/hankelod/def#> .
@base <https://w3id.org/hankelod/> .
"""
ENGINES = ("shacl", "pyshacl")


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return dataset_with(tmp_path_factory.mktemp("base"))


def told(base, file, engine):
    return check_files(Dataset(base), [file], engine).problems


GRANT = "a hanke:Grant ;\n hanke:amount 3"

NODES = {
    "bracket": (f"<id/project/x> a hanke:Project ;\n hanke:grant [ {GRANT} ] .\n", 6, "[…]"),
    "nested": (f"<id/project/x> a hanke:Project ;\n dcterms:source [ hanke:grant [ {GRANT} ] ] .\n", 6, "[…]"),
    "label": (f"<id/project/x> a hanke:Project ; hanke:grant _:avustus .\n_:avustus {GRANT} .\n", 6, "_:avustus"),
    "subject": (f"[]\n {GRANT} .\n", 6, None),
    "second": (f"<id/project/x> hanke:grant [ hanke:note 1 ],\n [ {GRANT} ] .\n", 6, None),
}
"""Statements, the line of the amount in them, and what is shown of the node."""


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", NODES)
def test_a_node_without_a_name(base, tmp_path, kind, engine):
    text, line, shown = NODES[kind]
    file = tmp_path / "x.ttl"
    file.write_text(HEAD + text, "utf-8")
    first, second = told(base, file, engine), told(base, file, engine)
    assert first == second
    amount = next(p for p in first if p.code == "Grant-amount")
    assert amount.line == line
    words = " ".join(t for p in first for t in (*p.message.values(), *p.fix.values(), p.record or ""))
    assert "0_b" not in words and "_:node" not in words
    if shown:
        assert any(shown in p.message["en"] for p in first)


def test_engines_tell_the_same_of_nodes(base, tmp_path):
    for text, _, _ in NODES.values():
        file = tmp_path / "x.ttl"
        file.write_text(HEAD + text, "utf-8")
        by_engine = [
            {(p.line, p.code, p.value, *(r.focus for r in p.results)) for p in told(base, file, e)} for e in ENGINES
        ]
        assert by_engine[0] == by_engine[1]


def test_a_report_of_nodes_is_turtle(base, tmp_path):
    import pyoxigraph as ox

    for suffix, text in (
        (".ttl", HEAD + NODES["bracket"][0]),
        (
            ".jsonld",
            json.dumps(
                {"@type": "https://w3id.org/hankelod/def#Grant", "http://a.example/b": {"http://a.example/c": 1}}
            ),
        ),
    ):
        file = tmp_path / f"x{suffix}"
        file.write_text(text, "utf-8")
        report = check_files(Dataset(base), [file])
        assert list(ox.parse(as_turtle(report, Dataset(base).model.checks).encode(), format=ox.RdfFormat.TURTLE))


def test_places_of_lists_and_brackets():
    found = places("<a:x> <a:y> ( 1 [ <a:q> 5 ] (<a:u>) ) ;\n <a:z> [ <a:k> [ ] ], _:l .\n[ <a:k> 1 ] <a:k> 2 .", "a:")
    assert found.values["_:node.1.17", "a:q", "5"] == (1, 25)
    assert found.nodes["a:x", "a:z"] == ["_:node.2.8", "_:l"]
    assert found.nodes["_:node.2.8", "a:k"] == ["_:node.2.16"]
    assert found.roots == ["_:node.3.1"]
    assert found.labels() == {"_:l"}


@pytest.mark.parametrize("code", [0xE0041, 0xE0FFF])
@pytest.mark.parametrize("at", ["id:{} a hanke:Project", "<id/project/x> a hanke:{}", "<id/project/x> hanke:{} 1"])
def test_names_that_stand_for_no_iri(base, tmp_path, code, at):
    """Turtle allows more in a prefixed name than an IRI has: engines refuse what the parser has passed."""
    file = tmp_path / "x.ttl"
    for line in (at, "<id/project/x> a hanke:Project ; hanke:totalCost '1'^^hanke:{}"):
        file.write_text(f"{HEAD}@prefix id: <id/project/> .\n<id/project/y> a hanke:Project .\n", "utf-8")
        file.write_text(file.read_text("utf-8") + line.format(f"a{chr(code)}b") + " .\n", "utf-8")
        for engine in ENGINES:
            problems = told(base, file, engine)
            assert [(p.code, p.line) for p in problems] == [("rdf-syntax", 6)]


@pytest.mark.parametrize("escape", ["\\u0000", "\\u202E", "\\u0007", "\\u2066", "\\U0000FFFE"])
@pytest.mark.parametrize("suffix", [".ttl", ".nt", ".jsonld"])
def test_escaped_controls(base, tmp_path, escape, suffix):
    file = tmp_path / f"x{suffix}"
    if suffix == ".jsonld":
        escape = escape.replace("\\U0000", "\\u")
        text = '{"@type": "https://w3id.org/hankelod/def#Project", "http://purl.org/dc/terms/title": "a' + escape + '"}'
    else:
        subject = "<https://w3id.org/hankelod/id/project/x>"
        text = (
            f"{subject} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://w3id.org/hankelod/def#Project> .\n"
            f'{subject} <http://purl.org/dc/terms/title> "a{escape}"@fi .\n'
        )
    file.write_text(text, "utf-8")
    assert {p.code for p in told(base, file, None)} == {"forbidden-character"}


def test_doubtful_texts_of_partners(base, tmp_path):
    file = tmp_path / "x.ttl"
    file.write_text(
        HEAD + '<id/project/x> a hanke:Project ; dcterms:title "v\\uFFFDlot"@fi, "a\\u200Bb"@sv ;\n'
        " dcterms:source <https://\\u0430pple.com/> .\n",
        "utf-8",
    )
    codes = {p.code for p in told(base, file, None)}
    assert {"replacement-character", "invisible-character", "lookalike-host"} <= codes


### Patterns


PATTERNS = {
    "^a$": "^a\\Z",
    r"^[0-9$]{4}$": r"^[0-9$]{4}\Z",
    r"\$$": r"\$\Z",
    r"^(a|b$)$": r"^(a|b\Z)\Z",
    r"a\\$": r"a\\\Z",
    "a": "a",
}


@pytest.mark.parametrize(("pattern", "python"), PATTERNS.items())
def test_the_end_of_a_text(pattern, python):
    assert for_python(pattern) == python


def test_patterns_in_queries():
    query = 'FILTER (REGEX(STR(?x), "^[0-9]{4}$") && regex(?y, \'a\\\\d$\', "i") && REPLACE(?z, "$", ""))'
    assert in_query_for_python(query).count("\\\\Z") == 3


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("key", ["start", "end", "source", "titleAsWritten", "acronym"])
def test_a_last_line_end_is_judged_alike(tmp_path, engine, key):
    import yaml

    root = dataset_with(tmp_path)
    path = root / "data/projects/hyva.yml"
    lines = [line for line in path.read_text("utf-8").split("\n") if not line.startswith(f"{key}:")]
    value = {"start": "2021-05", "end": "2022-11", "source": "https://example.org/x"}.get(key, "Nimi")
    path.write_text("\n".join(lines).rstrip("\n") + f"\n{key}: |\n  {value}\n", "utf-8")
    assert yaml.safe_load(path.read_text("utf-8"))[key].endswith("\n")
    found = {(p.code, p.severity) for p in check_all(Dataset(root), engine)[0].problems if p.field == key}
    if key in ("start", "end", "source"):
        assert any(severity == "violation" for _, severity in found)


### Rules of a dataset


def own(tmp_path, inserted):
    root = dataset_with(tmp_path)
    for name in ("ontology", "shapes"):
        shutil.copytree(ROOT / name, root / name)
    path = root / "shapes/project.ttl"
    text = path.read_text("utf-8")
    at = text.index("            FILTER (STR(?last) < STR(?first)")
    path.write_text(text[:at] + inserted + text[at:], "utf-8")
    return root


REFUSED = {
    "brackets": f"FILTER ({'(' * 5000}1{')' * 5000})\n",
    "operators": f"FILTER ({'!' * 9000}true)\n",
    "service": "SERVICE <http://127.0.0.1:1/> { ?a ?b ?c }\n",
    "patterns": " . ".join(f"?a{n} ?b{n} ?c{n}" for n in range(300)) + " .\n",
    "long": f"# {'x' * 40_000}\n",
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_rule_is_looked_at_before_an_engine_sees_it(tmp_path, kind):
    with pytest.raises(NotADataset, match="sh:select"):
        Dataset(own(tmp_path, REFUSED[kind]))


def test_the_rules_of_the_package_pass():
    assert list(lint.unusable(Dataset(ROOT).model)) == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_a_rule_that_hangs_ends(tmp_path, monkeypatch):
    product = " . ".join(f"?a{n} ?b{n} ?c{n}" for n in range(6)) + " FILTER (?a0 = ?c5 && ?b1 < ?c4)\n"
    monkeypatch.setattr(engines, "SECONDS", 3.0)
    with pytest.raises(NotADataset, match="did not end"):
        check_all(Dataset(own(tmp_path, product)), "pyshacl")


### Folders


HIDDEN = ("._hyva.yml", ".#hyva.yml", "hyva.yml~", "#hyva.yml#", ".hyva.yml.swp", ".DS_Store", "Thumbs.db")


def test_hidden_files_are_no_records(tmp_path):
    root = dataset_with(tmp_path)
    before = check_all(Dataset(root))[0]
    for folder in ("projects", "organisations", "programmes", "."):
        for name in HIDDEN:
            (root / "data" / folder / name).write_bytes(b"\x00\x05\x16\x07\xff")
    after = check_all(Dataset(root))[0]
    assert (after.problems, after.records) == (before.problems, before.records)
    assert check_files(Dataset(root), [root / "data/projects"]).problems == []


@pytest.mark.parametrize("name", ["partner.json", "x.yaml", "x.TTL", "x.csv", "x.pdf", "README.md", "x"])
def test_a_named_file_that_is_not_read_is_no_success(base, tmp_path, name):
    file = tmp_path / name
    file.write_text("{}" if name != "x" else "a: [", "utf-8")
    report = check_files(Dataset(base), [file])
    assert not report.conforms()
    if name != "x":
        assert [p.code for p in report.problems] == ["unread-file"]


def test_a_table_elsewhere_is_read_itself(base, tmp_path):
    file = tmp_path / "municipalities.csv"
    file.write_text("code,name_fi\nx,y\n", "utf-8")
    assert not check_files(Dataset(base), [file]).conforms()


RESERVED = ("con", "prn", "aux", "nul", "com1", "com9", "com0", "lpt1", "lpt9")


@pytest.mark.parametrize("name", RESERVED)
def test_names_that_windows_reserves(tmp_path, name):
    root = dataset_with(tmp_path)
    shutil.copyfile(BASE / "data/projects/hyva.yml", root / f"data/projects/{name}.yml")
    values = {"id": name, "name": {"fi": "x", "sv": "x", "en": "x"}, "kind": "company"}
    (root / "data/organisations.jsonl").write_text(json.dumps(values) + "\n", "utf-8")
    found = [p for p in check_all(Dataset(root))[0].problems if p.severity == "violation"]
    assert {p.code for p in found} == {"bad-id"} and len(found) == 2
    assert all("Windows" in p.fix[lang] for p in found for lang in ("fi", "sv", "en"))


@pytest.mark.parametrize("name", ["com", "con1", "console", "nul-1", "lpt10", "auxiliary"])
def test_names_that_it_does_not(tmp_path, name):
    root = dataset_with(tmp_path)
    shutil.copyfile(BASE / "data/projects/hyva.yml", root / f"data/projects/{name}.yml")
    assert "bad-id" not in {p.code for p in check_all(Dataset(root))[0].problems}


@pytest.mark.parametrize("key", ["start: 0000-05", "end: 0000-05"])
@pytest.mark.parametrize("form", ["yml", "jsonl"])
def test_a_year_that_no_calendar_has(tmp_path, key, form):
    root = dataset_with(tmp_path)
    path = root / "data/projects/hyva.yml"
    name, value = key.split(": ")
    if form == "yml":
        lines = [line for line in path.read_text("utf-8").split("\n") if not line.startswith(f"{name}:")]
        path.write_text("\n".join(lines).rstrip("\n") + f"\n{key}\n", "utf-8")
    else:
        dataset = Dataset(root)
        record = next(r for r in dataset.read(dataset.model.by_name("Project")) if r.id == "hyva")
        path.unlink()
        line = json.dumps({**record.values, name: value}, default=str)
        (root / "data/projects.jsonl").write_text(line + "\n", "utf-8")
    assert f"Project-{name}" in {p.code for p in check_all(Dataset(root))[0].problems if p.severity == "violation"}
