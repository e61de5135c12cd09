"""Workbooks as programs write them: what a cell holds, what is shown of it, and what is not a value."""

from __future__ import annotations

import datetime
import io
import zipfile
from decimal import Decimal
from xml.sax.saxutils import escape

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hankelod.intake.documents.lines import CannotImport
from hankelod.intake.spreadsheets.cells import Cell, Table
from hankelod.intake.spreadsheets.workbooks import read_xlsx

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = {
    MAIN: "http://purl.oclc.org/ooxml/spreadsheetml/main",
    OFFICE: "http://purl.oclc.org/ooxml/officeDocument/relationships",
}


def package(
    rows: str,
    before: str = "",
    after: str = "",
    formats: tuple[str, ...] = (),
    strings: str = "",
    strict: bool = False,
    properties: str = "",
    sheet: str = 'name="Hanke" sheetId="1"',
    part: str = "xl/worksheets/sheet1.xml",
    doctype: str = "",
) -> bytes:
    """A workbook of one sheet, of the XML of its rows; style n has the n-th of the number formats, from 1."""
    codes = "".join(
        f'<numFmt numFmtId="{200 + n}" formatCode="{escape(f, {chr(34): "&quot;"})}"/>'
        for n, f in enumerate(formats, 1)
    )
    styles = "".join(f'<xf numFmtId="{200 + n}"/>' for n in range(1, len(formats) + 1))
    members = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": _relations(rId1=("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{properties}'
        f'<sheets><sheet {sheet} r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations(
            rId1=("worksheet", "/" + part), rId2=("styles", "styles.xml"), rId3=("sharedStrings", "sharedStrings.xml")
        ),
        part: f'{doctype}<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts>{codes}</numFmts>'
        f'<cellXfs><xf numFmtId="0"/>{styles}</cellXfs></styleSheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{strings}</sst>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            for transitional, its in STRICT.items() if strict else ():
                text = text.replace(transitional, its)
            archive.writestr(name, text)
    return out.getvalue()


def _relations(**relations: tuple[str, str]) -> str:
    each = "".join(
        f'<Relationship Id="{id}" Type="{OFFICE}/{kind}" Target="{to}"/>' for id, (kind, to) in relations.items()
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{each}</Relationships>'


def table(rows: str, **rest: object) -> Table:
    return read_xlsx(package(rows, **rest), "t.xlsx")[0]  # type: ignore[arg-type]


def cell(xml: str, **rest: object) -> Cell:
    """The cell of one element, or an empty one."""
    rows = table(f'<row r="1">{xml}</row>', **rest).rows
    return rows[0][1][0] if rows else Cell("")


def texts(raw: bytes) -> list[list[str]]:
    return [[c.text for c in row.values()] for _, row in read_xlsx(raw, "t.xlsx")[0].rows]


### Texts


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("yksi_x000D_\nkaksi", "yksi\nkaksi"),
        ("yksi_x000d__x000a_kaksi", "yksi\nkaksi"),
        ("_x0041_", "A"),
        ("_x005F_x000D_", "_x000D_"),
        ("_x00E4__x00F6_", "äö"),
        ("_xD83D__xDE00_", "\U0001f600"),
        ("_xD83D_", "\ufffd"),
        ("_x12_ _xZZZZ_ a_x", "_x12_ _xZZZZ_ a_x"),
    ],
)
@pytest.mark.parametrize("way", ["inline", "shared", "value", "run"])
def test_escaped_characters_are_characters(written: str, text: str, way: str) -> None:
    if way == "inline":
        found = cell(f'<c t="inlineStr"><is><t>{written}</t></is></c>')
    elif way == "value":
        found = cell(f'<c t="str"><v>{written}</v></c>')
    else:
        inner = f"<t>{written}</t>" if way == "shared" else f"<r><t>{written}</t></r><rPh><t>x</t></rPh>"
        found = cell('<c t="s"><v>0</v></c>', strings=f"<si>{inner}</si>")
    assert found == Cell(text)


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1).filter(str.strip))
def test_any_text_comes_out_of_what_another_program_writes(text: str) -> None:
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        book.add_worksheet().write_string(0, 0, text)
    assert texts(out.getvalue()) == [[text]]


