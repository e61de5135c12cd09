"""Records with any subset of what they may leave out, in two currencies: the publication stands, conforms to its own
shapes, answers every named query, and its sums are the same wherever they are told."""

from __future__ import annotations

import csv
import json
import re
import tempfile
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pyshacl
import rdflib
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hankelod.query.data import catalogue, open_data
from support.folders import ROOT
from support.publishing import published

DATASET = """id: grants
title: {en: "Grants", fi: "Avustukset"}
description: {en: "What was granted.", fi: "Mitä myönnettiin."}
version: "1.0.0"
issued: 2026-01-01
modified: 2026-01-01
licence: https://creativecommons.org/publicdomain/zero/1.0/
publisher: foundation
base: https://grants.example.org/
languages: [en, fi]
areas: finland
currency: GBP
"""
TABLES = {
    "regions.csv": "code,name_fi,name_sv,name_en\n01,Pohjoinen,Norden,North\n02,Etelä,Södern,South\n",
    "municipalities.csv": "code,name_fi,name_sv,name_en,region,lat,long\n"
    "001,Ylä,Övre,Upper,01,65.0,25.0\n002,Keski,Mellan,Middle,01,64.0,25.5\n003,Ala,Nedre,Lower,02,61.0,24.0\n",
    "former-municipalities.csv": "code,name_fi,name_sv,successor,year,split\n",
}
FIELDS = """project:
  priority: {label: Priority, list: priorities}
  pupils: {label: Pupils, kind: integer}
grant:
  panel: {label: Panel, list: priorities, many: true}
  decided: {label: Decided, kind: date}
  share: {label: Share, kind: decimal}
organisation:
  nickname: {label: Nickname}
"""
LIST = "code,label_en\nfirst,First\nsecond,Second\n"
CONCEPTS = """@prefix hanke: <https://w3id.org/hankelod/def#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix qudt: <http://qudt.org/schema/qudt/> .
@prefix unit: <http://qudt.org/vocab/unit/> .
<id/concept/measure/visits> a hanke:Measure ; skos:inScheme <id/concept/measure> ;
    skos:prefLabel "visits"@en, "käynnit"@fi ; skos:definition "How many came."@en, "Kuinka moni tuli."@fi ;
    qudt:hasUnit unit:COUNT ; hanke:per <id/concept/period/project> .
<id/concept/theme/heat> a hanke:Theme ; skos:inScheme <id/concept/theme> ;
    skos:prefLabel "heat"@en, "lämpö"@fi ; skos:definition "Heat."@en, "Lämpö."@fi .
<id/concept/target-group/schools> a hanke:TargetGroup ; skos:inScheme <id/concept/target-group> ;
    skos:prefLabel "schools"@en, "koulut"@fi ; skos:definition "Schools."@en, "Koulut."@fi .
"""
ORGANISATIONS = ("foundation", "council", "school")
PROGRAMMES = ("energy", "water")
SCRIPT = (ROOT / "src/hankelod/site/assets/projects.js").read_text("utf-8")
INDEX = re.search(r"const \[([A-Z, ]+)\] = Array", SCRIPT)[1].split(", ")  # type: ignore[index]
"""The columns of the rows of the list, in the order in which the script of the list reads them."""

TEXT = st.fixed_dictionaries({}, optional={"en": st.just("A text"), "fi": st.just("Teksti")}).filter(bool)
CURRENCY = st.sampled_from(("GBP", "SEK"))
DATES = (("2020", "2023"), ("2020-05", "2022-11"), ("2021-03-04", "2021-03-05"), ("2021", "2021-12-31"))


def amounts(most: int) -> st.SearchStrategy[str]:
    """Amounts of money; zero is one."""
    return st.one_of(
        st.integers(0, most).map(str), st.integers(0, most * 100).map(lambda n: f"{n // 100}.{n % 100:02}")
    )


def subset(**fields: st.SearchStrategy[object]) -> st.SearchStrategy[dict[str, object]]:
    return st.fixed_dictionaries({}, optional=fields)


