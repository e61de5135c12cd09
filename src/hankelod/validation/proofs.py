"""Proofs: SPARQL rules evaluated once for many records, to show that none of them violates a rule.

A SHACL engine evaluates a rule once for each focus node, which costs more than all other checks together. Here the
query of the rule is evaluated once for a whole chunk, with `$this` unbound. An empty result proves that the engine
would find nothing for any focus node of the chunk, so that it may leave the rule out; otherwise the engine decides. The
rule itself is stated in its shape alone.

This holds for queries in which `$this` may be joined instead of substituted: see `_Rule`. All others are left to
the engine.
"""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

from hankelod.model.model import Model
from hankelod.rdf.graph import RDF, SH
from hankelod.rdf.sparql import Token, tokens


class Proofs:
    """The rules of one Model that can be evaluated for many records at once.

    `shapes` are the shapes of the Model without these rules, in N-Triples; `rules` the codes of the shapes that state
    the rules; `predicates` those of the triples that the rules read, in N-Triples.
    """

    def __init__(self, model: Model) -> None:
        proved: set[str] = set()
        predicates: set[str] = set()
        self.rules: list[str] = []
        self._queries: list[str] = []
        self._base, self._prefixes = model.base, model.prefixes
        for iri, check in model.checks.items():
            used = _predicates(check.select, model.prefixes) if check.select else None
            if check.select and used:
                proved.add(iri)
                predicates |= used
                self.rules.append(check.code)
                self._queries.append(check.select)
        self.predicates = {f"<{iri}>".encode() for iri in predicates}
        rules = tuple(f"<{iri}> <{SH}sparql> " for iri in proved)
        self.shapes = "".join(line for line in model.shapes_text.splitlines(True) if not line.startswith(rules))

    def suspects(self, lines: Iterable[bytes]) -> set[str]:
        """The IRIs of the things that may violate a rule, among the triples of a chunk and of the records it refers to.

        `lines` are those of `predicates` without line ends. No violation is missed; some things may turn out not to be
        targets of the shape.
        """
        store = ox.Store()
        store.bulk_load(b"\n".join(lines), format=ox.RdfFormat.N_TRIPLES)
        things: set[str] = set()
        for query in self._queries:
            for row in store.query(query, base_iri=self._base, prefixes=self._prefixes):  # type: ignore[union-attr]
                things.add(row["this"].value)  # type: ignore[index]
        return things


def _predicates(select: str, prefixes: dict[str, str]) -> set[str] | None:
    """Return the predicates of a rule's query, or None if it has to be asked for each thing by itself."""
    try:
        return _Rule(tokens(select), prefixes).read()
    except _Other:
        return None


class _Other(Exception):
    """A query of another form than those that can be asked for all things at once."""


VERBS = frozenset(("iri", "name"))

TERMS = frozenset(("variable", "iri", "name", "string", "integer", "decimal", "double"))
"""Kinds of tokens that are a subject or an object; blank nodes and collections are not among them."""


class _Rule:
    """A rule's query read as the one form whose rows with `$this` free are those of each thing put in for it.

        SELECT $this … WHERE { triples with $this . (triples | OPTIONAL { triples } | BIND (…) | FILTER … )* }

    The first triples bind `$this`, and all else is joined to them, so that putting a thing in for it beforehand (SHACL,
    5.2.1) gives the rows of the free pattern with that thing: joins, optional triples, values computed on the way and
    filters see `$this` bound. No path, no group of another kind, and nothing that counts, limits or takes away passes;
    a filter may ask whether plain triples exist.
    """

    def __init__(self, query: list[Token], prefixes: dict[str, str]) -> None:
        self._query, self._prefixes, self._at = query, prefixes, 0
        self._predicates: set[str] = set()

    def read(self) -> set[str]:
        """Return the predicates of its triples. Raises _Other."""
        self._expect("SELECT")
        if self._is("DISTINCT"):
            self._at += 1
        projected = set()
        while self._kind() == "variable":
            projected.add(self._next().text[1:])
        if self._is("WHERE"):
            self._at += 1
        self._expect("{")
        if "this" not in projected or "this" not in self._triples():
            raise _Other
        while not self._is("}"):
            self._element()
        self._at += 1
        if self._at != len(self._query):
            raise _Other
        return self._predicates

    def _element(self) -> None:
        if self._is("OPTIONAL"):
            self._at += 1
            self._expect("{")
            self._triples()
            if self._is("FILTER"):
                self._filter()
            self._expect("}")
        elif self._is("BIND"):
            self._at += 1
            self._brackets()
        elif self._is("FILTER"):
            self._filter()
        else:
            self._triples()
        if self._is("."):
            self._at += 1

    def _filter(self) -> None:
        self._expect("FILTER")
        if self._is("NOT"):
            self._at += 1
        if self._is("EXISTS"):
            self._at += 1
            self._expect("{")
            self._triples()
            self._expect("}")
            return
        if self._kind() == "word":
            self._at += 1
        self._brackets()

    def _brackets(self) -> None:
        """Pass an expression in brackets, which holds no pattern."""
        self._expect("(")
        depth = 1
        while depth:
            token = self._next()
            depth += (token.text == "(") - (token.text == ")")
            if token.text in ("{", "}") or (token.kind == "word" and token.text.upper() == "EXISTS"):
                raise _Other

    def _triples(self) -> set[str]:
        """Pass plain triples, at least one; the names of the variables in them."""
        names: set[str] = set()
        self._term(names)
        while True:
            self._verb()
            self._term(names)
            while self._is(","):
                self._at += 1
                self._term(names)
            if self._is(";"):
                self._at += 1
                continue
            if not self._is("."):
                return names
            self._at += 1
            if self._kind() not in TERMS:
                return names
            self._term(names)

    def _verb(self) -> None:
        token = self._next()
        if token.kind == "word" and token.text == "a":
            self._predicates.add(RDF + "type")
        elif token.kind == "iri" and ":" in token.text:
            self._predicates.add(token.text[1:-1])
        elif token.kind == "name":
            prefix, _, local = token.text.partition(":")
            if prefix not in self._prefixes or "\\" in local or "%" in local:
                raise _Other
            self._predicates.add(self._prefixes[prefix] + local)
        else:
            raise _Other

    def _term(self, names: set[str]) -> None:
        token = self._next()
        if token.kind not in TERMS:
            raise _Other
        if token.kind == "variable":
            names.add(token.text[1:])
        if token.kind == "string" and self._kind() == "language":
            self._at += 1
        elif token.kind == "string" and self._is("^^"):
            self._at += 1
            if self._next().kind not in VERBS:
                raise _Other

    ### Tokens

    def _kind(self) -> str:
        return self._query[self._at].kind if self._at < len(self._query) else ""

    def _is(self, text: str) -> bool:
        """Tell whether the next token is this keyword, in any case, or this mark."""
        if self._at >= len(self._query):
            return False
        token = self._query[self._at]
        return token.kind in ("word", "mark") and token.text.upper() == text

    def _next(self) -> Token:
        if self._at >= len(self._query):
            raise _Other
        self._at += 1
        return self._query[self._at - 1]

    def _expect(self, text: str) -> None:
        if not self._is(text):
            raise _Other
        self._at += 1
