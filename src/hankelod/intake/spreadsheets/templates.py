"""Templates of spreadsheets for coordinators, derived from the Model.

A template has headers and notes in one language, lists of choices and a row of examples. The same writer adds records
to it, so that they can be edited and imported again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hankelod.intake.documents.lines import CannotImport, missing
from hankelod.intake.importing import Target
from hankelod.intake.spreadsheets import grid
from hankelod.intake.spreadsheets.cells import MAX_CELL
from hankelod.intake.spreadsheets.delimited import ESCAPED
from hankelod.intake.spreadsheets.grid import Column, PartKeys, Sheet
from hankelod.messages.intake import say
from hankelod.model.model import Class, Field, Model

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

ROWS = 1_000
"""Last row of a template whose cells have lists of choices."""

REPEATED = {"outcomes": 3, "links": 2}
"""Number of parts in a CSV template by key, where it is more than one."""

LISTS = "lists"
"""Name of the hidden sheet with the lists of choices."""


class Row(NamedTuple):
    """A record to write: its class, its id, and its values as plain data."""

    cls: Class
    id: str
    values: dict[str, object]


def write(path: Path, target: Target, lang: str, records: Iterable[Row] = ()) -> None:
    """Write a template with these records, as XLSX or CSV by the suffix of the path. Raises CannotImport."""
    suffix = path.suffix.casefold()
    if suffix not in (".xlsx", ".csv"):
        raise CannotImport("unknown-format", name=path.name, expected=".xlsx, .csv")
    rows = list(records)
    content = xlsx(target, lang, rows) if suffix == ".xlsx" else as_csv(target.model, lang, rows)
    try:
        path.write_bytes(content)
    except OSError as error:
        raise CannotImport("unreadable", name=path.name, detail=error.strerror or str(error)) from error


def standing(target: Target) -> list[Row]:
    """Return the existing records of a target. Raises CannotImport where one cannot be read."""
    from hankelod.intake import importing

    return [
        Row(cls, stem, values)
        for cls in target.model.entries()
        if cls.folder
        for stem, values in importing.existing_records(target.data / cls.folder)
    ]


### XLSX


def xlsx(target: Target, lang: str, records: list[Row]) -> bytes:
    """Return a workbook with a sheet for each class of records and each class of their parts."""
    try:
        import openpyxl
    except ImportError as error:
        raise missing("openpyxl") from error
    book = openpyxl.Workbook()
    lists = book.worksheets[0]
    lists.title = LISTS
    lists.sheet_state = "hidden"
    choices: dict[str, str] = {}
    for number, sheet in enumerate(grid.sheets(target.model)):
        page = book.create_sheet(grid.title(sheet, lang), number)
        columns = grid.columns(sheet, target.model)
        _head(page, sheet, columns, lang)
        _choices(page, lists, columns, target, choices)
        rows = [r for r in records if r.cls == sheet.entry]
        cells = (
            [[_value(r, c) for c in columns] for r in rows]
            if sheet.part is None
            else list(_parts(rows, sheet, columns, target.model))
        )
        for n, values in enumerate(cells, 3):
            for at, (value, column) in enumerate(zip(values, columns, strict=True), 1):
                _put(page, n, at, value, column.field)
    book.active = 0
    out = io.BytesIO()
    # A constant date of creation. openpyxl still writes the time of saving, so the bytes differ from run to run.
    import datetime

    book.properties.created = book.properties.modified = datetime.datetime(2000, 1, 1)
    book.save(out)
    return out.getvalue()


def _head(page: Worksheet, sheet: Sheet, columns: list[Column], lang: str) -> None:
    """Write the header with its notes, and the example below it."""
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter

    for at, column in enumerate(columns, 1):
        head = page.cell(1, at, grid.header(column, lang))
        head.font = Font(bold=True)
        head.fill = PatternFill("solid", fgColor="DDE8E0")
        note = _note(column, sheet, lang)
        if note:
            head.comment = Comment(note, "hankelod", width=320, height=160)
        page.column_dimensions[get_column_letter(at)].width = (
            48 if column.field is not None and column.field.long else 24
        )
        example = "# " + say("sheet-example", lang) if at == 1 else grid.example(column.field, column.lang)
        if example is not None:
            cell = page.cell(2, at)
            _text(cell, example)
            cell.font = Font(italic=True, color="808080")
    page.freeze_panes = "B2"


def _note(column: Column, sheet: Sheet, lang: str) -> str:
    """The note of a header: the field's description, whether it is required, the way to write several values."""
    field = column.field
    if field is None:
        return say(f"sheet-{column.path[-1]}", lang, name=sheet.entry.label.get(lang) or sheet.entry.segment)
    sentences = [field.description.get(lang, "")]
    if field.required:
        sentences.append(say("sheet-required", lang))
    if field.many:
        sentences.append(say("sheet-several" if field.kind != "text" else "sheet-lines", lang))
    return " ".join(s for s in sentences if s)


