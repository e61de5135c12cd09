"""Days of change: each thing has that of the release in which it last changed, and a release changes no other file."""

from __future__ import annotations

import json
import re
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pyoxigraph as ox
import pytest

from hankelod.pipeline.traversal import publish
from hankelod.publication.history import days
from hankelod.publication.history.days import Days
from hankelod.publication.history.diff import Change
from hankelod.publication.history.releases import Release
from hankelod.publication.parts import Memory
from hankelod.records.dataset import Dataset
from support.publishing import BASE, contents, edit, parsed, published, raise_version, small

MODIFIED = "http://purl.org/dc/terms/modified"
TOPIC = "http://xmlns.com/foaf/0.1/primaryTopic"
DATE = ox.NamedNode("http://www.w3.org/2001/XMLSchema#date")

LANGUAGES = ("", "sv/", "en/")

VERSIONED = {
    *(f"{lang}{page}" for lang in LANGUAGES for page in ("index.html", "about.html", "downloads.html")),
    *(f"{lang}accessibility.html" for lang in LANGUAGES),  # gives the day of the publication
    *(f"{lang}changes/changelog.{ending}" for lang in LANGUAGES for ending in ("html", "md")),
    *("catalog.ttl", "catalog.jsonld", ".well-known/void", "provenance.ttl"),
    *("dump/projects.csv-metadata.json", "dump/projects.fi.csv-metadata.json", "dump/projects.xlsx"),
    "dump/projects.sv.csv-metadata.json",
    *("manifest.json", "sitemap.xml", "changes/releases/2.json"),
}
"""The files that know the version of the dataset or its day of change."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small dataset with a second project, alike but for its theme."""
    folder = small(tmp_path / "small")
    text = (folder / "data/projects/eka.yml").read_text("utf-8")
    (folder / "data/projects/toka.yml").write_text(text.replace("business-cooperation", "networks"), "utf-8")
    return folder


