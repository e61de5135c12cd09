"""Statements of a mapping: the things that it describes, and what each column says of which, in terms of RDF.

The exports to other mapping languages are made of these.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as MappingOf
from pathlib import Path
from typing import NamedTuple

from hankelod.intake.mappings import importing, sources
from hankelod.intake.mappings.building import spread
from hankelod.intake.mappings.cells import CellReader, tidy
from hankelod.intake.mappings.columns import columns_of, settled
from hankelod.intake.mappings.mapping import OMIT, Entry, Mapping, Parts, Several, Texts, Value
from hankelod.intake.mappings.rows import Records
from hankelod.intake.mappings.things import Things
from hankelod.model.model import Class, Field, Model
from hankelod.rdf.graph import XSD

STRING = XSD + "string"


class Statement(NamedTuple):
    """One property of a thing: its field, and where the value is from; or the name of the thing that is the value."""

    field: Field
    value: Value | None = None
    language: str | None = None
    thing: str | None = None


class Thing(NamedTuple):
    """A record, a part of it or a record that it refers to.

    `name` is unique. The IRI is that of the record `owner`, which may be the thing itself, with the path of the `part`
    behind it (`grant/1`). `id` is where the id of a record is from; None for a part.
    """

    name: str
    cls: Class
    owner: str
    part: str
    id: Value | None
    statements: tuple[Statement, ...]


class Described(NamedTuple):
    """A mapping for a source, with the things that it describes, the record first."""

    mapping: Mapping
    records: Records
    things: tuple[Thing, ...]
    setting: Things


def describe(source: Path, name: str, mapping_file: Path, mapping_name: str, setting: Things) -> Described:
    """Return the statements of a mapping file for a source. Raises CannotImport and Unusable."""
    mapping = importing.read_mapping(mapping_file, mapping_name, setting)
    wanted = [column for value in mapping.values() for column in value.columns]
    records = sources.read(source, name, mapping.source, [*wanted, *(column for column, _ in mapping.ignored)])
    mapping, problems = settled(mapping, records.columns, importing.setting(setting))
    if problems:
        raise importing.Unusable(problems)
    entries = {**mapping.constants, **mapping.entries}
    things = tuple(_Stating(setting, records).things(mapping.cls, entries))
    return Described(mapping, records, things, setting)


class _Stating:
    """Makes the things of entries; those without a value in the source's columns are left out."""

    def __init__(self, setting: Things, records: Records) -> None:
        self.model, self.records = setting.model, records
        self.languages = setting.target.config.languages

    def things(self, cls: Class, entries: MappingOf[str, Entry]) -> list[Thing]:
        id = entries.get("id")
        return self._things(cls.segment, cls, cls.segment, "", id if isinstance(id, Value) else None, entries)

    def _things(
        self, name: str, cls: Class, owner: str, part: str, id: Value | None, entries: MappingOf[str, Entry]
    ) -> list[Thing]:
        statements: list[Statement] = []
        more: list[Thing] = []
        for field in cls.fields:
            if field.key in entries:
                for statement, things in self._stated(name, owner, part, field, entries[field.key]):
                    statements.append(statement)
                    more += things
        return [Thing(name, cls, owner, part, id, tuple(statements)), *more]

    def _stated(
        self, name: str, owner: str, part: str, field: Field, entry: Entry
    ) -> Iterator[tuple[Statement, list[Thing]]]:
        if isinstance(entry, Texts):
            for language, value in entry.by_language.items():
                if self._there(value):
                    yield Statement(field, value, language), []
        elif isinstance(entry, Several):
            for value in entry.values:
                yield from self._stated(name, owner, part, field, value)
        elif isinstance(entry, Parts):
            cls = self.model.target(field)
            parts = [p for each in entry.parts for p in spread(each, self.records.columns.names)]
            for n, each in enumerate(filter(self._varies, parts), 1):
                inner = f"{name}-{cls.segment}-{n}"
                path = f"{part}/{cls.segment}/{n}".lstrip("/")
                yield Statement(field, thing=inner), self._things(inner, cls, owner, path, None, each)
        elif self._there(entry) and entry.make is not None:
            inner = f"{name}-{field.key}"
            yield Statement(field, entry, thing=inner), self._made(inner, entry, entry.make.cls, entry.make.entries)
        elif self._there(entry):
            yield Statement(field, entry), []

    def _made(self, name: str, value: Value, cls: Class, entries: MappingOf[str, Entry]) -> list[Thing]:
        """The record that is made of a name, which is its name where no entry says another."""
        named = next((f for f in cls.fields if f.kind.by_language and f.required), None)
        if named is not None and named.key not in entries:
            languages = named.languages or self.languages
            text = value._replace(field=named, make=None, match=None, values=None)
            entries = {**entries, named.key: Texts(named, {languages[0]: text})}
        return self._things(name, cls, name, "", value, entries)

    def _there(self, value: Value) -> bool:
        return not value.columns or any(self.records.columns.named(name) for name in value.columns)

    def _varies(self, part: MappingOf[str, Entry]) -> bool:
        """Tell whether a part has a value in the source's columns, or is the same in all records."""
        names = columns_of(part)
        return not names or any(self.records.columns.named(name) for name in names)


