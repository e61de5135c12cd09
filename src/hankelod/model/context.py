"""JSON-LD context derived from the Model.

The context is the reference mapping (JSON-LD 1.1, section 4.1.8, type-scoped contexts): a complete record with it
yields the triples of `hankelod.mapping.mapping`.
"""

from __future__ import annotations

from hankelod.model.model import Class, Field, Model
from hankelod.rdf.graph import XSD
from hankelod.rdf.terms import Names

Json = dict[str, object]


def context(model: Model, only: frozenset[str] | None = None) -> Json:
    """Return the value of `@context` for complete records of all classes, or of the classes named in `only`.

    The terms of a class are in a context scoped to its types, whose `@base` resolves the ids of its records.
    """
    names = Names(model.base, model.prefixes, True)
    terms: Json = {}
    for cls in sorted(model.classes.values()):
        if cls.concept or (only is not None and cls.name not in only):
            continue
        scoped = _scoped(model, names, cls)
        words = [(w, iri) for f in cls.fields if f.kind == "class" for w, iri in f.words.items()]
        for word, iri in words or [(rule.word, rule.iri) for rule in cls.types]:
            terms[word] = {"@id": _compact(names, iri), "@context": scoped}
    prefixes = {p: n for p, n in model.prefixes.items() if p in names.used}
    clash = set(prefixes) & set(terms)
    assert not clash, f"prefixes and types must not share a name: {clash}"
    return {"@version": 1.1, "id": "@id", "type": "@type", **prefixes, **terms}


def _compact(names: Names, iri: str) -> str:
    written = names.iri(iri)
    return iri if written.startswith("<") else "rdf:type" if written == "a" else written


def _scoped(model: Model, names: Names, cls: Class) -> Json:
    scoped: Json = {"@base": f"{model.base}id/{model.root_of(cls).identifies}"}
    for field in cls.fields:
        if field.kind != "class":
            scoped[field.key] = _term(model, names, field)
    return scoped


def _term(model: Model, names: Names, field: Field) -> Json:
    term: Json = {"@id": _compact(names, field.path)}
    if field.kind == "langtext":
        term["@container"] = "@language"
    elif field.kind == "part":
        words = [f for f in model.target(field).fields if f.kind == "class"]
        if words:  # the type of the part is under another key than `type`
            term["@context"] = {words[0].key: "@type"}
    elif field.kind == "iri":
        term["@type"] = "@id"
    elif field.kind == "reference":
        term["@type"] = "@id"
        term["@context"] = {"@base": f"{model.base}id/{model.root_of(model.target(field)).identifies}"}
    elif field.kind == "relative":
        term["@type"] = "@id"
        term["@context"] = {"@base": f"{model.base}id/"}
    elif field.kind not in ("boolean", "integer") and field.datatype != XSD + "string":
        assert field.datatype is not None
        term["@type"] = _compact(names, field.datatype)
    return term
