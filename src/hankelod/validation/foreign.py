"""RDF files of partners checked against the same shapes: Turtle, N-Triples and JSON-LD.

pyoxigraph parses them and fetches nothing: a JSON-LD context has to be in the file itself. Problems are reported by
subject and property, at their place in the file.
"""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox

from hankelod.messages.problem import Place, Problem, component_says, fill, problem, short
from hankelod.model.model import Model
from hankelod.rdf import nesting
from hankelod.rdf.graph import RDF, RDFS, SKOS
from hankelod.rdf.places import Places, places
from hankelod.records import tree
from hankelod.records.faults import correction
from hankelod.records.inputs import RDF_FILES
from hankelod.records.record import BOUNDS, Record
from hankelod.validation.checker import Checker, plain, worded_as
from hankelod.validation.engines import Result

Subject = ox.NamedNode | ox.BlankNode | ox.Triple

NAMES = {RDF + "type", RDFS + "label", SKOS + "prefLabel", SKOS + "altLabel"}

OF_THE_WHOLE = {
    f"{c}ConstraintComponent"
    for c in ("MinCount", "MaxCount", "QualifiedMinCount", "QualifiedMaxCount", "UniqueLang", "Or")
}
"""Constraints on all values of a property, rather than on one value."""

FORMATS = {"turtle": ox.RdfFormat.TURTLE, "ntriples": ox.RdfFormat.N_TRIPLES, "jsonld": ox.RdfFormat.JSON_LD}


def check(checker: Checker, path: Path) -> tuple[list[Problem], int]:
    """The problems of an RDF file, and the number of things in it that have a class of the Model."""
    name = checker.dataset.name(path)
    form = RDF_FILES[path.suffix]
    try:
        raw = tree.read_bytes(path, name)
        text = tree.decode(raw, name)
        tree.check_characters(text, name)
        triples = _parse(text, form, checker.dataset.base, name)
    except tree.Unreadable as error:
        return [error.problem], 0
    model = checker.dataset.model
    subjects = {t.subject for t in triples}
    types = _types(model)
    typed = {
        t.subject for t in triples if t.predicate.value == RDF + "type" and getattr(t.object, "value", "") in types
    }
    if not typed:
        example = model.by_name("Project").iri
        return [problem("nothing-known", Place(name, 1, 1), expected=f"<{example}>")], 0
    named = _named(triples)
    others = [line for r in _referred(checker, triples, subjects - named) for line in checker.mapping.ntriples(r)]
    results = checker.results(_with_bounds(model, triples), others)
    if not results:
        return [], len(typed)
    positions = places(text, checker.dataset.base) if form != "jsonld" else _json_places(text, triples)
    own, mentioned = {str(s) for s in subjects}, {str(s) for s in named}
    relevant = [r for r in results if r.focus not in mentioned or (r.component not in OF_THE_WHOLE and _of_name(r))]
    problems = [_problem(model, r, name, positions) for r in relevant if r.focus in own or _blank(r.focus)]
    return [p for p in problems if p is not None], len(typed)


def _with_bounds(model: Model, triples: list[ox.Triple]) -> list[str]:
    """The triples as lines of N-Triples with the bounds of their dates, which rules compare: derived, not believed."""
    bounds: dict[tuple[Subject, str], str] = {}
    for cls, field, filled in ((c, f, f.filled) for c in model.classes.values() for f in c.fields):
        source = cls.field(filled.keys[0]) if filled and filled.way in BOUNDS else None
        if filled is None or source is None:
            continue
        for triple in triples:
            if triple.predicate.value == source.path:
                bound = BOUNDS[filled.way](getattr(triple.object, "value", ""))
                if bound is not None:
                    line = f'{triple.subject} <{field.path}> "{bound}"^^<{field.datatype}> .\n'
                    bounds[triple.subject, field.path] = line
    stated = [f"{t} .\n" for t in triples if (t.subject, t.predicate.value) not in bounds]
    return [*stated, *bounds.values()]


def _types(model: Model) -> set[str]:
    """The IRIs of the classes that shapes are about, and of their sub-classes."""
    named = {rule.iri for cls in model.classes.values() for rule in cls.types}
    return (
        named
        | set(model.classes)
        | {iri for c in model.classes.values() for f in c.fields if f.kind == "class" for iri in f.words.values()}
    )


