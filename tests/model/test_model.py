"""A lint of the model itself."""

from __future__ import annotations

import re

import pyoxigraph as ox
import pytest

from hankelod.messages import problem
from hankelod.model import schema as vocabulary_schema
from hankelod.model.shapes import ModelError, load
from hankelod.rdf.graph import OWL, RDF, RDFS, SH, SKOS, NotReadable, read
from hankelod.records.folder import shipped, turtle_files
from hankelod.records.record import completed

THREE = {"fi", "sv", "en"}
HANKE = "https://w3id.org/hankelod/def#"


@pytest.fixture(scope="session")
def model(dataset):
    return dataset.model


def test_every_term_has_a_label_and_a_definition_in_three_languages(model):
    for term in model.ontology.triples:
        if term.startswith(HANKE) or term.startswith(f"{model.base}id/concept/"):
            label = model.ontology.text(term, RDFS + "label") or model.ontology.text(term, SKOS + "prefLabel")
            assert set(label) == THREE, term
            if model.ontology.one(term, RDF + "type") != SKOS + "ConceptScheme":
                assert set(model.ontology.text(term, SKOS + "definition")) == THREE, term


def test_every_field_has_a_label_and_a_description_in_three_languages(model):
    for cls in model.classes.values():
        for field in cls.fields:
            assert set(field.label) == THREE, field.code
            assert set(field.description) == THREE, field.code


def test_a_class_that_is_not_there(model):
    with pytest.raises(KeyError):
        model.by_name("Nothing")


def test_every_shape_tells_why_and_how_to_mend_in_three_languages(model):
    for iri, check in model.checks.items():
        constrained = set(model.shapes.triples[iri]) - {
            RDF + "type",
            SH + "targetClass",
            SH + "codeIdentifier",
            SH + "property",
        }
        if constrained:
            assert set(check.fix) == THREE, check.code
            assert set(check.why) == THREE, check.code
        if SH + "sparql" in constrained:
            assert set(check.says) == THREE, check.code


def test_every_code_of_our_own_is_told_in_three_languages():
    for code in problem.codes():
        entry = problem.entry(code)
        assert set(entry.says) == set(entry.why) == set(entry.fix) == THREE, code
        for text in (entry.says, entry.why, entry.fix):
            names = [set(re.findall(r"\{(\w+)\}", t)) for t in text.values()]
            assert names[0] == names[1] == names[2], code


def test_every_component_in_use_has_words(model):
    parameters = {
        "minCount",
        "maxCount",
        "qualifiedMinCount",
        "qualifiedMaxCount",
        "datatype",
        "pattern",
        "minExclusive",
        "minInclusive",
        "maxInclusive",
        "minLength",
        "maxLength",
        "in",
        "class",
        "nodeKind",
        "languageIn",
        "uniqueLang",
        "disjoint",
        "closed",
        "or",
        "sparql",
    }
    told = {
        "codeIdentifier",
        "order",
        "group",
        "name",
        "description",
        "message",
        "severity",
        "path",
        "property",
        "targetClass",
        "ignoredProperties",
        "rule",
        "qualifiedValueShape",
    }
    for shape in model.checks:
        for predicate in model.shapes.triples[shape]:
            if predicate.startswith(SH):
                name = predicate.removeprefix(SH)
                assert name in parameters | told, f"{shape}: no engine comparison covers sh:{name}"
                if name in parameters:
                    component = {"sparql": "SPARQL"}.get(name, name[0].upper() + name[1:]) + "ConstraintComponent"
                    assert set(problem.component_says(component)) == THREE, component


def test_a_key_means_one_thing_in_its_class(model):
    for cls in model.classes.values():
        keys = [f.key for f in cls.fields]
        assert len(keys) == len(set(keys)), cls.name
        paths = [f.path for f in cls.fields if not f.passed_on]
        assert len(paths) == len(set(paths)), cls.name
        orders = [f.order for f in cls.fields]
        assert len(orders) == len(set(orders)), cls.name
        for key in keys:
            assert re.fullmatch(r"[a-z][A-Za-z]*", key), key
            assert key not in ("id", "type"), key


def test_shapes_are_named_after_class_and_key(model):
    for cls in model.classes.values():
        for field in cls.fields:
            assert field.code == f"{cls.name}-{field.key}", field.code


def test_every_property_of_our_own_is_used_by_a_shape_or_a_concept(model):
    used = {f.path for c in model.classes.values() for f in c.fields}
    used |= {p for by in model.ontology.triples.values() for p in by}
    pattern = read([shipped("shapes") / "area.ttl"], "https://example.org/")  # what packs of other levels use
    used |= {str(p) for shape in pattern.triples for p in pattern.objects(shape, SH + "path")}
    for term in model.ontology.triples:
        kinds = model.ontology.objects(term, RDF + "type")
        if OWL + "ObjectProperty" in kinds or OWL + "DatatypeProperty" in kinds:
            assert term in used, term


def test_deprecated_terms_name_their_successor(model):
    for term in model.ontology.triples:
        if model.ontology.value(term, OWL + "deprecated") == "true":
            assert model.ontology.iri(term, "http://purl.org/dc/terms/isReplacedBy"), term


def test_no_blank_node_in_the_ontology(model):
    for quad in model.ontology.quads:
        assert not isinstance(quad.subject, ox.BlankNode)
        assert not isinstance(quad.object, ox.BlankNode)


def test_own_terms_in_shapes_exist(model):
    text = "".join(f"{quad.triple}\n" for quad in model.shapes.quads)
    terms = set(re.findall(rf"(?:\bhanke:|{re.escape(HANKE)})(\w+)", text))
    assert len(terms) > 40
    for term in terms:
        assert HANKE + term in model.ontology.triples, term


