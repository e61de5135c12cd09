"""The publication over HTTP: its files, and SPARQL over its graph.

Two kinds of processes: the server, which reads requests and never evaluates a query; and workers, which evaluate one
query at a time and nothing else, confined, and are killed at their limits (`nursery`, `workers`, `confinement`).
"""

from __future__ import annotations
