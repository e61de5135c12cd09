"""Every record of the corpus is judged as its own first lines say, by the reader and by both engines."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from hankelod.mapping.mapping import Mapping
from hankelod.messages.languages import LANGUAGES
from hankelod.messages.problem import codes
from hankelod.model.model import SHAPES, Class, Model
from hankelod.pipeline.checking import check_files
from hankelod.rdf.graph import SH
from hankelod.records.dataset import Dataset
from hankelod.records.record import Record
from hankelod.validation.checker import background
from hankelod.validation.engines import Result, engine
from hankelod.validation.text import as_text
from support import corpus
from support.checking import check_all
from support.corpus import BAD, GOOD, Case, Expected, cases, checked, dataset_with, isolated, reported
from support.folders import ROOT, TESTS

BAD_CASES = cases(BAD)
GOOD_CASES = cases(GOOD)


def names(found: list[Case]) -> list[str]:
    return [case.name for case in found]


@pytest.fixture(scope="session")
def model() -> Model:
    return Dataset(corpus.BASE).model


### Each record by itself


@pytest.mark.parametrize("case", BAD_CASES, ids=names(BAD_CASES))
def test_bad_record(case: Case) -> None:
    """Exactly the problems that the file expects are reported, at their places, and the texts match the transcripts."""
    _, report, _ = checked(case)
    expected = case.expected()
    assert expected, "a bad record says what must be reported of it"
    assert reported(report) == expected
    for lang in LANGUAGES:
        assert as_text(report, lang) == corpus.transcript(case, lang).read_text("utf-8")
    for problem in report.problems:
        assert all(problem.message[lang] and problem.why[lang] and problem.fix[lang] for lang in LANGUAGES)
        assert "{" not in re.sub(r"\{[a-z0-9]+: .*?\}", "", problem.message["en"]).replace("brace {", "")


ALONE = [case for case in BAD_CASES if case.name != "projects/duplicate-id-file.jsonl"]
"""Cases in one file; an id that stands in two files is seen where both are read."""


@pytest.mark.parametrize("case", ALONE, ids=names(ALONE))
def test_bad_record_alone(case: Case, tmp_path: Path) -> None:
    """Checking just this file tells the same of it as checking the dataset; one that is not read, was named in vain."""
    dataset = Dataset(dataset_with(tmp_path, case))
    report = check_files(dataset, [tmp_path / "data" / case.target])
    unread = {"unknown-file": "unread-file"}
    assert reported(report) == [e._replace(code=unread.get(e.code, e.code)) for e in case.expected()]


@pytest.mark.parametrize("case", GOOD_CASES, ids=names(GOOD_CASES))
def test_good_record(case: Case) -> None:
    """Nothing is reported of a good record but what it says: notes."""
    _, report, records = checked(case)
    assert reported(report) == case.expected()
    assert report.conforms()
    assert any(r.file == f"data/{case.target}" for r in records)


def test_all_bad_records_in_one_dataset(tmp_path: Path) -> None:
    """All at once, each is reported as it is alone, and nothing twice."""
    chosen = [c for c in BAD_CASES if c.target.startswith(corpus.FOLDERS) and not c.target.endswith(".jsonl")]
    report, _ = check_all(Dataset(dataset_with(tmp_path, *chosen)))
    expected = sorted((e for c in chosen for e in c.expected()), key=Expected.order)
    assert reported(report) == expected
    assert len({(p.file, p.line, p.column, p.field, p.code) for p in report.problems}) == len(report.problems)


def test_transcripts_belong_to_records() -> None:
    """No report is left of a record that is gone."""
    wanted = {corpus.transcript(case, lang) for case in BAD_CASES for lang in LANGUAGES}
    assert set(corpus.TRANSCRIPTS.rglob("*.txt")) == wanted


### What the corpus covers


READER = {
    "MinCount": {"missing-id"},
    "MaxCount": {"wrong-kind"},
    "Datatype": {"wrong-kind"},
    "NodeKind": {"wrong-kind", "unknown-reference"},
    "Class": {"unknown-reference", "wrong-kind"},
    "LanguageIn": {"unknown-key"},
    "UniqueLang": {"duplicate-key"},
    "Closed": {"unknown-key"},
}
"""Constraint components that the reader finds broken before any shape sees the value, and its codes for them."""

ELSEWHERE = {
    "outside-dataset": "test_hostile: a symbolic link",
    "ambiguous-code": "test_packs: a code of areas of two levels",
    "left-out-reference": "test_leaving_out: what refers to a record that is left out",
    "not-a-file": "test_hostile: a folder in place of a file",
    "too-large": "test_hostile: a file of 100 MB, a line of 1 GB",
    "too-many-problems": "test_hostile: a million empty records",
    "rdf-refused": "test_inputs: RDF/XML",
    "unchecked-reference": "test_inputs: a record outside any dataset",
    "unknown-level": "test_packs: a row of areas.csv",
    "unread-file": "test_strangers: a file that was named and is not read",
}
"""Codes of our own that no small file can show, and where they are tested."""

IMPORTED = ("mapping-", "source-")
"""Beginnings of the codes of imports by a mapping file, each of which `test_mappings` looks for in its cases."""

NO_RECORD = ("Concept-", "Measure-")
"""Shapes of the code lists, which are no records: the ontology's tests hold them."""

