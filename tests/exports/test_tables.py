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

from hankelod.exports import tables
from hankelod.exports.export import Place
from hankelod.exports.summaries import Cards, Key
from hankelod.exports.workbook import Workbook
from hankelod.publication import runs
from hankelod.publication.building import Building
from hankelod.publication.parts import Folder

FORMS = ["projects.csv", "projects.fi.csv"]


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


def test_both_tables_say_the_same(dist):
    """Semicolons and decimal commas change nothing in what a processor reads."""
    assert rows(dist, "projects.csv") == rows(dist, "projects.fi.csv")


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
    fields = {f.key for f in dataset.model.by_name("Project").fields if not f.kind.nested}
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

    def cards_of(self, batch):
        return self._cards


def sheet(text: str, finnish: bool = False) -> bytes:
    return tables.csv_head([TITLE], finnish) + tables.csv_rows(
        tables.rows([{"title": text}], [TITLE]), [TITLE], finnish
    )


def book_of(text: str, folder: Path) -> Path:
    """The workbook of a single project with this title."""
    export = Workbook(Stub(text))
    export.begin(Place(Building(folder), Folder(str(folder)), runs.here))
    export.feed(export.make(None))
    export.finish(0)
    return folder / export.path


TITLE = tables.Column(
    "title",
    ("title",),
    "string",
    False,
    None,
    Key("title", "text", False, False, {"en": "t"}, {"en": "t"}, None, None),
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
    ['=HYPERLINK("http://evil.example","x")', "+1", "@SUM(A1)", "-2+3", "\t=1", "{=1}", "https://example.org", "0149"],
)
def test_a_workbook_holds_texts_only_as_texts(text, tmp_path):
    book = openpyxl.load_workbook(book_of(text, tmp_path))
    cell = book["projects"]["A2"]
    assert cell.data_type == "s" and cell.value == text and cell.hyperlink is None


def test_a_long_text_is_cut_where_a_cell_ends(tmp_path):
    book = openpyxl.load_workbook(book_of("ä" * 40000, tmp_path))
    assert len(book["projects"]["A2"].value) == tables.CELL
