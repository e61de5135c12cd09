"""The site: every page leads to its data and to nothing that is not there, in three languages, and stays light."""

from __future__ import annotations

import gzip
import json
import re
import string
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from hankelod import site
from hankelod.messages.catalogue import Entry, Text, names
from hankelod.pipeline.traversal import publish
from hankelod.records.record import Record
from hankelod.site import listing
from hankelod.site.amounts import split
from hankelod.site.language import Language
from hankelod.site.own import CLAIMS
from hankelod.site.pages import projects, sparql
from hankelod.site.portfolio import Portfolio
from support.folders import ROOT
from support.pages import ENGINE, KINDS, Reading, read

PACKAGE = ROOT / "src/hankelod"
LANGUAGES = ("fi", "sv", "en")
FOLDERS = {"fi": "", "sv": "sv/", "en": "en/"}


@pytest.fixture(scope="module")
def paths(dist: Path) -> list[str]:
    """The paths of all pages of the site."""
    return sorted(p.relative_to(dist).as_posix() for p in dist.rglob("*.html"))


@pytest.fixture(scope="module")
def readings(dist: Path, paths: list[str]) -> dict[str, Reading]:
    """The Finnish pages, without most areas and help pages, which are alike; one of each kind in other languages."""

    def some(path: str) -> bool:
        if path.startswith(("sv/", "en/")):
            return path[3:] in KINDS
        return path in KINDS or not re.search(r"doc/(former-)?municipality/(?!01|853)|doc/problem/[^P]", path)

    return {p: read(dist / p) for p in paths if some(p)}


### Texts


def catalogue() -> dict[str, Text]:
    return {f"{s}.{n}": Entry("site", s, n) for s in names("site") for n in names("site", s)}


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", sorted(catalogue()))
def test_every_text_is_in_every_language(key):
    texts = catalogue()[key]
    assert set(texts) == set(LANGUAGES)
    assert all(t.strip() == t and t for t in texts.values())
    wanted = places(texts["fi"])
    for text in texts.values():
        assert places(text) - {"n"} == wanted - {"n"}, text


def test_every_text_is_used_and_every_used_text_is_there():
    sources = [*(PACKAGE / "site").rglob("*.py"), *(PACKAGE / "site/templates").glob("*.html")]
    text = "\n".join(p.read_text("utf-8") for p in sources)
    keys = set(catalogue())
    used = {k for k in keys if f'"{k}"' in text or f"'{k}'" in text}
    begun = set(
        re.findall(r"""["']([a-z]+\.[a-z-]*)(?:\{|["'] ~)""", text)
    )  # keys put together: f"kind.{…}", 'severity.' ~ …
    unused = {k for k in keys - used if not any(k.startswith(b) for b in begun)}
    assert not unused
    asked = set(re.findall(r"""\bt\(["']([a-z]+\.[a-z-]+)["'][,)]""", text))
    assert asked <= keys | {*CLAIMS}, asked - keys


def test_every_kind_and_constraint_has_a_word(dataset):
    keys = catalogue()
    for cls in dataset.model.classes.values():
        for field in cls.fields:
            assert f"kind.{field.kind.name}" in keys
            assert all(f"constraint.{name}" in keys for name in field.limits)


def test_numbers_money_and_time():
    fi, sv, en = (Language(code, LANGUAGES) for code in LANGUAGES)
    assert fi.amount("1198557", "EUR") == "1\u00a0198\u00a0557\u00a0€"
    assert fi.amount("12.5", "EUR") == "12,50\u00a0€"
    assert en.amount("1198557", "EUR") == "€1,198,557"
    assert fi.number("-1234567.25") == "\u22121\u00a0234\u00a0567,25"
    assert (fi.percent("70.0"), sv.percent("66.7"), en.percent("66.7")) == ("70\u00a0%", "66,7\u00a0%", "66.7%")
    assert fi.period("2021-05", "2022-11") == "toukokuu 2021 – marraskuu 2022"
    assert sv.period("2020-05", "2020-11") == "maj – november 2020"
    assert en.period("2020-05", "2020-05") == "May 2020"
    assert (fi.date("2026-11-04"), en.date("2026-11-04")) == ("4.11.2026", "4 November 2026")
    assert fi("count.projects", n=1) == "1 hanke"
    assert fi("count.projects", n=2) == "2 hanketta"


