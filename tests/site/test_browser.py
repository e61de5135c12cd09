"""The site in a real browser: accessibility, keyboard, network; and its HTML by the Nu validator."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess

import pytest

from support.pages import KINDS, NODE_FOLDER, no_browser, node, served

BROWSER = pytest.mark.skipif(no_browser() is not None, reason=no_browser() or "")
PAGES = [*KINDS, "sv/index.html", "sv/doc/project/turku-reivi.html", "en/projects.html", "en/about.html"]


@BROWSER
def test_pages_are_accessible_light_and_dark_and_ask_nobody_else(dist):
    with served(dist) as base:
        found = node("check_pages.mjs", base, *PAGES)
    assert found == []


@pytest.fixture(scope="module")
def used(dist):
    """The screen of a person who uses the site over HTTP."""
    with served(dist) as base:
        return node("use_site.mjs", base)


@BROWSER
def test_nothing_breaks_and_nothing_is_asked_elsewhere(used):
    assert used["errors"] == []
    assert used["elsewhere"] == []


@BROWSER
def test_search(used):
    assert used["all"] == 16
    assert used["reivi"] == ["Resurssiviisaiden yritysten ilmastoteot REIVI"]
    assert used["none"] == "Inget projekt motsvarar sökningen."
    assert used["cleared"] == 16


@BROWSER
def test_filters_with_counts(used):
    assert "koulutus ja neuvonta (10)" in used["themes"]
    assert not any("(16)" in theme for theme in used["themes"]), "a theme that all projects have narrows nothing"
    assert used["region"]["found"] == "4 hanketta"
    assert used["region"]["query"] == "?region=02"
    assert "verkostot (2)" in used["region"]["themes"]  # counted within the region
    assert used["both"] == {"rows": 2, "query": "?region=02&theme=networks"}


@BROWSER
def test_what_is_filtered_can_be_downloaded(used):
    rows = list(csv.DictReader(io.StringIO(used["csv"])))
    assert [r["id"] for r in rows] == [r["id"] for r in used["json"]]
    assert {r["id"] for r in rows} == {
        f"https://w3id.org/hankelod/id/project/{p}" for p in ("turku-iklu", "turku-reivi")
    }
    assert rows[1]["grant"] == "50000"
    assert used["json"][1]["municipalityCodes"] == ["853"]


@BROWSER
def test_the_language_switch_keeps_the_page(used):
    assert used["swedish"] == {
        "path": "sv/projects.html",
        "query": "?region=02&theme=networks",
        "lang": "sv",
        "rows": 2,
    }
    assert used["english"] == {"path": "en/doc/project/turku-reivi.html", "lang": "en"}


@BROWSER
def test_the_map_by_keyboard(used, checked):
    projects = [r for r in checked[1] if r.cls.name == "Project"]
    areas = {(key, code) for p in projects for key in ("regions", "municipalities") for code in p.values.get(key, [])}
    assert len(used["map"]) == len(areas)
    assert "Turku: 2 hanketta" in used["map"]
    assert used["told"] == used["map"][0]
    assert used["afterMap"] == "in"
    assert used["zoomed"] and used["whole"]
    assert used["followed"].startswith("doc/municipality/")


@BROWSER
def test_copying(used):
    assert used["copied"] == "Kopioitu"


@BROWSER
def test_without_scripts_the_list_is_there(used):
    assert used["plain"] == {"rows": 16, "filters": False}


@BROWSER
def test_from_files(dist):
    """Opened from a folder, without a server, everything works too."""
    seen = node("use_site.mjs", dist.as_uri() + "/")
    assert seen["errors"] == [] and seen["elsewhere"] == []
    assert seen["all"] == 16 and seen["both"]["rows"] == 2
    assert seen["english"]["lang"] == "en"
    assert seen["followed"].startswith("doc/municipality/")


VALIDATOR = NODE_FOLDER / "node_modules/vnu-jar/build/dist/vnu.jar"


@pytest.mark.skipif(
    shutil.which("java") is None or not VALIDATOR.exists(),
    reason="the Nu validator needs java and the npm packages of tests/clients",
)
def test_pages_are_valid_html(dist):
    pages = [p for folder in ("", "sv/", "en/") for p in (f"{folder}{k}" for k in KINDS)]
    done = subprocess.run(
        ["java", "-jar", VALIDATOR, "--format", "gnu", *pages], cwd=dist, capture_output=True, encoding="utf-8"
    )
    # of stylesheets the validator knows less than browsers do
    complaints = [line for line in done.stderr.splitlines() if ": info" not in line]
    assert complaints == []
