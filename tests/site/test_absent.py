"""Pages of records in which any field but a few is absent: nothing breaks, and nothing is said that is not known."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hankelod import site
from hankelod.model.bounds import first_day, last_day
from hankelod.publication.history.days import UNKNOWN
from hankelod.records.dataset import Dataset
from hankelod.records.record import Record
from hankelod.site import amounts
from hankelod.site.language import Language
from hankelod.site.pages.project import translated
from support.checking import check_all
from support.folders import DATASETS
from support.pages import Reading
from support.publishing import edit, published

ABROAD = DATASETS / "abroad"
"""A dataset in English and pounds, without areas, themes and measures."""

MOMENTS = ("2021", "2023", "2022-03", "2023-11", "2021-05-03", "2024-02-29")

WHOLE = {
    "title": {"en": "Community garden"},
    "acronym": "COGA",
    "summary": {"en": "A garden for everybody."},
    "partners": ["example-foundation"],
    "morePartners": True,
    "contributors": [{"id": "x/contribution/1", "organisation": "example-foundation", "role": "expert"}],
    "totalCost": "12000.50",
    "observations": [],
    "links": [{"id": "x/link/1", "label": {"en": "Page"}, "host": "example.org"}],
    "quotations": [{"id": "x/quotation/1", "speaker": "A", "gist": {"en": "Good"}}],
    "sourceLanguage": "en",
}
"""Values of a project of which any may be absent; the title is that of several."""

FALSE = re.compile(
    r"€|\bEUR\b|£0(?![.,0-9])|\bNone\b|\bnan\b|\bnull\b|\{\w+\}|– of|of the total cost of *<|· *·|· *</p>|\( *\)|: *\."
)
"""Texts that no page may have: other currencies, sums of nothing, values of programs, sentences with holes."""


@cache
def abroad() -> tuple[Dataset, list[Record], object]:
    dataset = Dataset(ABROAD)
    report, records = check_all(dataset)
    return dataset, records, report


@st.composite
def projects(draw) -> list[dict[str, object]]:
    made = []
    for n in range(draw(st.integers(0, 5))):
        values: dict[str, object] = {"source": "https://example.org/grants"}
        for key in draw(st.sets(st.sampled_from(sorted(WHOLE)))) | {"title"}:
            values[key] = WHOLE[key]
        if draw(st.booleans()):
            values["title"] = {"en": f"Garden {n}"}
        if draw(st.integers(0, 3)):
            values["lead"] = "river-trust"
        else:
            values["unnamedPerson"] = True
        ends = sorted(draw(st.lists(st.sampled_from(MOMENTS), min_size=2, max_size=2)))
        for key, bound, day, moment in (
            ("start", "earliestStart", first_day, ends[0]),
            ("end", "latestEnd", last_day, ends[1]),
        ):
            if draw(st.booleans()):
                values[key], values[bound] = moment, day(moment)
        currency = draw(st.sampled_from(("GBP", "GBP", "SEK", "PLN")))
        grants = []
        for k in range(draw(st.integers(0 if "totalCost" in values else 1, 2))):
            part: dict[str, object] = {"id": f"p{n}/grant/{k + 1}", "currency": currency}
            if draw(st.booleans()):
                part["programme"] = "small-grants"
            if draw(st.integers(0, 3)):
                part["amount"] = draw(st.sampled_from(("1500", "29800", "0.05")))
            grants.append(part)
        if grants:
            values["grants"] = grants
        if "totalCost" in values:
            values["currency"] = currency
        made.append({"id": f"p{n}", **values})
    return made


def pages_of(made: list[dict[str, object]]) -> dict[str, str]:
    """The files of a site with these projects, by path."""
    dataset, records, report = abroad()
    like = next(r for r in records if r.cls.main)
    others = [r for r in records if not r.cls.main]
    some = [like._replace(id=str(values["id"]), values=values) for values in made]
    return {
        f.path: f.content.decode("utf-8", "replace")
        for f in site.files(dataset, [*some, *others], report, {}, (), UNKNOWN)
    }


def shown(html: str) -> str:
    """Text that a reader sees of the main part of a page, but drawings, whose axes begin at 0."""
    main = html[html.index("<main") : html.index("</main>")]
    main = re.sub(r"<(script|code|svg)\b.*?</\1>|data-labels=\"[^\"]*\"", "", main, flags=re.DOTALL)
    return re.sub(r"[ \n]+", " ", main)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(made=projects())
def test_every_subset_of_optional_fields_makes_a_site(made):
    with pytest.MonkeyPatch.context() as patch:  # pages that do not depend on records
        patch.setattr(site, "problem_pages", lambda view: iter(()))
        files = pages_of(made)
    for path, html in files.items():
        if not path.endswith(".html"):
            continue
        found = FALSE.search(shown(html)) if path not in ("def.html", "contribute.html") else None
        assert not found, (path, shown(html)[max(0, found.start() - 80) : found.end() + 80])
        reading = Reading(html)
        for anchor in reading.all("a"):
            target = anchor.get("href", "").partition("#")[0].partition("?")[0]
            if target.endswith(".html") and "://" not in target and "problem" not in target:
                depth = path.count("/")
                assert target.startswith("../" * depth) and target.removeprefix("../" * depth) in files, (path, target)
        for script in re.findall(r'<script type="application/ld\+json">(.*?)</script>', html):
            assert '""' not in script and "null" not in script
            json.loads(script)
    compare_sums(files, made)
    compare_lists(files, made)


def compare_sums(files: dict[str, str], made: list[dict[str, object]]) -> None:
    """The sums of the front page, computed here anew, each with the number of projects for which it is known."""
    t = Language("en", ("en",), currencies={str(g["currency"]) for p in made for g in p.get("grants", [])})
    sums: Counter[str] = Counter()
    known = 0
    for p in made:
        given_amounts = [g for g in p.get("grants", []) if "amount" in g]
        for g in given_amounts:
            sums[str(g["currency"])] += Decimal(str(g["amount"]))  # type: ignore[assignment]
        known += bool(given_amounts) and len(given_amounts) == len(p["grants"])
    front = shown(files["index.html"])
    if sums:
        text = " · ".join(t.amount(v, c) for c, v in sorted(sums.items()))
        assert text in front
        if known < len(made):
            assert f'granted in all <span class="fine">(known for {known} of {len(made)} projects)' in front
    else:
        assert "granted in all" not in front


def compare_lists(files: dict[str, str], made: list[dict[str, object]]) -> None:
    """Titles that several projects have are shown with ids; a private person has no name and no page."""
    listed = shown(files["projects.html"])
    titles = Counter(p["title"]["en"] for p in made)
    for p in made:
        assert (f"id {p['id']}<" in listed.replace(" ·", "<")) == (titles[p["title"]["en"]] > 1)
        page = shown(files[f"doc/project/{p['id']}.html"])
        assert ("a private person" in page) is ("lead" not in p)


def test_an_open_project_runs_on():
    base = {"source": "https://example.org/", "lead": "river-trust", "totalCost": "5", "currency": "GBP"}
    made = [{"id": "p0", "title": {"en": "One"}, "start": "2021", "earliestStart": "2021-01-01", **base}]
    files = pages_of(made)
    assert "since 2021" in shown(files["doc/project/p0.html"]) and "since 2021" in shown(files["projects.html"])
    row = json.loads(files["lists/en-1.js"].removeprefix("hankelodRows(1,").removesuffix(");\n"))[0]
    assert row[12] == [2021, 2026], "to the year of the dataset"


def test_periods_keep_their_precision():
    fi, sv, en = (Language(code, ("fi", "sv", "en")) for code in ("fi", "sv", "en"))
    moments = ("2021", "2021-05", "2021-05-03")
    assert [en.moment(m) for m in moments] == ["2021", "May 2021", "3 May 2021"]
    assert en.period("2021", "2023") == "2021–2023"
    assert en.period("2021", "2023-05") == "2021 – May 2023"
    assert [en.period(m, "") for m in moments] == [
        "since 2021",
        "since May 2021",
        "since 3 May 2021",
    ]
    assert [fi.period(m, "") for m in moments] == [
        "vuodesta 2021",
        "toukokuusta 2021",
        "3.5.2021 alkaen",
    ]
    assert [sv.period("", m) for m in moments] == [
        "till 2021",
        "till maj 2021",
        "till 3.5.2021",
    ]
    assert en.period("", "") == ""


def test_an_amount_has_its_currency():
    en, sv = (Language(code, ("en", "sv")) for code in ("en", "sv"))
    assert [en.amount("1200000", c) for c in ("GBP", "SEK", "EUR", "JPY", "XTS")] == [
        "£1,200,000",
        "1,200,000\u00a0kr",
        "€1,200,000",
        "¥1,200,000",
        "XTS\u00a01,200,000",
    ]
    assert [sv.amount("12.5", c) for c in ("GBP", "SEK", "XTS")] == ["12,50\u00a0£", "12,50\u00a0kr", "12,50\u00a0XTS"]
    both = Language("en", ("en",), currencies=("SEK", "NOK", "GBP"))
    assert both.amount("5", "SEK") == "SEK\u00a05", "two currencies of the dataset have this symbol"
    assert both.amount("5", "GBP") == "£5"


def test_sums_never_cross_currencies():
    def made(n: int, **values: object) -> Record:
        return Record(None, f"p{n}", "", values, {}, frozenset())  # type: ignore[arg-type]

    some = [
        made(1, grants=[{"amount": "29800", "currency": "GBP"}], totalCost="40000", currency="GBP"),
        made(2, grants=[{"amount": "1200000", "currency": "SEK"}]),
        made(3, totalCost="5", currency="GBP"),
    ]
    granted = amounts.granted(some)
    assert Language("en", ("en",)).money(granted) == "£29,800 · 1,200,000\u00a0kr"
    assert (granted.known, granted.of) == (2, 3)
    assert amounts.both(granted, amounts.costs(some)) is None
    assert amounts.both(amounts.granted(some[:1]), amounts.costs(some[:1])) == (Decimal(29800), Decimal(40000))


@pytest.mark.parametrize(
    ("title", "source", "is_translation"),
    [
        ({"fi": "a", "en": "b"}, "fi", True),
        ({"fi": "a"}, "fi", False),
        ({"en": "b"}, "fi", False),
        ({"fi": "a", "en": "b"}, "en", False),
        ({"fi": "a", "en": "b"}, None, False),
    ],
)
def test_a_page_speaks_of_translations_where_there_are_some(title, source, is_translation):
    values = {"title": title, **({"sourceLanguage": source} if source else {})}
    record = Record(None, "p", "", values, {}, frozenset())  # type: ignore[arg-type]
    assert translated(record, "en") is is_translation


### A whole publication


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("abroad") / "dist"
    published(ABROAD, folder)
    return folder


def test_nothing_of_another_dataset_is_on_the_pages(out):
    """No country, currency or theme of others, no claim that is not so; pages of rules and terms are the Model's."""
    foreign = re.compile(
        r"finland|finnish|swedish|climate|€|euros|translations|name the source|small text file|invented", re.I
    )
    rules = {"def.html", "contribute.html", "sparql.html"}
    for page in out.rglob("*.html"):
        path = page.relative_to(out).as_posix()
        if path not in rules and not path.startswith("doc/problem/"):
            found = foreign.search(shown(page.read_text("utf-8")))
            assert not found, (path, found[0])


def test_menu_and_filters_are_those_that_lead_somewhere(out):
    links = {a["href"] for a in Reading((out / "index.html").read_text("utf-8")).all("a")}
    assert not {"areas.html", "doc/concept/theme.html"} & links
    assert not (out / "doc/concept/theme.html").exists()
    filters = {
        e.attributes["name"] for e in Reading((out / "projects.html").read_text("utf-8")).elements if e.name == "select"
    }
    assert filters == {"year", "organisation", "order"}


def test_the_licence_says_what_it_asks_for(out, tmp_path):
    assert "the source need not be named (CC0 1.0)" in shown((out / "about.html").read_text("utf-8"))
    folder = tmp_path / "other"
    shutil.copytree(ABROAD, folder)
    edit(
        folder, "dataset.yml", "https://creativecommons.org/publicdomain/zero/1.0/", "https://licence.example.org/own/"
    )
    published(folder, tmp_path / "dist", only=("site",))
    about = shown((tmp_path / "dist/about.html").read_text("utf-8"))
    assert "The licence of the dataset: licence.example.org/own" in about and "freely" not in about
