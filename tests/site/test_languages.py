"""Languages of pages: those that the dataset names, the first at the root of the site, for site, rules and server."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hankelod.serving.documents import Documents
from support.publishing import edit, published, small


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = small(tmp_path_factory.mktemp("languages") / "dataset")
    edit(folder, "dataset.yml", "languages: [fi, sv, en]", "languages: [sv, fi]")
    for file in [*folder.glob("data/*.yml"), *folder.glob("data/*/*.yml")]:
        file.write_text(re.sub(r', en: "[^"]*"', "", file.read_text("utf-8")), "utf-8")
    published(folder, folder / "dist")
    return folder / "dist"


def language(page: Path) -> str:
    found = re.search(r'<html[^>]* lang="(\w+)"', page.read_text("utf-8"))
    assert found
    return found[1]


def test_the_first_is_at_the_root_and_there_are_no_others(out):
    assert language(out / "index.html") == "sv"
    assert language(out / "fi/index.html") == "fi"
    assert not (out / "sv").exists() and not (out / "en").exists()
    assert '<link rel="alternate" hreflang="en"' not in (out / "index.html").read_text("utf-8")


def test_feeds_and_sitemap_follow(out):
    assert 'xml:lang="sv"' in (out / "feed.atom").read_text("utf-8")
    assert 'xml:lang="fi"' in (out / "fi/feed.atom").read_text("utf-8")
    listed = (out / "sitemap.xml").read_text("utf-8")
    assert "/fi/index.html</loc>" in listed and "/en/" not in listed


def test_rules_and_server_follow(out):
    rules = (out / "nginx.conf").read_text("utf-8")
    assert "fi { return 303 " in rules and "en { return 303 " not in rules
    documents = Documents(out)
    try:
        assert documents.languages == ("sv", "fi")
        thing = next(p.stem for p in (out / "doc/project").glob("*.html"))
        html = {"accept": "text/html"}
        for wanted, at in (("fi", "fi/"), ("sv", ""), ("en", ""), ("fi;q=0.2, sv", "")):
            found = documents.find(f"id/project/{thing}", {**html, "accept-language": wanted}, frozenset())
            assert found.location == f"{at}doc/project/{thing}.html"
    finally:
        documents.close()
