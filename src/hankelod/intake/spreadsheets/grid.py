"""The columns of a spreadsheet, derived from the Model; and a cell's text as the value that its column holds.

A column is a path into a record: `title.fi`, `totalCost`, `grants.1.amount`. Its header names the field for people and
ends in the path in square brackets; either is enough to know the column again, in any language.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from hankelod.intake import values
from hankelod.intake.names.gazetteer import Gazetteer
from hankelod.intake.names.listed import read_list
from hankelod.model.model import Class, Field, Model
from hankelod.records import tree, yamltree
from hankelod.records.tree import Node

Path = tuple[str | int, ...]

TRUE = {"true", "kyllä", "ja", "yes", "x", "tosi", "sant", "1"}

FALSE = {"false", "ei", "nej", "no", "epätosi", "falskt", "0"}


class Column(NamedTuple):
    """One column: `path` leads to its value (list positions from 0), `field` is the last field on it, `lang` a text's."""

    path: Path
    field: Field | None
    lang: str | None


class Sheet(NamedTuple):
    """What a sheet of the template holds: records of `entry`, or their parts of class `part`."""

    entry: Class
    part: Class | None

    @property
    def cls(self) -> Class:
        return self.part or self.entry


class Home(NamedTuple):
    """Where parts of a class stand in an entry: under `keys`, one key or two."""

    keys: tuple[str, ...]


def sheets(model: Model) -> list[Sheet]:
    """The sheets that hold everything: one for each class with a folder, one for each class of its parts."""
    found = []
    for entry in model.entries():
        if entry.folder:
            found.append(Sheet(entry, None))
            found += [Sheet(entry, part) for part in {p.iri: p for p, _ in parts(entry, model)}.values()]
    return found


def parts(entry: Class, model: Model) -> Iterator[tuple[Class, Home]]:
    """The classes of an entry's parts, with where they stand; parts of parts too, to the second step."""
    for field in entry.fields:
        if field.kind == "part":
            cls = model.target(field)
            yield cls, Home((field.key,))
            yield from ((model.target(f), Home((field.key, f.key))) for f in cls.fields if f.kind == "part")


def homes(sheet: Sheet, model: Model) -> list[Home]:
    return [home for cls, home in parts(sheet.entry, model) if cls == sheet.part]


def title(sheet: Sheet, lang: str) -> str:
    """A sheet's name: the class's label, else its word in IRIs."""
    return (sheet.cls.label.get(lang) or sheet.cls.segment)[:31]


def titles(sheet: Sheet) -> set[str]:
    """All names that a sheet may have, in lower case."""
    return {x[:31].casefold() for x in (*sheet.cls.label.values(), sheet.cls.segment, sheet.cls.folder or "") if x}


def columns(sheet: Sheet, model: Model) -> list[Column]:
    """A sheet's columns in the Model's order."""
    found: list[Column] = []
    if sheet.part is not None:
        found.append(Column(("record",), None, None))
        if any(len(home.keys) > 1 for home in homes(sheet, model)):
            found.append(Column(("part",), None, None))
    found.append(Column(("id",), None, None))
    return found + list(of_class(sheet.cls, ()))


def of_class(cls: Class, path: Path) -> Iterator[Column]:
    """The columns of a class's own fields, parts aside."""
    for field in cls.fields:
        if field.filled is not None or field.kind == "part":
            continue
        if field.kind == "langtext":
            yield from (Column((*path, field.key, lang), field, lang) for lang in field.languages)
        else:
            yield Column((*path, field.key), field, None)


def dotted(path: Path) -> str:
    """A path as a header writes it, list positions from 1."""
    return ".".join(str(step + 1) if isinstance(step, int) else step for step in path)


def header(column: Column, sheet: Sheet, lang: str) -> str:
    """A column's header: the field's name, its language, a star where it is required, the path."""
    if column.field is None:
        return f"[{dotted(column.path)}]"
    name = column.field.label.get(lang) or column.field.key
    required = column.field.required and column.lang in (None, "fi")
    return f"{name}{f' ({column.lang})' if column.lang else ''}{' *' if required else ''} [{dotted(column.path)}]"


def known_columns(sheet: Sheet, model: Model) -> Callable[[str], Column | None]:
    """What a header means: its path in brackets, its bare path, or a field's name in any language."""
    by_name: dict[str, Column] = {}
    for column in columns(sheet, model):
        by_name.setdefault(dotted(column.path).casefold(), column)
        for label in column.field.label.values() if column.field else ():
            by_name.setdefault(f"{label} ({column.lang})".casefold() if column.lang else label.casefold(), column)
            if column.lang == "fi":
                by_name.setdefault(label.casefold(), column)

    def known(text: str) -> Column | None:
        bracket = re.search(r"\[([\w.]+)\]\s*$", text)
        for name in ([bracket.group(1)] if bracket else []) + [text.replace("*", "").strip()]:
            found = by_name.get(name.casefold()) or _by_path(name, sheet.cls, model)
            if found is not None:
                return found
        return None

    return known


