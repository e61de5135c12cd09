"""Building of records: the rows of a source become records as a mapping says, with counts and examples by column."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from collections.abc import Mapping as MappingOf
from typing import NamedTuple

from hankelod.intake.given import Given, complete
from hankelod.intake.mappings.cells import EMPTY, CellReader, Make, Refused
from hankelod.intake.mappings.columns import columns_of
from hankelod.intake.mappings.mapping import Entry, Mapping, Parts, Several, Texts, Value
from hankelod.intake.mappings.rows import Records, Row
from hankelod.intake.mappings.things import Things, Values
from hankelod.messages.catalogue import Text
from hankelod.messages.problem import Problem, phrase, problem
from hankelod.model.model import Class, Model

EXAMPLES = 3
"""Examples of cells that are shown by column."""

SHOWN = 20
"""Problems of one kind and column that are kept one by one; the rest are counted."""


class Count:
    """Numbers of cells of a column that were read, empty and refused, with examples."""

    def __init__(self) -> None:
        self.read = self.empty = self.refused = 0
        self.examples: dict[str, None] = {}
        self.refusals: dict[str, None] = {}


class Built(NamedTuple):
    """A record that is built from a row: its id and its values without it."""

    id: str
    values: Values
    row: Row


Read = Callable[[Row], object | None]
"""The reading of a key of a record from a row; None: absent."""


class Builder:
    """Builds the records of a source; `counts` are by column, `problems` those of cells and rows.

    `kinds` counts the problems of each kind and column, of which not all are kept. `refused_rows` counts the rows that
    are not written, `forbidden` the empty cells that the mapping does not allow.
    """

    def __init__(self, mapping: Mapping, records: Records, things: Things, given: Given) -> None:
        self.mapping, self.records, self.things, self.given = mapping, records, things, given
        self.model = things.model
        self.problems: list[Problem] = []
        self.kinds: dict[tuple[str, str], int] = {}
        self.rows = self.refused_rows = self.forbidden = 0
        self.readers: list[CellReader] = []
        self.fields = self._entries(mapping.entries, mapping.cls)
        self.constants = {key: value.constant for key, value in mapping.constants.items()}
        self.language = self._language()
        self.needed = needed(mapping.cls, self.model)
        self.first_column = {key: next(iter(columns_of({key: entry})), None) for key, entry in mapping.entries.items()}
        read = dict.fromkeys(column for reader in self.readers for column in reader.columns)
        self.counts = {column: Count() for column in records.columns.names if column in read}
        for reader in self.readers:
            reader.choose_level(records.rows())

    def _language(self) -> str | None:
        """The language of the source where all records are said to be in one."""
        keys = (f.key for f in self.mapping.cls.fields if f.kind.name == "language" and not f.many)
        return next((str(self.constants[key]) for key in keys if key in self.constants), None)

    ### Compiling

    def _entries(self, entries: MappingOf[str, Entry], cls: Class) -> list[tuple[str, Read]]:
        """The readings of entries, in the Model's order of keys."""
        order = ["id", *(f.key for f in cls.fields)]
        return [(key, self._entry(entries[key])) for key in order if key in entries]

    def _entry(self, entry: Entry) -> Read:
        if isinstance(entry, Value):
            many = entry.field is not None and entry.field.many
            return self._values(entry) if many else self._value(entry)
        if isinstance(entry, Texts):
            return self._texts(entry)
        if isinstance(entry, Several):
            return self._several(entry)
        return self._parts(entry)

    def _value(self, value: Value) -> Read:
        if not value.columns:
            constant = value.constant
            return lambda row: constant
        reader = self._reader(value)

        def read(row: Row) -> object | None:
            found = reader.read(row)
            return found[0] if found else None

        return read

    def _values(self, value: Value) -> Read:
        if not value.columns:
            constant = value.constant
            return lambda row: constant
        reader = self._reader(value)
        return lambda row: list(dict.fromkeys(reader.read(row))) or None

    def _reader(self, value: Value) -> CellReader:
        reader = CellReader(value, self.records.columns, self.things, self.refuse, self._make(value))
        self.readers.append(reader)
        return reader

    def _texts(self, entry: Texts) -> Read:
        readers = [(lang, self._value(value)) for lang, value in entry.by_language.items()]

        def read(row: Row) -> object | None:
            found = ((lang, reader(row)) for lang, reader in readers)
            return {lang: text for lang, text in found if text is not None} or None

        return read

    def _several(self, entry: Several) -> Read:
        readers = [self._values(value) for value in entry.values]

        def read(row: Row) -> object | None:
            lists = (reader(row) for reader in readers)
            return list(dict.fromkeys(x for found in lists if found is not None for x in found)) or None  # type: ignore[attr-defined]

        return read

    def _parts(self, entry: Parts) -> Read:
        """The reading of parts; one all of whose values from columns are absent is left out."""
        cls = self.model.target(entry.field)
        parts = []
        for given in entry.parts:
            for part in spread(given, self.records.columns.names):
                varying = {key for key, each in part.items() if columns_of({key: each})}
                parts.append((self._entries(part, cls), varying))
        many = entry.field.many

        def read(row: Row) -> object | None:
            out = []
            for fields, varying in parts:
                part = {key: value for key, reading in fields if (value := reading(row)) is not None}
                if part and (not varying or any(key in part for key in varying)):
                    out.append(part)
            return (out if many else out[0]) if out else None

        return read

    def _make(self, value: Value) -> Make | None:
        """The making of the records that a value refers to."""
        if value.make is None:
            return None
        cls, entries = value.make.cls, value.make.entries
        fields = self._entries(entries, cls)
        name = next((f for f in cls.fields if f.kind.by_language and f.required), None)

        def make(row: Row, text: str) -> str:
            own = {key: value for key, reading in fields if (value := reading(row)) is not None}
            if name is not None and name.key not in own:
                languages = name.languages or self.things.target.config.languages
                own[name.key] = {self.language if self.language in languages else languages[0]: text}
            identifier, differing = self.things.make(cls, text, own)
            for key in differing:
                column = next((c for c in columns_of({key: entries[key]}) if c in row.cells), None)
                said = row.cells[column].text if column is not None else text
                self._keep("source-differs", row, column, said, {"column": column or key, "expected": identifier})
            return identifier

        return make

    ### Rows

    def build(self) -> Iterator[Built]:
        """Yield the records; of rows that give none, and of repeated ids, the problem is kept."""
        seen: dict[str, Row] = {}
        counted = list(self.counts.items())
        for row in self.records.rows():
            self.rows += 1
            for column, count in counted:
                cell = row.cells.get(column)
                if cell is None:
                    count.empty += 1
                else:
                    count.read += 1
                    if len(count.examples) < EXAMPLES:
                        count.examples[cell.text] = None
            self.things.fresh.clear()
            values = {key: value for key, reading in self.fields if (value := reading(row)) is not None}
            for key, constant in self.constants.items():
                values.setdefault(key, constant)
            complete(values, self.mapping.cls, self.model, self.given, str)
            missing = [(keys, label) for keys, label in self.needed if not any(key in values for key in keys)]
            identifier = str(values.pop("id", ""))
            if missing or not identifier:
                self._missing(row, missing, bool(identifier))
                continue
            first = seen.setdefault(identifier, row)
            if first is not row:
                place = self.records.place(first, self.first_column.get("id"))
                where = place.file if "!" in place.file else f"{place.file}:{place.line}"
                self._keep("source-repeated", row, self.first_column.get("id"), identifier, {"line": where})
                self.refused_rows += 1
                self.things.forget()
                continue
            yield Built(identifier, self._ordered(values), row)

    def _ordered(self, values: Values) -> Values:
        return {f.key: values[f.key] for f in self.mapping.cls.fields if f.key in values}

    def _missing(self, row: Row, missing: list[tuple[tuple[str, ...], Text]], identified: bool) -> None:
        """Keep the problem of a row that makes no record."""
        self.refused_rows += 1
        self.things.forget()
        labels = [*([] if identified else [phrase("the-id")]), *(label for _, label in missing)]
        key = "id" if not identified else missing[0][0][0]
        first = labels[0]
        self._keep("source-row", row, self.first_column.get(key), None, {"expected": first})

    ### Problems

    def refuse(self, row: Row, refused: Refused) -> None:
        """Keep the problem of a cell that gives no value, and count it."""
        self.forbidden += refused.code == EMPTY
        count = self.counts.get(refused.column)
        if count is not None:
            count.refused += 1
            count.read -= bool(refused.text)
            count.examples.pop(refused.text, None)
            if len(count.refusals) < EXAMPLES:
                count.refusals[refused.text] = None
        self._keep(refused.code, row, refused.column, refused.text, {"column": refused.column, **refused.details})

    def _keep(
        self, code: str, row: Row, column: str | None, value: str | None, details: MappingOf[str, object]
    ) -> None:
        kind = (code, column or "")
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        if self.kinds[kind] <= SHOWN:
            self.problems.append(problem(code, self.records.place(row, column), None, None, value, **details))  # type: ignore[arg-type]


