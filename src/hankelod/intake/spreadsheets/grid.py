"""Columns of a spreadsheet, derived from the Model, and conversion between cells and values.

A column is a path into a record: `title.fi`, `totalCost`, `grants.1.amount`. Its header consists of the label of the
field and the path in square brackets; either identifies the column, the label in any language.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import NamedTuple

from hankelod.intake.names.gazetteer import Gazetteer, Place
from hankelod.intake.names.listed import read_list
from hankelod.intake.spreadsheets.cells import Cell
from hankelod.messages.catalogue import in_language
from hankelod.model import amounts
from hankelod.model.model import Class, Field, Model
from hankelod.records import tree, yamltree
from hankelod.records.tree import Node

Path = tuple[str | int, ...]
"""Keys, and positions in lists from 0."""

PartKeys = tuple[str, ...]
"""Keys that lead from an entry to its parts of a class: one, or two for parts of parts."""


class Column(NamedTuple):
    """A column: the `path` to its value, the last `field` on that path, and the language of a text by language.

    `field` is None for an id, and for the columns `record` and `part`, which name the owner of a part.
    """

    path: Path
    field: Field | None
    lang: str | None


class Sheet(NamedTuple):
    """Content of a sheet: records of the class `entry`, or their parts of the class `part`.

    `again` is True where records of an earlier entry have such parts too, so that the name of the sheet tells whose.
    """

    entry: Class
    part: Class | None
    again: bool = False

    @property
    def cls(self) -> Class:
        """The class of a row."""
        return self.part or self.entry


def sheets(model: Model) -> list[Sheet]:
    """Return the sheets of a workbook: for each class with a folder one, and one for each class of its parts."""
    sheets = []
    seen: set[str] = set()
    for entry in model.entries():
        if entry.folder:
            own = {part.iri: part for part, _ in parts(entry, model)}
            sheets += [Sheet(entry, None), *(Sheet(entry, part, iri in seen) for iri, part in own.items())]
            seen |= own.keys()
    return sheets


def parts(entry: Class, model: Model) -> Iterator[tuple[Class, PartKeys]]:
    """Yield the classes of an entry's parts, and of the parts of those, with the keys that lead to them."""
    for field in entry.fields:
        if field.kind.nested:
            cls = model.target(field)
            yield cls, (field.key,)
            yield from ((model.target(f), (field.key, f.key)) for f in cls.fields if f.kind.nested)


def part_keys(sheet: Sheet, model: Model) -> list[PartKeys]:
    """Return the keys that lead from an entry to the parts of a sheet, one tuple for each way."""
    return [keys for cls, keys in parts(sheet.entry, model) if cls == sheet.part]


def title(sheet: Sheet, lang: str) -> str:
    """Return the name of a sheet, at most 31 characters: the label of its class, else the segment in its IRIs."""
    name = in_language(sheet.cls.label, lang) or sheet.cls.segment
    return (f"{name} ({in_language(sheet.entry.label, lang) or sheet.entry.segment})" if sheet.again else name)[:31]


def titles(sheet: Sheet) -> set[str]:
    """Return all names that a sheet may have, folded."""
    names = (*sheet.cls.label.values(), sheet.cls.segment, sheet.cls.folder or "")
    if sheet.again:
        names = tuple(f"{n} ({e})" for n in names for e in (*sheet.entry.label.values(), sheet.entry.segment) if n)
    return {folded(x[:31]) for x in names if x}


def columns(sheet: Sheet, model: Model) -> list[Column]:
    """Return the columns of a sheet in the Model's order."""
    columns: list[Column] = []
    if sheet.part is not None:
        columns.append(Column(("record",), None, None))
        if any(len(keys) > 1 for keys in part_keys(sheet, model)):
            columns.append(Column(("part",), None, None))
    columns.append(Column(("id",), None, None))
    own = of_class(sheet.cls, ())
    return columns + [column for column in own if column.field is None or model.offers(column.field)]


def of_class(cls: Class, path: Path) -> Iterator[Column]:
    """Yield the columns of a class's own fields, without its parts and the fields that are filled in."""
    for field in cls.fields:
        if field.derived or field.kind.nested:
            continue
        if field.kind.by_language:
            yield from (Column((*path, field.key, lang), field, lang) for lang in field.languages)
        else:
            yield Column((*path, field.key), field, None)


def dotted(path: Path) -> str:
    """Return a path as written in a header, positions in lists from 1."""
    return ".".join(str(step + 1) if isinstance(step, int) else step for step in path)


