"""A second import by a mapping file, forms of the output, reports by column, and sources of every format alike."""

from __future__ import annotations

import csv
import io
import json
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hankelod.cli.parser import main
from hankelod.intake import importing as intake
from hankelod.intake.mappings import importing
from hankelod.intake.mappings.importing import Options
from hankelod.records.dataset import Dataset
from support.folders import DATASETS, ROOT

MAPPING = """
constants: {source: "https://example.org/list"}
project:
  id: {from: code, do: [slug]}
  title: {en: name}
  lead: {from: who, organisation: {kind: company}}
  grants: [{programme: energy, amount: {from: sum, number: "1234.56"}}]
"""

Rows = list[dict[str, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(DATASETS / "english", tmp_path, dirs_exist_ok=True)
    (tmp_path / "m.yml").write_text(MAPPING, "utf-8")
    return tmp_path


def rows(count: int, **first: str) -> Rows:
    made = [{"code": f"C{n}", "name": f"Project {n}", "who": f"Org {n % 7}", "sum": str(n + 1)} for n in range(count)]
    made[0].update(first)
    return made


def write(folder: Path, some: Rows) -> None:
    with (folder / "s.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, some[0].keys())
        out.writeheader()
        out.writerows(some)


def run(folder: Path, *options: str) -> int:
    return main(["-C", str(folder), "--lang", "en", "import", "s.csv", "--mapping", "m.yml", "--to", ".", *options])


def lines(folder: Path, name: str = "projects") -> dict[str, Any]:
    text = (folder / "data" / f"{name}.jsonl").read_text("utf-8")
    return {record["id"]: record for record in map(json.loads, text.splitlines())}


def test_many_records_are_json_lines_and_few_are_files(folder: Path):
    write(folder, rows(501))
    assert run(folder) == 0
    assert len(lines(folder)) == 501 and len(lines(folder, "organisations")) == 7
    assert main(["-C", str(folder), "validate"]) in (0, 1)
    write(folder, rows(3))
    assert run(folder, "--as", "yml") == 0, "what stands in a file of lines stays there"
    assert not (folder / "data" / "projects" / "c0.yml").exists()


@pytest.mark.parametrize("form", ["jsonl", "yml"])
def test_the_form_can_be_chosen(folder: Path, form: str):
    write(folder, rows(3))
    assert run(folder, "--as", form) == 0
    assert (folder / "data" / "projects.jsonl").exists() == (form == "jsonl")
    assert (folder / "data" / "projects" / "c1.yml").exists() == (form == "yml")


def test_the_same_source_again_changes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]):
    write(folder, rows(20))
    assert run(folder, "--as", "jsonl") == 0
    before = (folder / "data" / "projects.jsonl").read_bytes()
    assert run(folder, "--overwrite") == 0
    assert (folder / "data" / "projects.jsonl").read_bytes() == before
    assert "projects.jsonl: 0 new, 0 changed, 20 unchanged" in capsys.readouterr().out


@pytest.mark.parametrize("form", ["jsonl", "yml"])
def test_a_change_waits_and_an_edit_stays(folder: Path, form: str, capsys: pytest.CaptureFixture[str]):
    write(folder, rows(3))
    assert run(folder, "--as", form) == 0
    edit(folder, form, "c1", "Project 1", "Edited by hand")
    write(folder, [*rows(3, sum="77"), {"code": "C9", "name": "New", "who": "Org 1", "sum": "1"}])
    capsys.readouterr()
    assert run(folder, "--as", form) == 1
    shown = capsys.readouterr()
    assert '"amount": "1"' in shown.out and '"amount": "77"' in shown.out and "--update" in shown.err
    assert "Edited" in shown.out and "edited by hand, kept" in shown.out
    now = projects(folder)
    assert now["c0"]["grants"][0]["amount"] == "1" and now["c9"]["title"] == {"en": "New"}
    assert run(folder, "--as", form, "--update") == 0
    now = projects(folder)
    assert now["c0"]["grants"][0]["amount"] == "77" and now["c1"]["title"] == {"en": "Edited by hand"}


@pytest.mark.parametrize("form", ["jsonl", "yml"])
def test_where_source_and_edit_differ_both_are_shown(folder: Path, form: str, capsys: pytest.CaptureFixture[str]):
    write(folder, rows(3))
    assert run(folder, "--as", form) == 0
    edit(folder, form, "c0", "Project 0", "Edited by hand")
    write(folder, rows(3, name="Other"))
    capsys.readouterr()
    assert run(folder, "--update") == 1
    assert "Other" in capsys.readouterr().out and projects(folder)["c0"]["title"] == {"en": "Edited by hand"}
    assert run(folder, "--overwrite") == 0
    assert projects(folder)["c0"]["title"] == {"en": "Other"}


def projects(folder: Path) -> dict[str, Any]:
    dataset = Dataset(folder)
    return {r.id: r.values for r in dataset.read(dataset.model.main)}


def edit(folder: Path, form: str, identifier: str, old: str, new: str) -> None:
    file = folder / "data" / (f"projects/{identifier}.yml" if form == "yml" else "projects.jsonl")
    text = file.read_text("utf-8")
    assert text.count(f'"{old}"') == 1
    file.write_text(text.replace(f'"{old}"', f'"{new}"'), "utf-8")


def test_a_dry_run_counts_by_column_and_writes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]):
    some = rows(5)
    some[1]["sum"], some[2]["sum"] = "", "two"
    write(folder, some)
    assert run(folder, "--dry-run") == 0
    out = capsys.readouterr().out.splitlines()
    at = out.index("sum: 3 read, 1 empty, 1 refused")
    assert out[at + 1].strip() == "read: 1 · 4 · 5"
    assert out[at + 2].strip() == "refused: two"
    assert "c0" not in projects(folder)


