"""Reader of workbooks in Office Open XML, transitional or strict (ISO/IEC 29500): every cell as the file holds it.

Numbers are read as the decimals that the file writes. Nothing is computed, unpacked to disk or fetched.
"""

from __future__ import annotations

import datetime
import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, NamedTuple

from hankelod.intake.documents import archives
from hankelod.intake.documents.lines import CannotImport, missing
from hankelod.intake.spreadsheets.cells import MAX_ROWS, Cell, Merged, Table, foreign, other_format

if TYPE_CHECKING:
    from lxml import etree

NAMESPACES = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://schemas.openxmlformats.org/package/2006/relationships",
    "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing",
    "http://purl.oclc.org/ooxml/drawingml/spreadsheetDrawing",
)
"""The namespaces of what is read: workbooks, relations between the parts of a package, and drawings; strict too."""

REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})")

CHARACTER = re.compile(r"_x([0-9A-Fa-f]{4})_")
"""A character that XML cannot hold, or an underscore that is none of these (`_x005F_`): ST_Xstring of the standard."""

DIGITS = 15
"""Digits of a number that Excel keeps; programs write further ones, which are noise of binary fractions."""

NOISE = Decimal("0.001")
"""What is below this and behind `DIGITS` digits is noise."""

BUILT_IN = {
    **dict.fromkeys((9, 10), "0%"),
    **dict.fromkeys((*range(14, 18), *range(27, 32), 36, *range(50, 59)), "yyyy-mm-dd"),
    **dict.fromkeys((*range(18, 22), *range(32, 36), *range(45, 48)), "hh:mm"),
    22: "yyyy-mm-dd hh:mm",
}
"""The number formats without a code of their own that are not those of plain numbers."""

OTHER_CONTENT = {"application/vnd.oasis.opendocument": ".ods", "application/x-vnd.oasis.opendocument": ".ods"}
"""Other formats of workbooks in a ZIP archive, by how their member `mimetype` begins."""


class Style(NamedTuple):
    """What a cell shows: `number`, `percent`, `date` or `time`, with at least so many digits, struck through or not."""

    shows: str
    digits: int = 0
    struck: bool = False


class Book(NamedTuple):
    """What the sheets of a workbook share, and the most rows that each may have."""

    texts: list[Cell]
    styles: list[Style]
    epoch: datetime.date
    most: int


def read_xlsx(raw: bytes, name: str, most: int = MAX_ROWS) -> list[Table]:
    """Read the sheets of a workbook, each of at most so many rows. Raises CannotImport."""
    try:
        from lxml import etree
    except ImportError as error:
        raise missing("lxml") from error
    refusal = foreign(raw, name)
    if refusal is not None:
        raise refusal
    archives.check(raw, name)
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            _check_format(archive, name)
            return _sheets(_Package(archive), name, most)
    except (etree.LxmlError, KeyError, IndexError, ValueError, OverflowError, zipfile.BadZipFile, EOFError) as problem:
        raise CannotImport("broken", name=name, detail=str(problem)) from problem


def _check_format(archive: zipfile.ZipFile, name: str) -> None:
    """Raise CannotImport for a workbook in another format that is a ZIP archive too."""
    members = set(archive.namelist())
    if "mimetype" in members:
        with archive.open("mimetype") as stream:
            kind = stream.read(100).decode("ascii", "replace")
        raise other_format(name, next((f for start, f in OTHER_CONTENT.items() if kind.startswith(start)), kind))
    if "xl/workbook.bin" in members:
        raise other_format(name, ".xlsb")
    if "Index/Document.iwa" in members:
        raise other_format(name, ".numbers")


