"""The lint of a dataset's own ontology and shapes: what is refused, what is a warning, and where it is told."""

from __future__ import annotations

import os
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hankelod.messages.languages import LANGUAGES
from hankelod.model import lint
from hankelod.model.patterns import unsafe_reason
from hankelod.records.dataset import Dataset
from hankelod.records.folder import NotADataset
from support.checking import check_all


def test_the_shipped_model_passes(dataset):
    assert list(lint.unusable(dataset.model)) == []
    assert lint.remarks(dataset.model, dataset.model_files(), dataset.base, LANGUAGES) == []


def edited(copy, name: str, old: str, new: str) -> int:
    path = copy / name
    text = path.read_text("utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), "utf-8")
    return text[: text.index(old)].count("\n") + 1


ACRONYM = "sh:minLength 2 ; sh:maxLength 40 ;"

REFUSED = [
    (ACRONYM, 'sh:pattern "^(a+)+$" ;', "repetition inside a repetition"),
    (ACRONYM, 'sh:pattern "(?=x)" ;', "look-around"),
    (ACRONYM, 'sh:pattern "(a)\\\\1" ;', "back-reference"),
    (ACRONYM, 'sh:pattern "[" ;', "cannot be read"),
    (ACRONYM, "sh:lessThanOrEquals hanke:end ;", "whole year"),
    (ACRONYM, "sh:qualifiedValueShape s:Project-title ;", "nothing shows"),
    (ACRONYM, "sh:js [] ;", "JavaScript"),
    ('skos:example "2021-05" ;', 'sh:minInclusive "2018-01"^^xsd:gYearMonth ;', "gYearMonth"),
    (
        "FILTER (STR(?last) < STR(?first)",
        "SERVICE <http://127.0.0.1/> { ?a ?b ?c } FILTER (STR(?last) < STR(?first)",
        "network",
    ),
    (
        "FILTER (STR(?last) < STR(?first)",
        "\\\\u0053ERVICE <http://127.0.0.1/> { ?a ?b ?c } FILTER (STR(?last) < STR(?first)",
        "network",
    ),
    (
        "FILTER (STR(?last) < STR(?first)",
        "?a ?b 1SERVICE <http://127.0.0.1/> { ?a ?b ?c } FILTER (STR(?last) < STR(?first)",
        "SERVICE",
    ),
    ("FILTER (STR(?last) < STR(?first)", 'FILTER (REGEX(STR(?first), "^(a+)+$")', "repetition inside a repetition"),
    ("FILTER (STR(?last) < STR(?first)", "FILTER (REGEX(STR(?first), STR(?last))", "as a text"),
    ('sh:codeIdentifier "summary"', 'sh:codeIdentifier "acronym"', "already"),
]


@pytest.mark.parametrize(("old", "new", "reason"), REFUSED)
def test_shapes_that_cannot_be_used_are_exit_2_with_the_reason(run, copy, old, new, reason):
    line = edited(copy, "shapes/project.ttl", old, new)
    done = run("validate", cwd=copy)
    assert done.returncode == 2, done.stdout
    assert reason in done.stderr
    assert "Traceback" not in done.stderr
    told = int(re.search(r"shapes/project\.ttl:(\d+):", done.stderr)[1])
    assert told <= line <= told + 15, "the shape that it stands in"


@pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
@pytest.mark.parametrize(
    "new", ["FILTER (no:such(?value)", "FILTER (\\\\UFFFFFFFF(?value)", "FILTER (\\\\uD800(?value)"]
)
def test_queries_that_an_engine_cannot_read_are_exit_2(run, copy, engine, new):
    edited(copy, "shapes/project.ttl", "FILTER (STR(?last) < STR(?first)", new)
    done = run("validate", "--engine", engine, cwd=copy)
    assert done.returncode == 2
    assert f"the engine {engine} cannot use them" in done.stderr
    assert "Traceback" not in done.stderr


def test_all_reasons_at_once(copy):
    edited(copy, "shapes/project.ttl", ACRONYM, 'sh:pattern "^(a+)+$" ; sh:js [] ;')
    edited(copy, "shapes/link.ttl", 'sh:pattern "^https?://[^/]"', 'sh:pattern "(?!x)"')
    with pytest.raises(NotADataset) as told:
        Dataset(copy)
    assert str(told.value).count("\n") == 3


def test_what_is_untold_is_a_warning_at_its_line(copy):
    line = edited(
        copy, "shapes/project.ttl", 'sh:name "lyhenne"@fi, "förkortning"@sv, "acronym"@en ;', 'sh:name "lyhenne"@fi ;'
    )
    edited(
        copy,
        "ontology/hankelod.ttl",
        "hanke:Project ",
        "hanke:Old a <http://www.w3.org/2002/07/owl#Class> ; <http://www.w3.org/2002/07/owl#deprecated> true ; "
        'rdfs:label "a"@fi, "a"@sv, "a"@en .\nhanke:Project ',
    )
    report, _ = check_all(Dataset(copy))
    found = {(p.code, p.value, p.severity) for p in report.problems if p.code.startswith("model-")}
    assert ("model-untold", "Project-acronym", "warning") in found
    assert ("model-no-successor", "Old", "warning") in found
    (untold,) = [p for p in report.problems if p.value == "Project-acronym"]
    assert untold.file == "shapes/project.ttl"
    assert untold.line == line - 2
    assert "sv, en" in untold.message["fi"]


def test_a_term_of_our_own_has_to_be_described(copy):
    edited(copy, "shapes/project.ttl", "sh:path skos:altLabel", "sh:path hanke:nickname")
    report, _ = check_all(Dataset(copy))
    assert ("model-no-term", "nickname") in {(p.code, p.value) for p in report.problems}


def test_the_shipped_model_is_not_linted_again(copy, monkeypatch):
    monkeypatch.setattr(lint, "unusable", lambda model: pytest.fail("the shapes are the shipped ones"))
    assert not Dataset(copy).own_model


SAFE = [
    r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?([.][a-z0-9]([a-z0-9-]*[a-z0-9])?)+$",
    r"^https?://[^/]",
    r"^[0-9]{1,12}([.][0-9]{1,2})?$",
    r"([a-z]+,)*",
    r"(ab)+",
    r"^(\d+\s)+$",
    r"^[^\s@]+@[^\s@]+$",
    "",
]
HANGING = [
    r"^(a+)+$",
    r"^(a|aa)+$",
    r"^(a*)*$",
    r"^(.*x)*$",
    r"^(\w+\s?)*$",
    r"^([a-z]|[0-9a-z]+)+$",
    r"^(x{1,3})+$",
    r"^((a+)b?)+$",
    r"^(a?){30}a{30}$",
    r"^(a+){1,40}$",
    r"^(a|ab|b){1,45}$",
]


@pytest.mark.parametrize("pattern", SAFE)
def test_patterns_that_are_safe(pattern):
    assert unsafe_reason(pattern) is None


@pytest.mark.parametrize("pattern", HANGING)
def test_patterns_that_could_hang(pattern):
    assert unsafe_reason(pattern)


@pytest.mark.parametrize("pattern", ["[[a]", "[a-z&&[b]]", "[a--b]", "[a~~b]", "^[ab||c]+$"])
def test_patterns_that_engines_read_differently(pattern):
    assert "engines read differently" in unsafe_reason(pattern)


atoms = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\d", "a?", "a*", "a+", "b{2}", "(a|b)", "(ab|a)"])
bodies = st.lists(atoms, min_size=1, max_size=3).map("".join)


@settings(max_examples=150, deadline=None)
@given(body=bodies, tail=st.sampled_from(["$", "c$", "b$"]))
def test_no_pattern_that_passes_makes_python_hang(body, tail):
    """A pattern that passes runs in time on texts that make an ambiguous repetition try again."""
    pattern = f"^({body})+{tail}"
    if unsafe_reason(pattern) is None:
        start = time.process_time()
        for text in ("a" * 28 + "!", "ab" * 14 + "!", "b" * 28 + "!", "ba" * 14 + "!", "1" * 28 + "!"):
            re.search(pattern, text)
        assert time.process_time() - start < 1, pattern


@pytest.mark.parametrize("folder", ["ontology", "shapes"])
def test_a_link_out_of_the_dataset_is_not_read(copy, tmp_path_factory, folder):
    """The target of the link would be published with the vocabulary."""
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.ttl").write_text('<http://x/s> <http://x/p> "secret" .', "utf-8")
    (copy / folder / "z.ttl").symlink_to(outside / "secret.ttl")
    with pytest.raises(NotADataset, match=r"z\.ttl: the link leads out of the dataset"):
        Dataset(copy)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
@pytest.mark.parametrize("lang", ["fi", "sv", "en"])
def test_why_a_file_of_shapes_is_not_read_is_told_in_the_language(copy, run, lang):
    """A pipe among the shapes: no name of a code, but words."""
    os.mkfifo(copy / "shapes/zz.ttl")
    done = run("validate", "--lang", lang, cwd=copy)
    words = {"fi": "tavallinen tiedosto", "sv": "vanlig fil", "en": "plain file"}
    assert done.returncode == 2 and words[lang] in done.stderr and "not-a-file" not in done.stderr, done.stderr