def test_phonetic_hints_are_no_part_of_a_text_and_runs_are() -> None:
    strings = (
        "<si><r><t>Satama</t></r><r><t xml:space='preserve'> ja ranta</t></r><rPh sb='0' eb='1'><t>x</t></rPh></si>"
    )
    assert cell('<c t="s"><v>0</v></c>', strings=strings) == Cell("Satama ja ranta")


@pytest.mark.parametrize(
    ("mark", "struck"),
    [("<strike/>", True), ('<strike val="1"/>', True), ('<strike val="0"/>', False), ("<b/>", False)],
)
def test_a_text_is_struck_through_in_part_or_as_a_whole(mark: str, struck: bool) -> None:
    runs = f"<r><rPr>{mark}</rPr><t>Vanha</t></r><r><t>Uusi</t></r>"
    assert cell('<c t="s"><v>0</v></c>', strings=f"<si>{runs}</si>") == Cell("VanhaUusi", struck=struck)
    assert cell(f'<c t="inlineStr"><is>{runs}</is></c>') == Cell("VanhaUusi", struck=struck)


### Numbers


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("5000", "5000"),
        ("12345678901.25", "12345678901.25"),
        ("123456789012345", "123456789012345"),
        ("1234567890123456", "1234567890123456"),
        ("12345678901234.56", "12345678901234.56"),
        ("0.1", "0.1"),
        ("0.30000000000000004", "0.3"),
        ("99.899999999999991", "99.9"),
        ("1234.5599999999999", "1234.56"),
        ("65200.099999999999", "65200.1"),
        ("-0", "0"),
        ("-12.50", "-12.5"),
        ("1.2E+6", "1200000"),
        ("6.5e4", "65000"),
        ("2.5E-3", "0.0025"),
        ("1E+999999999", "1E+999999999"),
        ("NaN", "NaN"),
    ],
)
def test_a_number_has_the_digits_that_the_file_has_without_noise(written: str, text: str) -> None:
    assert cell(f"<c><v>{written}</v></c>").text == text


@settings(max_examples=200, deadline=None)
@given(st.decimals(-(10**12), 10**12, places=2))
def test_any_amount_keeps_its_cents(amount: Decimal) -> None:
    for written in (repr(float(amount)), format(float(amount), ".17g")):
        found = cell(f"<c><v>{written}</v></c>").text
        assert Decimal(found) == amount and "E" not in found


def test_a_number_shown_with_zeros_before_it_has_them() -> None:
    assert cell('<c s="1"><v>20</v></c>', formats=("000",)) == Cell("020", "whole")
    assert cell('<c s="1"><v>1020</v></c>', formats=("000",)) == Cell("1020", "whole")
    assert cell('<c s="1"><v>20</v></c>', formats=("0",)) == Cell("20", "whole")


@pytest.mark.parametrize("form", ["0%", "0.00%", "0 %", '0.0" "%', "0%;[Red]-0%"])
def test_a_percentage_is_no_number(form: str) -> None:
    assert cell('<c s="1"><v>0.125</v></c>', formats=(form,)) == Cell("12.5 %", "percent")


@pytest.mark.parametrize(
    "form", ["General", '#,##0.00 "€"', "#,##0\\ [$€-40B]", '0.0 "m"', "[Red]0.00", "0.00_h", "0.00E+00"]
)
def test_other_formats_show_numbers(form: str) -> None:
    assert cell('<c s="1"><v>44621</v></c>', formats=(form,)) == Cell("44621", "whole")


### Dates


@settings(max_examples=100, deadline=None)
@given(st.dates(datetime.date(1904, 1, 2), datetime.date(2100, 12, 31)), st.booleans())
def test_any_date_is_read_in_either_system(date: datetime.date, since_1904: bool) -> None:
    first = datetime.date(1904, 1, 1) if since_1904 else datetime.date(1899, 12, 30)
    properties = '<workbookPr date1904="1"/>' if since_1904 else "<workbookPr/>"
    for form in ("d.m.yyyy", "[$-40B]mmmm yyyy", "yyyy\\-mm\\-dd;@"):
        found = cell(f'<c s="1"><v>{(date - first).days}</v></c>', formats=(form,), properties=properties)
        assert found == Cell(date.isoformat(), "date")


