"""Search: terms alike in Python and in a page, an index of bounded size, and what people find in a browser."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from hankelod.pipeline.traversal import publish
from hankelod.records.dataset import Dataset
from hankelod.site.index import shards, terms
from hankelod.site.index.entries import Entry, Passage
from hankelod.site.language import Link, Words
from support.folders import ROOT
from support.pages import NODE_FOLDER, no_browser, node, read, served

BROWSER = pytest.mark.skipif(no_browser() is not None, reason=no_browser() or "")
BUILT = pytest.mark.skipif(
    not (terms.VENDOR / "base-stemmer.js").exists(), reason="the stemmers are not built: `make assets` fetches them"
)
LANGUAGES = ("fi", "sv", "en")
BOUND = 60_000
"""Most bytes of the index in one language for the sixteen, and of all that a search of them loads."""


### Terms


@BUILT
@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed here")
def test_stems_are_alike_in_python_and_in_a_page():
    """The words of this repository's data, by every stemmer, whatever their language."""
    texts = [p.read_text("utf-8") for f in ("data", "ontology", "shapes") for p in sorted((ROOT / f).rglob("*.*"))]
    words = sorted({word for text in texts for word in terms.words(text) if word[:1].isalpha()})[::3]
    codes = [row.split(",") for row in (Path(terms.__file__).parent / "stemmers.csv").read_text().splitlines()[1:]]
    algorithms = {name: code for code, name in codes}
    assert len(words) > 2000 and len(algorithms) > 25
    done = subprocess.run(
        ["node", "stems.mjs", str(terms.VENDOR)],
        cwd=NODE_FOLDER,
        input=json.dumps(dict.fromkeys(algorithms, words)),
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    in_page = json.loads(done.stdout)
    for name, code in algorithms.items():
        stem = terms.stem(code)
        assert [w for w, other in zip(words, in_page[name], strict=True) if stem(w) != other] == [], name


def test_words_and_folds():
    assert terms.words("CO₂-päästöt, GHG Protocol (1–3)") == ["co2", "päästöt", "ghg", "protocol", "1", "3"]
    assert [terms.folded(w) for w in ("hiilijalanjälki", "åbo", "søknad", "łódź", "straße", "한국")] == [
        *("hiilijalanjalki", "abo", "soknad", "lodz", "strasse", "한국"),
    ]
    assert terms.words("x" * 1000) == ["x" * terms.LONGEST]
    assert terms.algorithm("xx") is None and terms.stem("xx") is None
    assert terms.term("Åland".lower(), "xx") == "aland"


### The index


def index_of(dist: Path, code: str) -> dict[str, object]:
    """The scripts of an index, by name."""
    called = re.compile(r'hankelodSearch\("([a-z]+(?:-\d+)?)",(.*)\);\n')
    found = (called.fullmatch(p.read_text("utf-8")) for p in sorted((dist / "search" / code).iterdir()))
    return {match[1]: json.loads(match[2]) for match in found}


def decoded(index: dict[str, object], kind: str) -> dict[str, str]:
    """The terms of an index with their entries, or the endings with none, in the order of the shards."""
    found: dict[str, str] = {}
    step = 2 if kind == "terms" else 1
    for number, first in enumerate(index["head"][kind]):
        before, items = "", index[f"{kind}-{number}"].split(" ")
        for at in range(0, len(items), step):
            before = before[: int(items[at][0], 36)] + items[at][1:]
            found[before] = items[at + 1] if step == 2 else ""
            assert before >= first
    return found


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_index_is_small(dist, code):
    sizes = {p.stem: p.stat().st_size for p in (dist / "search" / code).iterdir()}
    index = sum(size for name, size in sizes.items() if name.partition("-")[0] in ("head", "terms", "ends"))
    assert index <= BOUND, index
    assert all(size < 12_000 for size in sizes.values()), sizes


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_index_says_what_it_has(dist, code):
    index = index_of(dist, code)
    found = decoded(index, "terms")
    assert list(found) == sorted(found, key=lambda t: t.encode("utf-16-be"))
    assert {t[::-1] for t in decoded(index, "ends")} <= {*found, *index["head"]["common"]}
    entries = [row for name in sorted(index, key=by_number) if name.startswith("rows") for row in index[name]]
    assert len(entries) == index["head"]["entries"]
    folder = "" if code == LANGUAGES[0] else f"{code}/"
    assert all((dist / f"{folder}doc/{row[0]}.html").is_file() for row in entries)
    texts = {(t[0], t[1]): n for n in range(10**6) if f"texts-{n}" in index for t in index[f"texts-{n}"]}
    for (entry, passage), shard in texts.items():
        row = entries[entry]
        assert shard == row[3] + sum(at <= passage for at in row[4])
    kinds = [name for name, _, _ in index["head"]["kinds"]]
    assert kinds == ["project", "organisation", "area", "theme", "programme"]


def by_number(name: str) -> int:
    return int(name.partition("-")[2] or 0)


def test_every_page_has_the_box(dist):
    for path in sorted(dist.rglob("*.html")):
        page = read(path)
        if page.all("main") and path.parts[len(dist.parts)] != "embed":
            [form] = [f for f in page.all("form") if f.get("id") == "search"]
            target = (path.parent / form["action"]).resolve()
            assert target == (dist / page_folder(path, dist) / "search.html").resolve(), path
            assert (path.parent / form["data-index"] / "head.js").resolve().is_file(), path


def page_folder(path: Path, dist: Path) -> str:
    first = path.relative_to(dist).parts[0]
    return first if first in LANGUAGES[1:] else ""


### What people find


@pytest.fixture(scope="module")
def asked() -> list[str]:
    """Queries, each behind the folder of its language."""
    return [
        *("=hiilijalanjälki", "=hiilijalanjalki", "=päästölaskuri", "=CO2", "=lämpö", "=joensuussa", "=Helsinki"),
        *("=Åbo", "=Helsingfors", "=2022", "=jonsuu", "=elsinki", "=laskuri", "=turku yritykset", "=xyzzyq"),
        *("=ilmastoekosysteemi xyzzyq", "=ja", "=REIVI", "=<b>"),
        *("en=carbon footprint", "en=company", "en=companies", "sv=koldioxidavtryck", "sv=Helsinki", "sv=företaget"),
    ]


@pytest.fixture(scope="module")
def seen(dist, asked):
    """The screen of a person who searches over HTTP."""
    with served(dist) as base:
        return node("search_site.mjs", base, *asked)


def projects(seen: dict, query: str) -> list[str]:
    hits = seen["found"][query]["kinds"].get("project", {"hits": []})["hits"]
    return [Path(hit["path"]).stem for hit in hits]


@BROWSER
def test_nothing_breaks_and_nothing_is_asked_elsewhere(seen):
    assert (seen["errors"], seen["elsewhere"], seen["axe"], seen["wide"]) == ([], [], [], [])


@BROWSER
def test_the_index_is_loaded_when_asked_and_little_of_it(seen, dist):
    assert seen["unasked"] == [] and seen["invited"]
    for query, screen in seen["found"].items():
        assert screen["loaded"], query
        assert sum((dist / path).stat().st_size for path in screen["loaded"]) <= BOUND, query


@BROWSER
@BUILT
def test_words_are_found_in_their_forms(seen, checked):
    records = [r for r in checked[1] if r.cls.name == "Project"]
    with_word = {r.id for r in records if re.search("hiilijalanjäl[kj]", json.dumps(r.values, ensure_ascii=False))}
    assert seen["found"]["=hiilijalanjälki"]["kinds"]["project"]["total"] >= 7
    assert set(projects(seen, "=hiilijalanjälki")) == set(projects(seen, "=hiilijalanjalki")) == with_word
    assert "joensuu-ilmastokumppanuus" in projects(seen, "=päästölaskuri")
    assert projects(seen, "=joensuussa") == ["joensuu-ilmastokumppanuus"]
    assert "kalajoki-irtiotto-oljysta" in projects(seen, "=lämpö")
    assert "kalajoki-irtiotto-oljysta" in projects(seen, "=CO2")
    for query in ("en=carbon footprint", "sv=koldioxidavtryck"):
        assert seen["found"][query]["kinds"]["project"]["total"] >= 7
    totals = {q: seen["found"][q]["kinds"]["project"]["total"] for q in ("en=company", "en=companies")}
    assert len(set(totals.values())) == 1 and min(totals.values()) >= 10
    assert seen["found"]["=2022"]["kinds"]["project"]["total"] >= 10


@BROWSER
def test_parts_of_compounds_are_found(seen):
    marks = {m.lower() for k in seen["found"]["=laskuri"]["kinds"].values() for h in k["hits"] for m in h["marks"]}
    assert any(m.startswith("laskuri") for m in marks) and any("laskur" in m[5:] for m in marks), marks


@BROWSER
def test_names_in_other_languages_and_places_are_found(seen):
    for query in ("=Helsinki", "=Helsingfors", "sv=Helsinki"):
        screen = seen["found"][query]
        assert "uusimaa-luoto" in projects(seen, query), query
        assert screen["kinds"]["area"]["hits"][0]["path"] == "doc/municipality/091.html"
    assert {"turku-reivi", "turku-iklu"} <= set(projects(seen, "=Åbo"))
    [hit] = seen["found"]["=Helsingfors"]["kinds"]["project"]["hits"]
    assert "Helsinki (Helsingfors)" in hit["passage"] and hit["marks"] == ["Helsingfors"]


@BROWSER
def test_slips_are_understood_and_said(seen):
    for query, path in (("=jonsuu", "doc/municipality/167.html"), ("=elsinki", "doc/municipality/091.html")):
        screen = seen["found"][query]
        assert screen["kinds"]["area"]["hits"][0]["path"] == path
        assert screen["notes"] == [f"Sanaa ”{query[1:]}” ei löytynyt. Näissä on sen kaltaisia sanoja."]


@BROWSER
def test_the_passage_is_shown_with_its_words(seen):
    for hit in seen["found"]["=hiilijalanjälki"]["kinds"]["project"]["hits"]:
        assert hit["passage"] and all(re.match("hiilijalanjäl[kj]", m.lower()) for m in hit["marks"]), hit
        assert hit["marks"] and len(hit["passage"]) < 300
    both = seen["found"]["=turku yritykset"]
    assert {"turku-reivi", "turku-iklu"} <= set(projects(seen, "=turku yritykset")) and both["notes"] == []


@BROWSER
def test_what_is_not_found_is_said_with_help(seen):
    none = seen["found"]["=xyzzyq"]
    assert (none["status"], none["help"], none["kinds"]) == ("Haulla ”xyzzyq” ei löytynyt mitään.", True, {})
    partly = seen["found"]["=ilmastoekosysteemi xyzzyq"]
    assert "pirkanmaa-ilmastoekosysteemi" in projects(seen, "=ilmastoekosysteemi xyzzyq")
    assert partly["notes"] == ["Kaikkia sanoja ei ole millään sivulla. Näissä on osa niistä."] and not partly["help"]
    assert "on niin monessa tekstissä" in seen["found"]["=ja"]["notes"][0]
    assert seen["found"]["=<b>"]["box"] == "<b>"
    assert "JavaScript" in seen["plain"]


@BROWSER
def test_from_the_head_by_keyboard_and_in_another_language(seen):
    assert seen["keyboard"]["box"] == "reivi" and seen["keyboard"]["title"].startswith("reivi – Haku")
    assert seen["followed"] == "doc/project/turku-reivi.html"
    assert seen["swedish"]["box"] == "Helsinki" and "träff" in seen["swedish"]["status"]
    assert seen["more"]["after"] > seen["more"]["before"] and seen["more"]["focus"] == "row-title"


@BROWSER
def test_from_files(dist, asked, seen):
    """Opened from a folder, without a server, the same is found."""
    other = node("search_site.mjs", dist.as_uri() + "/", *asked)
    assert other == seen


@BROWSER
def test_from_the_server(server, seen):
    """Served by `hankelod serve`, the same is found."""
    some = ["=hiilijalanjälki", "=Helsinki", "sv=koldioxidavtryck"]
    other = node("search_site.mjs", f"http://{server.host}:{server.port}/", *some)
    assert other == {**seen, "found": {query: seen["found"][query] for query in some}}


### Other datasets


ENGLISH = """\
id: grants
title: {en: Grants}
description: {en: Grants}
version: "1.0.0"
issued: 2026-01-01
modified: 2026-01-01
licence: https://creativecommons.org/licenses/by/4.0/
publisher: fund
contact: {name: Fund, url: "https://fund.example.org/"}
base: https://fund.example.org/
languages: [en, cy]
currency: GBP
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A dataset without areas and themes, in a language with a stemmer and one without."""
    for folder in ("projects", "organisations"):
        (tmp_path / "data" / folder).mkdir(parents=True)
    (tmp_path / "data/dataset.yml").write_text(ENGLISH, "utf-8")
    (tmp_path / "data/organisations/fund.yml").write_text("name: {en: The Fund, cy: Y Gronfa}\n", "utf-8")
    (tmp_path / "data/projects/trees.yml").write_text(
        "title: {en: Planting trees}\nlead: fund\nsource: https://fund.example.org/trees\n"
        "totalCost: 10\nsummary: {en: Volunteers planted hedges.}\n",
        "utf-8",
    )
    publish(Dataset(tmp_path), tmp_path / "dist")
    return tmp_path / "dist"


def test_stems_follow_the_language_of_the_texts(small):
    """In a language without stemmer a text in English has the stems of English."""
    for code in ("en", "cy"):
        index = index_of(small, code)
        expected = ["EnglishStemmer"] if terms.algorithm("en") else []
        assert [name for _, name in index["head"]["stemmers"]] == expected
        assert "gronfa" in decoded(index, "terms")
        assert terms.term("volunteers", "en") in decoded(index, "terms")
    assert (small / "assets/vendor/english-stemmer.js").exists() == bool(terms.algorithm("en"))
    assert not (small / "assets/vendor/finnish-stemmer.js").exists()


def test_entries_beyond_the_signs_are_kept():
    many = Entry(
        Link("doc/x.html", Words("x")),
        "",
        tuple(Passage("", Words(f"word{n}")) for n in range(len(shards.SIGNS) + 20)),
    )
    within = list(shards._within(many))
    assert len(within) == len(shards.SIGNS)
    assert within[-1].shown.text.startswith(f"word{len(shards.SIGNS) - 1} · ")
    assert within[-1].shown.text.endswith(f"word{len(shards.SIGNS) + 19}")