def test_a_text_in_another_language_is_marked():
    sv = Language("sv", LANGUAGES)
    assert sv.pick({"fi": "Moi"}) == ("Moi", "fi")
    assert sv.pick({"fi": "Moi", "sv": "Hej"}) == ("Hej", None)
    assert sv.pick({}) is None


def test_names_are_sorted_as_finns_do():
    assert sorted(["Öja", "Ähtäri", "Åbo", "Zeta", "Aura"], key=listing.collated) == [
        "Aura",
        "Zeta",
        "Åbo",
        "Ähtäri",
        "Öja",
    ]


### Pages


def test_every_thing_has_a_page_in_every_language(dist):
    for document in sorted((dist / "doc").rglob("*.ttl")):
        for folder in FOLDERS.values():
            page = dist / folder / document.relative_to(dist).with_suffix(".html")
            assert page.exists(), page


def test_every_code_has_a_help_page(dist, dataset):
    from hankelod.messages.problem import codes

    for code in [*codes(), *(c.code for c in dataset.model.checks.values())]:
        for folder in FOLDERS.values():
            text = (dist / folder / f"doc/problem/{code}.html").read_text("utf-8")
            assert f"<h1><code>{code}</code></h1>" in text
            assert not re.search(r"\{\w+\}", text), code


def test_heads(readings):
    titles: dict[tuple[str, str], str] = {}
    for path, page in readings.items():
        lang = next((code for code in ("sv", "en") if path.startswith(f"{code}/")), "fi")
        assert page.all("html") == [{"lang": lang}], path
        metas = {m.get("name") or m.get("property") or m.get("http-equiv"): m.get("content") for m in page.all("meta")}
        assert (
            metas["Content-Security-Policy"]
            == "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; object-src 'none'; base-uri 'none'"
        )
        assert metas["description"] and len(metas["description"]) < 400, path
        assert metas["og:title"] and metas["og:url"].endswith(path), path
        own = path.removeprefix(FOLDERS[lang])
        alternates = {e["hreflang"]: e["href"] for e in page.all("link") if "hreflang" in e}
        assert alternates == {
            **{c: f"https://w3id.org/hankelod/{f}{own}" for c, f in FOLDERS.items()},
            "x-default": f"https://w3id.org/hankelod/{own}",
        }
        titles[lang, own] = "".join(page.text).strip().split("\n")[0]
        assert len(page.all("h1")) == 1, path
    by_language = {lang: [t for (code, _), t in titles.items() if code == lang] for lang in FOLDERS}
    for lang, some in by_language.items():
        assert len(set(some)) > 0.9 * len(some), lang


def test_nothing_inline_and_nothing_from_elsewhere(readings):
    loaded = {"script": "src", "img": "src", "image": "href", "iframe": "src", "source": "src", "video": "src"}
    for path, page in readings.items():
        for name, attributes in page.elements:
            assert "style" not in attributes and name != "style", path
            assert not [a for a in attributes if a.startswith("on")], path
            address = attributes.get(loaded.get(name, ""), "")
            assert not re.match(r"(?i)[a-z]+:|//", address), (path, address)
            if name == "link" and attributes["rel"] in ("stylesheet", "icon"):
                assert not attributes["href"].startswith("http"), path
            if name == "script":
                assert "src" in attributes or attributes["type"] in ("application/ld+json", "application/json"), path


def test_links_lead_somewhere(dist, readings):
    anchors = {p: {e.attributes["id"] for e in r.elements if "id" in e.attributes} for p, r in readings.items()}
    files = {p.relative_to(dist).as_posix() for p in dist.rglob("*") if p.is_file()}
    for path, page in readings.items():
        folder = path.rpartition("/")[0]
        for name, attributes in page.elements:
            target = attributes.get("href") or attributes.get("src") or ""
            if name not in ("a", "link", "script", "image", "form") or not target or re.match(r"[a-z]+:", target):
                continue
            where, _, fragment = target.partition("#")
            where = where.partition("?")[0]
            reached = _joined(folder, where) if where else path
            assert reached in files, (path, target)
            if fragment and "=" not in fragment and reached in anchors:  # `#name=…` names a query
                assert fragment in anchors[reached], (path, target)