@pytest.mark.parametrize(
    ("serial", "form", "found"),
    [
        ("1", "d.m.yyyy", Cell("1900-01-01", "date")),
        ("59", "d.m.yyyy", Cell("1900-02-28", "date")),
        ("60", "d.m.yyyy", Cell("60", "whole")),
        ("61", "d.m.yyyy", Cell("1900-03-01", "date")),
        ("0", "d.m.yyyy", Cell("0", "whole")),
        ("-1", "d.m.yyyy", Cell("-1", "whole")),
        ("44621.5", "d.m.yyyy h:mm", Cell("2022-03-01T12:00:00", "moment")),
        ("44621.999999999", "d.m.yyyy h:mm", Cell("2022-03-02", "date")),
        ("0.5", "h:mm", Cell("12:00:00")),
        ("1.5", "[h]:mm", Cell("1900-01-01T12:00:00", "moment")),
        ("44621", '"vuosi" 0', Cell("44621", "whole")),
    ],
)
def test_serial_numbers_at_their_edges(serial: str, form: str, found: Cell) -> None:
    assert cell(f'<c s="1"><v>{serial}</v></c>', formats=(form,)) == found


def test_dates_of_iso_8601() -> None:
    assert cell('<c t="d"><v>2022-03-01</v></c>') == Cell("2022-03-01", "date")
    assert cell('<c t="d"><v>2022-03-01T00:00:00Z</v></c>') == Cell("2022-03-01", "date")
    assert cell('<c t="d"><v>2022-03-01T10:30:00</v></c>') == Cell("2022-03-01T10:30:00", "moment")


### What is no value


@pytest.mark.parametrize(
    "xml",
    [
        "<c><f>A2*2</f><v>4</v></c>",
        "<c><f>A2*2</f></c>",
        '<c><f t="shared" si="0"/><v>4</v></c>',
        '<c><f t="array" ref="A1:A2">SUM(B1)</f><v>4</v></c>',
        '<c t="str"><f>A2</f><v>teksti</v></c>',
        '<c t="e"><f>A2</f><v>#REF!</v></c>',
    ],
)
def test_a_formula_is_one_with_or_without_the_value_that_it_had(xml: str) -> None:
    found = cell(xml)
    assert found.kind == "formula" and found.text.startswith("=")


def test_a_formula_that_shows_nothing_is_an_empty_cell() -> None:
    assert table('<row r="1"><c t="str"><f>IF(B1="","",B1)</f><v></v></c></row>').rows == []


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!"])
def test_an_error_is_no_text(error: str) -> None:
    assert cell(f'<c t="e"><v>{error}</v></c>') == Cell(error, "error")


def test_booleans_are_words() -> None:
    assert [cell(f'<c t="b"><v>{v}</v></c>').text for v in "10"] == ["true", "false"]


### Sheets


@pytest.mark.parametrize("dimension", ["A1", "A1:B2", "A1:XFD1048576", "B7:C9", "x"])
def test_the_dimension_of_a_sheet_means_nothing(dimension: str) -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="K{n}"><v>{n}</v></c></row>' for n in range(1, 31))
    found = table(rows, before=f'<dimension ref="{dimension}"/>').rows
    assert [(n, list(row)) for n, row in found] == [(n, [0, 10]) for n in range(1, 31)]


def test_cells_and_rows_without_a_reference_follow_one_another() -> None:
    found = table("<row><c><v>1</v></c><c/><c><v>3</v></c></row><row><c r='B2'><v>4</v></c><c><v>5</v></c></row>").rows
    assert [(n, {at: c.text for at, c in row.items()}) for n, row in found] == [
        (1, {0: "1", 2: "3"}),
        (2, {1: "4", 2: "5"}),
    ]


