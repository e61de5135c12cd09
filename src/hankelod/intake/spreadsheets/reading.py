"""Reader of spreadsheets in the layout of the template, XLSX or CSV; problems are reported by sheet and cell.

Nothing is imported if there is a violation, and all of them are reported at once. Formulas are never computed: a cell
with a formula is a problem.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from hankelod.intake import importing
from hankelod.intake.documents.lines import CannotImport, clean, read_bytes
from hankelod.intake.given import NOTHING, Given, complete
from hankelod.intake.importing import Import, Target
from hankelod.intake.names import gazetteer
from hankelod.intake.proposals import Draft
from hankelod.intake.spreadsheets import cells, grid
from hankelod.intake.spreadsheets.cells import Cell, Row, Table
from hankelod.intake.spreadsheets.delimited import ERROR, read_csv
from hankelod.intake.spreadsheets.grid import Column, Lookup, Sheet
from hankelod.intake.spreadsheets.workbooks import read_xlsx
from hankelod.messages.problem import Place, Problem, parser_says, problem
from hankelod.model.model import ID, Class
from hankelod.records.reader import Reader
from hankelod.records.record import Record, References
from hankelod.records.slug import EXAMPLE, has_slug, slug
from hankelod.records.tree import Node, plain_value

STEP = 10_000_000
"""Line numbers of nodes are `sheet * STEP + row`, since the values of a record come from several sheets."""

FAULTS = {
    "formula": "sheet-formula",
    "error": "sheet-error",
    "percent": "sheet-percent",
    "garbled": "sheet-garbled",
}
"""The problem of each kind of cell that has no value."""

HEADER_WITHIN = 20
"""Rows among which the header is looked for."""

LONGEST_ID = 60
"""Most characters of an id that is made from a title or name."""

Built = dict[str, object]
"""A record under construction: dicts and lists with `Node` leaves. The node at `""` gives the line of a part."""


class Entry(NamedTuple):
    """A record under construction: its class and id, its values, its line, and the paths of cells without a value.

    A `stray` is not a record of its own: only what is wrong within these paths of it is reported.
    """

    cls: Class
    id: str
    built: Built
    line: int
    faulty: set[str]
    stray: str | None = None


def read(path: Path, name: str, target: Target, lang: str, overwrite: bool, given: Given = NOTHING) -> Import:
    """Read a spreadsheet into an import, with its problems; `given` is for records that lack it.

    Raises CannotImport where it has no rows.
    """
    suffix = path.suffix.casefold()
    if suffix in cells.OTHERS:
        raise cells.other_format(name, suffix)
    raw = read_bytes(path, name)
    tables = read_csv(raw, path.stem, name) if suffix == ".csv" else read_xlsx(raw, name)
    workbook = _Workbook(tables, target, path.name, given)
    records = workbook.records()
    problems = workbook.checked(records)
    if not records and not problems:
        raise CannotImport("no-rows", name=name)
    drafts = [
        Draft(str(entry.cls.folder), entry.id, plain_value(node), {"": ()}, {}, {})  # type: ignore[arg-type]
        for entry, node in workbook.nodes
    ]
    files = (
        ()
        if any(p.severity == "violation" for p in problems)
        else tuple(importing.plan(drafts, target, path.name, lang, overwrite))
    )
    return Import(name, files, None, tuple(problems))


### Tables to records


class _Workbook:
    """Builds the records of a workbook.

    `entries` are the records under construction, in the order of rows, and `by_id` these by the IRI of the class and
    the id as written, `by_record` by what problems call them; `nodes` has their trees. `own_ids` are the ids in the
    workbook by class; `waiting` are the rows of parts of parts.
    """

    def __init__(self, tables: list[Table], target: Target, name: str, given: Given) -> None:
        self.tables, self.target, self.name, self.model = tables, target, name, target.model
        self.given = given
        self.problems: list[Problem] = []
        self.nodes: list[tuple[Entry, Node]] = []
        self.by_record: dict[str, list[Entry]] = {}
        self.entries: list[Entry] = []
        self.by_id: dict[tuple[str, str], Entry] = {}
        self.own_ids: dict[str, set[str]] = {}
        self.waiting: list[tuple[Table, Sheet, int, list[tuple[Column, Node]], set[str]]] = []
        names = gazetteer.load(target.dataset, (target.data / "organisations",))
        self.lookup = Lookup(names, self.model, self._exists)

    def records(self) -> list[Record]:
        """Return the typed records of all sheets."""
        sheets = [(table, self._sheet(table)) for table in self.tables]
        for table, sheet in sheets:
            for row, detail in table.unread:
                self._report("csv-syntax", table, row, 0, None, detail=parser_says(detail))
            if sheet is None and table.rows and grid.folded(table.name) != "lists":
                self._report("sheet-unknown", table, 1, 0, table.name)
        known = [
            (self._from_header(table, sheet), sheet) for table, sheet in sheets if sheet is not None and table.rows
        ]
        entries = [(table, sheet) for table, sheet in known if sheet.part is None]
        parts = [(table, sheet) for table, sheet in known if sheet.part is not None]
        columns = {table.number: self._header(table, sheet) for table, sheet in known}
        for table, sheet in entries:
            self._collect_ids(table, sheet, columns[table.number])
        for table, sheet in (*entries, *parts):
            self._read(table, sheet, columns[table.number])
            self._unseen(table, columns[table.number])
        for waiting in self.waiting:  # parts of parts, after all parts that they may belong to
            self._part(*waiting)
        for entry in self.entries:
            complete(entry.built, entry.cls, self.model, self.given, partial(_at, entry.line))
        self.nodes = [(e, _node(e.built, e.line)._replace(line=e.line, column=1)) for e in self.entries]
        return list(self._typed())

    def _sheet(self, table: Table) -> Sheet | None:
        """The sheet that a table is, by its name; the only table of a file that has rows is that of projects."""
        sheets = grid.sheets(self.model)
        named = next((s for s in sheets if grid.folded(table.name) in grid.titles(s)), None)
        if named is None and sum(bool(t.rows or t.unread) for t in self.tables) == 1:
            return next(s for s in sheets if s.part is None)
        return named

    def _from_header(self, table: Table, sheet: Sheet) -> Table:
        """The table from its header on: the first row half of whose cells are known, else its first row."""
        lookup = grid.known_columns(sheet, self.model)
        for n, (_, row) in enumerate(table.rows[:HEADER_WITHIN]):
            if 2 * sum(lookup(cell.text) is not None for cell in row.values()) >= len(row):
                for number, above in table.rows[:n]:
                    at, cell = next(iter(above.items()))
                    self._report("sheet-above-header", table, number, at, cell.text)
                return table._replace(rows=table.rows[n:])
        return table

    def _header(self, table: Table, sheet: Sheet) -> dict[int, Column]:
        """The known columns of a table by its first row."""
        lookup = grid.known_columns(sheet, self.model)
        number, header = table.rows[0]
        columns: dict[int, Column] = {}
        for at, cell in header.items():
            column = lookup(cell.text) if cell.kind != "formula" else None
            first = next((n for n, c in columns.items() if column is not None and c.path == column.path), None)
            if cell.kind == "garbled":
                self._report("sheet-garbled", table, number, at, cell.text)
            if column is None:
                self._report("sheet-unknown-column", table, number, at, cell.text)
            elif first is not None:
                place = self._where(table.number * STEP + number, first + 1).file
                self._report("sheet-duplicate-column", table, number, at, cell.text, line=place)
            else:
                columns[at] = column
        return columns

    def _body(self, table: Table, columns: dict[int, Column]) -> Iterable[Row]:
        """The rows with data: without the header and without examples and remarks.

        These begin with `#` in the first column, where that is the one of ids; an error value (`#REF!`) is neither,
        as text too.
        """
        first = columns.get(0)
        remarks = first is not None and first.path in (("id",), ("record",))
        for number, row in table.rows[1:]:
            cell = row.get(0)
            text = cell.text.strip() if cell is not None and cell.kind == "text" else ""
            if not (remarks and text.startswith("#") and ERROR.fullmatch(text) is None):
                yield number, row

    def _collect_ids(self, table: Table, sheet: Sheet, columns: dict[int, Column]) -> None:
        """Add the ids in a table to `own_ids`, so that other rows may refer to them."""
        ids = self.own_ids.setdefault(sheet.entry.iri, set())
        at = next((n for n, column in columns.items() if column.path == ("id",)), None)
        for _, row in self._body(table, columns):
            written = row.get(at) if at is not None else None
            text = written.text.strip() if written is not None else _new_id(sheet.entry, _texts(row, columns))
            if text:
                ids.add(text)

    def _read(self, table: Table, sheet: Sheet, columns: dict[int, Column]) -> None:
        """Read the rows of a table as records, as parts, or into `waiting`."""
        header = table.rows[0][1]
        if not columns:  # a problem already, and every cell would only repeat it
            return
        for number, written in self._body(table, columns):
            row: list[tuple[Column, Node]] = []
            faulty: set[str] = set()
            garbled = False
            for at, cell in written.items():
                column = columns.get(at)
                if cell.kind == "garbled":
                    if not garbled:  # one for a row: it is the row that was pasted
                        self._report("sheet-garbled", table, number, at, cell.text)
                    garbled = True
                if column is None:
                    if at not in header:
                        self._report("sheet-no-header", table, number, at, cell.text)
                    continue
                code = FAULTS.get(cell.kind)
                if code is None and cell.struck:
                    code = "sheet-struck"
                if code is None and column.field is not None and grid.ambiguous(cell, column.field):
                    code = "sheet-ambiguous"
                if code is not None:
                    if code != "sheet-garbled":
                        self._report(code, table, number, at, cell.text)
                    faulty.add(grid.dotted(column.path))
                if code in (None, "sheet-garbled"):
                    cell = cell._replace(text="\n".join(map(clean, cell.text.split("\n"))))
                    row.append((column, grid.node(cell, column, table.number * STEP + number, at + 1, self.lookup)))
            if not row and not faulty:
                continue
            if sheet.part is None:
                self._entry(table, sheet, number, row, faulty)
            elif any(c.path == ("part",) for c, _ in row):
                self.waiting.append((table, sheet, number, row, faulty))
            else:
                self._part(table, sheet, number, row, faulty)

    def _unseen(self, table: Table, columns: dict[int, Column]) -> None:
        """Report what is read though it is not seen, and cells that are shown as one but are not."""
        body = list(self._body(table, columns))
        if table.hidden and body:
            self._report("sheet-hidden", table, body[0][0], 0, table.name)
        for number, _ in body:
            if number in table.hidden_rows:
                self._report("sheet-hidden-row", table, number, 0, None)
        for at in columns:
            filled = next((number for number, row in body if at in row), None)
            if at in table.hidden_columns and filled is not None:
                self._report("sheet-hidden-column", table, table.rows[0][0], at, table.rows[0][1][at].text)
        for number, at, text in table.beside:
            if number == 0 or number > table.rows[0][0]:  # those of headers explain the columns
                self._report("sheet-beside", table, max(number, 1), at, text)
        rows = {table.rows[0][0]: table.rows[0][1], **dict(body)}
        numbers = list(rows)
        for merged in table.merged:
            cell = rows.get(merged.top, {}).get(merged.left)
            others = bisect_right(numbers, merged.bottom) - bisect_right(numbers, merged.top) > 0
            beside = any(merged.left < at <= merged.right for at in columns)
            if cell is not None and (others or beside):
                self._report("sheet-merged", table, merged.top, merged.left, cell.text)

    def _entry(self, table: Table, sheet: Sheet, number: int, row: list[tuple[Column, Node]], faulty: set[str]) -> None:
        """Add a row as a record. A row without a valid id of its own is a stray, so that all its faults are told."""
        cell = next((n for c, n in row if c.path == ("id",)), None)
        texts = {grid.dotted(c.path): str(n.value) for c, n in row if c.lang}
        written = str(cell.value) if cell is not None else "" if "id" in faulty else _new_id(sheet.entry, texts)
        at = cell.column - 1 if cell is not None else 0
        id, stray = written, None
        if not written and "id" not in faulty:
            label = next(f.label for f in sheet.entry.fields if f.kind.by_language)
            self._report("sheet-no-id", table, number, at, next(iter(texts.values()), ""), label=label, example=EXAMPLE)
        elif written and not ID.fullmatch(written):
            self._report("bad-id", table, number, at, written, example=slug(written) or EXAMPLE)
        first = self.by_id.get((sheet.entry.iri, written))
        if first is not None:
            self._report("duplicate-id", table, number, at, written, line=self._where(first.line, at + 1).file)
        if first is not None or not ID.fullmatch(written):
            id, stray = f"row-{table.number + 1}-{number}", ""
        entry = Entry(sheet.entry, id, {}, table.number * STEP + number, faulty, stray)
        for column, value in row:
            if column.path != ("id",):
                _insert(entry.built, column.path, value)
        self.entries.append(entry)
        if written and first is None:
            self.by_id[(sheet.entry.iri, written)] = entry

    def _part(self, table: Table, sheet: Sheet, number: int, row: list[tuple[Column, Node]], faulty: set[str]) -> None:
        """Add a row as a part of its record, or of the part that it names.

        A row that belongs to nothing is a part of a stray, so that all its faults are told.
        """
        owners = {c.path[0]: n for c, n in row if c.path in (("record",), ("part",))}
        record, owner = owners.get("record"), owners.get("part")
        entry = self.by_id.get((sheet.entry.iri, str(record.value).strip() if record else ""))
        ways = grid.part_keys(sheet, self.model)
        keys = next((k for k in ways if (len(k) == 2) == (owner is not None)), None)
        holder: Built | None = None
        if entry is not None and keys is not None:
            holder = entry.built if owner is None else self._owner(entry.built, keys[0], str(owner.value).strip())
        line = table.number * STEP + number
        if holder is None or entry is None or keys is None:
            wrong = record if entry is None else owner
            if "record" not in faulty and "part" not in faulty:
                at = wrong.column - 1 if wrong else 0
                self._report("sheet-no-record", table, number, at, str(wrong.value) if wrong else "")
            keys = keys or ways[0]
            holder = {}
            whole: Built = {keys[0]: [{keys[1]: [holder]}]} if len(keys) == 2 else {keys[0]: [holder]}
            inside = ".".join(f"{key}.1" for key in keys)
            entry = Entry(sheet.entry, f"row-{table.number + 1}-{number}", whole, line, set(), inside)
            self.entries.append(entry)
            part = holder
        else:
            part = {}
            listed: list[Built] = holder.setdefault(keys[-1], [])  # type: ignore[assignment]
            listed.append(part)
            inside = self._inside(entry.built, keys, holder, len(listed))
        entry.faulty.update(f"{inside}.{path}" for path in faulty)
        for column, value in row:
            if column.path not in (("record",), ("part",)):
                _insert(part, column.path, value)
        part.setdefault("", Node("text", "", line, 1))

    def _inside(self, built: Built, keys: grid.PartKeys, holder: Built, ordinal: int) -> str:
        """The path of the last part that a holder has."""
        if len(keys) == 1:
            return f"{keys[0]}.{ordinal}"
        listed: list[Built] = built[keys[0]]  # type: ignore[assignment]
        return f"{keys[0]}.{next(n for n, x in enumerate(listed, 1) if x is holder)}.{keys[1]}.{ordinal}"

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
        return {p.code.lower() for p in (*names.small.values(), *names.wide.values()) if p.cls == cls.iri}

    def _typed(self) -> Iterator[Record]:
        """Type the trees; problems are added with the places of nodes."""
        dataset = self.target.dataset
        suggest = dataset.suggest if dataset else lambda cls, text: None
        given = dataset.given if dataset else None
        reader = Reader(self.model, References(self._exists, suggest), self.target.config, given)
        for entry, node in self.nodes:
            self.by_record.setdefault(entry.id, []).append(entry)
            record = reader.record(node, entry.cls, self.name, entry.id)
            if record is not None:
                yield record
        self.problems += [p for p in reader.problems if p.severity != "info" and self._counts(p)]

    def checked(self, records: list[Record]) -> list[Problem]:
        """Return all problems of the workbook in the order of cells: theirs, and the results of the shapes."""
        from hankelod.messages.problem import in_order
        from hankelod.validation.checker import Checker, referenced

        if self.target.dataset is not None and records:
            results = Checker(self.target.dataset).problems(records, referenced(self.target.dataset, records))
            self.problems += [p for p in results if p.severity != "info" and self._counts(p)]
        seen: dict[tuple[object, ...], Problem] = {}
        for p in in_order(self.problems):
            seen.setdefault((p.line, p.column, p.field, p.code, p.value), p)
        return [self._placed(p) for p in seen.values()]

    def _counts(self, p: Problem) -> bool:
        """True for a problem that does not merely follow from one that is reported already."""
        path = re.sub(r"\[(\d+)\]", lambda m: f".{int(m[1]) + 1}.", p.field or "").strip(".").replace("..", ".") + "."
        for entry in self.by_record.get(str(p.record), ()):
            if entry.stray and not path.startswith(f"{entry.stray}."):
                return False
            if path != "." and any(path.startswith(f"{x}.") or f"{x}.".startswith(path) for x in entry.faulty):
                return False
        return True

    def _where(self, line: int, column: int) -> Place:
        """The place of a node as file, sheet and cell: `file.xlsx, hanke!D5`."""
        sheet = next((t.name for t in self.tables if t.number == line // STEP), "")
        row = line % STEP or 1
        name = self.name if self.name.casefold().endswith(".csv") else f"{self.name}, {sheet}"
        return Place(f"{name}!{cells.letters(column)}{row}", row, column)

    def _placed(self, p: Problem) -> Problem:
        """A problem with the places of cells instead of lines, in its words too."""
        place = self._where(p.line, p.column)
        lines = re.compile(rf"{re.escape(self.name)}:(\d+)")
        return p._replace(
            fix={lang: lines.sub(lambda m: self._where(int(m[1]), place.column).file, x) for lang, x in p.fix.items()},
            file=place.file,
            line=place.line,
            column=place.column,
            related=tuple(self._where(r.line, r.column) for r in p.related),
        )

    def _report(self, code: str, table: Table, row: int, at: int, value: str | None, **details: object) -> None:
        place = Place(self.name, table.number * STEP + row, at + 1)
        self.problems.append(problem(code, place, None, None, value, **details))  # type: ignore[arg-type]


def _at(line: int, text: str) -> Node:
    """A text that no cell has, at the line of its record."""
    return Node("text", text, line, 1)


def _texts(row: dict[int, Cell], columns: dict[int, Column]) -> dict[str, str]:
    """The texts by language in a row, by the path of their column."""
    found = ((columns.get(at), cell) for at, cell in row.items() if cell.kind == "text")
    return {grid.dotted(column.path): clean(cell.text) for column, cell in found if column is not None and column.lang}


def _new_id(cls: Class, texts: dict[str, str]) -> str:
    """An id for a row without one, from its title or name in the first language in which that has a slug; or none."""
    field = next(f for f in cls.fields if f.kind.by_language)
    written = (texts.get(f"{field.key}.{lang}", "") for lang in field.languages)
    return next((slug(text)[:LONGEST_ID].strip("-") for text in written if has_slug(text)), "")


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
