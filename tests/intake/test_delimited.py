"""CSV as programs and people write it: separators, hints, blank lines, encodings and quotation marks."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hankelod.intake.documents.lines import CannotImport
from hankelod.intake.spreadsheets.cells import Cell, Table
from hankelod.intake.spreadsheets.delimited import read_csv

HEADER = ["id", "title.fi", "lead"]
ROW = ["laituri", "Laiturin; korjaus, osa |1", "rantakunta"]


def table(raw: bytes | str) -> Table:
    return read_csv(raw if isinstance(raw, bytes) else raw.encode(), "t", "t.csv")[0]


def texts(raw: bytes | str) -> list[list[str]]:
    return [[c.text for c in row.values()] for _, row in table(raw).rows]


def written(rows: list[list[str]], separator: str, end: str = "\r\n") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator=end).writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize("separator", list(",;\t|"))
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("before", ["", "\n", "\n\n\n", "  \n\t\n", ";;;\n", "\ufeff", "\ufeff\n"])
@pytest.mark.parametrize("hinted", [False, True])
def test_the_separator_is_that_of_the_hint_or_of_the_header(
    separator: str, end: str, before: str, hinted: bool
) -> None:
    if before == ";;;\n":
        before = separator * 3 + "\n"
    hint = f"sep={separator}{end}" if hinted else ""
    assert texts(before.replace("\n", end) + hint + written([HEADER, ROW], separator, end)) == [HEADER, ROW]


@pytest.mark.parametrize(
    "hint", ["sep=;", "SEP=;", '"sep=;"', "sep=;;;;", "sep=; ", "\ufeffsep=;", "\nsep=;", "sep=", "Sep=;\t"]
)
def test_a_hint_is_known_in_all_its_forms_and_rows_keep_their_numbers(hint: str) -> None:
    found = table(f"{hint}\nid;title.fi\nx-1;Yksi\n")
    assert [next(iter(row.values())).text for _, row in found.rows] == ["id", "x-1"]
    assert [number for number, _ in found.rows] == [2 + hint.count("\n"), 3 + hint.count("\n")]


def test_a_hint_counts_more_than_what_the_header_has() -> None:
    assert texts("sep=;\na,b,c;d\n1,5;2\n") == [["a,b,c", "d"], ["1,5", "2"]]
    assert texts("sep=\\t\na;b\tc\n") == [["a;b", "c"]]


@pytest.mark.parametrize("separator", list(",;\t|"))
def test_a_title_above_the_header_shows_no_separator(separator: str) -> None:
    assert texts("Hankkeet 2024\n\n" + written([HEADER, ROW], separator)) == [["Hankkeet 2024"], HEADER, ROW]


def test_separators_within_quotation_marks_of_the_header_do_not_count() -> None:
    assert texts('id;"a, b, c, d";"e\nf, g"\nx;y;z\n') == [["id", "a, b, c, d", "e\nf, g"], ["x", "y", "z"]]


def test_empty_cells_do_not_count_and_surplus_ones_stay() -> None:
    found = table("id;title.fi;;;\nx;Yksi;;;;ylimääräinen\n;;;;;\n  ; ;\n")
    assert found.rows == [
        (1, {0: Cell("id"), 1: Cell("title.fi")}),
        (2, {0: Cell("x"), 1: Cell("Yksi"), 5: Cell("ylimääräinen")}),
    ]


### Encodings


WORDS = st.text("aäöåÄÖÅé–€", min_size=1, max_size=8).map(lambda t: t + "x")


@settings(max_examples=60, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=6), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]))
def test_text_in_unicode_is_read_in_every_form_with_its_mark(words: list[str], encoding: str) -> None:
    assert texts("\n".join(["id", *words]).encode(encoding)) == [["id"], *([w] for w in words)]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le"])
def test_big_and_little_ends_are_told_apart_by_their_marks(encoding: str) -> None:
    assert texts("\ufeffid;ä\nx;ö\n".encode(encoding)) == [["id", "ä"], ["x", "ö"]]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(WORDS, st.sampled_from(["utf-8", "cp1252", "latin-1", "cp850", "iso8859-15", "mac-roman"])),
        min_size=1,
    )
)
def test_each_row_that_is_not_utf8_is_known_and_no_other_is_touched(rows: list[tuple[str, str]]) -> None:
    raw = b"id\n" + b"".join(word.encode(encoding, "replace") + b"\n" for word, encoding in rows)
    found = [row[0] for _, row in table(raw).rows[1:]]
    for cell, (word, encoding) in zip(found, rows, strict=True):
        line = word.encode(encoding, "replace")
        try:
            assert cell == Cell(line.decode())
        except UnicodeDecodeError:
            assert cell.kind == "garbled"


def test_a_byte_order_mark_within_a_file_is_no_part_of_a_cell() -> None:
    assert texts("id;t\n\ufeffx;y\n") == [["id", "t"], ["x", "y"]]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("id;ä\n".encode("utf-16-le"), "not-text"),
        (b"\xff\xfei\x00d\x00;", "broken"),
        (b"PK\x03\x04" + bytes(200), "not-text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(200), "other-spreadsheet"),
        (bytes(range(32)), "not-text"),
    ],
)
def test_what_is_no_text_is_refused(raw: bytes, code: str) -> None:
    with pytest.raises(CannotImport) as caught:
        table(raw)
    assert caught.value.code == code


### Cells


@pytest.mark.parametrize(
    "error",
    [
        "#N/A",
        "#REF!",
        "#DIV/0!",
        "#NAME?",
        "#PUUTTUU!",
        "#VIITTAUS!",
        "#JAKO/0!",
        "#ARVO!",
        "#SAKNAS!",
        "#VÄRDEFEL!",
        "#####",
    ],
)
def test_an_error_is_known_in_any_language_and_text_behind_an_apostrophe(error: str) -> None:
    assert texts(f"id\n{error}\n") == [["id"], [error]]
    assert table(f"id\n{error}\n").rows[1][1][0].kind == "error"
    assert table(f"id\n'{error}\n").rows[1][1][0] == Cell(error)


@pytest.mark.parametrize("text", ["#rantatalkoot", "# huomautus", "#1", "#", "##", "#Ilmasto2035!", "a #N/A"])
def test_a_text_with_a_hash_is_a_text(text: str) -> None:
    assert table(f"id\n{text}\n").rows[1][1][0] == Cell(text)


def test_rows_that_cannot_be_read_are_told_and_the_others_read() -> None:
    found = table('id;t\nx;"a"b\ny;c\nz;"auki\n')
    assert [(n, row[0].text) for n, row in found.rows] == [(1, "id"), (3, "y")]
    assert [n for n, _ in found.unread] == [2, 4]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe", b"sep=;\n", b"\n\n"]))
def test_any_bytes_are_read_or_refused(raw: bytes, before: bytes) -> None:
    try:
        for _, row in table(before + raw).rows:
            assert all(cell.text.strip() for cell in row.values())
    except CannotImport as refusal:
        assert refusal.code in ("not-text", "broken")


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.lists(st.text('aä";,\n|\t x1', min_size=1, max_size=6).filter(lambda t: t.strip()), min_size=2, max_size=4),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from(",;\t"),
)
def test_any_cells_come_out_as_they_were_put_in(rows: list[list[str]], separator: str) -> None:
    header = [f"h{n}" for n in range(4)]
    assert texts(written([header, *rows], separator)) == [header, *rows]


@pytest.mark.parametrize("title", ["Hankkeet, jotka saivat avustusta 2021, 2022", "Kunnat; alueet; muut", "Otsikko"])
@pytest.mark.parametrize("separator", list(";,\t|"))
def test_a_sentence_above_the_header_does_not_show_the_separator(title: str, separator: str) -> None:
    found = table(f"{title}\n\n" + written([HEADER, ROW], separator)).rows
    assert [[c.text for c in row.values()] for _, row in found[-2:]] == [HEADER, ROW]


@pytest.mark.parametrize("separator", list(";,\t|"))
@pytest.mark.parametrize("swallowed", [1, 3])
def test_rows_behind_an_open_quotation_mark_are_told(separator: str, swallowed: int) -> None:
    """Two rows with a mark each: what stands between them would become one cell."""
    more = ["y", "2022", "z"]
    rows = [["a", '"Majakka', *more], *[["b", "Pala", *more]] * swallowed, ["c", 'Pala"', *more], ["d", "e", *more]]
    read = table("\n".join(separator.join(row) for row in [[*HEADER, "start", "end"], *rows]) + "\n")
    assert read.unread == ((2, "unexpected end of data"),)
    assert [next(iter(row.values())).text for _, row in read.rows] == ["id", "d"]


def test_a_text_of_several_lines_is_no_open_quotation_mark() -> None:
    text = "Yksi; kaksi;\nkolme; neljä; viisi; kuusi; seitsemän;\nja loput"
    header = [*HEADER, "start", "end"]
    assert texts(written([header, ["x", text, "y", "z", "w"]], ";"))[1][1] == text


@pytest.mark.parametrize("end", ["\v", "\f"])
def test_a_line_end_of_a_database_within_a_cell_is_no_end_of_a_row(end: str) -> None:
    assert texts(f"id;title.fi;lead\nx;Yksi{end}kaksi;y\n")[1] == ["x", "Yksi\nkaksi", "y"]


def test_the_end_of_file_sign_of_dos_is_no_row() -> None:
    assert texts("id;lead\r\nx;y\r\n\x1a") == [["id", "lead"], ["x", "y"]]
