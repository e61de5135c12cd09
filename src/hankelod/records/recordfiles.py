"""Reading record files: YAML, CSV and lines of JSON become Records, and what is wrong with them becomes problems."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from hankelod.messages.problem import MAX_PROBLEMS, Place, Problem, problem, short
from hankelod.model.model import ID, Class, Model
from hankelod.records import csvtree, jsontree, tree, yamltree
from hankelod.records.reader import Reader
from hankelod.records.record import Record, slug

if TYPE_CHECKING:
    from hankelod.records.decoding import Decoders


class RecordFiles:
    """The record files below one folder. Problems gather in `reader.problems`.

    Whoever inherits from it sets Model, languages and reader before a record is read.
    """

    model: Model
    languages: tuple[str, ...]
    reader: Reader

    def __init__(self, data: Path, working: Path) -> None:
        """`data` is the folder, `working` the one that file names in reports are relative to."""
        self.data, self.working = data, working

    def name(self, path: Path) -> str:
        """A file's name in reports: relative to the working folder, with `/`; control characters are escaped."""
        name = os.path.relpath(path, self.working).replace(os.sep, "/")
        return name if name.isprintable() else short(name, len(name))

    @cached_property
    def decoders(self) -> Decoders:
        """The fast way to read JSON Lines."""
        from hankelod.records.decoding import Decoders

        return Decoders(self.model, self.reader.references, self.languages)

    def stay_inside(self, path: Path, name: str) -> None:
        """Raise Unreadable where a file, or the folder of a class, is a link out of the dataset."""
        if path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(self.data)):
            raise tree.refuse("outside-dataset", Place(name, 1, 1))

    ### YAML and CSV

    def read_record(self, path: Path, cls: Class) -> Record | None:
        """One YAML record, None where it cannot be read."""
        name, stem = self.name(path), path.stem
        if not ID.fullmatch(stem):
            self.add(problem("file-name", Place(name, 1, 1), None, None, path.name, expected=f"{slug(stem)}.yml"))
            return None
        try:
            self.stay_inside(path, name)
            raw = tree.read_bytes(path, name)
        except tree.Unreadable as error:
            self.add(error.problem._replace(record=stem))
            return None
        return self.read_text(raw, cls, name, stem)

    def read_text(self, raw: bytes, cls: Class, name: str, stem: str) -> Record | None:
        """One record out of the bytes of a YAML file of this name; `stem` is its id. None where it cannot be read."""
        found: list[Problem] = []
        try:
            node = yamltree.read_yaml(raw, name, found)
        except tree.Unreadable as error:
            self.add(error.problem._replace(record=stem))
            return None
        for each in found:
            self.add(each._replace(record=stem))
        return self.reader.record(node, cls, name, stem)

    def read_file(self, path: Path, cls: Class, only: str | None = None) -> Iterator[Record]:
        """The records of a class that stand together in this file: rows of CSV, a list, or one mapping of YAML.

        With `only`, just the row of CSV that has this id.
        """
        name = self.name(path)
        seen: dict[str, Record] = {}
        try:
            self.stay_inside(path, name)
            if path.suffix == ".csv":
                wanted = (str(cls.identified_by), only) if only else None
                nodes = csvtree.rows(tree.read_bytes(path, name), name, self.reader.problems, wanted)
            elif not path.exists():
                return
            else:
                nodes = self._nodes(path, name)
            for node in nodes:
                record = self.reader.record(node, cls, name, None)
                if record is None:
                    continue
                first = seen.setdefault(record.id, record)
                if first is not record:
                    self.twice(record, first)
                else:
                    yield record
        except tree.Unreadable as error:
            self.add(error.problem)

    def _nodes(self, path: Path, name: str) -> Iterator[tree.Node]:
        found: list[Problem] = []
        node = yamltree.read_yaml(tree.read_bytes(path, name), name, found)
        for each in found:  # the field of a record in a list is counted from the record
            self.add(each._replace(field=re.sub(r"^\[[0-9]+\][.]?", "", each.field)) if each.field else each)
        yield from node.value if node.kind == "list" else [node]  # type: ignore[misc]

    ### JSON Lines

    def read_lines(
        self, cls: Class, name: str, lines: Iterable[tuple[int, bytes | tree.Unreadable]]
    ) -> Iterator[Record]:
        """The records in the numbered lines of a JSON Lines file of this name."""
        decode = self.decoders.of(cls)
        seen: dict[str, Record] = {}
        before = len(self.reader.problems)
        for number, raw in lines:
            if len(self.reader.problems) - before > MAX_PROBLEMS:
                self.add(problem("too-many-problems", Place(name, number, 1), expected=str(MAX_PROBLEMS)))
                return
            values = None if isinstance(raw, tree.Unreadable) else decode(raw)
            if values is not None:
                # every value of a line stands at the line
                record: Record | None = Record(cls, str(values["id"]), name, values, {(): (number, 1)}, frozenset())
            else:
                record = self.read_line(cls, name, number, raw)
            if record is None:
                continue
            first = seen.setdefault(record.id, record)
            if first is not record:
                self.twice(record, first)
                continue
            yield record

    def read_line(self, cls: Class, name: str, number: int, raw: bytes | tree.Unreadable) -> Record | None:
        """The record in one line, typed with the place of every value, None where it cannot be read."""
        found: list[Problem] = []
        try:
            if isinstance(raw, tree.Unreadable):
                raise raw
            node = jsontree.read_line(raw, name, number, found)
        except tree.Unreadable as error:
            self.add(error.problem)
            return None
        record = self.reader.record(node, cls, name, None)
        for each in found:
            self.add(each._replace(record=record.id if record else None))
        return record

    ### What is wrong

    def twice(self, record: Record, first: Record) -> None:
        """Take up that a record has the id of another."""
        place = first.place(())
        self.add(
            problem(
                "duplicate-id",
                record.place(()),
                record.id,
                record.cls.identified_by or "id",
                record.id,
                related=(place,),
                line=f"{place.file}:{place.line}",
            )
        )

    def add(self, found: Problem) -> None:
        """Take up a problem."""
        self.reader.problems.append(found)