def _joined(folder: str, target: str) -> str:
    steps = folder.split("/") if folder else []
    for step in target.split("/"):
        if step == "..":
            steps.pop()  # raises where a link leaves the publication
        elif step != ".":
            steps.append(step)
    return "/".join(steps)


def test_ids_are_there_once(readings):
    for path, page in readings.items():
        ids = [e.attributes["id"] for e in page.elements if "id" in e.attributes]
        assert len(ids) == len(set(ids)), path
        for _, attributes in page.elements:
            for name in ("aria-labelledby", "for"):
                assert set(attributes.get(name, "").split()) <= set(ids), path


def test_pages_of_things_lead_to_their_data(readings):
    for path, page in readings.items():
        if re.search(r"doc/(project|organisation|municipality|region|programme|concept)/", path):
            own = re.sub(r"^(sv|en)/", "", path).removesuffix(".html")
            types = {e.get("type"): e["href"] for e in page.all("link") if e["rel"] == "alternate"}
            assert types["text/turtle"].endswith(own + ".ttl")
            assert types["application/ld+json"].endswith(own + ".jsonld")
            iri = "https://w3id.org/hankelod/id/" + own.removeprefix("doc/")
            assert iri in "".join(page.text), path


def test_every_page_leads_to_its_data(dist, readings):
    """Links in its head and its body: the documents of the thing, else the file that it was made from, else all."""
    for path, page in readings.items():
        told = [
            e["href"] for e in page.all("link") if e["rel"] == "alternate" and "hreflang" not in e and "title" not in e
        ]
        assert told, path
        shown = {a.get("href") for a in page.all("a")}
        for target in told:
            assert target in shown, (path, target)
            assert (dist / path).parent.joinpath(target).resolve().is_file(), (path, target)


def test_a_measure_shows_its_figures_with_their_statements(dist):
    page = read(dist / "en/doc/concept/measure/respondents-helped.html")
    links = {a.get("href", "") for a in page.all("a")}
    assert [x for x in links if "doc/project/kalajoki-irtiotto-oljysta.html#outcome-" in x]
    assert "80%" in "".join(page.text)


def test_a_place_without_projects_shows_those_nearby(dist):
    links = {a.get("href") for a in read(dist / "doc/municipality/005.html").all("a")}
    assert "../../doc/project/seinajoki-vihreaksi-yritysalueeksi.html" in links


def test_the_vocabulary_has_an_anchor_for_every_term(dist, dataset):
    for folder in FOLDERS.values():
        ids = {e.attributes.get("id") for e in read(dist / folder / "def.html").elements}
        terms = [s for s in dataset.model.ontology.triples if s.startswith("https://w3id.org/hankelod/def#")]
        assert {t.rsplit("#", 1)[1] for t in terms} <= ids
        assert {f.code for c in dataset.model.classes.values() for f in c.fields} <= ids


def test_a_project_page_tells_what_the_record_says(dist):
    text = " ".join("".join(read(dist / "en/doc/project/punkalaidun-kanteenmaa.html").text).split())
    assert "granted, 70.6% of the total cost of €17,000" in text
    assert "Call of winter 2020–21 (1 December 2020)" in text
    assert "highest share" not in text, "a limit that is not exceeded by more than the tolerance is not spoken of"
    text = " ".join("".join(read(dist / "en/doc/project/turku-reivi.html").text).split())
    assert "address not given in the source; in its place stands https://reivi.fisunetwork.fi" in text
    assert "The source speaks of further partners without naming them." in text
    assert "The source is in Finnish. The texts on this page are translations." in text
    page = read(dist / "doc/project/kalajoki-irtiotto-oljysta.html")
    figures = [a["href"] for a in page.all("a") if a.get("href", "").startswith("#outcome-")]
    assert len(figures) == 4


