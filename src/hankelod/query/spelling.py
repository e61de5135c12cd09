"""Misspellings in a query that a parser accepts or explains badly: unknown prefixes, terms and identifiers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import pyoxigraph as ox

from hankelod.messages.catalogue import Text, in_language
from hankelod.messages.languages import LANGUAGES
from hankelod.messages.words import message
from hankelod.rdf.graph import RDF
from hankelod.rdf.sparql import Refused, Token, place, refused
from hankelod.records.nearness import begun, nearest

MAX_TRIPLES = 2_000_000
"""Largest graph, in triples, in which an unknown term gets a suggestion: finding one reads the whole graph."""

TOLD_APART = 5
"""Least letters of a prefix that can be told to be a slip; in shorter ones each letter makes another: `dct`, `dcat`."""

_ENGINE = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)

_ENGINE_MESSAGES = {
    "The SELECT contains a variable that is unbound": "refusal-syntax-unbound",
    "IRI parsing failed": "refusal-syntax-iri",
}
"""Names of our messages for what oxigraph reports beside the list of characters that it expected."""


def syntax_error(text: str, tokens: list[Token], prefixes: dict[str, str], reported: str) -> Refused:
    """Return the error of a text that the engine rejects, with its place.

    It is the first error of the grammar, else an unknown prefix, else what the engine has `reported`.
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
    match = _ENGINE.match(reported)
    if match is None:
        return Refused("query-syntax", reported, 1, 1)
    name = next(
        (ours for theirs, ours in _ENGINE_MESSAGES.items() if theirs in match.group(3)),
        "refusal-syntax-here",
    )
    return Refused("query-syntax", message(name), int(match.group(1)), int(match.group(2)))


def check_prefixes(text: str, tokens: list[Token], prefixes: Mapping[str, str]) -> None:
    """Raise Refused at the first name whose prefix is not declared, with the nearest declared prefix."""
    for n, token in enumerate(tokens):
        if token.kind not in ("name", "prefix") or (n and tokens[n - 1].text.upper() == "PREFIX"):
            continue
        prefix = token.text.partition(":")[0]
        if prefix not in prefixes:
            near = _near_prefix(prefix.lower(), prefixes)
            why = (
                message("refusal-prefix-near", prefix=prefix, near=near)
                if near
                else message("refusal-prefix", prefix=prefix, known=", ".join(prefixes))
            )
            raise refused("query-prefix", why, text, token.start)


def _near_prefix(prefix: str, prefixes: Mapping[str, str]) -> str | None:
    """The declared prefix that another one is a slip of, or None."""
    if prefix in prefixes:
        return prefix
    return nearest(prefix, prefixes, short=0) if len(prefix) >= TOLD_APART else None


class _Term(NamedTuple):
    """An IRI in a query: its token, the whole IRI, its namespace and its prefix (empty where there is none)."""

    token: Token
    iri: str
    namespace: str
    prefix: str


def unknown_terms(
    store: ox.Store, text: str, tokens: list[Token], prefixes: Mapping[str, str], base: str
) -> list[Text]:
    """Return a note by language for each term or thing that the graph lacks, although it has one of a similar spelling.

    A misspelt term is the commonest mistake in a query: it matches nothing, and no engine reports it.
    """
    notes: list[Text] = []
    for term in _terms(tokens, prefixes, base):
        if len(store) > MAX_TRIPLES or _occurs(store, term.iri):
            continue
        local, known = term.iri.removeprefix(term.namespace), _local_names(store, term.namespace)
        thing = term.namespace.startswith(f"{base}id/")
        near = nearest(local, known) if thing else _near_term(local, known)
        if near:
            line, column = place(text, term.token.start)
            meant = f"{term.prefix}:{near}" if term.prefix else f"<{term.namespace.removeprefix(base)}{near}>"
            note = message("note-unknown-term", line=line, column=column, term=term.token.text, near=meant)
            if note not in notes:
                notes.append(note)
    return notes


def _terms(tokens: list[Token], prefixes: Mapping[str, str], base: str) -> Iterable[_Term]:
    """The terms and things in a query, without those of its declarations."""
    for n, token in enumerate(tokens):
        before = tokens[n - 1] if n else None
        if before is not None and (before.kind == "prefix" or before.text.upper() in ("BASE", "FROM", "NAMED")):
            continue
        if token.kind == "name":
            prefix, _, local = token.text.partition(":")
            if prefix not in prefixes:  # an engine may read a keyword before it: `ASKx:y`
                continue
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


def _near_term(local: str, known: list[str]) -> str | None:
    """The term that a local name is in another case, or a slip of, or begins with, or None."""
    cased = [name for name in known if name.casefold() == local.casefold()]
    return cased[0] if len(cased) == 1 else nearest(local, known, short=0) or begun(local, known)


def _local_names(store: ox.Store, namespace: str) -> list[str]:
    """The local names in a namespace that the graph uses as predicates, as classes or as subjects."""
    names: set[str] = set()
    for quad in store:
        for node in (quad.predicate, quad.subject, quad.object if quad.predicate.value == RDF + "type" else None):
            if isinstance(node, ox.NamedNode) and node.value.startswith(namespace):
                names.add(node.value[len(namespace) :])
    return sorted(n for n in names if n and "/" not in n)


def nearest_thing(store: ox.Store, start: str, value: str, names: Iterable[str]) -> dict[str, str] | None:
    """Return the thing whose identifier or name `value` is a slip of, as `identifier (name)` by language, or None.

    `start` is the beginning of the IRIs of the things in question, `names` the properties that hold names, the most
    important first. A thing without a name in a language is named in another one, in the order of our languages.
    """
    identifiers: dict[str, str] = {}
    labels: dict[str, dict[str, str]] = {}
    for predicate in names:
        own: dict[str, dict[str, str]] = {}
        for quad in store.quads_for_pattern(None, ox.NamedNode(predicate), None):
            subject, label = quad.subject, quad.object
            if isinstance(subject, ox.NamedNode) and isinstance(label, ox.Literal) and subject.value.startswith(start):
                identifier = subject.value[len(start) :]
                if "/" not in identifier:
                    identifiers.setdefault(identifier.casefold(), identifier)
                    identifiers.setdefault(label.value.casefold(), identifier)
                    by_language = own.setdefault(identifier, {})
                    language = (label.language or "").partition("-")[0]
                    by_language[language] = min(by_language.get(language, label.value), label.value)
        for identifier, by_language in own.items():
            labels[identifier] = {**by_language, **labels.get(identifier, {})}
    if value.isdigit():  # a code without its leading zeros; similar digits are the code of another thing
        near = next((i for i in sorted(labels) if i == value.zfill(len(i))), None)
    else:
        folded = value.casefold()
        close = folded if folded in identifiers else nearest(folded, sorted(identifiers), identifiers)
        near = identifiers[close] if close else None
    return {lang: _named(near, labels[near], lang) for lang in LANGUAGES} if near is not None else None


def _named(identifier: str, labels: Mapping[str, str], lang: str) -> str:
    """An identifier with its name in a language, or the nearest to it that there is."""
    name = in_language(dict(sorted(labels.items())), lang)
    return f"{identifier} ({name})" if name != identifier else identifier