def _by_path(name: str, cls: Class, model: Model) -> Column | None:
    """The column of a path that leads into parts: `grants.1.amount`, `outcomes.2.observations.1.value`."""
    steps = name.split(".")
    path: list[str | int] = []
    while steps:
        key = steps.pop(0)
        field = cls.field(key)
        if key == "id" and not steps and path:
            return Column((*path, "id"), None, None)
        if field is None or field.filled is not None:
            return None
        path.append(key)
        if field.kind == "part":
            if not steps or not re.fullmatch(r"[1-9][0-9]{0,2}", steps[0]):
                return None
            path.append(int(steps.pop(0)) - 1)
            cls = model.target(field)
        elif field.kind == "langtext":
            if len(steps) != 1 or steps[0] not in field.languages:
                return None
            return Column((*path, steps[0]), field, steps[0])
        else:
            return Column(tuple(path), field, None) if not steps else None
    return None


### Cells to values


class Knowledge(NamedTuple):
    """What cells may mean: the names that the resolver knows, the Model, and which ids there are."""

    names: Gazetteer
    model: Model
    exists: Callable[[Class, str], bool]


def node(text: str, whole: bool, column: Column, line: int, at: int, known: Knowledge) -> Node:
    """A cell as a tree's node. `whole`: the cell held a number without a fraction, which may have lost its zeros."""
    field = column.field
    if field is None or column.lang is not None or (field.kind in ("text", "iri", "language") and not field.many):
        return Node("text", text if column.lang or (field and field.kind == "text") else text.strip(), line, at)
    if not field.many:
        return Node("text", _scalar(text.strip(), whole, field, known), line, at)
    if field.kind == "text":
        return Node("list", [Node("text", t, line, at) for t in text.split("\n") if t], line, at)
    told = [t.strip() for t in re.split(r"[;\n]", text) if t.strip()]
    found = [x for t in told for x in (_organisations(t, field, known) or [_scalar(t, whole, field, known)])]
    return Node("list", [Node("text", x, line, at) for x in found], line, at)


def _scalar(text: str, whole: bool, field: Field, known: Knowledge) -> str:
    if field.kind == "boolean":
        low = text.casefold()
        return "true" if low in TRUE else "false" if low in FALSE else text
    if field.kind in ("decimal", "integer"):
        if re.fullmatch(r"-?\d+,\d+", text):
            return text.replace(",", ".")
        return text if re.fullmatch(r"-?\d+(\.\d+)?", text) else values.amount(text) or text
    if field.kind == "month":
        found = re.fullmatch(r"(0?[1-9]|1[0-2])[/.]((?:19|20)\d\d)", text)
        return f"{found[2]}-{int(found[1]):02}" if found else text
    if field.kind == "class":
        return _word(text, field, known)
    if field.kind == "reference":
        return _reference(text, whole, field, known)
    return text


def _word(text: str, field: Field, known: Knowledge) -> str:
    """The word of a class, for it or for its name."""
    for word, iri in field.words.items():
        if text.casefold() in {word, *(x.casefold() for x in known.model.labels.get(iri, {}).values())}:
            return word
    return text


def _reference(text: str, whole: bool, field: Field, known: Knowledge) -> str:
    """The id that a cell names: itself, a code that lost its zeros, or the id of a thing of this name."""
    target = known.model.target(field)
    if known.exists(target, text):
        return text
    if target.concept:
        for concept, labels in known.model.concepts[target.iri].items():
            if text.casefold() in {x.casefold() for x in labels.values()}:
                return concept
        return text
    if target.file:
        if whole:
            return next((c for c in (text.zfill(n) for n in (2, 3)) if known.exists(target, c)), text)
        found = known.names.place(text)
        return found[0].area if found and found[0].kind == target.segment else text
    named = _organisations(text, field, known)
    return named[0] if named and len(named) == 1 else text


def _organisations(text: str, field: Field, known: Knowledge) -> list[str]:
    """The organisations that a cell names in words, if it names nothing else and the dataset knows all of them."""
    target = known.model.target(field)
    if target.concept or target.file or known.exists(target, text) or target.segment != "organisation":
        return []
    named = read_list(text, known.names)
    if named.others or not all(m.known and m.confidence == "sure" for m in named.organisations):
        return []
    return [str(m.id) for m in named.organisations]


### Values to cells


def cell(value: object, field: Field | None) -> str | int:
    """A value as a cell holds it; whole numbers as numbers, all else as text."""
    if isinstance(value, list):
        between = "\n" if field is not None and field.kind == "text" else "; "
        return between.join(str(v) for v in value)
    text = "true" if value is True else "false" if value is False else str(value)
    if field is not None and field.kind in ("decimal", "integer", "year") and re.fullmatch(r"[1-9][0-9]{0,14}|0", text):
        return int(text)
    return text


def example(field: Field | None, lang: str | None) -> str | int | None:
    """A field's example, as a cell holds it; the Model writes it as YAML."""
    if field is None or field.example is None:
        return None
    try:
        value = tree.plain_value(yamltree.read_yaml(field.example.encode(), "example", []))
    except tree.Unreadable:
        return None
    if isinstance(value, dict):
        value = value.get(lang or "fi")
    return None if value is None else cell(value, field)