def _choices(page: Worksheet, lists: Worksheet, columns: list[Column], target: Target, ranges: dict[str, str]) -> None:
    """Add lists of choices to the columns that have one value out of a list; `ranges` are the cells of each list."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    for at, column in enumerate(columns, 1):
        field = column.field
        options = _options(field, target) if field is not None and not field.many else []
        if not options or field is None:
            continue
        key = field.target or field.code
        if key not in ranges:
            column_number = len(ranges) + 1
            for n, option in enumerate(options, 1):
                _text(lists.cell(n, column_number), option)
            letter = get_column_letter(column_number)
            ranges[key] = f"{LISTS}!${letter}$1:${letter}${len(options)}"
        # A name that the resolver knows is accepted as well, so a value that is not in the list gives only a warning.
        validation = DataValidation(
            "list", formula1=ranges[key], allow_blank=True, showErrorMessage=True, errorStyle="warning"
        )
        letter = get_column_letter(at)
        validation.add(f"{letter}3:{letter}{ROWS}")
        page.add_data_validation(validation)


def _options(field: Field, target: Target) -> list[str]:
    """The allowed values of a field; none where they are not from a list."""
    if field.kind == "boolean":
        return ["true", "false"]
    if field.kind == "class":
        return sorted(field.words)
    if field.kind != "reference":
        return []
    cls = target.model.target(field)
    if cls.concept:
        return sorted(target.model.concepts[cls.iri])
    if target.dataset is None or cls.part:
        return []
    return sorted(target.dataset.rows(cls)) if cls.file else [f.stem for f in target.dataset.files(cls)]


def _value(row: Row, column: Column) -> str | int | None:
    """The cell of a record in a column."""
    value = row.id if column.path == ("id",) else _at(row.values, column.path)
    return None if value is None else grid.cell(value, column.field)


def _at(values: object, path: grid.Path) -> object:
    """The value at a path, or None."""
    for step in path:
        if isinstance(values, dict) and isinstance(step, str):
            values = values.get(step)
        elif isinstance(values, list) and isinstance(step, int) and step < len(values):
            values = values[step]
        else:
            return None
    return values


def _parts(rows: list[Row], sheet: Sheet, columns: list[Column], model: Model) -> Iterable[list[str | int | None]]:
    """The rows of a sheet of parts, in the order of the records and of their parts."""
    for row in rows:
        for keys in grid.part_keys(sheet, model):
            for owner, part in _owned_parts(row.values, keys):
                owners: dict[grid.Path, object] = {("record",): row.id, ("part",): owner}
                yield [
                    None if (v := owners.get(c.path, _at(part, c.path))) is None else grid.cell(v, c.field)
                    for c in columns
                ]


def _owned_parts(values: dict[str, object], keys: PartKeys) -> Iterable[tuple[str | None, object]]:
    """The parts under these keys, each with the id or number of the part that it belongs to, or None."""
    listed = values.get(keys[0])
    for n, part in enumerate(listed if isinstance(listed, list) else [], 1):
        if len(keys) == 1:
            yield None, part
            continue
        inner = part.get(keys[1]) if isinstance(part, dict) else None
        for each in inner if isinstance(inner, list) else []:
            yield str(part.get("id") or f"#{n}"), each


def _put(page: Worksheet, row: int, at: int, value: str | int | None, field: Field | None) -> None:
    """Write a value into a cell of a sheet, with the layout of its field."""
    if value is None:
        return
    cell = page.cell(row, at)
    _text(cell, value)
    if field is not None and field.long:
        from openpyxl.styles import Alignment

        cell.alignment = Alignment(wrap_text=True, vertical="top")


def _text(cell, value: str | int) -> None:  # type: ignore[no-untyped-def]
    """Set the value of a cell; a text is never a formula. Raises CannotImport where it is longer than `MAX_CELL`."""
    if isinstance(value, str) and len(value) > MAX_CELL:
        raise CannotImport("sheet-too-long", expected=MAX_CELL)
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
        cell.number_format = "@"


### CSV


def as_csv(model: Model, lang: str, records: list[Row]) -> bytes:
    """Return a table of projects, with their parts in columns of their own (`outcomes.1.text.fi`)."""
    entry = next(s for s in grid.sheets(model) if s.part is None)
    rows = [r for r in records if r.cls == entry.entry]
    columns = [Column(("id",), None, None), *_flat(entry.entry, model, (), [r.values for r in rows])]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([grid.header(c, lang) for c in columns])
    if not rows:
        examples = [grid.example(c.field, c.lang) for c in columns[1:]]
        writer.writerow(
            [
                "# " + say("sheet-example", lang),
                *("" if x is None else _escaped(str(x), c) for x, c in zip(examples, columns[1:], strict=True)),
            ]
        )
    for row in rows:
        cells = [_value(row, c) for c in columns]
        writer.writerow(["" if v is None else _escaped(str(v), c) for v, c in zip(cells, columns, strict=True)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _escaped(text: str, column: Column) -> str:
    """A text for CSV, behind an apostrophe where a spreadsheet would read it as a formula."""
    number = column.field is not None and column.field.kind == "decimal"
    return "'" + text if not number and ESCAPED.match("'" + text) else text


def _flat(cls: Class, model: Model, path: grid.Path, values: list[dict[str, object]]) -> Iterable[Column]:
    """The columns of a class and of its parts: as many parts as the records have, or a few in an empty template."""
    yield from grid.of_class(cls, path)
    for field in cls.fields:
        if field.kind != "part" or len(path) > 2:
            continue
        lists = [parts for v in values if isinstance(parts := v.get(field.key), list)]
        room = max((len(x) for x in lists), default=0) if values else REPEATED.get(field.key, 1)
        if values and not room:
            continue
        inner = model.target(field)
        for n in range(room):
            here = (*path, field.key, n)
            yield Column((*here, "id"), None, None)
            yield from _flat(inner, model, here, [x[n] for x in lists if n < len(x)])
