"""Spreadsheets as people fill them in: what is read, what is told, and that all of it is told at once."""

from __future__ import annotations

import csv
import datetime
import io
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hankelod.cli.parser import main
from hankelod.intake import importing
from hankelod.intake.documents.lines import CannotImport
from hankelod.intake.spreadsheets import grid, reading
from hankelod.intake.spreadsheets.cells import letters
from hankelod.messages.languages import LANGUAGES
from hankelod.model import amounts
from hankelod.records.dataset import Dataset
from support.folders import ROOT

DATASET = Dataset(ROOT)
PROJECT = DATASET.model.by_name("Project")

GOOD: dict[str, Any] = {
    "id": "vihrea-salo",
    "title.fi": "Vihreä Salo",
    "lead": "turun-kaupunki",
    "municipalities": "734",
    "start": "2021-05",
    "end": "2022-11",
    "totalCost": "50000",
    "source": "https://ym.fi/x",
    "grants.1.programme": "kuntien-ilmastoratkaisut",
    "grants.1.amount": "35000",
}

ORGANISATION: dict[str, Any] = {"id": "", "name.sv": "Skärgårdens hamn", "kind": "company"}


def read(folder: Path, raw: bytes, name: str) -> importing.Import:
    path = folder / name
    path.write_bytes(raw)
    return reading.read(
        path, name, importing.Target(folder / "out", DATASET, DATASET.model, DATASET.config), "en", False
    )


def as_csv(*rows: dict[str, Any], separator: str = ";") -> bytes:
    keys = list(dict.fromkeys(k for r in rows for k in r))
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows([keys, *([r.get(k, "") for k in keys] for r in rows)])
    return out.getvalue().encode()


def book(**sheets: list[dict[str, Any]]) -> openpyxl.Workbook:
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for name, rows in sheets.items():
        page = made.create_sheet(name)
        keys = list(dict.fromkeys(k for r in rows for k in r))
        page.append(keys)
        for row in rows:
            page.append([row.get(k) for k in keys])
    return made


