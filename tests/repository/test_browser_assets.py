"""The pages where the reader's own browser works: asking in SPARQL, and the form that makes a record."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import sys
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from packaging.requirements import Requirement

import hankelod
from hankelod.query.data import catalogue
from hankelod.records.dataset import Dataset
from hankelod.site.pages import sparql
from hankelod.site.pages.contribute import REPOSITORY
from support.folders import ROOT
from support.pages import ENGINE, no_browser, node, read, served

BROWSER = pytest.mark.skipif(no_browser() is not None, reason=no_browser() or "")
ASKING = pytest.mark.skipif(not ENGINE.exists(), reason="the engine is not built: `make assets` fetches it with npm")


### What comes from npm, and of a wheel


@ASKING
def test_assets_are_what_is_listed():
    done = subprocess.run(
        [sys.executable, "browser/build.py", "--check"], cwd=ROOT, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr


def test_a_changed_asset_is_seen(tmp_path):
    """A copy of the builder, with a file that is not what is listed, and one that is missing."""
    shutil.copytree(ROOT / "browser", tmp_path / "browser")
    vendor = tmp_path / "src/hankelod/site/assets/vendor"
    vendor.mkdir(parents=True)
    (vendor / "oxigraph.js").write_text("alert(1)", "utf-8")
    done = subprocess.run(
        [sys.executable, "browser/build.py", "--check"], cwd=tmp_path, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 1
    assert "oxigraph.js: not there, or not what assets.json lists" in done.stderr
    assert "oxigraph.wasm.gz: not there" in done.stderr


def test_ranges_hold_what_is_listed():
    """Listed versions are in the ranges of package.json (a caret: from this version up to the next breaking one), and
    of wheels.txt."""
    ranges = json.loads((ROOT / "browser/package.json").read_text("utf-8"))["dependencies"]
    lines = (ROOT / "browser/wheels.txt").read_text("utf-8").splitlines()
    wheels = {r.name: r.specifier for r in map(Requirement, (x for x in lines if x and not x.startswith("#")))}
    listed = json.loads((ROOT / "browser/assets.json").read_text("utf-8"))
    assert set(ranges) | set(wheels) == set(listed)
    assert all(listed[name]["version"] in specifier for name, specifier in wheels.items())
    for name in ranges:
        entry = listed[name]
        least, found = ([int(n) for n in v.lstrip("^").split(".")] for v in (ranges[name], entry["version"]))
        breaking = next(n for n, part in enumerate(least) if part or n == 2)
        assert found >= least and found[: breaking + 1] == least[: breaking + 1], name


### What the pages are given


def test_the_form_is_the_shapes(dist, dataset):
    """Every field of a project and its parts that people write is in the form, with the shape's own words."""
    for folder, lang in (("", "fi"), ("sv/", "sv"), ("en/", "en")):
        page = read(dist / folder / "contribute.html")
        plan = json.loads(
            next(t for s, t in zip(page.all("script"), page.scripts, strict=True) if s.get("id") == "plan")
        )
        assert set(plan["classes"]) >= {
            "Project",
            "Grant",
            "Outcome",
            "Observation",
            "Link",
            "Quotation",
            "Contribution",
        }
        for name, told in plan["classes"].items():
            cls = dataset.model.by_name(name)
            written = [f for f in cls.fields if not f.derived]
            assert [f["key"] for f in told["fields"]] == [f.key for f in written]
            unoffered = [f.key for f in written if f.deprecated or f.passed_on or not dataset.model.offers(f)]
            assert [f["key"] for f in told["fields"] if f.get("unoffered")] == unoffered
            for field in told["fields"]:
                check = next(c for c in dataset.model.checks.values() if c.code == field["code"])
                assert (field["fix"], field["why"]) == (check.fix[lang], check.why[lang])
        re.compile(plan["forbidden"])
        assert plan["repository"] is None  # the contact of this dataset names none


@pytest.mark.parametrize(
    ("address", "repository"),
    [
        ("https://github.com/some-body/hankelod", ("https://github.com/some-body/hankelod", None)),
        ("https://github.com/some-body/hankelod.git", ("https://github.com/some-body/hankelod", None)),
        ("https://github.com/some-body/data/tree/develop/", ("https://github.com/some-body/data", "develop")),
        ("https://github.com/some-body", None),
        ("https://github.com.example.org/some/body", None),
        ("https://w3id.org/hankelod/", None),
    ],
)
def test_a_repository_is_taken_only_where_it_is_known(address, repository):
    found = REPOSITORY.fullmatch(address)
    assert (found.groups() if found else None) == repository


