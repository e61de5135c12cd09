"""Datasets of others that records link to, from `datasets.ttl`."""

from __future__ import annotations

from functools import cache

from hankelod.rdf import graph
from hankelod.rdf.graph import RDF, Index

VOID = "http://rdfs.org/ns/void#"


@cache
def known() -> Index:
    """Return what is known of them."""
    return graph.read_resource("hankelod.exports", "datasets.ttl", "urn:none")


def by_space() -> dict[str, str]:
    """Return the IRIs of the datasets by the beginning of the IRIs of their things."""
    index = known()
    return {str(index.value(s, VOID + "uriSpace")): s for s in index.subjects(RDF + "type", VOID + "Dataset")}


def spaces() -> tuple[bytes, ...]:
    """Return how objects from these datasets begin in N-Triples."""
    return tuple(f"<{space}".encode() for space in by_space())
