"""Columns of a source, and the columns that a mapping names: each is mapped, ignored, or a problem.

In JSON and XML a column is a path to values. A name may stand for several of them: `partners[*].name` for those of all
items of a list, `tags` for all texts of a list, and in what is ignored `location` for all within.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Mapping as MappingOf
from functools import cached_property

from hankelod.intake.mappings.mapping import (
    OMIT,
    Entry,
    Make,
    Mapping,
    Parts,
    Setting,
    Several,
    Texts,
    Value,
    values_of,
)
from hankelod.messages.problem import Place, Problem, phrase, problem
from hankelod.model.model import ID, Field
from hankelod.records import tree
from hankelod.records.nearness import nearest

INDEX = re.compile(r"\[(?:[0-9]+|\*)\]")


def column(text: str) -> str:
    """Return the name of a column as columns are compared: in NFC, white space of any kind as one space."""
    return tree.composed(" ".join(text.split()))


class Columns:
    """The columns of a source, in their order. `paths` is true of JSON and XML, whose columns are paths."""

    def __init__(self, names: Iterable[str], paths: bool) -> None:
        self.names = tuple(dict.fromkeys(names))
        self.paths = paths
        self._places = frozenset(self.names)

    def named(self, name: str) -> tuple[str, ...]:
        """Return the columns that a name stands for where a value is read; none where there is no such column."""
        if not self.paths:
            return (name,) if name in self._places else ()
        steps = INDEX.split(name)
        numbers = [_any_of(index) for index in INDEX.findall(name)]
        pattern = "".join(
            x for pair in zip(map(re.escape, steps), [*numbers, _any_of("[*]")], strict=True) for x in pair
        )
        return tuple(each for each in self._by_form.get("".join(steps), ()) if re.fullmatch(pattern, each))

    def within(self, name: str) -> tuple[str, ...]:
        """Return the columns that a name stands for where columns are ignored: those within it too."""
        inside = (f"{name}.", f"{name}[") if self.paths else ()
        return self.named(name) or tuple(each for each in self.names if each.startswith(inside or "\0"))

    @cached_property
    def _by_form(self) -> dict[str, list[str]]:
        """The columns by their paths without numbers."""
        found: dict[str, list[str]] = {}
        for name in self.names:
            found.setdefault(INDEX.sub("", name), []).append(name)
        return found


def _any_of(index: str) -> str:
    """The pattern of a number in brackets. What occurs once in XML has none, as the first of several would."""
    return r"(?:\[[0-9]+\])?" if index == "[*]" else r"(?:\[0\])?" if index == "[0]" else re.escape(index)


def settled(mapping: Mapping, columns: Columns, setting: Setting) -> tuple[Mapping, list[Problem]]:
    """Return a mapping for a source with these columns, and what is wrong with it there.

    A word alone that is no column becomes a constant where its field takes such words.
    """
    settling = _Settling(columns, setting, mapping.source.absent == OMIT)
    entries = settling.entries(mapping.entries)
    for name, place in mapping.ignored:
        inside = columns.within(name)
        settling.used.update(inside)
        if not inside and not settling.may_be_absent:
            settling.report("mapping-column", place, name)
    for name in columns.names:
        if name not in settling.used:
            settling.problems.append(problem("mapping-unmapped", Place(mapping.name, 1, 1), None, None, name))
    return mapping._replace(entries=entries), settling.problems


class _Settling:
    """Fits entries to columns; `used` are the columns that are read or ignored."""

    def __init__(self, columns: Columns, setting: Setting, may_be_absent: bool) -> None:
        self.columns, self.setting, self.may_be_absent = columns, setting, may_be_absent
        self.used: set[str] = set()
        self.problems: list[Problem] = []

    def entries(self, entries: MappingOf[str, Entry], spread: bool = False) -> dict[str, Entry]:
        """Fit the entries of a record or part; of parts the names of all items of a list are `spread` over several."""
        return {key: self.entry(entry, spread) for key, entry in entries.items()}

    def entry(self, entry: Entry, spread: bool) -> Entry:
        if isinstance(entry, Texts):
            return entry._replace(by_language={lang: self.value(v, spread) for lang, v in entry.by_language.items()})
        if isinstance(entry, Several):
            return entry._replace(values=tuple(self.value(each, spread) for each in entry.values))
        if isinstance(entry, Parts):
            return entry._replace(parts=tuple(self.entries(part, spread=True) for part in entry.parts))
        return self.value(entry, spread)

    def value(self, value: Value, spread: bool) -> Value:
        make = value.make
        if make is not None:
            value = value._replace(make=Make(make.cls, self.entries(make.entries, spread or value.field.many)))  # type: ignore[union-attr]
        for name in value.columns:
            found = self.columns.named(name)
            self.used.update(found)
            if found:
                several = len({each.replace("[0]", "") for each in found}) > 1
                if several and value.join is None and not spread and value.field and not value.field.many:
                    details = {"expected": phrase("mapping-joined"), "example": "join"}
                    self.problems.append(problem("mapping-form", value.place, None, None, name, **details))  # type: ignore[arg-type]
                continue
            near = nearest(name, self.columns.names, short=0)
            if value.bare and near is None and value.field is not None and takes_word(value.field, name, self.setting):
                word: object = [name] if value.field.many else name
                return value._replace(columns=(), constant=word, bare=False)
            if self.may_be_absent and not value.needed:
                continue
            self.report("mapping-column", value.place, name, near)
        return value

    def report(self, code: str, place: Place, name: str, near: str | None = None) -> None:
        near = near or nearest(name, self.columns.names, short=0)
        shown = ", ".join(self.columns.names[:30]) + ("…" if len(self.columns.names) > 30 else "")
        self.problems.append(problem(code, place, None, None, name, expected=shown, suggestion=near))


def takes_word(field: Field, word: str, setting: Setting) -> bool:
    """Tell whether a word may be the value of a field in all records: a code of a list, or one of a form of its own."""
    if field.kind.by_language or field.kind.nested:
        return False
    if field.words or field.values:
        return word in field.words or word in field.values
    if field.kind.choices:
        return word in field.kind.choices
    if field.kind.refers and field.target:
        target = setting.model.target(field)
        return setting.exists(target, word.lower() if target.file else word) or bool(
            target.folder and ID.fullmatch(word)
        )
    return field.pattern is not None and re.search(field.pattern, word) is not None and field.kind.takes(word)


def columns_of(entries: MappingOf[str, Entry]) -> list[str]:
    """Return the names of the columns that entries read, each once."""
    return list(dict.fromkeys(name for value in values_of(entries) for name in value.columns))
