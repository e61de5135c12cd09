"""SHACL over the triples of records, and its results back to file, line and column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pyoxigraph as ox

from hankelod.mapping.mapping import Located, Mapping
from hankelod.messages.problem import Problem, component_says, fill, short
from hankelod.model.model import Check, Model
from hankelod.rdf.graph import RDFS
from hankelod.records.dataset import Dataset
from hankelod.records.faults import mending
from hankelod.records.record import Record, references
from hankelod.records.tree import Path, dotted
from hankelod.validation.engines import Result, available, engine

CHUNK = 200
"""Records that are validated together. Memory stays flat however many there are; and a rule in SPARQL is joined anew for
each thing that it is about, so that its time grows with the square of what is validated together."""

ROWS = 10
"""Rows of one table that are read one by one; for more, the whole table is."""


### The data graph


def background(model: Model) -> list[str]:
    """What every chunk needs of the ontology: sub-class axioms, and the concepts of the code lists."""
    concepts = {
        f"{model.base}id/{model.classes[iri].identifies}{c}" for iri, members in model.concepts.items() for c in members
    }
    return [
        f"{quad.triple} .\n"
        for quad in model.ontology.quads
        if quad.predicate.value == RDFS + "subClassOf" or getattr(quad.subject, "value", "") in concepts
    ]


Known = dict[tuple[str, str], Record]
"""Records by the IRI of their class and their id."""


def referenced(dataset: Dataset, records: Iterable[Record], known: Known | None = None) -> list[Record]:
    """The records that these refer to and that are not among them: what a shape may look at.

    `known` are the dataset's records, where they have been read already.
    """
    own = {(r.cls.iri, r.id) for r in records}
    wanted: dict[tuple[str, str], None] = {}
    for record in records:
        for cls, identifier in references(dataset.model, record.values, record.cls):
            if not cls.concept and not cls.part and (cls.iri, identifier) not in own:
                wanted[cls.iri, identifier] = None
    if known is not None:
        return [known[each] for each in wanted if each in known]
    found = []
    counts = Counter(target for target, _ in wanted)
    for target, many in counts.items():
        if many > ROWS and dataset.model.classes[target].file:
            dataset.rows(dataset.model.classes[target])  # read once, rather than row by row
    for target, identifier in wanted:
        loaded = dataset.record(dataset.model.classes[target], identifier)
        if loaded is not None:
            found.append(loaded)
    return found


### Results to problems


class Checker:
    """Validates records chunk by chunk, and turns results into problems at the line to mend."""

    def __init__(self, dataset: Dataset, engine_name: str | None = None) -> None:
        """Raises EngineMissing."""
        self.dataset = dataset
        self.mapping = Mapping(dataset.model)
        self.engine_name = available(engine_name)
        self._engine = engine(self.engine_name, dataset.model)
        self.background = background(dataset.model)

    def problems(self, records: list[Record], others: list[Record]) -> list[Problem]:
        """What the shapes say of `records`; `others` is the reference data they may look at."""
        lines = [line for record in records for line in self.mapping.ntriples(record)]
        results = self.results(lines, (line for record in others for line in self.mapping.ntriples(record)))
        return self.located(results, records) if results else []

    def results(self, lines: Iterable[str], others: Iterable[str]) -> list[Result]:
        """What the engine says of data in lines of N-Triples; `others` is the reference data it may look at."""
        return self._engine("".join((*self.background, *lines, *others)))

    def located(self, results: list[Result], records: list[Record]) -> list[Problem]:
        """Problems for those results whose focus is in one of these records, each said once."""
        roots = {self.mapping.subject(r): r for r in records}
        by_record: dict[str, list[Result]] = {}
        for result in results:
            root = root_of_focus(result.focus.strip("<>"), roots)
            if root is not None:
                by_record.setdefault(root, []).append(result)
        found: list[Problem] = []
        for root, its in by_record.items():
            found += self._of_record(roots[root], its)
        return found

    def _of_record(self, record: Record, results: list[Result]) -> list[Problem]:
        places = _Places(record, self.mapping.places(record))
        # the paths of what the reader has reported, and of what holds it
        said = {marred[:n] for marred in record.marred for n in range(1, len(marred) + 1)}
        best: dict[tuple[Path, str | None], tuple[tuple[int, int], Problem]] = {}
        for result in results:
            check = self.dataset.model.checks.get((result.shape or "").strip("<>"))
            if check is None:
                continue
            path = self._path(result, check, places)
            # what the reader has reported of a value, or of one of several that would do, is not said again
            if path in said or any((*path[:-1], key) in said for key in check.alternatives):
                continue
            found = self._problem(record, result, check, path)
            # one problem per field and value: violation before warning, kind of value before pattern before range
            rank = (("violation", "warning", "info").index(check.severity), _RANK.get(result.component, 9))
            subject = (path, None if check.severity == "violation" else check.code)
            if subject not in best or rank < best[subject][0]:
                best[subject] = (rank, found)
        violated = {path for (path, code) in best if code is None}
        return [p for (path, code), (_, p) in best.items() if code is None or path not in violated]

    def _path(self, result: Result, check: Check, places: _Places) -> Path:
        """The path of the value that a result is about; of its key, where there is no value."""
        node = result.focus.strip("<>")
        at = places.parts.get(node, ())
        predicate = (result.path or "").strip("<>")
        if check.key is None:
            return places.first(node, predicate) or at
        found = places.value(node, predicate, result.value) if result.value is not None and result.path else None
        return found or (*at, check.key)

    def _problem(self, record: Record, result: Result, check: Check, path: Path) -> Problem:
        model = self.dataset.model
        cls = model.by_name(check.class_name)
        field = cls.field(check.key) if check.key else None
        label = field.label if field else cls.label
        value = plain(result.value) if result.component != "OrConstraintComponent" else None
        if value is not None and field is not None and field.kind == "reference":
            value = value.removeprefix(f"{model.base}id/{model.target(field).identifies}")
        says = check.says or component_says(result.component)
        message = fill(
            says,
            label=label,
            value=short(value),
            path=short(plain(result.path)),
            alternatives=", ".join(check.alternatives),
        )
        place = record.place(path)
        return Problem(
            *place,
            record.id,
            dotted(path),
            value,
            check.code,
            result.component,
            check.severity,
            message,
            check.why,
            mending(check, field, value),
            focus=result.focus.strip("<>"),
            predicate=_predicate(result.path),
        )


def _predicate(path: str | None) -> str | None:
    return path.strip("<>") if path else None


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
    """The record that a focus node belongs to: itself, or the thing that its IRI begins with."""
    while focus not in roots:
        focus, _, last = focus.rpartition("/")
        if not last or not focus:
            return None
    return focus


class _Places:
    """Where in a record its triples come from, looked up by what a result says of them.

    `parts` is the path of each part, by its IRI. Engines write a literal with other escapes than the data, so that a
    value is looked for as it is written first, then as the term that it is.
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
        found = [path for (s, p, _), path in self._written.items() if s == subject and p == predicate]
        return found[-1] if found else None

    def value(self, subject: str, predicate: str, value: str) -> Path | None:
        """The path of this value of a property."""
        found = self._written.get((subject, predicate, value))
        if found is None:
            if self._terms is None:
                self._terms = {(s, p, _term(o)): path for (s, p, o), path in self._written.items()}
            found = self._terms.get((subject, predicate, _term(value)))
        return found


def _term(text: str) -> object:
    """A term, parsed: engines write the same literal with other escapes, rdflib a long text in three quotation marks."""
    try:
        return next(iter(ox.parse(f"<x:s> <x:p> {text} .", format=ox.RdfFormat.TURTLE))).object
    except (SyntaxError, ValueError):
        return text


def plain(text: str | None) -> str | None:
    """The IRI or the lexical form of a term in N-Triples syntax."""
    if text is None:
        return None
    term = _term(text)
    return getattr(term, "value", text)