NO_DATASET = {
    *(("Dataset-base", component) for component in ("MinCount", "MaxCount", "Datatype")),
    *(("Dataset-profile", component) for component in ("Datatype", "Pattern", "MaxCount")),
    *(("Dataset-areas", component) for component in ("Datatype", "MinLength", "MaxCount")),
}
"""Without base IRI, profile and area pack there is no dataset to report on: the command cannot run, and says so."""

SHARPENED = {
    ("Grant-amount", "MinInclusive"),
    ("Grant-origin", "Or"),
    ("Project-areas", "NodeKind"),
    ("Project-end", "Or"),
    ("Project-money", "Or"),
    ("Project-namedAreas", "NodeKind"),
    ("Project-recipient", "Or"),
    ("Project-sourceLanguage", "Pattern"),
    ("Project-start", "Or"),
    ("Project-totalCost", "MinInclusive"),
}
"""Rules of all profiles that the profile of these records asks for in a stricter way, which is what is reported."""


def reading() -> str:
    """The source of what finds problems in records; the codes of other modules belong to other commands."""
    package = ROOT / "src" / "hankelod"
    files = [*sorted((package / "records").glob("*.py")), package / "pipeline" / "checking.py"]
    return "".join(f.read_text("utf-8") for f in files)


def test_every_code_of_our_own_has_a_record() -> None:
    """Each code that reading can give is told of some bad record; every other is named by a test of what gives it."""
    told = {e.code for case in BAD_CASES for e in case.expected()}
    source = reading()
    read = {code for code in codes() if f'"{code}"' in source}
    assert read - told == set(ELSEWHERE)
    tests = "".join(f.read_text("utf-8") for f in TESTS.rglob("test_*.py"))
    others = [code for code in codes() if not code.startswith(IMPORTED)]
    assert [code for code in others if code not in told and code not in tests] == []


def test_every_rule_of_every_shape_has_a_record(model: Model) -> None:
    """A bad record violates each constraint of each named shape: the shape reports it, or the reader at its key."""
    broken: set[tuple[str, str]] = set()
    for case in BAD_CASES:
        _, report, _ = checked(case)
        for problem in report.problems:
            if problem.constraint:
                broken.add((problem.code, problem.constraint.removesuffix("ConstraintComponent")))
            else:
                cls = next(c for c in model.entries() if corpus_class(c, case))
                broken.add((shape_at(model, cls, problem.field), problem.code))
    missing = [
        f"{shape} {component}"
        for shape, component in constraints(model)
        if (shape, component) not in broken | NO_DATASET | SHARPENED
        and not any((shape, code) in broken for code in READER.get(component, ()))
        and not ((shape, "filled-in") in broken and is_filled(model, shape))
    ]
    assert missing == []


def corpus_class(cls: Class, case: Case) -> bool:
    folder = case.file.parent.name
    return cls.folder == folder or (cls.file or "").rpartition(".")[0] == folder


def shape_at(model: Model, cls: Class, field: str | None) -> str:
    """The shape that a path in a record is about: its field's; where the key is unknown, that of what holds it."""
    holder: Class | None = cls
    code = cls.name
    for step in re.sub(r"\[\d+\]", "", field or "").split("."):
        own = holder.field(step) if holder else None
        if own is None:
            return holder.name if holder else code
        code = own.code
        holder = model.target(own) if own.kind.nested else None
    return code


