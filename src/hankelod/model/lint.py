"""Lint of a dataset's own ontology and shapes: errors that make them unusable, and warnings about missing texts.

Shapes are code, and may come from a third party. They are unusable if the two SHACL engines judge them differently, if
they could hang an engine, or if they could reach the network. A label that is missing in a language is a warning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from hankelod.messages.catalogue import Text
from hankelod.messages.problem import Place, Problem, problem
from hankelod.model.model import SHAPES, Model
from hankelod.model.patterns import unsafe_reason
from hankelod.rdf import sparql
from hankelod.rdf.files import content
from hankelod.rdf.graph import OWL, RDF, RDFS, SH, SKOS, XSD
from hankelod.rdf.places import Places, places
from hankelod.rdf.sparql import Refused

DCTERMS = "http://purl.org/dc/terms/"

COMPARED = frozenset(
    (
        "minCount",
        "maxCount",
        "datatype",
        "pattern",
        "minExclusive",
        "minInclusive",
        "maxInclusive",
        "maxExclusive",
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
        "qualifiedValueShape",
        "qualifiedMinCount",
        "qualifiedMaxCount",
        "sparql",
    )
)
"""Constraints on which both engines agree, as the tests show; a qualified shape may be a list alone (`sh:in`)."""

DESCRIBING = frozenset(
    (
        "codeIdentifier",
        "order",
        "group",
        "name",
        "description",
        "message",
        "severity",
        "path",
        "inversePath",
        "property",
        "targetClass",
        "targetSubjectsOf",
        "ignoredProperties",
        "rule",
        "declare",
        "prefixes",
        "select",
        "prefix",
        "namespace",
        "condition",
        "object",
        "predicate",
        "subject",
        "hasValue",
    )
)
"""SHACL terms that do not constrain by themselves."""

DIFFERS = {
    "lessThanOrEquals": "pySHACL takes a month for a whole year, and finds what is not wrong; use sh:sparql over STR()",
    "lessThan": "pySHACL takes a month for a whole year, and finds what is not wrong; use sh:sparql over STR()",
    "node": "a part's fault would be told twice; mark the part dash:composite and give its class a shape",
    "js": "no engine here runs JavaScript",
}
"""Constraints that the engines judge differently or do not support, with the reason and the alternative."""

BOUNDS = ("minExclusive", "minInclusive", "maxInclusive", "maxExclusive")

COMPARABLE = frozenset((XSD + "decimal", XSD + "integer"))
"""Datatypes that both engines order alike."""

_OUTSIDE = re.compile(r"\b(SERVICE|FROM|LOAD)\b", re.I)

_REGEX = re.compile(r"\b(REGEX|REPLACE)\s*\(", re.I)


def unusable(model: Model) -> Iterator[tuple[str, str]]:
    """Yield the unusable shapes (IRI or blank node), each with the reason in English."""
    conditions = set(_conditions(model))
    for shape, by in model.shapes.triples.items():
        datatype = model.shapes.iri(shape, SH + "datatype")
        for predicate in by:
            if not predicate.startswith(SH) or shape in conditions:
                continue
            name = predicate.removeprefix(SH)
            if name in DIFFERS:
                yield shape, f"sh:{name}: {DIFFERS[name]}"
            elif name not in COMPARED | DESCRIBING and not (name == "not" and shape in conditions):
                yield shape, f"sh:{name}: nothing shows that both SHACL engines judge it alike"
            elif name in BOUNDS and datatype is not None and datatype not in COMPARABLE:
                advice = "the engines compare such values differently; use sh:pattern, or sh:sparql over STR()"
                yield shape, f"sh:{name} on {datatype.rsplit('#')[-1]}: {advice}"
        for qualified in map(str, model.shapes.objects(shape, SH + "qualifiedValueShape")):
            if set(model.shapes.triples.get(qualified, ())) != {SH + "in"}:
                yield (
                    shape,
                    "sh:qualifiedValueShape: nothing shows that both SHACL engines judge more than sh:in alike",
                )
        for pattern in model.shapes.objects(shape, SH + "pattern"):
            why = unsafe_reason(getattr(pattern, "value", ""))
            if why:
                yield shape, f"sh:pattern {pattern}: {why}"
        for select in model.shapes.objects(shape, SH + "select"):
            text = sparql.unescaped(getattr(select, "value", ""))
            why = "SERVICE, FROM and LOAD could reach the network" if _OUTSIDE.search(text) else _refused(text)
            if why:
                yield shape, f"sh:select: {why}"
            yield from ((shape, f"sh:select: {why}") for why in _expressions(text))
    yield from _collisions(model)


def _conditions(model: Model) -> Iterator[str]:
    """Yield the shapes that are conditions of rules, with those inside them: no engine judges records by these."""
    rules = (rule for shape in model.shapes.triples for rule in model.shapes.objects(shape, SH + "rule"))
    waiting = [str(c) for rule in rules for c in model.shapes.objects(str(rule), SH + "condition")]
    for node in waiting:
        yield node
        waiting += [str(inner) for inner in model.shapes.objects(node, SH + "not")]


def _refused(select: str) -> str | None:
    """Return why the guard of queries refuses a rule's query, on which an engine could call out or crash; or None."""
    try:
        sparql.check(select)
    except Refused as error:
        return f"{error.line}:{error.column}: {error.message}"
    return None


def _expressions(select: str) -> Iterator[str]:
    """Yield what is wrong with the regular expressions of a query: each must be a literal, and safe."""
    for call in _REGEX.finditer(select):
        written = re.match(r"""[^"']*?,\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""", select[call.end() :])
        if written is None:
            yield f"{call[1]}: its pattern has to stand there as a text"
            continue
        pattern = re.sub(r"\\(.)", r"\1", written[1] if written[1] is not None else written[2])
        why = unsafe_reason(pattern)
        if why:
            yield f"{call[1]} {pattern}: {why}"


