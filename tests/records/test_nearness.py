"""Names that are near: a slip is found, another name is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hankelod.records.dataset import Dataset
from hankelod.records.guesses import word_meant
from hankelod.records.nearness import meaning, nearest
from support.folders import ROOT

NAMES = [
    "keravan kaupunki",
    "joensuun kaupunki",
    "lahden kaupunki",
    "vantaan kaupunki",
    "keravan-kaupunki",
    "ympäristöministeriö",
    "hanke-2",
    "business-cooperation",
    "oy puro ab",
]

SLIPS = {
    "joensun kaupunki": "joensuun kaupunki",
    "joensuunkaupunki": "joensuun kaupunki",
    "jonesuun kaupunki": "joensuun kaupunki",
    "lahen kaupunki": "lahden kaupunki",
    "ympäristöminsteriö": "ympäristöministeriö",
    "busines-cooperation": "business-cooperation",
    "keravan-kaupnki": "keravan-kaupunki",
}

OTHERS = [
    "rauman kaupunki",
    "rauman-kaupunki",
    "kotkan kaupunki",
    "lohjan kaupunki",
    "vaasan kaupunki",
    "hanke-3",
    "hanke-22",
    "oy joki ab",
    "sisäministeriö",
    "",
    "kaupunki",
]


@pytest.mark.parametrize(("text", "name"), SLIPS.items())
def test_a_slip(text, name):
    assert nearest(text, NAMES) == name


@pytest.mark.parametrize("text", OTHERS)
def test_another_name(text):
    assert nearest(text, NAMES) is None


def test_two_that_are_as_near():
    assert nearest("kemijok", ["kemijoki", "kemijoka"]) is None
    assert nearest("kemijok", ["kemijoki", "kemijoka"], {"kemijoki": "a", "kemijoka": "a"}) is not None


def test_no_municipality_is_taken_for_the_city_of_another():
    """The cities of a country differ in one word: none is suggested for one that is not there."""
    dataset = Dataset(ROOT)
    names = [f"{r.values['genitive']} kaupunki".casefold() for r in dataset.read(dataset.model.by_name("Municipality"))]
    wrong = {}
    for n in range(0, len(names), 7):
        near = nearest(names[n], [*names[:n], *names[n + 1 :]])
        if near:
            wrong[names[n]] = near
    assert len(wrong) <= 2, wrong  # names that are a letter apart


@given(st.text(max_size=30), st.lists(st.text(max_size=30), max_size=5))
def test_what_is_found_is_a_name(text, names):
    assert nearest(text, names) in (None, *names)


### Keys and columns


@pytest.fixture(scope="module")
def fields() -> dict[str, dict[str, str]]:
    (project,) = (c for c in Dataset(ROOT).model.classes.values() if c.segment == "project")
    return {f.key: dict(f.label) for f in project.fields if not f.derived}  # as for an unknown key


MEANT = {
    "titel": "title",
    "Titles": "title",
    "total_cost": "totalCost",
    "totalcost": "totalCost",
    "cost": "totalCost",
    "startDate": "start",
    "alkupvm": "start",
    "municipality": "municipalities",
    "kommun": "municipalities",
    "avustus": "grants",
    "tulokset": "outcomes",
    "resultat": "outcomes",
    "language": "sourceLanguage",
    "citat": "quotations",
    "tila": "status",
    "status": "status",
    "state": "status",
    "tunniste": "identifiers",
    "alue": "areas",
    "alueet": "areas",
    "areas": "areas",
}

NOT_MEANT = [
    *("kustannukset", "kuvat", "mittarit", "sitaatit", "vaikutukset"),
    *("duration", "contact", "notes", "images", "country", "budget"),
    *("bilder", "kontakt", "written", "as written", "lähteen sanoin", "", "_", "id"),
]


@pytest.mark.parametrize(("written", "key"), MEANT.items())
def test_a_key_that_is_meant(fields, written, key):
    assert word_meant(fields, written) == key


@pytest.mark.parametrize("written", NOT_MEANT)
def test_a_key_that_is_no_other(fields, written):
    """Letters in common make no other key of it."""
    assert word_meant(fields, written) is None


@given(st.text(max_size=30))
def test_a_meaning_is_one_of_the_words(text):
    words = {"totalCost": ("total cost", "kokonaissumma"), "grants": ("avustukset",), "title": ("nimi",)}
    assert meaning(text, words) in (None, *words)
