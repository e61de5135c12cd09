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

from hankelod.intake.documents.lines import CannotImport
from hankelod.intake.importing import Target
from hankelod.intake.spreadsheets import cells, grid
from hankelod.intake.spreadsheets.cells import MAX_CELL
from hankelod.intake.spreadsheets.delimited import ESCAPED
from hankelod.intake.spreadsheets.grid import Column, PartKeys, Sheet
from hankelod.messages.catalogue import in_language
from hankelod.messages.intake import say
from hankelod.model.model import Class, Field, Model

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

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
    import datetime

    import xlsxwriter

    out = io.BytesIO()
    never = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, {"in_memory": True, **never}) as book:
        book.set_properties({"created": datetime.datetime(2000, 1, 1)})
        formats = Formats(
            book.add_format({"bold": True, "bg_color": "#DDE8E0"}),
            book.add_format({"italic": True, "font_color": "#808080", "num_format": "@"}),
            book.add_format({"num_format": "@"}),
            book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"}),
        )
        lists: dict[str, list[str]] = {}
        for sheet in grid.sheets(target.model):
            page = book.add_worksheet(grid.title(sheet, lang))
            columns = grid.columns(sheet, target.model)
            _head(page, sheet, columns, lang, formats)
            _choices(page, columns, target, lists)
            rows = [r for r in records if r.cls == sheet.entry]
            filled = (
                [[_value(r, c) for c in columns] for r in rows]
                if sheet.part is None
                else list(_parts(rows, sheet, columns, target.model))
            )
            for n, values in enumerate(filled, 2):
                for at, (value, column) in enumerate(zip(values, columns, strict=True)):
                    long = column.field is not None and column.field.long
                    _put(page, n, at, value, formats.long if long else formats.text)
        page = book.add_worksheet(LISTS)
        page.hide()
        for at, options in enumerate(lists.values()):
            for n, option in enumerate(options):
                _put(page, n, at, option, formats.text)
    return out.getvalue()


class Formats(NamedTuple):
    """Formats of the cells of a template."""

    head: object
    example: object
    text: object
    long: object


def _head(page: Worksheet, sheet: Sheet, columns: list[Column], lang: str, formats: Formats) -> None:
    """Write the header with its notes, and the example below it."""
    for at, column in enumerate(columns):
        page.write_string(0, at, grid.header(column, lang), formats.head)
        note = _note(column, sheet, lang)
        if note:
            page.write_comment(0, at, note, {"author": "hankelod", "width": 320, "height": 160})
        page.set_column(at, at, 48 if column.field is not None and column.field.long else 24)
        example = "# " + say("sheet-example", lang) if at == 0 else grid.example(column.field, column.lang)
        _put(page, 1, at, example, formats.example)
    page.freeze_panes(1, 1)


def _note(column: Column, sheet: Sheet, lang: str) -> str:
    """The note of a header: the field's description, whether it is required, the way to write several values."""
    field = column.field
    if field is None:
        return say(f"sheet-{column.path[-1]}", lang, name=in_language(sheet.entry.label, lang) or sheet.entry.segment)
    sentences = [field.description.get(lang, "")]
    if field.required:
        sentences.append(say("sheet-required", lang))
    if field.many:
        sentences.append(say("sheet-several" if not field.kind.lines else "sheet-lines", lang))
    return " ".join(s for s in sentences if s)


def _choices(page: Worksheet, columns: list[Column], target: Target, lists: dict[str, list[str]]) -> None:
    """Add lists of choices to the columns that have one value out of a list, and these to `lists`."""
    for at, column in enumerate(columns):
        field = column.field
        options = _options(field, target) if field is not None and not field.many else []
        if not options or field is None:
            continue
        key = field.target or field.code
        lists.setdefault(key, options)
        number = list(lists).index(key)
        # A name that the resolver knows is accepted as well, so a value that is not in the list gives only a warning.
        source = f"={LISTS}!${cells.letters(number + 1)}$1:${cells.letters(number + 1)}${len(options)}"
        page.data_validation(2, at, ROWS - 1, at, {"validate": "list", "source": source, "error_type": "warning"})


def _options(field: Field, target: Target) -> list[str]:
    """The allowed values of a field; none where they are not from a list."""
    if field.kind.choices:
        return list(field.kind.choices)
    if field.kind.typing:
        return sorted(field.words)
    if not field.kind.refers:
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


def _put(page: Worksheet, row: int, at: int, value: str | int | None, format: object) -> None:
    """Write a value into a cell of a sheet, by positions from 0; a text is never a formula.

    Raises CannotImport where it is longer than `MAX_CELL`.
    """
    if isinstance(value, int):
        page.write_number(row, at, value)
    elif value is not None:
        if len(value) > MAX_CELL:
            raise CannotImport("sheet-too-long", expected=MAX_CELL)
        page.write_string(row, at, value, format)


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
    number = column.field is not None and column.field.kind.numeric
    return "'" + text if not number and ESCAPED.match("'" + text) else text


def _flat(cls: Class, model: Model, path: grid.Path, values: list[dict[str, object]]) -> Iterable[Column]:
    """The columns of a class and of its parts: as many parts as the records have, or a few in an empty template."""
    yield from grid.of_class(cls, path)
    for field in cls.fields:
        if not field.kind.nested or len(path) > 2:
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
