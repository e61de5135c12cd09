"""Sieve: the records that a publication has to do without, since they have violations, and those that refer to them.

The dataset is checked, what has a violation is passed over, and what then refers to nothing is passed over as well,
until nothing more falls out. What is no fault of one record (the description of the dataset, its model, a file that
ends too early) cannot be left out, and stops a publication as ever.
"""

from __future__ import annotations

import base64
import json
import tempfile
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import IO, NamedTuple

from hankelod.messages import console
from hankelod.messages.catalogue import Entry, Text
from hankelod.messages.languages import LANGUAGES
from hankelod.messages.problem import Problem
from hankelod.model.model import Class
from hankelod.pipeline import chunk as chunking
from hankelod.pipeline.traversal import Watch, check, unwatched
from hankelod.pipeline.workers import Crew
from hankelod.publication.exchange import replacing_file
from hankelod.records import csvtree, tree, yamltree
from hankelod.records.dataset import Dataset
from hankelod.records.omission import Omission
from hankelod.records.tree import Unreadable
from hankelod.validation.leftout import LeftOut, Part
from hankelod.validation.report import Report, as_data, report

BEGINNING = b'{"file": "'
"""First bytes of a list."""


class Sieved(NamedTuple):
    """Outcome: the records that are left out, how many of how many they are, and the violations that are of no one
    record, which stop a publication."""

    omitted: tuple[Omission, ...]
    figures: LeftOut
    stops: Report

    def share(self) -> Fraction:
        """Return the largest share of the records of a class that is left out."""
        return max((Fraction(part.records, part.of) for part in self.figures.parts), default=Fraction(0))


class Sieve:
    """The sieve of one dataset: `sift` it, then `write` the list of what was left out."""

    def __init__(self, dataset: Dataset, lang: str, scratch: IO[bytes]) -> None:
        """Problems are kept in `scratch` in a language, so that memory does not grow with them."""
        self.dataset = dataset
        self._lang, self._scratch = lang, scratch
        self._places = _Places(dataset)
        self._names: dict[tuple[str, int], str] = {}
        self._problems: dict[tuple[str, int], list[int]] = {}
        self._codes: dict[str, set[tuple[str, int]]] = {}
        self._stops: list[Problem] = []
        self._new = False

    def take(self, found: Problem) -> None:
        """Take a problem of the check: a violation leaves its record out."""
        if found.severity != "violation":
            return
        at = self._places.of(found)
        if at is None:
            self._stops.append(found)
            return
        if at not in self._problems:
            self._new = True
            self._names[at] = ""
            self._problems[at] = []
        if found.record and not self._names[at]:
            self._names[at] = f"{self._places.classes[at[0]].segment}/{found.record}"
        self._problems[at].append(self._scratch.tell())
        self._codes.setdefault(found.code, set()).add(at)
        self._scratch.write(json.dumps(as_data(found, self.dataset.base, self._lang), ensure_ascii=False).encode())
        self._scratch.write(b"\n")

    def sift(
        self,
        engine: str | None = None,
        *,
        crew: Crew | None = None,
        watch: Watch = unwatched,
        records: int = chunking.RECORDS,
    ) -> Sieved:
        """Check the dataset without what has fallen out, until nothing more does. Raises EngineMissing, WorkerLost."""
        left = self.dataset
        while True:
            self._new = False
            last = check(left, engine, crew=crew, watch=watch, records=records, taker=self.take)
            self._stops += self._places.unread(self._problems)
            if self._stops or not self._new:
                break
            left = self.dataset.without(self._omitted())
        stops = report(self._stops, last.records, self.dataset.base)
        return Sieved(self._omitted(), self._figures(left), stops)

    def _omitted(self) -> tuple[Omission, ...]:
        return tuple(sorted(Omission(*at, name) for at, name in self._names.items()))

    def _figures(self, left: Dataset) -> LeftOut:
        """Count the records that are left out, and all of their classes: `left` is the dataset without them."""
        many = Counter(self._places.classes[file].iri for file, _ in self._problems)
        parts = tuple(
            Part(cls.name, _label(left, cls), many[cls.iri], many[cls.iri] + _count(left, cls))
            for cls in left.model.entries()
            if many[cls.iri]
        )
        kinds = sorted(((code, len(each)) for code, each in self._codes.items()), key=lambda kind: (-kind[1], kind[0]))
        return LeftOut(parts, tuple(kinds))

    def write(self, path: Path) -> None:
        """Write the list: a line of JSON for each record, with its place, its problems, and its text as it stands.

        The file is replaced as a whole; it is empty if nothing is left out. Raises OSError.
        """
        with replacing_file(path) as file:
            for (name, line), text in self._places.texts(self._problems):
                problems = [self._kept(at) for at in self._problems[name, line]]
                whole = {
                    "file": name,
                    "line": max(1, line),
                    "record": self._names[name, line].partition("/")[2] or None,
                    "problems": sorted(problems, key=lambda p: (p["line"], p["column"], p["field"] or "", p["code"])),
                    **text,
                }
                file.write(console.data(json.dumps(whole, ensure_ascii=False)).encode() + b"\n")

    def _kept(self, at: int) -> dict[str, object]:
        self._scratch.seek(at)
        kept: dict[str, object] = json.loads(self._scratch.readline())
        del kept["file"], kept["record"]
        return kept


def _label(dataset: Dataset, cls: Class) -> Text:
    """Return the name of a class; that of a class of another vocabulary is in the catalogue of messages."""
    own = cls.label or dataset.model.labels.get(cls.iri) or Entry("site", "class", cls.name.lower())
    return own or dict.fromkeys(LANGUAGES, cls.name)


