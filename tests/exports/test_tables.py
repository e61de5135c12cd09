"""The table of projects, read by what people will read it with: csvw (CSV on the Web), openpyxl, the csv module."""

from __future__ import annotations

import csv
import io
import json
import re
import warnings
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyoxigraph as ox
import pytest
from csvw import CSVW
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from hankelod.exports import tables, workbook
from hankelod.exports.export import Place
from hankelod.exports.summaries import Cards, Key
from hankelod.exports.workbook import Workbook
from hankelod.model.kinds.texts import TEXT
from hankelod.publication import runs
from hankelod.publication.building import Building
from hankelod.publication.history.days import Days
from hankelod.publication.parts import Folder

SPREADSHEETS = {"fi": "projects.fi.csv", "sv": "projects.sv.csv"}

FORMS = ["projects.csv", *SPREADSHEETS.values()]

AREAS = ("municipalities", "regions", "allRegions")


@pytest.fixture(scope="module")
def cards(dataset, checked) -> Cards:
    return Cards(dataset, checked[1])


def described(dist: Path, name: str) -> CSVW:
    """The table as a CSVW processor finds it from its metadata."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the processor's own
        return CSVW(str(dist / f"dump/{name}-metadata.json"), validate=True)


def rows(dist: Path, name: str) -> list[dict]:
    return list(described(dist, name).tables[0].iterdicts(strict=True))


@pytest.mark.parametrize("name", FORMS)
def test_a_csvw_processor_finds_nothing_wrong(dist, name):
    table = described(dist, name)
    assert table.is_valid, [str(w.message) for w in table.warnings]
    assert len(list(table.tables[0].iterdicts())) == 16


def test_the_processor_would_find_a_wrong_cell(dist, tmp_path):
    for file in (dist / "dump").glob("projects.csv*"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    table = tmp_path / "projects.csv"
    table.write_text(table.read_text("utf-8").replace(",90500,", ",much,"), "utf-8")
    with pytest.raises(UserWarning, match="Invalid column value: much"):  # warnings are errors here
        CSVW(str(tmp_path / "projects.csv-metadata.json"), validate=True).is_valid  # noqa: B018


@pytest.mark.parametrize(("lang", "name"), SPREADSHEETS.items())
def test_a_table_for_spreadsheets_says_the_same(dist, lang, name):
    """Semicolons and decimal commas change nothing in what a processor reads; codes of areas have names behind them."""
    exact, shown = rows(dist, "projects.csv"), rows(dist, name)
    for row, other in zip(exact, shown, strict=True):
        del row["type"]  # a column that is not in the table, for RDF
        for key in AREAS:
            assert other[key] == [f"{c} {n}" for c, n in zip(row[key], row[f"{key}_name_{lang}"], strict=True)]
            other[key] = row[key]
    assert exact == shown


def test_there_is_one_for_each_language_with_a_decimal_comma(dist):
    assert {p.name for p in (dist / "dump").glob("projects*.csv")} == set(FORMS)
    assert tables.spreadsheet_languages(["en", "sv", "de", "ga"]) == ["sv", "de"], "also where no words of it are here"


AS_NUMBER = re.compile(r"\W*[0-9][0-9 .,:/-]*%?")


@pytest.mark.parametrize("name", SPREADSHEETS.values())
def test_no_text_of_a_spreadsheet_can_be_read_as_a_number(dist, cards, name):
    """Codes such as 07 keep their zeros, whatever the program: the cell is no number."""
    text = (dist / "dump" / name).read_text("utf-8-sig")
    kinds = {c.name: c for c in tables.columns(cards)}
    seen = 0
    for row in csv.DictReader(io.StringIO(text, newline=""), delimiter=";"):
        for key, cell in row.items():
            if kinds[key].datatype == "string" and cell:
                assert not AS_NUMBER.fullmatch(cell) or cell.startswith("'"), (row["id"], key, cell)
                seen += 1
        assert "|" in row["regions"] or not row["regions"] or re.fullmatch(r"[0-9]{2} \w.*", row["regions"])
    assert seen > 16 * 10
    assert "07 Päij" in text


def test_a_spreadsheet_is_mapped_to_no_rdf(dist):
    """Its cells have names and apostrophes that the dump does not."""
    for name in SPREADSHEETS.values():
        schema = json.loads((dist / f"dump/{name}-metadata.json").read_text("utf-8"))["tableSchema"]
        assert "aboutUrl" not in schema
        assert all(c["suppressOutput"] and "propertyUrl" not in c for c in schema["columns"])


@pytest.mark.parametrize(
    ("text", "guarded"),
    [
        *[(t, True) for t in ("007", "2035", "1,5", "1.5.2021", "12:30", "5 %", "1E5", "1 000", "=A1", "+358", "-")],
        *[(t, False) for t in ("07 Päijät-Häme", "2035 neutral", "IKLU", "1 + 1", "CO2", "a7")],
    ],
)
def test_what_looks_like_a_number_has_an_apostrophe(text, guarded):
    cell = list(csv.reader(io.StringIO(sheet(text, True).decode("utf-8-sig"), newline=""), delimiter=";"))[1][0]
    assert cell == (f"'{text}" if guarded else text)


def test_an_area_without_a_name_keeps_its_zeros(cards):
    header = [c for c in tables.columns(cards) if tables.is_code(c)]
    area = {"code": "07", "number": 7, "iri": "x", "name": {}}
    card = {c.path[0]: [area] for c in header}
    rows = tables.guarded(tables.rows(tables.values([card], header)), header)
    assert (
        tables.csv_rows(tables.named(rows, [card], header, "fi"), True)
        == (";".join(["'07"] * len(header)) + "\r\n").encode()
    )


def test_a_row_stands_by_itself(dist):
    row = next(r for r in rows(dist, "projects.csv") if r["id"] == "etela-karjala-ilmastokumppanit")
    assert row["lead_name_sv"] == "Villmanstrands stad"
    assert row["municipalities"] == ["405", "153"]
    assert row["municipalities_number"] == [405, 153]
    assert row["municipalities_name_fi"] == ["Lappeenranta", "Imatra"]
    assert row["allRegions"] == ["09"] and row["allRegions_number"] == [9]
    assert row["totalCost"] == Decimal(90500) and row["grantTotal"] == Decimal(63350)
    assert row["grantShare"] == Decimal("0.7000")
    assert (row["resultCount"], row["permanenceCount"], row["observationCount"], row["linkCount"]) == (4, 2, 3, 1)
    assert row["start"] == "2021-05"
    inkoo = next(r for r in rows(dist, "projects.csv") if r["id"] == "inkoo-hiilineutraali")
    assert inkoo["municipalities"] == ["149"]


def test_codes_keep_their_zeros(dist):
    codes = [c for r in rows(dist, "projects.csv") for c in r["municipalities"]]
    assert "020" in codes and all(re.fullmatch("[0-9]{3}", c) for c in codes)


def test_finnish_numbers(dist):
    text = (dist / "dump/projects.fi.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf"), "spreadsheets know UTF-8 by its byte order mark"
    assert b";0,7000;" in text and b";0.7000;" not in text


def test_what_it_maps_to_rdf_is_in_the_dump(dist):
    """The metadata's own mapping (csv2rdf, expanded here by hand) gives triples that the dump has."""
    graph = {q.triple for q in ox.parse((dist / "dump/hankelod.nt").read_bytes(), format=ox.RdfFormat.N_TRIPLES)}
    about = json.loads((dist / "dump/projects.csv-metadata.json").read_text("utf-8"))["tableSchema"]
    told = 0
    for row in csv.DictReader(io.StringIO((dist / "dump/projects.csv").read_text("utf-8"), newline="")):
        for column in about["columns"]:
            if column.get("suppressOutput") or not (column.get("virtual") or row[column["name"]]):
                continue
            subject = ox.NamedNode(about["aboutUrl"].replace("{id}", row["id"]))
            if "valueUrl" in column:
                value = re.sub(r"\{\+?(\w+)\}", lambda m: row[m[1]], column["valueUrl"])  # noqa: B023
                found = ox.NamedNode(value)
            elif "lang" in column:
                found = ox.Literal(row[column["name"]], language=column["lang"])
            else:
                kind = ox.NamedNode(f"http://www.w3.org/2001/XMLSchema#{column['datatype']}")
                found = ox.Literal(row[column["name"]], datatype=kind)
            assert ox.Triple(subject, ox.NamedNode(column["propertyUrl"]), found) in graph, (row["id"], column["name"])
            told += 1
    assert told > 16 * 10