class _Package:
    """The parts of a package, by the relations between them."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.names = {n.casefold(): n for n in archive.namelist()}

    def has(self, part: str) -> bool:
        """True where the package has a part; names of parts are alike in any case."""
        return part.casefold() in self.names

    def elements(self, part: str, *tags: str) -> Iterator[etree._Element]:
        """Yield the elements of these local names, each whole, and empty it then."""
        from lxml import etree

        with self.archive.open(self.names[part.casefold()]) as stream:
            wanted = [f"{{{namespace}}}{tag}" for namespace in NAMESPACES for tag in tags]
            first = True
            for _, element in etree.iterparse(stream, tag=wanted, resolve_entities=False, no_network=True):
                if first and element.getroottree().docinfo.doctype:
                    raise ValueError("DOCTYPE")
                first = False
                yield element
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]  # type: ignore[union-attr]

    def related(self, part: str) -> dict[str, tuple[str, str]]:
        """Return the relations of a part: by id, the last step of their type and the part that they lead to."""
        folder, stem = posixpath.split(part)
        relations = posixpath.join(folder, "_rels", f"{stem}.rels")
        found = {}
        for each in self.elements(relations, "Relationship") if self.has(relations) else ():
            if each.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, each.get("Target", ""))).lstrip("/")
                found[each.get("Id", "")] = (each.get("Type", "").rpartition("/")[2], target)
        return found


def _sheets(package: _Package, name: str, most: int) -> list[Table]:
    main = next((part for kind, part in package.related("").values() if kind == "officeDocument"), "xl/workbook.xml")
    related = package.related(main)
    parts = {kind: part for kind, part in related.values() if package.has(part)}
    epoch = datetime.date(1899, 12, 30)
    listed: list[tuple[str, bool, str]] = []
    for element in package.elements(main, "workbookPr", "sheet"):
        if _local(element) == "workbookPr" and _true(element.get("date1904")):
            epoch = datetime.date(1904, 1, 1)
        if _local(element) == "sheet":
            relation = next((v for k, v in element.items() if str(k).rpartition("}")[2] == "id" and "}" in str(k)), "")
            kind, part = related[str(relation)]
            if kind == "worksheet":
                title, state = element.get("name", ""), element.get("state", "visible")
                listed.append((_unescaped(title), state != "visible", part))
    if not listed:
        raise ValueError(main)
    texts = [_text(x) for x in package.elements(parts["sharedStrings"], "si")] if "sharedStrings" in parts else []
    styles = _styles(package, parts["styles"]) if "styles" in parts else []
    book = Book(texts, styles, epoch, most)
    return [
        _sheet(package, part, book, name)._replace(number=number, name=title, hidden=hidden)
        for number, (title, hidden, part) in enumerate(listed)
    ]


def _sheet(package: _Package, part: str, book: Book, name: str) -> Table:
    """The rows of a sheet. Its `dimension` is not looked at: programs write it wrong."""
    rows: dict[int, dict[int, Cell]] = {}
    hidden_rows: set[int] = set()
    hidden_columns: set[int] = set()
    merged: list[Merged] = []
    number = 0
    for element in package.elements(part, "row", "col", "mergeCell"):
        tag = _local(element)
        if tag == "col" and (_true(element.get("hidden")) or element.get("width") == "0"):
            hidden_columns.update(
                range(_index(element.get("min", "1")) - 1, min(_index(element.get("max", "1")), 16_384))
            )
        elif tag == "mergeCell":
            first, _, last = element.get("ref", "").partition(":")
            (top, left), (bottom, right) = _place(first), _place(last or first)
            merged.append(Merged(top, left, bottom, right))
        elif tag == "row":
            number = _index(element.get("r") or str(number + 1))
            cells = _cells(element, number, book)
            if cells and rows.setdefault(number, cells) is not cells:
                raise ValueError(f"row {number} twice")
            if _true(element.get("hidden")) or element.get("ht") == "0":
                hidden_rows.add(number)
            if len(rows) > book.most:
                raise CannotImport("too-large", name=name)
    table = Table(0, "", sorted(rows.items()), merged=tuple(merged), beside=tuple(_beside(package, part)))
    return table._replace(hidden_rows=frozenset(hidden_rows), hidden_columns=frozenset(hidden_columns))


def _beside(package: _Package, part: str) -> Iterator[tuple[int, int, str]]:
    """The comments of a sheet with their cells, and the texts of its drawings."""
    for kind, other in sorted(package.related(part).values()):
        if kind == "comments" and package.has(other):
            for element in package.elements(other, "comment"):
                row, column = _place(element.get("ref", ""))
                text = " ".join(_text(element).text.split())
                if text:
                    yield row, column, text
        elif kind == "drawing" and package.has(other):
            for element in package.elements(other, "txBody"):
                text = " ".join(" ".join(x.text or "" for x in element.iter("{*}t")).split())
                if text:
                    yield 0, 0, text


def _cells(row: etree._Element, number: int, book: Book) -> dict[int, Cell]:
    """The cells of a row that hold something, in the order of columns."""
    cells: dict[int, Cell] = {}
    at = -1
    for element in row.iterchildren("{*}c"):
        reference = element.get("r")
        line, at = _place(reference) if reference else (number, at + 1)
        if not len(element):  # a format alone
            continue
        if line != number or at in cells:
            raise ValueError(f"{reference} in row {number}")
        cell = _cell(element, book)
        if cell.text.strip():
            cells[at] = cell._replace(struck=cell.struck or _style_of(element, book).struck)
    return dict(sorted(cells.items()))


def _cell(element: etree._Element, book: Book) -> Cell:
    """The cell of an element; its text is empty where it shows nothing."""
    parts = {_local(child): child for child in element.iterchildren("{*}v", "{*}f", "{*}is")}
    kind = element.get("t", "n")
    value = parts["v"].text or "" if "v" in parts else ""
    if "f" in parts:
        shows_nothing = kind == "str" and "v" in parts and not value.strip()
        return Cell("" if shows_nothing else "=" + (parts["f"].text or value), "formula")
    if kind == "inlineStr":
        return _text(parts["is"]) if "is" in parts else Cell("")
    if kind == "s":
        return book.texts[_index(value)] if value.strip() else Cell("")
    if kind == "str":
        return Cell(_unescaped(value))
    if kind == "b":
        return Cell({"1": "true", "0": "false"}.get(value.strip(), value))
    if kind == "e":
        return Cell(value, "error")
    if kind == "d":
        return _iso(value.strip())
    return _number(value.strip(), _style_of(element, book), book.epoch)


def _style_of(cell: etree._Element, book: Book) -> Style:
    at = _index(cell.get("s") or "0")
    return book.styles[at] if at < len(book.styles) else Style("number")


### Texts


def _text(element: etree._Element) -> Cell:
    """The text of a shared or inline string: its runs, without the phonetic hints of East Asian texts."""
    texts = element.iter("{*}t")
    text = "".join(t.text or "" for t in texts if _local(t.getparent()) != "rPh")  # type: ignore[arg-type]
    return Cell(_unescaped(text), struck=_struck(element))


def _struck(element: etree._Element) -> bool:
    """True where a font of an element strikes through."""
    return any(x.get("val", "1") in ("1", "true", "on") for x in element.iter("{*}strike", "{*}dstrike"))


def _unescaped(text: str) -> str:
    """A text with its escaped characters as characters, and `\\n` line ends."""
    if "_x" in text:
        text = CHARACTER.sub(lambda m: chr(int(m[1], 16)), text)
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return re.sub("\r\n?", "\n", text)


### Numbers and dates


def _number(text: str, style: Style, epoch: datetime.date) -> Cell:
    """A number as its format shows it: a date, a percentage, or the decimal without noise."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return Cell(text)
    if not value.is_finite() or abs(value.adjusted()) > 100:
        return Cell(text)
    if style.shows == "percent":
        return Cell(f"{_plain(value * 100)} %", "percent")
    if style.shows in ("date", "time"):
        shown = _date(value, style.shows, epoch)
        if shown is not None:
            return shown
    number = _plain(value)
    if "." in number:
        return Cell(number, "number")
    return Cell(number.zfill(style.digits), "whole")


