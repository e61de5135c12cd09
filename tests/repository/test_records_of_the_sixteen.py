"""The sixteen projects against the document that they come from."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from support import reference

SOURCE = "source/kunnan-ja-yritysten-ilmastoyhteistyo.txt"


@pytest.fixture(scope="session")
def projects(checked):
    return {r.id: r for r in checked[1] if r.cls.name == "Project"}


@pytest.fixture(scope="session")
def source(shared: Path) -> str:
    return (shared / SOURCE).read_text("utf-8")


def _blocks(source: str) -> list[dict[str, str]]:
    """The fields of each project, read by a rule of thumb that owes nothing to the importer."""
    pattern = (
        r"Vastuutaho: (?P<lead>.+)\n(?P<rest>(?:.*\n)*?)"
        r"Kokonaissumma: (?P<cost>.+)\n\s*Avustusosuus: (?P<grant>.+)\n\s*"
        r"Aikataulu: (?P<start>\S+?)[-–](?P<end>\S+)"
    )
    return [found.groupdict() for found in re.finditer(pattern, source)]


def _euros(text: str) -> Decimal:
    return Decimal(re.sub(r"[^0-9]", "", text))


def _month(text: str) -> str:
    month, _, year = text.partition("/")
    return f"{year}-{int(month):02d}"


def test_nothing_is_violated(checked):
    report, _ = checked
    assert report.conforms(strict=True), [p for p in report.problems if p.severity != "info"]


def test_totals(projects):
    assert len(projects) == 16
    assert sum(Decimal(p.values["totalCost"]) for p in projects.values()) == 1_198_557
    assert sum(Decimal(g["amount"]) for p in projects.values() for g in p.values["grants"]) == 781_291
    kinds = [o["kind"] for p in projects.values() for o in p.values["outcomes"]]
    assert (kinds.count("result"), kinds.count("permanence")) == (61, 40)


def test_money_schedule_and_lead_are_the_sources(projects, source, checked):
    names = {r.id: r.values["name"]["fi"] for r in checked[1] if r.cls.name == "Organisation"}
    ours = sorted(
        (
            p.values.get("leadAsWritten", names[p.values["lead"]]),
            Decimal(p.values["totalCost"]),
            Decimal(p.values["grants"][0]["amount"]),
            p.values["start"],
            p.values["end"],
        )
        for p in projects.values()
    )
    theirs = sorted(
        (b["lead"].strip(), _euros(b["cost"]), _euros(b["grant"]), _month(b["start"]), _month(b["end"]))
        for b in _blocks(source)
    )
    assert len(theirs) == 16
    assert ours == theirs


def test_titles_are_the_sources(projects, source):
    flat = " ".join(source.split())
    for project in projects.values():
        title = project.values.get("titleAsWritten", project.values["title"]["fi"])
        assert " ".join(title.split()) in flat, project.id


def test_outcomes_stand_in_the_sources_order_and_number(projects, source):
    """Bullets between the headings, counted in the document, project by project."""
    counts = []
    for block in re.split(r"Hankkeen tulokset ja vaikutukset:", source)[1:]:
        results, _, rest = block.partition("Ratkaisujen pysyvyys ja skaalautuminen:")
        permanence = rest.split("Vastuutaho:")[0].split("”")[0]
        counts.append((len(re.findall(r"^- ", results, re.M)), len(re.findall(r"^- ", permanence, re.M))))
    by_title = []
    flat = " ".join(source.split())
    for p in projects.values():
        title = " ".join(p.values.get("titleAsWritten", p.values["title"]["fi"]).split())
        kinds = [o["kind"] for o in p.values["outcomes"]]
        by_title.append((flat.index(title), (kinds.count("result"), kinds.count("permanence"))))
    assert [c for _, c in sorted(by_title)] == counts


def test_texts_are_not_the_sources(projects, source):
    """No seven words in a row of a Finnish text stand in the source, names and titles apart."""

    def words(text: str) -> list[str]:
        return re.findall(r"\w+", text.lower())

    runs = {tuple(words(source)[n : n + 7]) for n in range(len(words(source)) - 6)}
    for project in projects.values():
        texts = [project.values["summary"]["fi"], *(o["text"]["fi"] for o in project.values["outcomes"])]
        for text in texts:
            own = words(text)
            copied = [own[n : n + 7] for n in range(len(own) - 6) if tuple(own[n : n + 7]) in runs]
            assert not copied, (project.id, copied)


def test_every_text_is_in_three_languages(checked):
    report, _ = checked
    assert not [p for p in report.problems if p.code == "missing-language"]


def test_named_figures_are_observed(projects):
    seen = {
        (p.id, o["measure"], o.get("value"))
        for p in projects.values()
        for part in (p.values, *p.values["outcomes"])
        for o in part.get("observations", [])
    }
    wanted = [
        ("kalajoki-irtiotto-oljysta", "co2-reduction", "61"),
        ("kalajoki-irtiotto-oljysta", "oil-use-reduction", "200"),
        ("kalajoki-irtiotto-oljysta", "energy-saving", "170"),
        ("kalajoki-irtiotto-oljysta", "respondents-helped", "80"),
        ("kalajoki-irtiotto-oljysta", "respondents-completed", "24"),
        ("kalajoki-irtiotto-oljysta", "respondents-intending", "90"),
        ("paijat-hame-ilmastokumppanuus", "new-partners", "42"),
        ("paijat-hame-ilmastokumppanuus", "events", "10"),
        ("paijat-hame-ilmastokumppanuus", "participants", "339"),
        ("pirkanmaa-ilmastoekosysteemi", "companies-committed", "53"),
        ("pirkanmaa-ilmastoekosysteemi", "climate-actions", "68"),
        ("pirkanmaa-ilmastoekosysteemi", "carbon-footprints", "19"),
        ("uusimaa-luoto", "workshops", "9"),
        ("uusimaa-luoto", "participants", "307"),
    ]
    assert not set(wanted) - seen


def test_areas_are_the_references(checked):
    records = {(r.cls.name, r.id): r.values for r in checked[1]}
    rows = [row for row in reference.table("municipalities.csv") if not row["successor_code"]]
    assert sum(name == "Municipality" for name, _ in records) == 308
    assert len(rows) == (308 if reference.SHARED else 20)
    for row in rows:
        ours = records["Municipality", row["code"]]
        assert ours["name"] == {"fi": row["name_fi"], "sv": row["name_sv"], "en": row["name_en"]}
        assert (ours["region"], ours["genitive"], ours["number"]) == (
            row["region_code"],
            row["name_fi_gen"],
            int(row["code"]),
        )
        assert (ours["lat"], ours["long"]) == (row["center_lat"] or row["lat"], row["center_lon"] or row["lon"])
        assert ours["sameAs"].endswith("/" + row["wikidata"])
        assert ours["seeAlso"] == [row["yso"]]
    regions = reference.table("regions.csv")
    assert {r["code"] for r in regions} == {i for name, i in records if name == "Region"}
    for row in regions:
        assert records["Region", row["code"]]["name"]["sv"] == row["name_sv"]
    assert records["Municipality", "092"]["name"]["fi"] == "Vantaa"
    assert records["Municipality", "091"]["name"]["fi"] == "Helsinki"


def test_no_identifier_or_address_is_from_elsewhere(root, shared):
    """Every address and identifier in data/ stands in the source, the reference data or the design."""
    known = " ".join(
        p.read_text("utf-8", "ignore") for p in shared.rglob("*") if p.is_file() and p.suffix in (".txt", ".csv", ".md")
    )
    for path in sorted((root / "data").rglob("*")):
        if not path.is_file() or path.name == "LICENSE" or path.suffix in (".rq", ".ttl"):  # vocabulary, no data
            continue
        text = "\n".join(line for line in path.read_text("utf-8").splitlines() if not line.startswith("#"))
        for address in re.findall(r"https?://[^\s\"',|}<>]+", text):
            item = re.match(r"http://www\.wikidata\.org/entity/(Q\d+)$", address)
            wanted = item.group(1) if item else address.rstrip("/.,);")
            assert re.search(rf"{re.escape(wanted)}(?![0-9A-Za-z])", known) or "creativecommons.org" in address, (
                path.name,
                address,
            )
        for host in re.findall(r"host: (\S+)", text):
            assert host.strip("\"'") in known, (path.name, host)
        assert not re.search(r"\b\d{7}-\d\b", text), path.name