def test_every_column_is_told_in_three_languages(cards):
    for column in tables.columns(cards):
        assert set(column.label) == {"fi", "sv", "en"}, column.name
        assert set(column.key.description) == {"fi", "sv", "en"}, column.name
    names = [c.name for c in tables.columns(cards)]
    assert len(names) == len(set(names))


def test_the_guide_for_portals_lists_every_computed_column(cards, root):
    guide = (root / "docs/portals.md").read_text("utf-8")
    told = re.findall(r"^\| `(\w+)` \| (\w+) \|", guide, re.M)
    computed = [c for c in tables.columns(cards) if c.key.field is None and c.name == c.path[0]]
    assert told == [(c.name, c.datatype + ("s" if c.many else "")) for c in computed]


def test_a_new_field_is_a_new_column(dataset, checked):
    """Columns follow the Model: none is written down twice."""
    fields = {f.key for f in dataset.model.by_name("Project").fields if not (f.kind.nested or f.kind.relative)}
    keys = {c.path[0] for c in tables.columns(Cards(dataset, checked[1]))}
    assert fields <= keys


def test_a_workbook_opens(dist, cards):
    book = openpyxl.load_workbook(dist / "dump/projects.xlsx")
    sheet = book["projects"]
    head = [c.value for c in sheet[1]]
    assert head == [c.name for c in tables.columns(cards)]
    assert sheet.max_row == 17
    row = dict(zip(head, [c.value for c in sheet[2]], strict=True))
    assert row["totalCost"] == 90500 and row["grantShare"] == 0.7, "numbers, not texts"
    assert row["start"] == "2021-05", "months stay as they are written"
    assert row["municipalities"] == "405|153"
    assert [c.value for c in book["columns"]["A"]][1:] == head
    assert not [c for r in sheet.iter_rows() for c in r if c.data_type == "f"], "no cell is a formula"


