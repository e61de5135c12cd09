"""Entry of a field in `fields.yml`, and a new list in `lists/`.

What stands in `fields.yml` keeps its bytes, comments too. The new lines go behind the last field of their class, and
the file is replaced only after the new one has been read: with all other fields as before, and into a usable model.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import yaml

from hankelod.messages.refusal import Refusal
from hankelod.messages.words import message
from hankelod.model.model import Class, Model
from hankelod.rdf.files import leads_out
from hankelod.records import tree, yamltree
from hankelod.records.dataset import Dataset
from hankelod.records.ownfields import FIELDS, LISTS, Own
from hankelod.records.slug import slug
from hankelod.records.sources import opened

INDENT = "  "


class CannotAdd(Refusal):
    """The field cannot be added; the message says why and what to do."""


class Entry(NamedTuple):
    """A field to add: the segment of its class, its key, its label by language, and its kind of value or the list that
    its values are members of."""

    on: str
    key: str
    label: Mapping[str, str]
    kind: str | None = None
    members: str | None = None
    many: bool = False
    required: bool = False

    def plain(self) -> dict[str, object]:
        """Return what `fields.yml` says of the field, as plain data."""
        values: dict[str, object] = {"label": dict(self.label)}
        values |= {"list": self.members} if self.members else {"kind": self.kind or "text"}
        return values | {name: "true" for name in ("many", "required") if getattr(self, name)}

    def lines(self, indent: str = INDENT) -> list[str]:
        """Return the lines of `fields.yml`, the key of the field indented by `indent`."""
        label = ", ".join(f"{lang}: {json.dumps(text, ensure_ascii=False)}" for lang, text in self.label.items())
        said = [f"label: {{{label}}}", *(f"{name}: {value}" for name, value in self.plain().items() if name != "label")]
        return [f"{indent}{self.key}:", *(f"{indent}{INDENT}{each}" for each in said)]


class NewList(NamedTuple):
    """A list to write: its name, and the labels by language of each code."""

    name: str
    entries: Sequence[tuple[str, Mapping[str, str]]]

    def text(self, languages: Sequence[str]) -> str:
        """Return the CSV."""
        file = io.StringIO()
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["code", *(f"label_{lang}" for lang in languages)])
        writer.writerows([code, *(label.get(lang, "") for lang in languages)] for code, label in self.entries)
        return file.getvalue()


def classes(model: Model) -> list[Class]:
    """Return the classes that may get fields: those of records in folders, and of their parts."""
    found = {cls.iri: cls for cls in model.entries() if cls.folder}
    waiting = list(found.values())
    for cls in waiting:
        parts = [model.target(f) for f in cls.fields if f.kind.nested]
        new = {part.iri: part for part in parts if part.iri not in found}
        found |= new
        waiting += new.values()
    return list(found.values())


def key(label: str) -> str:
    """Return a key made of a label: `Priority axis` gives `priorityAxis`; empty where no letter has an ASCII form."""
    first, *others = slug(label).split("-")
    return re.sub("^[0-9]+", "", first + "".join(word.capitalize() for word in others))


def add(dataset: Dataset, entry: Entry, new_list: NewList | None = None) -> list[Path]:
    """Write the field, and its list before it; return the files. Raises CannotAdd, NotADataset, or OSError."""
    path = dataset.root / FIELDS
    raw = _content(path, dataset)
    text = _with(raw.decode("utf-8"), entry)
    table = _write_list(dataset, new_list) if new_list else None
    written = path.with_name(f".{FIELDS}.new")
    try:
        written.write_bytes(text.encode("utf-8"))
        lists = dataset.sources.short.lists
        added = [(table, f"{LISTS}/{table.name}")] if table else []
        own = Own((written, FIELDS), sorted({*lists, *added}, key=lambda each: each[1]))
        if _read(text) != _extended(_read(raw.decode("utf-8")), entry):
            raise CannotAdd(_form(entry))
        opened(dataset.root, dataset.config, dataset.pack, dataset.name, short=own)
        written.replace(path)
    except BaseException:
        written.unlink(missing_ok=True)
        if table:
            table.unlink()
        raise
    return [table, path] if table else [path]


def _content(path: Path, dataset: Dataset) -> bytes:
    if not os.path.lexists(path):
        return b""
    try:
        return tree.read_bytes(path, FIELDS, within=dataset.root)
    except tree.Unreadable as error:
        raise CannotAdd(error.problem.message) from error


def _write_list(dataset: Dataset, new_list: NewList) -> Path:
    """Write the table of a new list. Raises CannotAdd if there is such a list."""
    path = dataset.root / LISTS / f"{new_list.name}.csv"
    if os.path.lexists(path) or leads_out(path.parent, dataset.root):
        raise CannotAdd(message("refusal-list-there", file=f"{LISTS}/{path.name}"))
    path.parent.mkdir(exist_ok=True)
    with path.open("x", encoding="utf-8", newline="") as file:
        file.write(new_list.text(dataset.languages))
    return path


def _with(text: str, entry: Entry) -> str:
    """Return the text of `fields.yml` with the new lines in their place. Raises CannotAdd where its form forbids it."""
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    elif newline == "\r\n":
        lines[-1] += "\r"
    if not text.strip():
        lines, new = [], [f"{entry.on}:", *entry.lines()]
        at = 0
    else:
        at, indent = _place(text, lines, entry)
        new = entry.lines(indent) if indent else [f"{entry.on}:", *entry.lines()]
    added = [line + newline.removesuffix("\n") for line in new]
    return "\n".join([*lines[:at], *added, *lines[at:]]) + "\n"


def _place(text: str, lines: Sequence[str], entry: Entry) -> tuple[int, str]:
    """Return the number of lines before the new ones, and the indent of keys there, which is empty for a new class.

    Raises CannotAdd for collections in flow style, where lines cannot be put in.
    """
    # the guard of `yamltree` has passed the file when the dataset was opened
    top = yaml.compose(text.removeprefix("\ufeff"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    if not isinstance(top, yaml.MappingNode) or top.flow_style:
        raise CannotAdd(_form(entry))
    starts = [word.start_mark.line for word, _ in top.value]
    for (word, fields), end in zip(top.value, [*starts[1:], len(lines)], strict=True):
        if word.value != entry.on:
            continue
        if not isinstance(fields, yaml.MappingNode) or fields.flow_style:
            raise CannotAdd(_form(entry))
        indent = fields.value[0][0].start_mark.column
        while not lines[end - 1].strip() or _is_comment(lines[end - 1], indent):
            end -= 1
        return end, " " * indent
    return len(lines), ""


def _is_comment(line: str, indent: int) -> bool:
    """Tell whether a line is a comment of what follows the fields, which stands to their left."""
    bare = line.lstrip()
    return bare.startswith("#") and len(line) - len(bare) < indent


def _read(text: str) -> object:
    """Return a `fields.yml` as plain data."""
    if not text.strip():
        return {}
    try:
        return tree.plain_value(yamltree.read_yaml(text.encode("utf-8"), FIELDS, []))
    except tree.Unreadable:
        return None


def _extended(data: object, entry: Entry) -> object:
    """Return the plain data of a `fields.yml` with the field."""
    assert isinstance(data, dict)
    return {**data, entry.on: {**data.get(entry.on, {}), entry.key: entry.plain()}}


def _form(entry: Entry) -> Mapping[str, str]:
    lines: Iterator[str] = iter([f"{entry.on}:", *entry.lines()])
    return message("refusal-field-form", file=FIELDS, on=entry.on, lines="\n".join(lines))
