"""Ids from texts: one slug for the checker's suggestions, new drafts and every import."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hankelod.model.model import ID
from hankelod.records.slug import LONGEST, has_slug, slug, suggested
from support.folders import ROOT


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("Bryggan repareras", "bryggan-repareras"),
        ("Skärgårdens hamn Ab", "skargardens-hamn-ab"),
        ("ÅÄÖ åäö Ü é ñ", "aao-aao-u-e-n"),
        ("Ærøskøbing, Łódź & Þingvellir", "aeroskobing-lodz-thingvellir"),
        ("Straße ẞ", "strasse-ss"),
        ("Sámi: Čáhppes ŋ đ ŧ ž", "sami-cahppes-ng-d-t-z"),
        ("Œuvre Ĳssel ı İ ð ħ", "oeuvre-ijssel-i-i-d-h"),
        ("ﬁnanssi ﬂyer", "finanssi-flyer"),
        ("Ｆｕｌｌ １２", "full-12"),
        ("kokonais\u00adkustannus\u200b", "kokonaiskustannus"),
        ("a\u0308a\u0308", "aa"),
        ("ŉ Saʼid", "n-said"),
        ("  --35 %--  ", "35"),
        ("x" * 150, "x" * 100),
        ("x" * 99 + " y", "x" * 99),
        ("Проект", ""),
        ("日本 2", "2"),
        ("", ""),
        ("–", ""),
    ],
)
def test_a_slug(text: str, id: str) -> None:
    assert slug(text) == id


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Bryggan", True),
        ("Ærø!", True),
        ("Проект 2", False),
        ("Ω-hanke", False),
        ("?", False),
        ("", False),
        ("½", True),
    ],
)
def test_a_slug_that_lacks_letters_is_known(text: str, whole: bool) -> None:
    assert has_slug(text) is whole


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_any_text_gives_an_id_or_nothing_and_is_itself_then(text: str) -> None:
    made = slug(text)
    assert not made or (ID.fullmatch(made) and len(made) <= LONGEST)
    assert slug(made) == made
    assert ID.fullmatch(suggested(text))


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(min_codepoint=0xC0, max_codepoint=0x17F, exclude_characters="×÷"), min_size=1))
def test_letters_of_latin_alphabets_all_have_an_ascii_form(text: str) -> None:
    assert has_slug(text)


def test_no_other_module_makes_slugs() -> None:
    found = [
        path.relative_to(ROOT).as_posix()
        for path in sorted((ROOT / "src").rglob("*.py"))
        if re.search(r"^def \w*slug\w*\(|\"NFKD\"", path.read_text(encoding="utf-8"), re.M)
    ]
    assert found == ["src/hankelod/records/slug.py"]