def saved(made: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def told(done: importing.Import) -> list[tuple[str, str]]:
    """Where and what: the cells and codes of the problems, in their order."""
    return [(p.file.rpartition("!")[2], p.code) for p in done.problems]


def only(done: importing.Import) -> dict[str, Any]:
    assert done.problems == ()
    (file,) = done.files
    return file.draft.values


### Headers


def spoiled(text: str) -> st.SearchStrategy[str]:
    """A header as people and programs wrap it: white space of any kind, invisible characters, case, a colon."""
    spaces = st.sampled_from([" ", "\n", "\r\n", "\u00a0", "\t", " \n ", "\u2009", "\u202f", "  "])
    words = text.split(" ")
    middle = st.lists(spaces, min_size=len(words) - 1, max_size=len(words) - 1)
    ends = st.sampled_from(["", " ", "\u00a0", "\u200b", "\ufeff", "\n"])
    case = st.sampled_from([str, str.upper, str.casefold])

    def join(gaps: list[str], before: str, after: str, colon: str, change: Any) -> str:
        joined = words[0] + "".join(gap + word for gap, word in zip(gaps, words[1:], strict=True))
        return before + change(joined) + colon + after

    return st.builds(join, middle, ends, ends, st.sampled_from(["", ":", " *", "*"]), case)


COLUMNS = [(sheet, column) for sheet in grid.sheets(DATASET.model) for column in grid.columns(sheet, DATASET.model)]


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_header_is_known_however_it_is_wrapped(data: st.DataObject) -> None:
    sheet, column = data.draw(st.sampled_from(COLUMNS))
    lang = data.draw(st.sampled_from(LANGUAGES))
    header = data.draw(st.sampled_from([grid.header(column, lang), grid.dotted(column.path)]))
    found = grid.known_columns(sheet, DATASET.model)(data.draw(spoiled(header)))
    assert found is not None and found.path == column.path


@pytest.mark.parametrize("cut", ["-\n", "\u00ad\n", "\u00ad", "\n", "- \n", "\u2010\n", "\u200b"])
def test_a_word_of_a_header_that_is_cut_is_known(cut: str) -> None:
    cost = PROJECT.field("totalCost")
    assert cost is not None
    known = grid.known_columns(grid.sheets(DATASET.model)[0], DATASET.model)
    word = cost.label["fi"]
    for at in range(3, len(word) - 2):
        found = known(word[:at] + cut + word[at:])
        assert found is not None and found.path == ("totalCost",)


@pytest.mark.parametrize("second", ["[totalCost]", "kokonaissumma", "total cost", "TOTAL\u00a0COST *", "totalCost"])
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_two_columns_of_one_field_are_told_with_both_places(second: str, suffix: str, tmp_path: Path) -> None:
    header = [*GOOD, second]
    rows = [header, [*GOOD.values(), "90000"]]
    if suffix == ".csv":
        raw = "\n".join('"' + '";"'.join(row) + '"' for row in rows).encode()
    else:
        made = openpyxl.Workbook()
        for row in rows:
            made.worksheets[0].append(row)
        raw = saved(made)
    done = read(tmp_path, raw, f"t{suffix}")
    assert ("K1", "sheet-duplicate-column") in told(done) and done.files == ()
    problem = next(p for p in done.problems if p.code == "sheet-duplicate-column")
    assert all("!G1" in problem.message[lang] for lang in LANGUAGES)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_every_value_without_a_header_is_told(suffix: str, tmp_path: Path) -> None:
    made = book(hanke=[GOOD, {**GOOD, "id": "toinen"}])
    made["hanke"]["K2"], made["hanke"]["M3"], made["hanke"]["AB3"] = "huom", "ks. liite", 5
    raw = saved(made)
    if suffix == ".csv":
        out = io.StringIO()
        csv.writer(out).writerows(made["hanke"].iter_rows(values_only=True))
        raw = out.getvalue().encode()
    done = read(tmp_path, raw, f"t{suffix}")
    assert told(done) == [(at, "sheet-no-header") for at in ("K2", "M3", "AB3")]


@pytest.mark.parametrize("above", [1, 3, 12])
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_rows_above_the_header_are_told_and_those_below_read(above: int, suffix: str, tmp_path: Path) -> None:
    rows = [*([["", f"Hankkeet {n}"] for n in range(above)]), list(GOOD), list(GOOD.values())]
    made = openpyxl.Workbook()
    out = io.StringIO()
    for row in rows:
        made.worksheets[0].append(row)
        csv.writer(out, delimiter=";").writerow(row)
    done = read(tmp_path, saved(made) if suffix == ".xlsx" else out.getvalue().encode(), f"t{suffix}")
    assert told(done) == [(f"B{n + 1}", "sheet-above-header") for n in range(above)]
    assert [f.draft.id for f in done.files] == ["vihrea-salo"]


def test_a_header_of_which_nothing_is_known_is_told_alone(tmp_path: Path) -> None:
    assert told(read(tmp_path, b"foo;bar\n1;2\n3;4\n", "t.csv")) == [
        ("A1", "sheet-unknown-column"),
        ("B1", "sheet-unknown-column"),
    ]


### Rows


@pytest.mark.parametrize("title", ["#rantatalkoot", "# Ilmasto", "#1"])
@pytest.mark.parametrize("first", ["id", "title.fi"])
def test_a_row_whose_title_begins_with_a_hash_is_a_record(title: str, first: str, tmp_path: Path) -> None:
    row = {**GOOD, "title.fi": title}
    ordered = {first: row[first], **row}
    assert only(read(tmp_path, as_csv(ordered), "t.csv"))["title"] == {"fi": title}
    nameless = as_csv({**ordered, "id": ""})
    assert read(tmp_path, nameless, "t.csv").problems == ()


def test_a_row_whose_id_begins_with_a_hash_is_a_remark(tmp_path: Path) -> None:
    done = read(tmp_path, as_csv({"id": "# esimerkki", "title.fi": "=1"}, GOOD, {"id": "  #"}), "t.csv")
    assert only(done)["title"] == {"fi": "Vihreä Salo"}


@pytest.mark.parametrize("error", ["#REF!", "#VIITTAUS!", "#N/A"])
def test_an_error_that_is_text_in_the_first_column_is_no_remark(error: str, tmp_path: Path) -> None:
    made = book(hanke=[GOOD, {**GOOD, "id": error}])
    made["hanke"]["A3"].data_type = "s"
    done = read(tmp_path, saved(made), "t.xlsx")
    assert told(done) == [("A3", "bad-id")] and done.files == ()


def test_what_stands_beside_the_cells_is_told(tmp_path: Path) -> None:
    import xlsxwriter

    out = io.BytesIO()
    made = xlsxwriter.Workbook(out)
    page = made.add_worksheet("hanke")
    page.write_row(0, 0, list(GOOD))
    page.write_row(1, 0, list(GOOD.values()))
    page.write_comment("A1", "Ohje")
    page.write_comment("B2", "Summa on väärin!", {"author": "Matti"})
    page.insert_textbox(5, 1, "Kaksi hanketta puuttuu")
    made.close()
    done = read(tmp_path, out.getvalue(), "t.xlsx")
    assert told(done) == [("A1", "sheet-beside"), ("B2", "sheet-beside")]
    assert [p.value for p in done.problems] == ["Kaksi hanketta puuttuu", "Summa on väärin!"]
    assert {p.severity for p in done.problems} == {"warning"} and len(done.files) == 1


ERRORS = ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?"]


@pytest.mark.parametrize(
    ("error", "key"), list(zip(ERRORS, ["id", "title.fi", "totalCost", "lead", "grants.1.amount"], strict=True))
)
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_an_error_value_is_told_at_its_cell_and_nothing_follows_from_it(
    error: str, key: str, suffix: str, tmp_path: Path
) -> None:
    row = {**GOOD, key: error}
    raw = as_csv(row) if suffix == ".csv" else saved(book(hanke=[row]))
    at = "ABCDEFGHIJ"[list(GOOD).index(key)]
    assert told(read(tmp_path, raw, f"t{suffix}")) == [(f"{at}2", "sheet-error")]


def test_all_faults_of_all_sheets_are_told_in_the_order_of_cells(tmp_path: Path) -> None:
    rows = [{**GOOD, "id": f"hanke-{n}"} for n in range(2, 13)]
    rows[8]["title.fi"] = "=1+1"  # row 10
    rows[0]["totalCost"] = "paljon"
    rows[1]["id"] = "Väärä Id"
    rows[1]["lead"] = "joku-muu"
    rows[2]["id"] = rows[3]["id"]
    rows[3]["end"] = "2020-01"
    rows[4]["#"] = ""
    extra = {"record": "ei-ole", "programme": "kuntien-ilmastoratkaisut", "amount": "paljon"}
    made = book(hanke=rows, muistio=[{"a": 1}], avustus=[{**extra, "record": "hanke-9", "amount": "x"}, extra])
    page = made["hanke"]
    page["Z4"], page["AA4"] = "a", "b"
    done = read(tmp_path, saved(made), "t.xlsx")
    places = [(re.sub(r".*, ", "", p.file), p.code) for p in done.problems]
    assert places == [
        ("hanke!K1", "sheet-unknown-column"),
        ("hanke!G2", "Project-totalCost"),
        ("hanke!A3", "bad-id"),
        ("hanke!C3", "unknown-reference"),
        ("hanke!Z4", "sheet-no-header"),
        ("hanke!AA4", "sheet-no-header"),
        ("hanke!A5", "duplicate-id"),
        ("hanke!F5", "Project-end-order"),
        ("hanke!B10", "sheet-formula"),
        ("muistio!A1", "sheet-unknown"),
        ("avustus!C2", "Grant-amount"),
        ("avustus!A3", "sheet-no-record"),
        ("avustus!C3", "Grant-amount"),
    ]
    assert done.files == ()


@settings(max_examples=15, deadline=None)
@given(
    st.sets(st.tuples(st.integers(2, 30), st.sampled_from(["B", "G", "Z", "AA", "AZ", "BA"])), min_size=1, max_size=12)
)
def test_cells_are_told_in_their_order(tmp_path_factory: pytest.TempPathFactory, cells: set[tuple[int, str]]) -> None:
    made = book(hanke=[{**GOOD, "id": f"hanke-{n}"} for n in range(2, 31)])
    for row, column in cells:
        made["hanke"][f"{column}{row}"] = "=1+1"
    done = read(tmp_path_factory.mktemp("order"), saved(made), "t.xlsx")
    expected = sorted(cells, key=lambda c: (c[0], len(c[1]), c[1]))
    assert [at for at, _ in told(done)] == [f"{column}{row}" for row, column in expected]


### Numbers


SPACES = [" ", "\u00a0", "\u2009", "\u202f", "\u2007", "\u2002", "'", "\u2019"]


@settings(max_examples=150, deadline=None)
@given(
    st.integers(1000, 10**9),
    st.sampled_from(SPACES),
    st.sampled_from(["", ",5", ".25", ",00"]),
    st.sampled_from(["", " €"]),
)
def test_thousands_between_spaces_of_any_kind_are_read(number: int, space: str, decimals: str, sign: str) -> None:
    written = f"{number:,}".replace(",", space) + decimals + sign
    found = amounts.number(written) or amounts.money(written)
    assert found is not None and float(found) == float(f"{number}{decimals.replace(',', '.')}")


@pytest.mark.parametrize("text", ["1.200", "1,200", "12.345", "999,999", "-1.200", "1.000", "\u22121,200"])
def test_a_number_of_two_readings_is_told(text: str, tmp_path: Path) -> None:
    row = {**GOOD, "observations.1.measure": "events", "observations.1.value": text}
    assert told(read(tmp_path, as_csv(row), "t.csv")) == [("L2", "sheet-ambiguous")]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1200", "1200"),
        ("1.200.000", "1200000"),
        ("1,200,000", "1200000"),
        ("1.200,5", "1200.5"),
        ("1,200.5", "1200.5"),
        ("1 200", "1200"),
        ("0,125", "0.125"),
        ("0.125", "0.125"),
        ("1.2", "1.2"),
        ("1,2000", "1.2000"),
        ("1200.125", "1200.125"),
        ("\u22125,5", "-5.5"),
    ],
)
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_number_of_one_reading_is_read(text: str, value: str, suffix: str, tmp_path: Path) -> None:
    row = {**GOOD, "observations.1.measure": "events", "observations.1.value": text}
    raw = as_csv(row) if suffix == ".csv" else saved(book(hanke=[row]))
    assert only(read(tmp_path, raw, f"t{suffix}"))["observations"][0]["value"] == value