@ASKING
def test_the_page_offers_every_named_query(dist):
    page = read(dist / "en/sparql.html")
    data = json.loads(
        next(t for s, t in zip(page.all("script"), page.scripts, strict=True) if s.get("id") == "sparql-data")
    )
    queries = catalogue(ROOT)
    assert set(data["queries"]) == set(queries.names())
    for query in queries.all():
        told = data["queries"][query.name]
        assert query.text.endswith(told["text"]) or query.text.strip().endswith(told["text"].strip())
        assert [p["name"] for p in told["parameters"]] == [p.name for p in query.parameters]


@ASKING
def test_the_engine_stands_beside_the_dump(dist):
    for path in (
        "dump/hankelod.nt.gz",
        sparql.AREAS,
        "assets/vendor/oxigraph.wasm.gz",
        "assets/vendor/oxigraph.LICENSE.txt",
    ):
        assert (dist / path).is_file(), path
    manifest = json.loads((dist / "manifest.json").read_text("utf-8"))["files"]
    assert "assets/vendor/oxigraph.js" in manifest


def test_publishing_says_what_it_leaves_out(run, copy, tmp_path, monkeypatch):
    done = run("-C", str(copy), "publish", "--only", "site", "--out", "site-alone")
    assert done.returncode == 0, done.stderr
    assert "no SPARQL page" in done.stderr
    assert not (copy / "site-alone/sparql.html").exists() and (copy / "site-alone/contribute.html").exists()


### Asking


@pytest.fixture(scope="module")
def asked(dist):
    """The screen of a person who asks a query in the page."""
    with served(dist) as base:
        return {**node("ask_sparql.mjs", base), "base": base}


@BROWSER
@ASKING
def test_nothing_breaks_and_nothing_is_asked_elsewhere(asked):
    assert asked["errors"] == []
    assert asked["elsewhere"] == []
    assert asked["axe"] == []


@BROWSER
@ASKING
def test_the_engine_is_loaded_when_first_asked(asked):
    assert asked["before"] == []
    assert asked["after"] == [
        "assets/engine-worker.js",
        "assets/vendor/oxigraph.js",
        "assets/vendor/oxigraph.wasm.gz",
        "dump/hankelod.nt.gz",
    ]


@BROWSER
@ASKING
def test_named_queries_answer_as_the_command_does(asked, dist):
    data = hankelod.open(dist)
    queries = catalogue(ROOT)
    assert set(asked["named"]) == set(queries.names())
    for query in queries.all():
        seen = asked["named"][query.name]
        assert seen["fault"] == "", query.name
        given = {p.name: ["fi"] for p in query.parameters if p.kind == "language"}
        answer = data.ask(data.text(query, given))
        if answer.kind == "rows":
            assert list(csv.reader(io.StringIO(seen["file"]))) == list(csv.reader(io.StringIO(answer.text("csv")))), (
                query.name
            )
        else:
            assert seen["file"] == "N-Triples", query.name


@BROWSER
@ASKING
def test_parameters_write_only_values(asked):
    seen = asked["parameter"]
    assert "VALUES $municipality { <id/municipality/853> }" in seen["query"]
    assert re.match(r"\d+ riviä?", seen["status"])
    assert seen["wrong"]["told"] == "”853> } DROP ALL #” ei kelpaa tähän."
    assert seen["wrong"]["query"] == seen["query"]


@BROWSER
@ASKING
def test_charts_and_maps(asked):
    assert asked["named"]["grants-by-region"]["ways"] == ["Taulukko", "Kaavio", "Kartta"]
    assert asked["named"]["links-without-address"]["ways"] == ["Taulukko"]
    chart = asked["chart"]
    assert chart["caption"] == "projects, riveittäin"
    assert max(chart["bars"]) == 1000 and len(chart["bars"]) == 10
    assert chart["grants"][0] == "175\u00a0600"
    areas = dict(asked["map"]["areas"])
    assert areas["doc/region/02.html"] == "Varsinais-Suomi: 4" and len(areas) == 10
    assert asked["map"]["keyboard"] in areas.values()


@BROWSER
@ASKING
def test_what_the_data_says_stays_text(asked):
    seen = asked["hostile"]
    assert seen["text"] == "<img src=x onerror=alert(1)><script>alert(2)</script>"
    assert seen["elements"] == 0
    assert seen["links"][-2:] == ["def.html#lead", "doc/project/turku-reivi.html"]
    assert all(link.startswith(("https://", "def.html", "doc/")) for link in seen["links"])
    assert '\'=1+1,-5,"a,""b"' in asked["formula"]


@BROWSER
@ASKING
def test_other_forms_of_queries(asked):
    assert asked["ask"].startswith("Vastaus: kyllä")
    assert asked["describe"]["head"] == ["subjekti", "ominaisuus", "arvo"]
    assert asked["none"].startswith("Ei yhtään riviä")
    assert asked["many"]["rows"] == 200


