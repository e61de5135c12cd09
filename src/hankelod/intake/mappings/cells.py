"""Cells to values: the steps of a mapping's value, from the cells of a row to what a record says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from hankelod.intake.documents.lines import clean
from hankelod.intake.identifiers import unique
from hankelod.intake.mappings.columns import Columns
from hankelod.intake.mappings.forms import TIME, hundredth
from hankelod.intake.mappings.mapping import OMIT, Value
from hankelod.intake.mappings.rows import Row
from hankelod.intake.mappings.things import Things
from hankelod.intake.spreadsheets.cells import Cell
from hankelod.intake.spreadsheets.grid import folded
from hankelod.messages.catalogue import Text
from hankelod.messages.problem import kind_word, phrase
from hankelod.model import amounts
from hankelod.model.kinds import dates
from hankelod.model.kinds.kind import Kind
from hankelod.model.model import ID, Class, Field
from hankelod.records.slug import slug

FAULTS = {
    "formula": "sheet-formula",
    "error": "sheet-error",
    "percent": "sheet-percent",
    "garbled": "sheet-garbled",
}
"""The problem of each kind of cell that has no value."""

EMPTY = "source-empty"
"""The problem of an empty cell that a mapping does not allow."""

NUMBERS = ("whole", "number")
"""Kinds of cells that hold a number, whose form needs no example."""


DAYS = ("date", "moment")
"""Kinds of cells that hold a date, whose form needs no pattern."""


class Refused(NamedTuple):
    """A cell that gives no value: the code of the problem, the column, the text and further details."""

    code: str
    column: str
    text: str
    details: dict[str, str | Text]


DATES = frozenset(kind.name for kind in (dates.YEAR, dates.MONTH, dates.DATE, dates.MOMENT))
"""Names of the kinds of values that are dates."""

Report = Callable[[Row, Refused], None]

Make = Callable[[Row, str], str]
"""The making of a record from a name: returns its id."""


class CellReader:
    """Reads one value of a mapping from rows; a list where it takes several."""

    def __init__(self, value: Value, columns: Columns, things: Things, report: Report, make: Make | None) -> None:
        self.value, self.things, self.report, self.make = value, things, report, make
        self.columns = tuple(dict.fromkeys(c for name in value.columns for c in columns.named(name)))
        self.field = value.field
        self.target = things.model.target(value.field) if value.field and value.field.kind.refers else None
        self.table = {folded(k): v for k, v in (value.values or {}).items()}
        self.used: set[str] = set()
        self.level: str | None = None
        self.cache: dict[tuple[str, str], object] = {}
        """Results for texts, since columns of codes and names repeat them."""

    ### From a row

    def read(self, row: Row) -> list[object]:
        """Return the values in a row; what cannot be read is reported, and left out."""
        value = self.value
        found = [(column, row.cells[column]) for column in self.columns if column in row.cells]
        if not found:
            if value.needed:
                self.report(row, Refused(EMPTY, self.columns[0], "", {}))
            return []
        out: list[object] = []
        for column, cell in self._texts(row, found):
            result = self._result(row, column, cell)
            if result is None:
                continue
            if isinstance(result, Refused):
                if value.otherwise is None:
                    self.report(row, result)
                elif value.otherwise != OMIT:
                    out.append(self._final(value.otherwise))
            else:
                out.append(result)
        return out

    def _texts(self, row: Row, found: list[tuple[str, Cell]]) -> Iterator[tuple[str, Cell]]:
        """The texts of cells, joined or split as the value says; cells without a value are reported."""
        good = []
        for column, cell in found:
            code = "sheet-struck" if cell.struck else FAULTS.get(cell.kind)
            if code == "sheet-percent" and self.value.number is not None and self.value.number.percent:
                code = None
            if code is not None:
                self.report(row, Refused(code, column, cell.text, {}))
            else:
                good.append((column, Cell(tidy(cell.text), cell.kind)))
        if self.value.join is not None and good:
            good = [(good[0][0], Cell(self.value.join.join(cell.text for _, cell in good)))]
        if self.value.split is None:
            yield from ((column, cell) for column, cell in good if cell.text)
            return
        for column, cell in good:
            for text in cell.text.split(self.value.split):
                if text.strip():
                    yield column, Cell(text.strip(), cell.kind)

    ### From a text

    def _result(self, row: Row, column: str, cell: Cell) -> object | None:
        """The value of a text, None where it is left out, or a Refused."""
        text = cell.text
        for step in self.value.do:
            text = self._step(step, text)
        if not text:
            return None
        if self.make is not None:
            return self._made(row, text)
        if "unique" in self.value.do:
            return self._converted(column, Cell(text, cell.kind))
        key = (text, cell.kind)
        result = self.cache.get(key)
        if result is None:
            if len(self.cache) > 10_000:
                self.cache.clear()
            result = self.cache[key] = self._converted(column, Cell(text, cell.kind))
        return result

    def _step(self, step: str, text: str) -> str:
        if step == "slug":
            return slug(text)
        if step == "unique":
            return unique(text, self.used) if text else text
        if step == "first-line":
            return text.strip().split("\n", 1)[0].strip()
        return text.lower() if step == "lower" else text.upper() if step == "upper" else text.strip()

    def _converted(self, column: str, cell: Cell) -> object | None:
        value, text = self.value, cell.text
        if value.values is not None:
            given = self.table.get(folded(text))
            if given is not None:
                return None if given == OMIT else self._final(given)
            if value.match is None:
                return Refused("source-value", column, text, {})
        if value.match is not None:
            return self._matched(column, text)
        if self.field is not None and self.field.kind.numeric:
            return self._number(column, cell)
        if value.date or cell.kind in DAYS:
            return self._date(column, cell)
        return self._plain(column, cell)

    def _made(self, row: Row, text: str) -> object | None:
        assert self.make is not None and self.target is not None
        given = self.table.get(folded(text))
        if given == OMIT:
            return None
        if given is not None:
            return given if self.things.exists(self.target, given) else self.make(row, given)
        if self.value.match is not None:
            found = self._found(self.target, text)
            if len(found) == 1:
                return found[0]
        return self.make(row, text)

    def _final(self, text: str) -> object:
        """A value that the mapping file gives."""
        return text == "true" if self.field is not None and self.field.kind.choices else text

    ### Kinds of values

    def _number(self, column: str, cell: Cell) -> object | None:
        form = self.value.number
        text: str | None
        if cell.kind in NUMBERS:
            text = plain_number(cell.text)
            text = hundredth(text) if text is not None and form is not None and form.percent else text
        elif form is not None:
            text = form.read(cell.text)
        else:
            text = amounts.number(cell.text) or (amounts.number(amounts.unmarked(cell.text)))
        if text is None:
            expected: str | Text = form.example if form is not None else kind_word(self._kind())
            return Refused("source-number" if form else "source-form", column, cell.text, {"expected": expected})
        if not self.value.keeps_zero and not text.strip("-0."):
            return None
        return text

    def _date(self, column: str, cell: Cell) -> object | None:
        read = (form.read(cell.text) for form in self.value.date)
        text = cell.text if cell.kind in DAYS else next((r for r in read if r is not None), None)
        fitted = fitting(text, self.field) if text is not None else None
        if fitted is None and text is not None:
            return self._unfit(column, cell.text)
        if fitted is None:
            forms = ", ".join(form.pattern for form in self.value.date) or kind_word(self._kind())
            return Refused("source-date", column, cell.text, {"expected": forms})
        return fitted

    def _matched(self, column: str, text: str) -> object:
        assert self.target is not None
        found = self._found(self.target, text)
        if len(found) == 1:
            return found[0]
        if not found:
            return Refused("source-name", column, text, {})
        return Refused("source-names", column, text, {"expected": ", ".join(found)})

    def _found(self, target: Class, text: str) -> list[str]:
        if self.value.match == "name":
            return self.things.by_name(target, text, self.level)
        if self.value.match == "identifier":
            return self.things.by_identifier(target, text)
        return self.things.by_code(target, text)

    def _plain(self, column: str, cell: Cell) -> object | None:
        """The value of a text without a step that says its form."""
        field, text = self.field, cell.text
        if field is None:
            return text if ID.fullmatch(text) else self._unfit(column, text, phrase("an-id"))
        if field.kind.by_language:
            return text if field.long or "\n" not in text else " ".join(text.split())
        if field.kind.typing:
            return self._word(field, column, text)
        if self.target is not None:
            found = self.things.by_code(self.target, text)
            found = found or self.things.by_name(self.target, text, self.level)
            if len(found) == 1:
                return found[0]
            if len(found) > 1:
                return Refused("source-names", column, text, {"expected": ", ".join(found)})
            return Refused("source-name", column, text, {})
        if field.kind.choices:
            word = field.kind.cell(text)
            return word == "true" if word in field.kind.choices else self._unfit(column, text)
        if field.kind.name in DATES:
            bare = TIME.sub("", text) if TIME.search(text) else text
            fitted = fitting(bare, field) or fitting(field.kind.cell(text), field)
            return fitted if fitted is not None else self._unfit(column, text)
        word = field.kind.cell(text) if field.kind.lines or "\n" not in text else " ".join(text.split())
        lexical = field.kind.lexical
        if (lexical is not None and not re.fullmatch(lexical, word)) or (
            field.pattern is not None and not re.search(field.pattern, word)
        ):
            return self._unfit(column, text)
        return word

    def _word(self, field: Field, column: str, text: str) -> object:
        labels = self.things.model.labels
        for word, iri in field.words.items():
            if folded(text) in {word, *(folded(x) for x in labels.get(iri, {}).values())}:
                return word
        return self._unfit(column, text)

    def _unfit(self, column: str, text: str, expected: Text | None = None) -> Refused:
        return Refused("source-form", column, text, {"expected": expected or kind_word(self._kind())})

    def _kind(self) -> str:
        return self.field.kind.name if self.field is not None else "text"

    ### Levels of areas

    def choose_level(self, rows: Iterator[Row]) -> None:
        """Choose the level of areas that most names in the columns are of, by which names of several are read.

        A name that a county and a municipality share is the county in a column of counties.
        """
        if self.target is None or not self.target.file or self.value.match == "code":
            return
        levels: Counter[str] = Counter()
        seen: set[str] = set()
        several = False
        for row in rows:
            for column in self.columns:
                cell = row.cells.get(column)
                parts = [] if cell is None else cell.text.split(self.value.split) if self.value.split else [cell.text]
                for text in parts:
                    if text not in seen and len(seen) < 10_000:
                        seen.add(text)
                        places = self.things.places(self.target, text)
                        levels.update({level for _, level in places})
                        several |= len(places) > 1
        if several:
            self.level = max(sorted(levels), key=lambda level: levels[level])


def tidy(text: str) -> str:
    """Return the text of a cell without white space at its ends and without what no record may contain."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return "\n".join(map(clean, text.split("\n"))).strip()


def plain_number(text: str) -> str | None:
    """Return a number of JSON or of a workbook in plain digits; None for one too long to be meant."""
    if re.fullmatch(r"-?[0-9]+(?:\.[0-9]+)?", text):
        whole, _, part = text.partition(".")
        return text if part.strip("0") else whole
    from decimal import Decimal, InvalidOperation

    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return format(number, "f") if number.is_finite() and abs(number.adjusted()) < 30 else None


def fitting(date: str, field: Field | None) -> str | None:
    """Return a date as precise as a field takes it: a day of a moment, a month of a day, a year of a month; else None.

    What is no date has no part that fits.
    """
    if field is None or field.kind.name not in DATES:
        return date
    day = TIME.sub("", date)
    if not any(_takes(kind, day) for kind in (dates.YEAR, dates.MONTH, dates.DATE)):
        return None
    for form in (date, day, day[:7], day[:4]):
        if _takes(field.kind, form) and (field.pattern is None or re.search(field.pattern, form)):
            return form
    return None


def _takes(kind: Kind, form: str) -> bool:
    return re.fullmatch(kind.lexical or "", form) is not None and kind.takes(form)