def test_a_dot_before_three_digits_of_money_parts_thousands(tmp_path: Path) -> None:
    assert only(read(tmp_path, as_csv({**GOOD, "totalCost": "65.200"}), "t.csv"))["totalCost"] == "65200"
    assert told(read(tmp_path, as_csv({**GOOD, "totalCost": "65,200"}), "t.csv")) == [("G2", "sheet-ambiguous")]


@pytest.mark.parametrize("text", ["12 34", "1 2345", "1.2.3", "1.200 000", "50 %", "5 milj.", "1e5", "k. 500"])
def test_what_is_no_number_is_told(text: str, tmp_path: Path) -> None:
    done = read(tmp_path, as_csv({**GOOD, "totalCost": text}), "t.csv")
    assert told(done) == [("G2", "Project-totalCost")]


def test_a_percentage_and_a_large_amount(tmp_path: Path) -> None:
    made = book(hanke=[{**GOOD, "totalCost": 12345678901.25}])
    assert only(read(tmp_path, saved(made), "t.xlsx"))["totalCost"] == "12345678901.25"
    made["hanke"]["G2"] = 0.5
    made["hanke"]["G2"].number_format = "0 %"
    assert told(read(tmp_path, saved(made), "t.xlsx")) == [("G2", "sheet-percent")]