def test_examples_of_fields_are_good(model):
    """The example of a field passes for a value of it: it is what a reader is told to write."""
    import yaml

    for cls in model.classes.values():
        for field in cls.fields:
            if field.example and field.pattern and not field.kind.relative:
                value = yaml.load(field.example, yaml.BaseLoader)
                for item in value if field.many else [value]:
                    assert re.search(field.pattern, completed(field, str(item))), field.code


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        ("sh:datatype rdf:langString ; sh:languageIn", "sh:languageIn"),
        ("sh:path dcterms:title ; sh:codeIdentifier", "sh:codeIdentifier"),
        ("sh:datatype xsd:boolean", "sh:datatype xsd:float"),
    ],
)
def test_a_shape_that_no_record_can_follow_is_refused(tmp_path, edit, told):
    text = (shipped("shapes") / "project.ttl").read_text("utf-8")
    (tmp_path / "project.ttl").write_text(text.replace(edit, told, 1), "utf-8")
    files = [tmp_path / "project.ttl", *(f for f in turtle_files(shipped("shapes")) if f.name != "project.ttl")]
    with pytest.raises(ModelError, match="Project-"):
        load(turtle_files(shipped("ontology")), files, "https://w3id.org/hankelod/")


FAULTS = {
    "an order that is no number": (r"sh:order [0-9.]*[0-9]", 'sh:order "eka"'),
    "an order without end": (r"sh:order [0-9.]*[0-9]", 'sh:order "inf"'),
    "a count that is no number": (r"sh:minCount 1", "sh:minCount 'yksi'"),
    "a length that is no number": (r"sh:minLength [0-9]+", "sh:minLength 1.5"),
    "a bound that is no number": (r"sh:maxInclusive [0-9.]+", 'sh:maxInclusive "paljon"'),
    "languages that are no texts": (r"sh:languageIn \( [^)]*\)", "sh:languageIn ( s:fi )"),
    "a rule along one step": (r"s:filledAlong \( \S+ \S+ \)", "s:filledAlong ( hanke:measure )"),
    "a rule along no key": (r"s:filledAlong \( \S+", "s:filledAlong ( hanke:nothing"),
    "a rule from no key": (r"s:filledFirstDay \S+", "s:filledFirstDay hanke:nothing"),
    "a condition on no key": (
        r"(sh:condition \[ a sh:PropertyShape ;) sh:path \S+ ; sh:minCount",
        r"\1 sh:path rdf:x ; sh:minCount",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_shape_with_a_value_of_the_wrong_kind_is_refused(tmp_path, fault):
    pattern, new = FAULTS[fault]
    refused = []
    pack = shipped("data") / "areas/finland"
    shapes = [*turtle_files(shipped("shapes")), pack / "shapes.ttl"]
    for file in shapes:
        changed = tmp_path / file.name
        changed.write_text(re.sub(pattern, new, file.read_text("utf-8")), "utf-8")
        files = [changed if f == file else f for f in shapes]
        try:
            load([*turtle_files(shipped("ontology")), pack / "terms.ttl"], files, "https://w3id.org/hankelod/")
        except ModelError as error:
            refused.append(str(error))
    assert refused
    assert all(re.match(r"[A-Za-z]\S+: ", words) for words in refused)


def test_a_list_that_leads_back_ends(tmp_path):
    file = tmp_path / "x.ttl"
    file.write_text(
        "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n_:a rdf:first 1 ; rdf:rest _:a .", "utf-8"
    )
    index = read([file], "http://a.example/")
    (head,) = index.triples
    assert len(index.items(head)) == 1


def test_a_file_that_is_not_utf_8_is_refused(tmp_path):
    """The parser passes over what stands in comments; what is published is the text."""
    file = tmp_path / "x.ttl"
    file.write_bytes("# k\u00e4\n".encode("latin-1"))
    with pytest.raises(NotReadable, match="utf-8"):
        read([file], "http://a.example/")


@pytest.mark.parametrize("code", [0xE0000, 0xE0FFF, 0x1FFFF, 0xEFFFF])
@pytest.mark.parametrize("line", ["a:{} a:y 1 .", "a:x a:{} 1 .", "a:x a a:{} .", "a:x a:y 'b'^^a:{} ."])
def test_a_name_that_stands_for_no_iri_is_refused(tmp_path, code, line):
    file = tmp_path / "x.ttl"
    file.write_text(f"@prefix a: <http://a.example/> .\n{line.format('b' + chr(code))}\n", "utf-8")
    with pytest.raises(NotReadable, match="IRI"):
        read([file], "http://a.example/")


def test_the_schema_accepts_the_real_records_and_refuses_others(dataset, root):
    import jsonschema
    import yaml

    class Core(yaml.SafeLoader):
        """YAML's core schema as editors read it: dates stay text."""

    Core.yaml_implicit_resolvers = {
        k: [(t, r) for t, r in v if t != "tag:yaml.org,2002:timestamp"]
        for k, v in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    for cls in dataset.model.entries():
        schema = vocabulary_schema.schema(dataset.model, cls)
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        files = dataset.files(cls) if cls.folder else [dataset.data / cls.file] if cls.file.endswith(".yml") else []
        for file in files:
            value = yaml.load(file.read_text("utf-8"), Core)
            assert not list(validator.iter_errors(value)), file
    project = jsonschema.Draft202012Validator(vocabulary_schema.schema(dataset.model, dataset.model.by_name("Project")))
    good = yaml.load((root / "data/projects/inkoo-hiilineutraali.yml").read_text("utf-8"), Core)
    for change in (
        {"titel": {"fi": "x"}},
        {"title": "x"},
        {"themes": ["no-such"]},
        {"totalCost": -5},
        {"start": "2021-13"},
    ):
        assert list(project.iter_errors({**good, **change})), change
