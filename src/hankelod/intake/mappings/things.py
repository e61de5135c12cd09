"""Things that the values of a source refer to, by names, codes and identifiers; those that are not there are made."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

from hankelod.intake import identifiers, writing
from hankelod.intake.importing import Target
from hankelod.intake.mappings import bulk
from hankelod.intake.names import gazetteer
from hankelod.intake.names.gazetteer import Gazetteer
from hankelod.intake.spreadsheets.grid import folded
from hankelod.model.model import ID, Class
from hankelod.records import tree
from hankelod.records.slug import slug

IDENTIFIERS, SCHEME, VALUE = "Identifier", "scheme", "value"
"""Class of the identifiers of things, and its keys."""

Values = dict[str, object]


class Made(NamedTuple):
    """A record that a source makes, or one that is there and that the source describes too."""

    id: str
    values: Values
    known: bool


class Things:
    """Things that values may refer to: the dataset's records, areas and concepts, and the records that are made."""

    def __init__(self, target: Target) -> None:
        self.target, self.model = target, target.model
        self.registers: dict[str, Register] = {}
        self.made: dict[str, dict[str, Made]] = {}
        """The records that the source makes or describes, by the IRI of their class and their id."""
        self.fresh: list[tuple[str, str]] = []
        """Those that the present row is the first to describe."""

    @cached_property
    def names(self) -> Gazetteer:
        """The names of areas."""
        return gazetteer.load(self.target.dataset)

    def register(self, cls: Class) -> Register:
        """Return the register of a class of records."""
        if cls.iri not in self.registers:
            self.registers[cls.iri] = Register(cls, self._records(cls), self._scheme_of(cls))
        return self.registers[cls.iri]

    def _scheme_of(self, cls: Class) -> str | None:
        """The key of a class for identifiers."""
        return next((f.key for f in cls.fields if f.kind.nested and self.model.target(f).name == IDENTIFIERS), None)

    def _records(self, cls: Class) -> Iterable[tuple[str, Values]]:
        dataset = self.target.dataset
        if dataset is not None:
            before = len(dataset.reader.problems)
            for record in dataset.read(cls):
                yield record.id, record.values
            dataset.reader.forget(before)
        if not self.target.inside:
            from hankelod.intake.importing import existing_records

            yield from existing_records(self.target.data / str(cls.folder))

    def exists(self, cls: Class, identifier: str) -> bool:
        """Tell whether there is a thing of a class with this id, or a record with it is made."""
        if cls.concept:
            return identifier in self.model.concepts[cls.iri]
        if cls.file:
            return identifier in self.area_ids(cls)
        return bool(cls.folder) and identifier in self.register(cls).ids

    def area_ids(self, cls: Class) -> frozenset[str]:
        """Return the ids of the areas of a class."""
        if cls.iri not in self._area_ids:
            dataset = self.target.dataset
            known = dataset.rows(cls) if dataset is not None else ()
            names = self.names
            places = {p.code.lower() for p in (*names.small.values(), *names.wide.values()) if p.cls == cls.iri}
            self._area_ids[cls.iri] = frozenset((*known, *places))
        return self._area_ids[cls.iri]

    @cached_property
    def _area_ids(self) -> dict[str, frozenset[str]]:
        return {}

    ### Matching

    def by_name(self, cls: Class, text: str, level: str | None = None) -> list[str]:
        """Return the ids of what has a name; of areas of one name those of a `level`, if any is of it."""
        if cls.concept:
            names = self.model.concepts[cls.iri].items()
            return [id for id, labels in names if folded(text) in {folded(x) for x in labels.values()}]
        if cls.file:
            places = self.places(cls, text)
            return list(
                dict.fromkeys(id for id, its in places if level in (None, its)) or {id: None for id, _ in places}
            )
        return self.register(cls).by_name(text)

    def places(self, cls: Class, text: str) -> list[tuple[str, str]]:
        """Return the areas of a class that have a name, each with the name of its level."""
        forms = self.names.forms.get(" ".join(text.split()).casefold(), [])
        ids = self.area_ids(cls)
        here = [(p, case) for p, case in forms if p.area.lower() in ids and (p.successor or p.cls == cls.iri)]
        plain = [p for p, case in here if case == "nominative" and p.successor is None]
        plain = plain or [p for p, case in here if case == "nominative"] or [p for p, _ in here]
        return list(dict.fromkeys((p.area.lower(), p.kind) for p in plain))

    def by_code(self, cls: Class, text: str) -> list[str]:
        """Return the id of what has a code, as a list; that of an area may have lost zeros at its beginning."""
        forms = [text, text.lower(), slug(text)]
        if text.isdecimal() and cls.file:
            forms += [text.zfill(n) for n in (2, 3, 4, 5)]
        return next(([form] for form in forms if form and self.exists(cls, form)), [])

    def by_identifier(self, cls: Class, text: str) -> list[str]:
        """Return the ids of what has an identifier, of any scheme."""
        return self.register(cls).by_identifier(text) if cls.folder else self.by_code(cls, text)

    ### Making

    def make(self, cls: Class, name: str, values: Values) -> tuple[str, list[str]]:
        """Return the id of the record that values describe: one with an identifier of theirs, else of their name.

        Where there is none it is made. What an earlier row says of the same thing is kept, and only added to: returned
        too are the keys of which it says otherwise.
        """
        register = self.register(cls)
        given = values.get("id")
        own = {key: value for key, value in values.items() if key != "id"}
        stem = identifiers.organisation_id(name) or next(iter(map(slug, register.values_of(own))), "")
        identifier = str(given) if given is not None else register.match(name, own, stem)
        if identifier is None:
            identifier = self._renamed(cls, register, own)
        if identifier is None:
            identifier = identifiers.unique(stem if ID.fullmatch(stem) else cls.segment, register.ids)
        made = self.made.setdefault(cls.iri, {})
        before = made.get(identifier)
        differing: list[str] = []
        if before is None:
            made[identifier] = Made(identifier, own, identifier in register.there)
            self.fresh.append((cls.iri, identifier))
        else:
            differing = register.describe(before.values, own)
        register.add(identifier, name, own)
        return identifier, differing

    def _renamed(self, cls: Class, register: Register, values: Values) -> str | None:
        """Return the record that an earlier import made with the name in values, and a person renamed; else None."""
        if cls.iri not in self._imported_names:
            self._imported_names[cls.iri] = self._names_of_imports(cls, str(register.name))
        found = self._imported_names[cls.iri].get(writing.checksum(values.get(str(register.name))), ())
        return next((id for id in found if id in register.there and register.agrees(id, values)), None)

    def _names_of_imports(self, cls: Class, key: str) -> dict[str, list[str]]:
        """The ids of records that an import made, by the checksum of the name that it wrote."""
        folder = self.target.data / str(cls.folder)
        marks = bulk.marks(self.target.data / f"{cls.folder}.jsonl")
        for path in sorted(folder.glob("*.yml")):
            try:
                marks[path.stem] = writing.read_checksums(tree.decode(tree.read_bytes(path, path.name), path.name))
            except tree.Unreadable:
                continue
        found: dict[str, list[str]] = {}
        for id, its in marks.items():
            if key in its:
                found.setdefault(its[key], []).append(id)
        return found

    @cached_property
    def _imported_names(self) -> dict[str, dict[str, list[str]]]:
        return {}

    def forget(self) -> None:
        """Forget the records that only the present row describes, since it is not written."""
        for iri, identifier in self.fresh:
            del self.made[iri][identifier]


