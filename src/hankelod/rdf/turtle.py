"""Turtle of a whole graph with blank nodes: these are nested, and RDF lists are written in brackets.

Subjects, predicates and objects keep the order of the graph, so that the same graph gives the same bytes whatever
labels its blank nodes have.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pyoxigraph as ox

from hankelod.rdf.graph import RDF, XSD
from hankelod.rdf.terms import Names, escape, head

Graph = dict[str, dict[str, list[object]]]
"""Objects by subject and predicate, as in `graph.Index`: IRIs and blank nodes (`_:…`) are strings."""

PLAIN = {
    XSD + "integer": re.compile("[+-]?[0-9]+"),
    XSD + "decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    XSD + "boolean": re.compile("true|false"),
}
"""Literals that Turtle writes without quotation marks, by datatype."""

INDENT = "    "


def document(graph: Graph, base: str, prefixes: dict[str, str]) -> str:
    """Return a complete Turtle document."""
    body = _Writer(graph, Names(base, prefixes, True)).text()
    return head(base, prefixes, body) + body


class _Writer:
    """Writer of one graph. `labels` are those of blank nodes that cannot be nested: several subjects refer to them, or
    they refer to each other in a circle."""

    def __init__(self, graph: Graph, names: Names) -> None:
        self.graph, self.names = graph, names
        counts = Counter(o for by in graph.values() for objects in by.values() for o in objects if _blank(o))
        self.referred = counts
        self.labels = {node: f"_:b{n}" for n, node in enumerate((o for o, n in counts.items() if n > 1), start=1)}
        self.written: set[str] = set()

    def text(self) -> str:
        """Return all blocks, without head."""
        roots = [s for s in self.graph if not _blank(s) or s in self.labels or not self.referred[s]]
        blocks = [self._block(s) for s in roots]
        for subject in self.graph:  # what is left is in circles
            if subject not in self.written:
                self.labels[subject] = f"_:b{len(self.labels) + 1}"
                blocks.append(self._block(subject))
        return "\n".join(blocks)

    def _block(self, subject: str) -> str:
        self.written.add(subject)
        name = self.labels.get(subject, "[]") if _blank(subject) else self._iri(subject)
        return f"{name}\n{INDENT}" + f" ;\n{INDENT}".join(self._properties(subject, 1)) + " .\n"

    def _properties(self, subject: str, depth: int) -> Iterator[str]:
        by = self.graph[subject]
        for predicate in sorted(by, key=lambda p: p != RDF + "type"):
            inner = depth + (len(by[predicate]) > 1)
            objects = [self._object(o, inner) for o in by[predicate]]
            yield f"{self.names.iri(predicate)} " + f" ,\n{INDENT * (depth + 1)}".join(objects)

    def _object(self, term: object, depth: int) -> str:
        if isinstance(term, ox.Literal):
            return self._literal(term)
        node = str(term)
        if not _blank(node):
            return "()" if node == RDF + "nil" else self._iri(node)
        if node in self.labels:
            return self.labels[node]
        members = self._members(node)
        if members is not None:
            return f"( {' '.join([self._object(m, depth) for m in members])} )"
        self.written.add(node)
        if node not in self.graph:
            return "[]"
        inner = f" ;\n{INDENT * (depth + 1)}".join(self._properties(node, depth + 1))
        return f"[\n{INDENT * (depth + 1)}{inner}\n{INDENT * depth}]"

    def _members(self, node: str) -> list[object] | None:
        """Return the members of a list, and mark its nodes as written; None if this is no list, or not a plain one."""
        members: list[object] = []
        nodes: list[str] = []
        while node != RDF + "nil":
            by = self.graph.get(node, {})
            first, rest = by.get(RDF + "first", []), by.get(RDF + "rest", [])
            plain = set(by) == {RDF + "first", RDF + "rest"} and len(first) == len(rest) == 1
            if not plain or node in self.labels or node in nodes or not isinstance(rest[0], str):
                return None
            nodes.append(node)
            members.append(first[0])
            node = rest[0]
        self.written.update(nodes)
        return members

    def _iri(self, iri: str) -> str:
        if iri == RDF + "type":  # as a predicate it is `a`
            prefix = next((p for p, namespace in self.names.prefixes if namespace == RDF), None)
            return f"{prefix}:type" if prefix else f"<{iri}>"
        return self.names.iri(iri)

    def _literal(self, term: ox.Literal) -> str:
        form = PLAIN.get(term.datatype.value)
        if form is not None and form.fullmatch(term.value):
            return term.value
        text = _long(term.value) if "\n" in term.value else f'"{escape(term.value)}"'
        if term.language:
            return f"{text}@{term.language}"
        return text if term.datatype.value == XSD + "string" else f"{text}^^{self.names.iri(term.datatype.value)}"


def _blank(node: object) -> bool:
    return isinstance(node, str) and node.startswith("_:")


def _long(text: str) -> str:
    """Write a text of several lines in three quotation marks."""
    lines = [escape(line) for line in text.split("\n")]
    inner = "\n".join(lines)
    if not text.endswith('"') and '"""' not in text:
        inner = inner.replace('\\"', '"')
    return f'"""{inner}"""'
