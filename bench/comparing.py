"""Comparison of two files of N-Triples, as JSON: by bytes, by lines in any order, by parsed terms.

    python bench/comparing.py EXPECTED OTHER

`same` is `bytes`, `triples`, `values` (all but the way decimals are written) or `no`; then `missing`, `extra` and an
`example` of either tell the difference.
"""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyoxigraph as ox


def difference(expected: Path, out: Path) -> dict[str, Any]:
    """The difference between the triples of a way and of hankelod: by bytes, by lines in any order, by parsed terms."""
    if expected.read_bytes() == out.read_bytes():
        return {"same": "bytes", "triples": _count(out)}
    with expected.open("rb") as a, out.open("rb") as b:
        ours, theirs = set(a), set(b)
    if ours == theirs:
        return {"same": "triples", "triples": len(theirs)}
    ours, theirs = ours - theirs, theirs - ours
    missing, extra = (set(ox.parse(b"".join(lines), format=ox.RdfFormat.N_TRIPLES)) for lines in (ours, theirs))
    missing, extra = missing - extra, extra - missing
    found = {"same": "triples" if not missing and not extra else "no", "triples": _count(out)}
    if missing or extra:
        found |= {
            "missing": len(missing),
            "extra": len(extra),
            "example": [str(min(map(str, s), default="")) for s in (missing, extra)],
        }
        values = [{(q.subject, q.predicate, _value(q.object)) for q in s} for s in (missing, extra)]
        if values[0] == values[1]:
            found["same"] = "values"
    return found


def _value(term: Any) -> Any:
    """A term by its value where it is a decimal."""
    datatype = getattr(term, "datatype", None)
    return Decimal(term.value) if datatype is not None and datatype.value.endswith("#decimal") else term


def _count(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in file)


if __name__ == "__main__":
    print(json.dumps(difference(*map(Path, sys.argv[1:]))))
