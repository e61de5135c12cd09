"""JSON-LD contexts derived from the Model, for the two forms of JSON.

Complete records have the keys and the short ids of record files. Their context is the reference mapping (JSON-LD 1.1,
section 4.1.8, type-scoped contexts): with it they yield the triples of `hankelod.mapping.mapping`.

Published JSON-LD has one context without scopes: one `@base`, to which all ids and references are relative, and `type`
as the only alias of `@type`. Parsers that stream lose nodes without a word where a scoped context changes either.
"""

from __future__ import annotations

from collections.abc import Iterator

from hankelod.model.model import Class, Field, Model
from hankelod.rdf import statements
from hankelod.rdf.terms import Names

Json = dict[str, object]

KEYWORDS = {"id": "@id", "type": "@type"}
"""Aliases of keywords, in both forms."""


### Complete records


def context(model: Model) -> Json:
    """Return the value of `@context` for complete records of all classes.

    The terms of a class are in a context scoped to its types, whose `@base` resolves the ids of its records.
    """
    names = Names(model.base, model.prefixes, True)
    terms: Json = {}
    for cls in sorted(model.classes.values()):
        if cls.concept:
            continue
        scoped = _scoped(model, names, cls)
        for word, (iri, *others) in cls.stated.items():
            terms[word] = {"@id": _compact(names, iri), "@context": scoped}
            for each in others:
                names.iri(each)
    prefixes = statements.jsonld_prefixes(model.prefixes, names.used)
    clash = set(prefixes) & set(terms)
    assert not clash, f"prefixes and types must not share a name: {clash}"
    return {"@version": 1.1, **KEYWORDS, **prefixes, **terms}


def _compact(names: Names, iri: str) -> str:
    written = names.iri(iri)
    return iri if written.startswith("<") else written


def _scoped(model: Model, names: Names, cls: Class) -> Json:
    roots = model.roots_of(cls)
    # The ids of parts that records of several classes contain are resolved by the term that leads to the parts.
    scoped: Json = {"@base": model.iri(roots[0], "")} if len(roots) == 1 else {}
    for field in cls.fields:
        if field.passed_on:
            continue
        if field.kind.typing:
            scoped[field.key] = None  # the word is in `type` too
        else:
            term = _term(names, field)
            if field.kind.refers:
                term["@context"] = {"@base": model.iri(model.root_of(model.target(field)), "")}
            elif field.kind.relative:
                term["@context"] = {"@base": model.things}
            elif field.kind.nested and len(roots) == 1 and len(model.roots_of(model.target(field))) > 1:
                term["@context"] = {"@base": model.iri(roots[0], "")}
            scoped[field.key] = term
    return scoped


def _term(names: Names, field: Field) -> Json:
    term: Json = {"@reverse" if field.inverse else "@id": _compact(names, field.path)}
    if field.kind.by_language:
        term["@container"] = "@language"
    elif field.kind.coerced is not None:
        coerced = field.kind.coerced
        term["@type"] = coerced if coerced.startswith("@") else _compact(names, coerced)
    return term


### Published JSON-LD


class Published:
    """The terms of published JSON-LD: names of properties and types, each with one meaning in all classes."""

    def __init__(self, model: Model) -> None:
        self.model = model
        own = {f.key for cls in self._classes() for f in cls.fields}
        self._prefixes = {p: n for p, n in model.prefixes.items() if p not in own}
        self.names = self.notation()
        """The notation of IRIs; a prefix that is a key too is none."""
        self.keys: dict[str, str] = {}
        """The name of each property, by the code of its field: its key, or that code if another class has the key for
        another property."""
        self.types: dict[str, str] = {}
        """The name of each type, by its IRI: its local name, or a compact IRI if that is taken."""
        taken: Json = dict.fromkeys((*KEYWORDS, *self._prefixes))
        for cls in self._classes():
            for field in self._fields(cls):
                term = _term(self.names, field)
                free = taken.setdefault(field.key, term) == term
                self.keys[field.code] = field.key if free else field.code
        stated = [iris for cls in self._classes() for iris in cls.stated.values()]
        for iri in [*(iris[0] for iris in stated), *(each for iris in stated for each in iris[1:])]:
            compact = _compact(self.names, iri)
            local = iri.rsplit("#", 1)[-1].rsplit("/", 1)[-1]
            self.types[iri] = local if taken.setdefault(local, compact) == compact else compact

    def notation(self) -> Names:
        """Return a new notation of IRIs, whose `used` are the prefixes of what is written in it."""
        return Names(self.model.base, self._prefixes, True)

    def _classes(self) -> Iterator[Class]:
        """Yield the classes whose things are published; the dataset itself is described in the catalogue."""
        for cls in sorted(self.model.classes.values()):
            if not cls.concept and not self.model.root_of(cls).of_dataset:
                yield cls

    def _fields(self, cls: Class) -> Iterator[Field]:
        return (f for f in cls.fields if not f.kind.typing)

    def context(self, only: frozenset[str] | None = None, used: frozenset[str] = frozenset()) -> Json:
        """Return the value of `@context` for published JSON-LD, or for things of the classes named in `only` alone.

        It has the prefixes of all terms of the ontology, with `only` those of the code lists and the `used` ones.
        """
        names, terms = self.notation(), Json()
        for cls in self._classes():
            if only is None or cls.name in only:
                terms.update((self.keys[f.code], _term(names, f)) for f in self._fields(cls))
                types = {self.types[iri]: _compact(names, iri) for iris in cls.stated.values() for iri in iris}
                terms.update((name, compact) for name, compact in types.items() if name != compact)
        things = self.model.things
        triples = self.model.ontology.triples
        wanted = triples if only is None else [s for s in triples if s.startswith(things)]
        statements.nodes(triples, names, wanted)
        prefixes = statements.jsonld_prefixes(self._prefixes, names.used | used)
        return {"@version": 1.1, "@base": self.model.base, **KEYWORDS, **prefixes, **terms}
