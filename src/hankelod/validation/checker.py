"""Validation of records with SHACL: triples to the engine, its results back to file, line and column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import pyoxigraph as ox

from hankelod.mapping.batch import Batch
from hankelod.mapping.mapping import Located, Mapping
from hankelod.messages.problem import Place, Problem, Result, component_says, fill, short
from hankelod.model.model import Check, Class, Field, Model
from hankelod.rdf.graph import RDFS
from hankelod.records.dataset import Dataset
from hankelod.records.faults import correction
from hankelod.records.record import Record, references
from hankelod.records.tree import Path, dotted
from hankelod.validation.engines import available, engine, limited

CHUNK = 200
"""Records that are validated together.

This bounds memory. It also bounds time: an engine evaluates a SPARQL rule once for each focus node, so that the time
grows with the square of the number of records.
"""

ROWS = 10
"""Most rows of one table that are read one by one; for more, the whole table is read."""


### The data graph


def background(model: Model) -> list[str]:
    """The triples of the ontology that every chunk needs: sub-class axioms, and the concepts of the code lists.

    Each is a line of N-Triples with its line end.
    """
    concepts = {model.iri(model.classes[iri], c) for iri, members in model.concepts.items() for c in members}
    return [
        f"{quad.triple} .\n"
        for subject, by in model.ontology.triples.items()
        if subject in concepts or RDFS + "subClassOf" in by
        for quad in model.ontology.by_subject[subject]
        if subject in concepts or quad.predicate.value == RDFS + "subClassOf"
    ]


Known = dict[tuple[str, str], Record]
"""Records by the IRI of their class and their id."""


def referenced(dataset: Dataset, records: Iterable[Record], known: Known | None = None) -> list[Record]:
    """The records that `records` refer to and that are not among them, since a shape may look at them.

    `known` holds the records of the dataset, if they have been read already.
    """
    own = {(r.cls.iri, r.id) for r in records}
    wanted: dict[tuple[str, str], None] = {}
    for record in records:
        for cls, identifier in references(dataset.model, record.values, record.cls):
            if not cls.concept and not cls.part and (cls.iri, identifier) not in own:
                wanted[cls.iri, identifier] = None
    if known is not None:
        return [known[each] for each in wanted if each in known]
    others = []
    counts = Counter(target for target, _ in wanted)
    for target, many in counts.items():
        if many > ROWS and dataset.model.classes[target].file:
            dataset.rows(dataset.model.classes[target])  # read once, rather than row by row
    for target, identifier in wanted:
        loaded = dataset.record(dataset.model.classes[target], identifier)
        if loaded is not None:
            others.append(loaded)
    return others


### Results to problems


def worded_as(component: str, check: Check) -> str:
    """Return the constraint component whose words say what is wrong: `sh:or` without keys is about datatypes."""
    return component if component != "OrConstraintComponent" or check.alternatives else "DatatypeConstraintComponent"


class Checker:
    """Validates records chunk by chunk, and turns the results into problems at the line to correct."""

    def __init__(self, dataset: Dataset, engine_name: str | None = None, mapping: Mapping | None = None) -> None:
        """`engine_name` is `shacl`, `pyshacl`, or None for the first that is installed. Raises EngineMissing."""
        self.dataset = dataset
        self.mapping = mapping or Mapping(dataset.model)
        self.engine_name = available(engine_name)
        self._engine = (limited if dataset.own_model else engine)(self.engine_name, dataset.model)
        self.background = background(dataset.model)

    def problems(self, records: list[Record], others: list[Record]) -> list[Problem]:
        """The problems of `records`; `others` are the records that they refer to."""
        return self.judged(Batch(self.mapping, records), Batch(self.mapping, others).texts)

    def judged(self, batch: Batch, others: Iterable[str]) -> list[Problem]:
        """The problems of the records of a batch; `others` are the triples of the records that they refer to."""
        results = self.results(batch.texts, others)
        return self.located(results, batch.records) if results else []

    def results(self, lines: Iterable[str], others: Iterable[str]) -> list[Result]:
        """The results of the engine for data in lines of N-Triples; `others` is the data that it refers to."""
        return self._engine("".join((*self.background, *lines, *others)))

    def located(self, results: list[Result], records: Sequence[Record]) -> list[Problem]:
        """The problems of those results whose focus node is in one of these records, without duplicates."""
        roots = {self.mapping.subject(r): r for r in records}
        by_record: dict[str, list[Result]] = {}
        for result in results:
            root = root_of_focus(result.focus.strip("<>"), roots)
            if root is not None:
                by_record.setdefault(root, []).append(result)
        problems: list[Problem] = []
        for root, of_root in by_record.items():
            problems += self._of_record(roots[root], of_root)
        return problems

    def _of_record(self, record: Record, results: list[Result]) -> list[Problem]:
        """The problems of one record: at most one violation for each field and value, the most basic first."""
        places = _Places(record, self.mapping.places(record))
        # the paths of values that the reader has reported, and of the parts that hold them
        reported = {invalid[:n] for invalid in record.marred for n in range(1, len(invalid) + 1)}
        best: dict[tuple[Path, str | None], tuple[tuple[int, int, bool, str], Problem]] = {}
        stood_for: dict[tuple[Path, str | None], list[Result]] = {}
        for result in results:
            check = self.dataset.model.checks.get((result.shape or "").strip("<>"))
            if check is None:
                continue
            path = self._path(result, check, places)
            # a value that the reader has reported, or an alternative to it, is not reported again
            if path in reported or any((*path[:-1], key) in reported for key in check.alternatives):
                continue
            problem = self._problem(record, result, check, path)
            # one problem for each field and value: violation before warning, datatype before pattern before range;
            # the code decides between equals, as engines give their results in orders of their own
            severity = ("violation", "warning", "info").index(check.severity)
            rank = (severity, _RANK.get(result.component, 9), bool(check.alternatives), check.code)
            subject = (path, None if check.severity == "violation" else check.code)
            stood_for.setdefault(subject, []).append(result)
            if subject not in best or rank < best[subject][0]:
                best[subject] = (rank, problem)
        violated = {path for (path, code) in best if code is None}
        for path, code in list(stood_for):
            if code is not None and path in violated:
                stood_for[path, None] += stood_for.pop((path, code))
        return [
            best[subject][1]._replace(results=tuple(sorted(results, key=str))) for subject, results in stood_for.items()
        ]

    def _path(self, result: Result, check: Check, places: _Places) -> Path:
        """The path of the value that a result is about; of its key, if there is no value."""
        node = result.focus.strip("<>")
        at = places.parts.get(node, ())
        predicate = (result.path or "").strip("<>")
        if check.key is None:
            return places.first(node, predicate) or at
        value_path = places.value(node, predicate, result.value) if result.value is not None and result.path else None
        return value_path or (*at, check.key)

    def _problem(self, record: Record, result: Result, check: Check, path: Path) -> Problem:
        model = self.dataset.model
        field = about(model, check)[1]
        value = plain(result.value) if of_one_value(result, check) else None
        if value is not None and field is not None and field.kind.refers:
            value = value.removeprefix(model.iri(model.target(field), ""))
        says = Said(short(value), plain(result.path))
        return worded(model, check, result, value, says, (record.place(path), record.id, dotted(path)))


class Said(NamedTuple):
    """The value and the property of a result, as its message writes them."""

    value: str
    path: str | None


def about(model: Model, check: Check) -> tuple[Class, Field | None]:
    """The class that a check is about, and its field."""
    cls = model.by_name(check.class_name)
    return cls, cls.field(check.key) if check.key else None


def of_one_value(result: Result, check: Check) -> bool:
    """Tell whether a result is about the value that it gives: not where one of several properties is missing."""
    return worded_as(result.component, check) != "OrConstraintComponent"


def worded(
    model: Model, check: Check, result: Result, value: str | None, said: Said, at: tuple[Place, str | None, str | None]
) -> Problem:
    """The problem of a SHACL result in the words of its check; `at` is its place, and the names of record and field."""
    cls, field = about(model, check)
    place, record, name = at
    message = fill(
        check.says or component_says(worded_as(result.component, check)),
        label=field.label if field else cls.label,
        value=said.value,
        path=short(said.path),
        alternatives=", ".join(check.alternatives),
    )
    return Problem(
        *place,
        record,
        name,
        value,
        check.code,
        result.component,
        check.severity,
        message,
        check.why,
        correction(check, field, value),
        results=(result,),
    )


_RANK = {
    "NodeKindConstraintComponent": 0,
    "DatatypeConstraintComponent": 0,
    "ClassConstraintComponent": 1,
    "InConstraintComponent": 1,
    "PatternConstraintComponent": 2,
    "MinLengthConstraintComponent": 3,
    "MaxLengthConstraintComponent": 3,
    "MinExclusiveConstraintComponent": 4,
    "MinInclusiveConstraintComponent": 4,
    "MaxInclusiveConstraintComponent": 4,
    "MaxExclusiveConstraintComponent": 4,
    "SPARQLConstraintComponent": 5,
}


def root_of_focus(focus: str, roots: dict[str, Record]) -> str | None:
    """The IRI of the record that a focus node belongs to: its own, or the one that it begins with; None for neither."""
    while focus not in roots:
        focus, _, last = focus.rpartition("/")
        if not last or not focus:
            return None
    return focus


class _Places:
    """The paths in a record from which its triples come, looked up by subject, property and value.

    `parts` is the path of each part, by its IRI. Engines write a literal with other escapes than the data, so that a
    value is looked up by its text first, then as a parsed term.
    """

    def __init__(self, record: Record, located: list[Located]) -> None:
        self._written = {(s, p, o): record.written(path) for s, p, o, path in reversed(located)}
        self._terms: dict[tuple[str, str, object], Path] | None = None
        subjects = {s for s, _, _ in self._written} - {s for s, _, _, _ in located[:1]}  # a thing is no part of itself
        self.parts = {
            o[1:-1]: path for (_, _, o), path in self._written.items() if o.startswith("<") and o[1:-1] in subjects
        }

    def first(self, subject: str, predicate: str) -> Path | None:
        """The path of the first value of a property."""
        paths = [path for (s, p, _), path in self._written.items() if s == subject and p == predicate]
        return paths[-1] if paths else None

    def value(self, subject: str, predicate: str, value: str) -> Path | None:
        """The path of this value of a property."""
        path = self._written.get((subject, predicate, value))
        if path is None:
            if self._terms is None:
                self._terms = {(s, p, term(o)): path for (s, p, o), path in self._written.items()}
            path = self._terms.get((subject, predicate, term(value)))
        return path


def term(text: str) -> object:
    """Parse a term; the text itself if it cannot be parsed.

    Engines write the same literal with other escapes, and rdflib writes a long text in three quotation marks.
    """
    try:
        return next(iter(ox.parse(f"<x:s> <x:p> {text} .", format=ox.RdfFormat.TURTLE))).object
    except (SyntaxError, ValueError):
        return text


def plain(text: str | None) -> str | None:
    """The IRI or the lexical form of a term in N-Triples syntax."""
    if text is None:
        return None
    return getattr(term(text), "value", text)
