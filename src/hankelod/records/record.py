"""A Record: one thing as its author wrote it, typed and completed, with the place of every value.

A complete record is what the author wrote, with what the rules fill in: `id`, `type`, the ids of parts, `position`,
`unit`. Together with the derived JSON-LD context it is the triples of `hankelod.mapping.mapping`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

import pyoxigraph as ox

from hankelod.messages.problem import Place
from hankelod.model.model import Class, Filled, Model
from hankelod.records.tree import Path

NUMBER_LIKE = re.compile(
    r"[-+]?(0[xob])?[0-9][0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?"
)
"""Plain scalars that YAML 1.1 or 1.2 reads as a number, octal or sexagesimal ones too (yaml.org/type/int)."""

DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
"""The lexical forms of xsd:decimal (XML Schema Part 2, 3.2.3)."""

DIGITS = 18
"""As many as every processor of xsd:decimal can hold (ibid.)."""

Values = dict[str, object]


class Record(NamedTuple):
    """One record: its class, id, complete values, and where each value stands.

    `places` maps the path of a value to its line and column; `marred` holds the paths of values that could not be
    taken over, so that nothing is said twice of them; `kept` tells for a list that lost members which ones are left.
    """

    cls: Class
    id: str
    file: str
    values: Values
    places: dict[Path, tuple[int, int]]
    marred: frozenset[Path]
    kept: Mapping[Path, tuple[int, ...]] = MappingProxyType({})

    def written(self, path: Path) -> Path:
        """The path in the file of a value that stands at `path` in `values`."""
        if not self.kept:
            return path
        whole: Path = ()
        for step in path:
            whole += (self.kept[whole][step] if isinstance(step, int) and whole in self.kept else step,)
        return whole

    def place(self, path: Path) -> Place:
        """Where a value stands, or else what it is part of."""
        while path and path not in self.places:
            path = path[:-1]
        return Place(self.file, *self.places.get(path, (1, 1)))


class References(NamedTuple):
    """What records may refer to: whether an id exists, which one somebody may have meant, and whether all ids of a class are known."""

    exists: Callable[[Class, str], bool]
    suggest: Callable[[Class, str], str | None]
    knows: Callable[[Class], bool] = lambda cls: True


def slug(text: str) -> str:
    """An id in the likeness of a text that cannot be one."""
    from unicodedata import normalize

    plain = normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")[:100].rstrip("-") or "inkoo-hiilineutraali"


def type_of(values: Values, cls: Class) -> str:
    """The word for the type of a complete record: the first rule of its class that holds."""
    for rule in cls.types:
        if rule.key is None or (rule.key in values and rule.value in (None, values[rule.key])):
            return rule.word
    return cls.types[-1].word


def references(model: Model, values: Values, cls: Class) -> Iterator[tuple[Class, str]]:
    """Every reference in a record and its parts: the class referred to and the id."""
    for field in cls.fields:
        value = values.get(field.key)
        if value is None or field.kind not in ("reference", "part"):
            continue
        for item in value if isinstance(value, list) else [value]:
            if field.kind == "part":
                yield from references(model, item, model.target(field))  # type: ignore[arg-type]
            else:
                yield model.target(field), str(item)


def filled_value(filled: Filled, values: Values, ordinal: int, model: Model) -> object | None:
    """What a rule fills in: an ordinal, a value along a path, or a number out of a code."""
    if filled.way == "ordinal":
        return ordinal
    source = values.get(filled.keys[0])
    if source is None:
        return None
    if filled.way == "along":
        return model.units.get(filled.keys[1], {}).get(str(source))
    return int(str(source)) if str(source).isdigit() else None


def is_iri(text: str) -> bool:
    """Whether a text is an absolute IRI (RFC 3987)."""
    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return ":" in text


def business_id(text: str) -> bool:
    """Whether the check digit of a Finnish business ID holds; a text of another form is left to its pattern.

    Finnish Tax Administration, "Tarkistusmerkin laskenta": weights 7 9 10 5 8 4 2, remainder by 11.
    """
    if not re.fullmatch(r"[0-9]{7}-[0-9]", text):
        return True
    rest = sum(int(d) * w for d, w in zip(text[:7], (7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    return rest != 1 and int(text[8]) == (0 if rest == 0 else 11 - rest)


CHECKS: dict[str, Callable[[str], bool]] = {"https://w3id.org/hankelod/shapes#BusinessId": business_id}
"""Checks that SHACL has no words for, by the IRI that a shape names in `s:checkedBy`."""


def dumped(records: Iterable[Record]) -> list[Record]:
    """The records that the dump holds: all but the dataset's own description, which stands in the catalogue."""
    return [r for r in records if r.cls.file != "dataset.yml"]
