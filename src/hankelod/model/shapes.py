"""Reader of ontology and shapes, which become the Model.

The only module that interprets SHACL terms. It follows SHACL (W3C Recommendation 20 July 2017),
`sh:rule` of SHACL Advanced Features, and `sh:codeIdentifier` of SHACL 1.2 Core.
"""

from __future__ import annotations

import math
from pathlib import Path

import pyoxigraph as ox

from hankelod.messages.catalogue import Text
from hankelod.messages.languages import UNDETERMINED
from hankelod.model import entailment
from hankelod.model.kinds import addresses, things
from hankelod.model.kinds.kind import Kind
from hankelod.model.kinds.table import BY_DATATYPE, of_alternatives
from hankelod.model.layers import Layer
from hankelod.model.model import (
    DEFAULT,
    PART,
    PROPERTY,
    SHAPES,
    Check,
    Class,
    Field,
    Filled,
    Group,
    Level,
    Model,
    TypeRule,
)
from hankelod.rdf.graph import OWL, RDF, RDFS, SH, SKOS, Index, read
from hankelod.rdf.terms import Names

DASH = "http://datashapes.org/dash#"


FILLED_FROM = {
    "filledFrom": "cast",
    "filledFirstDay": "first-day",
    "filledLastDay": "last-day",
    "filledProperty": PROPERTY,
    "filledPart": PART,
}
"""Ways of filling in a value from the field of another property, by the term that names the property."""


class ModelError(Exception):
    """The ontology or the shapes cannot be used; the message names the shape and the reason."""


def _local(iri: str) -> str:
    return iri.rsplit("#", 1)[-1].rsplit("/", 1)[-1]


def _names(shapes: Index, ontology: Index, shape: str, path: str) -> tuple[Text, Text]:
    """Return a field's label and description: of the shape, else of the property in the ontology."""
    label = shapes.text(shape, SH + "name") or ontology.text(path, RDFS + "label")
    description = shapes.text(shape, SH + "description") or ontology.text(path, SKOS + "definition")
    return label, description


def _kind(shapes: Index, shape: str, path: str) -> tuple[Kind, str | None]:
    datatype = shapes.iri(shape, SH + "datatype")
    target = shapes.iri(shape, SH + "class")
    if path == RDF + "type":
        return things.CLASS, None
    if datatype:
        if datatype not in BY_DATATYPE:
            raise ModelError(f"{_local(shape)}: the datatype {datatype} is not one that records can hold")
        return BY_DATATYPE[datatype], None
    options = {
        shapes.iri(str(o), SH + "datatype") for head in shapes.objects(shape, SH + "or") for o in shapes.items(head)
    }
    among = of_alternatives(options)
    if among is not None:
        return among, None
    if target:
        composite = shapes.value(shape, DASH + "composite") == "true"
        return (things.PART if composite else things.REFERENCE), target
    if shapes.iri(shape, SH + "nodeKind") == SH + "IRI":
        relative = shapes.one(shape, SHAPES + "relativeTo") is not None
        return (things.RELATIVE if relative else addresses.IRI), None
    raise ModelError(f"{_local(shape)}: neither sh:datatype, sh:class nor sh:nodeKind tells the kind of value")


def _number(index: Index, node: str, term: str, default: float) -> float:
    """Return the number that a term of SHACL has. Raises ModelError."""
    written = index.value(node, SH + term)
    try:
        number = float(default if written is None else written)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ModelError(f"{_local(node)}: sh:{term} has to be a number: {written}")
    return number


def _key_at(keys: dict[str, str], path: object, shape: str) -> str:
    """Return the key of the class that has a path. Raises ModelError."""
    key = keys.get(str(path))
    if key is None:
        raise ModelError(f"{_local(shape)}: no key of its class has the property {path}")
    return key


def _steps(shapes: Index, head: object, shape: str) -> tuple[str, str]:
    """Return the two members of a list. Raises ModelError."""
    steps = [str(step) for step in shapes.items(head)]
    if len(steps) != 2:
        raise ModelError(f"{_local(shape)}: a list of two members is needed, not of {len(steps)}")
    return steps[0], steps[1]


