"""RDF files of partners checked against the same shapes: Turtle, N-Triples and JSON-LD.

pyoxigraph parses them and fetches nothing: a JSON-LD context has to be in the file itself. Problems are reported by
subject and property, at their place in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from hankelod.messages.problem import Place, Problem, Result, problem, short
from hankelod.model.model import Model
from hankelod.rdf import nesting
from hankelod.rdf.graph import RDF, RDFS, SKOS, check_iris
from hankelod.rdf.places import Places, places
from hankelod.rdf.syntaxes import TRIPLES
from hankelod.records import tree
from hankelod.records.characters import address_doubts, doubts
from hankelod.records.record import BOUNDS, Record
from hankelod.validation.checker import Checker, Said, about, of_one_value, plain, worded

Subject = ox.NamedNode | ox.BlankNode | ox.Triple

NAMES = {RDF + "type", RDFS + "label", SKOS + "prefLabel", SKOS + "altLabel"}

OF_THE_WHOLE = {
    f"{c}ConstraintComponent"
    for c in ("MinCount", "MaxCount", "QualifiedMinCount", "QualifiedMaxCount", "UniqueLang", "Or")
}
"""Constraints on all values of a property, rather than on one value."""


def check(checker: Checker, path: Path) -> tuple[list[Problem], int]:
    """The problems of an RDF file, and the number of things in it that have a class of the Model."""
    name = checker.dataset.name(path)
    form = TRIPLES[path.suffix]
    try:
        raw = tree.read_bytes(path, name)
        text = tree.decode(raw, name)
        tree.check_characters(text, name)
        triples = _parse(text, form, checker.dataset.base, name)
    except tree.Unreadable as error:
        return [error.problem], 0
    model = checker.dataset.model
    positions = places(text, checker.dataset.base) if form != ox.RdfFormat.JSON_LD else _json_places(text, triples)
    triples = _labelled(triples, positions)
    problems = list(_of_characters(model, triples, name, positions))
    if any(p.severity == "violation" for p in problems):
        return problems, 0
    subjects = {t.subject for t in triples}
    types = _types(model)
    typed = {
        t.subject for t in triples if t.predicate.value == RDF + "type" and getattr(t.object, "value", "") in types
    }
    if not typed:
        example = model.main.iri
        return [*problems, problem("nothing-known", Place(name, 1, 1), expected=f"<{example}>")], 0
    named = _named(triples)
    others = [line for r in _referred(checker, triples, subjects - named) for line in checker.mapping.ntriples(r)]
    results = checker.results(with_bounds(model, triples), others)
    own, mentioned = {str(s) for s in subjects}, {str(s) for s in named}
    relevant = [r for r in results if r.focus not in mentioned or (r.component not in OF_THE_WHOLE and _of_name(r))]
    found = [_problem(model, r, name, positions) for r in relevant if r.focus in own or _blank(r.focus)]
    return [*problems, *(p for p in found if p is not None)], len(typed)


def with_bounds(model: Model, triples: list[ox.Triple]) -> list[str]:
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
        | {iri for c in model.classes.values() for f in c.fields if f.kind.typing for iri in f.words.values()}
    )


def _parse(text: str, form: ox.RdfFormat, base: str, name: str) -> list[ox.Triple]:
    """The triples of all graphs of a file. Raises tree.Unreadable."""
    try:
        nesting.check(text.encode(), form == ox.RdfFormat.JSON_LD)
        return [q.triple for q in ox.parse(text.encode(), format=form, base_iri=base)]
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        column = getattr(error, "offset", None) or 1
        detail = short(re.sub(r"^Parser error( at line [0-9]+.*?)?: ", "", str(error)), 200)
        raise tree.refuse("rdf-syntax", Place(name, line, column), detail=detail) from error


def _labelled(triples: list[ox.Triple], positions: Places) -> list[ox.Triple]:
    """The triples with the same labels of blank nodes in every run: those of the file, or else of their places.

    A parser gives a node without a label a new one each time. The nodes among the values of one property come in the
    order of the file, whatever is in them.
    """
    known = positions.subjects.keys() | {p for found in positions.nodes.values() for p in found}
    values: dict[tuple[str, str], list[str]] = {}
    subjects: dict[str, None] = {}
    objects: set[str] = set()
    for triple in triples:
        if isinstance(triple.subject, ox.BlankNode):
            subjects[str(triple.subject)] = None
        if isinstance(triple.object, ox.BlankNode):
            node = str(triple.object)
            values.setdefault((_key(triple.subject), triple.predicate.value), []).append(node)
            objects.add(node)
    labels = {node: node for node in (*subjects, *objects) if node in known}
    roots = [node for node in subjects if node not in objects and node not in labels]
    labels.update(zip(roots, positions.roots, strict=False))
    by_subject: dict[str, list[tuple[str, list[str]]]] = {}
    for (subject, predicate), nodes in values.items():
        by_subject.setdefault(subject, []).append((predicate, nodes))
    waiting = [s for s in by_subject if not s.startswith("_:") or s in labels]
    while waiting:
        subject = waiting.pop()
        for predicate, nodes in by_subject.get(subject, ()):
            there = positions.nodes.get((labels.get(subject, subject), predicate), ())
            for node, label in zip(nodes, there, strict=False):
                if node not in labels:
                    labels[node] = label
                    waiting.append(node)
    for n, node in enumerate((*subjects, *sorted(objects - subjects.keys())), 1):
        labels.setdefault(node, f"_:node.{n}")

    def renamed(term: Any) -> Any:
        return ox.BlankNode(labels[str(term)][2:]) if isinstance(term, ox.BlankNode) else term

    renamed_triples = [ox.Triple(renamed(t.subject), t.predicate, renamed(t.object)) for t in triples]
    for triple in renamed_triples:  # what has no place of its own is where it is referred to
        if isinstance(triple.object, ox.BlankNode) and str(triple.object) not in positions.subjects:
            at = positions.find(_key(triple.subject), triple.predicate.value, None)
            positions.subjects[str(triple.object)] = at
    return renamed_triples


def _key(term: object) -> str:
    """The form in which positions name a subject."""
    return str(term) if isinstance(term, ox.BlankNode) else str(getattr(term, "value", term))


def _of_characters(model: Model, triples: list[ox.Triple], name: str, positions: Places) -> Iterator[Problem]:
    """Problems of the characters in texts and addresses, which a file may write as escapes."""
    for triple in triples:
        value = getattr(triple.object, "value", "")
        subject, predicate = _key(triple.subject), triple.predicate.value
        place, thing = Place(name, *positions.find(subject, predicate, value)), _short_name(model, subject)
        field = _field_name(model, predicate)
        bad = tree.FORBIDDEN.search(value)
        wrong = _not_iri(triple)
        if wrong is not None:
            yield problem("rdf-syntax", place, thing, field, detail=wrong)
        elif bad:
            character = f"U+{ord(bad.group()):04X}"
            yield problem("forbidden-character", place, thing, field, character)
        elif not isinstance(triple.object, ox.BlankNode):
            found = address_doubts(value) if isinstance(triple.object, ox.NamedNode) else doubts(value)
            for doubt in found:
                yield problem(doubt.code, place, thing, field, value, label=field, about=short(doubt.about))


def _not_iri(triple: ox.Triple) -> str | None:
    """Why a term is no IRI, None if all are."""
    try:
        check_iris(triple)
    except ValueError as error:
        return short(str(error), 200)
    return None


def _named(triples: list[ox.Triple]) -> set[Subject]:
    """The things that the file refers to and gives no more than a class and names: they are described elsewhere."""
    pointed = {t.object for t in triples if isinstance(t.object, ox.NamedNode)}
    return pointed - {t.subject for t in triples if t.predicate.value not in NAMES}  # type: ignore[return-value]


def _referred(checker: Checker, triples: list[ox.Triple], subjects: set[Subject]) -> list[Record]:
    """The records of the dataset that the file refers to and does not describe itself."""
    model, start = checker.dataset.model, checker.dataset.model.things
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
    field = about(model, check)[1]
    predicate = result.path.strip("<>") if result.path else field.path if field else None
    value = plain(result.value) if of_one_value(result, check) else None
    if result.value is not None and _blank(result.value) and value is not None:
        value = result.value if result.value in positions.labels() else None
    subject = result.focus.strip("<>")
    said = Said(short(value) if value is not None or result.value is None else "[…]", predicate)
    written = result.value if result.value is not None and _blank(result.value) else value
    place = Place(name, *positions.find(subject, predicate, written))
    names = _short_name(model, subject), _field_name(model, predicate)
    return worded(model, check, result, value, said, (place, *names))


def _short_name(model: Model, iri: str) -> str | None:
    """The id of a thing of the dataset; the IRI or the label of any other, None for a node without one."""
    if iri.startswith(("_:node.", "_:cell")):
        return None
    start = model.things
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
    positions = Places({}, {}, {}, {}, [])
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