GRANTS = st.builds(
    lambda origin, rest: {**origin, **rest},
    st.sampled_from(
        (
            {"programme": "energy"},
            {"programme": "water"},
            {"funder": "foundation"},
            {"programme": "energy", "funder": "council"},
            {"programme": "energy", "call": "first"},
        )
    ),
    subset(
        amount=amounts(300),
        currency=CURRENCY,
        fund=st.just("ERDF"),
        requested=amounts(500),
        paid=amounts(300),
        rate=st.sampled_from(("0", "0.5", "1")),
        awarded=st.sampled_from(("2020-01-31", "2021-12-01")),
        purpose=TEXT,
        panel=st.sampled_from((["first"], ["first", "second"])),
        decided=st.just("2020-01-15"),
        share=st.sampled_from(("0", "0.25")),
    ),
)
COST = amounts(9000).map(lambda text: str(Decimal(text) + 1000))  # above the sum of the grants, which a rule asks
OTHER = st.builds(
    lambda amount, rest: {**amount, **rest},
    st.fixed_dictionaries({"amount": amounts(300)}),
    st.fixed_dictionaries({}, optional={"from": st.just("council"), "currency": CURRENCY, "kind": st.just("public")}),
)
NOTED = [{"about": "title", "text": {"en": "Another page has another title."}, "source": "https://example.org/other"}]
FIGURE = st.builds(
    lambda figure, rest: {"measure": "visits", **figure, **rest},
    st.sampled_from(({"value": 5}, {"min": 2, "max": 7}, {"min": 2})),
    subset(
        qualifier=st.sampled_from(("about", "at-least")),
        realisation=st.sampled_from(("planned", "target", "achieved")),
        year=st.just(2022),
        note=TEXT,
    ),
)
MONEY = subset(totalCost=COST, grants=st.lists(GRANTS, min_size=1, max_size=3)).filter(bool)
RECIPIENT = st.one_of(st.sampled_from(ORGANISATIONS).map(lambda o: {"lead": o}), st.just({"unnamedPerson": True}))
DATED = st.sampled_from(DATES).flatmap(lambda pair: subset(start=st.just(pair[0]), end=st.just(pair[1])))
REST = subset(
    currency=CURRENCY,
    acronym=st.just("ABC"),
    summary=TEXT,
    partners=st.just(["school"]),
    morePartners=st.just(True),
    contributors=st.just([{"organisation": "council", "role": "expert"}]),
    municipalities=st.lists(st.sampled_from(("001", "002", "003")), min_size=1, unique=True),
    regions=st.lists(st.sampled_from(("01", "02")), min_size=1, unique=True),
    identifiers=st.just([{"scheme": "GB-CHC", "value": "Ab-1"}]),
    themes=st.just(["heat"]),
    targetGroups=st.just(["schools"]),
    observations=st.lists(FIGURE, min_size=1, max_size=2),
    status=st.sampled_from(("planned", "ongoing", "ended", "interrupted")),
    otherFunding=st.lists(OTHER, min_size=1, max_size=2),
    outputs=st.sampled_from(
        (
            [{"kind": "tool", "name": {"en": "A tool"}, "url": "https://example.org/t"}],
            [{"kind": "guide", "name": {"en": "A guide"}, "asWritten": "the guide"}],
        )
    ),
    remarks=st.just(NOTED),
    priority=st.sampled_from(("first", "second")),
    pupils=st.integers(0, 100),
    titleAsWritten=st.just("A  title"),
    leadAsWritten=st.just("The school and others"),
    outcomes=st.lists(
        st.fixed_dictionaries(
            {"kind": st.sampled_from(("result", "permanence")), "text": TEXT},
            optional={"observations": st.lists(FIGURE, min_size=1, max_size=1)},
        ),
        min_size=1,
        max_size=2,
    ),
    links=st.sampled_from(([{"url": "https://example.org/"}], [{"host": "example.org"}])),
    quotations=st.just([{"speaker": "Somebody", "gist": {"en": "Good"}}]),
    sourceLanguage=st.just("en"),
)
PROJECTS = st.builds(
    lambda title, *others: {
        "title": title,
        "source": "https://example.org/list",
        **{k: v for o in others for k, v in o.items()},
    },
    TEXT,
    RECIPIENT,
    MONEY,
    DATED,
    REST,
)
ORGANISATION = st.builds(
    lambda name, rest: {"name": name, **rest},
    TEXT,
    subset(
        kind=st.just("company"),
        altNames=st.just(["Other"]),
        municipality=st.just("001"),
        homepage=st.just("https://example.org/o"),
        identifiers=st.just([{"scheme": "GB-CHC", "value": "1"}]),
        sameAs=st.just(["https://example.org/same"]),
        remarks=st.just(
            [{"about": "name", "text": {"en": "Another name elsewhere."}, "source": "https://example.org/r"}]
        ),
        nickname=st.just("The one"),
    ),
)
PROGRAMME = st.builds(
    lambda name, rest: {
        "name": name,
        "calls": [{"id": "first", "name": {"en": "First"}, "source": {"en": "A notice"}}],
        **rest,
    },
    TEXT,
    subset(
        funder=st.just("foundation"),
        startYear=st.just(2019),
        endYear=st.just(2025),
        maxGrantRate=st.just("0.5"),
        maxGrantAmount=st.just("100"),
        currency=CURRENCY,
    ),
)
RECORDS = st.fixed_dictionaries(
    {
        "organisations": st.fixed_dictionaries(dict.fromkeys(ORGANISATIONS, ORGANISATION)),
        "programmes": st.fixed_dictionaries(dict.fromkeys(PROGRAMMES, PROGRAMME)),
        "projects": st.lists(PROJECTS, min_size=1, max_size=8).map(
            lambda some: {f"p{n}": p for n, p in enumerate(some)}
        ),
    }
)

