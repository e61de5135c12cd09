"""Dataset: a folder with `data/`, and optionally its own `ontology/` and `shapes/`.

Finds record files and ids; ontology, shapes and code lists that a dataset lacks come from the package.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from hankelod.messages.catalogue import Text
from hankelod.messages.problem import MAX_PROBLEMS, Place, Problem, problem, short
from hankelod.model.model import ID, Class
from hankelod.rdf import files
from hankelod.records import csvtree, packs, settings, tree, yamltree
from hankelod.records.folder import DATASET, shipped
from hankelod.records.identifiers import unreserved
from hankelod.records.omission import Omission, Omissions
from hankelod.records.places import Places
from hankelod.records.reader import Reader
from hankelod.records.record import Record, References, Values, handed_on
from hankelod.records.settings import Settings
from hankelod.records.slug import suggested
from hankelod.records.sources import opened

if TYPE_CHECKING:
    from hankelod.records.decoding import Decoders
    from hankelod.records.suggestions import Suggestions

BULK = (".jsonl", ".jsonl.gz", ".jsonl.zst")
"""File name extensions of JSON Lines."""

CREDITS = "attribution"
"""Key of the credits in the description of a dataset."""


class Dataset:
    """One dataset folder. Opening it reads `dataset.yml`, ontology and shapes; records are read on demand."""

    def __init__(
        self,
        root: Path,
        working: Path | None = None,
        alone: bool = False,
        config: Settings | None = None,
        omitted: Sequence[Omission] = (),
    ) -> None:
        """Open the dataset at `root`, which contains `data/`; file names in reports are relative to `working`.

        With `alone` there is no dataset: records are checked with the package's model and code lists, and references
        to organisations and programmes are not checked. `config` are the settings of a dataset that is being made.
        The records that are `omitted` are passed over, as if they were not there. Raises NotADataset.
        """
        self.root, self.data, self.working, self.alone = root, root / "data", working or root, alone
        name = self.name(self.data / DATASET)
        self.config = config or (settings.alone() if alone else settings.read(root, self.data / DATASET, name))
        self.omitted = Omissions(omitted)
        self.base, self.languages = self.config.base, self.config.languages
        self.pack = packs.find(self.config, root, self.working, alone)
        self.sources, self.model = opened(root, self.config, self.pack, self.name, alone)
        self.places = Places(self)
        # Caches by class IRI: records of a single file by id; ids in a CSV file; ids of parts; ids in JSON Lines.
        self._rows: dict[str, dict[str, Record]] = {}
        self._tables: dict[str, set[str]] = {}
        self._parts: dict[str, set[str]] = {}
        self._bulk: dict[str, set[str]] = {}
        references = References(self.exists, self.suggest, self.knows, self.omitted.has)
        self.reader = Reader(self.model, references, self.config, self.given)

    def without(self, omitted: Sequence[Omission]) -> Dataset:
        """Return the same dataset without these records. Raises NotADataset."""
        return Dataset(self.root, self.working, self.alone, omitted=omitted)

    @property
    def own_model(self) -> bool:
        """True if a part of the model is not the package's."""
        return self.sources.own

    @cached_property
    def given(self) -> Values:
        """The settings that fill in what records leave out, by name."""
        given: Values = {}
        for field in (f for cls in self.model.classes.values() for f in cls.fields if f.filled and f.defaulted):
            assert field.filled is not None
            value = self.setting(field.filled.keys[0])
            if value is not None:
                given = handed_on(given, field, value)
        return given

    def model_files(self) -> list[tuple[Path, str]]:
        """Return the Turtle files of the model, with their names in reports, in the order in which a place is looked
        for."""
        return [(f, self.name(f)) for f in self.sources.searched]

    def own_model_files(self) -> list[tuple[Path, str]]:
        """Return those of the model's files that are not the package's, with their names in reports."""
        homes = [shipped(name) for name in ("ontology", "shapes", "data")]
        return [each for each in self.model_files() if not any(each[0].is_relative_to(home) for home in homes)]

    def setting(self, name: str) -> object | None:
        """Return a setting as plain data: what `dataset.yml` states, else the default of its profile."""
        return self.config.get(name)

    ### Ids

    @cached_property
    def _stems(self) -> dict[str, set[str]]:
        """Ids by class IRI, from the names of the record files."""
        stems: dict[str, set[str]] = {}
        for cls in self.model.entries():
            if cls.folder:
                folder = self.data / cls.folder
                listed = files.listed(folder, ".yml")
                stems[cls.iri] = {f[:-4] for f in listed if not self.omitted.whole(self.name(folder / f))}
        return stems

    def rows(self, cls: Class) -> dict[str, Record]:
        """Return the records of a class that has a single file, by id; read once."""
        if cls.iri not in self._rows:
            self._rows[cls.iri] = {}
            for file in self.files(cls):
                self._rows[cls.iri].update((record.id, self._completed(record)) for record in self.read_file(file, cls))
        return self._rows[cls.iri]

    def _completed(self, record: Record) -> Record:
        """Return the description of the dataset with the credits of its areas before its own; any other as it is."""
        credits = self.pack.credits(self.languages) if record.cls.of_dataset and record.cls.field(CREDITS) else ()
        own = record.values.get(CREDITS, [])
        assert isinstance(own, list)
        added = [credit for credit in credits if credit not in own]
        if not added:
            return record
        values = {**record.values, CREDITS: [*added, *own]}
        ordered = {f.key: values[f.key] for f in record.cls.fields if f.key in values}
        kept = {**record.kept, (CREDITS,): (*(-1 for _ in added), *record.kept.get((CREDITS,), range(len(own))))}
        return record._replace(values={"id": values["id"], "type": values["type"], **ordered}, kept=kept)

    def exists(self, cls: Class, identifier: str) -> bool:
        """Check if there is a thing of this class with this id."""
        if cls.concept:
            return identifier in self.model.concepts[cls.iri]
        if cls.part:
            return identifier in self._part_ids(cls)
        if cls.file:
            return identifier in (self._codes(cls) if self._is_unread_table(cls) else self.rows(cls))
        if identifier in self._stems[cls.iri]:
            return True
        return identifier in self.bulk_ids(cls)

    def _is_unread_table(self, cls: Class) -> bool:
        """Check if a class has a CSV file that is not read yet: for a few references its ids are enough."""
        if cls.iri in self._rows or not str(cls.file).endswith(".csv") or cls.identified_by is None:
            return False
        return not any(self.omitted.lines(self.name(file)) for file in self.files(cls))

    def _codes(self, cls: Class) -> set[str]:
        """Return the ids in a CSV file without typing its rows; `rows` reads and reports a file with errors."""
        if cls.iri not in self._tables:
            try:
                self._tables[cls.iri] = {code for code in self.places.codes(cls) if ID.fullmatch(code)}
            except tree.Unreadable:
                self._tables[cls.iri] = set(self.rows(cls))
        return self._tables[cls.iri]

    def knows(self, cls: Class) -> bool:
        """Check if all ids of a class are known; a record that is checked alone may refer to unknown ones."""
        return not self.alone or cls.concept or bool(cls.file)

    def _part_ids(self, cls: Class) -> set[str]:
        """Return the ids of parts that may be referred to: the calls of all programmes."""
        if cls.iri not in self._parts:
            self._parts[cls.iri] = {
                str(part["id"])
                for owner, field in self.model.owners(cls)
                if owner.folder
                for record in self.read(owner)
                for part in record.values.get(field.key, [])  # type: ignore[attr-defined]
            }
        return self._parts[cls.iri]

    def bulk_ids(self, cls: Class) -> set[str]:
        """Return the ids in the JSON Lines file of a class."""
        if cls.iri not in self._bulk:
            from hankelod.records.decoding import identifier

            found = self.bulk_lines(cls) if self.bulk_file(cls) else ()
            ids = (identifier(raw) for _, raw in found if isinstance(raw, bytes))
            self._bulk[cls.iri] = {each for each in ids if each is not None}
        return self._bulk[cls.iri]

    def suggest(self, cls: Class, text: str) -> Text | None:
        """Return the id that a misspelt or spelled-out reference may mean, with its name by language, or None."""
        return self._suggestions.of(cls, text)

    @cached_property
    def _suggestions(self) -> Suggestions:
        from hankelod.records.suggestions import Suggestions

        return Suggestions(self.model, self.rows, self.quietly)

    ### Records by class and id

    def files(self, cls: Class) -> list[Path]:
        """Return the record files of a class, sorted by name."""
        if self.places.has(cls):
            return self.places.files(cls)
        if cls.file:
            return [self.data / cls.file]
        folder = self.data / str(cls.folder)
        if files.leads_out(folder, self.data):
            self.add(problem("outside-dataset", Place(self.name(folder), 1, 1)))
            return []
        paths = [folder / f for f in files.listed(folder, ".yml")]
        return [path for path in paths if not self.omitted.whole(self.name(path))] if self.omitted.each else paths

    def bulk_file(self, cls: Class) -> Path | None:
        """Return the JSON Lines file of a class, or None."""
        return next((f for end in BULK if os.path.lexists(f := self.data / f"{cls.folder}{end}")), None)

    def read(self, cls: Class) -> Iterator[Record]:
        """Yield the readable records of a class; problems are added to `self.reader.problems`."""
        if cls.file:
            yield from self.rows(cls).values()
            return
        bulk: dict[str, Place] = {}
        if self.bulk_file(cls):
            stems = self._stems[cls.iri]
            for record in self.read_bulk(cls):
                if record.id in stems:
                    bulk[record.id] = record.place(())
                yield record
        for path in self.files(cls):
            own = self.read_record(path, cls)
            if own is not None and own.id in bulk:
                self.add_duplicate(own, bulk[own.id])
            elif own is not None:
                yield own

    def read_bulk(self, cls: Class) -> Iterator[Record]:
        """Yield the records of a class in its JSON Lines file."""
        path = self.bulk_file(cls)
        assert path is not None
        yield from self.read_lines(cls, self.name(path), self.bulk_lines(cls))

    def bulk_lines(self, cls: Class) -> Iterator[tuple[int, bytes | tree.Unreadable]]:
        """Yield the numbered lines of the JSON Lines file of a class, as `jsonlines.lines` does."""
        from hankelod.records.jsonlines import lines

        path = self.bulk_file(cls)
        assert path is not None
        name = self.name(path)
        omitted = self.omitted.lines(name)
        found = lines(path, name, self.data)
        yield from (each for each in found if each[0] not in omitted) if omitted else found

    def some(self, cls: Class, ids: set[str]) -> Iterator[Record]:
        """Yield the records of a class with these ids, without keeping their problems."""
        if cls.file:
            yield from (r for r in self.rows(cls).values() if r.id in ids)
            return
        before = len(self.reader.problems)
        path = self.bulk_file(cls)
        if path is not None:
            from hankelod.records.decoding import identifier

            wanted = (
                (number, raw)
                for number, raw in self.bulk_lines(cls)
                if isinstance(raw, bytes) and identifier(raw) in ids
            )
            yield from self.read_lines(cls, self.name(path), wanted)
        for file in self.files(cls):
            record = self.read_record(file, cls) if file.stem in ids else None
            if record is not None:
                yield record
        self.reader.forget(before)

    def quietly(self, cls: Class, path: Path | None = None) -> list[Record]:
        """Return the records of a class, or the one in this file, without keeping their problems.

        Another file that is read on the way, such as the municipalities, is read only once, so its problems are kept.
        """
        before = len(self.reader.problems)
        if path is None:
            records = list(self.read(cls))
        else:
            record = self.read_record(path, cls)
            records = [record] if record is not None else []
        if not cls.file:
            own = self.name(self.data / str(cls.folder))
            self.reader.problems[before:] = [p for p in self.reader.problems[before:] if not p.file.startswith(own)]
        return records

    def record(self, cls: Class, identifier: str) -> Record | None:
        """Return one record by its id, without keeping its problems; None if it is missing or unreadable."""
        if self._is_unread_table(cls) and identifier in self._codes(cls):
            before = len(self.reader.problems)
            rows = (r for file in self.files(cls) for r in self.read_file(file, cls, identifier))
            row = next((r for r in rows if r.id == identifier), None)
            self.reader.forget(before)
            return row
        if cls.file:
            return self.rows(cls).get(identifier)
        path = self.data / str(cls.folder) / f"{identifier}.yml"
        if ID.fullmatch(identifier) and os.path.lexists(path) and not self.omitted.whole(self.name(path)):
            return next(iter(self.quietly(cls, path)), None)
        return self.bulk_record(cls, identifier)

    def bulk_record(self, cls: Class, identifier: str) -> Record | None:
        """Return one record of the JSON Lines file of a class, or None."""
        return next((r for r in self.read_bulk(cls) if r.id == identifier), None) if self.bulk_file(cls) else None

    def settings(self) -> Record | None:
        """Return the record of `dataset.yml`, or None if it is invalid."""
        cls = next(c for c in self.model.entries() if c.of_dataset)
        return next(iter(self.rows(cls).values()), None)

    def name(self, path: Path) -> str:
        """Return a file's name in reports: relative to the working folder, with `/`, control characters escaped."""
        name = os.path.relpath(path, self.working).replace(os.sep, "/")
        return name if name.isprintable() else short(name, len(name))

    @cached_property
    def decoders(self) -> Decoders:
        """Decoders of JSON Lines, the fast path beside the Reader."""
        from hankelod.records.decoding import Decoders

        return Decoders(self.model, self.reader.references, self.config, self.given)

    def content(self, path: Path, name: str) -> bytes:
        """Read a file; one of the dataset has to lie in its folder. Raises Unreadable."""
        return tree.read_bytes(path, name, within=self.inside(path))

    def inside(self, path: Path) -> Path | None:
        """Return the folder that a file must not lead out of; None for one that is not the dataset's."""
        if self.pack.within is not None and path.is_relative_to(self.pack.within):
            return self.pack.within
        return self.data if path.is_relative_to(self.data) else None

    ### Record files: YAML and CSV

    def read_record(self, path: Path, cls: Class) -> Record | None:
        """Read one YAML record; None if it is unreadable."""
        name, stem = self.name(path), path.stem
        if not ID.fullmatch(stem):
            reserved = unreserved(stem)
            self.add(
                problem("bad-id", Place(name, 1, 1), None, None, stem, suggestion=f"{reserved}.yml")
                if reserved
                else problem("file-name", Place(name, 1, 1), None, None, path.name, expected=f"{suggested(stem)}.yml")
            )
            return None
        try:
            raw = self.content(path, name)
        except tree.Unreadable as error:
            self.add(error.problem._replace(record=stem))
            return None
        return self.read_text(raw, cls, name, stem)

    def read_text(self, raw: bytes, cls: Class, name: str, stem: str) -> Record | None:
        """Read one record from the bytes of a YAML file; `stem` is its id. None if it is unreadable."""
        problems: list[Problem] = []
        try:
            node = yamltree.read_yaml(raw, name, problems)
        except tree.Unreadable as error:
            self.add(error.problem._replace(record=stem))
            return None
        for each in problems:
            self.add(each._replace(record=stem))
        return self.reader.record(node, cls, name, stem)

    def read_file(self, path: Path, cls: Class, only: str | None = None) -> Iterator[Record]:
        """Yield the records in the single file of a class: rows of CSV, a YAML list or one YAML mapping.

        `only` selects the CSV row with this id.
        """
        name = self.name(path)
        omitted = self.omitted.lines(name)
        seen: dict[str, Place] = {}
        try:
            if path.suffix == ".csv":
                wanted = (str(cls.identified_by), only) if only else None
                nodes = csvtree.rows(self.content(path, name), name, self.reader.problems, wanted, omitted)
                if self.places.has(cls):
                    nodes = self.places.of_class(cls, path, nodes)
            elif not os.path.lexists(path):
                return
            else:
                nodes = (node for node in self._nodes(path, name) if node.line not in omitted)
            for node in nodes:
                record = self.reader.record(node, cls, name, None)
                if record is None:
                    continue
                place = record.place(())
                first = seen.setdefault(record.id, place)
                if first is not place:
                    self.add_duplicate(record, first)
                else:
                    yield record
        except tree.Unreadable as error:
            self.add(error.problem)

    def _nodes(self, path: Path, name: str) -> Iterator[tree.Node]:
        problems: list[Problem] = []
        node = yamltree.read_yaml(self.content(path, name), name, problems)
        for each in problems:  # the path of a field in a list file begins at its record
            self.add(each._replace(field=re.sub(r"^\[[0-9]+\][.]?", "", each.field)) if each.field else each)
        yield from node.value if node.kind == "list" else [node]  # type: ignore[misc]

    ### Record files: JSON Lines

    def read_lines(
        self, cls: Class, name: str, lines: Iterable[tuple[int, bytes | tree.Unreadable]]
    ) -> Iterator[Record]:
        """Yield the records in the numbered lines of a JSON Lines file."""
        decode = self.decoders.of(cls)
        seen: dict[str, Place] = {}
        before = len(self.reader.problems)
        for number, raw in lines:
            if len(self.reader.problems) - before > MAX_PROBLEMS:
                self.add(problem("too-many-problems", Place(name, number, 1), expected=str(MAX_PROBLEMS)))
                return
            values = None if isinstance(raw, tree.Unreadable) else decode(raw)
            if values is not None:
                # all values of a line have the place of the line
                record: Record | None = Record(cls, str(values["id"]), name, values, {(): (number, 1)}, frozenset())
            else:
                record = self.read_line(cls, name, number, raw)
            if record is None:
                continue
            place = record.place(())
            first = seen.setdefault(record.id, place)
            if first is not place:
                self.add_duplicate(record, first)
                continue
            yield record

    def read_line(self, cls: Class, name: str, number: int, raw: bytes | tree.Unreadable) -> Record | None:
        """Read the record in one line with the Reader; None if it is unreadable."""
        from hankelod.records import jsontree

        problems: list[Problem] = []
        try:
            if isinstance(raw, tree.Unreadable):
                raise raw
            node = jsontree.read_line(raw, name, number, problems)
        except tree.Unreadable as error:
            self.add(error.problem)
            return None
        record = self.reader.record(node, cls, name, None)
        for each in problems:
            self.add(each._replace(record=record.id if record else None))
        return record

    ### Problems

    def add_duplicate(self, record: Record, place: Place) -> None:
        """Add the problem that a record has the id of another, which is at `place`."""
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
        """Add a problem."""
        self.reader.problems.append(found)