def _filled(shapes: Index, shape: str, keys: dict[str, str]) -> Filled | None:
    if shapes.iri(shape, SHAPES + "filledWith") == SHAPES + "ordinal":
        return Filled("ordinal")
    within = shapes.one(shape, SHAPES + "filledWithin")
    if within is not None:
        ending, space = _steps(shapes, within, shape)
        return Filled("within", (_key_at(keys, ending, shape), space))
    setting = shapes.value(shape, SHAPES + "filledByDefault")
    if setting is not None:
        beside = (_key_at(keys, str(path), shape) for path in shapes.objects(shape, SHAPES + "filledBeside"))
        return Filled(DEFAULT, (setting, *sorted(beside)))
    areas = shapes.one(shape, SHAPES + "filledWithAreas")
    if areas is not None:
        return Filled("areas", tuple(str(getattr(item, "value", "")) for item in shapes.items(areas)))
    along = shapes.one(shape, SHAPES + "filledAlong")
    if along is not None:
        first, second = _steps(shapes, along, shape)
        return Filled("along", (_key_at(keys, first, shape), second))
    for term, way in FILLED_FROM.items():
        source = shapes.iri(shape, SHAPES + term)
        if source:
            return Filled(way, (_key_at(keys, source, shape),))
    return None


def _field(shapes: Index, ontology: Index, shape: str, keys: dict[str, str]) -> Field:
    path = shapes.iri(shape, SH + "path")
    inverse = shapes.iri(path, SH + "inversePath") if path is not None else None
    path = inverse or path
    if path is None or path.startswith("_:"):
        raise ModelError(f"{_local(shape)}: a record's key needs a property, or the inverse of one, as its sh:path")
    kind, target = _kind(shapes, shape, path)
    # The types of a thing are its kind and super-classes: `sh:in` qualifies the one that is its kind.
    qualified = shapes.iri(shape, SH + "qualifiedValueShape") if kind.typing else None
    least, most = ("qualifiedMinCount", "qualifiedMaxCount") if qualified else ("minCount", "maxCount")
    listed = [v for head in shapes.objects(qualified or shape, SH + "in") for v in shapes.items(head)]
    words = {ontology.value(str(c), SKOS + "notation") or _local(str(c)): str(c) for c in listed if isinstance(c, str)}
    limits = _limits(shapes, shape, kind.numeric)
    label, description = _names(shapes, ontology, shape, path)
    group = shapes.iri(shape, SH + "group")
    shared = shapes.objects(shape, SHAPES + "sharedAmong")
    languages = [v for head in shapes.objects(shape, SH + "languageIn") for v in shapes.items(head)]
    if not all(isinstance(v, ox.Literal) for v in languages):
        raise ModelError(f"{_local(shape)}: sh:languageIn has to list texts")
    return Field(
        order=_number(shapes, shape, "order", 0),
        key=shapes.value(shape, SH + "codeIdentifier") or "",
        code=_local(shape),
        shape=shape,
        path=path,
        kind=kind,
        many=not kind.by_language and shapes.value(shape, SH + most) != "1",
        required=_number(shapes, shape, least, 0) > 0,
        datatype=shapes.iri(shape, SH + "datatype"),
        target=target,
        languages=tuple(v.value for v in languages if isinstance(v, ox.Literal)),
        words=words,
        filled=_filled(shapes, shape, keys),
        checked_by=shapes.iri(shape, SHAPES + "checkedBy"),
        pattern=shapes.value(shape, SH + "pattern"),
        values=tuple(v.value for v in listed if isinstance(v, ox.Literal)),
        limits=limits,
        label=label,
        description=description,
        example=shapes.value(shape, SKOS + "example"),
        group=_local(group) if group else None,
        long=shapes.value(shape, DASH + "singleLine") == "false",
        verbatim=shapes.value(shape, SHAPES + "verbatim") == "true",
        inverse=inverse is not None,
        space=shapes.value(shape, SHAPES + "namespace"),
        deprecated=shapes.value(shape, OWL + "deprecated") == "true",
        among=tuple(v.value for head in shared for v in shapes.items(head) if isinstance(v, ox.Literal)),
    )