Sums = dict[str, Decimal]


def added(pairs) -> Sums:
    sums: Sums = {}
    for currency, amount in pairs:
        sums[currency] = sums.get(currency, Decimal(0)) + Decimal(amount)
    return sums


def told(project: dict) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The cost and the grants of a project as its author wrote them, each with the currency that is meant."""
    own = project.get("currency", "GBP")
    cost = [(own, project["totalCost"])] if "totalCost" in project else []
    grants = [(g.get("currency", own), g["amount"]) for g in project.get("grants", ()) if "amount" in g]
    return cost, grants


def write(folder: Path, records: dict[str, dict[str, dict]]) -> None:
    (folder / "data").mkdir(parents=True)
    (folder / "data/dataset.yml").write_text(DATASET, "utf-8")
    for name, text in TABLES.items():
        (folder / "data" / name).write_text(text, "utf-8")
    (folder / "fields.yml").write_text(FIELDS, "utf-8")
    (folder / "lists").mkdir()
    (folder / "model").mkdir()
    (folder / "model/concepts.ttl").write_text(CONCEPTS, "utf-8")
    (folder / "lists/priorities.csv").write_text(LIST, "utf-8")
    for kind, things in records.items():
        place = folder / "data" / kind
        place.mkdir()
        for name, values in things.items():
            (place / f"{name}.yml").write_text(json.dumps(values, ensure_ascii=False), "utf-8")


def rows_of(index: Path) -> list[list]:
    return json.loads(re.fullmatch(r"hankelodRows\(\d+,(.*)\);\n", index.read_text("utf-8"), re.S)[1])


def sums_of_query(data, name: str, cost: str, grants: str) -> tuple[Sums, Sums]:
    answer = data.query(name).rows
    return tuple(  # type: ignore[return-value]
        added((r["currency"], r[key]) for r in answer if r.get(key) is not None) for key in (cost, grants)
    )


@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),  # a smaller failing publication is not worth the time to find it
    suppress_health_check=list(HealthCheck),
)
@given(records=RECORDS)
def test_any_subset_of_fields_is_published_and_adds_up(records) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "grants"
        write(folder, records)
        published(folder, folder / "dist")
        dist, projects = folder / "dist", records["projects"]
        conforms(dist)
        data = open_data(dist, working=folder)
        for name in sorted(query.stem for queries in catalogue(folder).folders for query in queries.glob("*.rq")):
            data.query(name)
        costs = added(pair for p in projects.values() for pair in told(p)[0])
        grants = added(pair for p in projects.values() for pair in told(p)[1])
        totals = sums_of_query(data, "totals", "totalCost", "grants")
        assert totals == (costs, grants)
        assert {r["projects"] for r in data.query("totals")} == {len(projects)}
        by_year = [p for p in projects.values() if "start" in p]
        assert sums_of_query(data, "funding-by-start-year", "totalCost", "grants") == (
            added(pair for p in by_year for pair in told(p)[0]),
            added(pair for p in by_year for pair in told(p)[1]),
        )
        regions_agree(data, dist, projects)
        pages_agree(dist, costs, grants)
        pages_say_of_how_many(dist, projects)
        tables_agree(dist, costs, grants)


def conforms(dist: Path) -> None:
    """The dump conforms to the shapes of the publication, by pySHACL: no violation; warnings are none."""
    ok, _, text = pyshacl.validate(
        rdflib.Graph().parse(dist / "dump/grants.ttl"),
        shacl_graph=rdflib.Graph().parse(dist / "shapes.ttl"),
        allow_warnings=True,
        inference="none",
    )
    assert ok, text


REGION_OF = {"001": "01", "002": "01", "003": "02"}


def regions_agree(data, dist: Path, projects: dict[str, dict]) -> None:
    """Numbers and sums by region: of the query, of the records, and of the file of the region."""
    inside = {
        code: [
            p
            for p in projects.values()
            if code in {*p.get("regions", ()), *(REGION_OF[m] for m in p.get("municipalities", ()))}
        ]
        for code in ("01", "02")
    }
    answer = data.query("grants-by-region").rows
    assert {r["code"]: r["projects"] for r in answer} == {code: len(some) for code, some in inside.items() if some}
    for code, some in inside.items():
        wanted = added(pair for p in some for pair in told(p)[0]), added(pair for p in some for pair in told(p)[1])
        rows = [r for r in answer if r["code"] == code and r.get("currency") is not None]
        for n, key in enumerate(("totalCost", "grants")):
            assert {r["currency"]: Decimal(str(r[key])) for r in rows if r.get(key) is not None} == wanted[n]
        area = json.loads((dist / f"doc/region/{code}.json").read_text("utf-8"), parse_float=Decimal)
        assert area["projectCount"] == len(some)
        for n, key in enumerate(("cost", "grant")):
            known = {s["currency"]: Decimal(s[f"{key}Sum"]) for s in area["sums"] if s[f"{key}Count"]}
            assert known == wanted[n]
            counted = Counter(c for p in some for c in {currency for currency, _ in told(p)[n]})
            assert {s["currency"]: s[f"{key}Count"] for s in area["sums"] if s[f"{key}Count"]} == counted


def pages_agree(dist: Path, costs: Sums, grants: Sums) -> None:
    """The rows of the list of projects, which its filters count."""
    rows = rows_of(dist / "lists/en-1.js")
    assert added(pair for row in rows for pair in row[INDEX.index("COST")]) == costs
    assert added(pair for row in rows for pair in row[INDEX.index("GRANTS")]) == grants


def pages_say_of_how_many(dist: Path, projects: dict[str, dict]) -> None:
    """The front page says for how many projects of how many the total cost is known, where not for all; the page of a
    project has the own fields of its grants."""
    front = " ".join(re.sub(r"<[^>]+>", " ", (dist / "index.html").read_text("utf-8")).split())
    known = sum("totalCost" in p for p in projects.values())
    said = re.findall(r"total cost \(known for (\d+) of (\d+) projects?\)", front)
    assert said == ([(str(known), str(len(projects)))] if 0 < known < len(projects) else [])
    for name, project in projects.items():
        page = (dist / f"doc/project/{name}.html").read_text("utf-8")
        for key, label in (("panel", "Panel"), ("decided", "Decided"), ("share", "Share")):
            assert (f">{label}<" in page) == any(key in grant for grant in project.get("grants", ())), (name, key)


def tables_agree(dist: Path, costs: Sums, grants: Sums) -> None:
    with (dist / "dump/projects.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert added((r["currency"], r["totalCost"]) for r in rows if r["totalCost"]) == costs
    split = ((r["grantCurrencies"].split("|"), r["grantTotals"].split("|")) for r in rows if r["grantTotals"])
    assert added(pair for codes, sums in split for pair in zip(codes, sums, strict=True)) == grants
    assert (dist / "dump/projects.fi.csv").is_file() and not (dist / "dump/projects.en.csv").exists()
