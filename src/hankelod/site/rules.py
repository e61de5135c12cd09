"""Rules of the form: the SPARQL rules of the shapes, and the triples of the dataset that they read.

One script holds them, since pages opened from a file cannot fetch: the queries, the context that makes triples of a
draft, and the facts about what drafts refer to. The facts are those whose properties the rules name, so that no dump
has to be loaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hankelod.mapping.mapping import Mapping
from hankelod.model import context
from hankelod.model.model import Class, Model
from hankelod.publication.files import File
from hankelod.rdf.graph import RDF
from hankelod.rdf.sparql import tokens
from hankelod.site.form import with_parts
from hankelod.site.scripts import script_json
from hankelod.site.view import View
from hankelod.validation.checker import background

RULES = "search/rules.js"
"""Path of the script."""

_PREDICATE = re.compile(r"\S+ <([^>]*)> ")


def rules_file(view: View, classes: list[Class]) -> File:
    """Return a script that calls `hankelodRules` with the rules on records of these classes."""
    model = view.model
    names = {cls.name for each in classes for cls in with_parts(model, each)}
    checks = [c for c in model.checks.values() if c.select and c.class_name in names]
    data = {
        "base": model.base,
        "prefixes": model.prefixes,
        "context": context.context(model),
        "identifies": {cls.name: cls.identifies for cls in classes},
        "rules": [{"code": c.code, "class": c.class_name, "select": c.select} for c in checks],
        "facts": "".join(_facts(view, predicates(model, [str(c.select) for c in checks]))),
    }
    return File(RULES, f"hankelodRules({script_json(data)});\n".encode())


def predicates(model: Model, queries: list[str]) -> set[str]:
    """Return the IRIs that queries name; these are all properties that they read, unless one is a variable."""
    found: set[str] = set()
    for query in queries:
        for token in tokens(query):
            if token.kind == "word" and token.text == "a":
                found.add(RDF + "type")
            elif token.kind == "iri":
                found.add(token.text[1:-1])
            elif token.kind == "name":
                prefix, _, local = token.text.partition(":")
                found.add(model.prefixes.get(prefix, "") + local)
    return found


def _facts(view: View, wanted: set[str]) -> Iterator[str]:
    """Yield lines of N-Triples about all things but projects, and of the ontology."""
    mapping = Mapping(view.model)
    for line in background(view.model):
        if _read(line, wanted):
            yield line
    for cls in view.model.entries():
        if cls.main or cls.of_dataset:
            continue
        for record in view.portfolio.of(cls.name).values():
            yield from (line for line in mapping.ntriples(record) if _read(line, wanted))


def _read(line: str, wanted: set[str]) -> bool:
    match = _PREDICATE.match(line)
    return match is not None and match[1] in wanted