LIMITS = ("minInclusive", "minExclusive", "maxInclusive", "maxExclusive", "minLength", "maxLength")
"""Terms that bound values or lengths."""


def _limits(shapes: Index, shape: str, numeric: bool) -> dict[str, str]:
    """Return the bounds of a property shape by term. Raises ModelError for one that is no number."""
    limits = {}
    for term in LIMITS:
        value = shapes.value(shape, SH + term)
        if value is not None:
            if term.endswith("Length") and not (value.isascii() and value.isdigit()):
                raise ModelError(f"{_local(shape)}: sh:{term} has to be a whole number: {value}")
            if numeric:
                _number(shapes, shape, term, 0)
            limits[term] = value
    return limits


def _types(shapes: Index, ontology: Index, shape: str, iri: str, keys: dict[str, str]) -> list[TypeRule]:
    """Return the `sh:rule`s of a node shape that set a type, in their `sh:order`; else its target class.

    A condition that something is absent only keeps a rule from things to which an earlier one applies.
    """
    rules = []
    for rule in shapes.objects(shape, SH + "rule"):
        rule = str(rule)
        type_iri = str(shapes.one(rule, SH + "object"))
        key = value = None
        for condition in map(str, shapes.objects(rule, SH + "condition")):
            has = shapes.iri(condition, SH + "hasValue")
            if has or shapes.value(condition, SH + "minCount") == "1":
                key = _key_at(keys, shapes.one(condition, SH + "path"), shape)
                value = has.rsplit("/", 1)[-1] if has else None
        order = _number(shapes, rule, "order", 0)
        word = ontology.value(type_iri, SKOS + "notation") or _local(type_iri)
        rules.append((order, TypeRule(type_iri, word, key, value)))
    if not rules:
        return [TypeRule(iri, ontology.value(iri, SKOS + "notation") or _local(iri), None, None)]
    return [rule for _, rule in sorted(rules, key=lambda each: (each[0], each[1].iri, each[1].word))]


def _class(
    shapes: Index, ontology: Index, shape: str, iri: str, parts: set[str], supers: entailment.Supers, names: Names
) -> Class:
    properties = [str(p) for p in shapes.objects(shape, SH + "property")]
    keyed = [p for p in properties if shapes.one(p, SH + "codeIdentifier") is not None]
    keys = {str(shapes.one(p, SH + "path")): str(shapes.value(p, SH + "codeIdentifier")) for p in keyed}
    segment = str(shapes.value(shape, SH + "codeIdentifier"))
    identifies = shapes.value(shape, SHAPES + "identifies")
    by = shapes.iri(shape, SHAPES + "identifiedBy")
    fields = tuple(sorted((_field(shapes, ontology, p, keys) for p in keyed), key=lambda f: f[:3]))
    types = tuple(_types(shapes, ontology, shape, iri, keys))
    kinds = next((f for f in fields if f.kind.typing), None)
    words = kinds.words if kinds else {rule.word: rule.iri for rule in types}
    stated = {word: (each, *supers.get(each, ())) for word, each in words.items()}
    return Class(
        order=_number(shapes, shape, "order", 1000),
        name=_local(shape),
        iri=iri,
        segment=segment,
        identifies=segment + "/" if identifies is None else identifies,
        folder=shapes.value(shape, SHAPES + "folder"),
        file=shapes.value(shape, SHAPES + "file"),
        identified_by=shapes.value(by, SH + "codeIdentifier") if by else None,
        part=iri in parts,
        concept=segment.startswith("concept/"),
        fields=fields,
        types=types,
        typed_by=kinds.key if kinds else "type",
        stated=stated,
        written={word: (word, *(names.iri(each).strip("<>") for each in iris[1:])) for word, iris in stated.items()},
        label=shapes.text(shape, RDFS + "label") or ontology.text(iri, RDFS + "label"),
        definition=shapes.text(shape, SKOS + "definition") or ontology.text(iri, SKOS + "definition"),
        main=shapes.value(shape, SHAPES + "main") == "true",
    )