def test_a_project_page_speaks_of_a_limit_that_is_exceeded(dataset, checked):
    def granted(record):
        if record.id != "punkalaidun-kanteenmaa":
            return record
        return record._replace(values={**record.values, "grants": [{**record.values["grants"][0], "amount": "16000"}]})

    path = "en/doc/project/punkalaidun-kanteenmaa.html"
    files = site.files(dataset, [granted(r) for r in checked[1]], checked[0], {})
    text = next(f for f in files if f.path == path).content.decode()
    assert "The grant&#39;s share of 94.1% exceeds the call&#39;s highest share of 70%." in text
    assert 'class="limit"' in text


def test_navigation_shows_what_is_published(readings):
    links = {a["href"] for a in readings["index.html"].all("a") if "href" in a}
    assert {"projects.html", "contribute.html", "changes/changelog.html"} <= links
    assert ("sparql.html" in links) is ENGINE.exists()


def test_without_a_dump_or_an_engine_there_is_no_page_to_ask(dataset, checked, tmp_path):
    first = next(f for f in site.files(dataset, checked[1], checked[0], {}) if f.path == "index.html")
    assert 'href="contribute.html"' in first.content.decode()
    assert 'href="sparql.html"' not in first.content.decode()
    assert not sparql.can_ask({"dump/small.nt.gz": {"bytes": 1}}, tmp_path)


def test_downloads_are_what_is_there(dist):
    listed = [a["href"] for a in read(dist / "downloads.html").all("a")]
    for path in sorted((dist / "dump").iterdir()):
        assert f"dump/{path.name}" in listed
    assert "schema/project.json" in listed and "shapes.ttl" in listed


def test_only_the_site(dataset, checked, tmp_path):
    publish(dataset, tmp_path / "dist", only=("site",))
    assert (tmp_path / "dist/en/index.html").exists()
    assert not (tmp_path / "dist/dump").exists()


### For machines


def test_structured_data(dist):
    whole = read(dist / "en/index.html").data()[0]
    assert whole["@type"] == "Dataset"
    assert whole["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert [d["encodingFormat"].partition(";")[0] for d in whole["distribution"]] == [
        "text/turtle",
        "application/n-triples",
        "application/ld+json",
        "text/csv",
        "application/geo+json",
    ]
    for each in whole["distribution"]:
        assert (dist / each["contentUrl"].removeprefix("https://w3id.org/hankelod/")).is_file()
    project = read(dist / "en/doc/project/joensuu-ilmastokumppanuus.html").data()[0]
    assert (project["@type"], project["@id"]) == (
        "Action",
        "https://w3id.org/hankelod/id/project/joensuu-ilmastokumppanuus",
    )
    grant = project["mainEntityOfPage"]["about"][0]
    assert grant["amount"] == {"@type": "MonetaryAmount", "currency": "EUR", "value": "50000"}
    crumbs = read(dist / "en/doc/project/joensuu-ilmastokumppanuus.html").data()[1]
    assert [i["position"] for i in crumbs["itemListElement"]] == [1, 2, 3]


ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_feed(dist, lang):
    feed = ET.parse(dist / FOLDERS[lang] / "feed.atom").getroot()
    for needed in ("id", "title", "updated", "author"):
        assert feed.find(ATOM + needed) is not None
    ids = [e.findtext(ATOM + "id") for e in feed.findall(ATOM + "entry")]
    assert len(ids) == len(set(ids)) == 16
    for entry in feed.findall(ATOM + "entry"):
        assert all(entry.find(ATOM + needed) is not None for needed in ("title", "updated", "link", "summary"))