def changed(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def of_documents(out: Path, ending: str) -> dict[str, str]:
    """The days that documents give of themselves, by path of their thing, each checked for what else it says."""
    found = {}
    for path in (out / "doc").rglob(f"*.{ending}"):
        name = path.relative_to(out / "doc").as_posix().removesuffix(f".{ending}")
        document = ox.NamedNode(f"{BASE}doc/{name}")
        said = {q.predicate.value: q.object for q in parsed(path) if q.subject == document}
        assert said.keys() == {MODIFIED, TOPIC}, path
        assert said[TOPIC] == ox.NamedNode(f"{BASE}id/{name}")
        assert said[MODIFIED].datatype == DATE
        found[name] = said[MODIFIED].value
    return found


def of_pages(out: Path, lang: str) -> dict[str, str]:
    """The days that pages of things give, by path of their thing."""
    found = {}
    for path in (out / lang / "doc").rglob("*.html"):
        name = path.relative_to(out / lang / "doc").as_posix().removesuffix(".html")
        if not name.startswith("problem/"):
            (found[name],) = re.findall(r'<footer.*<time datetime="([^"]*)"', path.read_text("utf-8"), re.DOTALL)
    return found


def of_sitemap(out: Path) -> dict[str, str | None]:
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    urls = ET.parse(out / "sitemap.xml").getroot().iter(f"{space}url")
    return {url.findtext(f"{space}loc").removeprefix(BASE): url.findtext(f"{space}lastmod") for url in urls}


def of_feed(out: Path, lang: str) -> list[tuple[str, str]]:
    space = "{http://www.w3.org/2005/Atom}"
    entries = ET.parse(out / lang / "feed.atom").getroot().iter(f"{space}entry")
    return [(e.findtext(f"{space}id").rpartition("/")[2], e.findtext(f"{space}updated")) for e in entries]


### Which files a release changes


def test_a_release_changes_the_files_of_what_changed(folder, tmp_path):
    """A record with another total cost: its own files, what shows its cost, and what knows the version."""
    published(folder, tmp_path / "a")
    edit(folder, "projects/eka.yml", "totalCost: 1000", "totalCost: 1200")
    raise_version(folder, "2.0.0", "2026-02-01")
    published(folder, tmp_path / "b", previous=str(tmp_path / "a"))
    own = {"doc/project/eka.ttl", "doc/project/eka.jsonld"}
    pages = ("project/eka", "organisation/testila", "programme/ohjelma", "municipality/005", "region/14")
    showing = [f"doc/{page}.html" for page in (*pages, "concept/theme/business-cooperation")]
    own |= {f"{lang}{page}" for lang in LANGUAGES for page in (*showing, "def.html", "figures.html", "projects.html")}
    own |= {"doc/municipality/005.json", "doc/region/14.json"}
    own |= {f"{lang}feed.atom" for lang in LANGUAGES} | {f"lists/{lang}-1.js" for lang in ("fi", "sv", "en")}
    dumps = {f"dump/small.{ending}{packed}" for ending in ("nt", "ttl", "jsonld") for packed in ("", ".gz")}
    dumps |= {f"dump/projects.{ending}" for ending in ("csv", "fi.csv", "sv.csv", "geojson", "jsonl", "xlsx")}
    # the first record that has a field gives the field its example
    example = {
        f"{lang}{page}" for lang in LANGUAGES for page in ("contribute.html", "doc/problem/Project-totalCost.html")
    }
    example |= {
        f"schema/{name}.json" for name in ("project", "editor/project", "editor/project.fi", "editor/project.sv")
    }
    new = {"changes/feed.trig", "changes/pages/4.trig"}
    assert changed(contents(tmp_path / "a"), contents(tmp_path / "b")) == own | example | dumps | new | VERSIONED


def test_a_version_of_the_same_data_changes_only_what_knows_the_version(folder, tmp_path):
    published(folder, tmp_path / "a")
    raise_version(folder, "2.0.0", "2026-02-01")
    published(folder, tmp_path / "b", previous=str(tmp_path / "a"))
    assert changed(contents(tmp_path / "a"), contents(tmp_path / "b")) == VERSIONED


### The days themselves


def test_a_first_publication_has_one_day_for_all(folder, tmp_path):
    published(folder, tmp_path / "a")
    for path in (tmp_path / "a/doc").rglob("*.jsonld"):
        assert parsed(path) == parsed(path.with_suffix(".ttl")), path
    things = of_documents(tmp_path / "a", "ttl")
    assert len(things) > 50 and set(things.values()) == {"2026-01-01"}
    assert of_documents(tmp_path / "a", "jsonld") == things
    assert set(of_sitemap(tmp_path / "a").values()) == {"2026-01-01", None}


def test_every_form_gives_the_day_on_which_its_thing_last_changed(folder, tmp_path):
    """Three releases, each carried on from the folder of the one before."""
    published(folder, tmp_path / "a")
    edit(folder, "projects/eka.yml", "totalCost: 1000", "totalCost: 1200")
    raise_version(folder, "2.0.0", "2026-02-01")
    published(folder, tmp_path / "b", previous=str(tmp_path / "a"))
    edit(folder, "organisations/testila.yml", 'fi: "', 'fi: "Uusi ')
    raise_version(folder, "3.0.0", "2026-03-01")
    out = tmp_path / "c"
    published(folder, out, previous=str(tmp_path / "b"))

    expected = {"project/eka": "2026-02-01", "organisation/testila": "2026-03-01"}
    things = of_documents(out, "ttl")
    assert {name: day for name, day in things.items() if day != "2026-01-01"} == expected
    assert of_documents(out, "jsonld") == things
    for lang in LANGUAGES:
        pages = of_pages(out, lang)
        assert {name: day for name, day in pages.items() if day != "2026-01-01"} == expected
        assert {"project/toka", "concept/theme/networks", "concept/theme", "region/14"} <= pages.keys()
        assert of_feed(out, lang) == [("eka", "2026-02-01T00:00:00Z"), ("toka", "2026-01-01T00:00:00Z")]
    area = json.loads((out / "doc/municipality/005.json").read_text("utf-8"))
    assert {p["id"]: p["modified"] for p in area["projects"]} == {"eka": "2026-02-01", "toka": "2026-01-01"}
    assert area["dataset"].keys() == {"iri", "title", "licence", "attribution"}


def test_the_sitemap_has_the_day_of_what_a_page_shows(folder, tmp_path):
    published(folder, tmp_path / "a")
    edit(folder, "projects/eka.yml", "totalCost: 1000", "totalCost: 1200")
    raise_version(folder, "2.0.0", "2026-02-01")
    published(folder, tmp_path / "b", previous=str(tmp_path / "a"))
    days_of = of_sitemap(tmp_path / "b")
    for lang in LANGUAGES:
        for page in ("index", "doc/project/eka", "doc/organisation/testila", "doc/region/14", "doc/concept/theme"):
            assert days_of[f"{lang}{page}.html"] == "2026-02-01", page
        for page in ("doc/project/toka", "doc/concept/role", "doc/concept/theme/networks", "doc/concept/measure"):
            assert days_of[f"{lang}{page}.html"] == "2026-01-01", page
        assert days_of[f"{lang}doc/problem/unknown-key.html"] is None


def test_days_follow_a_record_that_goes_and_comes_back(folder, tmp_path):
    out = tmp_path / "dist"
    published(folder, out)
    (folder / "data/projects/toka.yml").rename(folder / "toka.yml")
    reason = '{fi: "Peruttu", sv: "Inställt", en: "Cancelled"}'
    rows = f"- {{id: project/toka, date: 2026-02-01, reason: {reason}}}\n"
    (folder / "data/withdrawn.yml").write_text(rows, "utf-8")
    raise_version(folder, "2.0.0", "2026-02-01")
    published(folder, out)
    assert of_documents(out, "ttl")["project/toka"] == of_pages(out, "")["project/toka"] == "2026-02-01"
    (folder / "data/withdrawn.yml").unlink()
    (folder / "toka.yml").rename(folder / "data/projects/toka.yml")
    raise_version(folder, "3.0.0", "2026-03-01")
    published(folder, out)
    assert of_documents(out, "ttl")["project/toka"] == of_pages(out, "sv/")["project/toka"] == "2026-03-01"
    assert of_documents(out, "ttl")["project/eka"] == "2026-01-01"


def test_forgetting_is_no_change_of_the_thing(folder, tmp_path):
    out = tmp_path / "dist"
    published(folder, out)
    edit(folder, "projects/eka.yml", "totalCost: 1000", "totalCost: 1200")
    raise_version(folder, "2.0.0", "2026-02-01")
    published(folder, out, only=("documents",))
    raise_version(folder, "3.0.0", "2026-03-01")
    published(folder, out, only=("documents",), forget=("eka",))
    assert of_documents(out, "ttl")["project/eka"] == "2026-02-01"


def test_a_record_with_a_text_like_a_missing_day(folder, tmp_path):
    """Only the place of the day is filled in."""
    edit(folder, "projects/eka.yml", 'fi: "Eka"', 'fi: "Eka 0000-00-00"')
    published(folder, tmp_path / "a", only=("documents",))
    for ending in ("ttl", "jsonld"):
        assert "Eka 0000-00-00" in (tmp_path / f"a/doc/project/eka.{ending}").read_text("utf-8")
        assert of_documents(tmp_path / "a", ending)["project/eka"] == "2026-01-01"


def test_the_days_that_a_large_publication_carries(folder, tmp_path, monkeypatch):
    """Where documents are made on demand, their days are in a sorted file."""
    from hankelod.pipeline import chunk

    out = tmp_path / "dist"
    published(folder, out)
    documents = of_documents(out, "ttl")
    edit(folder, "projects/eka.yml", "totalCost: 1000", "totalCost: 1200")
    raise_version(folder, "2.0.0", "2026-02-01")
    monkeypatch.setattr(chunk, "MOST", 1)
    publish(Dataset(folder), out)
    lines = (out / "dump/changed.index").read_bytes().splitlines()
    assert lines == sorted(lines)
    carried = dict(line.decode().split("\t") for line in lines)
    assert {k: carried[f"{BASE}id/{k}"] for k in documents} == {**documents, "project/eka": "2026-02-01"}
    assert Days(out / "dump/changed.index").of(f"{BASE}id/project/eka") == "2026-02-01"


### At every size


@pytest.mark.parametrize("run", [2, 7, 2**17])
def test_days_are_those_of_the_last_release_of_each_thing(run, tmp_path, monkeypatch):
    monkeypatch.setattr(days, "RUN", run)
    things = [f"http://e/id/{n}{end}" for n in range(30) for end in ("", "/part", "a")]
    releases = [
        Release(n, "http://e/", f"{n}", f"2026-01-{n:02}", (), [Change(t, "update") for t in things[n::n]], ())
        for n in range(1, 13)
    ]
    expected = {change.thing: each.modified for each in releases for change in each.changes}
    found = Days(tmp_path / "days")
    found.write(releases, Memory())
    assert {t: found.of(t) for t in things} == {t: expected.get(t) for t in things}
    assert found.of("http://e/id/") is found.of("http://e/id/1/") is None
    shutil.copy(tmp_path / "days", tmp_path / "again")
    found.write(releases[::-1], Memory())
    assert (tmp_path / "days").read_bytes() == (tmp_path / "again").read_bytes()


def test_unknown_days():
    assert days.UNKNOWN.of("http://e/id/x") is None