def test_what_the_command_line_gives_fills_in(folder: Path):
    (folder / "m.yml").write_text(
        "project: {id: code, title: {en: name}, lead: {from: who, organisation: {}}, grants: [{amount: sum}]}", "utf-8"
    )
    write(folder, [{**row, "code": row["code"].lower()} for row in rows(2)])
    assert run(folder, "--document", "https://example.org/given", "--programme", "energy") == 0
    project = projects(folder)["c0"]
    assert project["source"] == "https://example.org/given" and project["grants"][0]["programme"] == "energy"


def test_spreadsheets_of_the_template_are_filled_in_too(folder: Path):
    (folder / "t.csv").write_text("id,title.en,lead,priorityAxis,grants.1.amount\nnew,New one,roof,p1,5\n", "utf-8")
    command = ["-C", str(folder), "import", "t.csv", "--to", "."]
    assert main([*command, "--document", "https://example.org/given", "--programme", "energy"]) == 0
    project = projects(folder)["new"]
    assert project["source"] == "https://example.org/given" and project["grants"][0]["programme"] == "energy"


@pytest.mark.parametrize("change", ["source: {sheet: Nothing}", "source: {records: '$.nothing[*]', format: json}"])
def test_a_source_without_the_records_that_are_named(folder: Path, change: str, capsys: pytest.CaptureFixture[str]):
    (folder / "m.yml").write_text(change + MAPPING, "utf-8")
    book = openpyxl.Workbook()
    book.active.append(["code"])  # type: ignore[union-attr]
    book.save(folder / "s.xlsx")
    (folder / "s.csv").write_text('{"a": [1]}', "utf-8")
    source = "s.csv" if "json" in change else "s.xlsx"
    assert main(["-C", str(folder), "import", source, "--mapping", "m.yml", "--to", "."]) == 2
    assert "othing" in capsys.readouterr().err


DEEP = "[" * 50_000 + "]" * 50_000


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("s.json", DEEP),
        ("s.json", '[{"a": ' + DEEP[:200] + DEEP[-200:] + "}]"),
        ("s.json", '{"a": 1'),
        ("s.json", "{}"),
        ("s.jsonl", ""),
        ("s.xml", "<a>" * 300 + "</a>" * 300),
        ("s.xml", "<a><b/>"),
        ("s.xml", "<a/>"),
        ("s.csv", ""),
        ("s.csv", "\0\0\0"),
        ("s.txt2", "a"),
    ],
)
def test_sources_that_are_none(folder: Path, name: str, text: str, capsys: pytest.CaptureFixture[str]):
    (folder / name).write_text(text, "utf-8")
    assert main(["-C", str(folder), "import", name, "--mapping", "m.yml", "--to", "."]) == 2
    err = capsys.readouterr().err
    assert name in err and "Traceback" not in err and "Error:" not in err


def test_the_example_of_the_documentation(folder: Path, capsys: pytest.CaptureFixture[str]):
    page = (ROOT / "docs" / "importing.md").read_text("utf-8").partition("## Mapping files")[2]
    example = page.partition("```yaml\n")[2].partition("```")[0]
    assert "match: name" in example
    example = example.replace("  areas:", "  # areas:")  # the dataset has no areas
    (folder / "m.yml").write_text(example, "utf-8")
    (folder / "data" / "organisations" / "recipient.yml").write_text("name: {en: Recipient}", "utf-8")
    (folder / "s.csv").write_text(
        "Code;Name;Begins;State;Recipient;Register number;Fund;Granted;Notes\n"
        'A-1;One;1.2.2025;open;Recipient;1;Fund A;"1 234,50";x\n'
        "A-2;Two;2025;draft;Other;2;Fund A;0;\n",
        "utf-8",
    )
    assert run(folder) == 0, capsys.readouterr()
    made = projects(folder)
    assert made["a-1"]["lead"] == "recipient" and made["a-1"]["grants"][0]["amount"] == "1234.50"
    assert "status" not in made["a-2"] and "amount" not in made["a-2"]["grants"][0]


### Any cells, in every format


TEXTS = st.text(st.characters(exclude_categories=("C", "Z"), include_characters=" -:;,'\"é"), min_size=1, max_size=12)