def needed(cls: Class, model: Model) -> list[tuple[tuple[str, ...], Text]]:
    """Return what a record needs to be written, beside its id: keys of which one is needed, with a label.

    These are its name, and what tells whom it is about where shapes ask for one of several keys (`lead`), if shapes
    mark them as essential: what a profile asks for besides is for the validation to tell.
    """
    essential = [check for check in model.checks.values() if check.essential and check.class_name == cls.name]
    names = {check.key for check in essential}
    found: list[tuple[tuple[str, ...], Text]] = [
        ((f.key,), f.label) for f in cls.fields if f.kind.by_language and f.required and f.key in names
    ]
    for check in essential:
        fields = [f for f in map(cls.field, check.alternatives) if f is not None]
        if any(f.kind.refers for f in fields):
            found.append((tuple(f.key for f in fields), fields[0].label))
    return found


def spread(part: MappingOf[str, Entry], columns: tuple[str, ...]) -> list[MappingOf[str, Entry]]:
    """Return a part for each item of the list that its columns go through (`fundings[*].amount`)."""
    names = [name for name in columns_of(part) if "[*]" in name]
    if not names:
        return [part]
    lists = {name.split("[*]")[0] for name in names}
    numbers = {0}
    for column in columns:
        for start in lists:
            match = re.match(rf"{re.escape(start)}\[([0-9]+)\]", column)
            if match:
                numbers.add(int(match[1]))
    return [_at(part, n) for n in sorted(numbers)]


def _at(part: MappingOf[str, Entry], n: int) -> dict[str, Entry]:
    """A part with its columns at one item of a list."""

    def value(each: Value) -> Value:
        columns = tuple(name.replace("[*]", f"[{n}]", 1) for name in each.columns)
        make = each.make._replace(entries=_at(each.make.entries, n)) if each.make is not None else None
        return each._replace(columns=columns, make=make)

    def entry(each: Entry) -> Entry:
        if isinstance(each, Value):
            return value(each)
        if isinstance(each, Texts):
            return each._replace(by_language={lang: value(v) for lang, v in each.by_language.items()})
        if isinstance(each, Several):
            return each._replace(values=tuple(map(value, each.values)))
        return each._replace(parts=tuple(_at(inner, n) for inner in each.parts))

    return {key: entry(each) for key, each in part.items()}