def test_rows_and_columns_formatted_without_a_value_do_not_count() -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row>' + "".join(
        f'<row r="{n}"><c r="J{n}" s="1"/><c r="K{n}" t="inlineStr"><is><t> \u00a0</t></is></c></row>'
        for n in range(2, 60_000)
    )
    assert len(table(rows, formats=("0",)).rows) == 1


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.lists(st.text("aäö1 ", min_size=1).filter(str.strip), min_size=1, max_size=4), min_size=1, max_size=5)
)
def test_a_strict_workbook_is_read_as_any_other(rows: list[list[str]]) -> None:
    xml = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t xml:space="preserve">{t}</t></is></c>' for t in row) + "</row>"
        for row in rows
    )
    assert texts(package(xml)) == texts(package(xml, strict=True)) == rows


def test_parts_are_found_by_their_relations_whatever_their_names() -> None:
    assert texts(package("<row><c><v>1</v></c></row>", part="elsewhere/Sheet.XML")) == [["1"]]


def test_what_is_hidden_or_merged_is_known() -> None:
    found = table(
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="2" hidden="1"><c r="A2"><v>1</v></c></row>',
        before='<cols><col min="2" max="3" hidden="1"/></cols>',
        after='<mergeCells><mergeCell ref="A1:B2"/></mergeCells>',
        sheet='name="Hanke_x0020_1" sheetId="1" state="veryHidden"',
    )
    assert (found.name, found.hidden, found.hidden_rows, found.hidden_columns) == ("Hanke 1", True, {2}, {1, 2})
    assert found.merged == ((1, 0, 2, 1),)


def test_a_chart_alone_on_a_sheet_is_no_table() -> None:
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = 1
    book.create_chartsheet("Kaavio")
    out = io.BytesIO()
    book.save(out)
    assert [t.name for t in read_xlsx(out.getvalue(), "t.xlsx")] == ["Sheet"]


### What cannot be read


def archive(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in members.items():
            file.writestr(name.replace("__", "/").replace("_", "."), content)
    return out.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (OLE, "other-spreadsheet"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (archive(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "other-spreadsheet"),
        (archive(xl__workbook_bin=b"x"), "other-spreadsheet"),
        (archive(Index__Document_iwa=b"x"), "other-spreadsheet"),
        (archive(readme_txt=b"x"), "broken"),
        (b"id;title.fi\n", "broken"),
        (b"<html><table></table></html>", "broken"),
        (b"", "broken"),
        (package("<row r='1'><c r='A2'><v>1</v></c></row>"), "broken"),
        (package("<row r='1'><c r='A1'><v>1</v></c><c r='A1'><v>2</v></c></row>"), "broken"),
        (package("<row r='1'><c r='A1'><v>1</v></c></row>" * 2), "broken"),
        (package("<row r='1'><c r='A1' t='s'><v>7</v></c></row>"), "broken"),
        (package("<row r='x'/>"), "broken"),
        (package("<row><c></row>"), "broken"),
        (package("<row/>", part="xl/Sheet.XML", doctype="<!DOCTYPE x>"), "xml-entities"),
        (package("<row><c><v>1</v></c></row>", part="xl/sheet.dat", doctype="<!DOCTYPE x>"), "broken"),
    ],
)
def test_what_is_no_workbook_is_refused(raw: bytes, code: str) -> None:
    with pytest.raises(CannotImport) as caught:
        read_xlsx(raw, "t.xlsx")
    assert caught.value.code == code
    assert all("t.xlsx" in caught.value.text(lang) for lang in ("fi", "sv", "en"))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_workbook_is_read_or_refused(data: st.DataObject) -> None:
    sheet = (
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" s="1"><v>44621</v></c><c r="C1"><f>A1</f></c></row>'
        '<row r="2"><c t="d"><v>2022-03-01</v></c><c t="inlineStr"><is><t>_x000D_</t></is></c></row>'
    )
    at = data.draw(st.integers(0, len(sheet)))
    to = data.draw(st.integers(at, min(len(sheet), at + 12)))
    put = data.draw(st.sampled_from(["", "9" * 30, "-1", "&amp;", "<", "\u0000", "A0", "XFE1", '"', "1e400", "é"]))
    try:
        read_xlsx(package(sheet[:at] + put + sheet[to:], formats=("d.m.yyyy",), strings="<si><t>x</t></si>"), "t.xlsx")
    except CannotImport as refusal:
        assert refusal.code in ("broken", "too-large")