### Dates


@pytest.mark.parametrize("day", [1, 2, 15, 31])
def test_a_date_is_one_on_any_day_and_a_month_on_its_first(day: int, tmp_path: Path) -> None:
    date = datetime.date(2022, 3, day)
    done = read(tmp_path, saved(book(hanke=[{**GOOD, "start": date, "end": "2022-12"}])), "t.xlsx")
    if day == 1:
        assert only(done)["start"] == "2022-03"
    else:
        assert told(done) == [("E2", "Project-start")]


@settings(max_examples=60, deadline=None)
@given(st.dates(datetime.date(1990, 1, 1), datetime.date(2060, 12, 31)))
def test_a_date_is_cut_for_months_and_years_only_and_only_where_nothing_is_lost(date: datetime.date) -> None:
    from hankelod.intake.spreadsheets.cells import Cell

    kinds = {f.kind.name: f for c in DATASET.model.classes.values() for f in c.fields if not f.many}
    lookup = grid.Lookup(None, DATASET.model, lambda cls, id: False)  # type: ignore[arg-type]
    for kind, whole in {
        "date": True,
        "text": True,
        "month": date.day != 1,
        "year": date.timetuple().tm_yday != 1,
    }.items():
        column = grid.Column((kinds[kind].key,), kinds[kind], None)
        value = grid.node(Cell(date.isoformat(), "date"), column, 1, 1, lookup).value
        assert value == (date.isoformat() if whole else date.isoformat()[: 7 if kind == "month" else 4])


