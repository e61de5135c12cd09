"""How terms are written in N-Triples and Turtle: IRIs, the characters of literals, and the prefixes that they need."""

from __future__ import annotations

import re

from hankelod.rdf.graph import RDF

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

_ESCAPES = {n: f"\\u{n:04X}" for n in (*range(0x20), 0x7F)} | {8: "\\b", 12: "\\f"}

_PREFIXED = re.compile(r'"(?:[^"\\]|\\.)*"|<[^>]*>|([A-Za-z][A-Za-z0-9]*):')
"""Prefixes in Turtle, past literals and IRIs."""


def escape(text: str) -> str:
    """A text as it stands between quotation marks in N-Triples and Turtle (RDF 1.2 N-Triples, canonical form)."""
    if '"' in text or "\\" in text or not text.isprintable():
        text = escape_record(text)
        if not text.isprintable() and _CONTROLS.search(text):
            text = text.translate(_ESCAPES)
    return text


def escape_record(text: str) -> str:
    """The same for a text of a record, which holds no other controls: `hankelod.records.tree` refuses them."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")


class Names:
    """How IRIs are written: whole in N-Triples; with prefixes and relative to the base in Turtle."""

    def __init__(self, base: str, prefixes: dict[str, str], short: bool) -> None:
        self.base = base
        self.short = short
        self.prefixes = sorted(prefixes.items(), key=lambda p: -len(p[1]))
        self.things = "<id/" if short else f"<{base}id/"
        self.used: set[str] = set()

    def iri(self, iri: str) -> str:
        """An IRI as this syntax writes it."""
        if self.short:
            if iri == RDF + "type":
                return "a"
            for prefix, namespace in self.prefixes:
                if iri.startswith(namespace) and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]*", iri[len(namespace) :]):
                    self.used.add(prefix)
                    return f"{prefix}:{iri[len(namespace) :]}"
            if iri.startswith(self.base) and iri != self.base:
                return f"<{iri[len(self.base) :]}>"
        return f"<{iri}>"


def head(base: str, prefixes: dict[str, str], body: str) -> str:
    """The `@base` and `@prefix` lines that this Turtle needs."""
    return head_of(base, prefixes, {name for name in _PREFIXED.findall(body) if name})


def head_of(base: str, prefixes: dict[str, str], used: set[str]) -> str:
    """The `@base` line, and the `@prefix` lines of the prefixes that are used."""
    lines = [f"@base <{base}> ."]
    lines += [f"@prefix {p}: <{n}> ." for p, n in sorted(prefixes.items()) if p in used]
    return "\n".join(lines) + "\n\n"