### Values


def steps(value: Value) -> str:
    """Return the steps of a value as the mapping file writes them; empty where cells are taken as they are."""
    said = {
        "do": ", ".join(value.do),
        "join": value.join is not None and f'"{value.join}"',
        "split": value.split is not None and f'"{value.split}"',
        "date": ", ".join(form.pattern for form in value.date),
        "number": value.number is not None and f'"{value.number.example}"',
        "values": value.values is not None and ", ".join(f"{k}: {v}" for k, v in value.values.items()),
        "match": value.match,
        "else": value.otherwise,
        "zero": not value.keeps_zero and OMIT,
    }
    return "; ".join(f"{key}: {text}" for key, text in said.items() if text)


class Cells(NamedTuple):
    """Outcome of the import for the cells of a value: an example of one that it changes, and the lengths of results."""

    changed: tuple[str, str] | None
    lengths: frozenset[int]


def compare(value: Value, described: Described) -> Cells:
    """Compare the cells that a value is read from with what the import makes of them.

    A cell that is left out is one that is changed, to nothing. White space and invisible characters do not count.
    """
    reader = CellReader(value._replace(make=None), described.records.columns, described.setting, lambda *_: None, None)
    changed = None
    lengths: set[int] = set()
    for row in described.records.rows():
        there = [bare(row.cells[column].text) for column in reader.columns if column in row.cells]
        results = [_text(each) for each in reader.read(row)]
        lengths.update(map(len, results))
        if changed is None and there != [bare(each) for each in results]:
            changed = (" ".join(there), ", ".join(results))
    return Cells(changed, frozenset(lengths))


def bare(text: str) -> str:
    """Return a text without invisible characters, white space of any kind as one space."""
    return " ".join(tidy(text).split())


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def datatype(field: Field, lengths: frozenset[int] = frozenset()) -> str | None:
    """Return the IRI of the datatype of a field's literals; None where values of these lengths have several."""
    if field.kind.precisions:
        found = {field.kind.precisions.get(length) for length in lengths}
        return found.pop() if len(found) == 1 else None
    return field.datatype or field.kind.datatype or STRING


def constants(value: Value) -> list[str]:
    """Return the values that are the same in all records."""
    items = value.constant if isinstance(value.constant, list) else [value.constant]
    return [_text(item) for item in items]


def resource(field: Field, text: str, model: Model) -> str | None:
    """Return the IRI that a text stands for as the value of a field; None where the value is a literal."""
    if field.kind.refers:
        return model.iri(model.target(field), text)
    if field.kind.typing:
        return field.words.get(text, text)
    return text if field.kind.term.startswith("<") else None
