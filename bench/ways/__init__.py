"""Ways from the same projects in JSON Lines to the same triples in N-Triples, one module each.

A way has PACKAGES (distributions whose versions are told; the first must be there), PREPARED (what it is handed that
others have to make themselves, None where it starts from the same lines as hankelod), `prepare(folder, tables)`, whose
time is not counted, and `run(prepared, out)`, whose time is.
"""