def header(column: Column, lang: str) -> str:
    """Return the header of a column: the field's label, its language, a star where it is required, and the path."""
    if column.field is None:
        return f"[{dotted(column.path)}]"
    name = in_language(column.field.label, lang) or column.field.key
    required = column.field.required and column.lang in (None, *column.field.languages[:1])
    return f"{name}{f' ({column.lang})' if column.lang else ''}{' *' if required else ''} [{dotted(column.path)}]"


def known_columns(sheet: Sheet, model: Model) -> Callable[[str], Column | None]:
    """Return a lookup of columns by header: the path, in brackets or alone, or the field's label in any language."""
    by_name: dict[str, Column] = {}
    for column in columns(sheet, model):
        by_name.setdefault(folded(dotted(column.path)), column)
        for label in column.field.label.values() if column.field else ():
            by_name.setdefault(folded(f"{label} ({column.lang})" if column.lang else label), column)
            if column.field and column.lang in column.field.languages[:1]:
                by_name.setdefault(folded(label), column)

    def lookup(text: str) -> Column | None:
        for name in _names(text):
            column = by_name.get(folded(name)) or _by_path(name, sheet.cls, model)
            if column is not None:
                return column
        return None

    return lookup


def folded(text: str) -> str:
    """Return a name as names are compared: white space of any kind is a space, and what is not seen goes."""
    if text.isascii():
        return " ".join(text.split()).casefold()
    seen = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return " ".join(seen.split()).casefold()


def _names(text: str) -> Iterator[str]:
    """The names that a header may mean: its path in brackets, its words, and those of a word cut by a line break."""
    words = "".join(c for c in text if unicodedata.category(c) != "Cf").replace("*", "").strip().rstrip(":").strip()
    bracket = re.search(r"\[([\w.\s]+)\]$", words)
    if bracket:
        yield re.sub(r"\s", "", bracket[1])
    yield words
    yield re.sub(r"[-\u2010\u2011]\s*\n\s*", "", words)
    yield re.sub(r"([-\u2010\u2011]?)\s*\n\s*", r"\1", words)


def _by_path(name: str, cls: Class, model: Model) -> Column | None:
    """The column of a path into parts (`grants.1.amount`, `outcomes.2.observations.1.value`), or None."""
    steps = name.split(".")
    path: list[str | int] = []
    while steps:
        key = steps.pop(0)
        field = cls.field(key)
        if key == "id" and not steps and path:
            return Column((*path, "id"), None, None)
        if field is None or field.derived:
            return None
        path.append(key)
        if field.kind.nested:
            if not steps or not re.fullmatch(r"[1-9][0-9]{0,2}", steps[0]):
                return None
            path.append(int(steps.pop(0)) - 1)
            cls = model.target(field)
        elif field.kind.by_language:
            if len(steps) != 1 or steps[0] not in field.languages:
                return None
            return Column((*path, steps[0]), field, steps[0])
        else:
            return Column(tuple(path), field, None) if not steps else None
    return None


### Cells to values


class Lookup(NamedTuple):
    """Sources for the meaning of cells: the resolver's names, the Model, and a test for the existence of an id."""

    names: Gazetteer
    model: Model
    exists: Callable[[Class, str], bool]


def node(cell: Cell, column: Column, line: int, at: int, lookup: Lookup) -> Node:
    """Convert a cell to a node at `line` and column `at`."""
    field, text = column.field, cell.text
    if field is None:
        return Node("text", text.strip(), line, at)
    if column.lang is not None or (field.kind.lines and not field.many):
        return Node("text", text, line, at)
    if not field.many:
        return Node("text", _scalar(cell, field, lookup), line, at)
    if field.kind.lines:
        return Node("list", [Node("text", t, line, at) for t in text.split("\n") if t], line, at)
    items = [cell._replace(text=t.strip()) for t in re.split(r"[;\n]", text) if t.strip()]
    texts = [x for c in items for x in (_organisations(c.text, field, lookup) or [_scalar(c, field, lookup)])]
    return Node("list", [Node("text", x, line, at) for x in texts], line, at)


def ambiguous(cell: Cell, field: Field) -> bool:
    """True for a text that is a number of thousands or one with decimals, where the field allows either."""
    if cell.kind != "text" or not field.kind.fractional or not amounts.is_ambiguous(cell.text):
        return False
    return "," in cell.text or field.pattern is None or re.fullmatch(field.pattern, "1.234") is not None