def as_file(some: Rows, form: str) -> bytes:
    """Rows as a source of a format."""
    if form == "xlsx":
        book = openpyxl.Workbook()
        page = book.active
        assert page is not None
        page.append(list(some[0]))
        for row in some:
            page.append(list(row.values()))
            for cell in page[page.max_row]:
                cell.data_type = "s"
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()
    if form == "xml":
        inner = "".join(f"<r>{''.join(f'<{k}>{escape(v)}</{k}>' for k, v in row.items())}</r>" for row in some)
        return f"<list>{inner}<other/></list>".encode()
    if form == "json":
        return json.dumps({"rows": some}).encode()
    if form == "jsonl":
        return "".join(json.dumps(row) + "\n" for row in some).encode()
    text = io.StringIO()
    writer = csv.DictWriter(text, some[0].keys())
    writer.writeheader()
    writer.writerows(some)
    return text.getvalue().encode()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(st.tuples(TEXTS, TEXTS, st.integers(0, 10**9)), min_size=2, max_size=5))
def test_a_record_is_the_same_from_any_format(folder: Path, cells: list[tuple[str, str, int]]):
    some = [
        {"code": f"C {n}", "name": f"N {name}", "who": f"W {who}", "sum": str(amount)}
        for n, (name, who, amount) in enumerate(cells)
    ]
    dataset = Dataset(folder)
    target = intake.Target(dataset.data, dataset, dataset.model, dataset.config)
    results = {}
    for form in ("csv", "xlsx", "json", "jsonl", "xml"):
        source = folder / f"s.{form}"
        source.write_bytes(as_file(some, form))
        mapped = importing.run(source, source.name, folder / "m.yml", "m.yml", target, Options())
        assert mapped.problems == () and mapped.rows == len(some)
        results[form] = [(file.draft.kind, file.draft.id, file.draft.values) for file in mapped.files]
    assert all(each == results["csv"] for each in results.values())
    projects = [values for kind, _, values in results["csv"] if kind == "projects"]
    assert [p["grants"][0]["amount"] for p in projects] == [row["sum"] for row in some]  # type: ignore[index]


def test_a_person_may_rename_what_an_import_made(folder: Path):
    write(folder, rows(3))
    assert run(folder) == 0
    path = folder / "data" / "organisations" / "org-1.yml"
    path.write_text(path.read_text("utf-8").replace('"Org 1"', '"The First"'), "utf-8")
    assert run(folder) == 0
    assert {file.stem for file in path.parent.glob("org-*.yml")} == {"org-0", "org-1", "org-2"}
    assert '"The First"' in path.read_text("utf-8")


def test_a_person_may_rename_a_line_that_an_import_made(folder: Path):
    write(folder, rows(3))
    assert run(folder, "--as", "jsonl") == 0
    path = folder / "data" / "organisations.jsonl"
    path.write_text(path.read_text("utf-8").replace('"Org 1"', '"The First"'), "utf-8")
    assert run(folder) == 0
    assert (
        lines(folder, "organisations")["org-1"]["name"] == {"en": "The First"}
        and len(lines(folder, "organisations")) == 3
    )


@pytest.mark.parametrize("form", ["jsonl", "yml"])
def test_what_is_made_of_a_code_is_known_again(folder: Path, form: str):
    fund = "{from: sum, programme: {name: {en: name}, funder: exampleton}}"
    (folder / "m.yml").write_text(MAPPING.replace("programme: energy, amount", f"programme: {fund}, amount"), "utf-8")
    write(folder, rows(3))
    assert run(folder, "--as", form) == 0
    assert run(folder) == 0, "nothing new, and no change"


def test_a_date_cell_of_a_workbook_may_have_a_time(folder: Path):
    (folder / "m.yml").write_text(MAPPING.replace("grants:", "start: {from: day, date: d.M.yyyy}\n  grants:"), "utf-8")
    book = openpyxl.Workbook()
    for cells in (("code", "name", "who", "sum", "day"), ("C1", "One", "Org", 5, datetime(2025, 3, 1, 13, 30))):
        book.active.append(cells)
    book.save(folder / "s.xlsx")
    assert main(["-C", str(folder), "import", "s.xlsx", "--mapping", "m.yml", "--to", ".", "--as", "jsonl"]) == 0
    assert lines(folder)["c1"]["start"] == "2025-03-01"


def test_a_proposal_can_be_read_from_standard_input(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    write(folder, [{"recipient" if key == "who" else key: cell for key, cell in row.items()} for row in rows(3)])
    assert main(["-C", str(folder), "import", "s.csv", "--propose"]) == 0
    proposal = io.TextIOWrapper(io.BytesIO(capsys.readouterr().out.encode()))
    monkeypatch.setattr("sys.stdin", proposal)
    assert main(["-C", str(folder), "import", "s.csv", "--mapping", "-", "--to", ".", "--as", "jsonl"]) == 0
    assert len(lines(folder)) == 3


def test_a_mapping_file_that_is_not_there(folder: Path, capsys: pytest.CaptureFixture[str]):
    write(folder, rows(1))
    (folder / "m.yml").unlink()
    assert run(folder) == 2
    assert "m.yml: there is no such file" in capsys.readouterr().err
