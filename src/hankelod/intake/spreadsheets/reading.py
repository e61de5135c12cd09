"""Reader of spreadsheets in the layout of the template, XLSX or CSV; problems are reported by sheet and cell.

Nothing is imported if there is a violation. Formulas are never computed: a cell with a formula is a problem.
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
from hankelod.intake.spreadsheets.grid import Column, Lookup, Sheet
from hankelod.messages.problem import Place, Problem, problem
from hankelod.model.model import ID, Class
from hankelod.records.reader import Reader
from hankelod.records.record import Record, References
from hankelod.records.tree import Node, plain_value

STEP = 10_000_000
"""Line numbers of nodes are `sheet * STEP + row`, since the values of a record come from several sheets."""

Built = dict[str, object]
"""A record under construction: dicts and lists with `Node` leaves. The node at `""` gives the line of a part."""


def read(path: Path, name: str, target: Target, lang: str, overwrite: bool) -> Import:
    """Read a spreadsheet into an import, with its problems. Raises CannotImport where it has no rows."""
    raw = read_bytes(path, name)
    tables = read_csv(raw, path.stem, name) if path.suffix.casefold() == ".csv" else read_xlsx(raw, name)
    workbook = _Workbook(tables, target, path.name)
    records = workbook.records()
    problems = workbook.checked(records)
    if not records and not problems:
        raise CannotImport("no-rows", name=name)
    drafts = [Draft(str(cls.folder), id, plain_value(node), {"": ()}, {}, {}) for cls, id, node in workbook.nodes]  # type: ignore[arg-type]
    files = (
        ()
        if any(p.severity == "violation" for p in problems)
        else tuple(importing.plan(drafts, target, path.name, lang, overwrite))
    )
    return Import(name, files, None, tuple(problems))


### Tables to records


class _Workbook:
    """Builds the records of a workbook.

    `built` has the records under construction, by the IRI of the class and the id, with their lines; `nodes` has their
    trees, in the order of rows. `own_ids` are the ids in the workbook by class; `waiting` are the rows of parts of
    parts.
    """

    def __init__(self, tables: list[Table], target: Target, name: str) -> None:
        self.tables, self.target, self.name, self.model = tables, target, name, target.model
        self.problems: list[Problem] = []
        self.nodes: list[tuple[Class, str, Node]] = []
        self.built: dict[tuple[str, str], tuple[Class, Built, int]] = {}
        self.own_ids: dict[str, set[str]] = {}
        self.waiting: list[tuple[Table, Sheet, int, list[tuple[Column, Node]]]] = []
        names = gazetteer.load(target.dataset, (target.data / "organisations",))
        self.lookup = Lookup(names, self.model, self._exists)

    def records(self) -> list[Record]:
        """Return the typed records of all sheets."""
        sheets = [(table, self._sheet(table)) for table in self.tables]
        for table, sheet in sheets:
            if sheet is None and table.rows and table.name.casefold() != "lists":
                self._report("sheet-unknown", table, 1, 0, table.name)
        entries = [(table, sheet) for table, sheet in sheets if sheet is not None and sheet.part is None]
        parts = [(table, sheet) for table, sheet in sheets if sheet is not None and sheet.part is not None]
        for table, sheet in entries:
            self._collect_ids(table, sheet)
        for table, sheet in (*entries, *parts):
            self._read(table, sheet)
        for row in self.waiting:  # parts of parts, after all parts that they may belong to
            self._part(*row)
        self.nodes = [
            (cls, id, _node(built, line)._replace(line=line, column=1))
            for (_, id), (cls, built, line) in self.built.items()
        ]
        return list(self._typed())

    def _sheet(self, table: Table) -> Sheet | None:
        """The sheet that a table is, by its name; the only table of a file is that of projects."""
        sheets = grid.sheets(self.model)
        named = next((s for s in sheets if table.name.casefold() in grid.titles(s)), None)
        if named is None and len(self.tables) == 1:
            return next(s for s in sheets if s.part is None)
        return named

    def _header(self, table: Table, sheet: Sheet) -> list[Column | None]:
        """The columns of a table by its first row, None for an unknown one."""
        lookup = grid.known_columns(sheet, self.model)
        number, cells = table.rows[0]
        columns = [lookup(c.text) if c.text else None for c in cells]
        for at, (cell, column) in enumerate(zip(cells, columns, strict=True)):
            if cell.text and column is None:
                self._report("sheet-unknown-column", table, number, at, cell.text)
        return columns

    def _body(self, table: Table) -> Iterable[tuple[int, list[Cell]]]:
        """The rows with data: without the header and without examples and remarks, which begin with `#`."""
        return (row for row in table.rows[1:] if not next((c.text for c in row[1] if c.text), "#").startswith("#"))

    def _collect_ids(self, table: Table, sheet: Sheet) -> None:
        """Add the ids in a table to `own_ids`, so that other rows may refer to them."""
        if not table.rows:
            return
        lookup = grid.known_columns(sheet, self.model)
        at = next((n for n, c in enumerate(table.rows[0][1]) if (col := lookup(c.text)) and col.path == ("id",)), None)
        if at is not None:
            ids = {cells[at].text.strip() for _, cells in self._body(table) if at < len(cells)}
            self.own_ids.setdefault(sheet.entry.iri, set()).update(ids - {""})

    def _read(self, table: Table, sheet: Sheet) -> None:
        """Read the rows of a table into `built`, or into `waiting`."""
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
                    (column, grid.node(text, cell.whole, column, table.number * STEP + number, at + 1, self.lookup))
                )
            if sheet.part is None:
                self._entry(table, sheet, number, row)
            elif any(c.path == ("part",) for c, _ in row):
                self.waiting.append((table, sheet, number, row))
            else:
                self._part(table, sheet, number, row)

    def _entry(self, table: Table, sheet: Sheet, number: int, row: list[tuple[Column, Node]]) -> None:
        """Add a row as a record."""
        cell = next((n for c, n in row if c.path == ("id",)), None)
        id = str(cell.value) if cell is not None else self._new_id(row)
        at = cell.column - 1 if cell is not None else 0
        if not id or not ID.fullmatch(id):
            self._report("bad-id", table, number, at, id, example="inkoo-hiilineutraali")
            return
        key = (sheet.entry.iri, id)
        if key in self.built:
            first = self.built[key][2]
            self._report("duplicate-id", table, number, at, id, line=self._where(first, at + 1).file)
            return
        built: Built = {}
        for column, value in row:
            if column.path != ("id",):
                _insert(built, column.path, value)
        self.built[key] = (sheet.entry, built, table.number * STEP + number)

    def _new_id(self, row: list[tuple[Column, Node]]) -> str:
        """An id for a row without one, from its first Finnish text, which is a title or a name."""
        text = next((str(n.value) for c, n in row if c.lang == "fi"), "")
        return identifiers.slug(text)[:60].strip("-")

    def _part(self, table: Table, sheet: Sheet, number: int, row: list[tuple[Column, Node]]) -> None:
        """Add a row as a part of its record, or of the part that it names."""
        owners = {c.path[0]: n for c, n in row if c.path in (("record",), ("part",))}
        record, owner = owners.get("record"), owners.get("part")
        built = self.built.get((sheet.entry.iri, str(record.value).strip() if record else ""))
        if built is None:
            at = record.column - 1 if record else 0
            self._report("sheet-no-record", table, number, at, str(record.value) if record else "")
            return
        entry = built[1]
        part_keys = grid.part_keys(sheet, self.model)
        keys = next((k for k in part_keys if (len(k) == 2) == (owner is not None)), None)
        holder: Built | None = entry
        if keys is not None and owner is not None:
            holder = self._owner(entry, keys[0], str(owner.value).strip())
        if keys is None or holder is None:
            at = owner.column - 1 if owner else 0
            self._report("sheet-no-record", table, number, at, str(owner.value) if owner else "")
            return
        part: Built = {}
        for column, value in row:
            if column.path not in (("record",), ("part",)):
                _insert(part, column.path, value)
        part.setdefault("", Node("text", "", table.number * STEP + number, 1))
        holder.setdefault(keys[-1], []).append(part)  # type: ignore[attr-defined]

    def _owner(self, entry: Built, key: str, name: str) -> Built | None:
        """The part of this id, or of this position (`#3`: the third), or None."""
        listed = entry.get(key)
        if not isinstance(listed, list):
            return None
        if re.fullmatch(r"#[1-9]\d{0,4}", name):
            return listed[int(name[1:]) - 1] if int(name[1:]) <= len(listed) else None
        return next((p for p in listed if isinstance(p.get("id"), Node) and p["id"].value == name), None)

    ### Checks

    def _exists(self, cls: Class, identifier: str) -> bool:
        """True where an id exists in the workbook, the dataset, the target folder or the code lists."""
        if cls.concept:
            return identifier in self.model.concepts[cls.iri]
        if identifier in self.own_ids.get(cls.iri, ()):
            return True
        if self.target.dataset is not None and self.target.dataset.exists(cls, identifier):
            return True
        if cls.folder:
            return bool(ID.fullmatch(identifier)) and (self.target.data / cls.folder / f"{identifier}.yml").exists()
        return identifier in self._areas(cls)

    def _areas(self, cls: Class) -> set[str]:
        """The codes of a class of areas."""
        names = self.lookup.names
        return set(
            names.municipalities if cls.segment == "municipality" else names.regions if cls.segment == "region" else ()
        )

    def _typed(self) -> Iterator[Record]:
        """Type the trees; problems are added with their cells."""
        dataset = self.target.dataset
        suggest = dataset.suggest if dataset else lambda cls, text: None
        languages = dataset.languages if dataset else ("fi", "sv", "en")
        reader = Reader(self.model, References(self._exists, suggest), languages)
        for cls, id, node in self.nodes:
            record = reader.record(node, cls, self.name, id)
            if record is not None:
                yield record
        self.problems += [self._placed(p) for p in reader.problems if p.severity != "info"]

    def checked(self, records: list[Record]) -> list[Problem]:
        """Return all problems of the workbook: those of its cells, and the results of the shapes."""
        from hankelod.messages.problem import in_order
        from hankelod.validation.checker import Checker, referenced

        if self.target.dataset is not None and records:
            results = Checker(self.target.dataset).problems(records, referenced(self.target.dataset, records))
            self.problems += [self._placed(p) for p in results if p.severity != "info"]
        seen: dict[tuple[object, ...], Problem] = {}
        for p in self.problems:
            seen.setdefault((p.file, p.field, p.code, p.value), p)
        return in_order(list(seen.values()))

    def _where(self, line: int, column: int) -> Place:
        """The place of a node as file, sheet and cell: `file.xlsx, hanke!D5`."""
        sheet = next((t.name for t in self.tables if t.number == line // STEP), "")
        row = line % STEP or 1
        name = self.name if self.name.casefold().endswith(".csv") else f"{self.name}, {sheet}"
        return Place(f"{name}!{_letters(column)}{row}", row, column)

    def _placed(self, p: Problem) -> Problem:
        """A problem with the places of cells instead of lines."""
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
    """The letters of a column from 1: `A`, `AB`."""
    out = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        out = chr(65 + rest) + out
    return out or "A"


def _insert(built: Built, path: grid.Path, value: Node) -> None:
    """Put a value at its path; positions of a list that stay empty are removed later."""
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
    here[path[-1]] = value


def _node(built: object, line: int) -> Node:
    """A record under construction as a tree, without empty parts."""
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