@BROWSER
@ASKING
def test_faults_have_a_place(asked):
    seen = asked["fault"]
    assert "rivillä 4, merkki" in seen["told"]
    assert seen["line"] == "4" and seen["at"] == ["query", 4]
    assert seen["answer"] is False
    assert asked["service"]["told"] and asked["service"]["asked"] == []
    assert asked["update"]


@BROWSER
@ASKING
def test_cancelling(asked):
    seen = asked["cancel"]
    assert seen["running"] == "Kysely on käynnissä…" and seen["disabled"]
    assert seen["status"] == "Kysely keskeytettiin."
    assert seen["focus"] == "run"
    assert seen["again"].startswith("1 rivi") and seen["answer"] == "16"


@BROWSER
@ASKING
def test_by_keyboard(asked):
    assert asked["keyboard"]["status"].startswith("1 rivi")
    assert asked["keyboard"]["left"]


@BROWSER
@ASKING
def test_a_query_is_shared_by_address(asked):
    seen = asked["share"]
    address, _, fragment = seen["own"].partition("#")
    assert address == f"{asked['base']}sparql.html"
    assert unquote(fragment) == "query=SELECT ?x # 100 % & more\n{ ?x a hanke:Project }"
    assert seen["ownQuery"].strip() == "SELECT ?x # 100 % & more\n{ ?x a hanke:Project }"
    assert seen["named"].endswith("#name=running-in-month&month=2021-05&lang=fi")
    assert seen["month"] == "2021-05"
    assert seen["swedish"] == {"lang": "sv", "month": "2021-05"}
    assert seen["unknown"] == "grants-by-region"


### Contributing


@pytest.fixture(scope="module")
def filled(dist):
    """The screen of a person who fills in the form."""
    with served(dist) as base:
        return node("fill_form.mjs", base)


def validated(run, copy, name: str, yaml: str) -> dict:
    """The report on a record that the form made."""
    (copy / f"data/projects/{name}.yml").write_text(yaml, "utf-8")
    done = run("-C", str(copy), "validate", f"data/projects/{name}.yml", "--format", "json")
    return json.loads(done.stdout)


@BROWSER
def test_the_form_breaks_nothing_and_asks_nobody(filled):
    assert filled["errors"] == []
    assert filled["elsewhere"] == []
    assert filled["axe"] == []
    assert "pull" not in filled and "letter" not in filled  # no repository and no address is known


@BROWSER
@ASKING
def test_the_least_record_is_accepted(filled, run, copy):
    seen = filled["least"]
    assert seen["left"] == []
    assert seen["status"].startswith("Valmis: ")
    assert seen["file"] == "data/projects/uusi-hanke-aani-100.yml"
    report = validated(run, copy, "uusi-hanke-aani-100", seen["yaml"])
    assert report["conforms"], report["problems"]
    assert {p["code"] for p in report["problems"]} <= {"missing-language"}
    assert 'title:\n  fi: "Uusi hanke: \\"Ääni\\" # 100 %"\n' in seen["yaml"]
    assert "lead: joensuun-kaupunki\n" in seen["yaml"] and 'municipalities: ["167"]\n' in seen["yaml"]
    assert "totalCost: 75000.50\n" in seen["yaml"] and "start: 2021-05\n" in seen["yaml"]
    assert filled["download"] == {"name": "uusi-hanke-aani-100.yml", "same": True}


@BROWSER
@ASKING
def test_the_fullest_record_is_accepted(filled, run, copy):
    seen = filled["everything"]
    assert (seen["left"], seen["elements"]) == ([], 0)
    report = validated(run, copy, "everything", seen["yaml"])
    assert report["conforms"], report["problems"]
    for key in (
        "contributors",
        "observations",
        "outcomes",
        "links",
        "quotations",
        "morePartners",
        "regions",
        "acronym",
    ):
        assert f"\n{key}:" in seen["yaml"], key
    assert seen["removed"] == 1


@BROWSER
@ASKING
def test_checks_as_one_types(filled):
    start = filled["start"]
    assert (start["status"], start["stored"], start["copy"]) == (
        "Täytä lomake: tietue syntyy kirjoittaessasi.",
        0,
        True,
    )
    assert start["organisation"]  # the way to a new organisation is visible from the first step
    assert filled["id"] == "uusi-hanke-aani-100"
    assert len(filled["missing"]) >= 6 and filled["focused"]
    assert "doc/project/turku-reivi.html" in filled["taken"]
    assert "Turku Reivi" in filled["badId"] and "turku-reivi" in filled["badId"]
    assert "U+202E" in filled["invisible"]
    assert "teksti ei ole millään näistä kielistä: suomi, ruotsi" in filled["national"]