def _parse(text: str, form: str, base: str, name: str) -> list[ox.Triple]:
    """The triples of all graphs of a file. Raises tree.Unreadable."""
    try:
        nesting.check(text.encode(), form == "jsonld")
        return [q.triple for q in ox.parse(text.encode(), format=FORMATS[form], base_iri=base)]
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        column = getattr(error, "offset", None) or 1
        detail = short(re.sub(r"^Parser error( at line [0-9]+.*?)?: ", "", str(error)), 200)
        raise tree.refuse("rdf-syntax", Place(name, line, column), detail=detail) from error


def _named(triples: list[ox.Triple]) -> set[Subject]:
    """The things that the file refers to and gives no more than a class and names: they are described elsewhere."""
    pointed = {t.object for t in triples if isinstance(t.object, ox.NamedNode)}
    return pointed - {t.subject for t in triples if t.predicate.value not in NAMES}  # type: ignore[return-value]


def _referred(checker: Checker, triples: list[ox.Triple], subjects: set[Subject]) -> list[Record]:
    """The records of the dataset that the file refers to and does not describe itself."""
    model, start = checker.dataset.model, f"{checker.dataset.base}id/"
    records: dict[str, Record] = {}
    for triple in triples:
        iri = getattr(triple.object, "value", "")
        if not isinstance(triple.object, ox.NamedNode) or not iri.startswith(start) or triple.object in subjects:
            continue
        for cls in model.entries():
            rest = iri[len(start) :].removeprefix(cls.identifies)
            if cls.identifies and iri.startswith(start + cls.identifies) and "/" not in rest and iri not in records:
                record = checker.dataset.record(cls, rest)
                if record is not None:
                    records[iri] = record
    return list(records.values())


def _of_name(result: Result) -> bool:
    return (result.path or "").strip("<>") in NAMES


def _blank(focus: str) -> bool:
    return focus.startswith("_:")


def _problem(model: Model, result: Result, name: str, positions: Places) -> Problem | None:
    check = model.checks.get((result.shape or "").strip("<>"))
    if check is None:
        return None
    cls = model.by_name(check.class_name)
    field = cls.field(check.key) if check.key else None
    predicate = result.path.strip("<>") if result.path else field.path if field else None
    component = worded_as(result.component, check)
    value = plain(result.value) if component != "OrConstraintComponent" else None
    subject = result.focus.strip("<>")
    message = fill(
        check.says or component_says(component),
        label=field.label if field else cls.label,
        value=short(value),
        path=short(predicate),
        alternatives=", ".join(check.alternatives),
    )
    line, column = positions.find(subject, predicate, value)
    return Problem(
        name,
        line,
        column,
        _short_name(model, subject),
        _field_name(model, predicate),
        value,
        check.code,
        result.component,
        check.severity,
        message,
        check.why,
        correction(check, field, value),
        focus=subject,
        predicate=predicate,
    )


def _short_name(model: Model, iri: str) -> str:
    """The id of a thing of the dataset; the IRI of any other."""
    start = f"{model.base}id/"
    return iri[len(start) :].split("/", 1)[-1] if iri.startswith(start) else iri


def _field_name(model: Model, predicate: str | None) -> str | None:
    """The property as a prefixed name, since a partner does not know the keys of records."""
    if predicate is None:
        return None
    for prefix, namespace in sorted(model.prefixes.items(), key=lambda p: -len(p[1])):
        if predicate.startswith(namespace):
            return f"{prefix}:{predicate[len(namespace) :]}"
    return predicate


def _json_places(text: str, triples: list[ox.Triple]) -> Places:
    """The places of subjects in JSON-LD: the first string that is the IRI of the subject, or an end of it."""
    positions = Places({}, {}, {})
    lines = text.split("\n")
    strings = [
        (n, m.start() + 1, m.group(1))
        for n, line in enumerate(lines, start=1)
        for m in re.finditer(r'"((?:[^"\\]|\\.)*)"', line)
    ]
    first: dict[str, tuple[int, int]] = {}
    for n, column, string in strings:
        first.setdefault(string, (n, column))
    for triple in triples:
        iri = getattr(triple.subject, "value", "")
        steps = re.split(r"(?<=[/#:])", iri)
        at = next((first["".join(steps[k:])] for k in range(len(steps)) if "".join(steps[k:]) in first), None)
        if at is not None:
            positions.subjects.setdefault(iri, at)
    return positions