def _plain(value: Decimal) -> str:
    """A decimal in plain digits, without the noise of a binary fraction and without zeros at the end."""
    if len(value.as_tuple().digits) > DIGITS:
        short = value.quantize(Decimal(1).scaleb(value.adjusted() - DIGITS + 1))
        value = short if abs(short - value) < NOISE else value
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def _date(value: Decimal, shows: str, epoch: datetime.date) -> Cell | None:
    """The date and time of a serial number, or None for a number that is none."""
    if not 0 <= value < 2_958_466:
        return None
    days, fraction = divmod(value, 1)
    seconds = int((fraction * 86_400).to_integral_value())
    if shows == "time" and days == 0:
        return Cell(_clock(seconds))
    first = epoch.year == 1899
    if first and days in (0, 60):  # Excel shows them as 0 January and 29 February 1900, which were not
        return None
    day = epoch + datetime.timedelta(int(days) + (first and days < 60) + seconds // 86_400)
    seconds %= 86_400
    return Cell(f"{day.isoformat()}T{_clock(seconds)}", "moment") if seconds else Cell(day.isoformat(), "date")


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _iso(text: str) -> Cell:
    """A date of ISO 8601, as strict workbooks have it; midnight goes."""
    match = re.fullmatch(r"([0-9]{4}-[0-9][0-9]-[0-9][0-9])(?:T00:00(?::00(?:\.0+)?)?Z?)?", text)
    if match:
        return Cell(match[1], "date")
    return Cell(text, "moment" if re.match(r"[0-9]{4}-[0-9][0-9]-[0-9][0-9]T", text) else "text")


def _styles(package: _Package, part: str) -> list[Style]:
    """What the styles of cells show, by their number formats and fonts."""
    codes = dict(BUILT_IN)
    styles: list[Style] = []
    struck: list[bool] = []
    for element in package.elements(part, "numFmt", "fonts", "cellXfs"):
        if _local(element) == "fonts":
            struck = [_struck(font) for font in element.iterchildren("{*}font")]
        elif _local(element) == "numFmt":
            codes[int(element.get("numFmtId", "0"))] = _unescaped(element.get("formatCode", ""))
        else:
            for each in element.iterchildren("{*}xf"):
                style = _style(codes.get(int(each.get("numFmtId") or 0), "General"))
                font = _index(each.get("fontId") or "0")
                styles.append(style._replace(struck=font < len(struck) and struck[font]))
    return styles


def _style(code: str) -> Style:
    """What a number format shows, by its first section, without texts, colours and places."""
    code = re.sub(r'"[^"]*"|\\.|_.|\*.|\[(?!(?:h+|m+|s+)\])[^\]]*\]', "", code, flags=re.I).split(";")[0].casefold()
    if "%" in code:
        return Style("percent")
    if "general" not in code and re.search("[ymdhs]", code):
        return Style("date" if re.search("[yd]", code) or not re.search("[hs]", code) else "time")
    return Style("number", len(code) if re.fullmatch("0{2,}", code) else 0)


### XML


def _local(element: etree._Element) -> str:
    """The name of an element without its namespace, which is another one in strict workbooks."""
    return str(element.tag).rpartition("}")[2]


def _true(text: str | None) -> bool:
    return text in ("1", "true", "on")


def _index(text: str) -> int:
    """A number that counts from 0 or 1."""
    if not re.fullmatch(r"\s*[0-9]{1,9}\s*", text):
        raise ValueError(text)
    return int(text)


def _place(reference: str) -> tuple[int, int]:
    """Row from 1 and column from 0 of a reference such as `AB12`."""
    match = REFERENCE.fullmatch(reference)
    if match is None:
        raise ValueError(reference)
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column - 1
