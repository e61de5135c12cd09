"""Table of the kinds of values: the constants of all modules of this package."""

from __future__ import annotations

import importlib
import os

from hankelod.model import kinds
from hankelod.model.kinds.kind import Kind


def _all() -> dict[str, Kind]:
    files = [name for name in sorted(os.listdir(kinds.__path__[0])) if name.endswith(".py")]
    names = [name.removesuffix(".py") for name in files if name not in ("__init__.py", "table.py")]
    constants = [c for n in names for c in vars(importlib.import_module(f"hankelod.model.kinds.{n}")).values()]
    return {c.name: c for c in constants if isinstance(c, Kind)}


KINDS = _all()
"""Kinds by name."""

BY_DATATYPE = {k.datatype: k for k in KINDS.values() if k.datatype is not None}
"""Kinds by the datatype that shapes ask for."""


def of_alternatives(datatypes: set[str | None]) -> Kind | None:
    """Return the kind whose values have one of these datatypes, or None."""
    return next((k for k in KINDS.values() if datatypes and datatypes <= {*k.precisions.values()}), None)
