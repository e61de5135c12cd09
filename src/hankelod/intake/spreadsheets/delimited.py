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

ERROR = re.compile(r"#(?:N/A|[A-ZÀ-ÖØ-Þ]+(?:/0|[/_][A-Z]+)?[!?]|[A-Z]+_[A-Z]+|#{2,})")
"""An error as a spreadsheet writes it into CSV, in any of its languages: `#REF!`, `#VIITTAUS!`, `#N/A`, `####`."""

ESCAPED = re.compile(rf"'(?:[=+\-@']|{ERROR.pattern}$)")
"""An apostrophe before a text that a spreadsheet would read as a formula or an error; it is not part of the text."""

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
    refusal = foreign(raw, name)
    if refusal is not None:
        raise refusal
    text = _decoded(raw, name)
    start, separator = _separator(text)
    rows: list[Row] = []
    unread: list[tuple[int, str]] = []
    limit = csv.field_size_limit(MAX_CELL * 4)
    skipped = text.count("\n", 0, start)
    try:
        for number, row in _rows(text[start:], separator, unread):
            cells = {at: _cell(x) for at, x in enumerate(row) if x.strip()}
            if cells:
                rows.append((number + skipped, cells))
            if len(rows) > MAX_ROWS or len(unread) > MAX_ROWS:
                raise CannotImport("too-large", name=name)
    finally:
        csv.field_size_limit(limit)
    return [Table(0, stem, rows, tuple((number + skipped, detail) for number, detail in unread))]


def _decoded(raw: bytes, name: str) -> str:
    """The text of a file, with `\\n` line ends; a byte that is not UTF-8 becomes a lone surrogate."""
    encoding = next((encoding for mark, encoding in MARKS if raw.startswith(mark)), None)
    try:
        text = raw.decode(encoding) if encoding else raw.decode("utf-8-sig", "surrogateescape")
    except UnicodeDecodeError as error:
        raise CannotImport("broken", name=name, detail=f"{error.encoding}: {error.reason}") from error
    if "\x00" in text or sum(c < " " and c not in "\t\n\r\f\v" for c in text) > len(text) // 50:
        raise CannotImport("not-text", name=name)
    return re.sub("\r\n?|[\v\f]", "\n", text)


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
    """The first record that has a separator, without what stands in quotation marks; a title above it may have none."""
    for record in itertools.islice(re.finditer(r'(?:"(?:[^"]|"")*"|[^"\n])+', text), 20):
        bare = re.sub(r'"(?:[^"]|"")*"', "", record.group())
        if any(separator in bare for separator in SEPARATORS):
            return bare
    return ""


def _rows(text: str, separator: str, unread: list[tuple[int, str]]) -> Iterator[tuple[int, list[str]]]:
    """The rows with the numbers of the lines on which they begin; those that cannot be read go into `unread`."""
    reader = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
    while True:
        number = reader.line_num + 1
        try:
            yield number, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            unread.append((number, str(error)))


def _cell(text: str) -> Cell:
    if STRANGE.search(text):
        # Windows-1252 only to have a text to show and to check: nothing of a file with such a cell is written
        return Cell(text.encode("utf-8", "surrogateescape").decode("cp1252", "replace"), "garbled")
    text = text.removeprefix("\ufeff")
    if ESCAPED.match(text):
        return Cell(text[1:])
    kind = "formula" if FORMULA.match(text) else "error" if ERROR.fullmatch(text.strip()) else "text"
    return Cell(text, kind)