def _count(dataset: Dataset, cls: Class) -> int:
    """Count the records of a class, without reading those that stand in lines or in files of their own."""
    if cls.file:
        return len(dataset.rows(cls))
    lines = sum(1 for _ in dataset.bulk_lines(cls)) if dataset.bulk_file(cls) else 0
    return lines + len(dataset.files(cls))


class _Places:
    """Places of the records of a dataset: in files of their own, on lines of JSON, or on the lines of a table."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self.classes: dict[str, Class] = {}
        """Class of the records in a file, by the file's name, of those that were asked for."""
        self._folders: dict[str, Class] = {}
        self._bulk: dict[str, Class] = {}
        self._tables: dict[str, Path] = {}
        self._starts: dict[str, list[int]] = {}
        for cls in dataset.model.entries():
            if cls.folder:
                self._folders[dataset.name(dataset.data / cls.folder)] = cls
                bulk = dataset.bulk_file(cls)
                if bulk is not None:
                    self._bulk[dataset.name(bulk)] = cls
            elif not cls.of_dataset:
                for path in dataset.files(cls):
                    if path.is_relative_to(dataset.data):
                        self._tables[dataset.name(path)] = path
                        self.classes.setdefault(dataset.name(path), cls)

    def of(self, found: Problem) -> tuple[str, int] | None:
        """Return the file of the record that a problem is about, and its first line, 0 in a file of its own.

        None for what is not about one record.
        """
        name = found.file
        if name in self._bulk:
            self.classes[name] = self._bulk[name]
            return name, found.line
        folder = name.rpartition("/")[0]
        if folder in self._folders and name.endswith(".yml"):
            self.classes[name] = self._folders[folder]
            return name, 0
        if name not in self._tables:
            return None
        starts = self._of_table(name)
        at = bisect_right(starts, found.line) - 1
        return (name, starts[at]) if at >= 0 else None

    def _of_table(self, name: str) -> list[int]:
        """Return the lines on which the records of a table begin, those of unreadable rows too; none if the table as a
        whole cannot be read."""
        if name not in self._starts:
            self._starts[name] = []
            problems: list[Problem] = []
            try:
                raw = self._dataset.content(self._tables[name], name)
                if name.endswith(".csv"):
                    nodes = [node.line for node in csvtree.rows(raw, name, problems)]
                    broken = [p.line for p in problems if p.code == "csv-syntax"]
                    # a quotation mark that is never closed swallows the rows below it: they are not to be lost with it
                    starts = sorted({*nodes, *broken})
                    ends = [*starts[1:], tree.decode(raw, name).count("\n") + 1]
                    swallowed = any(at in broken and end > at + 1 for at, end in zip(starts, ends, strict=False))
                    self._starts[name] = [] if swallowed else starts
                else:
                    whole = yamltree.read_yaml(raw, name, problems)
                    self._starts[name] = [node.line for node in whole.value] if whole.kind == "list" else []  # type: ignore[attr-defined]
            except Unreadable:
                pass
        return self._starts[name]

    def unread(self, places: dict[tuple[str, int], list[int]]) -> list[Problem]:
        """Return the problems of lines, among these, that cannot be passed over: nothing of them was read, or the file
        ends there too early."""
        wanted = {file for file, _ in places}
        return [
            raw.problem
            for name, cls in self._bulk.items()
            if name in wanted
            for number, raw in self._dataset.bulk_lines(cls)
            if isinstance(raw, Unreadable) and (name, number) in places
        ]

    def texts(self, places: dict[tuple[str, int], list[int]]) -> Iterator[tuple[tuple[str, int], dict[str, object]]]:
        """Yield places in order, each with the text that stands there: `text`, or `base64` where it is not UTF-8."""
        wanted: dict[str, set[int]] = {}
        for file, line in places:
            wanted.setdefault(file, set()).add(line)
        for name in sorted(wanted):
            if name in self._bulk:
                for number, raw in self._dataset.bulk_lines(self._bulk[name]):
                    if number in wanted[name]:
                        yield (name, number), {"text": None} if isinstance(raw, Unreadable) else _text(raw)
            elif name in self._tables:
                lines = self._dataset.content(self._tables[name], name).splitlines(keepends=True)
                ends = {a: b - 1 for a, b in zip(self._starts[name], [*self._starts[name][1:], len(lines) + 1])}  # noqa: B905
                for line in sorted(wanted[name]):
                    yield (name, line), _text(b"".join(lines[line - 1 : ends[line]]))
            else:
                yield (name, 0), self._of_file(name)

    def _of_file(self, name: str) -> dict[str, object]:
        """Return the text of a file with one record; none of a file that may not be read."""
        cls = self.classes[name]
        path = next(path for path in self._dataset.files(cls) if self._dataset.name(path) == name)
        try:
            return _text(self._dataset.content(path, name))
        except Unreadable:
            return {"text": None}


def _text(raw: bytes) -> dict[str, object]:
    try:
        return {"text": raw.decode("utf-8")}
    except UnicodeDecodeError:
        return {"text": None, "base64": base64.b64encode(raw).decode("ascii")}


def is_list(path: Path) -> bool:
    """Tell whether a path is a file that is empty, or begins as a list does."""
    if not path.is_file():  # a pipe would be waited for
        return False
    with path.open("rb") as file:
        return file.read(len(BEGINNING)) in (b"", BEGINNING)


def scratch() -> IO[bytes]:
    """Return a file for the problems of a sieve; it is gone when it is closed."""
    return tempfile.TemporaryFile()
