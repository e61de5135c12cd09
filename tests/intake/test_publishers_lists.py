"""Lists of four publishers, imported by a mapping of some twenty lines each, and found again in the RDF."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pyoxigraph as ox
import pytest
import yaml

from hankelod.cli.parser import main
from support.folders import CASES, DATASETS
from support.lists import description

SHARED = os.environ.get("HANKELOD_SHARED")

pytestmark = pytest.mark.skipif(not SHARED, reason="HANKELOD_SHARED is not set: it has the lists of the publishers")

HANKE = "https://w3id.org/hankelod/def#"
DCTERMS = "http://purl.org/dc/terms/"


class Publisher(NamedTuple):
    """A publisher: the list, the language and currency, its programmes, and the exit status of the import.

    `mapping` is one of the package, else the mapping is the file of the list's name in the folder of cases.
    """

    file: str
    lang: str
    currency: str
    programmes: dict[str, str]
    status: int = 0
    areas: bool = False
    mapping: str | None = None


PUBLISHERS = [
    Publisher("finland-2014-2020.csv", "fi", "EUR", {"eakr-2014-2020": "EAKR", "esr-2014-2020": "ESR"}),
    Publisher("sweden-2014-2020.json", "sv", "SEK", {"eruf-2014-2020": "ERUF"}, areas=True),
    Publisher("united-kingdom-2007-2013.csv", "en", "GBP", {"erdf": "ERDF", "esf": "ESF"}, status=1),
    Publisher("360giving.json", "en", "GBP", {}),
    Publisher("360giving.json", "en", "GBP", {}, mapping="360giving"),
    Publisher("finland-2014-2020.csv", "fi", "EUR", {}, mapping="eura2014"),
]


def dataset(folder: Path, publisher: Publisher) -> None:
    """Write the description of a dataset, its publisher and programmes, and Sweden's areas where they are needed."""
    lang = publisher.lang
    about = description(lang, publisher.currency)
    data = folder / "data"
    if publisher.areas:
        about["areas"] = "data/areas"
        shutil.copytree(DATASETS / "sweden" / "data" / "areas", data / "areas")
    records = {"organisations/office": "Office", **{f"programmes/{k}": v for k, v in publisher.programmes.items()}}
    for path, name in records.items():
        (data / path).parent.mkdir(parents=True, exist_ok=True)
        (data / f"{path}.yml").write_text(yaml.safe_dump({"name": {lang: name}}), "utf-8")
    (data / "dataset.yml").write_text(yaml.safe_dump(about), "utf-8")


def run(*arguments: str) -> int:
    return main(list(arguments))


class Imported(NamedTuple):
    """A list that was imported and published: its rows and the triples of the dump."""

    publisher: Publisher
    rows: list[Any]
    store: ox.Store

    def values(self, predicate: str) -> Counter[str]:
        """The values of a property: literals by their text, things by the last step of their IRI."""
        quads = self.store.quads_for_pattern(None, ox.NamedNode(predicate), None)
        return Counter(
            x.object.value.rsplit("/", 1)[-1] if isinstance(x.object, ox.NamedNode) else x.object.value for x in quads
        )

    def literals(self, predicate: str) -> set[ox.Literal]:
        quads = self.store.quads_for_pattern(None, ox.NamedNode(predicate), None)
        return {x.object for x in quads if isinstance(x.object, ox.Literal)}


@pytest.fixture(scope="module", params=PUBLISHERS, ids=lambda p: f"{p.file} by {p.mapping}" if p.mapping else p.file)
def imported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    publisher: Publisher = request.param
    folder = tmp_path_factory.mktemp("list")
    dataset(folder, publisher)
    source = Path(str(SHARED)) / "publishers" / publisher.file
    mapping = publisher.mapping or str(CASES / "publishers" / f"{source.stem}.yml")
    given = ["--mapping", mapping, "--document", "https://example.org/list", "--to", "."]
    assert run("-C", str(folder), "import", str(source), *given) == publisher.status
    assert run("-C", str(folder), "validate") == 0
    assert run("-C", str(folder), "publish", "--only", "dumps") == 0
    text = source.read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines())) if source.suffix == ".csv" else json.loads(text)
    store = ox.Store()
    store.bulk_load(path=str(next((folder / "dist" / "dump").glob("*.nt"))), format=ox.RdfFormat.N_TRIPLES)
    return Imported(publisher, rows["grants"] if isinstance(rows, dict) else rows, store)


