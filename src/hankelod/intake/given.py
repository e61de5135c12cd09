"""Values that the command line gives for records whose source lacks them: its address, and the programme of grants."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from hankelod.model.model import Class, Model

SOURCE, PROGRAMME = "source", "programme"
"""Keys of the values."""


class Given(NamedTuple):
    """The address of the source (`--document`), and the id of a programme (`--programme`); None: not given."""

    document: str | None = None
    programme: str | None = None


NOTHING = Given()


def complete(values: dict[str, object], cls: Class, model: Model, given: Given, value: Callable[[str], object]) -> None:
    """Fill in what records of the main class lack; `value` makes a value of a text.

    A part that names an organisation in place of its programme is filled in too: both may be.
    """
    if not cls.main:
        return
    if given.document is not None and cls.field(SOURCE) is not None:
        values.setdefault(SOURCE, value(given.document))
    for field in cls.fields if given.programme is not None else ():
        if field.kind.nested and model.target(field).field(PROGRAMME) is not None:
            parts = values.get(field.key)
            for part in parts if isinstance(parts, list) else ():
                if part:
                    part.setdefault(PROGRAMME, value(str(given.programme)))
