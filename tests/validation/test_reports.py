"""Reports for the tools of repositories, for browsers and for RDF: whole, safe, and in three languages."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hankelod.cli.parser import FORMATS
from hankelod.messages import catalogue, words
from hankelod.messages.problem import Problem
from hankelod.rdf.graph import SH
from hankelod.records.dataset import Dataset
from hankelod.site.pages.report import as_html
from hankelod.validation.alerts import as_github, as_sarif
from hankelod.validation.report import report
from support.checking import check_all

LANGUAGES = ("fi", "sv", "en")
NASTY = "</style></script><img src=x onerror=alert(1)>\"'--><svg onload=alert(2)>{{7*7}}"


@pytest.fixture(scope="session")
def bad(tmp_path_factory, root):
    """A copy of the dataset with one fault of several kinds."""
    import shutil

    folder = tmp_path_factory.mktemp("bad")
    shutil.copytree(root / "data", folder / "data")
    projects = folder / "data/projects"

    def edit(name: str, old: str, new: str) -> None:
        path = projects / name
        text, count = re.subn(old, lambda _: new, path.read_text("utf-8"), count=1, flags=re.M)
        assert count == 1
        path.write_text(text, "utf-8")

    edit("inkoo-hiilineutraali.yml", "^end: .*", "end: 2019-01")
    edit("turku-iklu.yml", "^acronym: .*", f"acronym: {json.dumps(NASTY)}")
    edit("joensuu-ilmastokumppanuus.yml", "amount: 50000", "amount: 74000")
    edit("vantaa-ilmastokumppanuus.yml", "^  sv: .*\n", "")
    edit("kaarina-ilmastoteot.yml", "^lead: ", "titel: x\nlead: ")
    (projects / "broken.yml").write_text("title: [\n", "utf-8")
    (projects / "twice.yml").write_text("title: {fi: a}\ntitle: {fi: b}\n", "utf-8")
    return folder


@pytest.fixture(scope="session")
def bad_dataset(bad):
    return Dataset(bad)


@pytest.fixture(scope="session")
def found(bad_dataset):
    return check_all(bad_dataset)[0]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_format_in_every_language(run, bad, form, lang):
    done = run("validate", "--format", form, "--lang", lang, cwd=bad)
    assert done.returncode == 1, done.stderr
    assert "Project-end-order" in done.stdout
    if form != "turtle":  # which holds all languages
        word = {"fi": "Hanke päättyy ennen", "sv": "Projektet slutar innan", "en": "The project ends before"}[lang]
        assert word in done.stdout


def test_github_annotates_the_line(found):
    lines = as_github(found, "en").splitlines()
    (line,) = [n for n in lines if "title=Project-end-order" in n]
    at = next(p for p in found.problems if p.code == "Project-end-order")
    assert line.startswith(f"::error file=data/projects/inkoo-hiilineutraali.yml,line={at.line},col={at.column},title=")
    assert sum(n.startswith("::error ") for n in lines) == found.counts()["violation"]
    assert sum(n.startswith("::warning ") for n in lines) == found.counts()["warning"]
    assert sum(n.startswith("::notice ") for n in lines) == found.counts()["info"]


def test_github_names_files_from_the_top_of_the_repository(run, bad):
    done = run("validate", "--format", "github", cwd=bad, GITHUB_WORKSPACE=str(bad.parent))
    assert f"file={bad.name}/data/projects/inkoo-hiilineutraali.yml" in done.stdout


text = st.text(st.characters(codec="utf-8"), max_size=60) | st.sampled_from(
    ["::error::x", "a\n::set-output name=x::y", "%0A", "a,b:c", NASTY]
)


def a_problem(value: str) -> Problem:
    each = dict.fromkeys(LANGUAGES, value)
    return Problem(value or "f", 1, 1, value, value, value, "unknown-key", None, "warning", each, each, each)


@given(value=text)
def test_no_text_can_begin_a_workflow_command(value):
    given_report = report([a_problem(value)], 1, "https://example.org/")
    lines = re.split(r"\r|\n", as_github(given_report, "en"))
    assert len(lines) == 3  # the command, the summary, and nothing after the last line end
    assert lines[0].startswith("::warning file=")
    head = lines[0].split("::", 2)[1]
    assert head.count(",") == 3


def test_sarif_is_valid_by_its_schema(found, root):
    import jsonschema

    schema = root / "tests/clients/node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"
    if not schema.exists():
        pytest.skip(
            "the npm package @microsoft/jest-sarif, which carries the schema, is not installed in tests/clients"
        )
    validator = jsonschema.Draft7Validator(json.loads(schema.read_text("utf-8")))
    for lang in LANGUAGES:
        log = json.loads(as_sarif(found, lang, "sub folder/"))
        assert not list(validator.iter_errors(log))
        run = log["runs"][0]
        assert len(run["results"]) == len(found.problems)
        for result, problem in zip(run["results"], found.problems, strict=True):
            assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == problem.code
            region = result["locations"][0]["physicalLocation"]["region"]
            assert (region["startLine"], region["startColumn"]) == (problem.line, problem.column)
            assert len(result.get("relatedLocations", [])) == len(problem.related)
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert list(validator.iter_errors(log)), "the schema must be able to refuse"


def test_a_sarif_alert_stays_the_same_when_lines_move(found):
    moved = found._replace(problems=[p._replace(line=p.line + 7) for p in found.problems])
    prints = [
        [r["partialFingerprints"] for r in json.loads(as_sarif(f, "en"))["runs"][0]["results"]] for f in (found, moved)
    ]
    assert prints[0] == prints[1]


class Page(HTMLParser):
    """The elements and attributes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)


