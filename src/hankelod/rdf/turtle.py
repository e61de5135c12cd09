"""Turtle and TriG: the one writer of triples in these syntaxes.

A block for each subject, its type first. Blank nodes are nested and RDF lists are in brackets, so that the same triples
give the same bytes whatever labels their blank nodes have. Triples have one of two forms: sorted, with every literal in
quotation marks, which is that of data; or in their own order, with numbers bare and texts over several lines, which is
that of what people wrote. The writers of records (`hankelod.mapping.writers`) are generated with the marks of this
module.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

import pyoxigraph as ox

from hankelod.rdf.graph import RDF, XSD
from hankelod.rdf.statements import Triples, predicates
from hankelod.rdf.terms import Names, escape, head_of

INDENT = "    "

FIRST, NEXT, END = f"\n{INDENT}", f" ;\n{INDENT}", " .\n"
"""Texts before the first predicate of a subject, before every other, and after the last object."""

ALSO = f" ,\n{INDENT * 2}"
"""Text between the objects of a predicate."""

PLAIN = {
    XSD + "integer": re.compile("[+-]?[0-9]+"),
    XSD + "decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    XSD + "boolean": re.compile("true|false"),
}
"""Literals that Turtle may have without quotation marks, by datatype."""


def document(triples: Triples, base: str, prefixes: dict[str, str], in_order: bool = False, long: bool = True) -> str:
    """Return a complete Turtle document, sorted or `in_order`; IRIs under `base` are relative to it.

    Without `long`, a text of several lines stands on one: no line begins with what a stranger wrote.
    """
    names = Names(base, prefixes, True)
    text = Writer(triples, names, in_order, long).text()
    return head_of(base, prefixes, names.used) + text


def body(triples: Triples, names: Names, wanted: Iterable[str] | None = None) -> str:
    """Return sorted Turtle without its head, of all subjects or of those in `wanted`."""
    return Writer(triples, names).text(wanted)


def trig(triples: Triples, graphs: Mapping[str, Iterable[bytes]], base: str, prefixes: dict[str, str]) -> bytes:
    """Return a TriG document: triples in their own order, and behind the block of a subject the graph that it names.

    The triples of a graph are lines of N-Triples without line ends.
    """
    names = Names(base, prefixes, True)
    writer = Writer(triples, names, in_order=True)
    blocks = []
    for subject, block in writer.blocks():
        blocks.append(block.encode())
        if subject in graphs:
            blocks[-1] += b"%s {\n%s\n}\n" % (names.iri(subject).encode(), b"\n".join(graphs[subject]))
    return head_of(base, prefixes, names.used).encode() + b"\n".join(blocks)


class Writer:
    """Writer of the blocks of triples in one notation of IRIs, sorted or `in_order`."""

    def __init__(self, triples: Triples, names: Names, in_order: bool = False, long: bool = True) -> None:
        self.triples, self.names, self.in_order, self.long = triples, names, in_order, long
        self._nested: set[str] = set()

    def blocks(self, wanted: Iterable[str] | None = None) -> Iterator[tuple[str, str]]:
        """Yield all subjects, or those in `wanted`, each with its block; not the blank nodes that are nested."""
        chosen = list(self.triples) if wanted is None else [s for s in wanted if s in self.triples]
        if not self.in_order:
            chosen.sort(key=lambda s: (_blank(s), "" if _blank(s) else s))
        for subject in chosen:
            if not _blank(subject) or self._stands_alone(subject):
                yield subject, self._block(subject)
        for subject in chosen:
            if _blank(subject) and subject not in self._nested:
                self._labels[subject] = f"_:b{len(self._labels) + 1}"  # in a circle
                yield subject, self._block(subject)

    def text(self, wanted: Iterable[str] | None = None) -> str:
        """Return the blocks of all subjects, or of those in `wanted`, without head."""
        return "\n".join([block for _, block in self.blocks(wanted)])

    def _block(self, subject: str) -> str:
        if _blank(subject):
            self._nested.add(subject)
            name = self._labels.get(subject, "[]")
        else:
            name = self.names.iri(subject)
        return name + FIRST + NEXT.join(self._properties(subject, 1)) + END

    @cached_property
    def _referred(self) -> Counter[str]:
        """The number of references to each blank node."""
        objects = (o for by in self.triples.values() for each in by.values() for o in each)
        return Counter(o for o in objects if isinstance(o, str) and _blank(o))

    @cached_property
    def _labels(self) -> dict[str, str]:
        """Labels of the blank nodes that cannot be nested: several subjects refer to them, or they refer to each other
        in a circle."""
        several = (node for node, number in self._referred.items() if number > 1)
        return {node: f"_:b{n}" for n, node in enumerate(several, start=1)}

    def _stands_alone(self, node: str) -> bool:
        return node in self._labels or not self._referred[node]

    def _properties(self, subject: str, depth: int) -> Iterator[str]:
        for predicate, objects in predicates(self.triples, subject, self.in_order):
            inner = depth + (len(objects) > 1)
            written = [self._object(o, inner) for o in objects]
            yield f"{self.names.verb(predicate)} {(ALSO + INDENT * (depth - 1)).join(written)}"

    def _object(self, term: object, depth: int) -> str:
        if isinstance(term, ox.Literal):
            return self._brief(term) if self.in_order else self.names.literal(term)
        if not isinstance(term, str):
            return f"<<( {term} )>>"  # a triple term
        node = term
        if not _blank(node):
            return "()" if node == RDF + "nil" else self.names.iri(node)
        if node in self._labels:
            return self._labels[node]
        members = self._members(node)
        if members is not None:
            return f"( {' '.join([self._object(m, depth) for m in members])} )"
        self._nested.add(node)
        if node not in self.triples:
            return "[]"
        inner = f" ;\n{INDENT * (depth + 1)}".join(self._properties(node, depth + 1))
        return f"[\n{INDENT * (depth + 1)}{inner}\n{INDENT * depth}]"

    def _members(self, node: str) -> list[object] | None:
        """Return the members of a list, and note its nodes as nested; None if this is no list, or not a plain one."""
        members: list[object] = []
        nodes: list[str] = []
        while node != RDF + "nil":
            by = self.triples.get(node, {})
            first, rest = by.get(RDF + "first", []), by.get(RDF + "rest", [])
            plain = set(by) == {RDF + "first", RDF + "rest"} and len(first) == len(rest) == 1
            if not plain or node in self._labels or node in nodes or not isinstance(rest[0], str):
                return None
            nodes.append(node)
            members.append(first[0])
            node = rest[0]
        self._nested.update(nodes)
        return members

    def _brief(self, term: ox.Literal) -> str:
        """Write a literal as people do."""
        form = PLAIN.get(term.datatype.value)
        if form is not None and form.fullmatch(term.value):
            return term.value
        text = self.names.literal(term)
        if "\n" not in term.value or not self.long:
            return text
        return _long(term.value) + text[len(escape(term.value)) + 2 :]


def _blank(node: str) -> bool:
    return node.startswith("_:")


def _long(text: str) -> str:
    """Write a text of several lines in three quotation marks."""
    lines = [escape(line) for line in text.split("\n")]
    inner = "\n".join(lines)
    if not text.endswith('"') and '"""' not in text:
        inner = inner.replace('\\"', '"')
    return f'"""{inner}"""'
