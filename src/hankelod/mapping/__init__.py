"""Mapping from Records to triples, in N-Triples, Turtle and JSON-LD."""