def test_sitemap(dist, paths):
    tree = ET.parse(dist / "sitemap.xml").getroot()
    found = [e.text for e in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert len(found) == len(set(found))
    listed = {f.removeprefix("https://w3id.org/hankelod/") for f in found}
    assert listed <= set(paths)
    assert {p for p in set(paths) - listed if "former-municipality" not in p} == {
        f"{folder}search.html" for folder in ("", "sv/", "en/")
    }
    assert "Sitemap: https://w3id.org/hankelod/sitemap.xml" in (dist / "robots.txt").read_text("utf-8")


def test_a_large_sitemap_comes_in_parts(monkeypatch):
    from hankelod.site import feeds

    monkeypatch.setattr(feeds, "URLS", 9)
    files = {
        f.path: f.content.decode()
        for f in feeds.sitemap("https://x.example/", LANGUAGES, {f"{n}.html": f"2026-01-0{n + 1}" for n in range(7)})
    }
    assert sorted(files) == ["sitemap-1.xml", "sitemap-2.xml", "sitemap-3.xml", "sitemap.xml"]
    assert sum(t.count("<url>") for t in files.values()) == 21
    assert files["sitemap.xml"].count("<sitemap>") == 3


def test_another_address(copy):
    """Absolute links begin with `site` if it is set; things keep the base."""
    from hankelod.records.dataset import Dataset
    from support.checking import check_all

    settings = copy / "data/dataset.yml"
    settings.write_text(settings.read_text("utf-8") + "site: https://climate.example.org/data/\n", "utf-8")
    dataset = Dataset(copy)
    report, records = check_all(dataset)
    page = next(f for f in site.files(dataset, records, report, {}) if f.path == "doc/project/turku-reivi.html")
    text = page.content.decode()
    assert '<link rel="canonical" href="https://climate.example.org/data/doc/project/turku-reivi.html">' in text
    assert "https://w3id.org/hankelod/id/project/turku-reivi" in text


### Many


def many(checked, count: int) -> list[Record]:
    """The real records, with so many projects of the same contents as the first."""
    records = checked[1]
    first = next(r for r in records if r.cls.name == "Project")
    more = [
        first._replace(id=f"project-{n:05}", values={**first.values, "id": f"project-{n:05}"}) for n in range(count)
    ]
    return [*more, *(r for r in records if r.cls.name != "Project")]


def test_long_lists_come_in_pages(dataset, checked, monkeypatch):
    monkeypatch.setattr(projects, "PROJECTS_PER_PART", 50)
    files = {f.path: f.content for f in site.files(dataset, many(checked, 120), checked[0], {})}
    assert [p for p in files if re.fullmatch(r"projects(-\d+)?\.html", p)] == [
        "projects.html",
        "projects-2.html",
        "projects-3.html",
    ]
    assert [p for p in files if p.startswith("lists/fi")] == [
        "lists/fi.js",
        "lists/fi-1.js",
        "lists/fi-2.js",
        "lists/fi-3.js",
    ]
    pages = [Reading(files[p].decode()) for p in ("projects.html", "projects-2.html", "projects-3.html")]
    assert sum(len([a for a in p.all("a") if a.get("class") == "row-title"]) for p in pages) == 120
    assert [a["href"] for a in pages[1].all("a") if a.get("rel") in ("prev", "next")] == [
        "projects.html",
        "projects-3.html",
    ]
    rows = json.loads(files["lists/fi-3.js"].decode().removeprefix("hankelodRows(3,").removesuffix(");\n"))
    assert len(rows) == 20
    # the timeline of so many is drawn as counts
    assert "Käynnissä olleet hankkeet" in files["figures.html"].decode()


def test_pages_are_made_one_by_one(dataset, checked):
    """The first page is there before the second is made, and the generator can be left."""
    made = site.files(dataset, checked[1], checked[0], {})
    assert next(made).path == "index.html"
    made.close()


def test_sums_by_region_are_the_whole(dataset, checked):
    portfolio = Portfolio(dataset, checked[1])
    assert sum(amount for _, amount, _ in portfolio.by_area("EUR")) == sum(
        sum(map(int, (g["amount"] for g in p.values["grants"]))) for p in portfolio.projects
    )


def test_an_odd_cent_is_not_lost():
    from decimal import Decimal

    assert split(Decimal("100.00"), 3) == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]
    assert sum(split(Decimal("0.05"), 7)) == Decimal("0.05")


### Weight


def weight(dist: Path, page: str, *needed: str) -> int:
    return sum(len(gzip.compress((dist / p).read_bytes(), 6)) for p in (page, *needed))


ALWAYS = ("assets/site.css", "assets/site.js", "assets/icon.svg")


def test_project_pages_are_light(dist):
    for path in sorted(dist.glob("**/doc/project/*.html")):
        total = weight(dist, path.relative_to(dist).as_posix(), *ALWAYS, "assets/areas.svg")
        assert total < 60_000, (path, total)


def test_front_page_is_light(dist):
    for folder in FOLDERS.values():
        assert weight(dist, f"{folder}index.html", *ALWAYS, "assets/map.js") < 150_000
