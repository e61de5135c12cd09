"""Damage: the triples of a good record changed at random, for engines to judge alike."""

from __future__ import annotations

from random import Random

import pyoxigraph as ox

from hankelod.rdf.graph import RDF, XSD

BASE = "https://w3id.org/hankelod/"
DATATYPES = [XSD + t for t in ("string", "decimal", "integer", "gYearMonth", "gYear", "date", "boolean")]
TERMS = [
    ox.Literal("75000", datatype=ox.NamedNode(XSD + "decimal")),
    ox.Literal("-5", datatype=ox.NamedNode(XSD + "decimal")),
    ox.Literal("abc", datatype=ox.NamedNode(XSD + "decimal")),
    ox.Literal("2021-13", datatype=ox.NamedNode(XSD + "gYearMonth")),
    ox.Literal("1999-01", datatype=ox.NamedNode(XSD + "gYearMonth")),
    ox.Literal("", language="fi"),
    ox.Literal("text", language="se"),
    ox.Literal("text"),
    ox.Literal('ä\n\t"\\\u0085\u2028😀'),
    ox.NamedNode("https://example.org/x"),
    ox.NamedNode("javascript:alert(1)"),
    ox.NamedNode(BASE + "id/organisation/verkosto"),
    ox.NamedNode(BASE + "id/municipality/999"),
    ox.NamedNode(BASE + "def#Project"),
    ox.NamedNode(BASE + "def#Result"),
    ox.BlankNode("b"),
]

WAYS = ("drop", "copy", "object", "datatype", "language", "predicate", "flip")


def steps(chance: Random, ways: tuple[str, ...]) -> list[tuple[str, int, int]]:
    """One to three steps of damage: what to do, where, and with what."""
    return [
        (chance.choice(ways), chance.randrange(10_000), chance.randrange(10_000)) for _ in range(chance.randint(1, 3))
    ]


def damaged(triples: list[ox.Triple], chance: Random) -> list[ox.Triple]:
    """Triples after these steps."""
    out = list(triples)
    predicates = sorted({t.predicate.value for t in triples})
    for what, where, choice in steps(chance, WAYS):
        if not out:
            break
        n = where % len(out)
        s, p, o = out[n]
        term = TERMS[choice % len(TERMS)]
        if what == "drop":
            del out[n]
        elif what == "copy":
            out.append(ox.Triple(s, p, term))
        elif what == "object":
            out[n] = ox.Triple(s, p, term)
        elif what == "datatype" and isinstance(o, ox.Literal):
            out[n] = ox.Triple(s, p, ox.Literal(o.value, datatype=ox.NamedNode(DATATYPES[choice % len(DATATYPES)])))
        elif what == "language" and isinstance(o, ox.Literal):
            out[n] = ox.Triple(s, p, ox.Literal(o.value, language=("fi", "sv", "en", "se")[choice % 4]))
        elif what == "predicate":
            out[n] = ox.Triple(s, ox.NamedNode(predicates[choice % len(predicates)]), o)
        elif what == "flip" and isinstance(o, ox.NamedNode):
            out[n] = ox.Triple(s, p, ox.Literal(o.value))
    return [t for t in out if not (t.predicate.value == RDF + "type" and isinstance(t.object, ox.Literal))]


def renamed(triples: list[ox.Triple], old: str, new: str) -> list[str]:
    """Lines of N-Triples, with the record's id replaced wherever it stands."""
    return [f"{t} .\n".replace(f"/id/project/{old}", f"/id/project/{new}").replace("_:b", f"_:b{new}") for t in triples]


def parsed(lines: list[str]) -> list[ox.Triple]:
    return [q.triple for q in ox.parse("".join(lines).encode(), format=ox.RdfFormat.N_TRIPLES)]