def named(model: Model, node: str) -> str:
    """Return the named shape that a blank node belongs to."""
    while node.startswith("_:"):
        holder = next(
            (s for s, by in model.shapes.triples.items() if any(node in objects for objects in by.values())), None
        )
        if holder is None:
            break
        node = holder
    return node


def refusals(model: Model, files: list[tuple[Path, str]], base: str) -> list[str]:
    """Return the reasons why shapes are unusable, one line each: file, line, column, shape and reason."""
    where = Locations(files, base)
    lines = []
    for node, why in unusable(model):
        iri = named(model, node)
        at = where.place(iri)
        lines.append((at, f"{at.file}:{at.line}:{at.column}: {_local(iri)}: {why}"))
    return [line for _, line in sorted(set(lines))]


def _collisions(model: Model) -> Iterator[tuple[str, str]]:
    """Yield invalid names and keys, and keys and properties that two fields of a class share.

    Functions are generated under the names of node shapes, beside others that begin with a small letter.
    """
    for cls in model.classes.values():
        usable = re.fullmatch("[A-Z][A-Za-z0-9]*", cls.name) and cls.name not in (
            "Out",
            "UNSET",
            "None",
            "True",
            "False",
        )
        if not (usable or cls.concept):
            shape = next(iter(model.shapes.subjects(SH + "targetClass", cls.iri)), SHAPES + cls.name)
            yield shape, f"the name {cls.name}: letters and digits only, a capital letter first"
        keys: dict[str, str] = {}
        paths: dict[str, str] = {}
        for field in cls.fields:
            for owners, name, word in ((keys, field.key, "key"), (paths, field.path, "sh:path")):
                if (field.derived or field.passed_on) and owners is paths:
                    continue  # a property may be stated beside those that authors write
                first = owners.setdefault(name, field.code)
                if first != field.code:
                    yield field.shape, f"the {word} {name} is that of {first} already"
            if field.key in ("id", "type") or not re.fullmatch(r"[a-z][A-Za-z0-9]*", field.key):
                yield (
                    field.shape,
                    f"the key {field.key}: letters and digits only, a lower-case letter first; id and type are taken",
                )


def remarks(model: Model, files: list[tuple[Path, str]], base: str, languages: Sequence[str]) -> list[Problem]:
    """Return warnings about missing texts and terms of what these Turtle files state, which are given with their names
    in reports; the texts have to be in these languages."""
    where = Locations(files, base)
    problems = [
        problem("model-untold", where.place(iri), None, None, _local(iri), expected=", ".join(missing), what=what)
        for iri, what, missing in _missing_texts(model, languages)
        if where.knows(iri)
    ]
    problems += [
        problem("model-no-successor", where.place(t), None, None, _local(t))
        for index in (model.ontology, model.shapes)
        for t in index.triples
        if index.value(t, OWL + "deprecated") == "true"
        and not index.iri(t, DCTERMS + "isReplacedBy")
        and where.knows(t)
    ]
    declared = {s for s in model.ontology.triples if s.startswith("https://w3id.org/hankelod/def#")}
    for cls in model.classes.values():
        for field in cls.fields:
            own = field.path.startswith("https://w3id.org/hankelod/def#") and where.knows(field.shape)
            if own and field.path not in declared:
                problems.append(problem("model-no-term", where.place(field.shape), None, None, _local(field.path)))
    return problems


class Locations:
    """Positions of subjects in several Turtle files, which are read at the first request."""

    def __init__(self, files: list[tuple[Path, str]], base: str) -> None:
        self.files, self.base = files, base
        self._read: list[tuple[str, Places]] | None = None

    def place(self, subject: str) -> Place:
        """Return the place of a subject, or the beginning of the first file if it is unknown."""
        for name, positions in self._positions():
            if subject in positions.subjects:
                return Place(name, *positions.subjects[subject])
        return Place(self.files[0][1] if self.files else "shapes", 1, 1)

    def knows(self, subject: str) -> bool:
        """Tell whether one of the files states something about a subject."""
        return any(subject in positions.subjects for _, positions in self._positions())

    def _positions(self) -> list[tuple[str, Places]]:
        if self._read is None:
            self._read = [(name, places(content(path).decode(), self.base)) for path, name in self.files]
        return self._read


def _local(iri: str) -> str:
    return iri.rsplit("#", 1)[-1].rsplit("/", 1)[-1]


def _missing_texts(model: Model, languages: Sequence[str]) -> Iterator[tuple[str, str, list[str]]]:
    """Yield terms and shapes that lack a text in a language: the IRI, the kind of text, the languages."""

    def lacking(text: Text) -> list[str]:
        return [lang for lang in languages if not text.get(lang)]

    for cls in model.classes.values():
        for field in cls.fields:
            for what, text in (
                ("sh:name / rdfs:label", field.label),
                ("sh:description / skos:definition", field.description),
            ):
                if missing := lacking(text):
                    yield field.shape, what, missing
    for iri, check in model.checks.items():
        bound = any(p.removeprefix(SH) in COMPARED for p in model.shapes.triples[iri])
        for what, text in (("sh:message", check.fix), ("s:why", check.why)) if bound else ():
            if missing := lacking(text):
                yield iri, what, missing
    for term in model.ontology.triples:
        if term.startswith(("https://w3id.org/hankelod/def#", f"{model.things}concept/")) and model.ontology.one(
            term, RDF + "type"
        ):
            label = model.ontology.text(term, RDFS + "label") or model.ontology.text(term, SKOS + "prefLabel")
            if missing := lacking(label):
                yield term, "rdfs:label / skos:prefLabel", missing