### Ids


@pytest.mark.parametrize(
    ("titles", "id"),
    [
        ({"title.sv": "Bryggan repareras"}, "bryggan-repareras"),
        ({"title.sv": "Grönt Åland", "title.en": "Green Åland"}, "gront-aland"),
        ({"title.fi": "Čáhppes Ærøskøbing Łódź", "title.sv": "B"}, "cahppes-aeroskobing-lodz"),
        ({"title.fi": "Проект", "title.sv": "Projekt"}, "projekt"),
        ({"title.en": "Only English", "title.fi": "Vain suomi"}, "vain-suomi"),
    ],
)
def test_an_id_is_made_of_the_first_title_that_has_one(titles: dict[str, str], id: str, tmp_path: Path) -> None:
    row = {k: v for k, v in GOOD.items() if k != "title.fi"} | {"id": ""} | titles
    done = read(tmp_path, as_csv(row), "t.csv")
    assert [f.draft.id for f in done.files] == [id]


@pytest.mark.parametrize(
    "titles", [{"title.fi": "Проект 2"}, {"title.fi": "???"}, {"title.fi": ""}, {"summary.fi": "Vain teksti"}]
)
def test_a_row_of_which_no_id_can_be_made_is_told_what_is_missing(titles: dict[str, str], tmp_path: Path) -> None:
    row = {k: v for k, v in GOOD.items() if k != "title.fi"} | {"id": ""} | titles
    done = read(tmp_path, as_csv(row), "t.csv")
    problem = next(p for p in done.problems if p.code == "sheet-no-id")
    assert problem.file == "t.csv!A2" and all(problem.fix[lang] for lang in LANGUAGES)


def test_a_made_id_can_be_referred_to_and_is_not_given_twice(tmp_path: Path) -> None:
    made = book(organisation=[ORGANISATION], hanke=[{**GOOD, "partners": "skargardens-hamn"}])
    done = read(tmp_path, saved(made), "t.xlsx")
    assert [f.draft.id for f in done.files] == ["skargardens-hamn", "vihrea-salo"]
    done = read(tmp_path, as_csv({**GOOD, "id": ""}, {**GOOD, "id": "", "title.fi": "VIHREÄ SALO"}), "t.csv")
    assert ("A3", "duplicate-id") in told(done)


### What is not seen, and what seems to be there


def test_what_is_hidden_is_read_and_told(tmp_path: Path) -> None:
    made = book(hanke=[GOOD, {**GOOD, "id": "toinen"}], organisaatio=[ORGANISATION])
    made["hanke"].row_dimensions[3].hidden = True
    made["hanke"].column_dimensions["G"].hidden = True
    made["hanke"].column_dimensions["R"].hidden = True
    done = read(tmp_path, saved(made), "t.xlsx")
    assert [(at, code) for at, code in told(done) if "hidden" in code] == [
        ("G1", "sheet-hidden-column"),
        ("A3", "sheet-hidden-row"),
    ]
    assert len(done.files) == 3
    made["organisaatio"].sheet_state = "hidden"
    assert ("A2", "sheet-hidden") in told(read(tmp_path, saved(made), "t.xlsx"))


def test_merged_cells_are_told_where_their_value_is_missing_elsewhere(tmp_path: Path) -> None:
    made = book(hanke=[GOOD, {**GOOD, "id": "toinen", "lead": None}])
    made["hanke"].merge_cells("C2:C3")
    made["hanke"].merge_cells("L7:N9")
    assert ("C2", "sheet-merged") in told(read(tmp_path, saved(made), "t.xlsx"))
    made = book(hanke=[GOOD])
    made["hanke"].merge_cells("B2:B9")
    assert read(tmp_path, saved(made), "t.xlsx").problems == ()


def test_what_is_struck_through_is_told(tmp_path: Path) -> None:
    from openpyxl.styles import Font

    made = book(hanke=[GOOD, {**GOOD, "id": "toinen"}])
    for at in ("B2", "G3"):
        made["hanke"][at].font = Font(strike=True)
    done = read(tmp_path, saved(made), "t.xlsx")
    assert told(done) == [("B2", "sheet-struck"), ("G3", "sheet-struck")] and done.files == ()


