"""Serving: a publication over HTTP, its files and SPARQL over its graph.

There are two kinds of processes: the server, which reads requests and never evaluates a query, and workers, which are
confined, evaluate one query at a time, and are killed at their limits (`nursery`, `workers`).
"""

from __future__ import annotations