def pages(found, dataset, lang="en"):
    return as_html(found, dataset, lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_has_both_views_and_stands_alone(found, bad_dataset, lang):
    made = pages(found, bad_dataset, lang)
    page = Page(made)
    assert {"fix", "use"} <= {a.get("id") for _, a in page.elements}
    assert page.elements[0] == ("html", {"lang": lang})
    assert not {"script", "link", "img", "iframe", "object", "form"} & {t for t, _ in page.elements}
    for _, attributes in page.elements:
        assert not any(name.startswith("on") or name in ("src", "style", "srcset") for name in attributes)
        assert (attributes.get("href") or "#").startswith(("#", "https://"))
    style = re.search("<style>(.*?)</style>", made, re.S).group(1)
    policy = next(a["content"] for t, a in page.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert f"'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'" in policy
    assert "url(" not in style
    told = " ".join(page.words)
    assert words.word("blocked")[lang] in told
    assert ("70,6" if lang != "en" else "70.6") in told
    assert words.word("verdict-tolerance")[lang] in told


def test_nothing_in_a_record_becomes_markup(found, bad_dataset):
    made = pages(found, bad_dataset)
    assert NASTY not in made
    assert "alert(1)" in made  # it is shown, as text


@settings(max_examples=20, deadline=None)
@given(value=text.filter(bool))
def test_no_text_becomes_markup(dataset, value):
    tags = [t for t, _ in Page(pages(report([a_problem(value)], 1, dataset.base), dataset)).elements]
    plain = [t for t, _ in Page(pages(report([a_problem("x")], 1, dataset.base), dataset)).elements]
    assert tags == plain


def test_the_figures_count_what_is_there(bad_dataset, found, dataset, checked):
    report, records = checked
    figures = {f.name: f for f in report.details.coverage()}
    assert (
        figures["figure-languages"].complete == figures["figure-clean"].complete == figures["figure-languages"].of == 16
    )
    with_address = sum(
        any("url" in link for link in r.values.get("links", [])) for r in records if r.cls.folder == "projects"
    )
    assert figures["figure-links"].complete == with_address < 16
    worse = {f.name: f for f in found.details.coverage()}
    assert worse["figure-languages"].complete == worse["figure-languages"].of - 2  # vantaa's, and twice.yml
    assert worse["figure-clean"].complete == worse["figure-clean"].of - 5


def test_json_tells_the_rules(run):
    report = json.loads(run("validate", "--format", "json").stdout)
    rule = next(r for r in report["rules"] if r["record"] == "punkalaidun-kanteenmaa")
    assert rule["share"] == "70.6"
    assert rule["rate"]["verdict"] == "tolerance"
    assert rule["rate"]["call"] == rule["call"] == "kuntien-ilmastoratkaisut/call/2020-12"
    one = json.loads(run("validate", "--format", "json", "data/projects/punkalaidun-kanteenmaa.yml").stdout)
    assert one["rules"] == [rule]


def test_turtle_is_a_validation_report(run, bad, found):
    """Each result that a problem stands for, once; a problem of a reader is a result of its own."""
    done = run("validate", "--format", "turtle", cwd=bad)
    store = ox.Store()
    store.load(done.stdout.encode(), format=ox.RdfFormat.TURTLE)
    nodes = [q.object for q in store.quads_for_pattern(None, ox.NamedNode(SH + "result"), None)]
    assert len(nodes) == sum(len(p.results) or 1 for p in found.problems) >= len(found.problems)
    told = {frozenset((q.predicate, q.object) for q in store.quads_for_pattern(n, None, None)) for n in nodes}
    assert len(told) == len(nodes)


def test_every_word_is_told_in_three_languages():
    for name in catalogue.names("word"):
        told = words.word(name)
        assert set(told) == set(LANGUAGES), name
        holes = {frozenset(re.findall(r"\{(\w+)\}", t)) for t in told.values()}
        assert len(holes) == 1, name