class Register:
    """The records of a class by their names and identifiers. `key` is that of identifiers."""

    def __init__(self, cls: Class, records: Iterable[tuple[str, Values]], key: str | None) -> None:
        self.key = key
        self.name = next((f.key for f in cls.fields if f.kind.by_language and f.required), None)
        self.others = tuple(f.key for f in cls.fields if f.key == "altNames")
        self.codes = tuple(f.key for f in cls.fields if f.checked_by)
        self.ids: set[str] = set()
        self._names: dict[str, list[str]] = {}
        self._identifiers: dict[tuple[str, str], str] = {}
        self._by_value: dict[str, dict[str, None]] = {}
        self._of: dict[str, dict[str, str]] = {}
        """Identifiers of each record by scheme."""
        for id, values in records:
            self.add(id, None, values)
        self.there = frozenset(self.ids)

    def add(self, id: str, name: str | None, values: Values) -> None:
        """Add a record, or what more is known of one."""
        self.ids.add(id)
        for each in (*self._all_names(values), name or ""):
            ids = self._names.setdefault(folded(each), [])
            if each and id not in ids:
                ids.append(id)
        for scheme, value in self._pairs(values):
            if self._identifiers.setdefault((scheme, folded(value)), id) == id:
                self._by_value.setdefault(folded(value), {})[id] = None
            self._of.setdefault(id, {}).setdefault(scheme, folded(value))

    def _pairs(self, values: Values) -> list[tuple[str, str]]:
        """The identifiers in values, each with its scheme."""
        listed = values.get(self.key) if self.key else None
        parts = [x for x in listed if isinstance(x, dict)] if isinstance(listed, list) else []
        pairs = [(str(x.get(SCHEME, "")), str(x[VALUE])) for x in parts if VALUE in x]
        return [*pairs, *((key, str(values[key])) for key in self.codes if key in values)]

    def values_of(self, values: Values) -> list[str]:
        """Return the identifiers in values."""
        return [value for _, value in self._pairs(values)]

    def by_name(self, text: str) -> list[str]:
        """Return the ids of the records with a name."""
        return list(self._names.get(folded(text), ()))

    def by_identifier(self, text: str) -> list[str]:
        """Return the ids of the records with an identifier."""
        return list(self._by_value.get(folded(text), ()))

    def match(self, name: str, values: Values, code: str) -> str | None:
        """Return the record with an identifier in values, else with the name and no other identifier; None without.

        Where the values have names of their own, the text that refers to the record is its `code`, which makes its id.
        """
        for scheme, value in self._pairs(values):
            found = self._identifiers.get((scheme, folded(value)))
            if found is not None:
                return found
        ids = list(self._names.get(folded(name), ()))
        if code in self.ids and folded(name) not in map(folded, self._written(values)):
            ids.append(code)
        return next((id for id in ids if self.agrees(id, values)), None)

    def agrees(self, id: str, values: Values) -> bool:
        """Tell whether a record has no other identifier of a scheme than values have."""
        its = self._of.get(id, {})
        return all(its.get(scheme, folded(value)) == folded(value) for scheme, value in self._pairs(values))

    def describe(self, values: Values, more: Values) -> list[str]:
        """Add to values what more is known of the same thing; return the keys of which `more` says otherwise.

        Another name becomes one of the other names, where the class has these.
        """
        for key in self.others[:1]:
            known = {folded(name) for name in self._all_names(values)}
            new = {folded(name): name for name in self._all_names(more) if folded(name) not in known}
            if new:
                values[key] = [*self._listed(values, key), *new.values()]
        differing = []
        for key, value in more.items():
            before = values.setdefault(key, value)
            if key in self.others:
                continue
            if isinstance(before, list) and isinstance(value, list):
                values[key] = [*before, *(x for x in value if x not in before)]
            elif isinstance(before, dict) and isinstance(value, dict):
                values[key] = {**value, **before}
                named = key == self.name and self.others
                if not named and any(_differ(before[x], value[x]) for x in before.keys() & value.keys()):
                    differing.append(key)
            elif _differ(before, value):
                differing.append(key)
        return differing

    def _all_names(self, values: Values) -> list[str]:
        return [*self._written(values), *(name for key in self.others for name in self._listed(values, key))]

    def _written(self, values: Values) -> list[str]:
        """The names in values, in any language."""
        written = values.get(self.name) if self.name else None
        return [str(x) for x in written.values()] if isinstance(written, dict) else []

    def _listed(self, values: Values, key: str) -> list[str]:
        more = values.get(key)
        return [str(x) for x in more] if isinstance(more, list) else []


def _differ(one: object, other: object) -> bool:
    return folded(str(one)) != folded(str(other))
