"""The ministry's document: the sixteen projects come out of it as they stand in the data, and no line is lost."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
import yaml

from hankelod.cli.parser import main
from hankelod.intake import importing, writing
from hankelod.intake.documents import compilation, reading
from hankelod.records.dataset import Dataset
from support.folders import CASES, ROOT

SHARED = os.environ.get("HANKELOD_SHARED")
SOURCE = Path(SHARED or "") / "source" / "kunnan-ja-yritysten-ilmastoyhteistyo.txt"

needs_source = pytest.mark.skipif(
    not SHARED or not SOURCE.exists(), reason="HANKELOD_SHARED does not point to the ministry's document"
)

EQUAL = (
    "lead",
    "leadAsWritten",
    "partners",
    "morePartners",
    "municipalities",
    "regions",
    "start",
    "end",
    "totalCost",
    "acronym",
    "source",
    "sourceLanguage",
)


READ = {
    ("paijat-hame-ilmastokumppanuus", "municipalities"),
    ("etela-karjala-ilmastokumppanit", "regions"),
    ("turku-reivi", "partners"),
}
"""What a reader took from the running text, and no field of the document says."""

JUDGED = {"https://kestavysloikka.fi"}
"""Addresses that the document links and the data keeps as written only (`data/SECOND-READING.md`)."""


def record(path: Path) -> dict:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


def links(record: dict) -> list[tuple]:
    """The links of a record; slips that a label mends are left out of the comparison, and so are addresses judged."""
    return [
        (
            None if x.get("url") in JUDGED else x.get("url"),
            x.get("host"),
            x["url"] if x.get("url") in JUDGED else x.get("asWritten"),
            x.get("label", {}).get("fi", "").replace(" –", "-").replace("kestävyttä", "kestävyyttä"),
        )
        for x in record.get("links", [])
    ]


@pytest.fixture(scope="module")
def done() -> importing.Import:
    dataset = Dataset(ROOT)
    return importing.read_document(
        SOURCE,
        SOURCE.name,
        importing.Target(dataset.data, dataset, dataset.model, dataset.config),
        None,
        None,
        "fi",
        False,
    )


@needs_source
def test_every_structured_field_equals_the_data(done: importing.Import) -> None:
    assert len(done.files) == 16
    for file in done.files:
        made, stands = writing.stringified(file.draft.values), record(file.path)
        fields = [k for k in EQUAL if (file.draft.id, k) not in READ]
        assert {k: made.get(k) for k in fields} == {k: stands.get(k) for k in fields}, file.draft.id
        assert made["title"]["fi"] == stands.get("titleAsWritten", stands["title"]["fi"])
        assert [(g["programme"], g["amount"]) for g in made["grants"]] == [
            (g["programme"], g["amount"]) for g in stands["grants"]
        ]
        assert Counter(o["kind"] for o in made["outcomes"]) == Counter(o["kind"] for o in stands["outcomes"])
        of_fields, all_links = links(made), links(stands)
        assert of_fields == all_links[: len(of_fields)], "those that the running text names come after"
        said = [(q["speaker"], q.get("role")) for q in made.get("quotations", [])]
        assert said == [(q["speaker"], q.get("role")) for q in stands.get("quotations", [])]


@needs_source
def test_every_record_is_recognised_and_none_is_new(done: importing.Import) -> None:
    assert {f.draft.id for f in done.files} == {p.stem for p in (ROOT / "data" / "projects").glob("*.yml")}
    assert not any(f.new for f in done.files)


@needs_source
def test_every_line_is_accounted_for() -> None:
    lines = reading.read(SOURCE, SOURCE.name)
    document = compilation.read(lines)
    assert document.coverage() == 100.0
    told = {x.number for x in (*document.frame, *document.headings, *document.unrecognised)}
    for p in document.projects:
        texts = [p.title, *p.description, *(o for _, o in p.outcomes), *(f for v in p.fields.values() for f in v)]
        texts += [t for q in p.quotations for t in q]
        told |= {n for t in texts if t is not None for n in t.lines}
    assert told == {x.number for x in lines if x.text.strip()}


@needs_source
def test_the_texts_are_the_documents_own_words(done: importing.Import) -> None:
    whole = " ".join(SOURCE.read_text(encoding="utf-8").split())
    for file in done.files:
        values = file.draft.values
        texts = [o["text"]["fi"] for o in values["outcomes"]] + values["summary"]["fi"].split("\n\n")
        assert all(" ".join(t.split()) in whole for t in texts)


@needs_source
def test_figures_are_proposed_as_they_stand_in_the_data(done: importing.Import) -> None:
    """Measured on the document that the rules were made with: all 32 of the data but for its targets, and no other."""
    hits = found = expected = 0
    for file in done.files:
        stands = record(file.path)
        parts = [stands, *stands["outcomes"]]
        wanted = Counter(
            (o["measure"], o.get("value", o.get("min")), o.get("qualifier"), o.get("max"))
            for p in parts
            for o in p.get("observations", [])
            if o.get("realisation") != "target"
        )
        got = Counter(f[:4] for told in file.draft.figures.values() for f in told)
        hits += (wanted & got).total()
        found += got.total()
        expected += wanted.total()
    assert (hits, found, expected) == (32, 32, 32)


@needs_source
def test_a_hand_made_record_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = copy(tmp_path)
    before = {p: p.read_bytes() for p in root.rglob("*.yml")}
    assert main(["-C", str(root), "--lang", "en", "import", str(SOURCE), "--to", ".", "--update"]) == 1
    assert {p: p.read_bytes() for p in root.rglob("*.yml")} == before
    assert "summary: edited by hand, kept" in capsys.readouterr().out


def copy(folder: Path) -> Path:
    import shutil

    shutil.copytree(ROOT / "data", folder / "data")
    return folder


def empty(folder: Path) -> Path:
    """A dataset without any record, as somebody starts one."""
    (folder / "data").mkdir(parents=True)
    settings = (
        (ROOT / "data" / "dataset.yml")
        .read_text(encoding="utf-8")
        .replace("publisher: hankelod", "publisher: ymparistoministerio")
    )
    (folder / "data" / "dataset.yml").write_text(settings, encoding="utf-8")
    return folder


@needs_source
def test_an_empty_dataset_is_filled_with_records_that_are_valid(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = empty(tmp_path)
    assert main(["-C", str(root), "--lang", "en", "import", str(SOURCE), "--to", "."]) == 0
    out = capsys.readouterr().out
    assert "16 projects, understood 100.0 %" in out
    assert "new: organisations/novago-yrityskehitys.yml" in out
    assert main(["-C", str(root), "validate"]) == 0
    assert "error" not in capsys.readouterr().out
    made = record(root / "data" / "projects" / "turku-reivi.yml")
    assert (made["lead"], made["leadAsWritten"], made["morePartners"]) == (
        "turun-kaupunki",
        "Turku ym. FISU-kunnat",
        "true",
    )
    company = record(root / "data" / "organisations" / "into-seinajoki.yml")
    assert (company["kind"], company["municipality"]) == ("municipal-company", "743")
    unit = record(root / "data" / "organisations" / "valonia.yml")
    assert (unit["kind"], unit["parent"]) == ("regional-council", "varsinais-suomen-liitto")
    assert not (root / "data" / "organisations" / "turku.yml").exists()


@needs_source
def test_each_field_tells_its_source_line(tmp_path: Path) -> None:
    root = empty(tmp_path)
    assert main(["-C", str(root), "--lang", "en", "import", str(SOURCE), "--to", "."]) == 0
    source = SOURCE.read_text(encoding="utf-8").split("\n")
    checked = 0
    for path in (root / "data" / "projects").glob("*.yml"):
        text = path.read_text(encoding="utf-8").split("\n")
        values = record(path)
        for n, line in enumerate(text):
            if line.startswith("# line ") and text[n + 1].startswith(("leadAsWritten:", "title:")):
                key = text[n + 1].split(":")[0]
                value = values[key]["fi"] if key == "title" else values[key]
                number = int(line.removeprefix("# line ").split("–")[0])
                assert value in source[number - 1]
                checked += 1
        for key in ("lead", "start", "end", "totalCost", "grants", "municipalities"):
            at = next((n for n, line in enumerate(text) if line.startswith(f"{key}:")), None)
            assert at is None or text[at - 1].startswith("# line "), (path.name, key)
    assert checked > 16


@needs_source
def test_a_proposal_is_accepted_by_deleting_its_marks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = empty(tmp_path)
    assert main(["-C", str(root), "import", str(SOURCE), "--to", "."]) == 0
    before = sum(len(record(p).get("observations", [])) for p in (root / "data" / "projects").glob("*.yml"))
    assert before == 0
    told = 0
    for path in (root / "data" / "projects").glob("*.yml"):
        path.write_text(writing.accept(path.read_text(encoding="utf-8")), encoding="utf-8")
        values = record(path)
        told += sum(len(part.get("observations", [])) for part in (values, *values["outcomes"]))
    assert told == 32
    capsys.readouterr()
    assert main(["-C", str(root), "validate"]) == 0


@needs_source
def test_a_second_import_changes_nothing(tmp_path: Path) -> None:
    root = empty(tmp_path)
    assert main(["-C", str(root), "import", str(SOURCE), "--to", "."]) == 0
    before = {p: p.read_bytes() for p in root.rglob("*") if p.is_file()}
    assert main(["-C", str(root), "import", str(SOURCE), "--to", ".", "--update"]) == 0
    assert {p: p.read_bytes() for p in root.rglob("*") if p.is_file()} == before


@needs_source
def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    root = empty(tmp_path)
    before = sorted(root.rglob("*"))
    assert main(["-C", str(root), "import", str(SOURCE), "--to", ".", "--dry-run"]) == 0
    assert sorted(root.rglob("*")) == before


@needs_source
def test_import_works_into_a_folder_where_there_is_no_dataset(tmp_path: Path) -> None:
    assert main(["-C", str(tmp_path), "import", str(SOURCE), "--to", "out"]) == 0
    assert len(list((tmp_path / "out" / "projects").glob("*.yml"))) == 16
    assert (tmp_path / "out" / "programmes" / "kuntien-ilmastoratkaisut.yml").exists()


def test_what_a_field_could_not_be_read_from_is_listed_and_lowers_the_coverage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = CASES / "intake" / "documents" / "amount-that-is-no-amount" / "document.txt"
    assert main(["-C", str(ROOT), "--lang", "en", "import", str(source), "--to", str(tmp_path / "out")]) == 0
    out = capsys.readouterr().out
    lost = "Kokonaissumma: noin viisikymmentä tuhatta"
    whole = len("".join(source.read_text(encoding="utf-8").split()))
    share = 1000 * (whole - len(lost.replace(" ", ""))) // whole / 10
    assert f"understood {share:.1f} %" in out
    assert f"Not understood, 1 lines:\n  23: {lost}" in out
    text = next((tmp_path / "out" / "projects").glob("*.yml")).read_text(encoding="utf-8")
    assert "(totalCost, line 23): noin viisikymmentä tuhatta" in text
    assert "# The source lacks: totalCost" in text


def test_a_company_that_leads_is_explained(tmp_path: Path) -> None:
    source = CASES / "intake" / "documents" / "the-layout-itself" / "document.txt"
    (tmp_path / "d.txt").write_text(
        source.read_text(encoding="utf-8").replace("Salon kaupunki", "Yrityssalo Salo Oy"), encoding="utf-8"
    )
    assert main(["-C", str(tmp_path), "--lang", "en", "import", "d.txt", "--to", "out"]) == 0
    made = next((tmp_path / "out" / "projects").glob("*.yml"))
    assert "taken to be a municipal company, seated in Salo" in made.read_text(encoding="utf-8")
    assert record(made)["municipalities"] == ["734", "577"]
