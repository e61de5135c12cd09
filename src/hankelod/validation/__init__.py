"""Validation: triples and shapes give Problems, each at its place in a file."""
