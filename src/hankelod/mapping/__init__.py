"""Mapping from Records to triples, in N-Triples and Turtle."""
