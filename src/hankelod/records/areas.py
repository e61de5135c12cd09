"""Areas: those of a dataset's area pack, and how they hold each other and the projects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from hankelod.model.levels import AREA, GENITIVE, LATITUDE, LOCAL, LONGITUDE, SUCCESSOR, UNTIL, WITHIN, key_of
from hankelod.model.model import Class, Level, Model
from hankelod.records.places import LEVEL
from hankelod.records.record import Record, Values

Find = Callable[[str, str], Record | None]
"""A function from the IRI of a class and an id to the record of that thing, or None."""


class Kind(NamedTuple):
    """A class of areas that projects name.

    `key` is the key of projects for the areas that they name, `whole` that of their summaries for these and the areas
    that others are in; both are the same where no other area is in one of the class.
    """

    cls: Class
    key: str
    whole: str


class Area(NamedTuple):
    """One area: its record and its level."""

    record: Record
    level: Level

    @property
    def path(self) -> str:
        """The end of its IRI, which tells it from all other areas."""
        return f"{self.record.cls.identifies}{self.record.id}"

    @property
    def code(self) -> str:
        """The code as the pack writes it."""
        return code_of(self.record)


def code_of(record: Record) -> str:
    """Return the code of an area as its table writes it."""
    return str(record.values.get(record.cls.identified_by or "id", record.id))


def kinds(model: Model) -> tuple[Kind, ...]:
    """Return the classes of areas that projects name, those of the smallest areas first."""
    found: dict[str, Kind] = {}
    for level in reversed(model.levels):
        if level.key is not None and level.iri not in found:
            below = any(other.parent and _level(model, other.parent).iri == level.iri for other in model.levels)
            whole = f"all{level.key[:1].upper()}{level.key[1:]}" if below else level.key
            found[level.iri] = Kind(model.classes[level.iri], level.key, whole)
    return tuple(found.values())


def _level(model: Model, name: str) -> Level:
    return next(level for level in model.levels if level.name == name)


class Areas:
    """The areas of one dataset; `find` returns the record of one."""

    def __init__(self, model: Model, find: Find) -> None:
        self.model, self._find = model, find
        self.levels = model.levels
        self.kinds = kinds(model)
        self._by_name = {level.name: level for level in model.levels}
        self._of_class = {level.iri: level for level in model.levels if level.iri != AREA}
        self._parents: dict[str, tuple[str, str | None]] = {}
        """Key of the area that areas of a class are in, and the class of that, by IRI of the class."""
        for iri in dict.fromkeys(level.iri for level in model.levels):
            cls = model.classes[iri]
            key = key_of(cls, WITHIN)
            if key is not None:
                field = cls.field(key)
                assert field is not None
                self._parents[iri] = (key, field.target)

    def area(self, iri: str, identifier: str) -> Area | None:
        """Return an area by the IRI of its class and its id, or None."""
        record = self._find(iri, identifier)
        return self.of(record) if record is not None else None

    def of(self, record: Record) -> Area | None:
        """Return the area that a record describes; None for another thing, or one whose level is not known."""
        level = self.level_of(record)
        return Area(record, level) if level is not None else None

    def level_of(self, record: Record) -> Level | None:
        """Return the level of the area that a record describes, or None."""
        if record.cls.iri == AREA:
            return self._by_name.get(str(record.values.get(LEVEL)))
        return self._of_class.get(record.cls.iri)

    def parent_key(self, cls: Class) -> str | None:
        """Return the key of a class for the area that its areas are in."""
        return self._parents.get(cls.iri, (None, None))[0]

    def parent(self, area: Area) -> Area | None:
        """Return the area that an area is in, or None."""
        key, target = self._parents.get(area.record.cls.iri, (None, None))
        identifier = area.record.values.get(key) if key else None
        return self.area(str(target), str(identifier)) if identifier is not None else None

    def above(self, area: Area) -> list[Area]:
        """Return the areas that an area is in, the smallest first."""
        found: list[Area] = []
        seen = {area.path}
        parent = self.parent(area)
        while parent is not None and parent.path not in seen:
            found.append(parent)
            seen.add(parent.path)
            parent = self.parent(parent)
        return found

    def named(self, values: Values) -> Iterator[tuple[Kind, str]]:
        """Yield the areas that a project names, as kind and id, in the order of kinds."""
        for kind in self.kinds:
            for identifier in listed(values.get(kind.key)):
                yield kind, identifier

    def whole(self, values: Values) -> dict[str, list[str]]:
        """Return the ids of the areas that a project names and of those that they are in, by IRI of their class."""
        found: dict[str, dict[str, None]] = {}
        for kind, identifier in self.named(values):
            found.setdefault(kind.cls.iri, {})[identifier] = None
            area = self.area(kind.cls.iri, identifier)
            for other in self.above(area) if area is not None else ():
                found.setdefault(other.record.cls.iri, {})[other.record.id] = None
        return {iri: list(ids) for iri, ids in found.items()}


def listed(value: object) -> list[str]:
    """Return the ids in a list of references, or a single one."""
    return [str(v) for v in value] if isinstance(value, list) else [] if value is None else [str(value)]


### What is known of one area


def centre(record: Record) -> tuple[str, str] | None:
    """Return longitude and latitude of an area in degrees (WGS 84), as written; None if they are not known."""
    longitude, latitude = (_value(record, path) for path in (LONGITUDE, LATITUDE))
    return (str(longitude), str(latitude)) if longitude is not None and latitude is not None else None


def successor(record: Record) -> tuple[str, str] | None:
    """Return the class (IRI) and the id of the area that took the place of one; None for one that still is."""
    key = key_of(record.cls, SUCCESSOR)
    field = record.cls.field(key) if key else None
    value = record.values.get(key) if key else None
    return (str(field.target), str(value)) if field is not None and value is not None else None


def until(record: Record) -> str | None:
    """Return the first year in which an area was no more, or None."""
    value = _value(record, *UNTIL)
    return None if value is None else str(value)


def genitives(record: Record) -> dict[str, str]:
    """Return the genitives of an area's name by language; those of a pack with one language of forms under it."""
    return _forms(record, GENITIVE)


def locals_(record: Record) -> dict[str, str]:
    """Return the forms of an area's name that say where, by language."""
    return _forms(record, LOCAL)


FORM_KEYS = (*GENITIVE, *LOCAL)


def is_form(record: Record, key: str) -> bool:
    """Tell whether a key is that of a form of the name, which pages do not show."""
    field = record.cls.field(key)
    return field is not None and field.path in FORM_KEYS


def _forms(record: Record, paths: Iterable[str]) -> dict[str, str]:
    value = _value(record, *paths)
    if isinstance(value, dict):
        return {str(lang): str(text) for lang, text in value.items()}
    name = record.values.get("name")
    first = next(iter(name), "") if isinstance(name, dict) else ""
    return {first: str(value)} if value is not None else {}


def _value(record: Record, *paths: str) -> object | None:
    key = key_of(record.cls, *paths)
    return record.values.get(key) if key else None
