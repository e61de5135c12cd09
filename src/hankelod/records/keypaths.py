"""Key paths: names of values within a record, such as `end` or `grants[grant-1].amount`, by which remarks say what they
are about.

A step is a key; in brackets behind it is one item of a list: the id of a part, or the value itself. The last step may
be the language of a text by language.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from hankelod.model.model import PART, PROPERTY, Class, Field, Model
from hankelod.records.record import Values

WAYS = (PROPERTY, PART)
"""Ways of filling in a value from a key path."""

_STEP = re.compile(r"([^.\[\]]+)(?:\[([^\[\]]+)\])?")


class Found(NamedTuple):
    """End of a key path: the field, and the id of the part that has it; None for the record."""

    field: Field
    part: str | None

    def by(self, way: str, model: Model, root: Class) -> object:
        """Return the value that is filled in by one of the WAYS; None where there is none."""
        if way == PROPERTY:
            return self.field.path
        return None if self.part is None else [model.iri(root, self.part)]


class Lost(NamedTuple):
    """The step of a key path that leads nowhere, and what may stand in its place."""

    step: str
    choices: tuple[str, ...]


def filled_fields(cls: Class) -> list[Field]:
    """Return the fields of a class that are filled in from a key path."""
    return [field for field in cls.fields if field.filled is not None and field.filled.way in WAYS]


def pointing(model: Model, cls: Class) -> list[Field]:
    """Return the fields of a class whose parts have a key path."""
    return [field for field in cls.fields if field.kind.nested and filled_fields(model.target(field))]


def find(model: Model, cls: Class, values: Values, path: str) -> Found | Lost:
    """Return where a key path leads from the values of a record; a key of its class needs no value in the record."""
    part: str | None = None
    steps = path.split(".")
    for n, step in enumerate(steps):
        match = _STEP.fullmatch(step)
        field = cls.field(match[1]) if match else None
        if match is None or field is None:
            return Lost(step, tuple(f.key for f in cls.fields if not f.derived))
        last = n == len(steps) - 1
        if not field.kind.nested:
            return _value(field, values, match[2], steps[n + 1 :]) or Found(field, part)
        inner = values.get(field.key)
        parts: list[Values] = inner if isinstance(inner, list) else [inner] if isinstance(inner, dict) else []
        ids = tuple(str(each["id"]).rsplit("/", 1)[-1] for each in parts)
        if match[2] is None and field.many:
            if last:
                return Found(field, part)
            return Lost(step, tuple(f"{field.key}[{own}]" for own in ids))
        if match[2] is not None and match[2] not in ids:
            return Lost(step, tuple(f"{field.key}[{own}]" for own in ids))
        if not parts:
            return Found(field, part) if last else Lost(step, ())
        values = parts[ids.index(match[2]) if match[2] is not None else 0]
        cls, part = model.target(field), str(values["id"])
        if last:
            return Found(field, part)
    return Lost(path, tuple(f.key for f in cls.fields if not f.derived))


def _value(field: Field, values: Values, item: str | None, rest: list[str]) -> Lost | None:
    """Return what is wrong with the end of a key path, behind a key whose values are no parts."""
    if item is not None:
        known = values.get(field.key)
        items = tuple(map(str, known)) if isinstance(known, list) else ()
        if item not in items:
            return Lost(f"{field.key}[{item}]", tuple(f"{field.key}[{each}]" for each in items))
    languages = field.languages if field.kind.by_language else ()
    if rest and (len(rest) > 1 or rest[0] not in languages):
        return Lost(rest[0], languages)
    return None
