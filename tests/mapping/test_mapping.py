"""The mapping against its reference: a complete record with the derived context, through JSON-LD processors."""

from __future__ import annotations

import json
import shutil
import subprocess

import pyld
import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hankelod.mapping.mapping import Mapping
from hankelod.model import context as vocabulary
from hankelod.records.record import Record, filled_value, type_of

NODE = shutil.which("node")


def triples(text: str, format: ox.RdfFormat = ox.RdfFormat.N_TRIPLES) -> set:
    return {q.triple for q in ox.parse(text, format=format, base_iri="http://base.invalid/")}


@pytest.fixture(scope="session")
def mapping(dataset) -> Mapping:
    return Mapping(dataset.model)


@pytest.fixture(scope="session")
def context(dataset):
    return vocabulary.context(dataset.model)


def mapped(mapping: Mapping, records: list[Record]) -> set:
    return triples("".join(line for r in records for line in mapping.ntriples(r)))


@pytest.fixture(scope="session")
def some(checked) -> list[Record]:
    """All records but most of the areas, which are alike: JSON-LD processors in Python are slow."""
    seen: dict[str, int] = {}
    kept = []
    for record in checked[1]:
        seen[record.cls.name] = seen.get(record.cls.name, 0) + 1
        if seen[record.cls.name] <= 50:
            kept.append(record)
    return kept


def test_turtle_is_the_same_graph(mapping, checked):
    records = checked[1]
    body = "\n".join(mapping.turtle(r) for r in records)
    assert triples(mapping.turtle_head(body) + body, ox.RdfFormat.TURTLE) == mapped(mapping, records)


def test_places_are_the_same_triples_and_point_into_the_record(mapping, checked):
    for record in checked[1]:
        places = mapping.places(record)
        assert triples("".join(f"<{s}> <{p}> {o} .\n" for s, p, o, _ in places)) == mapped(mapping, [record])
        for _, _, _, path in places:
            value = record.values
            for step in path:
                value = value[step]  # raises where a path leads nowhere


def test_pyoxigraph(mapping, context, checked):
    document = json.dumps({"@context": context, "@graph": [r.values for r in checked[1]]})
    assert triples(document, ox.RdfFormat.JSON_LD) == mapped(mapping, checked[1])


def test_pyld(mapping, context, some):
    quads = pyld.jsonld.to_rdf(
        {"@context": context, "@graph": json.loads(json.dumps([r.values for r in some]))},
        {"format": "application/n-quads"},
    )
    assert triples(quads, ox.RdfFormat.N_QUADS) == mapped(mapping, some)


def test_rdflib(mapping, context, some):
    document = json.dumps({"@context": context, "@graph": [r.values for r in some]})
    graph = rdflib.Graph().parse(data=document, format="json-ld")
    assert triples(graph.serialize(format="nt")) == mapped(mapping, some)


@pytest.mark.skipif(NODE is None, reason="node is not installed")
def test_jsonld_js(mapping, context, some, root, tmp_path):
    if not (root / "tests/clients/node_modules/jsonld").is_dir():
        pytest.skip("jsonld.js is not installed: npm install --prefix tests/clients")
    document = tmp_path / "document.jsonld"
    document.write_text(json.dumps({"@context": context, "@graph": [r.values for r in some]}), "utf-8")
    done = subprocess.run(
        [NODE, "to_rdf.mjs", document], cwd=root / "tests/clients", capture_output=True, encoding="utf-8", check=True
    )
    assert triples(done.stdout, ox.RdfFormat.N_QUADS) == mapped(mapping, some)


### Any record, not only the sixteen

CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\x00\ufffe\uffff")
TEXT = st.text(CHARACTERS, max_size=30)
IDS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
NUMBERS = st.from_regex(r"[0-9]{1,9}(\.[0-9]{1,2})?", fullmatch=True)


def values(model, cls, draw, identifier: str, ordinal: int) -> dict:
    """A complete record or part with arbitrary values for an arbitrary choice of its fields."""
    record: dict = {"id": identifier}
    for field in cls.fields:
        if field.filled is None and not field.passed_on and (field.kind.typing or draw(st.booleans())):
            count = draw(st.integers(1, 3)) if field.many else 1
            found = [value(model, field, draw, identifier, n + 1) for n in range(count)]
            if field.many and not field.kind.nested:
                found = list(dict.fromkeys(found))
            record[field.key] = found if field.many else found[0]
    for field in cls.fields:
        if field.filled is not None:
            filled = filled_value(field.filled, record, ordinal, model)
            if filled is not None:
                record[field.key] = filled
    record["type"] = type_of(record, cls)
    return record


def value(model, field, draw, identifier: str, ordinal: int):
    if field.kind.by_language:
        return {lang: draw(TEXT) for lang in draw(st.lists(st.sampled_from(field.languages), min_size=1, unique=True))}
    if field.kind.nested:
        target = model.target(field)
        return values(model, target, draw, f"{identifier}/{target.segment}/{ordinal}", ordinal)
    if field.kind.typing:
        return draw(st.sampled_from(sorted(field.words)))
    if field.kind.name == "boolean":
        return draw(st.booleans())
    if field.kind.name == "integer":
        return draw(st.integers(0, 10**9))
    if field.kind.refers:
        concepts = sorted(model.concepts.get(field.target, {}))
        return draw(st.sampled_from(concepts)) if concepts else draw(IDS)
    if field.kind.relative:
        return f"project/{draw(IDS)}"
    if field.kind.precisions:  # a year or a day is a typed value in JSON: test_moments
        return draw(st.sampled_from(["1999-12", "2021-05"]))
    if field.kind.name == "iri":
        return "https://example.org/" + draw(st.from_regex(r"[A-Za-z0-9_~äö.-]{0,20}", fullmatch=True))
    if field.kind.name == "text" and field.pattern:  # others never reach the mapping: a number may be made of them
        return draw(st.from_regex(field.pattern, fullmatch=True, alphabet=CHARACTERS))
    return draw(NUMBERS if field.kind.name == "decimal" else TEXT)


@given(st.data())
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_any_record(mapping, dataset, data):
    model = dataset.model
    cls = data.draw(st.sampled_from(model.entries()))
    identifier = data.draw(IDS) if cls.identifies else f"project/{data.draw(IDS)}"
    record = Record(cls, identifier, "any", values(model, cls, data.draw, identifier, 0), {}, frozenset())
    document = json.loads(json.dumps({"@context": vocabulary.context(model), **record.values}))
    want = mapped(mapping, [record])
    assert triples(json.dumps(document), ox.RdfFormat.JSON_LD) == want
    quads = pyld.jsonld.to_rdf(document, {"format": "application/n-quads"})
    assert triples(quads, ox.RdfFormat.N_QUADS) == want
    body = mapping.turtle(record)
    assert triples(mapping.turtle_head(body) + body, ox.RdfFormat.TURTLE) == want
    if cls.file != "dataset.yml":
        node = json.dumps({"@context": mapping.published.context(), "@graph": [mapping.node(record)]})
        assert triples(node, ox.RdfFormat.JSON_LD) == want