def constraints(model: Model) -> list[tuple[str, str]]:
    """All constraints of all named shapes that records can break: shape, and component without its last words."""
    components = {
        SH + name[0].lower() + name[1:]: name
        for name in (
            "MinCount",
            "MaxCount",
            "Datatype",
            "NodeKind",
            "Class",
            "Pattern",
            "MinLength",
            "MaxLength",
            "MinExclusive",
            "MaxExclusive",
            "MinInclusive",
            "MaxInclusive",
            "LanguageIn",
            "UniqueLang",
            "In",
            "Or",
            "Disjoint",
            "Closed",
        )
    }
    components[SH + "sparql"] = "SPARQL"
    in_csv = {f.code for c in model.entries() if (c.file or "").endswith(".csv") for f in c.fields}
    # a cell of CSV is one value and a text; that a text is a year is for its pattern to say, in both engines
    one, text = (
        {"MaxCount", "UniqueLang"},
        {f.code for c in model.classes.values() for f in c.fields if f.kind.name in ("text", "year")},
    )
    found = []
    for shape, by in sorted(model.shapes.triples.items()):
        code = shape.removeprefix(SHAPES)
        if not shape.startswith(SHAPES) or code.startswith(NO_RECORD) or "#" in code:
            continue
        for predicate in by:
            component = components.get(predicate)
            if component and not (code in in_csv and (component in one or (component == "Datatype" and code in text))):
                found.append((code, component))
    return found


def is_filled(model: Model, shape: str) -> bool:
    return any(f.code == shape and f.filled is not None for c in model.classes.values() for f in c.fields)


def test_the_count_of_constraints_is_not_empty(model: Model) -> None:
    """The list that the corpus is held against is a long one, so that an error in making it shows."""
    found = constraints(model)
    assert len(found) > 300
    assert {c for _, c in found} >= {"SPARQL", "Or", "Disjoint", "MaxLength", "Closed", "In"}


### Two engines, one verdict


def verdict(result: Result) -> tuple[object, ...]:
    """A result without the spelling of its value."""
    value = result.value
    if value is not None and value.startswith('"'):
        value = str(next(iter(ox.parse(f"<x:s> <x:p> {value} .", format=ox.RdfFormat.N_TRIPLES))).object)
    return result.focus, result.path, value, result.component, result.shape, result.severity


def test_engines_agree(model: Model) -> None:
    """`shacl` and pySHACL give the same results on all records of the corpus, good and bad."""
    lines = background(model)
    for number, case in enumerate((*BAD_CASES, *GOOD_CASES)):
        lines += isolated(case, number)
    data = "".join(lines)
    fast = {verdict(r) for r in engine("shacl", model)(data)}
    reference = {verdict(r) for r in engine("pyshacl", model)(data)}
    assert fast ^ reference == set()
    assert len(fast) > 100


### What good records become


def test_clean_text_whatever_the_file() -> None:
    """A byte order mark, CRLF, CR and decomposed letters make no difference to the triples."""
    triples = {}
    for case in GOOD_CASES:
        if case.file.stem.startswith("form-"):
            dataset, _, records = checked(case)
            record = next(r for r in records if r.file == f"data/{case.target}")
            triples[case.file.stem] = [t.replace(record.id, "x") for t in Mapping(dataset.model).ntriples(record)]
    assert set(triples) == {"form-clean", "form-bom", "form-crlf", "form-cr", "form-decomposed", "form-escaped"}
    raw = {name: (GOOD / "projects" / f"{name}.yml").read_bytes() for name in triples}
    assert raw["form-bom"].startswith(b"\xef\xbb\xbf") and b"\r\n" in raw["form-crlf"] and b"\n" not in raw["form-cr"]
    assert "a\u0308".encode() in raw["form-decomposed"] and b"a\\u0308" in raw["form-escaped"]
    for name, found in triples.items():
        assert found == triples["form-clean"], name


def good(name: str) -> Record:
    case = next(c for c in GOOD_CASES if c.name == name)
    _, _, records = checked(case)
    return next(r for r in records if r.file == f"data/{case.target}")


