"""The spreadsheet template: derived from the Model, filled in, read back; errors by sheet and cell."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hankelod.cli.parser import main
from hankelod.intake import importing
from hankelod.intake.documents.lines import CannotImport, clean
from hankelod.intake.spreadsheets import delimited, grid, reading, templates
from hankelod.records.dataset import Dataset
from support.folders import ROOT

DATASET = Dataset(ROOT)
PLACE = importing.Target(DATASET.data, DATASET, DATASET.model, DATASET.config)


def target(folder: Path) -> importing.Target:
    """A new folder, beside the dataset whose names are known."""
    return importing.Target(folder / "out", DATASET, DATASET.model, DATASET.config)


def typed(files: list[Path], folder: str) -> dict[str, Any]:
    cls = next(c for c in DATASET.model.entries() if c.folder == folder)
    found = [DATASET.read_record(f, cls) for f in files]
    return {r.id: r.values for r in found if r is not None}


def filled(row: dict[str, Any], name: str = "hanke", **parts: list[dict[str, Any]]) -> bytes:
    """A workbook with one row in its main sheet, and rows in sheets of parts; headers are paths in brackets."""
    book = openpyxl.Workbook()
    book.worksheets[0].title = name
    for sheet, rows in {name: [row], **parts}.items():
        page = book[sheet] if sheet in book.sheetnames else book.create_sheet(sheet)
        keys = list(dict.fromkeys(k for r in rows for k in r))
        page.append([f"[{k}]" for k in keys])
        for r in rows:
            page.append([r.get(k) for k in keys])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


GOOD = {
    "id": "vihrea-salo",
    "title.fi": "Vihreä Salo",
    "lead": "turun-kaupunki",
    "municipalities": "734",
    "start": "2021-05",
    "end": "2022-11",
    "totalCost": 50000,
    "source": "https://ym.fi/x",
}
GRANT = {"record": "vihrea-salo", "programme": "kuntien-ilmastoratkaisut", "amount": 35000}


def read(tmp_path: Path, raw: bytes, name: str = "t.xlsx") -> importing.Import:
    path = tmp_path / name
    path.write_bytes(raw)
    return reading.read(path, name, target(tmp_path), "en", False)


def values(done: importing.Import) -> dict[str, Any]:
    assert done.problems == ()
    return done.files[0].draft.values


### The template


@pytest.mark.parametrize("lang", ["fi", "sv", "en"])
def test_the_template_is_derived_from_the_model(lang: str, tmp_path: Path) -> None:
    assert main(["-C", str(ROOT), "--lang", lang, "import", "--template", str(tmp_path / "t.xlsx")]) == 0
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    project = DATASET.model.by_name("Project")
    page = book[project.label[lang]]
    heads = {c.value: c for c in page[1]}
    for field in project.fields:
        if field.kind.nested or field.filled:
            continue
        mine = [c for h, c in heads.items() if f"[{field.key}]" in h or f"[{field.key}." in h]
        assert mine, field.key
        assert all(field.label[lang] in c.value for c in mine)
        assert field.description.get(lang, "") in mine[0].comment.text
        assert ("*" in mine[0].value) == field.required
    assert str(page["A2"].value).startswith("# ")
    lists = [v for v in page.data_validations.dataValidation if v.type == "list"]
    assert any("lists!" in v.formula1 for v in lists)
    outcomes = book[DATASET.model.by_name("Outcome").label[lang]]
    formula = outcomes.data_validations.dataValidation[0].formula1
    assert [c.value for c in book["lists"][formula.split("$")[1]] if c.value] == ["permanence", "result"]


def test_an_empty_template_holds_no_record(tmp_path: Path) -> None:
    for name in ("t.xlsx", "t.csv"):
        templates.write(tmp_path / name, PLACE, "fi")
        with pytest.raises(CannotImport) as caught:
            reading.read(tmp_path / name, name, target(tmp_path), "fi", False)
        assert caught.value.code == "no-rows"


def test_the_same_records_make_the_same_workbook() -> None:
    made = [templates.xlsx(PLACE, "fi", templates.standing(PLACE)) for _ in range(2)]
    assert made[0] == made[1]


def test_every_header_is_known_again_in_every_language() -> None:
    for sheet in grid.sheets(DATASET.model):
        known = grid.known_columns(sheet, DATASET.model)
        for lang in ("fi", "sv", "en"):
            for column in grid.columns(sheet, DATASET.model):
                found = known(grid.header(column, lang))
                assert found is not None and found.path == column.path


### There and back


def test_records_go_into_a_workbook_and_come_back_the_same(tmp_path: Path) -> None:
    templates.write(tmp_path / "all.xlsx", PLACE, "fi", templates.standing(PLACE))
    done = reading.read(tmp_path / "all.xlsx", "all.xlsx", target(tmp_path), "fi", False)
    assert done.problems == ()
    assert len(done.files) == len(templates.standing(PLACE))
    written = importing.write(done.files)
    for folder in ("projects", "organisations", "programmes"):
        before = typed(sorted((ROOT / "data" / folder).glob("*.yml")), folder)
        after = typed([p for p in written if p.parent.name == folder], folder)
        assert after == before


def test_projects_go_into_csv_and_come_back_the_same(tmp_path: Path) -> None:
    templates.write(tmp_path / "all.csv", PLACE, "sv", templates.standing(PLACE))
    done = reading.read(tmp_path / "all.csv", "all.csv", target(tmp_path), "sv", False)
    assert done.problems == ()
    after = typed(importing.write(done.files), "projects")
    assert after == typed(sorted((ROOT / "data" / "projects").glob("*.yml")), "projects")


text = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co", "Zl", "Zp", "Cf")), min_size=1, max_size=40
).filter(lambda t: t.strip() and t == clean(t))
langtext = st.fixed_dictionaries({"fi": text}, optional={"sv": text, "en": text})


@st.composite
def values_of_a_project(draw: st.DrawFn) -> dict[str, Any]:
    observation = st.fixed_dictionaries(
        {
            "measure": st.sampled_from(["co2-reduction", "events"]),
            "value": st.sampled_from(["1", "0.50", "-3", "1000000", "12.345"]),
        },
        optional={"note": langtext, "qualifier": st.just("about")},
    )
    outcome = st.fixed_dictionaries(
        {"kind": st.sampled_from(["result", "permanence"]), "text": langtext},
        optional={
            "aspects": st.just(["continues", "transferable"]),
            "observations": st.lists(observation, min_size=1, max_size=2),
        },
    )
    made: dict[str, Any] = {
        "title": draw(langtext),
        "lead": "turun-kaupunki",
        "municipalities": draw(st.lists(st.sampled_from(["005", "020", "853"]), min_size=1, unique=True)),
        "start": "2021-05",
        "end": "2022-11",
    }
    made["totalCost"] = draw(st.sampled_from(["50000", "50000.10", "50000.00"]))
    made["grants"] = [{"programme": "kuntien-ilmastoratkaisut", "amount": "35000.50"}]
    made["outcomes"] = draw(st.lists(outcome, max_size=3))
    made["observations"] = draw(st.lists(observation, max_size=2))
    made["source"] = "https://ym.fi/x"
    if draw(st.booleans()):
        made["acronym"] = draw(text.filter(lambda t: len(t) >= 2))
    return {k: v for k, v in made.items() if v}


@settings(max_examples=25, deadline=None)
@given(values_of_a_project(), st.sampled_from([".xlsx", ".csv"]))
def test_any_record_comes_back_the_same(
    tmp_path_factory: pytest.TempPathFactory, made: dict[str, Any], ending: str
) -> None:
    folder = tmp_path_factory.mktemp("sheet")
    project = DATASET.model.by_name("Project")
    path = folder / f"t{ending}"
    templates.write(path, PLACE, "fi", [templates.Row(project, "x-1", made)])
    done = reading.read(path, path.name, target(folder), "fi", False)
    assert [p for p in done.problems if p.severity == "violation"] == []
    assert done.files[0].draft.values == made


### What people type


def test_a_row_filled_in_is_a_record(tmp_path: Path) -> None:
    done = read(tmp_path, filled(GOOD, avustus=[GRANT]))
    assert values(done)["grants"] == [{"programme": "kuntien-ilmastoratkaisut", "amount": "35000"}]
    assert importing.write(done.files) == [tmp_path / "out" / "projects" / "vihrea-salo.yml"]


@pytest.mark.parametrize(
    ("key", "typed", "value"),
    [
        ("totalCost", "75 000 €", "75000"),
        ("totalCost", 75000.5, "75000.5"),
        ("start", "5/2021", "2021-05"),
        ("lead", "Turun kaupunki", "turun-kaupunki"),
        ("lead", "Turku", "turun-kaupunki"),
        (
            "partners",
            "Kerava, Järvenpää ja Keski-Uudenmaan ympäristökeskus",
            ["keravan-kaupunki", "jarvenpaan-kaupunki", "keski-uudenmaan-ymparistokeskus"],
        ),
        ("municipalities", "Salo; Turku", ["734", "853"]),
        ("municipalities", 20, ["020"]),
        ("themes", "verkostot", ["networks"]),
        ("morePartners", "kyllä", "true"),
    ],
)
def test_what_people_type_is_understood(key: str, typed: object, value: object, tmp_path: Path) -> None:
    assert values(read(tmp_path, filled({**GOOD, key: typed}, avustus=[GRANT])))[key] == value


def test_headers_in_any_language_are_understood(tmp_path: Path) -> None:
    raw = "tunnus,titel (sv),ansvarig part\n"
    project = DATASET.model.by_name("Project")
    lead, title, cost = (project.field(k) for k in ("lead", "title", "totalCost"))
    assert lead and title and cost
    raw = (
        f"id;{title.label['sv']} (sv);{title.label['fi']};{lead.label['en']};{cost.label['sv']} *\n"
        "x-1;Grönt;Vihreä;turun-kaupunki;5\n"
    )
    (tmp_path / "t.csv").write_text(raw, encoding="utf-8")
    table = delimited.read_csv((tmp_path / "t.csv").read_bytes(), "t", "t.csv")[0]
    known = grid.known_columns(grid.sheets(DATASET.model)[0], DATASET.model)
    paths = [known(c.text).path for c in table.rows[0][1].values()]  # type: ignore[union-attr]
    assert paths == [("id",), ("title", "sv"), ("title", "fi"), ("lead",), ("totalCost",)]


### What is wrong, by sheet and cell


@pytest.mark.parametrize(
    ("row", "parts", "where", "code"),
    [
        ({"lead": "joku-muu"}, [GRANT], "t.xlsx, hanke!C2", "unknown-reference"),
        ({"totalCost": "paljon"}, [GRANT], "t.xlsx, hanke!G2", "Project-totalCost"),
        ({"start": "keväällä"}, [GRANT], "t.xlsx, hanke!E2", "Project-start"),
        ({"end": "2020-01"}, [GRANT], "t.xlsx, hanke!F2", "Project-end-order"),
        ({"municipalities": "999"}, [GRANT], "t.xlsx, hanke!D2", "unknown-reference"),
        ({"id": "Vihreä Salo"}, [GRANT], "t.xlsx, hanke!A2", "bad-id"),
        ({"colour": "sininen"}, [GRANT], "t.xlsx, hanke!I1", "sheet-unknown-column"),
        ({"title.fi": '=HYPERLINK("http://evil.example")'}, [GRANT], "t.xlsx, hanke!B2", "sheet-formula"),
        ({}, [{**GRANT, "record": "muu"}], "t.xlsx, avustus!A2", "sheet-no-record"),
        ({}, [{**GRANT, "amount": 60000}], "t.xlsx, avustus!C2", "Grant-amount-cost"),
        ({}, [{**GRANT, "programme": "x"}], "t.xlsx, avustus!B2", "unknown-reference"),
    ],
)
def test_an_error_is_told_by_sheet_and_cell(row: dict, parts: list, where: str, code: str, tmp_path: Path) -> None:
    done = read(tmp_path, filled({**GOOD, **row}, avustus=parts))
    assert (where, code) in [(p.file, p.code) for p in done.problems]
    assert done.files == ()


def test_a_missing_part_is_told_at_its_record(tmp_path: Path) -> None:
    done = read(tmp_path, filled(GOOD))
    assert [(p.file, p.code) for p in done.problems] == [("t.xlsx, hanke!A2", "Project-grants")]


def test_an_unknown_sheet_is_told(tmp_path: Path) -> None:
    done = read(tmp_path, filled(GOOD, avustus=[GRANT], muistiinpanot=[{"a": 1}]))
    assert [(p.file, p.code) for p in done.problems] == [("t.xlsx, muistiinpanot!A1", "sheet-unknown")]


def test_two_rows_of_one_id_are_told(tmp_path: Path) -> None:
    rows = [["id", "title.fi"], ["x-1", "Yksi"], ["x-1", "Kaksi"]]
    raw = "\n".join(",".join(r) for r in rows).encode()
    done = read(tmp_path, raw, "t.csv")
    assert ("t.csv!A3", "duplicate-id") in [(p.file, p.code) for p in done.problems]


@pytest.mark.parametrize("cell", ['=HYPERLINK("http://evil.example")', "=1+1", "@SUM(A1)", "+cmd(1)"])
def test_a_formula_in_csv_is_refused_and_nothing_is_written(
    cell: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([["id", "title.fi"], ["x-1", cell]])
    (tmp_path / "t.csv").write_text(out.getvalue(), encoding="utf-8")
    assert (
        main(["-C", str(ROOT), "--lang", "en", "import", str(tmp_path / "t.csv"), "--to", str(tmp_path / "out")]) == 1
    )
    told = capsys.readouterr()
    assert "t.csv!B2: The cell holds a formula" in told.out
    assert "Nothing was written" in told.err
    assert not (tmp_path / "out").exists()


def test_text_that_looks_like_a_formula_goes_there_and_back(tmp_path: Path) -> None:
    project = DATASET.model.by_name("Project")
    made = {
        **{k: v for k, v in GOOD.items() if "." not in k and k != "id"},
        "title": {"fi": "=1+1", "sv": "'=2"},
        "totalCost": "50000",
        "municipalities": ["734"],
        "grants": [{"programme": "kuntien-ilmastoratkaisut", "amount": "1"}],
    }
    for name in ("t.csv", "t.xlsx"):
        templates.write(tmp_path / name, PLACE, "fi", [templates.Row(project, "x-1", made)])
        done = reading.read(tmp_path / name, name, target(tmp_path), "fi", False)
        assert done.files[0].draft.values["title"] == {"fi": "=1+1", "sv": "'=2"}


def test_a_workbook_of_endless_rows_is_bounded(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in range(1, 20_003):
        book.worksheets[0].cell(row, 1, "x")
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(CannotImport) as caught:
        read(tmp_path, out.getvalue())
    assert caught.value.code == "too-large"


def test_the_last_cell_of_a_sheet_is_told_of(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].cell(1_048_576, 16_384, "x")
    out = io.BytesIO()
    book.save(out)
    assert [(p.file, p.code) for p in read(tmp_path, out.getvalue()).problems] == [
        ("t.xlsx, Sheet!XFD1048576", "sheet-unknown-column")
    ]


def test_nothing_is_lost_silently_in_a_cell(tmp_path: Path) -> None:
    project = DATASET.model.by_name("Project")
    with pytest.raises(CannotImport) as caught:
        templates.write(
            tmp_path / "t.xlsx", PLACE, "fi", [templates.Row(project, "x-1", {"title": {"fi": "x" * 40_000}})]
        )
    assert caught.value.code == "sheet-too-long"
