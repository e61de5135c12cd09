"""Kind of value: what a value is in RDF, JSON, tables, YAML and on pages, and how it is read and guessed."""

# Annotations are evaluated here: `NamedTuple` would compile each of them from its text, at every start.

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol

Json = dict[str, object]


class Rules(Protocol):
    """The rules of a field that narrow its kind."""

    @property
    def pattern(self) -> str | None:
        """Regular expression for the lexical form."""

    @property
    def limits(self) -> dict[str, str]:
        """Bounds by SHACL term."""


class Refused(NamedTuple):
    """Result of reading a text that is no value: the constraint that it breaks; None if it is of another kind."""

    constraint: str | None


OTHER_KIND = Refused(None)

NO_DATATYPE = Refused("Datatype")


def as_it_is(text: str) -> object:
    """Return a text as the value that it is."""
    return text


def unchanged(text: str) -> str:
    """Return a text as the cell has it."""
    return text


def any_text(text: str) -> bool:
    """Take every text: the shape alone says what is valid."""
    return True


def no_guess(text: str, rules: Rules) -> Iterator[str]:
    """Yield no guess."""
    yield from ()


def no_check(v: str) -> list[str]:
    """Return no line of source."""
    return []


class Kind(NamedTuple):
    """Kind of value. A module of this package that has one as a constant adds it (`hankelod.model.kinds.table`)."""

    name: str
    """Name; `kind-<name>` and `site.kind.<name>` are its words in the messages."""

    # In RDF

    datatype: str | None = None
    """IRI of the datatype by which shapes choose this kind (`sh:datatype`)."""
    precisions: Mapping[int, str] = {}
    """Datatypes by the length of the lexical form, where values are more or less precise (`sh:or` in shapes)."""
    by_language: bool = False
    """A value is a text in several languages."""
    nested: bool = False
    """A value is a part: a record within the record."""
    refers: bool = False
    """A value is the id of a thing of the field's class."""
    relative: bool = False
    """A value is the IRI segment and the id of a thing of any class."""
    typing: bool = False
    """A value is a word for the types of the thing."""
    term: str = '"{escape($v)}"^^$datatype'
    """Object of a triple as the inside of an f-string; `$v` is the variable with the value. Not for values by language,
    words for types, and ids."""
    coerced: str | None = None
    """`@type` of its terms in a JSON-LD context; None where JSON itself says the type."""

    # Reading

    nodes: frozenset[str] = frozenset(("text",))
    """Kinds of scalars that may be written: `text` (in quotation marks or not), `number`, `true`, `false`."""
    read: Callable[[str], object] = as_it_is
    """Reader of a text: the value, or Refused."""
    decoded: Any = str
    """Type of a value of a JSON line before it is checked."""
    check: Callable[[str], list[str]] = no_check
    """Source that checks and converts the decoded value in a variable, or raises `Out`."""
    distinct: bool = True
    """The values of a list must be distinct."""

    # Guesses at the intended value

    takes: Callable[[str], bool] = any_text
    """Check of the lexical form of a guess."""
    guesses: Callable[[str, Rules], Iterator[str]] = no_guess
    """Guesses at the value that a text means."""
    numeric: bool = False
    """Values are numbers, which bounds compare."""

    # In JSON Schema

    schema: Json = {"type": "string"}
    """Schema of a value as authors write it, without the rules of its field."""
    complete: Json = {"type": "string"}
    """Schema of a value in complete records, without the rules of its field."""
    summary: Json = {"type": "string"}
    """Schema of a value in summaries, where decimals are numbers."""

    # In tables

    csvw: str = "string"
    """Datatype of CSVW."""
    cell: Callable[[str], str] = unchanged
    """Reader of the text of a cell in a spreadsheet: the text that a record has for it."""
    fractional: bool = False
    """Values may have decimals."""
    first_day: str = ""
    """End of the day that a spreadsheet makes of a value (`2021-05` becomes `2021-05-01`)."""
    lines: bool = False
    """Several values are lines of a cell, since any other separator may be part of a value."""
    choices: tuple[str, ...] = ()
    """All values, where they are few."""

    # In YAML, on forms and pages

    plain: str | None = None
    """Pattern of the values that are written without quotation marks: all readers of YAML agree on them."""
    lexical: str | None = None
    """Pattern of values on forms, in the common part of regular expressions of Python and JavaScript."""
    example: bool = False
    """The example of a field is typed on a form as it is."""
    shown: str = "text"
    """Way of showing values on pages: `text`, `number`, `month`, `moment`, `date`, `boolean`, `language`, `address`."""