class Stub:
    """What the exports of a single project with this title begin from."""

    def __init__(self, text: str) -> None:
        self.header = [TITLE]
        self.cards = self
        self.about = {"title": {"en": "t"}}
        self._cards = [{"title": text}]

    def values_of(self, batch):
        return tables.values(self._cards, self.header)

    def rows_of(self, batch):
        return tables.rows(self.values_of(batch))


def sheet(text: str, finnish: bool = False) -> bytes:
    rows = tables.rows(tables.values([{"title": text}], [TITLE]))
    return tables.csv_head([TITLE], finnish) + tables.csv_rows(
        tables.guarded(rows, [TITLE]) if finnish else rows, finnish
    )


def book_of(text: str, folder: Path) -> Path:
    """The workbook of a single project with this title."""
    export = Workbook(Stub(text))
    export.begin(Place(Building(folder), Folder(str(folder)), runs.here, Days(folder / "days")))
    export.feed(export.make(None))
    export.complete()
    export.finish(0)
    return folder / export.path


TITLE = tables.Column(
    "title",
    ("title",),
    "string",
    False,
    None,
    Key("title", TEXT, False, False, {"en": "t"}, {"en": "t"}, None, None),
    {"en": "t"},
)
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")) | st.sampled_from("\n\t"), min_size=1)


@given(TEXT)
def test_any_text_survives(text):
    """CSV gives every text exactly; the one for spreadsheets never begins a cell as a formula does."""
    exact = list(csv.reader(io.StringIO(sheet(text).decode(), newline="")))
    assert exact == [["title"], [text]]
    guarded = list(csv.reader(io.StringIO(sheet(text, True).decode("utf-8-sig"), newline=""), delimiter=";"))[1][0]
    assert guarded.removeprefix("'") == text.removeprefix("'")
    assert not guarded.startswith(tables.FORMULA)


@pytest.mark.parametrize(
    "text",
    [
        *(
            '=HYPERLINK("http://evil.example","x")',
            "+1",
            "@SUM(A1)",
            "-2+3",
            "\t=1",
            "{=1}",
            "https://example.org",
            "0149",
        ),
        *(
            "<r>a</r>",
            "a < b & c > d",
            " a",
            "a ",
            "a\nb",
            "</t></is></c>",
            "_x0041_",
            "_x0041_x0042_",
            "\u00a0",
            "\U0001f600",
        ),
    ],
)
def test_a_workbook_holds_texts_only_as_texts(text, tmp_path):
    book = openpyxl.load_workbook(book_of(text, tmp_path))
    cell = book["projects"]["A2"]
    assert cell.data_type == "s" and unescape(cell.value) == text and cell.hyperlink is None


@pytest.mark.parametrize(("text", "cut"), [("ä" * 40000, tables.CELL), ("\U0001f600" * 20000, tables.CELL // 2)])
def test_a_long_text_is_cut_where_a_cell_ends(text, cut, tmp_path):
    book = openpyxl.load_workbook(book_of(text, tmp_path))
    assert book["projects"]["A2"].value == text[:cut]


def test_a_sheet_may_need_sizes_of_64_bits(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "LARGE", 0)
    book = openpyxl.load_workbook(book_of("a", tmp_path))
    assert book["projects"]["A2"].value == "a"
