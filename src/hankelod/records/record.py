"""Record: one thing as its author wrote it, typed and completed, with the place of every value.

Complete values contain what the author wrote and what rules fill in: `id`, `type`, the ids of parts, `position`,
`unit`. With the derived JSON-LD context they yield the triples of `hankelod.mapping.mapping`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from hankelod.messages.catalogue import Text
from hankelod.messages.problem import Place
from hankelod.model.bounds import first_day, last_day
from hankelod.model.kinds.addresses import is_iri
from hankelod.model.model import PART, PROPERTY, Class, Field, Filled, Model
from hankelod.records.tree import Path

NUMBER_LIKE = re.compile(
    r"[-+]?(0[xob])?[0-9][0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?"
)
"""Plain scalars that YAML 1.1 or 1.2 reads as numbers, including octal and sexagesimal ones (yaml.org/type/int)."""

BOUNDS: dict[str, Callable[[str], str | None]] = {"first-day": first_day, "last-day": last_day}
"""Functions that fill in a bound of a date, by the `way` of their rule."""

Values = dict[str, object]
"""Complete values of a record or part by key."""


class Record(NamedTuple):
    """One record: its class, id, file, complete values, and the place of each value.

    `places` maps the path of a value to its line and column. `marred` contains the paths of invalid values that were
    left out, so that they are not reported twice. `kept` maps the path of a list that lost items, or got some that are
    written under another key, to the original indices or the whole paths of those that it has.
    """

    cls: Class
    id: str
    file: str
    values: Values
    places: dict[Path, tuple[int, int]]
    marred: frozenset[Path]
    kept: Mapping[Path, tuple[int | Path, ...]] = MappingProxyType({})

    def written(self, path: Path) -> Path:
        """Return the path in the file of the value at `path` in `values`."""
        if not self.kept:
            return path
        whole: Path = ()
        for step in path:
            at = self.kept[whole][step] if isinstance(step, int) and whole in self.kept else step
            whole = at if isinstance(at, tuple) else (*whole, at)
        return whole

    def place(self, path: Path) -> Place:
        """Return the place of a value, or of the closest value around it."""
        while path and path not in self.places:
            path = path[:-1]
        return Place(self.file, *self.places.get(path, (1, 1)))


class References(NamedTuple):
    """Look-ups of references: `exists` checks an id, `suggest` guesses the intended one with its name.

    `knows` is False for a class whose ids are not all known. `omitted` is True for a record that is left out.
    """

    exists: Callable[[Class, str], bool]
    suggest: Callable[[Class, str], Text | None]
    knows: Callable[[Class], bool] = lambda cls: True
    omitted: Callable[[Class, str], bool] = lambda cls, identifier: False


def type_of(values: Values, cls: Class) -> tuple[str, ...]:
    """Return `type` of complete values: of their kind, else of the first rule of the class that applies."""
    if cls.typed_by != "type":
        return cls.written[str(values[cls.typed_by])]
    for rule in cls.types:
        if rule.key is None or (rule.key in values and rule.value in (None, values[rule.key])):
            return cls.written[rule.word]
    return cls.written[cls.types[-1].word]


def references(model: Model, values: Values, cls: Class) -> Iterator[tuple[Class, str]]:
    """Yield every reference in a record and its parts: the class referred to and the id."""
    for part in model.walk(cls, values):
        yield from model.references(part)


def filled_value(filled: Filled, values: Values, ordinal: int, model: Model) -> object | None:
    """Return the value that a rule fills in: an ordinal, a value along a path, a bound of a date, an IRI, a number."""
    if filled.way == "ordinal":
        return ordinal
    if filled.way == "areas":
        return named_areas(filled, values)
    source = values.get(filled.keys[0])
    if source is None or filled.way in (PROPERTY, PART):  # these need the whole record: `hankelod.records.keypaths`
        return None
    if filled.way == "along":
        return model.units.get(filled.keys[1], {}).get(str(source))
    if filled.way in BOUNDS:
        return BOUNDS[filled.way](str(source))
    if filled.way == "within":
        return iri_within(filled.keys[1], str(source))
    return int(str(source)) if str(source).isdigit() else None


def named_areas(filled: Filled, values: Values) -> list[str] | None:
    """Return the paths of the areas that a record names by any key, in the order of levels; None without any."""
    pairs = zip(filled.keys[::2], filled.keys[1::2], strict=True)
    return [f"{start}{each}" for key, start in pairs for each in values.get(key, ())] or None  # type: ignore[attr-defined]


def handed_on(given: Values, field: Field, value: object) -> Values:
    """Return the values that a thing gives to its parts for want of their own; one of a wrong form it does not give."""
    assert field.filled is not None
    if field.pattern is not None and not re.search(field.pattern, str(value)):
        return given
    return {**given, field.filled.keys[0]: value}


NAME = re.compile("[A-Za-z0-9_-]+")
"""Names in a namespace that stand for their IRIs."""


def completed(field: Field, text: str) -> str:
    """Return the IRI of a name in the namespace of a field, and any other text as it is."""
    return field.space + text if field.space is not None and NAME.fullmatch(text) else text


def iri_within(space: str, name: str) -> str | None:
    """Return the IRI of a name in a namespace, or None if the two make no IRI."""
    return space + name if is_iri(space + name) else None


BUSINESS_ID = (7, 9, 10, 5, 8, 4, 2)
"""Weights of the digits of a Finnish business ID."""


def business_id(text: str) -> bool:
    """Check the check digit of a Finnish business ID; True for other texts, which the pattern rejects.

    Finnish Tax Administration, "Tarkistusmerkin laskenta": weights 7 9 10 5 8 4 2, remainder by 11.
    """
    if not re.fullmatch(r"[0-9]{7}-[0-9]", text):
        return True
    rest = sum(int(d) * w for d, w in zip(text[:7], BUSINESS_ID, strict=True)) % 11
    return rest != 1 and int(text[8]) == (0 if rest == 0 else 11 - rest)


CHECKS: dict[str, Callable[[str], bool]] = {"https://w3id.org/hankelod/shapes#BusinessId": business_id}
"""Checks that SHACL Core cannot express, by the IRI that a shape names in `s:checkedBy`."""


def dumped(records: Iterable[Record]) -> list[Record]:
    """Return the records of the dump: all except the dataset description, which belongs to the catalogue."""
    return [r for r in records if not r.cls.of_dataset]
