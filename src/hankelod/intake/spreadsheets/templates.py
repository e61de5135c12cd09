"""The spreadsheet that a coordinator fills in, derived from the Model: headers and notes in her language, lists to
choose from, an example row. The same writer puts records into it, so that they can be edited and read back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hankelod.intake.documents.lines import CannotImport, missing
from hankelod.intake.importing import Target
from hankelod.intake.spreadsheets import grid
from hankelod.intake.spreadsheets.cells import ESCAPED, MAX_CELL
from hankelod.intake.spreadsheets.grid import Column, Home, Sheet
from hankelod.messages.intake import say
from hankelod.model.model import Class, Field, Model

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

ROWS = 1_000
"""Rows of a template that its lists to choose from reach."""

REPEATED = {"outcomes": 3, "links": 2}
"""How many parts of one key a CSV template has room for, where it is more than one."""

LISTS = "lists"


class Row(NamedTuple):
    """A record to put into a sheet: its class, its id, its values as they stand in its file."""

    cls: Class
    id: str
    values: dict[str, object]


def write(path: Path, place: Target, lang: str, records: Iterable[Row] = ()) -> None:
    """Write a template, XLSX or CSV by the path's ending, with these records in it. Raises CannotImport."""
    ending = path.suffix.casefold()
    if ending not in (".xlsx", ".csv"):
        raise CannotImport("unknown-format", name=path.name, expected=".xlsx, .csv")
    rows = list(records)
    made = xlsx(place, lang, rows) if ending == ".xlsx" else as_csv(place.model, lang, rows)
    try:
        path.write_bytes(made)
    except OSError as error:
        raise CannotImport("unreadable", name=path.name, detail=error.strerror or str(error)) from error


def standing(place: Target) -> list[Row]:
    """The records of a dataset's folders, as they stand."""
    from hankelod.intake import importing

    return [
        Row(cls, stem, values)
        for cls in place.model.entries()
        if cls.folder
        for stem, values in importing.standing(place.data / cls.folder)
    ]


### XLSX


def xlsx(place: Target, lang: str, records: list[Row]) -> bytes:
    """A workbook with a sheet for each class of records and each class of their parts."""
    try:
        import openpyxl
    except ImportError as error:
        raise missing("openpyxl") from error
    book = openpyxl.Workbook()
    lists = book.worksheets[0]
    lists.title = LISTS
    lists.sheet_state = "hidden"
    choices: dict[str, str] = {}
    for number, sheet in enumerate(grid.sheets(place.model)):
        page = book.create_sheet(grid.title(sheet, lang), number)
        columns = grid.columns(sheet, place.model)
        _head(page, sheet, columns, lang)
        _choices(page, lists, columns, place, choices)
        rows = [r for r in records if r.cls == sheet.entry]
        cells = (
            [[_value(r, c) for c in columns] for r in rows]
            if sheet.part is None
            else list(_parts(rows, sheet, columns, place.model))
        )
        for n, values in enumerate(cells, 3):
            for at, (value, column) in enumerate(zip(values, columns, strict=True), 1):
                _put(page, n, at, value, column.field)
    book.active = 0
    out = io.BytesIO()
    # A workbook tells when it was made; the same records make the same bytes when it does not.
    import datetime

    book.properties.created = book.properties.modified = datetime.datetime(2000, 1, 1)
    book.save(out)
    return out.getvalue()


def _head(page: Worksheet, sheet: Sheet, columns: list[Column], lang: str) -> None:
    """The header with its notes, and the example below it."""
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter

    for at, column in enumerate(columns, 1):
        head = page.cell(1, at, grid.header(column, sheet, lang))
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
    """What a header's note tells: what the field is, whether it is required, how several values are written."""
    field = column.field
    if field is None:
        return say(f"sheet-{column.path[-1]}", lang, name=sheet.entry.label.get(lang) or sheet.entry.segment)
    told = [field.description.get(lang, "")]
    if field.required:
        told.append(say("sheet-required", lang))
    if field.many:
        told.append(say("sheet-several" if field.kind != "text" else "sheet-lines", lang))
    return " ".join(t for t in told if t)


