"""Mapping: a Record becomes triples, in N-Triples and Turtle."""