def test_values_stay_as_written() -> None:
    """Money, words and codes are the text that stands in the file, whatever YAML 1.1 would make of them."""
    values = good("projects/tricky.yml").values
    assert values["totalCost"] == "1.10"
    assert values["acronym"] == "no"
    assert values["titleAsWritten"] == "12:30:00"
    assert values["leadAsWritten"] == "0123"
    assert values["municipalities"] == ["020"]
    assert values["title"] == {"fi": "yes", "sv": "1e3", "en": "2024-02-30"}
    assert values["summary"]["fi"] == "rivi\u2028toinen\u0085kolmas"  # type: ignore[index]
    assert values["summary"]["sv"] == 'a "b" \\ c \\u0022 """'  # type: ignore[index]
    assert [o["value"] for o in values["observations"]] == ["-0.50", "0061"]  # type: ignore[attr-defined]


def test_tricky_text_survives_every_syntax() -> None:
    """Quotation marks, backslashes and line ends of Unicode come back from N-Triples and Turtle as they were."""
    case = next(c for c in GOOD_CASES if c.name == "projects/tricky.yml")
    dataset, _, records = checked(case)
    record = next(r for r in records if r.file == f"data/{case.target}")
    mapping = Mapping(dataset.model)
    nt = set(ox.parse("".join(mapping.ntriples(record)), format=ox.RdfFormat.N_TRIPLES))
    ttl = set(ox.parse(mapping.turtle_head() + mapping.turtle(record), format=ox.RdfFormat.TURTLE))
    assert nt == ttl
    texts = {q.object.value for q in nt if isinstance(q.object, ox.Literal)}
    assert {"rivi\u2028toinen\u0085kolmas", 'a "b" \\ c \\u0022 """', "1.10"} <= texts


def test_long_text(tmp_path: Path) -> None:
    """A text of a megabyte is text."""
    base = (GOOD / "projects" / "minimal.yml").read_text("utf-8")
    long = "ä" * 1_000_000
    root = dataset_with(tmp_path)
    (root / "data/projects/long.yml").write_text(
        base + f'summary: {{fi: "{long}", sv: "x", en: "x"}}\n', encoding="utf-8"
    )
    report, records = check_all(Dataset(root))
    assert report.problems == []
    assert next(r for r in records if r.id == "long").values["summary"]["fi"] == long  # type: ignore[index]


def test_every_field_stands_in_a_good_record(model: Model) -> None:
    """The record with every construct leaves out no key of a project and its parts; what is written under a key that is
    passed on has a place there."""
    record = good("projects/everything.yml")
    project, values = record.cls, record.values
    used = {f.code for f in project.fields if f.passed_on and (f.key,) in record.places}

    def walk(things: dict[str, object], cls: Class) -> None:
        for field in cls.fields:
            if field.key in things:
                used.add(field.code)
                for part in things[field.key] if field.kind.nested else ():  # type: ignore[attr-defined]
                    walk(part, model.target(field))

    walk(values, project)

    def all_fields(cls: Class) -> set[str]:
        inner = [all_fields(model.target(f)) for f in cls.fields if f.kind.nested]
        return {f.code for f in cls.fields}.union(*inner)

    assert all_fields(project) - used == set()


def test_the_area_files_of_the_package_do(tmp_path: Path) -> None:
    """A dataset without area files of its own uses those that come with the package."""
    root = dataset_with(tmp_path)
    for name in ("municipalities.csv", "regions.csv", "former-municipalities.csv"):
        (root / "data" / name).unlink()
    report, records = check_all(Dataset(root))
    assert report.problems == []
    assert sum(r.cls.name == "Municipality" for r in records) == 308


def test_problems_of_a_file_read_on_the_way_stay(tmp_path: Path) -> None:
    """A file read for the sake of another keeps its problems: an error in the areas, met while a name is looked up."""
    root = dataset_with(tmp_path)
    areas = root / "data/municipalities.csv"
    areas.write_text(areas.read_text("utf-8") + "091,Helsinki\n", encoding="utf-8")
    text = (root / "data/projects/hyva.yml").read_text("utf-8").replace("lead: kaupunki", "lead: kaupunkki")
    (root / "data/projects/hyva.yml").write_text(text.replace('municipalities: ["167"]', "regions: ['12']"), "utf-8")
    report, _ = check_all(Dataset(root))
    assert {(p.file, p.code) for p in report.problems} == {
        ("data/municipalities.csv", "csv-syntax"),
        ("data/projects/hyva.yml", "unknown-reference"),
    }
