"""Queries and dumps as editors of Windows save them, and suggestions in the language of the message."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from hankelod.query import data as sources
from hankelod.query import named
from hankelod.query.data import catalogue
from hankelod.rdf.sparql import CannotAsk
from support.commands import hankelod as run
from support.folders import ROOT

QUERY = "# title@en: Projects\nSELECT ?p { ?p a hanke:Project } ORDER BY ?p LIMIT 1\n"


@pytest.fixture(scope="module")
def data() -> sources.Data:
    return sources.open_data(ROOT)


### Byte order marks


@pytest.mark.parametrize(
    "content",
    [
        QUERY.encode(),
        codecs.BOM_UTF8 + QUERY.encode(),
        codecs.BOM_UTF16_LE + QUERY.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + QUERY.replace("\n", "\r\n").encode("utf-16-be"),
        codecs.BOM_UTF8 + QUERY.replace("\n", "\r\n").encode(),
    ],
    ids=["plain", "utf-8", "utf-16-le", "utf-16-be-crlf", "utf-8-crlf"],
)
def test_a_query_in_a_file_may_begin_with_a_mark(content: bytes, data: sources.Data, tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_bytes(content)
    query = named.Catalogue(tmp_path).find("q.rq", tmp_path)
    assert query.title == {"en": "Projects"}
    assert len(data.ask(query.text)) == 1


def test_a_query_as_text_may_begin_with_a_mark(data: sources.Data) -> None:
    assert len(data.query("\ufeff" + QUERY)) == 1
    assert data.ask("\ufeffASK {}").boolean
    with pytest.raises(CannotAsk, match=r"^1:11: "):
        data.query("\ufeffSELECT ?x WHRE {}")


def test_a_keyword_and_a_name_may_touch(data: sources.Data) -> None:
    """Engines read `aska:x` as `a` and a name, where a strict reader of tokens sees one with an unknown prefix."""
    assert data.ask("SELECT (COUNT(*) AS ?n) { ?x ahanke:Project }").rows[0]["n"] > 0


def test_what_is_neither_is_refused(tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_bytes("SELECT 'ä' {}".encode("latin-1"))
    with pytest.raises(CannotAsk, match="not UTF-8"):
        named.Catalogue(tmp_path).find("q.rq", tmp_path)


@pytest.mark.parametrize("ending", [".nt", ".ttl", ".jsonld", ".nt.gz"])
def test_a_dump_may_begin_with_a_mark(ending: str, dist: Path, tmp_path: Path) -> None:
    import gzip

    whole = dist / f"dump/hankelod{ending.removesuffix('.gz')}"
    marked = tmp_path / f"marked{ending}"
    content = codecs.BOM_UTF8 + whole.read_bytes()
    marked.write_bytes(gzip.compress(content) if ending.endswith(".gz") else content)
    assert len(sources.open_data(marked)) == len(sources.open_data(whole))


def test_a_marked_dump_is_compared(dist: Path, tmp_path: Path) -> None:
    whole, marked = dist / "dump/hankelod.nt", tmp_path / "marked.nt"
    marked.write_bytes(codecs.BOM_UTF8 + whole.read_bytes())
    done = run("diff", str(marked), str(whole))
    assert done.returncode == 0, done.stderr


### Suggestions


@pytest.mark.parametrize(
    ("value", "near"),
    [
        ("91", {"fi": "091 (Helsinki)", "sv": "091 (Helsingfors)", "en": "091 (Helsinki)"}),
        ("20", {"fi": "020 (Akaa)", "sv": "020 (Ackas)", "en": "020 (Akaa)"}),
        ("Helsingfrs", {"fi": "091 (Helsinki)", "sv": "091 (Helsingfors)", "en": "091 (Helsinki)"}),
        ("Joensu", {"fi": "167 (Joensuu)", "sv": "167 (Joensuu)", "en": "167 (Joensuu)"}),
        ("vanta", {"fi": "092 (Vantaa)", "sv": "092 (Vanda)", "en": "092 (Vantaa)"}),
    ],
)
def test_a_thing_is_suggested_by_its_name_in_the_language(value: str, near: dict[str, str], data: sources.Data) -> None:
    with pytest.raises(CannotAsk) as refused:
        data.query("permanence-of-municipality", municipality=value)
    for lang, name in near.items():
        assert f"{name}?" in refused.value.text(lang)


def test_a_misspelt_term_is_told_in_the_language(data: sources.Data) -> None:
    (note,) = data.ask("SELECT * { ?p hanke:leed ?l }").notes
    assert note["fi"] == "1:15: hanke:leed ei esiinny aineistossa; tarkoititko hanke:lead?"
    assert note["sv"] == "1:15: hanke:leed finns inte i datamängden; menade du hanke:lead?"
    assert note["en"] == "1:15: hanke:leed is not in the data; did you mean hanke:lead?"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT ?x WHRE {}", {"fi": "tarkoititko WHERE?", "sv": "menade du WHERE?"}),
        ("SELECT ?x {} LIMIT x", {"fi": "tässä voisi olla: luku", "sv": "här kunde stå: ett tal"}),
        ("SELECT ?x { ?x ?y 'x }", {"fi": "merkkijono ei pääty", "sv": "tar inte slut"}),
    ],
)
def test_a_fault_of_the_grammar_is_told_in_the_language(query: str, words: dict[str, str], data: sources.Data) -> None:
    with pytest.raises(CannotAsk) as refused:
        data.query(query)
    for lang, says in words.items():
        assert says in refused.value.text(lang)


### A wrong suggestion is worse than none


@pytest.mark.parametrize("prefix", ["dct", "foo", "gr", "as", "ssn", "time", "qb", "locn", "event", "FOAF"])
def test_no_prefix_is_taken_for_a_slip_of_another(prefix: str, data: sources.Data) -> None:
    with pytest.raises(CannotAsk) as error:
        data.ask(f"SELECT * {{ ?s {prefix}:x ?o }}")
    told = error.value.text("en")
    assert ("did you mean foaf:?" in told) if prefix == "FOAF" else ("known are" in told), told


@pytest.mark.parametrize(("prefix", "meant"), [("schma", "schema"), ("dcterm", "dcterms"), ("hanka", "hanke")])
def test_a_misspelt_prefix_is_told(prefix: str, meant: str, data: sources.Data) -> None:
    with pytest.raises(CannotAsk, match=f"did you mean {meant}:"):
        data.ask(f"SELECT * {{ ?s {prefix}:x ?o }}")


@pytest.mark.parametrize(("name", "meant"), [("funding", "funding-by-start-year"), ("total", "totals")])
def test_a_query_is_suggested_by_a_word_of_its_name(name: str, meant: str) -> None:
    with pytest.raises(CannotAsk, match=f"did you mean {meant}"):
        catalogue(ROOT).named(name)


@pytest.mark.parametrize("name", ["raha", "projects", "summary", "shared", "granite", "line"])
def test_no_query_is_taken_for_another(name: str) -> None:
    with pytest.raises(CannotAsk, match="queries: "):
        catalogue(ROOT).named(name)


@pytest.mark.parametrize(
    ("written", "meant"), [("foo(?s)", None), ("SUBSTRING(?s, 1)", "SUBSTR"), ("CONUT(?s)", "COUNT"), ("len(?s)", None)]
)
def test_a_word_of_the_grammar_that_is_meant(written: str, meant: str | None, data: sources.Data) -> None:
    with pytest.raises(CannotAsk) as error:
        data.ask(f"SELECT ({written} AS ?x) {{ ?s ?p ?o }}")
    told = error.value.text("en")
    assert (f"did you mean {meant}?" in told) if meant else ("did you mean" not in told), told


def test_the_kind_of_a_parameter_is_told_in_the_language(data: sources.Data) -> None:
    query = catalogue(ROOT).named("permanence-of-municipality")
    for value in ("999", "Åbo!"):
        with pytest.raises(CannotAsk) as error:
            data.text(query, {"municipality": [value]})
        assert "Kunnan tunnus" in error.value.text("fi") and "Kommunens kod" in error.value.text("sv")
