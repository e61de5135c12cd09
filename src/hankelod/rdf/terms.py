"""Terms in N-Triples and Turtle: IRIs, escaped literals, and the prefixes in use."""

from __future__ import annotations

import re

import pyoxigraph as ox

from hankelod.rdf.graph import RDF, XSD

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

_ESCAPES = {n: f"\\u{n:04X}" for n in (*range(0x20), 0x7F)} | {8: "\\b", 12: "\\f"}

_PREFIXED = re.compile(r'"(?:[^"\\]|\\.)*"|<[^>]*>|([A-Za-z][A-Za-z0-9]*):')
"""Prefixes in Turtle (group 1); literals and IRIs are matched so that their content is skipped."""


def escape(text: str) -> str:
    """Escape a text for quotation marks in N-Triples and Turtle (RDF 1.2 N-Triples, canonical form)."""
    if '"' in text or "\\" in text or not text.isprintable():
        text = escape_record(text)
        if not text.isprintable() and _CONTROLS.search(text):
            text = text.translate(_ESCAPES)
    return text


def escape_record(text: str) -> str:
    """Escape a text of a record, which contains no other controls: `hankelod.records.tree` refuses them."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")


KNOWN = 10_000
"""Most IRIs of which the notation is remembered: those of the vocabulary recur in every document."""

_LOCAL = re.compile("[A-Za-z_][A-Za-z0-9_-]*")


class Names:
    """Notation of IRIs: full in N-Triples; with prefixes and relative to the base in Turtle (`short`).

    `used` collects the prefixes that were needed.
    """

    def __init__(self, base: str, prefixes: dict[str, str], short: bool) -> None:
        self.base = base
        self.short = short
        self.prefixes = sorted(prefixes.items(), key=lambda p: -len(p[1]))
        self.things = "<id/" if short else f"<{base}id/"
        self.used: set[str] = set()
        self._terms: dict[str, str] = {}

    def iri(self, iri: str) -> str:
        """Write an IRI in this notation."""
        if not self.short:
            return f"<{iri}>"
        written = self._terms.get(iri)
        if written is None:
            written = self._shortened(iri)
            if len(self._terms) < KNOWN:
                self._terms[iri] = written
        return written

    def verb(self, iri: str) -> str:
        """Write an IRI as predicate, where Turtle has a word for rdf:type."""
        return "a" if self.short and iri == RDF + "type" else self.iri(iri)

    def term(self, term: object) -> str:
        """Write a literal, or the IRI that a string is."""
        return self.literal(term) if isinstance(term, ox.Literal) else self.iri(str(term))

    def literal(self, term: ox.Literal) -> str:
        """Write a literal in quotation marks, with its language or datatype."""
        text = f'"{escape(term.value)}"'
        if term.language:
            return f"{text}@{term.language}"
        datatype = term.datatype.value
        return text if datatype == XSD + "string" else f"{text}^^{self.iri(datatype)}"

    def _shortened(self, iri: str) -> str:
        for prefix, namespace in self.prefixes:
            if iri.startswith(namespace) and _LOCAL.fullmatch(iri, len(namespace)):
                self.used.add(prefix)
                return f"{prefix}:{iri[len(namespace) :]}"
        if iri.startswith(self.base) and iri != self.base:
            return f"<{iri[len(self.base) :]}>"
        return f"<{iri}>"


def head(base: str, prefixes: dict[str, str], body: str) -> str:
    """Return the `@base` and `@prefix` lines that this Turtle needs."""
    return head_of(base, prefixes, {name for name in _PREFIXED.findall(body) if name})


def head_of(base: str, prefixes: dict[str, str], used: set[str]) -> str:
    """Return the `@base` line, unless it is empty, and the `@prefix` lines of the prefixes in `used`."""
    lines = [f"@base <{base}> ."] if base else []
    lines += [f"@prefix {p}: <{n}> ." for p, n in sorted(prefixes.items()) if p in used]
    return "\n".join(lines) + "\n\n"
