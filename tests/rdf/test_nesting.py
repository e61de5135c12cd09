"""Depth of nested RDF: counted where the parser would nest, and nowhere else."""

from __future__ import annotations

import gzip
from io import BytesIO

import pytest

from hankelod.rdf import nesting
from hankelod.rdf.nesting import DEEPEST, TooDeep, check, check_file

OPEN, CLOSE = b"<<( <a:a> <a:b> ", b" )>>"

FINE = {
    "at the limit": OPEN * DEEPEST + b"1" + CLOSE * DEEPEST,
    "side by side": (OPEN + b"1" + CLOSE + b" . ") * 500,
    "in strings": b'"<<(" ' * 500 + b"'''<<( ' '''" * 500,
    "in comments": b"# <<(\n" * 500,
}
HIDDEN = [b"", b"# )>>\n", b'")>>"', b"'\\')>>'", b'"""" )>>"""', b"<a:\\u0041#x> ", b"e:a\\#b ", b"e:a\\' "]


@pytest.mark.parametrize("name", FINE)
def test_what_people_write_passes(name):
    check(FINE[name])


@pytest.mark.parametrize("between", HIDDEN)
def test_depth_cannot_be_hidden(between):
    with pytest.raises(TooDeep) as found:
        check(b"\n" + (between + OPEN) * (DEEPEST + 1))
    assert found.value.lineno


def test_json():
    check(b"[" * DEEPEST + b"]" * DEEPEST + b'["[[[["]' * 200, json=True)
    with pytest.raises(TooDeep):
        check(b'{"]":' * (DEEPEST + 1), json=True)


def test_partners_are_told(copy, run):
    """The process does not die, and says where."""
    (copy / "deep.ttl").write_bytes(b"<a:a> <a:b> \n" + OPEN * 60_000 + b"1" + CLOSE * 60_000 + b" .")
    done = run("validate", "-C", str(copy), "deep.ttl")
    assert done.returncode == 1
    assert "deep.ttl:2:" in done.stdout
    assert "[rdf-syntax]" in done.stdout


@pytest.mark.parametrize("name", ["deep.ttl", "deep.nt.gz", "deep.jsonld"])
def test_dumps_are_looked_at_before_they_are_loaded(tmp_path, run, name):
    deep = b'{"@context":' * 60_000 if name.endswith(".jsonld") else b"<a:a> <a:b> " + OPEN * 60_000
    (tmp_path / name).write_bytes(gzip.compress(deep) if name.endswith(".gz") else deep)
    done = run("query", "ASK { ?s ?p ?o }", "--from", str(tmp_path / name))
    assert done.returncode == 2
    assert "nested more than 100 deep" in done.stderr


def test_of_large_files_what_could_nest_is_counted(monkeypatch):
    monkeypatch.setattr(nesting, "LARGEST", 64)
    check_file(BytesIO(b"<a:a> <a:b> <a:c> .\n" * 500))
    check_file(BytesIO(OPEN * DEEPEST))
    with pytest.raises(TooDeep):
        check_file(BytesIO(OPEN * (DEEPEST + 1)))
