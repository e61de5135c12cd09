"""A hostile dataset: every text that may hold anything tries to break out of the page, its data, drawings and feeds."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from hankelod.model.model import Class, Model
from hankelod.publication.history.diff import Change, FieldChange
from hankelod.publication.history.releases import Release
from hankelod.records.dataset import Dataset
from hankelod.records.record import Record
from hankelod.site.scripts import script_json
from support.pages import KINDS, Reading, no_browser, node, served

HOSTILE = (
    """</script><script>alert(1)</script><img src=x onerror=alert(1)>"'><svg onload=alert(2)>]]>"""
    "<!-- {{7*7}} &lt;b&gt; \u2028"
)


def poisoned(model: Model, cls: Class, values: dict) -> dict:
    """A complete record with the hostile text in every field that holds free text, and a script as every address."""
    done = dict(values)
    for field in cls.fields:
        value = done.get(field.key)
        if field.kind.by_language:
            done[field.key] = {lang: f"{lang} {HOSTILE}" for lang in field.languages}
        elif field.kind.name == "text" and field.pattern is None and field.key not in ("base", "boundaries", "code"):
            if value is not None or cls.folder == "projects":
                done[field.key] = [HOSTILE] if field.many else HOSTILE
        elif field.kind.nested and value is not None:
            target = model.target(field)
            done[field.key] = (
                [poisoned(model, target, v) for v in value]
                if isinstance(value, list)
                else poisoned(model, target, value)
            )
        elif field.kind.name == "iri" and value is not None and field.key != "site":
            one = 'javascript:alert(3)//"><img src=x onerror=alert(4)>'
            done[field.key] = [one] if field.many else one
    return done


@pytest.fixture(scope="module")
def hostile(dataset: Dataset, checked, tmp_path_factory) -> Path:
    report, records = checked
    bad = [r._replace(values=poisoned(dataset.model, r.cls, r.values)) for r in records]
    out = tmp_path_factory.mktemp("hostile") / "dist"
    publish_pages(dataset, bad, report, out)
    return out


def publish_pages(dataset: Dataset, records: list[Record], report, out: Path) -> None:
    """Only the site, without the data files, which have tests of their own."""
    from hankelod import site

    base = dataset.base
    fields = tuple(FieldChange(f"title.{lang}", HOSTILE, f"{lang} {HOSTILE}") for lang in ("fi", "sv", "en"))
    told = (("en", HOSTILE), ("fi", HOSTILE), ("sv", HOSTILE))
    changes = (
        Change(f"{base}id/project/turku-reivi", "update", fields),
        Change(f"{base}id/project/turku-iklu", "create"),
        Change(f"{base}id/project/gone", "delete", fields, told),
        Change('javascript:alert(5)//"><img src=x onerror=alert(6)>', "update"),
    )
    release = Release(1, base, HOSTILE, "2026-11-24", (), changes, (f"{base}id/project/forgotten",))
    for file in site.files(dataset, records, report, {}, [release]):
        target = out / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.content)


DATA = ("application/ld+json", "application/json")


def test_it_is_hostile(hostile):
    text = (hostile / "doc/project/turku-reivi.html").read_text("utf-8")
    assert text.count("onerror=alert(1)") > 20
    assert (hostile / "en/changes/changelog.html").read_text("utf-8").count("onerror=alert(1)") > 8
    assert "{{7*7}}" in text


def test_pages_hold_no_foreign_element(hostile):
    for path in sorted(hostile.rglob("*.html")):
        if re.search(r"municipality/(?!01|853)|doc/problem/[^G]", path.as_posix()):
            continue
        page = Reading(path.read_text("utf-8"))
        for name, attributes in page.elements:
            assert name != "img", path
            assert not [a for a in attributes if a.startswith("on")], (path, attributes)
            assert (
                name != "script"
                or attributes.get("type") in DATA
                or re.search("assets/|search/names", attributes["src"])
            ), path
            assert not attributes.get("href", "").strip().lower().startswith(("javascript:", "data:")), (
                path,
                attributes,
            )
        for data in page.data():
            assert data["@context"] == "https://schema.org"


def test_data_in_pages_cannot_close_its_element(hostile):
    for path in [*sorted((hostile / "doc/project").glob("*.html")), hostile / "contribute.html"]:
        text = path.read_text("utf-8")
        for data in re.findall(r'<script type="application/(?:ld\+)?json"[^>]*>(.*?)</script>', text, re.S):
            assert "<" not in data and ">" not in data
            json.loads(data)


def test_data_in_scripts_has_no_character_that_pages_must_not_have():
    ends = [chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF)]
    for character in (*ends, *map(chr, range(0xFDD0, 0xFDF0)), *map(chr, range(0x80, 0xA0)), "\0", "\x7f", *"<>&"):
        written = script_json({"text": f"ä{character}😀"})
        assert character not in written and "ä" in written and "😀" in written, ascii(character)
        assert json.loads(written) == {"text": f"ä{character}😀"}


CALL = re.compile(r'hankelod(?:Rows\(\d+,|Search\("[a-z]+(?:-\d+)?",|(?:Names|Ids|Meant|Rules)\()(.*)\);\n')


def test_index_is_one_call(hostile):
    for path in sorted([*(hostile / "search").rglob("*.js"), *(hostile / "lists").glob("*.js")]):
        text = path.read_text("utf-8")
        assert not set(text) & set("<>&\u2028\u2029")
        json.loads(CALL.fullmatch(text).group(1))


def test_feeds_and_drawings_are_well_formed(hostile):
    for path in [*hostile.rglob("*.atom"), *hostile.rglob("*.xml"), *hostile.rglob("*.svg")]:
        tree = ET.parse(path).getroot()
        names = {e.tag.rsplit("}", 1)[-1] for e in tree.iter()}
        assert not names & {"script", "img"}, path
    entry = ET.parse(hostile / "feed.atom").getroot().find("{http://www.w3.org/2005/Atom}entry")
    assert entry.findtext("{http://www.w3.org/2005/Atom}title") == f"fi {HOSTILE}"


@pytest.mark.skipif(no_browser() is not None, reason=no_browser() or "")
def test_nothing_happens_in_a_browser(hostile):
    pages = [p for p in KINDS if (hostile / p).exists()]
    with served(hostile) as base:
        found = node("watch_pages.mjs", base, *pages, "projects.html?q=script", "search.html?q=script")
    assert found == []
