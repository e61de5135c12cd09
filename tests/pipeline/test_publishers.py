"""Two publications that have nothing to do with each other, from one installed wheel and two publishers' lists.

Sweden's structural funds by county, in kronor and Swedish; Britain's by district, in pounds and English, with a list
and two fields of its own. What the lists say is written as records here: reading tables is the importer's.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pyshacl
import pytest
import rdflib
import yaml

from hankelod.records.slug import slug
from support.folders import DATASETS
from support.wheel import dependencies_only

FOREIGN = re.compile(
    r"\b(?:Finland|Finlands|Finnish|finländsk\w*|Suom(?:i|en|essa)|euros?|EUR|translat\w+|översättning\w*|climate|klimat\w*"
    r"|joensuu\w*|ilmasto\w*)\b|€",
    re.I,
)
"""Words of which neither of the two publications may have one, in what is the same for everybody neither."""


class Publication(NamedTuple):
    """A dataset folder and what was published of it."""

    root: Path
    dist: Path
    projects: dict[str, dict[str, object]]


def write(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(value, allow_unicode=True, sort_keys=False), "utf-8")


def lines(path: Path, records: Iterable[dict[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records), "utf-8")


def dataset(identifier: str, lang: str, title: str, **settings: object) -> dict[str, object]:
    return {
        "id": identifier,
        "title": {lang: title},
        "description": {lang: title},
        "version": "1.0.0",
        "issued": "2016-10-14",
        "modified": "2016-10-14",
        "publisher": "office",
        "contact": {"name": "Office", "email": "mailto:office@example.org"},
        "base": f"https://{identifier}.example.org/",
        "languages": [lang],
        "areas": "data/areas",
        **settings,
    }


def swedish(root: Path, source: Path) -> dict[str, dict[str, object]]:
    """Write the Swedish list as a dataset; return its projects by id."""
    shutil.copytree(DATASETS / "sweden/data/areas", root / "data/areas")
    with (root / "data/areas/areas.csv").open(encoding="utf-8") as file:
        codes = {row["name_sv"]: row["code"] for row in csv.DictReader(file)}
    settings = dataset(
        "strukturfonder",
        "sv",
        "Projekt i Sveriges regionalfondsprogram",
        licence="https://creativecommons.org/publicdomain/zero/1.0/",
        currency="SEK",
        spatial="http://publications.europa.eu/resource/authority/country/SWE",
    )
    write(root / "data/dataset.yml", settings)
    rows = json.loads((source / "sweden-2014-2020.json").read_text("utf-8"))
    organisations = {"office": "Tillväxtverket"} | {slug(r["stödmottagare"]): r["stödmottagare"] for r in rows}
    lines(root / "data/organisations.jsonl", ({"id": i, "name": {"sv": n}} for i, n in sorted(organisations.items())))
    lines(root / "data/programmes.jsonl", [{"id": "eruf", "name": {"sv": "Regionala utvecklingsfonden"}}])
    projects = {}
    for row in rows:
        project: dict[str, object] = {
            "id": row["ärende-id"],
            "title": {"sv": row["projektnamn"]},
            "lead": slug(row["stödmottagare"]),
            "start": row["projekt_starttid"],
            "end": row["projekt_sluttid"],
            "lan": [codes[name] for name in row["län"].split(", ") if name],
            "grants": [{"programme": "eruf", "amount": row["beviljat_belopp_sek"]}],
            "source": "https://example.org/projektbanken",
        }
        projects[str(project["id"])] = {key: value for key, value in project.items() if value}
    lines(root / "data/projects.jsonl", projects.values())
    return projects


def day(text: str) -> str:
    """Return a date of the British list as a record has it: `01/04/2008`, some `01/11/12`, some `03/2015`."""
    return "-".join(reversed(re.sub(r"/(..)$", r"/20\1", text).split("/"))) if text else ""


def british(root: Path, source: Path) -> dict[str, dict[str, object]]:
    """Write the British list as a dataset with pack, list and fields of its own; return its projects by id."""
    with (source / "united-kingdom-2007-2013.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    places = defaultdict(list)
    for row in rows:
        if row["LAU1_CODE"]:
            places[row["LAU1_CODE"], row["LAU1_NAME"]].append((row["Lat_coords"], row["Long_coords"]))
    areas = [(code, "district", name, *found[0]) for (code, name), found in sorted(places.items())]
    (root / "data/areas").mkdir(parents=True)
    for name, header, table in (
        ("levels.csv", ("level", "name_en"), [("district", "Local authority district")]),
        ("areas.csv", ("code", "level", "name_en", "latitude", "longitude"), areas),
    ):
        with (root / "data/areas" / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerows([header, *table])
    (root / "data/areas/pack.yml").write_text("country: GBR\n", "utf-8")
    (root / "data/areas/credits").write_text("Contains the list's own districts.\n", "utf-8")
    settings = dataset(
        "structural-funds",
        "en",
        "Structural funds in the United Kingdom",
        licence="https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
        currency="GBP",
        spatial="http://publications.europa.eu/resource/authority/country/GBR",
    )
    write(root / "data/dataset.yml", settings)
    (root / "lists").mkdir()
    (root / "lists/priorities.csv").write_text(
        "code,label_en\n" + "".join(f"P{n},Priority {n}\n" for n in range(1, 6)), "utf-8"
    )
    (root / "fields.yml").write_text(
        "project:\n"
        "  priority: {label: Priority of the programme, list: priorities}\n"
        "grant:\n"
        "  matching: {label: Matching money, kind: decimal}\n",
        "utf-8",
    )
    organisations = {"office": "Office"} | {slug(r["Organization"]): r["Organization"] for r in rows}
    lines(root / "data/organisations.jsonl", ({"id": i, "name": {"en": n}} for i, n in sorted(organisations.items())))
    lines(root / "data/programmes.jsonl", ({"id": slug(t), "name": {"en": t}} for t in ("ERDF", "ESF")))
    projects = {}
    for number, row in enumerate(rows, start=1):
        days = {key: day(row[column]) for key, column in (("start", "Start_date"), ("end", "End_date"))}
        grant = {"programme": slug(row["Type"]), "amount": row["Subsidy"], "matching": row["Matching"]}
        project = {
            "id": f"row-{number}",
            "title": {"en": row["Project"] or f"Untitled project {number}"},
            "lead": slug(row["Organization"]),
            **days,
            "areas": [row["LAU1_CODE"]] if row["LAU1_CODE"] else [],
            "grants": [{k: v if k == "programme" else json.loads(v) for k, v in grant.items() if v}],
            "priority": row["Priority"].lower(),
            "source": "https://example.org/list",
        }
        projects[str(project["id"])] = {key: value for key, value in project.items() if value}
    lines(root / "data/projects.jsonl", projects.values())
    return projects


@pytest.fixture(scope="module", params=["swedish", "british"])
def published(request, shared, wheel_environment, tmp_path_factory) -> Publication:
    root = tmp_path_factory.mktemp(request.param)
    projects = {"swedish": swedish, "british": british}[request.param](root, shared / "publishers")
    done = subprocess.run(
        [wheel_environment, "-m", "hankelod", "publish"],
        cwd=root,
        env=dependencies_only(),
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr + done.stdout[-3000:]
    return Publication(root, root / "dist", projects)


@pytest.fixture(scope="module")
def graph(published: Publication) -> rdflib.Graph:
    (dump,) = (published.dist / "dump").glob("*.nt")
    return rdflib.Graph().parse(dump, format="nt")


def test_no_word_of_another_dataset(published: Publication) -> None:
    """Its own words apart: the titles of the list may say anything."""
    own = (published.root / "data/projects.jsonl").read_text("utf-8")
    found = []
    for path in sorted(published.dist.rglob("*")):
        name = path.relative_to(published.dist).as_posix()
        if path.suffix in (".html", ".ttl", ".jsonld", ".json", ".csv", ".md", ".svg") and "vendor" not in name:
            text = path.read_text("utf-8")
            words = (m for m in FOREIGN.finditer(text) if m[0] not in own)
            found += [(name, text[max(0, m.start() - 60) : m.end() + 40]) for m in words]
    assert found == []


def test_every_amount_is_in_the_currency_of_the_list(published: Publication, graph: rdflib.Graph) -> None:
    code = "SEK" if "strukturfonder" in str(next((published.dist / "dump").glob("*.nt"))) else "GBP"
    rows = graph.query(
        "PREFIX hanke: <https://w3id.org/hankelod/def#> PREFIX schema: <https://schema.org/> "
        "SELECT ?currency (SUM(?amount) AS ?sum) (COUNT(*) AS ?n) "
        "WHERE { ?grant hanke:amount ?amount ; schema:currency ?currency } GROUP BY ?currency"
    )
    amounts = [Decimal(str(g["amount"])) for p in published.projects.values() for g in p["grants"] if "amount" in g]  # type: ignore[attr-defined]
    assert [(str(c), Decimal(str(s)), int(n)) for c, s, n in rows] == [(code, sum(amounts), len(amounts))]  # type: ignore[misc]
    assert f'"currency":"{code}"' in "".join(
        f.read_text("utf-8").replace(": ", ":") for f in (published.dist / "doc/project").glob("*.html")
    )


def test_the_catalogue_is_about_the_right_country(published: Publication) -> None:
    catalogue = rdflib.Graph().parse(published.dist / "catalog.ttl", format="turtle")
    places = {str(o) for o in catalogue.objects(predicate=rdflib.URIRef("http://purl.org/dc/terms/spatial"))}
    country = "SWE" if (published.root / "data/areas/levels.csv").read_text("utf-8").count("län") else "GBR"
    assert f"http://publications.europa.eu/resource/authority/country/{country}" in places
    assert not any(place.endswith("/FIN") for place in places)


def test_the_dump_conforms_to_its_own_shapes(published: Publication, graph: rdflib.Graph) -> None:
    shapes = rdflib.Graph().parse(published.dist / "shapes.ttl", format="turtle")
    conforms, _, text = pyshacl.validate(graph, shacl_graph=shapes, allow_warnings=True, allow_infos=True)
    assert conforms, text[:3000]


def test_pages_are_in_the_language_of_the_dataset_only(published: Publication) -> None:
    assert not any((published.dist / code).exists() for code in ("fi", "sv", "en"))
    lang = "sv" if "strukturfonder" in str(next((published.dist / "dump").glob("*.nt"))) else "en"
    for name in ("index.html", "downloads.html", "about.html", "projects.html"):
        assert f'<html lang="{lang}"' in (published.dist / name).read_text("utf-8"), name


def test_areas_are_those_of_the_pack(published: Publication, graph: rdflib.Graph) -> None:
    hanke = rdflib.Namespace("https://w3id.org/hankelod/def#")
    skos = rdflib.Namespace("http://www.w3.org/2004/02/skos/core#")
    codes = {str(graph.value(area, skos.notation)) for area in graph.objects(predicate=hanke.area)}
    given = {code for p in published.projects.values() for code in p.get("lan", p.get("areas", []))}  # type: ignore[attr-defined]
    assert codes == given
    assert not list(graph.subjects(rdflib.RDF.type, hanke.Municipality))


def test_an_own_field_is_everywhere_a_field_is(published: Publication, graph: rdflib.Graph) -> None:
    """Page, form, CSV, template, schema, query: those of the British list, on projects and on grants."""
    if not (published.root / "fields.yml").exists():
        return
    dist = published.dist
    page = next((dist / "doc/project").glob("row-2.html")).read_text("utf-8")
    assert "Priority of the programme" in page and "Priority 1" in page and "Matching money" in page
    with (dist / "dump/projects.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    priorities = {p: str(values["priority"]) for p, values in published.projects.items()}
    assert {row["id"]: row["priority"] for row in rows} == priorities
    grants = [grant for p in published.projects.values() for grant in p["grants"]]  # type: ignore[attr-defined]
    matching = sorted(Decimal(str(grant["matching"])) for grant in grants if "matching" in grant)
    assert sorted(Decimal(row["grantsMatching"]) for row in rows if row["grantsMatching"]) == matching
    schema = json.loads((dist / "schema/project.json").read_text("utf-8"))
    assert schema["properties"]["priority"]["title"] == "Priority of the programme"
    assert "matching" in schema["$defs"]["Grant"]["properties"]
    assert "Priority of the programme" in (dist / "contribute.html").read_text("utf-8")
    terms = rdflib.Namespace("https://structural-funds.example.org/def#")
    assert len(list(graph.triples((None, terms.priority, None)))) == len(published.projects)
    assert list(graph.triples((None, terms.matching, None)))