def _scalar(cell: Cell, field: Field, lookup: Lookup) -> str:
    """A single value as a record writes it; a text in no known form is kept, for the checks to report."""
    text = cell.text.strip()
    if cell.kind == "date":
        # a month or year typed into a spreadsheet becomes its first day
        return text.removesuffix(field.kind.first_day)
    if field.kind.numeric:
        return amounts.number(text) or (text if cell.kind != "text" else amounts.money(text)) or text
    if field.kind.typing:
        return _word(text, field, lookup)
    if field.among:
        return _code(text, cell.kind == "whole", field, lookup)
    if field.kind.refers:
        return _reference(text, cell.kind == "whole", lookup.model.target(field), lookup)
    return field.kind.cell(text)


def _word(text: str, field: Field, lookup: Lookup) -> str:
    """The word of a class, given by that word or by a label of the class."""
    for word, iri in field.words.items():
        if folded(text) in {word, *(folded(x) for x in lookup.model.labels.get(iri, {}).values())}:
            return word
    return text


def _code(text: str, whole: bool, field: Field, lookup: Lookup) -> str:
    """The code of an area of any level that a cell refers to; the text itself where it is none, or one of several."""
    model = lookup.model
    targets = [model.target(f) for f in model.main.fields if f.target and (f is field or f.key in field.among)]
    codes = {(t, c) for t in targets if lookup.exists(t, c := _reference(text, whole, t, lookup))}
    return next(iter(codes))[1] if len(codes) == 1 else text


def _reference(text: str, whole: bool, target: Class, lookup: Lookup) -> str:
    """The id of a thing of a class that a cell refers to: an id, a code without its leading zeros, or a name."""
    text = " ".join(text.split())
    if lookup.exists(target, text):
        return text
    if target.concept:
        for concept, labels in lookup.model.concepts[target.iri].items():
            if folded(text) in {folded(x) for x in labels.values()}:
                return concept
        return text
    if target.file:
        if whole:
            return next((c for c in (text.zfill(n) for n in (2, 3, 4)) if lookup.exists(target, c)), text)
        if target.identified_by and lookup.exists(target, text.lower()):
            return text
        places = lookup.names.forms.get(text.casefold(), [])
        return next((place.area for place, _ in places if _is_of(place, target, lookup)), text)
    ids = _named(text, target, lookup)
    return ids[0] if len(ids) == 1 else text


def _is_of(place: Place, target: Class, lookup: Lookup) -> bool:
    """Tell whether a place, or the present one in its place, is an area of a class."""
    if place.successor is not None:
        return lookup.exists(target, place.successor.lower())
    return place.cls == target.iri


def _organisations(text: str, field: Field, lookup: Lookup) -> list[str]:
    """The ids of the organisations in a cell, if it has only names and all of them are known; else none."""
    return _named(text, lookup.model.target(field), lookup) if field.kind.refers else []


def _named(text: str, target: Class, lookup: Lookup) -> list[str]:
    """The ids of the things of a class in a text: of organisations, as `_organisations` returns them."""
    if target.concept or target.file or lookup.exists(target, text) or target.segment != "organisation":
        return []
    named = read_list(text, lookup.names)
    if named.others or not all(m.known and m.confidence == "sure" for m in named.organisations):
        return []
    return [str(m.id) for m in named.organisations]


### Values to cells


def cell(value: object, field: Field | None) -> str | int:
    """Convert a value to a cell: a whole number as a number, anything else as text that is read back as it was."""
    if isinstance(value, list):
        separator = "\n" if field is not None and field.kind.lines else "; "
        return separator.join(str(v) for v in value)
    text = "true" if value is True else "false" if value is False else str(value)
    if field is not None and "number" in field.kind.nodes and re.fullmatch(r"[1-9][0-9]{0,14}|0", text):
        return int(text)
    if field is not None and field.kind.fractional and amounts.is_ambiguous(text):
        return re.sub(r"(?=\d)", "0", text, count=1)
    return text


def example(field: Field | None, lang: str | None) -> str | int | None:
    """Return the example of a field as a cell; the Model has it as YAML."""
    if field is None or field.example is None:
        return None
    try:
        value = tree.plain_value(yamltree.read_yaml(field.example.encode(), "example", []))
    except tree.Unreadable:
        return None
    if isinstance(value, dict):
        value = value.get(lang)
    return None if value is None else cell(value, field)