@BROWSER
@ASKING
def test_suggestions_can_be_taken(filled):
    assert "Tarkoititko 2021-05?" in filled["month"]["told"] and filled["month"]["taken"] == "2021-05"
    assert "Tarkoititko Helsinki?" in filled["place"]["told"] and filled["place"]["taken"] == "Helsinki"
    assert "https://www.ym.fi/kuntien-hankkeet" in filled["link"]
    assert "ei ole luettelossa" in filled["unknown"] and "Lisää ”Ei ole olemassa”" in filled["unknown"]


MISTAKES = {
    "month": ("2023-13", "Anna vuosi ja kuukausi"),
    "cost": ("suurempi kuin hankkeen kokonaissumma", "Tarkista avustussumma"),
    "order": ("päättyy ennen kuin se alkaa", "loppu ei voi olla ennen alkua"),
    "code": ("91", "Käytä: Helsinki"),
    "unknown": ("Karina", "Käytä: Kaarina"),
    "partner": ("on jo kohdassa Vastuutaho", "Poista vastuutaho kumppaneista"),
    "end": ("Loppu: puuttuu", "Anna vuosi ja kuukausi"),
    "address": ("ym.fi", "Käytä: https://ym.fi"),
    "language": ("englanti", "Siirrä teksti oikean kielen kohdalle"),
}
"""Mistakes of coordinators: what is wrong, and the fix, as the form tells at the field."""


@BROWSER
@ASKING
@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_at_its_field_with_the_fix(filled, name):
    seen = filled["mistakes"][name]
    for words in MISTAKES[name]:
        assert words in seen["told"]
    # what only warns stops nobody
    assert bool(seen.get("finished")) == (name == "partner")


@BROWSER
@ASKING
def test_a_missing_organisation_is_made_in_place(filled, run, copy):
    seen = filled["organisation"]
    assert seen["lead"] == "Rauman kaupunki"
    assert seen["names"] == ["data/projects/uusi-hanke.yml", "data/organisations/rauman-kaupunki.yml"]
    for name, text in zip(seen["names"], seen["files"], strict=True):
        (copy / name).write_text(text, "utf-8")
    report = json.loads(run("-C", str(copy), "validate", *seen["names"], "--format", "json").stdout)
    assert report["conforms"], report["problems"]
    assert 'municipality: "684"' in seen["files"][1]


@BROWSER
def test_a_draft_is_kept_until_it_is_cleared(filled):
    seen = filled["draft"]
    assert seen["kept"] == 1
    assert seen["swedish"]["lang"] == "sv"
    assert 'fi: "Uusi hanke"' in seen["swedish"]["yaml"]
    assert seen["swedish"]["status"] == "Ditt utkast har återställts."
    assert seen["cleared"] == {"stored": 0, "yaml": 0}


@BROWSER
@ASKING
def test_a_correction_keeps_all_that_is_not_changed(filled, dataset, copy):
    seen = filled["correction"]
    assert seen["fixed"] and seen["file"] == "data/projects/turku-reivi.yml"
    assert seen["count"] == "Changed facts: 1."
    before = dataset.record(dataset.model.main, "turku-reivi").values
    assert (seen["del"], seen["ins"]) == ([before["end"]], ["2023-02"])
    path = copy / seen["file"]
    path.write_text(seen["same"], "utf-8")
    assert Dataset(copy).record(dataset.model.main, "turku-reivi").values == before
    path.write_text(seen["changed"], "utf-8")
    after = Dataset(copy).record(dataset.model.main, "turku-reivi").values
    assert {k for k in before if before[k] != after[k]} == {"end", "latestEnd"}


@BROWSER
def test_from_files_and_on_to_a_pull_request(copy, run):
    """Opened from a folder; this dataset's contact is a repository."""
    settings = copy / "data/dataset.yml"
    told = settings.read_text("utf-8")
    settings.write_text(
        told.replace(
            'url: "https://w3id.org/hankelod/"',
            'url: "https://github.com/some-body/data/tree/develop"\n  email: mailto:data@example.org',
        ),
        "utf-8",
    )
    assert run("-C", str(copy), "publish").returncode == 0
    seen = node("fill_form.mjs", (copy / "dist").as_uri() + "/")
    assert seen["errors"] == [] and seen["elsewhere"] == []
    assert seen["least"]["left"] == [] and seen["least"]["status"].startswith("Valmis: ")
    assert seen["pull"]["shown"]
    address = urlsplit(seen["pull"]["href"])
    assert address.netloc + address.path == "github.com/some-body/data/new/develop/data/projects"
    assert parse_qs(address.query) == {"filename": ["uusi-hanke-aani-100.yml"], "value": [seen["least"]["yaml"]]}
    assert seen["letter"]["href"].startswith("mailto:data@example.org?subject=Uusi%20hanke")
    if ENGINE.exists():  # what browsers forbid is said
        assert "python3 -m http.server" in seen["sparql"]["told"] and seen["sparql"]["form"] is False
