"""Mapping: the description by which the columns of a source become records, as frozen values.

`hankelod.intake.mappings.reading` reads it from a file. A column is the header of a table's column, or in JSON and XML
the path to a value (`recipientOrganization[0].name`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Mapping as MappingOf
from typing import NamedTuple

from hankelod.intake.mappings.forms import DateForm, NumberForm
from hankelod.messages.problem import Place
from hankelod.model.model import Class, Field, Model

FORMATS = ("csv", "xlsx", "json", "jsonl", "xml")
"""Formats of sources."""

STEPS = ("trim", "slug", "unique", "lower", "upper", "first-line")
"""Named steps of `do`, which change a text."""

MATCHES = ("name", "code", "identifier")
"""Words for the values that `match` compares with."""

OMIT = "omit"
"""Word by which a value is left out."""


class Setting(NamedTuple):
    """Context of a mapping: the Model, the languages of the dataset, and a test for the existence of a thing's id."""

    model: Model
    languages: tuple[str, ...]
    exists: Callable[[Class, str], bool]


class Source(NamedTuple):
    """Form of a source; None for what is guessed.

    `records` is the path to the records of JSON (`$.grants[*]`) or XML (`/grants/grant`). Columns that the source does
    not have may be `absent`: OMIT leaves out their values, else they are a problem.
    """

    format: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    records: str | None = None
    sheet: str | None = None
    absent: str | None = None


class Value(NamedTuple):
    """One value of a record, with the steps from cells to it in their order."""

    field: Field | None
    """The field that takes the value; None for an id."""
    place: Place
    """Place in the mapping file."""
    columns: tuple[str, ...] = ()
    """Columns that it is read from (`from`); none for a constant."""
    constant: object | None = None
    """A value that is the same in all records, as plain data."""
    bare: bool = False
    """Written as a word alone: the name of a column, or a constant where the source has no such column."""
    do: tuple[str, ...] = ()
    """Steps that change the text."""
    join: str | None = None
    """Text between the cells of several columns that make one value."""
    split: str | None = None
    """Text that parts the values in a cell."""
    date: tuple[DateForm, ...] = ()
    """Forms of dates, the first that fits counts."""
    number: NumberForm | None = None
    """Form of numbers."""
    values: MappingOf[str, str] | None = None
    """Values by what the source writes for them."""
    match: str | None = None
    """Part of the things referred to that the text is compared with."""
    make: Make | None = None
    """Way in which things that are not there yet are made."""
    otherwise: str | None = None
    """Value for a cell that cannot be read (`else`); OMIT: none, and no problem."""
    keeps_zero: bool = True
    """False where a number of 0 is left out (`zero: omit`)."""
    needed: bool = False
    """True where an empty cell is a problem (`empty: error`)."""


class Texts(NamedTuple):
    """A text by language."""

    field: Field
    by_language: MappingOf[str, Value]


class Parts(NamedTuple):
    """A list of parts of a record, or one part where the field takes one; each as its entries by key."""

    field: Field
    parts: tuple[MappingOf[str, Entry], ...]


class Several(NamedTuple):
    """A list of values, each with columns of its own."""

    field: Field
    values: tuple[Value, ...]


class Make(NamedTuple):
    """The making of records that a value refers to: their class, and their other entries by key.

    The text of the value is their name where no entry says it.
    """

    cls: Class
    entries: MappingOf[str, Entry]


Entry = Value | Texts | Parts | Several
"""Source of a key of a record."""


class Mapping(NamedTuple):
    """A mapping file.

    `constants` are values of the records' own keys in all records, `entries` what their keys are made of, `id` among
    them. `ignored` are the columns that are left out on purpose, with their places.
    """

    name: str
    """File name in problems."""
    source: Source
    cls: Class
    constants: MappingOf[str, Value]
    entries: MappingOf[str, Entry]
    ignored: tuple[tuple[str, Place], ...] = ()

    def values(self) -> Iterator[Value]:
        """Yield all values, those of parts and of things that are made too."""
        yield from self.constants.values()
        yield from values_of(self.entries)


def values_of(entries: MappingOf[str, Entry]) -> Iterator[Value]:
    """Yield the values of entries, those of their parts and of things that are made too."""
    for entry in entries.values():
        if isinstance(entry, Value):
            yield entry
            if entry.make is not None:
                yield from values_of(entry.make.entries)
        elif isinstance(entry, Texts):
            yield from entry.by_language.values()
        elif isinstance(entry, Several):
            yield from values_of({str(n): value for n, value in enumerate(entry.values)})
        else:
            for part in entry.parts:
                yield from values_of(part)
