"""Reader of CSV files: cells as they stand, the separator by the header, and bytes that are not UTF-8 kept apart."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
from collections.abc import Iterator

from hankelod.intake.documents.lines import CannotImport
from hankelod.intake.spreadsheets.cells import MAX_CELL, MAX_ROWS, Cell, Row, Table, foreign

SEPARATORS = ";,\t|"
"""Separators in order of precedence among equals."""

HINT = re.compile(r'\s*"?sep=(?P<separator>\\t|[^\r\n"]?)"?[;,\t ]*', re.I)
"""The line by which Excel is told the separator."""

FORMULA = re.compile(r"=|[@+-]\s*[A-Za-z_.]+\(")
"""The beginning of a formula in CSV."""

HEADER_WITHIN = 20
"""Records among which the one that shows the separator is looked for."""

ERROR = re.compile(r"#(?:N/A|[A-ZÀ-ÖØ-Þ]+(?:/0|[/_][A-Z]+)?[!?]|[A-Z]+_[A-Z]+|#{2,})")
"""An error as a spreadsheet writes it into CSV, in any of its languages: `#REF!`, `#VIITTAUS!`, `#N/A`, `####`."""

ESCAPED = re.compile(rf"'(?:[=+\-@']|{ERROR.pattern}$)")
"""An apostrophe before a text that a spreadsheet would read as a formula or an error; it is not part of the text."""

OPEN = "unexpected end of data"
"""What the parser says of a quotation mark that is not closed."""

NARROW = 5
"""Fewest columns by which a row is known in what should be a cell."""

STRANGE = re.compile("[\udc80-\udcff]")
"""A byte that is not UTF-8, as Python's `surrogateescape` decodes it."""

MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks and their encodings; that of UTF-32 begins with that of UTF-16."""


def read_csv(raw: bytes, stem: str, name: str) -> list[Table]:
    """Read a CSV file as one table, separated by what its header has most of. Raises CannotImport."""
    unread: list[tuple[int, str]] = []
    rows = list(stream(decoded(raw, name), name, unread))
    return [Table(0, stem, rows, tuple(unread))]


def stream(
    text: str, name: str, unread: list[tuple[int, str]], separator: str | None = None, most: int = MAX_ROWS
) -> Iterator[Row]:
    """Yield the rows of a CSV file that are not empty, at most so many; those that cannot be read go into `unread`.

    Without a `separator` it is what the header has most of. Raises CannotImport.
    """
    start, shown = _separator(text)
    separator = separator or shown
    limit = csv.field_size_limit(MAX_CELL * 4)
    skipped = text.count("\n", 0, start)
    bad: list[tuple[int, str]] = []
    count = 0
    try:
        for number, row in _rows(text[start:], separator, bad):
            cells = {at: _cell(x) for at, x in enumerate(row) if x.removeprefix("\ufeff").strip()}
            if cells:
                count += 1
                yield number + skipped, cells
            if count > most or len(bad) > most:
                raise CannotImport("too-large", name=name)
    finally:
        csv.field_size_limit(limit)
        unread += ((number + skipped, detail) for number, detail in bad)


def separator(text: str) -> str:
    """Return what separates the cells of a CSV file: what its header has most of."""
    return _separator(text)[1]


def decoded(raw: bytes, name: str, encoding: str | None = None) -> str:
    """Return the text of a file, with `\\n` line ends; a byte that is not of the encoding becomes a lone surrogate.

    Without an `encoding` it is UTF-8, or what a byte order mark says. Raises CannotImport.
    """
    refusal = foreign(raw, name)
    if refusal is not None:
        raise refusal
    marked = next((encoding for mark, encoding in MARKS if raw.startswith(mark)), None)
    try:
        text = raw.decode(marked) if marked else raw.decode(encoding or "utf-8", "surrogateescape")
    except UnicodeDecodeError as error:
        raise CannotImport("broken", name=name, detail=f"{error.encoding}: {error.reason}") from error
    text = text.removeprefix("\ufeff").rstrip("\x1a")  # DOS programs end a file with a sign of its own
    if "\x00" in text or sum(c < " " and c not in "\t\n\r\f\v" for c in text) > len(text) // 50:
        raise CannotImport("not-text", name=name)
    return re.sub("\r\n?", "\n", text)


def _separator(text: str) -> tuple[int, str]:
    """Where the rows begin, behind empty ones and the line of a hint, and what separates their cells."""
    blank = re.match(r"[\s;,|\ufeff]*", text)
    start = text.rfind("\n", 0, blank.end() if blank else 0) + 1
    line = text[start:].split("\n", 1)[0]
    hint = HINT.fullmatch(line)
    if hint:
        start += len(line) + 1
        if hint["separator"]:
            return start, hint["separator"].replace("\\t", "\t")
    return start, max(SEPARATORS, key=_header(text[start:]).count)


def _header(text: str) -> str:
    """The record that shows the separator, without what stands in quotation marks.

    It is the first that has one without a space behind it, as a sentence above the header has; else the first at all.
    """
    records = itertools.islice(re.finditer(r'(?:"(?:[^"]|"")*"|[^"\n])+', text), HEADER_WITHIN)
    bare = [re.sub(r'"(?:[^"]|"")*"', "", record.group()) for record in records]
    first: dict[str, int] = {}
    for at, record in enumerate(bare):
        for separator in SEPARATORS:
            if re.search(rf"{re.escape(separator)}(?! )", record):
                first.setdefault(separator, at)
    whole = [x for x in bare if any(separator in x for separator in SEPARATORS)]
    return bare[min(first.values())] if first else whole[0] if whole else ""


def _rows(text: str, separator: str, unread: list[tuple[int, str]]) -> Iterator[tuple[int, list[str]]]:
    """The rows with the numbers of the lines on which they begin; those that cannot be read go into `unread`."""
    width = 0
    reader = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
    while True:
        number = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            unread.append((number, str(error)))
            continue
        width = width or len(row)
        if any("\n" in cell and _swallows(cell, at, separator, width) for at, cell in enumerate(row)):
            unread.append((number, OPEN))
        else:
            yield number, row


def _swallows(cell: str, at: int, separator: str, width: int) -> bool:
    """True where a quotation mark that is not closed makes a cell of the rest of a row and of rows behind it.

    Its first line then ends the row, or another one is a whole row, by the number of cells. In the last column every
    first line ends the row: there another one has to be as wide as a row.
    """
    first, *others = [line.count(separator) + 1 for line in cell.split("\n")]
    ends = at + first == width and (first > 1 or max(others, default=0) >= width)
    return width >= NARROW and bool(others) and (ends or width in others[:-1])


PLAIN = frozenset(" =+-@'#")
"""Characters at the beginning of a printable text that may be more than text."""


def _cell(text: str) -> Cell:
    if text.isprintable() and text[0] not in PLAIN:
        return Cell(text)
    if STRANGE.search(text):
        # Windows-1252 only to have a text to show and to check: nothing of a file with such a cell is written
        return Cell(text.encode("utf-8", "surrogateescape").decode("cp1252", "replace"), "garbled")
    text = re.sub("[\v\f]", "\n", text.removeprefix("\ufeff"))
    if ESCAPED.match(text):
        return Cell(text[1:])
    kind = "formula" if FORMULA.match(text) else "error" if ERROR.fullmatch(text.strip()) else "text"
    return Cell(text, kind)
