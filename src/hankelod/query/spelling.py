"""Misspellings in a query that a parser accepts or explains badly: unknown prefixes, terms and identifiers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import NamedTuple

import pyoxigraph as ox

from hankelod.messages.problem import LANGUAGES
from hankelod.messages.words import message
from hankelod.rdf.graph import RDF
from hankelod.rdf.sparql import Refused, Token, place, refused
from hankelod.records.nearness import nearest

MAX_TRIPLES = 2_000_000
"""Largest graph, in triples, in which an unknown term gets a suggestion: finding one reads the whole graph."""

_ENGINE = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)

_ENGINE_MESSAGES = {
    "The SELECT contains a variable that is unbound": "SELECT names a variable that GROUP BY does not give",
    "IRI parsing failed": "an IRI is not well-formed",
}
"""Messages for what oxigraph reports beside the list of characters that it expected."""


def syntax_error(text: str, tokens: list[Token], prefixes: dict[str, str], message: str) -> Refused:
    """Return the error of a text that the engine rejects, with its place.

    It is the first error of the grammar, else an unknown prefix, else what the engine's `message` says.
    """
    from hankelod.query.grammar import explain

    error_in_grammar = explain(text)
    if error_in_grammar is not None:
        offset, why = error_in_grammar
        return refused("query-syntax", why, text, offset)
    try:
        check_prefixes(text, tokens, prefixes)
    except Refused as error:
        return error
    match = _ENGINE.match(message)
    if match is None:
        return Refused("query-syntax", message, 1, 1)
    why = next(
        (ours for theirs, ours in _ENGINE_MESSAGES.items() if theirs in match.group(3)),
        "the query is not well-formed here",
    )
    return Refused("query-syntax", why, int(match.group(1)), int(match.group(2)))


def check_prefixes(text: str, tokens: list[Token], prefixes: Mapping[str, str]) -> None:
    """Raise Refused at the first name whose prefix is not declared, with the nearest declared prefix."""
    for n, token in enumerate(tokens):
        if token.kind not in ("name", "prefix") or (n and tokens[n - 1].text.upper() == "PREFIX"):
            continue
        prefix = token.text.partition(":")[0]
        if prefix not in prefixes:
            close = get_close_matches(prefix.lower(), list(prefixes), n=1, cutoff=0.5)
            why = (
                message("refusal-prefix-near", prefix=prefix, near=close[0])
                if close
                else message("refusal-prefix", prefix=prefix, known=", ".join(prefixes))
            )
            raise refused("query-prefix", why, text, token.start)


class _Term(NamedTuple):
    """An IRI in a query: its token, the whole IRI, its namespace and its prefix (empty where there is none)."""

    token: Token
    iri: str
    namespace: str
    prefix: str


def unknown_terms(store: ox.Store, text: str, tokens: list[Token], prefixes: Mapping[str, str], base: str) -> list[str]:
    """Return a note for each term or thing that the graph lacks although it has one of a similar spelling.

    A misspelt term is the commonest mistake in a query: it matches nothing, and no engine reports it.
    """
    notes: list[str] = []
    for term in _terms(tokens, prefixes, base):
        if len(store) > MAX_TRIPLES or _occurs(store, term.iri):
            continue
        local, known = term.iri.removeprefix(term.namespace), _local_names(store, term.namespace)
        thing = term.namespace.startswith(f"{base}id/")
        near = nearest(local, known) if thing else next(iter(get_close_matches(local, known, n=1)), None)
        if near:
            line, column = place(text, term.token.start)
            meant = f"{term.prefix}:{near}" if term.prefix else f"<{term.namespace.removeprefix(base)}{near}>"
            notes.append(f"{line}:{column}: {term.token.text} is not in the data; did you mean {meant}?")
    return list(dict.fromkeys(notes))


def _terms(tokens: list[Token], prefixes: Mapping[str, str], base: str) -> Iterable[_Term]:
    """The terms and things in a query, without those of its declarations."""
    for n, token in enumerate(tokens):
        before = tokens[n - 1] if n else None
        if before is not None and (before.kind == "prefix" or before.text.upper() in ("BASE", "FROM", "NAMED")):
            continue
        if token.kind == "name":
            prefix, _, local = token.text.partition(":")
            yield _Term(token, prefixes[prefix] + local.replace("\\", ""), prefixes[prefix], prefix)
        elif token.kind == "iri":
            iri = token.text[1:-1]
            if iri.startswith("id/"):
                iri = base + iri
            prefix = next((p for p, namespace in prefixes.items() if p and iri.startswith(namespace)), "")
            yield _Term(token, iri, prefixes.get(prefix) or iri.rpartition("/")[0] + "/", prefix)


def _occurs(store: ox.Store, iri: str) -> bool:
    try:
        node = ox.NamedNode(iri)
    except ValueError:
        return True
    patterns = ((None, node, None), (None, None, node), (node, None, None))
    return any(next(store.quads_for_pattern(*p), None) is not None for p in patterns)


def _local_names(store: ox.Store, namespace: str) -> list[str]:
    """The local names in a namespace that the graph uses as predicates, as classes or as subjects."""
    names: set[str] = set()
    for quad in store:
        for node in (quad.predicate, quad.subject, quad.object if quad.predicate.value == RDF + "type" else None):
            if isinstance(node, ox.NamedNode) and node.value.startswith(namespace):
                names.add(node.value[len(namespace) :])
    return sorted(n for n in names if n and "/" not in n)


def nearest_thing(store: ox.Store, start: str, value: str, names: Iterable[str]) -> dict[str, str] | None:
    """Return the thing whose identifier or name `value` is a slip of, as `identifier (name)`; None where there is none.

    The name is in the language of the message, else in the first that there is.

    `start` is the beginning of the IRIs of the things in question, `names` the properties that hold names.
    """
    identifiers: dict[str, str] = {}
    own: dict[tuple[str, str], str] = {}
    labels: dict[str, dict[str, str]] = {}
    for predicate in names:
        for quad in store.quads_for_pattern(None, ox.NamedNode(predicate), None):
            subject, label = quad.subject, quad.object
            if isinstance(subject, ox.NamedNode) and isinstance(label, ox.Literal) and subject.value.startswith(start):
                identifier = subject.value[len(start) :]
                if "/" not in identifier:
                    identifiers.setdefault(identifier.casefold(), identifier)
                    identifiers.setdefault(label.value.casefold(), identifier)
                    by_language = labels.setdefault(identifier, {})
                    lang = label.language or ""
                    # the properties are in order: another name of a thing is not put in the place of its own
                    first = own.setdefault((identifier, lang), predicate) == predicate
                    if first and label.value < by_language.setdefault(lang, label.value):
                        by_language[lang] = label.value
    if value.isdigit():  # a code without its leading zeros; similar digits are the code of another thing
        found = next((i for i in sorted(labels) if i == value.zfill(len(i))), None)
    else:
        folded = value.casefold()
        near = folded if folded in identifiers else nearest(folded, sorted(identifiers), identifiers)
        found = identifiers[near] if near else None
    if found is None:
        return None
    return {lang: _named(found, labels[found], lang) for lang in LANGUAGES}


def _named(identifier: str, labels: dict[str, str], lang: str) -> str:
    label = next((labels[each] for each in (lang, "", *LANGUAGES) if each in labels), None) or min(labels.values())
    return f"{identifier} ({label})" if label != identifier else identifier