def _completed(classes: dict[str, Class]) -> dict[str, Class]:
    """Return the classes with the siblings that complete references to parts.

    A part is referred to by its local id where the same record refers to its whole: the first field before it that
    refers to the class with these parts.
    """
    owners = {f.target: c.iri for c in classes.values() for f in c.fields if f.kind.nested and not c.part}

    def completed(cls: Class, field: Field) -> Field:
        if not field.kind.refers or field.target is None or not classes[field.target].part:
            return field
        before = cls.fields[: cls.fields.index(field)]
        wholes = [f.key for f in before if f.kind.refers and f.target == owners.get(field.target)]
        return field._replace(within=wholes[0] if wholes else None)

    return {iri: c._replace(fields=tuple(completed(c, f) for f in c.fields)) for iri, c in classes.items()}


def _main(classes: dict[str, Class]) -> Class:
    """Return the class of the records that datasets are about. Raises ModelError unless there is one."""
    marked = [c for c in classes.values() if c.main]
    if len(marked) != 1 or not marked[0].folder:
        raise ModelError(
            "one node shape with a s:folder has to be marked `s:main true`: of the records that datasets are about; "
            f"marked: {', '.join(c.name for c in marked) or 'none'}"
        )
    return marked[0]


def _checks(shapes: Index, owners: dict[str, str]) -> dict[str, Check]:
    """Return the checks of all named shapes, by IRI."""
    checks = {}
    keys: dict[tuple[str, str | None], str | None] = {}
    """Keys by the name of their class and their property."""
    for member, cls in owners.items():
        if shapes.one(member, SH + "codeIdentifier") is not None:
            keys.setdefault((cls, shapes.iri(member, SH + "path")), shapes.value(member, SH + "codeIdentifier"))
    for shape in shapes.triples:
        if shape.startswith("_:") or not _is_shape(shapes, shape):
            continue
        about = shapes.iri(shape, SHAPES + "field") or shape
        path = shapes.iri(about, SH + "path")
        key = shapes.value(about, SH + "codeIdentifier") if path else None
        owner = owners.get(shape) or owners.get(about, "")
        if path and key is None:
            key = keys.get((owner, path))
        severity = shapes.iri(shape, SH + "severity") or SH + "Violation"
        sparql = shapes.iri(shape, SH + "sparql")
        checks[shape] = Check(
            code=_local(shape),
            class_name=owner,
            key=key,
            severity=_local(severity).lower(),
            says=_told(shapes, sparql, SH + "message") if sparql else {},
            why=_told(shapes, shape, SHAPES + "why"),
            fix=_told(shapes, shape, SH + "message"),
            alternatives=tuple(
                key
                for head in shapes.objects(shape, SH + "or")
                for option in shapes.items(head)
                if (other := shapes.iri(str(option), SH + "path")) and (key := keys.get((owner, other)))
            ),
            select=shapes.value(sparql, SH + "select") if sparql else None,
            least=int(_number(shapes, shape, "minCount", 0)),
            pattern=shapes.value(shape, SH + "pattern"),
            limits=_limits(shapes, shape, False),
            values=tuple(
                v.value
                for head in shapes.objects(shape, SH + "in")
                for v in shapes.items(head)
                if isinstance(v, ox.Literal)
            ),
            apart=tuple(
                other for path in shapes.objects(shape, SH + "disjoint") if (other := keys.get((owner, str(path))))
            ),
            essential=shapes.value(shape, SHAPES + "essential") == "true",
        )
    return checks


def _told(shapes: Index, subject: str, predicate: str) -> Text:
    """Return a text for people by language; one without a language is of an undetermined one."""
    plain = shapes.value(subject, predicate)
    return shapes.text(subject, predicate) or ({UNDETERMINED: plain} if plain else {})


def _is_shape(shapes: Index, node: str) -> bool:
    kinds = shapes.objects(node, RDF + "type")
    return SH + "NodeShape" in kinds or SH + "PropertyShape" in kinds


def _concepts(ontology: Index, classes: dict[str, Class], base: str) -> dict[str, dict[str, Text]]:
    """Return the labels of concepts by class IRI and concept id."""
    concepts: dict[str, dict[str, Text]] = {iri: {} for iri, cls in classes.items() if cls.concept}
    starts = {iri: base + "id/" + classes[iri].identifies for iri in concepts}
    for subject in sorted(ontology.triples):
        for iri in ontology.objects(subject, RDF + "type"):
            start = starts.get(str(iri))
            if start is not None and subject.startswith(start):
                concepts[str(iri)][subject[len(start) :]] = ontology.text(subject, SKOS + "prefLabel")
    return concepts