def test_empty_sheets_do_not_count(tmp_path: Path) -> None:
    made = book(Taul1=[GOOD])
    made.create_sheet("Taul2")
    made.create_sheet("Taul3")["B5"] = " "
    assert only(read(tmp_path, saved(made), "t.xlsx"))["totalCost"] == "50000"


@pytest.mark.parametrize("suffix", [".xls", ".ods", ".xlsb", ".xlsm", ".numbers", ".tsv", ".XLS"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_other_spreadsheets_are_refused_with_words(
    suffix: str, lang: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / f"t{suffix}").write_bytes(b"x")
    arguments = ["-C", str(ROOT), "--lang", lang, "import", str(tmp_path / f"t{suffix}"), "--to", str(tmp_path / "out")]
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert ".xlsx" in said and "CSV UTF-8" in said and suffix.casefold() in said.casefold()


### Encodings


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "cp850", "mac-roman"])
def test_a_row_in_another_encoding_is_told_and_nothing_is_written(encoding: str, tmp_path: Path) -> None:
    rows = as_csv({**GOOD, "title.fi": "Työpaja äyräällä"}, {**GOOD, "id": "jaa", "title.fi": "Jää ja yö"}).split(
        b"\r\n"
    )
    rows[2] = rows[2].decode().encode(encoding)
    done = read(tmp_path, b"\r\n".join(rows), "t.csv")
    assert told(done) == [("B3", "sheet-garbled")] and done.files == ()


def test_a_whole_file_in_an_old_encoding_is_told_row_by_row(tmp_path: Path) -> None:
    rows = as_csv(
        {**GOOD, "title.fi": "Työ"}, {**GOOD, "id": "b", "title.fi": "Ei"}, {**GOOD, "id": "c", "title.fi": "Jää"}
    )
    done = read(tmp_path, rows.decode().encode("cp1252"), "t.csv")
    assert told(done) == [("B2", "sheet-garbled"), ("B4", "sheet-garbled")]


@pytest.mark.parametrize("text", ["ﬁnanssi ﬂyer", "Tariﬃ ja eﬀekti", "ﬅ ﬆ ﬄ"])
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_ligatures_become_letters(text: str, suffix: str, tmp_path: Path) -> None:
    row = {**GOOD, "title.fi": text}
    raw = as_csv(row) if suffix == ".csv" else saved(book(hanke=[row]))
    title = only(read(tmp_path, raw, f"t{suffix}"))["title"]["fi"]
    assert not re.search("[\ufb00-\ufb06]", title) and title[-2:].isascii()


def test_a_row_with_a_quotation_mark_left_open_is_told(tmp_path: Path) -> None:
    done = read(tmp_path, as_csv(GOOD) + b'b;"auki;x\r\nc;y\r\n', "t.csv")
    assert told(done) == [("A3", "csv-syntax")]
    with pytest.raises(CannotImport):
        read(tmp_path, b"id;title.fi\n", "t.csv")


### Anything


HEADERS = [grid.dotted(column.path) for sheet, column in COLUMNS] + [
    "grants.1.amount",
    "outcomes.2.observations.1.value",
    "x",
    "",
]
CELLS = st.sampled_from(
    [
        "",
        "x",
        "1.200",
        "1 200",
        "#N/A",
        "=A1",
        "#1",
        "ä",
        "\udce4",
        "2022-03",
        "3/2022",
        "x; y",
        "x\ny",
        "ﬁ",
        "Turku",
        "020",
        "9" * 40,
    ]
) | st.text(st.characters(exclude_categories=("Cs",)), max_size=12)


@settings(max_examples=12, deadline=None)
@given(st.lists(st.sampled_from(HEADERS), min_size=1, max_size=9), st.lists(st.lists(CELLS, max_size=10), max_size=4))
def test_any_cells_are_read_or_told(
    tmp_path_factory: pytest.TempPathFactory, header: list[str], rows: list[list[str]]
) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows([header, *rows])
    raw = out.getvalue().encode("utf-8", "surrogateescape")
    folder = tmp_path_factory.mktemp("any")
    try:
        done = read(folder, raw, "t.csv")
    except CannotImport as refusal:
        assert refusal.code in ("no-rows", "not-text", "broken")
        return
    cells = {f"t.csv!{letters(at + 1)}{n}" for n in range(1, 200) for at in range(20)}
    assert {p.file for p in done.problems} <= cells
    assert done.files == () or all(p.severity != "violation" for p in done.problems)
    assert not (folder / "out").exists()
