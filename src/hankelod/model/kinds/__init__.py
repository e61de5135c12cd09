"""Kinds of values: each one frozen value with all that the packages above have to know of it."""