def load(ontology_files: list[Path], shapes_files: list[Path], base: str) -> Model:
    """Read ontology and shapes into a Model.

    `base` is the dataset's base IRI: the code lists in the ontology are written relative to it.
    Raises ModelError or `hankelod.rdf.graph.NotReadable` if they cannot be used.
    """
    return of(Layer(read(ontology_files, base), read(shapes_files, base)), base)


def of(layer: Layer, base: str, levels: tuple[Level, ...] = ()) -> Model:
    """Return the Model of ontology and shapes, all layers combined, with the levels of areas.

    Raises ModelError if they cannot be used.
    """
    ontology, shapes = layer
    supers = entailment.superclasses(ontology)
    entailment.complete(ontology, supers)
    prefixes = dict(sorted({**shapes.prefixes, **ontology.prefixes}.items()))
    names = Names(base, prefixes, True)
    node_shapes = [s for s in shapes.subjects(RDF + "type", SH + "NodeShape") if shapes.one(s, SH + "codeIdentifier")]
    parts = {
        str(shapes.one(s, SH + "class"))
        for s in shapes.subjects(RDF + "type", SH + "PropertyShape")
        if shapes.value(s, DASH + "composite") == "true"
    }
    classes: dict[str, Class] = {}
    owners: dict[str, str] = {}
    for shape in node_shapes:
        iri = shapes.iri(shape, SH + "targetClass") or shapes.iri(shape, SHAPES + "ofClass")
        if iri is None:
            raise ModelError(f"{_local(shape)}: a class of records needs sh:targetClass")
        classes[iri] = _class(shapes, ontology, shape, iri, parts, supers, names)
        owners[shape] = classes[iri].name
        for member in shapes.objects(shape, SH + "property"):
            owners[str(member)] = classes[iri].name
    if not classes:
        raise ModelError("no class of records: the shapes have no node shape with a sh:codeIdentifier")
    for cls in classes.values():
        for field in cls.fields:
            if field.target is not None and field.target not in classes:
                raise ModelError(f"{field.code}: no node shape with a sh:codeIdentifier targets {field.target}")
    classes = _completed(classes)
    groups = sorted(
        (
            Group(_number(shapes, g, "order", 0), _local(g), shapes.text(g, RDFS + "label"))
            for g in shapes.subjects(RDF + "type", SH + "PropertyGroup")
        ),
        key=lambda group: group[:2],
    )
    concepts = _concepts(ontology, classes, base)
    return Model(
        base=base,
        classes=classes,
        main=_main(classes),
        checks=_checks(shapes, owners),
        concepts=concepts,
        units=_along(ontology, classes, concepts, base),
        class_paths=frozenset(
            p for s, by in shapes.triples.items() if SH + "class" in by and (p := shapes.iri(s, SH + "path"))
        ),
        groups=tuple(groups),
        labels={s: by for s in ontology.triples if (by := ontology.text(s, RDFS + "label"))},
        prefixes=prefixes,
        ontology=ontology,
        shapes=shapes,
        levels=levels,
    )


def _along(
    ontology: Index, classes: dict[str, Class], concepts: dict[str, dict[str, Text]], base: str
) -> dict[str, dict[str, str]]:
    """Return the values of fields filled in along a path: by the IRI of the second step and the concept id."""
    tables: dict[str, dict[str, str]] = {}
    for cls in classes.values():
        for field in cls.fields:
            if field.filled and field.filled.way == "along":
                source = cls.field(field.filled.keys[0])
                if source is None or source.target is None:
                    raise ModelError(f"{field.code}: s:filledAlong has to begin with a reference")
                start = base + "id/" + classes[source.target].identifies
                step = field.filled.keys[1]
                for concept in concepts.get(source.target, {}):
                    value = ontology.iri(start + concept, step)
                    if value:
                        tables.setdefault(step, {})[concept] = value
    return tables