def _choices(page: Worksheet, lists: Worksheet, columns: list[Column], place: Target, made: dict[str, str]) -> None:
    """Lists to choose from, for columns that hold one value out of a list."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    for at, column in enumerate(columns, 1):
        field = column.field
        options = _options(field, place) if field is not None and not field.many else []
        if not options or field is None:
            continue
        key = field.target or field.code
        if key not in made:
            column_number = len(made) + 1
            for n, option in enumerate(options, 1):
                _text(lists.cell(n, column_number), option)
            letter = get_column_letter(column_number)
            made[key] = f"{LISTS}!${letter}$1:${letter}${len(options)}"
        # A name that the resolver knows may be typed too, so what is not in the list is only remarked on.
        validation = DataValidation(
            "list", formula1=made[key], allow_blank=True, showErrorMessage=True, errorStyle="warning"
        )
        letter = get_column_letter(at)
        validation.add(f"{letter}3:{letter}{ROWS}")
        page.add_data_validation(validation)


def _options(field: Field, place: Target) -> list[str]:
    """The values that a field may have, where they are few enough to list."""
    if field.kind == "boolean":
        return ["true", "false"]
    if field.kind == "class":
        return sorted(field.words)
    if field.kind != "reference":
        return []
    target = place.model.target(field)
    if target.concept:
        return sorted(place.model.concepts[target.iri])
    if place.dataset is None or target.part:
        return []
    return sorted(place.dataset.rows(target)) if target.file else [f.stem for f in place.dataset.files(target)]


def _value(row: Row, column: Column) -> str | int | None:
    value = row.id if column.path == ("id",) else _at(row.values, column.path)
    return None if value is None else grid.cell(value, column.field)


def _at(values: object, path: grid.Path) -> object:
    for step in path:
        if isinstance(values, dict) and isinstance(step, str):
            values = values.get(step)
        elif isinstance(values, list) and isinstance(step, int) and step < len(values):
            values = values[step]
        else:
            return None
    return values


def _parts(rows: list[Row], sheet: Sheet, columns: list[Column], model: Model) -> Iterable[list[str | int | None]]:
    """The rows of a sheet of parts, record by record, as they stand in each."""
    for row in rows:
        for home in grid.homes(sheet, model):
            for owner, part in _of_home(row.values, home):
                told: dict[grid.Path, object] = {("record",): row.id, ("part",): owner}
                yield [
                    None if (v := told.get(c.path, _at(part, c.path))) is None else grid.cell(v, c.field)
                    for c in columns
                ]


def _of_home(values: dict[str, object], home: Home) -> Iterable[tuple[str | None, object]]:
    """Parts with the part that they belong to, by its id or its number."""
    listed = values.get(home.keys[0])
    for n, part in enumerate(listed if isinstance(listed, list) else [], 1):
        if len(home.keys) == 1:
            yield None, part
            continue
        inner = part.get(home.keys[1]) if isinstance(part, dict) else None
        for each in inner if isinstance(inner, list) else []:
            yield str(part.get("id") or f"#{n}"), each


def _put(page: Worksheet, row: int, at: int, value: str | int | None, field: Field | None) -> None:
    if value is None:
        return
    cell = page.cell(row, at)
    _text(cell, value)
    if field is not None and field.long:
        from openpyxl.styles import Alignment

        cell.alignment = Alignment(wrap_text=True, vertical="top")


def _text(cell, value: str | int) -> None:  # type: ignore[no-untyped-def]
    """Put a value into a cell; text stays text, whatever it begins with."""
    if isinstance(value, str) and len(value) > MAX_CELL:
        raise CannotImport("sheet-too-long", expected=MAX_CELL)
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
        cell.number_format = "@"


### CSV


def as_csv(model: Model, lang: str, records: list[Row]) -> bytes:
    """A table of projects, their parts in columns of their own (`outcomes.1.text.fi`)."""
    entry = next(s for s in grid.sheets(model) if s.part is None)
    rows = [r for r in records if r.cls == entry.entry]
    columns = [Column(("id",), None, None), *_flat(entry.entry, model, (), [r.values for r in rows])]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([grid.header(c, entry, lang) for c in columns])
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
    """What a spreadsheet would take for a formula stands behind a quotation mark."""
    number = column.field is not None and column.field.kind == "decimal"
    return "'" + text if not number and ESCAPED.match("'" + text) else text


def _flat(cls: Class, model: Model, path: grid.Path, values: list[dict[str, object]]) -> Iterable[Column]:
    """The columns of a class and of as many parts as the records have; in a template, of a few."""
    yield from grid.of_class(cls, path)
    for field in cls.fields:
        if field.kind != "part" or len(path) > 2:
            continue
        lists = [found for v in values if isinstance(found := v.get(field.key), list)]
        room = max((len(x) for x in lists), default=0) if values else REPEATED.get(field.key, 1)
        if values and not room:
            continue
        inner = model.target(field)
        for n in range(room):
            here = (*path, field.key, n)
            yield Column((*here, "id"), None, None)
            yield from _flat(inner, model, here, [x[n] for x in lists if n < len(x)])