COLUMNS: dict[str, dict[str, Callable[[Any], str | None]]] = {
    "finland-2014-2020.csv": {
        "http://www.w3.org/2004/02/skos/core#notation": lambda r: r["Koodi"],
        DCTERMS + "title": lambda r: r["Hankkeen nimi"],
        HANKE + "start": lambda r: day(r["Aloituspvm"], "."),
        HANKE + "end": lambda r: day(r["Päättymispvm"], "."),
        HANKE + "amount": lambda r: money(r["Myönnetty EU- ja valtion rahoitus"]),
        HANKE + "paid": lambda r: money(r["Toteutunut EU- ja valtion rahoitus"]),
        "prefLabel": lambda r: r["Toteuttajan nimi"],
    },
    "sweden-2014-2020.json": {
        DCTERMS + "title": lambda r: r["projektnamn"],
        HANKE + "start": lambda r: r["projekt_starttid"],
        HANKE + "end": lambda r: r["projekt_sluttid"],
        HANKE + "amount": lambda r: str(r["beviljat_belopp_sek"]),
        "prefLabel": lambda r: r["stödmottagare"],
    },
    "united-kingdom-2007-2013.csv": {
        DCTERMS + "title": lambda r: r["Project"] or None,
        HANKE + "start": lambda r: day(r["Start_date"], "/"),
        HANKE + "amount": lambda r: money(r["Subsidy"]),
        "prefLabel": lambda r: r["Organization"],
    },
    "360giving.json": {
        "http://www.w3.org/2004/02/skos/core#notation": lambda r: r["id"],
        DCTERMS + "title": lambda r: r["title"],
        HANKE + "start": lambda r: r["plannedDates"][0]["startDate"][:10],
        HANKE + "awarded": lambda r: r["awardDate"][:10],
        HANKE + "amount": lambda r: str(r["amountAwarded"]),
        "prefLabel": lambda r: r["recipientOrganization"][0]["name"],
    },
}
"""The values that each row has for a property, read here without the importer; None: none."""


def day(text: str, sign: str) -> str | None:
    """A date with the day first, as precise as it is; None for none, or a year of two digits."""
    parts = text.split(sign)
    if len(parts[-1]) != 4:
        return None
    return "-".join(part.zfill(2) for part in reversed(parts))


def money(text: str) -> str | None:
    return text if Decimal(text or "0") else None


def test_every_mapped_column_is_in_the_rdf(imported: Imported):
    """But for rows that are not written: those without a title. Soft hyphens are not part of a text."""
    rows = [r for r in imported.rows if r.get("Project", True)]
    for predicate, value in COLUMNS[imported.publisher.file].items():
        wanted = {" ".join(v.replace("\u00ad", "").split()) for v in map(value, rows) if v}
        names = imported.values(
            "http://www.w3.org/2004/02/skos/core#prefLabel" if predicate == "prefLabel" else predicate
        )
        found = {" ".join(v.split()) for v in names}
        if predicate.startswith(HANKE) and predicate.endswith(("amount", "paid")):
            assert {Decimal(x) for x in found} == {Decimal(x) for x in wanted}
        elif predicate == "prefLabel":
            folded = {x.casefold() for x in found}
            assert {x for x in wanted if x.casefold() not in folded} == set()
        else:
            assert wanted - found == set(), predicate


def test_money_texts_and_days_are_the_publishers(imported: Imported):
    assert set(imported.values("https://schema.org/currency")) == {imported.publisher.currency}
    titles = {t.language for t in imported.literals(DCTERMS + "title") if t.value != "List"}
    assert imported.publisher.lang in titles
    for literal in imported.literals(HANKE + "start"):
        datatype = {10: "date", 7: "gYearMonth", 4: "gYear"}[len(literal.value)]
        assert literal.datatype.value.endswith(f"#{datatype}"), literal


def test_counties_are_the_ones_of_the_list(imported: Imported):
    """As many for each project as the list names; none where it names no areas that are mapped."""
    wanted = Counter(len(r["län"].split(",")) for r in imported.rows) if imported.publisher.areas else Counter()
    per_project = Counter(
        q.subject.value
        for q in imported.store.quads_for_pattern(None, ox.NamedNode("https://example.org/def#lan"), None)
    )
    assert Counter(per_project.values()) == wanted


def test_a_mapping_is_some_twenty_lines():
    for file in (CASES / "publishers").glob("*.yml"):
        assert len([x for x in file.read_text("utf-8").splitlines() if re.search(r"\S", x)]) <= 25


def test_a_proposal_is_a_mapping(imported: Imported, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """A proposal of `--propose` is taken by `--mapping` as it is."""
    dataset(tmp_path, imported.publisher)
    source = str(Path(str(SHARED)) / "publishers" / imported.publisher.file)
    capsys.readouterr()
    assert run("-C", str(tmp_path), "--lang", "en", "import", source, "--propose") == 0
    proposal = capsys.readouterr().out
    (tmp_path / "m.yml").write_text(proposal, "utf-8")
    given = ("--document", "https://example.org/", "--programme", "fund", "--dry-run")
    status = run("-C", str(tmp_path), "import", source, "--mapping", "m.yml", "--to", ".", *given)
    assert status == imported.publisher.status, capsys.readouterr()
    entries = yaml.safe_load(proposal)["project"]
    assert {"id", "title", "lead", "start", "end"} <= entries.keys() and "amount" in entries["grants"][0]
