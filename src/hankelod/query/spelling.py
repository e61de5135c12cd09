"""Slips in a query that a parser lets pass, or explains badly: prefixes, terms and identifiers that are not there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import NamedTuple

import pyoxigraph as ox

from hankelod.messages.words import told
from hankelod.rdf.graph import RDF
from hankelod.rdf.sparql import Refused, Token, place, refused

MANY = 2_000_000
"""Triples above which a slip gets no suggestion: that takes one pass over the graph."""

_ENGINE = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)

_ENGINE_SAYS = {
    "The SELECT contains a variable that is unbound": "SELECT names a variable that GROUP BY does not give",
    "IRI parsing failed": "an IRI is not well-formed",
}
"""What oxigraph says beside its list of characters, in our words."""


def explained(text: str, found: list[Token], prefixes: dict[str, str], message: str) -> Refused:
    """The refusal of a text that an engine does not take, at the place where the grammar or a prefix is at fault."""
    from hankelod.query.grammar import explain

    fault = explain(text)
    if fault is not None:
        return refused("query-syntax", fault[1], text, fault[0])
    try:
        check_prefixes(text, found, prefixes)
    except Refused as error:
        return error
    match = _ENGINE.match(message)
    if match is None:
        return Refused("query-syntax", message, 1, 1)
    said = next(
        (ours for theirs, ours in _ENGINE_SAYS.items() if theirs in match.group(3)), "the query is not well-formed here"
    )
    return Refused("query-syntax", said, int(match.group(1)), int(match.group(2)))


def check_prefixes(text: str, found: list[Token], prefixes: Mapping[str, str]) -> None:
    """Refuse a name whose prefix nobody declared, with the nearest that somebody did. Raises Refused."""
    for n, token in enumerate(found):
        if token.kind not in ("name", "prefix") or (n and found[n - 1].text.upper() == "PREFIX"):
            continue
        prefix = token.text.partition(":")[0]
        if prefix not in prefixes:
            close = get_close_matches(prefix.lower(), list(prefixes), n=1, cutoff=0.5)
            said = (
                told("refusal-prefix-near", prefix=prefix, near=close[0])
                if close
                else told("refusal-prefix", prefix=prefix, known=", ".join(prefixes))
            )
            raise refused("query-prefix", said, text, token.start)


class _Term(NamedTuple):
    """An IRI that a query names: its token, the whole IRI, and the namespace and prefix that it belongs to."""

    token: Token
    iri: str
    namespace: str
    prefix: str


def unknown_terms(store: ox.Store, text: str, found: list[Token], prefixes: Mapping[str, str], base: str) -> list[str]:
    """A note for each term or thing that the graph does not hold, though it holds one that is spelt nearly so.

    A term of the namespaces that the graph uses, spelt otherwise, finds nothing and says nothing: the commonest slip.
    """
    notes: list[str] = []
    for term in _terms(found, prefixes, base):
        if len(store) > MANY or _occurs(store, term.iri):
            continue
        close = get_close_matches(term.iri.removeprefix(term.namespace), _known(store, term.namespace), n=1)
        if close:
            line, column = place(text, term.token.start)
            meant = f"{term.prefix}:{close[0]}" if term.prefix else f"<{term.namespace.removeprefix(base)}{close[0]}>"
            notes.append(f"{line}:{column}: {term.token.text} is not in the data; did you mean {meant}?")
    return list(dict.fromkeys(notes))


def _terms(found: list[Token], prefixes: Mapping[str, str], base: str) -> Iterable[_Term]:
    """The terms and things that a query names, its declarations left out."""
    for n, token in enumerate(found):
        before = found[n - 1] if n else None
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


def _known(store: ox.Store, namespace: str) -> list[str]:
    """The local names under a namespace that the graph uses: as predicates, as classes, or described in it."""
    names: set[str] = set()
    for quad in store:
        for node in (quad.predicate, quad.subject, quad.object if quad.predicate.value == RDF + "type" else None):
            if isinstance(node, ox.NamedNode) and node.value.startswith(namespace):
                names.add(node.value[len(namespace) :])
    return sorted(n for n in names if n and "/" not in n)


def nearest_thing(store: ox.Store, start: str, value: str, names: Iterable[str]) -> str | None:
    """The identifier, with its name, of the thing under `start` whose identifier or name is nearest to `value`."""
    known: dict[str, str] = {}
    labels: dict[str, str] = {}
    for predicate in names:
        for quad in store.quads_for_pattern(None, ox.NamedNode(predicate), None):
            subject, label = quad.subject, quad.object
            if isinstance(subject, ox.NamedNode) and isinstance(label, ox.Literal) and subject.value.startswith(start):
                identifier = subject.value[len(start) :]
                if "/" not in identifier:
                    known.setdefault(identifier.casefold(), identifier)
                    known.setdefault(label.value.casefold(), identifier)
                    labels[identifier] = min(labels.get(identifier, label.value), label.value)
    if value.isdigit():  # a code without its leading zeros; of other digits, the nearest are those of another thing
        return next((f"{i} ({n})" for i, n in sorted(labels.items()) if i == value.zfill(len(i))), None)
    close = get_close_matches(value.casefold(), sorted(known), n=1, cutoff=0.6)
    if not close:
        return None
    identifier = known[close[0]]
    return f"{identifier} ({labels[identifier]})" if labels[identifier] != identifier else identifier
