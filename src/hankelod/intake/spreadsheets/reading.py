"""Spreadsheets of the template's layout, XLSX or CSV, read into records; what is wrong is told by sheet and cell.

Nothing is written unless all of it is right. Formulas are never computed: a cell that holds one is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from hankelod.intake import identifiers, importing
from hankelod.intake.documents.lines import CannotImport, clean, read_bytes
from hankelod.intake.importing import Import, Target
from hankelod.intake.names import gazetteer
from hankelod.intake.proposals import Draft
from hankelod.intake.spreadsheets import grid
from hankelod.intake.spreadsheets.cells import Cell, Table, read_csv, read_xlsx
from hankelod.intake.spreadsheets.grid import Column, Knowledge, Sheet
from hankelod.messages.problem import Place, Problem, problem
from hankelod.model.model import ID, Class
from hankelod.records.reader import Reader
from hankelod.records.record import Record, References
from hankelod.records.tree import Node, plain_value

STEP = 10_000_000
"""Nodes stand at `sheet * STEP + row`: a record gathers its values from several sheets of one file."""

Built = dict[str, object]
"""A record that is being gathered: `Node` leaves under keys and list positions."""


def read(path: Path, name: str, place: Target, lang: str, overwrite: bool) -> Import:
    """A spreadsheet, ready to be written; its problems stand in the result. Raises CannotImport."""
    raw = read_bytes(path, name)
    tables = read_csv(raw, path.stem, name) if path.suffix.casefold() == ".csv" else read_xlsx(raw, name)
    reading = _Reading(tables, place, path.name)
    records = reading.records()
    problems = reading.checked(records)
    if not records and not problems:
        raise CannotImport("no-rows", name=name)
    made = [Draft(str(cls.folder), id, plain_value(node), {"": ()}, {}, {}) for cls, id, node in reading.nodes]  # type: ignore[arg-type]
    files = (
        ()
        if any(p.severity == "violation" for p in problems)
        else tuple(importing.plan(made, place, path.name, lang, overwrite))
    )
    return Import(name, files, None, tuple(problems))


### Tables to records


class _Reading:
    """A workbook on its way to records. `nodes` are the records' trees, in the order of their rows."""

    def __init__(self, tables: list[Table], place: Target, name: str) -> None:
        self.tables, self.place, self.name, self.model = tables, place, name, place.model
        self.problems: list[Problem] = []
        self.nodes: list[tuple[Class, str, Node]] = []
        self.built: dict[tuple[str, str], tuple[Class, Built, int]] = {}
        self.own: dict[str, set[str]] = {}
        self.waiting: list[tuple[Table, Sheet, int, list[tuple[Column, Node]]]] = []
        names = gazetteer.load(place.dataset, (place.data / "organisations",))
        self.known = Knowledge(names, self.model, self._exists)

    def records(self) -> list[Record]:
        """The records of all sheets, typed; the main sheets first, then the parts."""
        found = [(table, self._sheet(table)) for table in self.tables]
        unknown = [
            table for table, sheet in found if sheet is None and table.rows and table.name.casefold() not in ("lists",)
        ]
        for table in unknown:
            self._report("sheet-unknown", table, 1, 0, table.name)
        mains = [(t, s) for t, s in found if s is not None and s.part is None]
        for table, sheet in mains:
            self._own_ids(table, sheet)
        for table, sheet in mains:
            self._read(table, sheet)
        for table, held in found:
            if held is not None and held.part is not None:
                self._read(table, held)
        for row in self.waiting:  # parts of parts, once all that they may belong to has been read
            self._part(*row)
        self.nodes = [
            (cls, id, _node(built, line)._replace(line=line, column=1))
            for (_, id), (cls, built, line) in self.built.items()
        ]
        return list(self._typed())

    def _sheet(self, table: Table) -> Sheet | None:
        """What a table holds, by its name; the only table of a file holds projects."""
        known = grid.sheets(self.model)
        named = next((s for s in known if table.name.casefold() in grid.titles(s)), None)
        if named is None and len(self.tables) == 1:
            return next(s for s in known if s.part is None)
        return named

    def _header(self, table: Table, sheet: Sheet) -> list[Column | None]:
        known = grid.known_columns(sheet, self.model)
        number, cells = table.rows[0]
        columns = [known(c.text) if c.text else None for c in cells]
        for at, (cell, column) in enumerate(zip(cells, columns, strict=True)):
            if cell.text and column is None:
                self._report("sheet-unknown-column", table, number, at, cell.text)
        return columns

    def _body(self, table: Table) -> Iterable[tuple[int, list[Cell]]]:
        """The rows that count: not the header, nor examples and remarks, which begin with `#`."""
        return (row for row in table.rows[1:] if not next((c.text for c in row[1] if c.text), "#").startswith("#"))

    def _own_ids(self, table: Table, sheet: Sheet) -> None:
        if not table.rows:
            return
        known = grid.known_columns(sheet, self.model)
        at = next((n for n, c in enumerate(table.rows[0][1]) if (col := known(c.text)) and col.path == ("id",)), None)
        if at is not None:
            ids = {cells[at].text.strip() for _, cells in self._body(table) if at < len(cells)}
            self.own.setdefault(sheet.entry.iri, set()).update(ids - {""})

    def _read(self, table: Table, sheet: Sheet) -> None:
        if not table.rows:
            return
        columns = self._header(table, sheet)
        for number, cells in self._body(table):
            row: list[tuple[Column, Node]] = []
            for at, (cell, column) in enumerate(zip(cells, columns, strict=False)):
                if column is None or not cell.text.strip():
                    continue
                if cell.formula:
                    self._report("sheet-formula", table, number, at, cell.text)
                    continue
                text = clean(cell.text) if "\n" not in cell.text else "\n".join(map(clean, cell.text.split("\n")))
                row.append(
                    (column, grid.node(text, cell.whole, column, table.number * STEP + number, at + 1, self.known))
                )
            if sheet.part is None:
                self._entry(table, sheet, number, row)
            elif any(c.path == ("part",) for c, _ in row):
                self.waiting.append((table, sheet, number, row))
            else:
                self._part(table, sheet, number, row)

    def _entry(self, table: Table, sheet: Sheet, number: int, row: list[tuple[Column, Node]]) -> None:
        given = next((n for c, n in row if c.path == ("id",)), None)
        id = str(given.value) if given is not None else self._made_id(row)
        at = given.column - 1 if given is not None else 0
        if not id or not ID.fullmatch(id):
            self._report("bad-id", table, number, at, id, example="inkoo-hiilineutraali")
            return
        key = (sheet.entry.iri, id)
        if key in self.built:
            first = self.built[key][2]
            self._report("duplicate-id", table, number, at, id, line=self._where(first, at + 1).file)
            return
        built: Built = {}
        for column, found in row:
            if column.path != ("id",):
                _insert(built, column.path, found)
        self.built[key] = (sheet.entry, built, table.number * STEP + number)

    def _made_id(self, row: list[tuple[Column, Node]]) -> str:
        """The id of a row without one: from its first text, which is a title or a name."""
        text = next((str(n.value) for c, n in row if c.lang == "fi"), "")
        return identifiers.slug(text)[:60].strip("-")

    def _part(self, table: Table, sheet: Sheet, number: int, row: list[tuple[Column, Node]]) -> None:
        """A row of parts goes into its record; under another part, where it names one."""
        told = {c.path[0]: n for c, n in row if c.path in (("record",), ("part",))}
        record, owner = told.get("record"), told.get("part")
        found = self.built.get((sheet.entry.iri, str(record.value).strip() if record else ""))
        if found is None:
            at = record.column - 1 if record else 0
            self._report("sheet-no-record", table, number, at, str(record.value) if record else "")
            return
        entry = found[1]
        homes = grid.homes(sheet, self.model)
        home = next((h for h in homes if (len(h.keys) == 2) == (owner is not None)), None)
        holder: Built | None = entry
        if home is not None and owner is not None:
            holder = self._owner(entry, home.keys[0], str(owner.value).strip())
        if home is None or holder is None:
            at = owner.column - 1 if owner else 0
            self._report("sheet-no-record", table, number, at, str(owner.value) if owner else "")
            return
        made: Built = {}
        for column, value in row:
            if column.path not in (("record",), ("part",)):
                _insert(made, column.path, value)
        made.setdefault("", Node("text", "", table.number * STEP + number, 1))
        holder.setdefault(home.keys[-1], []).append(made)  # type: ignore[attr-defined]

    def _owner(self, entry: Built, key: str, name: str) -> Built | None:
        """The part of this id, or `#3` for the third."""
        listed = entry.get(key)
        if not isinstance(listed, list):
            return None
        if re.fullmatch(r"#[1-9]\d{0,4}", name):
            return listed[int(name[1:]) - 1] if int(name[1:]) <= len(listed) else None
        return next((p for p in listed if isinstance(p.get("id"), Node) and p["id"].value == name), None)

    ### Checks

    def _exists(self, cls: Class, identifier: str) -> bool:
        if cls.concept:
            return identifier in self.model.concepts[cls.iri]
        if identifier in self.own.get(cls.iri, ()):
            return True
        if self.place.dataset is not None and self.place.dataset.exists(cls, identifier):
            return True
        if cls.folder:
            return bool(ID.fullmatch(identifier)) and (self.place.data / cls.folder / f"{identifier}.yml").exists()
        return identifier in self._areas(cls)

    def _areas(self, cls: Class) -> set[str]:
        names = self.known.names
        return set(
            names.municipalities if cls.segment == "municipality" else names.regions if cls.segment == "region" else ()
        )

    def _typed(self) -> Iterator[Record]:
        dataset = self.place.dataset
        suggest = dataset.suggest if dataset else lambda cls, text: None
        languages = dataset.languages if dataset else ("fi", "sv", "en")
        reader = Reader(self.model, References(self._exists, suggest), languages)
        for cls, id, node in self.nodes:
            record = reader.record(node, cls, self.name, id)
            if record is not None:
                yield record
        self.problems += [self._placed(p) for p in reader.problems if p.severity != "info"]

    def checked(self, records: list[Record]) -> list[Problem]:
        """All problems of the workbook: of its cells, and what the shapes say of its records."""
        from hankelod.messages.problem import in_order
        from hankelod.validation.checker import Checker, referenced

        if self.place.dataset is not None and records:
            found = Checker(self.place.dataset).problems(records, referenced(self.place.dataset, records))
            self.problems += [self._placed(p) for p in found if p.severity != "info"]
        seen: dict[tuple[object, ...], Problem] = {}
        for p in self.problems:
            seen.setdefault((p.file, p.field, p.code, p.value), p)
        return in_order(list(seen.values()))

    def _where(self, line: int, column: int) -> Place:
        """A node's place as people find it: `file.xlsx, hanke!D5`."""
        sheet = next((t.name for t in self.tables if t.number == line // STEP), "")
        row = line % STEP or 1
        name = self.name if self.name.casefold().endswith(".csv") else f"{self.name}, {sheet}"
        return Place(f"{name}!{_letters(column)}{row}", row, column)

    def _placed(self, p: Problem) -> Problem:
        place = self._where(p.line, p.column)
        return p._replace(
            file=place.file,
            line=place.line,
            column=place.column,
            related=tuple(self._where(r.line, r.column) for r in p.related),
        )

    def _report(self, code: str, table: Table, row: int, at: int, value: str, **details: object) -> None:
        place = self._where(table.number * STEP + row, at + 1)
        self.problems.append(problem(code, place, None, None, value, **details))  # type: ignore[arg-type]


def _letters(column: int) -> str:
    out = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        out = chr(65 + rest) + out
    return out or "A"


def _insert(built: Built, path: grid.Path, found: Node) -> None:
    """Put a value at its path; list positions that stay empty close up later."""
    here: object = built
    for n, step in enumerate(path[:-1]):
        empty: object = {} if isinstance(path[n + 1], str) else []
        if isinstance(step, int):
            assert isinstance(here, list)
            while len(here) <= step:
                here.append({})
            here = here[step]
        else:
            assert isinstance(here, dict)
            here = here.setdefault(step, empty)
    assert isinstance(here, dict)
    here[path[-1]] = found


def _node(built: object, line: int) -> Node:
    """What was gathered, as a tree; parts that got no value are left out."""
    if isinstance(built, Node):
        return built
    if isinstance(built, list):
        items = [_node(x, line) for x in built if x]
        return Node("list", items, items[0].line if items else line, items[0].column if items else 1)
    assert isinstance(built, dict)
    mark = built.get("")
    line = mark.line if isinstance(mark, Node) else line
    pairs = []
    for key, value in built.items():
        if key:
            inner = _node(value, line)
            pairs.append((Node("text", key, inner.line, inner.column), inner))
    start = pairs[0][1] if pairs else Node("text", "", line, 1)
    return Node("mapping", pairs, start.line, start.column)
